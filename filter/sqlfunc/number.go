package sqlfunc

import "github.com/vantelle/vantelle/internal/erp/catalog"

// everywhere is one template for every engine.
func everywhere(template string) spelling { return spelling{"": template} }

// circle spells a function of an angle: PostgreSQL gives an error for what is
// infinite, and far out a float no longer tells where on the circle it is.
func circle(name string) spelling {
	return everywhere("CASE WHEN ABS({0}) < 1e15 THEN " + name + "({0}) END")
}

// arc spells the angle of a sine or cosine.
func arc(name string) spelling {
	return everywhere("CASE WHEN {0!} BETWEEN -1 AND 1 THEN " + name + "({0}) END")
}

// decimals bounds how many decimals are asked for: MariaDB knows 30, SQL Server's type 38.
var decimals = map[int]Range{1: {0, 20}}

// The largest power of e that is computed: beyond, engines differ on when a
// float is too large or too small, and three of them give an error.
const largestPower = "700"

var numberFuncs = []*Func{
	// SQLite's ABS fails on the smallest integer, unless it is a float.
	{Name: "ABS", Args: []ArgKind{Exact}, Result: first,
		spell: spelling{catalog.SQLite: "ABS(CAST({0} AS REAL))"}, Doc: "the number without its sign"},
	{Name: "ROUND", Args: []ArgKind{Exact, Count}, Optional: 1, Result: rounded, Counts: decimals, partial: tight, write: roomy("ROUND({0}, {1})"),
		Doc: "rounded to so many decimals, to none without them; halves away from zero. SQLite rounds the binary float that it stores"},
	{Name: "TRUNC", Synonyms: []string{"TRUNCATE"}, Args: []ArgKind{Exact, Count}, Optional: 1, Result: rounded, Counts: decimals, partial: tight, write: roomy("ROUND({0}, {1}, 1)"),
		spell:   spelling{catalog.MariaDB: "TRUNCATE({0}, {1})", catalog.SQLite: "(TRUNC(ROUND({0!} * 1e{1}, 6)) / 1e{1})"},
		shorter: spelling{catalog.MariaDB: "TRUNCATE({0}, 0)", catalog.SQLite: "TRUNC({0})"},
		Doc:     "cut to so many decimals, to none without them"},
	{Name: "FLOOR", Args: []ArgKind{Exact}, Result: whole, partial: tight, write: roomy("FLOOR({0})"), Doc: "the whole number below"},
	{Name: "CEILING", Synonyms: []string{"CEIL"}, Args: []ArgKind{Exact}, Result: whole, partial: tight, write: roomy("CEILING({0})"),
		spell: spelling{catalog.SQLite: "CEIL({0})"}, Doc: "the whole number above"},
	{Name: "SIGN", Args: []ArgKind{Number}, Result: fixed(int32T),
		spell: everywhere("CASE WHEN {0!} > 0 THEN 1 WHEN {0!} < 0 THEN -1 WHEN {0!} = 0 THEN 0 END"),
		Doc:   "1 of a positive number, -1 of a negative one, 0 of zero"},
	{Name: "MOD", Args: []ArgKind{Exact, Exact}, Result: first, Expands: true, Doc: "what is left of a division, a % b; NULL where b is 0", Example: "MOD(id, 2)"},
	{Name: "SQUARE", Args: []ArgKind{Exact}, Result: first, Expands: true, Doc: "the number times itself: a * a"},

	// Floats. Each gives NULL where there is no such number, and is printed so
	// that no engine computes it there.
	{Name: "SQRT", Args: []ArgKind{Real}, Result: fixed(float), spell: everywhere("CASE WHEN {0!} >= 0 THEN SQRT({0}) END"), Doc: "the square root, a float; NULL of a negative number"},
	{Name: "EXP", Args: []ArgKind{Real}, Result: fixed(float), spell: everywhere("CASE WHEN {0!} BETWEEN -" + largestPower + " AND " + largestPower + " THEN EXP({0}) END"),
		Doc: "e to a power, a float; NULL beyond 700 either way"},
	{Name: "LN", Args: []ArgKind{Real}, Result: fixed(float), spell: spelling{"": "CASE WHEN {0!} > 0 THEN LN({0}) END", catalog.SQLServer: "CASE WHEN {0!} > 0 THEN LOG({0}) END"},
		Doc: "the natural logarithm, a float; NULL unless the number is positive"},
	{Name: "LOG10", Args: []ArgKind{Real}, Result: fixed(float), spell: spelling{"": "CASE WHEN {0!} > 0 THEN LOG10({0}) END"},
		Doc: "the logarithm to base 10, a float; NULL unless the number is positive"},
	{Name: "LOG2", Args: []ArgKind{Real}, Result: fixed(float),
		spell: spelling{"": "CASE WHEN {0!} > 0 THEN LOG2({0}) END", catalog.Postgres: "CASE WHEN {0!} > 0 THEN LN({0}) / 0.69314718055994531 END", catalog.SQLServer: "CASE WHEN {0!} > 0 THEN LOG({0}, 2) END"},
		Doc:   "the logarithm to base 2, a float; NULL unless the number is positive"},
	{Name: "LOG", Args: []ArgKind{Real}, Result: fixed(float), Ambiguous: "write LN for the natural logarithm, LOG10 or LOG2", Doc: "a logarithm"},
	{Name: "POWER", Synonyms: []string{"POW"}, Args: []ArgKind{Real, Real}, Result: fixed(float), spell: spelling{"": power("LN"), catalog.SQLServer: power("LOG")},
		Doc: "the first number to the power of the second, a float; NULL where there is no such number, for powers beyond 1000 and results beyond e^700 either way", Example: "POWER(total, 2)"},
	{Name: "PI", Result: fixed(float), spell: spelling{catalog.MariaDB: "CAST(PI() AS DOUBLE)"}, Doc: "3.14159…, a float"},
	{Name: "SIN", Args: []ArgKind{Real}, Result: fixed(float), spell: circle("SIN"), Doc: "the sine of an angle in radians, a float; NULL beyond 1e15"},
	{Name: "COS", Args: []ArgKind{Real}, Result: fixed(float), spell: circle("COS"), Doc: "the cosine of an angle in radians, a float; NULL beyond 1e15"},
	{Name: "TAN", Args: []ArgKind{Real}, Result: fixed(float), spell: circle("TAN"), Doc: "the tangent of an angle in radians, a float; NULL beyond 1e15"},
	{Name: "ASIN", Args: []ArgKind{Real}, Result: fixed(float), spell: arc("ASIN"), Doc: "the angle of a sine, a float; NULL unless the sine is from -1 to 1"},
	{Name: "ACOS", Args: []ArgKind{Real}, Result: fixed(float), spell: arc("ACOS"), Doc: "the angle of a cosine, a float; NULL unless the cosine is from -1 to 1"},
	{Name: "ATAN", Args: []ArgKind{Real}, Result: fixed(float), Doc: "the angle of a tangent, a float"},
	{Name: "RADIANS", Args: []ArgKind{Real}, Result: fixed(float), spell: everywhere("CASE WHEN ABS({0}) < 1e-300 THEN 0 WHEN ABS({0}) < 1e15 THEN RADIANS({0}) END"), Doc: "an angle in degrees become radians, a float; NULL beyond 1e15"},
	{Name: "DEGREES", Args: []ArgKind{Real}, Result: fixed(float), spell: circle("DEGREES"), Doc: "an angle in radians become degrees, a float; NULL beyond 1e15"},
}

// power guards POWER: no engine is asked for a number that it has not. The
// logarithm is taken only of what is known to be positive, and multiplied only
// by what is known to be small.
func power(ln string) string {
	result := func(base string) string {
		// Of what is too small for the product to be a number, 1 is left.
		return "CASE WHEN ABS({1}) < 1e-280 THEN 1 WHEN {1!} * " + ln + "(" + base + ") BETWEEN -" + largestPower + " AND " + largestPower + " THEN POWER({0}, {1}) END"
	}
	return "CASE WHEN NOT ABS({1}) <= 1000 OR NOT ABS({0}) < 1e300 THEN NULL" +
		" WHEN {0!} > 0 THEN " + result("{0}") +
		" WHEN {0!} < 0 AND FLOOR({1}) = {1!} THEN " + result("-{0!}") +
		" WHEN {0!} = 0 AND {1!} > 0 THEN POWER({0}, {1})" +
		" WHEN {0!} = 0 AND {1!} = 0 THEN 1 END"
}
