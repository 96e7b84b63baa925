package sqlfunc

import "github.com/vantelle/vantelle/internal/erp/catalog"

// ToFloat makes a float of a decimal. PostgreSQL's numeric can hold what no
// float can, too large or too small, and would give an error.
var ToFloat = &Func{Name: "CAST decimal AS float", Args: []ArgKind{Exact}, Result: fixed(float), Doc: "a float", spell: spelling{
	catalog.Postgres:  "CASE WHEN ABS({0}) < 1e300 THEN CAST(ROUND({0}, 100) AS double precision) END",
	catalog.MariaDB:   "CAST({0} AS DOUBLE)",
	catalog.SQLServer: "CAST({0} AS float)",
	catalog.SQLite:    "CAST({0} AS REAL)",
}}

// ToMoment makes a timestamp of a date. PostgreSQL has dates that are too far
// away for its timestamps.
var ToMoment = &Func{Name: "CAST date AS timestamp", Args: []ArgKind{Temporal}, Result: fixed(momentT), Doc: "the first moment of a day", spell: spelling{
	catalog.Postgres:  pgYears + "CAST({0} AS timestamp) END",
	catalog.MariaDB:   "CAST({0} AS DATETIME(6))",
	catalog.SQLServer: "CAST({0} AS datetime2)",
	catalog.SQLite:    "DATETIME({0})",
}}
