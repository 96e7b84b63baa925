=== an unclosed call
SELECT f(a FROM t
---
1:12 sql_syntax found FROM where ")" was expected

=== a comma too many in a call
SELECT f(a,) FROM t
---
1:12 sql_syntax found ")" where an expression was expected

=== a comma first in a call
SELECT f(,a) FROM t
---
1:10 sql_syntax found "," where an expression was expected

=== a star among arguments
SELECT f(*, a) FROM t
---
1:11 sql_syntax found "," where ")" was expected

=== DISTINCT star
SELECT COUNT(DISTINCT *) FROM t
---
1:23 sql_syntax found "*" where an expression was expected

=== DISTINCT of nothing
SELECT COUNT(DISTINCT) FROM t
---
1:22 sql_syntax found ")" where an expression was expected

=== COUNT of a qualified star
SELECT COUNT(t.*) FROM t
---
1:16 sql_syntax found "*" where a name was expected

=== a function of a schema in an expression
SELECT dbo.f(a) FROM t
---
1:13 sql_unsupported functions are called by a plain name, without schema or quotes

=== a function of the system catalog
SELECT pg_catalog.pg_read_file('x')
---
1:31 sql_unsupported functions are called by a plain name, without schema or quotes

=== a quoted function
SELECT "f"(a) FROM t
---
1:11 sql_unsupported functions are called by a plain name, without schema or quotes

=== a bracketed function
SELECT [f](a) FROM t
---
1:11 sql_unsupported functions are called by a plain name, without schema or quotes

=== a reserved word called
SELECT order(a) FROM t
---
1:8 sql_syntax found order where an expression was expected

=== VALUES of MySQL
SELECT VALUES(a) FROM t
---
1:8 sql_unsupported VALUES is not offered

=== OVER a name in parentheses
SELECT SUM(a) OVER (w ORDER BY b) FROM t
---
1:20 sql_unsupported named windows are not offered: write the window in the parentheses of OVER

=== OVER without parentheses
SELECT SUM(a) OVER FROM t
---
1:20 sql_syntax found FROM where "(" was expected

=== OVER after a column
SELECT a OVER () FROM t
---
1:10 sql_syntax found OVER where the end of the query was expected

=== PARTITION without BY
SELECT SUM(a) OVER (PARTITION a) FROM t
---
1:31 sql_syntax found a where BY was expected

=== ORDER before PARTITION
SELECT SUM(a) OVER (ORDER BY a PARTITION BY b) FROM t
---
1:32 sql_syntax found PARTITION where ")" was expected

=== a frame that ends before it starts
SELECT SUM(a) OVER (ORDER BY b ROWS BETWEEN CURRENT ROW AND 1 PRECEDING) FROM t
---
1:32 sql_syntax the window frame ends before it starts

=== a frame that starts at the end
SELECT SUM(a) OVER (ROWS UNBOUNDED FOLLOWING) FROM t
---
1:21 sql_syntax the window frame ends before it starts

=== a frame that ends at the start
SELECT SUM(a) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED PRECEDING) FROM t
---
1:21 sql_syntax the window frame ends before it starts

=== a frame that starts and ends at the end
SELECT SUM(a) OVER (ROWS BETWEEN UNBOUNDED FOLLOWING AND UNBOUNDED FOLLOWING) FROM t
---
1:21 sql_syntax the window frame ends before it starts

=== a frame of one bound in the future
SELECT SUM(a) OVER (ROWS 1 FOLLOWING) FROM t
---
1:21 sql_syntax the window frame ends before it starts

=== a frame without a bound
SELECT SUM(a) OVER (ROWS) FROM t
---
1:25 sql_syntax found ")" where a bound such as CURRENT ROW or 3 PRECEDING was expected

=== a frame with an expression
SELECT SUM(a) OVER (ROWS b + 1 PRECEDING) FROM t
---
1:26 sql_syntax found b where a bound such as CURRENT ROW or 3 PRECEDING was expected

=== a frame with EXCLUDE
SELECT SUM(a) OVER (ROWS UNBOUNDED PRECEDING EXCLUDE TIES) FROM t
---
1:46 sql_unsupported EXCLUDE is not offered

=== a frame with an interval
SELECT SUM(a) OVER (ORDER BY b RANGE INTERVAL '1 day' PRECEDING) FROM t
---
1:38 sql_unsupported INTERVAL is not offered

=== IGNORE NULLS
SELECT LAG(a) IGNORE NULLS OVER (ORDER BY b) FROM t
---
1:15 sql_unsupported IGNORE NULLS is not offered

=== FILTER without WHERE
SELECT COUNT(*) FILTER (a > 1) FROM t
---
1:25 sql_syntax found a where WHERE was expected

=== WITHIN GROUP without ORDER BY
SELECT MODE() WITHIN GROUP (a) FROM t
---
1:29 sql_syntax found a where ORDER BY was expected

