package sqlfunc

import (
	"strings"

	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// A date is of the years 1 to 9999, whatever an engine could keep beyond.
const (
	pgYears   = "CASE WHEN {0!} BETWEEN '0001-01-01' AND '9999-12-31 23:59:59.999999' THEN "
	msMonday  = "CAST('00010101' AS date)" // a Monday, and the first day there is
	endOfCase = " END"
)

// finite spells a number of PostgreSQL's that is NULL where a date is infinite:
// the part would be infinite too, and no whole number.
func finite(number string) string {
	return "NULLIF(NULLIF(" + number + ", 'Infinity'), '-Infinity')"
}

// finiteDifference is finite of what two infinite dates give: no number at all.
func finiteDifference(number string) string { return "NULLIF(" + finite(number) + ", 'NaN')" }

func pgPart(s spelling, postgres string) spelling {
	s[catalog.Postgres] = finite(postgres)
	return s
}

// datePart spells a part of a date that every engine has a word for. Where
// SQLite has no function of its own for it, strftime on the stored text gives
// NULL for what is not a date.
func datePart(sqlserver, postgres, sqlite string) spelling {
	return spelling{
		"":                "EXTRACT(" + postgres + " FROM {0})",
		catalog.SQLServer: "DATEPART(" + sqlserver + ", {0})",
		catalog.SQLite:    "CAST(strftime('" + sqlite + "', {0}) AS INTEGER)",
	}
}

func myPart(s spelling, mariadb string) spelling {
	s[catalog.MariaDB] = mariadb
	return s
}

func msPart(s spelling, sqlserver string) spelling {
	s[catalog.SQLServer] = sqlserver
	return s
}

// fields are what EXTRACT, DATE_PART and DATEPART offer, and the function each is.
var fields = map[string]string{
	"YEAR": "YEAR", "YY": "YEAR", "YYYY": "YEAR", "QUARTER": "QUARTER", "QQ": "QUARTER", "Q": "QUARTER",
	"MONTH": "MONTH", "MM": "MONTH", "WEEK": "WEEK", "WK": "WEEK", "WW": "WEEK", "ISO_WEEK": "WEEK", "ISOWK": "WEEK", "ISOWW": "WEEK",
	"ISOYEAR": "ISOYEAR", "DAY": "DAY", "DD": "DAY", "DAYOFYEAR": "DAYOFYEAR", "DOY": "DAYOFYEAR", "DY": "DAYOFYEAR",
	"DOW": "DOW", "ISODOW": "ISODOW", "WEEKDAY": "DAYOFWEEK", "DW": "DAYOFWEEK",
	"HOUR": "HOUR", "HH": "HOUR", "MINUTE": "MINUTE", "MI": "MINUTE", "SECOND": "SECOND", "SS": "SECOND", "EPOCH": "EPOCH",
}

// Field gives the name of the function that EXTRACT(field FROM …) is, or "".
// field is in upper case. DATEPART's WEEKDAY counts from Sunday, 1.
func Field(field string) string { return fields[field] }

// units are the words of DATEADD, DATEDIFF and DATE_TRUNC, and what each is.
var units = map[string]string{
	"YEAR": "YEAR", "YEARS": "YEAR", "YY": "YEAR", "YYYY": "YEAR", "QUARTER": "QUARTER", "QUARTERS": "QUARTER", "QQ": "QUARTER", "Q": "QUARTER",
	"MONTH": "MONTH", "MONTHS": "MONTH", "MM": "MONTH", "MON": "MONTH", "WEEK": "WEEK", "WEEKS": "WEEK", "WK": "WEEK", "WW": "WEEK", "ISO_WEEK": "WEEK",
	"DAY": "DAY", "DAYS": "DAY", "DD": "DAY", "HOUR": "HOUR", "HOURS": "HOUR", "HH": "HOUR",
	"MINUTE": "MINUTE", "MINUTES": "MINUTE", "MI": "MINUTE", "SECOND": "SECOND", "SECONDS": "SECOND", "SS": "SECOND",
}

// unitsBut are the units but one.
func unitsBut(out string) map[string]string {
	m := map[string]string{}
	for word, unit := range units {
		if unit != out {
			m[word] = unit
		}
	}
	return m
}

// truncation spells DATE_TRUNC to a unit, for timestamps.
var truncation = map[string]spelling{
	"YEAR": {
		catalog.Postgres:  pgYears + "DATE_TRUNC('year', {0})" + endOfCase,
		catalog.MariaDB:   "CAST(DATE_FORMAT({0}, '%Y-01-01') AS DATETIME)",
		catalog.SQLServer: "CAST(DATEFROMPARTS(YEAR({0}), 1, 1) AS datetime2)",
		catalog.SQLite:    "strftime('%Y-01-01 00:00:00', {0})",
	},
	"QUARTER": {
		catalog.Postgres:  pgYears + "DATE_TRUNC('quarter', {0})" + endOfCase,
		catalog.MariaDB:   "(CAST(DATE_FORMAT({0}, '%Y-01-01') AS DATETIME) + INTERVAL (QUARTER({0}) - 1) QUARTER)",
		catalog.SQLServer: "CAST(DATEFROMPARTS(YEAR({0}), DATEPART(quarter, {0}) * 3 - 2, 1) AS datetime2)",
		catalog.SQLite:    "DATETIME({0}, 'start of month', '-' || ((strftime('%m', {0}) - 1) % 3) || ' months')",
	},
	"MONTH": {
		catalog.Postgres:  pgYears + "DATE_TRUNC('month', {0})" + endOfCase,
		catalog.MariaDB:   "CAST(DATE_FORMAT({0}, '%Y-%m-01') AS DATETIME)",
		catalog.SQLServer: "CAST(DATEFROMPARTS(YEAR({0}), MONTH({0}), 1) AS datetime2)",
		catalog.SQLite:    "strftime('%Y-%m-01 00:00:00', {0})",
	},
	"WEEK": {
		catalog.Postgres:  pgYears + "DATE_TRUNC('week', {0})" + endOfCase,
		catalog.MariaDB:   "CAST(CAST({0} AS DATE) - INTERVAL WEEKDAY({0}) DAY AS DATETIME)",
		catalog.SQLServer: "DATEADD(day, DATEDIFF(day, " + msMonday + ", CAST({0} AS date)) / 7 * 7, CAST('00010101' AS datetime2))",
		catalog.SQLite:    "DATETIME({0}, 'start of day', '-6 days', 'weekday 1')",
	},
	"DAY": {
		catalog.Postgres:  pgYears + "DATE_TRUNC('day', {0})" + endOfCase,
		catalog.MariaDB:   "CAST(CAST({0} AS DATE) AS DATETIME)",
		catalog.SQLServer: "CAST(CAST({0} AS date) AS datetime2)",
		catalog.SQLite:    "DATETIME({0}, 'start of day')",
	},
	"HOUR": {
		catalog.Postgres:  pgYears + "DATE_TRUNC('hour', {0})" + endOfCase,
		catalog.MariaDB:   "CAST(DATE_FORMAT({0}, '%Y-%m-%d %H:00:00') AS DATETIME)",
		catalog.SQLServer: "DATEADD(hour, DATEPART(hour, {0}), CAST(CAST({0} AS date) AS datetime2))",
		catalog.SQLite:    "strftime('%Y-%m-%d %H:00:00', {0})",
	},
	"MINUTE": {
		catalog.Postgres:  pgYears + "DATE_TRUNC('minute', {0})" + endOfCase,
		catalog.MariaDB:   "CAST(DATE_FORMAT({0}, '%Y-%m-%d %H:%i:00') AS DATETIME)",
		catalog.SQLServer: "DATEADD(minute, DATEPART(hour, {0}) * 60 + DATEPART(minute, {0}), CAST(CAST({0} AS date) AS datetime2))",
		catalog.SQLite:    "strftime('%Y-%m-%d %H:%M:00', {0})",
	},
}

// months spells the months between two dates by the calendar, over n.
func months(n string) spelling {
	pg := "((EXTRACT(YEAR FROM {1}) - EXTRACT(YEAR FROM {0})) * 12 + EXTRACT(MONTH FROM {1}) - EXTRACT(MONTH FROM {0}))"
	return spelling{
		catalog.Postgres: pg, catalog.SQLServer: "DATEDIFF(" + n + ", {0}, {1})",
		catalog.MariaDB: "((CAST(YEAR({1}) AS SIGNED) - CAST(YEAR({0}) AS SIGNED)) * 12 + CAST(MONTH({1}) AS SIGNED) - CAST(MONTH({0}) AS SIGNED))",
		catalog.SQLite:  "((strftime('%Y', {1}) - strftime('%Y', {0})) * 12 + strftime('%m', {1}) - strftime('%m', {0}))",
	}
}

// clockSteps spells how many borders of so many seconds lie between two moments.
func clockSteps(unit, seconds string) spelling {
	my := func(arg string) string {
		return "FLOOR(TIMESTAMPDIFF(SECOND, '0001-01-01', {" + arg + "}) / " + seconds + ")"
	}
	return spelling{
		catalog.Postgres:  finiteDifference("FLOOR(EXTRACT(EPOCH FROM {1}) / " + seconds + ") - FLOOR(EXTRACT(EPOCH FROM {0}) / " + seconds + ")"),
		catalog.SQLServer: "DATEDIFF_BIG(" + unit + ", {0}, {1})",
		catalog.MariaDB:   "CAST(" + my("1") + " - " + my("0") + " AS SIGNED)",
		catalog.SQLite:    "CAST(FLOOR(unixepoch({1}) / " + seconds + ".0) - FLOOR(unixepoch({0}) / " + seconds + ".0) AS INTEGER)",
	}
}

// difference spells DATEDIFF by unit: how many borders of it lie between.
var difference = map[string]spelling{
	"YEAR": {
		catalog.Postgres: finiteDifference("EXTRACT(YEAR FROM {1}) - EXTRACT(YEAR FROM {0})"), catalog.SQLServer: "DATEDIFF(year, {0}, {1})",
		catalog.MariaDB: "(CAST(YEAR({1}) AS SIGNED) - CAST(YEAR({0}) AS SIGNED))", catalog.SQLite: "(strftime('%Y', {1}) - strftime('%Y', {0}))",
	},
	"QUARTER": {
		catalog.Postgres:  "((EXTRACT(YEAR FROM {1}) - EXTRACT(YEAR FROM {0})) * 4 + EXTRACT(QUARTER FROM {1}) - EXTRACT(QUARTER FROM {0}))",
		catalog.SQLServer: "DATEDIFF(quarter, {0}, {1})",
		catalog.MariaDB:   "((CAST(YEAR({1}) AS SIGNED) - CAST(YEAR({0}) AS SIGNED)) * 4 + CAST(QUARTER({1}) AS SIGNED) - CAST(QUARTER({0}) AS SIGNED))",
		catalog.SQLite:    "((strftime('%Y', {1}) - strftime('%Y', {0})) * 4 + (strftime('%m', {1}) + 2) / 3 - (strftime('%m', {0}) + 2) / 3)",
	},
	"MONTH": months("month"),
	"WEEK": {
		catalog.Postgres:  finiteDifference("FLOOR(EXTRACT(JULIAN FROM {1}) / 7) - FLOOR(EXTRACT(JULIAN FROM {0}) / 7)"),
		catalog.SQLServer: "(DATEDIFF(day, " + msMonday + ", CAST({1} AS date)) / 7 - DATEDIFF(day, " + msMonday + ", CAST({0} AS date)) / 7)",
		catalog.MariaDB:   "((DATEDIFF({1}, '0001-01-01') DIV 7) - (DATEDIFF({0}, '0001-01-01') DIV 7))",
		catalog.SQLite:    "CAST(FLOOR((julianday(DATE({1})) + 0.5) / 7) - FLOOR((julianday(DATE({0})) + 0.5) / 7) AS INTEGER)",
	},
	"DAY":    dayDifference("0", "1"),
	"HOUR":   clockSteps("hour", "3600"),
	"MINUTE": clockSteps("minute", "60"),
	"SECOND": clockSteps("second", "1"),
}

// dayDifference spells the days from one argument to another.
func dayDifference(from, to string) spelling {
	f, t := "{"+from+"}", "{"+to+"}"
	return spelling{
		// Numeric, so that what is infinite gives no error.
		catalog.Postgres:  finiteDifference("FLOOR(EXTRACT(JULIAN FROM " + t + ")) - FLOOR(EXTRACT(JULIAN FROM " + f + "))"),
		catalog.SQLServer: "DATEDIFF(day, CAST(" + f + " AS date), CAST(" + t + " AS date))",
		catalog.MariaDB:   "DATEDIFF(" + t + ", " + f + ")",
		catalog.SQLite:    "CAST(julianday(DATE(" + t + ")) - julianday(DATE(" + f + ")) AS INTEGER)",
	}
}

var dateFuncs = []*Func{
	{Name: "YEAR", Args: []ArgKind{Temporal}, Result: fixed(int32T), spell: pgPart(datePart("year", "YEAR", "%Y"), "EXTRACT(YEAR FROM {0})"), Doc: "the year of a date"},
	{Name: "QUARTER", Args: []ArgKind{Temporal}, Result: fixed(int32T),
		spell: func() spelling {
			s := datePart("quarter", "QUARTER", "")
			s[catalog.SQLite] = "((CAST(strftime('%m', {0}) AS INTEGER) + 2) / 3)"
			return s
		}(), Doc: "the quarter of a date, 1 to 4"},
	{Name: "MONTH", Args: []ArgKind{Temporal}, Result: fixed(int32T), spell: datePart("month", "MONTH", "%m"), Doc: "the month of a date, 1 to 12"},
	{Name: "WEEK", Synonyms: []string{"ISO_WEEK", "ISOWEEK", "WEEKOFYEAR"}, Args: []ArgKind{Temporal}, Result: fixed(int32T),
		spell: myPart(datePart("iso_week", "WEEK", "%V"), "WEEK({0}, 3)"), Doc: "the week of a date by ISO 8601, 1 to 53: it starts on Monday, and week 1 holds 4 January"},
	{Name: "ISOYEAR", Args: []ArgKind{Temporal}, Result: fixed(int32T),
		spell: pgPart(msPart(myPart(datePart("", "", "%G"), "(YEARWEEK({0}, 3) DIV 100)"), "YEAR(DATEADD(day, DATEDIFF(day, "+msMonday+", CAST({0} AS date)) / 7 * 7 + 3, CAST('00010101' AS datetime2)))"), "EXTRACT(ISOYEAR FROM {0})"),
		Doc:   "the year that the WEEK of a date belongs to"},
	{Name: "DAY", Synonyms: []string{"DAYOFMONTH"}, Args: []ArgKind{Temporal}, Result: fixed(int32T), spell: datePart("day", "DAY", "%d"), Doc: "the day of the month"},
	{Name: "DAYOFYEAR", Synonyms: []string{"DOY"}, Args: []ArgKind{Temporal}, Result: fixed(int32T),
		spell: myPart(datePart("dayofyear", "DOY", "%j"), "DAYOFYEAR({0})"), Doc: "the day of the year, 1 to 366"},
	{Name: "DAYOFWEEK", Args: []ArgKind{Temporal}, Result: fixed(int32T), spell: spelling{
		catalog.Postgres: "(EXTRACT(DOW FROM {0}) + 1)", catalog.MariaDB: "DAYOFWEEK({0})",
		catalog.SQLServer: "((DATEDIFF(day, " + msMonday + ", CAST({0} AS date)) + 1) % 7 + 1)", catalog.SQLite: "(CAST(strftime('%w', {0}) AS INTEGER) + 1)",
	}, Doc: "the day of the week, 1 for Sunday to 7 for Saturday; DATEPART(WEEKDAY, x) is the same, whatever the server's DATEFIRST"},
	{Name: "DOW", Args: []ArgKind{Temporal}, Result: fixed(int32T), spell: spelling{
		catalog.Postgres: "EXTRACT(DOW FROM {0})", catalog.MariaDB: "(DAYOFWEEK({0}) - 1)",
		catalog.SQLServer: "((DATEDIFF(day, " + msMonday + ", CAST({0} AS date)) + 1) % 7)", catalog.SQLite: "CAST(strftime('%w', {0}) AS INTEGER)",
	}, Doc: "the day of the week, 0 for Sunday to 6 for Saturday"},
	{Name: "ISODOW", Args: []ArgKind{Temporal}, Result: fixed(int32T), spell: spelling{
		catalog.Postgres: "EXTRACT(ISODOW FROM {0})", catalog.MariaDB: "(WEEKDAY({0}) + 1)",
		catalog.SQLServer: "(DATEDIFF(day, " + msMonday + ", CAST({0} AS date)) % 7 + 1)", catalog.SQLite: "CAST(strftime('%u', {0}) AS INTEGER)",
	}, Doc: "the day of the week, 1 for Monday to 7 for Sunday"},
	{Name: "WEEKDAY", Args: []ArgKind{Temporal}, Result: fixed(int32T), spell: spelling{
		catalog.Postgres: "(EXTRACT(ISODOW FROM {0}) - 1)", catalog.MariaDB: "WEEKDAY({0})",
		catalog.SQLServer: "(DATEDIFF(day, " + msMonday + ", CAST({0} AS date)) % 7)", catalog.SQLite: "(CAST(strftime('%u', {0}) AS INTEGER) - 1)",
	}, Doc: "the day of the week, 0 for Monday to 6 for Sunday"},
	{Name: "HOUR", Args: []ArgKind{Moment}, Result: fixed(int32T), spell: myPart(datePart("hour", "HOUR", "%H"), "HOUR({0})"), Doc: "the hour of a time, 0 to 23"},
	{Name: "MINUTE", Args: []ArgKind{Moment}, Result: fixed(int32T), spell: myPart(datePart("minute", "MINUTE", "%M"), "MINUTE({0})"), Doc: "the minute of a time, 0 to 59"},
	{Name: "SECOND", Args: []ArgKind{Moment}, Result: fixed(int32T),
		spell: func() spelling {
			s := myPart(datePart("second", "", "%S"), "SECOND({0})")
			s[catalog.Postgres] = "FLOOR(EXTRACT(SECOND FROM {0}))"
			return s
		}(), Doc: "the second of a time, 0 to 59, without its fraction"},
	{Name: "EPOCH", Synonyms: []string{"UNIX_TIMESTAMP", "UNIXEPOCH"}, Args: []ArgKind{Moment}, Result: fixed(int64T), spell: spelling{
		catalog.Postgres: finite("FLOOR(EXTRACT(EPOCH FROM {0}))"), catalog.MariaDB: "TIMESTAMPDIFF(SECOND, '1970-01-01', {0} - INTERVAL MICROSECOND({0}) MICROSECOND)",
		catalog.SQLServer: "DATEDIFF_BIG(second, CAST('19700101' AS datetime2), {0})", catalog.SQLite: "unixepoch({0})",
	}, Doc: "the whole seconds since 1970-01-01 00:00"},
	{Name: "MONTHNAME", Args: []ArgKind{Temporal}, Result: fixed(text), Expands: true, Doc: "the month in English, January to December, whatever the server's language"},
	{Name: "DAYNAME", Args: []ArgKind{Temporal}, Result: fixed(text), Expands: true, Doc: "the day of the week in English, Monday to Sunday, whatever the server's language"},
	{Name: "CURRENT_DATE", Synonyms: []string{"CURDATE", "TODAY"}, Result: fixed(dateT),
		spell: spelling{"": "CURRENT_DATE", catalog.SQLServer: "CAST(SYSDATETIME() AS date)", catalog.SQLite: "DATE('now')"}, Doc: "today"},
	{Name: "CURRENT_TIMESTAMP", Synonyms: []string{"NOW", "GETDATE", "SYSDATETIME", "LOCALTIMESTAMP"}, Result: fixed(momentT),
		spell: spelling{"": "LOCALTIMESTAMP", catalog.SQLServer: "SYSDATETIME()", catalog.SQLite: "DATETIME('now')"}, Doc: "the time of the statement"},
	{Name: "DATE", Synonyms: []string{"TO_DATE"}, Args: []ArgKind{Any}, Result: fixed(dateT), Expands: true, Doc: "the day of a time: CAST(a AS DATE)", Example: "DATE(at)"},
	{Name: "DATE_TRUNC", Synonyms: []string{"DATETRUNC"}, Args: []ArgKind{Unit, Moment}, Result: moment,
		Units: unitsBut("SECOND"), units: truncation, Doc: "the first moment of the year, quarter, month, week (from Monday), day, hour or minute that a time is in", Example: "DATE_TRUNC('month', at)"},
	{Name: "LAST_DAY", Synonyms: []string{"EOMONTH"}, Args: []ArgKind{Temporal}, Result: fixed(dateT), spell: spelling{
		catalog.Postgres: pgYears + "CAST(DATE_TRUNC('month', CAST({0} AS timestamp)) + INTERVAL '1 month' - INTERVAL '1 day' AS date)" + endOfCase,
		catalog.MariaDB:  "LAST_DAY({0})", catalog.SQLServer: "EOMONTH({0})",
		catalog.SQLite: "CASE WHEN strftime('%m', {0}) = '12' THEN strftime('%Y-12-31', {0}) ELSE DATE({0}, 'start of month', '+1 month', '-1 day') END",
	}, Doc: "the last day of the month that a date is in"},
	{Name: "DATEDIFF", Synonyms: []string{"DATE_DIFF"}, Args: []ArgKind{Unit, Moment, Moment}, Result: fixed(int64T), Units: units, units: difference,
		Doc: "how many borders of years, quarters, months, weeks (from Monday), days, hours, minutes or seconds lie from the second argument to the third. With two arguments: the days from the second to the first", Example: "DATEDIFF(day, at, CURRENT_TIMESTAMP)"},
	{Name: "DAYS_BETWEEN", Args: []ArgKind{Temporal, Temporal}, Result: fixed(int64T), spell: dayDifference("0", "1"),
		Doc: "the days from one date to another", Example: "DAYS_BETWEEN(at, due)"},
	{Name: "DATEADD", Args: []ArgKind{Unit, Count, Temporal}, Result: func(args []Arg) sqltype.Type { return args[1].Type }, Counts: map[int]Range{1: {-1_000_000, 1_000_000}},
		Units: units, units: addition,
		Doc: "a date so many years, quarters, months, weeks, days, hours, minutes or seconds later, or earlier where the number is negative. Where the month is too short it is its last day; beyond the years 1 to 9999 it is NULL. The number is written out. On SQLite a fraction of a second is left out", Example: "DATEADD(day, -30, at)"},
}

// add spells DATEADD of one unit: a word of PostgreSQL, which MariaDB and SQL
// Server know as well, and what SQLite takes for it.
func add(postgres, unit, lite string) spelling {
	return spelling{
		catalog.Postgres:  "({1!} + {0} * INTERVAL '" + postgres + "')",
		catalog.MariaDB:   "({1!} + INTERVAL {0} " + unit + ")",
		catalog.SQLServer: "DATEADD(" + strings.ToLower(unit) + ", {0}, CAST({1} AS datetime2))",
		catalog.SQLite:    "DATETIME({1}, " + lite + ")",
	}
}

// AddToDate is DATEADD of days and more for a Date, which stays one.
var AddToDate = &Func{Name: "DATEADD to a date", Args: []ArgKind{Count, Temporal}, Result: fixed(dateT), units: wrapped(addition, spelling{
	catalog.Postgres: "CAST(% AS date)", catalog.MariaDB: "CAST(% AS DATE)", catalog.SQLServer: "CAST(% AS date)", catalog.SQLite: "DATE(%)",
})}

// wrapped puts each spelling into another, at its %.
func wrapped(units map[string]spelling, around spelling) map[string]spelling {
	out := map[string]spelling{}
	for unit, s := range units {
		out[unit] = spelling{}
		for engine, template := range s {
			out[unit][engine] = strings.Replace(around[engine], "%", template, 1)
		}
	}
	return out
}

var addition = map[string]spelling{
	"YEAR":    add("1 year", "YEAR", "{0} || ' years', 'floor'"),
	"QUARTER": add("3 months", "QUARTER", "({0} * 3) || ' months', 'floor'"),
	"MONTH":   add("1 month", "MONTH", "{0} || ' months', 'floor'"),
	"WEEK":    add("7 days", "WEEK", "({0} * 7) || ' days'"),
	"DAY":     add("1 day", "DAY", "{0} || ' days'"),
	"HOUR":    add("1 hour", "HOUR", "{0} || ' hours'"),
	"MINUTE":  add("1 minute", "MINUTE", "{0} || ' minutes'"),
	"SECOND":  add("1 second", "SECOND", "{0} || ' seconds'"),
}
