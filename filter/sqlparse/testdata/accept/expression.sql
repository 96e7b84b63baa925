=== numbers
SELECT 0, 12, 1.50, .5, 1e6, 2.5E-3, 1E+10, 007
---
SELECT 0, 12, 1.50, 0.5, 1e6, 2.5E-3, 1E+10, 007

=== strings
SELECT '', 'it''s', N'é', n'x', 'a\', '--', '/*', '"'
---
SELECT '', 'it''s', 'é', 'x', 'a\', '--', '/*', '"'

=== a string over two lines
SELECT 'a
b'
---
SELECT 'a
b'

=== constants
SELECT NULL, true, FALSE
---
SELECT NULL, TRUE, FALSE

=== typed literals
SELECT DATE '2026-01-31', time'10:00', TIMESTAMP '2026-01-31 10:00'
---
SELECT DATE '2026-01-31', TIME '10:00', TIMESTAMP '2026-01-31 10:00'

=== question marks are numbered in order
SELECT ? FROM t WHERE a = ? AND b = ?
---
SELECT $1 FROM t WHERE a = $2 AND b = $3

=== numbered parameters of three spellings
SELECT $1, @p2, :3, @P1
---
SELECT $1, $2, $3, $1

=== named parameters of two spellings
SELECT @name, :name, @p, :p1, @p1x, :été
---
SELECT :name, :name, :p, :p1, :p1x, :été

=== numbered and named parameters
SELECT $1, :name
---
SELECT $1, :name

=== both forms of CASE
SELECT CASE WHEN a = 1 THEN 'x' WHEN b THEN 'y' ELSE 'z' END, CASE a WHEN 1 THEN 2 END FROM t
---
SELECT CASE WHEN a = 1 THEN 'x' WHEN b THEN 'y' ELSE 'z' END, CASE a WHEN 1 THEN 2 END FROM t

=== CASE in CASE
SELECT CASE CASE a WHEN 1 THEN 2 END WHEN 2 THEN CASE WHEN b THEN 3 END ELSE CASE WHEN c THEN 4 END END FROM t
---
SELECT CASE CASE a WHEN 1 THEN 2 END WHEN 2 THEN CASE WHEN b THEN 3 END ELSE CASE WHEN c THEN 4 END END FROM t

=== a scalar subquery
SELECT (SELECT 1), ((SELECT 2)), (SELECT 3) + 4, -(SELECT 5)
---
SELECT (SELECT 1), (SELECT 2), (SELECT 3) + 4, -(SELECT 5)

=== a scalar subquery of a set operation that starts in parentheses
SELECT ((SELECT 1) UNION (SELECT 2))
---
SELECT (SELECT 1 UNION SELECT 2)

=== a scalar subquery with a limit that starts in parentheses
SELECT ((SELECT a FROM t LIMIT 2) ORDER BY 1 LIMIT 1)
---
SELECT ((SELECT a FROM t LIMIT 2) ORDER BY 1 LIMIT 1)

=== a row that starts with a subquery
SELECT ((SELECT 1), 2)
---
SELECT ((SELECT 1), 2)

=== CAST
SELECT CAST(a AS int), TRY_CAST(a AS decimal(12, 2)), try_cast(a + 1 AS varchar(20)) FROM t
---
SELECT CAST(a AS INT), TRY_CAST(a AS DECIMAL(12, 2)), TRY_CAST(a + 1 AS VARCHAR(20)) FROM t

=== CONVERT
SELECT CONVERT(int, a), TRY_CONVERT(nvarchar(20), a + 1), convert(date, '2026-01-31') FROM t
---
SELECT CAST(a AS INT), TRY_CAST(a + 1 AS NVARCHAR(20)), CAST('2026-01-31' AS DATE) FROM t

=== double colons
SELECT a::int, 'x'::varchar(5)::text, (a + b)::numeric(10, 2), f(a)::date, ?::int, NULL::int FROM t
---
SELECT CAST(a AS INT), CAST(CAST('x' AS VARCHAR(5)) AS TEXT), CAST(a + b AS NUMERIC(10, 2)), CAST(f(a) AS DATE), CAST($1 AS INT), CAST(NULL AS INT) FROM t

=== types of several words
SELECT CAST(a AS double precision), a::character varying(10), a::char varying, a::national character varying(5), a::national char(3), CAST(a AS UNSIGNED integer), CAST(a AS signed) FROM t
---
SELECT CAST(a AS DOUBLE PRECISION), CAST(a AS CHARACTER VARYING(10)), CAST(a AS CHAR VARYING), CAST(a AS NATIONAL CHARACTER VARYING(5)), CAST(a AS NATIONAL CHAR(3)), CAST(a AS UNSIGNED INTEGER), CAST(a AS SIGNED) FROM t

=== types with a time zone
SELECT a::timestamp(3) with time zone, a::time without time zone, a::timestamp with time zone, a::timestamp(0) FROM t
---
SELECT CAST(a AS TIMESTAMP(3) WITH TIME ZONE), CAST(a AS TIME WITHOUT TIME ZONE), CAST(a AS TIMESTAMP WITH TIME ZONE), CAST(a AS TIMESTAMP(0)) FROM t

=== MAX is no length
SELECT CAST(a AS varchar(max)), CONVERT(nvarchar(MAX), a) FROM t
---
SELECT CAST(a AS VARCHAR), CAST(a AS NVARCHAR) FROM t

=== CAST and its like as columns
SELECT cast, convert, extract, substring, try_cast, datepart FROM t
---
SELECT cast, convert, extract, substring, try_cast, datepart FROM t

=== concatenation of strings by hand
SELECT 'a' || 'b' + 'c'
---
SELECT 'a' || 'b' + 'c'