=== WITHIN GROUP and an order inside
SELECT f(a ORDER BY a) WITHIN GROUP (ORDER BY b) FROM t
---
1:24 sql_syntax WITHIN GROUP cannot follow a call that has * or an ORDER BY of its own

=== WITHIN GROUP after a star
SELECT COUNT(*) WITHIN GROUP (ORDER BY b) FROM t
---
1:17 sql_syntax WITHIN GROUP cannot follow a call that has * or an ORDER BY of its own

=== SEPARATOR after two arguments
SELECT GROUP_CONCAT(a, b SEPARATOR ',') FROM t
---
1:26 sql_syntax found SEPARATOR where ")" was expected

=== SEPARATOR of a column
SELECT GROUP_CONCAT(a SEPARATOR b) FROM t
---
1:33 sql_syntax found b where a string was expected

=== CAST without AS
SELECT CAST(a) FROM t
---
1:14 sql_syntax found ")" where AS was expected

=== CAST to nothing
SELECT CAST(a AS) FROM t
---
1:17 sql_syntax found ")" where a type was expected

=== CAST to a string
SELECT CAST(a AS 'int') FROM t
---
1:18 sql_syntax found a string where a type was expected

=== CAST to a quoted type
SELECT CAST(a AS [int]) FROM t
---
1:18 sql_syntax found the quoted name [int] where a type was expected

=== CAST to a type of a schema
SELECT CAST(a AS dbo.int) FROM t
---
1:21 sql_syntax found "." where ")" was expected

=== CAST to an array
SELECT a::int[] FROM t
---
1:14 sql_syntax a quoted name cannot be empty

=== CAST to INTERVAL
SELECT CAST(a AS INTERVAL) FROM t
---
1:18 sql_unsupported INTERVAL is not offered

=== CAST with a character set
SELECT CAST(a AS CHAR CHARACTER SET utf8) FROM t
---
1:23 sql_syntax found CHARACTER where ")" was expected

=== three lengths
SELECT CAST(a AS decimal(1, 2, 3)) FROM t
---
1:30 sql_syntax found "," where ")" was expected

=== a length below zero
SELECT CAST(a AS varchar(-1)) FROM t
---
1:26 sql_syntax found "-" where a length was expected

=== an empty length
SELECT CAST(a AS varchar()) FROM t
---
1:26 sql_syntax found ")" where a length was expected

=== a length beyond all measure
SELECT CAST(a AS varchar(99999999999)) FROM t
---
1:26 sql_syntax found the number 99999999999 where a length was expected

=== a type with a Kelvin sign
SELECT a::Kind FROM t
---
1:11 sql_syntax found Kind where a type was expected

=== NATIONAL alone
SELECT CAST(a AS NATIONAL) FROM t
---
1:26 sql_syntax found ")" where CHARACTER was expected

=== WITH TIME and no ZONE
SELECT CAST(a AS timestamp WITH TIME) FROM t
---
1:37 sql_syntax found ")" where ZONE was expected

=== the style of CONVERT
SELECT CONVERT(varchar(10), a, 103) FROM t
---
1:30 sql_unsupported the style of CONVERT is not offered

=== CONVERT USING
SELECT CONVERT(a USING utf8) FROM t
---
1:18 sql_unsupported CONVERT … USING is not offered

=== CONVERT of a column first
SELECT CONVERT(t.a, CHAR) FROM t
---
1:17 sql_syntax found "." where "," was expected

=== EXTRACT without FROM
SELECT EXTRACT(YEAR, d) FROM t
---
1:20 sql_syntax found "," where FROM was expected

=== EXTRACT of a string
SELECT EXTRACT('year' FROM d) FROM t
---
1:16 sql_syntax found a string where a field such as YEAR was expected

=== DATEPART with FROM
SELECT DATEPART(year FROM d) FROM t
---
1:22 sql_syntax found FROM where "," was expected

=== DATEPART of one argument
SELECT DATEPART(year) FROM t
---
1:21 sql_syntax found ")" where "," was expected

=== POSITION with a comma
SELECT POSITION('x', a) FROM t
---
1:20 sql_syntax found "," where IN was expected

=== TRIM of nothing
SELECT TRIM() FROM t
---
1:13 sql_syntax found ")" where an expression was expected

=== TRIM of a side without FROM
SELECT TRIM(LEADING a) FROM t
---
1:22 sql_syntax found ")" where FROM was expected

=== SUBSTRING with FROM and a comma
SELECT SUBSTRING(a FROM 1, 2) FROM t
---
1:26 sql_syntax found "," where ")" was expected

=== SUBSTRING of nothing
SELECT SUBSTRING() FROM t
---
1:18 sql_syntax found ")" where an expression was expected

=== MATCH AGAINST
SELECT * FROM t WHERE MATCH (a) AGAINST ('x')
---
1:33 sql_syntax found AGAINST where the end of the query was expected
