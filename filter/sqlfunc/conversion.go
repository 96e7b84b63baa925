package sqlfunc

import (
	"strconv"
	"strings"

	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// The conversions are what filter/resolve makes of CAST, CONVERT, :: and their
// TRY_ forms. None can fail: what cannot be converted is NULL, on every engine,
// for an error would tell of rows that the filter would have dropped. No
// request can name them; their sizes travel as the call's unit, see Size.

// Size is the unit of a conversion to a type of so many digits and decimals.
func Size(precision, scale int) string {
	return strconv.Itoa(precision) + "," + strconv.Itoa(scale)
}

// sized puts a size into a template: {p} and {s} are its numbers, {m} the
// number that has one digit too many, {lo} and {hi} the bounds of a whole
// number of {p} bits.
func sized(template, unit string) string {
	precision, scale, found := strings.Cut(unit, ",")
	if !found || !strings.Contains(template, "{") {
		return template
	}
	p, _ := strconv.Atoi(precision)
	s, _ := strconv.Atoi(scale)
	hi, lo := "9223372036854775807", "-9223372036854775808"
	if p < 64 && p > 0 {
		n := int64(1) << (p - 1)
		hi, lo = strconv.FormatInt(n-1, 10), strconv.FormatInt(-n, 10)
	}
	return strings.NewReplacer("{p}", precision, "{s}", scale, "{m}", "1"+strings.Repeat("0", max(p-s, 0)), "{lo}", lo, "{hi}", hi).Replace(template)
}

// unsigned spells the text of a number without blanks and sign.
func unsigned(trim, substr string) string {
	return "CASE WHEN " + substr + "(" + trim + ", 1, 1) IN ('+', '-') THEN " + substr + "(" + trim + ", 2, 40) ELSE " + trim + " END"
}

const (
	liteTrim = "TRIM({0}, ' ')"
	msTrim   = "LTRIM(RTRIM({0}))"
	wholePat = "'^ *(|[+-])[0-9]{1,18} *$'"
	decPat   = "'^ *(|[+-])[0-9]{1,18}(|[.][0-9]{1,19}) *$'"
	datePat  = "'^[0-9][0-9][0-9][0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'"
	// A text of a number is no longer than this: what is longer costs nothing.
	// PostgreSQL's type name has the collation that regular expressions want.
	shortPG = "CASE WHEN CHAR_LENGTH({0}) <= 40 AND CAST(LEFT({0}, 40) AS name) ~ "
	shortMy = "CASE WHEN CHAR_LENGTH({0}) <= 40 AND LEFT({0}, 40) REGEXP "
	shortL  = "CASE WHEN LENGTH({0}) <= 40 AND "
	shortMs = "CASE WHEN LEN({0!} + 'x') <= 41 AND "
)

// my is a pattern for MariaDB, where $ would let a line end pass.
func my(pattern string) string { return strings.TrimSuffix(pattern, "$'") + `\\z'` }

var liteBody, msBody = unsigned(liteTrim, "SUBSTR"), unsigned(msTrim, "SUBSTRING")

// ToFloat makes a float of a decimal. PostgreSQL's numeric can hold what no
// float can, too large or too small, and would give an error.
var ToFloat = &Func{Name: "CAST decimal AS float", Args: []ArgKind{Exact}, Result: fixed(float), spell: spelling{
	catalog.Postgres:  "CASE WHEN ABS({0}) < 1e300 THEN CAST(ROUND({0}, 100) AS double precision) END",
	catalog.MariaDB:   "CAST({0} AS DOUBLE)",
	catalog.SQLServer: "CAST({0} AS float)",
	catalog.SQLite:    "CAST({0} AS REAL)",
}}

// ToMoment makes a timestamp of a date. PostgreSQL has dates that are too far
// away for its timestamps.
var ToMoment = &Func{Name: "CAST date AS timestamp", Args: []ArgKind{Temporal}, Result: fixed(momentT), spell: spelling{
	catalog.Postgres:  pgYears + "CAST({0} AS timestamp) END",
	catalog.MariaDB:   "CAST({0} AS DATETIME(6))",
	catalog.SQLServer: "CAST({0} AS datetime2)",
	catalog.SQLite:    "DATETIME({0})",
}}

// TextToInt reads a whole number of at most 18 digits.
var TextToInt = &Func{Name: "CAST text AS integer", Args: []ArgKind{Text}, Result: fixed(int64T), spell: spelling{
	catalog.Postgres: shortPG + wholePat + " THEN CAST({0} AS bigint) END",
	catalog.MariaDB:  shortMy + my(wholePat) + " THEN CAST({0} AS SIGNED) END",
	catalog.SQLite: shortL + "LENGTH(" + liteBody + ") BETWEEN 1 AND 18 AND " + liteBody + " NOT GLOB '*[^0-9]*'" +
		" THEN CAST(" + liteTrim + " AS INTEGER) END",
	catalog.SQLServer: shortMs + "LEN(" + msBody + ") BETWEEN 1 AND 18 AND " + msBody + " NOT LIKE '%[^0-9]%'" +
		" THEN TRY_CONVERT(bigint, " + msTrim + ") END",
}}

// TextToDecimal reads a number of at most 18 digits before its point and 19
// after it, with one before it at least.
var TextToDecimal = &Func{Name: "CAST text AS decimal", Args: []ArgKind{Text}, Result: fixed(sqltype.Type{Kind: sqltype.Decimal, Precision: 37, Scale: 19}), spell: spelling{
	catalog.Postgres: shortPG + decPat + " THEN CAST({0} AS numeric(37, 19)) END",
	catalog.MariaDB:  shortMy + my(decPat) + " THEN CAST({0} AS DECIMAL(37, 19)) END",
	catalog.SQLite: shortL + liteBody + " GLOB '[0-9]*' AND " + liteBody + " NOT GLOB '*[^0-9.]*' AND " + liteBody + " NOT GLOB '*.*.*' AND " +
		liteBody + " NOT GLOB '*.' AND INSTR(" + liteBody + " || '.', '.') <= 19 AND LENGTH(" + liteBody + ") - INSTR(" + liteBody + " || '.', '.') <= 19" +
		" THEN CAST(" + liteTrim + " AS REAL) END",
	catalog.SQLServer: shortMs + msBody + " LIKE '[0-9]%' AND " + msBody + " NOT LIKE '%[^0-9.]%' AND " + msBody + " NOT LIKE '%.%.%' AND " +
		msBody + " NOT LIKE '%.' AND CHARINDEX('.', " + msBody + " + '.') <= 19 AND LEN(" + msBody + ") - CHARINDEX('.', " + msBody + " + '.') <= 19" +
		" THEN TRY_CONVERT(decimal(37, 19), " + msTrim + ") END",
}}

// TextToDate reads a day written as 2026-01-31.
var TextToDate = &Func{Name: "CAST text AS date", Args: []ArgKind{Text}, Result: fixed(dateT), spell: spelling{
	// The day is compared with the month's last before anything is cast.
	catalog.Postgres: "CASE WHEN CHAR_LENGTH({0}) = 10 AND LEFT({0}, 4) <> '0000' AND CAST(LEFT({0}, 10) AS name) ~ " + datePat + " THEN CASE WHEN CAST(SUBSTRING({0}, 9, 2) AS integer) <= " +
		"EXTRACT(DAY FROM CAST(LEFT({0}, 8) || '01' AS date) + INTERVAL '1 month' - INTERVAL '1 day') THEN CAST({0} AS date) END END",
	catalog.MariaDB:   "CASE WHEN CHAR_LENGTH({0}) = 10 AND LEFT({0}, 4) <> '0000' AND LEFT({0}, 10) REGEXP " + my(datePat) + " THEN CAST({0} AS DATE) END",
	catalog.SQLite:    "CASE WHEN {0!} GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]' AND {0!} >= '0001' AND DATE({0}, '+0 days') = {0!} THEN DATE({0}) END",
	catalog.SQLServer: "CASE WHEN LEN({0!} + 'x') = 11 AND {0!} LIKE '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]' THEN TRY_CONVERT(date, {0}, 23) END",
}}

// FloatToDecimal makes a decimal of a float of less than 18 digits before its point.
var FloatToDecimal = &Func{Name: "CAST float AS decimal", Args: []ArgKind{Number}, Result: fixed(sqltype.Type{Kind: sqltype.Decimal, Precision: 28, Scale: 10}), spell: spelling{
	catalog.Postgres:  "CASE WHEN ABS({0}) < 1e17 THEN CAST({0} AS numeric(28, 10)) END",
	catalog.MariaDB:   "CASE WHEN ABS({0}) < 1e17 THEN CAST({0} AS DECIMAL(28, 10)) END",
	catalog.SQLite:    "CASE WHEN ABS({0}) < 1e17 THEN {0} END",
	catalog.SQLServer: "CASE WHEN ABS({0}) < 1e17 THEN TRY_CONVERT(decimal(28, 10), {0}) END",
}}

// ToInt rounds a decimal to a whole number of the unit's bits, halves away from zero.
var ToInt = &Func{Name: "CAST decimal AS integer", Args: []ArgKind{Exact}, Result: fixed(int64T), spell: spelling{
	catalog.Postgres: "CASE WHEN ABS({0}) < 1e19 AND ROUND({0}) BETWEEN {lo} AND {hi} THEN CAST(ROUND({0}) AS bigint) END",
	catalog.MariaDB:  "CASE WHEN ROUND({0}) BETWEEN {lo} AND {hi} THEN CAST(ROUND({0}) AS SIGNED) END",
	catalog.SQLite:   "CASE WHEN ROUND({0}) BETWEEN {lo}.0 AND {hi}.0 AND ABS(CAST({0} AS REAL)) < 9.2e18 THEN CAST(ROUND({0}) AS INTEGER) END",
	// A conversion to a whole number cuts; half a unit more makes it round.
	catalog.SQLServer: "CASE WHEN ABS({0}) < 9.2e18 THEN CASE WHEN TRY_CONVERT(bigint, {0!} + CASE WHEN {0!} < 0 THEN -0.5 ELSE 0.5 END) BETWEEN {lo} AND {hi} " +
		"THEN TRY_CONVERT(bigint, {0!} + CASE WHEN {0!} < 0 THEN -0.5 ELSE 0.5 END) END END",
}}

// Narrow is a whole number where it has no more than the unit's bits.
var Narrow = &Func{Name: "CAST integer AS smaller integer", Args: []ArgKind{Whole}, Result: first, spell: everywhere("CASE WHEN {0!} BETWEEN {lo} AND {hi} THEN {0} END")}

// Resize rounds a decimal to the unit's digits, halves away from zero.
var Resize = &Func{Name: "CAST decimal AS decimal(p, s)", Args: []ArgKind{Exact}, Result: first, spell: spelling{
	catalog.Postgres:  "CASE WHEN ABS({0}) < {m} AND ABS(ROUND({0}, {s})) < {m} THEN CAST({0} AS numeric({p}, {s})) END",
	catalog.MariaDB:   "CASE WHEN ABS(ROUND({0}, {s})) < {m} THEN CAST({0} AS DECIMAL({p}, {s})) END",
	catalog.SQLite:    "CASE WHEN ABS(ROUND({0}, {s})) < {m}.0 THEN ROUND({0}, {s}) END",
	catalog.SQLServer: "CASE WHEN ABS({0}) < {m} THEN TRY_CONVERT(decimal({p}, {s}), {0}) END",
}}

// DecimalToText writes a decimal out with the unit's decimals.
var DecimalToText = &Func{Name: "CAST decimal AS text", Args: []ArgKind{Exact}, Result: fixed(text), Chars: func([]Arg) int { return 68 }, spell: spelling{
	catalog.Postgres:  "CAST(ROUND({0}, {s}) AS text)",
	catalog.MariaDB:   "CONCAT(CAST({0} AS DECIMAL(65, {s})))",
	catalog.SQLite:    "CASE WHEN {0!} IS NOT NULL THEN PRINTF('%.{s}f', ROUND({0}, {s}) + 0.0) END",
	catalog.SQLServer: "CAST(CAST({0} AS decimal(38, {s})) AS varchar(42))",
}}

// Settled names the type of a value that has it already, by the engine's own
// word and with its size: where two blocks of a statement must agree on it.
var Settled = &Func{Name: "CAST as it is", Args: []ArgKind{Any}, Result: first, write: func(e catalog.Engine, args []sqltype.Type) string {
	if e == catalog.SQLite {
		return "{0!}"
	}
	word := settledTypes[args[0].Kind][e]
	if word == "" {
		return "{0!}"
	}
	return "CAST({0} AS " + word + ")"
}}

var settledTypes = map[sqltype.Kind]spelling{
	sqltype.Int:       {catalog.Postgres: "bigint", catalog.MariaDB: "SIGNED", catalog.SQLServer: "bigint"},
	sqltype.Decimal:   {catalog.Postgres: "numeric", catalog.MariaDB: "DECIMAL({p}, {s})", catalog.SQLServer: "decimal({p}, {s})"},
	sqltype.Float:     {catalog.Postgres: "double precision", catalog.MariaDB: "DOUBLE", catalog.SQLServer: "float"},
	sqltype.Text:      {catalog.Postgres: "text", catalog.MariaDB: "CHAR({p})", catalog.SQLServer: "nvarchar({p})"},
	sqltype.Date:      {catalog.Postgres: "date", catalog.MariaDB: "DATE", catalog.SQLServer: "date"},
	sqltype.Timestamp: {catalog.Postgres: "timestamp", catalog.MariaDB: "DATETIME(6)", catalog.SQLServer: "datetime2"},
}
