package sqlfunc

import (
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

type spelling = map[catalog.Engine]string

var (
	text    = sqltype.Type{Kind: sqltype.Text}
	int64T  = sqltype.Type{Kind: sqltype.Int, Bits: 64}
	decimal = sqltype.Type{Kind: sqltype.Decimal}
)

func fixed(t sqltype.Type) func([]sqltype.Type) sqltype.Type {
	return func([]sqltype.Type) sqltype.Type { return t }
}

// first gives the first argument's type; a Same function's arguments have one.
func first(args []sqltype.Type) sqltype.Type { return args[0] }

// total is a Decimal or Float argument's own family; an Int widens to Decimal.
func widened(args []sqltype.Type) sqltype.Type {
	if args[0].Kind == sqltype.Float {
		return args[0]
	}
	return decimal
}

// SQL Server may evaluate an expression before the row filter and gives an
// error where a decimal does not fit its 38 digits.
var sqlServer = []catalog.Engine{catalog.SQLServer}

// Where SQLite has no function of its own for a part of a date, strftime on
// the stored text gives NULL for what is not a date.
func datePart(sqlserver, postgres, sqlite string) spelling {
	return spelling{
		"":                "EXTRACT(" + postgres + " FROM {0})",
		catalog.SQLServer: "DATEPART(" + sqlserver + ", {0})",
		catalog.SQLite:    "CAST(strftime('" + sqlite + "', {0}) AS INTEGER)",
	}
}

var table = []*Func{
	// Text.
	{Name: "UPPER", Synonyms: []string{"UCASE"}, Args: []ArgKind{Text}, Result: fixed(text), Doc: "text in capitals"},
	{Name: "LOWER", Synonyms: []string{"LCASE"}, Args: []ArgKind{Text}, Result: fixed(text), Doc: "text in small letters"},
	{Name: "TRIM", Args: []ArgKind{Text}, Result: fixed(text), Doc: "text without blanks at either end"},
	{Name: "LTRIM", Args: []ArgKind{Text}, Result: fixed(text), Doc: "text without blanks at its start"},
	{Name: "RTRIM", Args: []ArgKind{Text}, Result: fixed(text), Doc: "text without blanks at its end"},
	{Name: "LENGTH", Synonyms: []string{"LEN", "CHAR_LENGTH", "CHARACTER_LENGTH"}, Args: []ArgKind{Text}, Result: fixed(int64T),
		spell: spelling{"": "CHAR_LENGTH({0})", catalog.SQLite: "LENGTH({0})", catalog.SQLServer: "(LEN({0} + 'x') - 1)"},
		Doc:   "the number of characters, blanks at the end included"},
	{Name: "SUBSTRING", Synonyms: []string{"SUBSTR", "MID"}, Args: []ArgKind{Text, Count, Count}, Result: fixed(text),
		spell: spelling{catalog.SQLite: "SUBSTR({*})"}, Doc: "part of a text, from a position that counts from 1, so many characters"},
	{Name: "LEFT", Args: []ArgKind{Text, Count}, Result: fixed(text),
		spell: spelling{catalog.SQLite: "SUBSTR({0}, 1, {1})"}, Doc: "the first characters"},
	{Name: "CONCAT", Args: []ArgKind{Text, Text}, Variadic: true, Result: fixed(text), Doc: "texts one after the other; a NULL counts as empty"},

	// Choice.
	{Name: "COALESCE", Synonyms: []string{"IFNULL", "ISNULL", "NVL"}, Args: []ArgKind{Same, Same}, Variadic: true, Result: first,
		Doc: "the first argument that is not NULL"},
	{Name: "NULLIF", Args: []ArgKind{Same, Same}, Result: first, Doc: "NULL where both are equal, else the first"},

	// Numbers.
	// SQLite's ABS fails on the smallest integer, unless it is a float.
	{Name: "ABS", Args: []ArgKind{Exact}, Result: widened, Partial: sqlServer, spell: spelling{catalog.SQLite: "ABS(CAST({0} AS REAL))"}, Doc: "the number without its sign"},
	{Name: "ROUND", Args: []ArgKind{Exact, Count}, Optional: 1, Result: widened, Partial: sqlServer, Doc: "rounded to so many decimals"},
	{Name: "FLOOR", Args: []ArgKind{Exact}, Result: widened, Doc: "the whole number below"},
	{Name: "CEILING", Synonyms: []string{"CEIL"}, Args: []ArgKind{Exact}, Result: widened, Partial: sqlServer,
		spell: spelling{catalog.SQLite: "CEIL({0})"}, Doc: "the whole number above"},

	// Dates.
	{Name: "YEAR", Args: []ArgKind{Temporal}, Result: fixed(int64T), spell: datePart("year", "YEAR", "%Y"), Doc: "the year of a date"},
	{Name: "MONTH", Args: []ArgKind{Temporal}, Result: fixed(int64T), spell: datePart("month", "MONTH", "%m"), Doc: "the month of a date, 1 to 12"},
	{Name: "DAY", Synonyms: []string{"DAYOFMONTH"}, Args: []ArgKind{Temporal}, Result: fixed(int64T), spell: datePart("day", "DAY", "%d"), Doc: "the day of the month"},
	{Name: "CURRENT_DATE", Synonyms: []string{"CURDATE"}, Result: fixed(sqltype.Type{Kind: sqltype.Date}),
		spell: spelling{"": "CURRENT_DATE", catalog.SQLServer: "CAST(SYSDATETIME() AS date)", catalog.SQLite: "DATE('now')"}, Doc: "today"},
	{Name: "CURRENT_TIMESTAMP", Synonyms: []string{"NOW", "GETDATE", "SYSDATETIME", "LOCALTIMESTAMP"}, Result: fixed(sqltype.Type{Kind: sqltype.Timestamp}),
		spell: spelling{"": "LOCALTIMESTAMP", catalog.SQLServer: "SYSDATETIME()", catalog.SQLite: "DATETIME('now')"}, Doc: "the time of the statement"},

	// Aggregates: they see only rows that the row filter let through.
	{Name: "COUNT", Class: Aggregate, Args: []ArgKind{Any}, Result: fixed(int64T), spell: spelling{catalog.SQLServer: "COUNT_BIG({*})"}, Doc: "how many rows, or how many values that are not NULL"},
	// SQLite fails where a sum of whole numbers leaves 64 bits.
	{Name: "SUM", Class: Aggregate, Args: []ArgKind{Number}, Result: widened, spell: spelling{catalog.SQLServer: "SUM(CAST({0} AS decimal(38, 6)))", catalog.SQLite: "SUM(CAST({0} AS REAL))"}, floats: spelling{catalog.SQLServer: "SUM({0})"}, Doc: "the sum"},
	{Name: "AVG", Class: Aggregate, Args: []ArgKind{Number}, Result: widened, spell: spelling{catalog.SQLServer: "AVG(CAST({0} AS decimal(38, 6)))"}, floats: spelling{catalog.SQLServer: "AVG({0})"}, Doc: "the mean, never rounded to a whole number"},
	{Name: "MIN", Class: Aggregate, Args: []ArgKind{Ordered}, Result: first, Doc: "the smallest value"},
	{Name: "MAX", Class: Aggregate, Args: []ArgKind{Ordered}, Result: first, Doc: "the largest value"},

	// Windows.
	{Name: "ROW_NUMBER", Class: Window, Result: fixed(int64T), Doc: "the row's number in its window"},
	{Name: "RANK", Class: Window, Result: fixed(int64T), Doc: "the row's rank, with gaps"},
	{Name: "DENSE_RANK", Class: Window, Result: fixed(int64T), Doc: "the row's rank, without gaps"},
}
