package sqlfunc

import (
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// variance spells a variance on SQLite, which has none, from sums of floats:
// over is what they are divided by.
func variance(over string, root bool) string {
	v := "(SUM({0!} * {0!}){over} - SUM({0}){over} * SUM({0}){over} / COUNT({0}){over}) / NULLIF(" + over + ", 0)"
	if root {
		return "SQRT(MAX(0.0, " + v + "))"
	}
	return "MAX(0.0, " + v + ")"
}

// nativeOnly refuses a function on every engine but PostgreSQL.
var postgresOnly = map[catalog.Engine]string{catalog.SQLite: "", catalog.MariaDB: "", catalog.SQLServer: ""}

// overflows is partial where a sum can be too large for its type: floats are on
// engines that give an error for it, and decimals of many digits on SQL Server.
func overflows(e catalog.Engine, args []Arg) bool {
	switch {
	case e == catalog.SQLite:
		return false
	case len(args) == 0:
		return true
	}
	t := args[0].Type
	const room = 20 // of the 32 digits that SQL Server's sum has before the point: a million million rows of what has so many
	return t.Kind == sqltype.Float || e == catalog.SQLServer && t.Kind == sqltype.Decimal && (t.Precision == 0 || t.Precision-t.Scale > room)
}

// grown is partial: no engine puts texts together without end.
func grown(catalog.Engine, []Arg) bool { return true }

// Aggregates see only rows that the row filter let through: where a sum is too
// large for its type they fail, but on the customer's own rows. Whether they are
// computed at all may hang on others' rows, in a query that is asked for each, so
// one that can fail is partial; and since it is not refused for that, a fence
// around the others is all that it costs.
var aggregateFuncs = []*Func{
	{Name: "COUNT", Distinct: true, Synonyms: []string{"COUNT_BIG"}, Class: Aggregate, Args: []ArgKind{Any}, Result: fixed(int64T), spell: spelling{catalog.SQLServer: "COUNT_BIG({*})"}, Doc: "how many rows, or how many values that are not NULL"},
	// SQLite fails where a sum of whole numbers leaves 64 bits.
	{Name: "SUM", Distinct: true, Class: Aggregate, partial: overflows, Args: []ArgKind{Number}, Result: sum, spell: spelling{catalog.SQLServer: "SUM(CAST({0} AS decimal(38, 6)))", catalog.SQLite: "SUM(CAST({0} AS REAL))"}, floats: spelling{catalog.SQLServer: "SUM({0})"}, Doc: "the sum; NULL of no value. SQLite adds binary floats"},
	{Name: "AVG", Distinct: true, Class: Aggregate, partial: overflows, Args: []ArgKind{Number}, Result: sum, spell: spelling{catalog.SQLServer: "AVG(CAST({0} AS decimal(38, 6)))"}, floats: spelling{catalog.SQLServer: "AVG({0})"}, Doc: "the mean, never rounded to a whole number"},
	{Name: "MIN", Distinct: true, Synonyms: []string{"ANY_VALUE"}, Class: Aggregate, Args: []ArgKind{Ordered}, Result: first, Doc: "the smallest value"},
	{Name: "MAX", Distinct: true, Class: Aggregate, Args: []ArgKind{Ordered}, Result: first, Doc: "the largest value"},
	{Name: "TOTAL", Distinct: true, Class: Aggregate, Args: []ArgKind{Number}, Result: sum, Expands: true, Doc: "the sum, and 0 of no value: COALESCE(SUM(a), 0)"},
	{Name: "COUNT_IF", Synonyms: []string{"COUNTIF"}, Class: Aggregate, Args: []ArgKind{Cond}, Result: fixed(int64T), Expands: true, Doc: "how many rows a condition is true of", Example: "COUNT_IF(total > 100)"},
	{Name: "BOOL_AND", Synonyms: []string{"EVERY", "LOGICAL_AND"}, Class: Aggregate, Args: []ArgKind{Cond}, Result: fixed(booleanT), Expands: true, Doc: "whether a condition is true of every row that it is not UNKNOWN of; NULL of no such row", Example: "BOOL_AND(total > 0)"},
	{Name: "BOOL_OR", Synonyms: []string{"LOGICAL_OR"}, Class: Aggregate, Args: []ArgKind{Cond}, Result: fixed(booleanT), Expands: true, Doc: "whether a condition is true of any row that it is not UNKNOWN of; NULL of no such row", Example: "BOOL_OR(total > 100)"},
	{Name: "VAR_POP", Synonyms: []string{"VARP"}, Class: Aggregate, partial: overflows, Args: []ArgKind{Real}, Result: fixed(float), spell: spelling{catalog.SQLServer: "VARP({0})", catalog.SQLite: variance("COUNT({0}){over}", false)}, Doc: "the variance of all there is, a float"},
	{Name: "VAR_SAMP", Synonyms: []string{"VAR"}, Class: Aggregate, partial: overflows, Args: []ArgKind{Real}, Result: fixed(float), spell: spelling{catalog.SQLServer: "VAR({0})", catalog.SQLite: variance("(COUNT({0}){over} - 1)", false)}, Doc: "the variance of a sample, a float; NULL of one value"},
	{Name: "STDDEV_POP", Synonyms: []string{"STDEVP"}, Class: Aggregate, partial: overflows, Args: []ArgKind{Real}, Result: fixed(float), spell: spelling{catalog.SQLServer: "STDEVP({0})", catalog.SQLite: variance("COUNT({0}){over}", true)}, Doc: "the standard deviation of all there is, a float"},
	{Name: "STDDEV_SAMP", Synonyms: []string{"STDEV"}, Class: Aggregate, partial: overflows, Args: []ArgKind{Real}, Result: fixed(float), spell: spelling{catalog.SQLServer: "STDEV({0})", catalog.SQLite: variance("(COUNT({0}){over} - 1)", true)}, Doc: "the standard deviation of a sample, a float; NULL of one value"},
	{Name: "STDDEV", Synonyms: []string{"STD"}, Class: Aggregate, Args: []ArgKind{Real}, Result: fixed(float), Ambiguous: "write STDDEV_SAMP or STDDEV_POP", Doc: "a standard deviation"},
	{Name: "VARIANCE", Class: Aggregate, Args: []ArgKind{Real}, Result: fixed(float), Ambiguous: "write VAR_SAMP or VAR_POP", Doc: "a variance"},
	{Name: "MEDIAN", NoWindow: true, Class: Aggregate, Args: []ArgKind{Real}, Result: fixed(float), Refused: postgresOnly, spell: everywhere("PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY {0})"), Doc: "the value in the middle, a float; the mean of both where there are two"},
	{Name: "GROUPING", NoWindow: true, Class: Aggregate, Args: []ArgKind{Any}, Result: fixed(sqltype.Type{Kind: sqltype.Int, Bits: 32}), Doc: "1 in the rows of a grouping set that the argument is not in, else 0; with ROLLUP, CUBE and GROUPING SETS", Example: "GROUPING(kind)"},
	{Name: "STRING_AGG", Synonyms: []string{"GROUP_CONCAT", "LISTAGG"}, Class: Aggregate, partial: grown, Args: []ArgKind{Text, Written}, Optional: 1, Result: fixed(text), Order: true, NoWindow: true,
		Chars: func([]Arg) int { return longAggregate }, Since: map[catalog.Engine]Version{catalog.SQLServer: sqlServer2017},
		spell: spelling{
			catalog.Postgres: "STRING_AGG({0}, {1}{order})", catalog.SQLite: "GROUP_CONCAT({0}, {1}{order})",
			catalog.MariaDB: "GROUP_CONCAT({0}{order} SEPARATOR {separator})", catalog.SQLServer: "STRING_AGG(CAST({0} AS nvarchar(max)), {1}){within}",
		},
		shorter: spelling{
			catalog.Postgres: "STRING_AGG({0}, ','{order})", catalog.SQLite: "GROUP_CONCAT({0}, ','{order})",
			catalog.MariaDB: "GROUP_CONCAT({0}{order} SEPARATOR ',')", catalog.SQLServer: "STRING_AGG(CAST({0} AS nvarchar(max)), ','){within}",
		},
		Doc: "the texts that are not NULL, one after the other, with the second argument, or a comma, between them. Their order is that of ORDER BY, inside the parentheses or WITHIN GROUP; without one it is anybody's", Example: "STRING_AGG(ref, ', ' ORDER BY id)"},
}

// longAggregate is how long a text of many rows is taken to be; an answer has
// a limit of its own.
const longAggregate = 1 << 20
