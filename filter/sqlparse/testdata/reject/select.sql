=== no items
SELECT FROM t
---
1:8 sql_syntax found FROM where an expression was expected

=== an empty list
SELECT
---
1:7 sql_syntax found the end of the text where an expression was expected

=== a comma too many
SELECT a, FROM t
---
1:11 sql_syntax found FROM where an expression was expected

=== a comma before
SELECT ,a FROM t
---
1:8 sql_syntax found "," where an expression was expected

=== T-SQL alias with =
SELECT total = a + b FROM t
---
1:8 sql_unsupported a select item cannot start like name = …: write expression AS name, or put the comparison in parentheses

=== T-SQL quoted alias with =
SELECT [total] = a FROM t
---
1:8 sql_unsupported a select item cannot start like name = …: write expression AS name, or put the comparison in parentheses

=== T-SQL string alias with =
SELECT 'total' = a FROM t
---
1:8 sql_unsupported a select item cannot start like name = …: write expression AS name, or put the comparison in parentheses

=== an assignment to a variable
SELECT @a = 1
---
1:8 sql_unsupported a select item cannot start like name = …: write expression AS name, or put the comparison in parentheses

=== a string as an alias
SELECT a AS 'x' FROM t
---
1:13 sql_unsupported a string cannot be an alias: write AS "alias"; texts are joined with ||

=== a string as a bare alias
SELECT a 'x' FROM t
---
1:10 sql_unsupported a string cannot be an alias: write AS "alias"; texts are joined with ||

=== a reserved word as an alias
SELECT a AS order FROM t
---
1:13 sql_syntax found order where a name was expected; the word is reserved: quote it if it is a name

=== a reserved word as a name
SELECT table FROM t
---
1:8 sql_unsupported TABLE is not offered; the word is reserved: quote it if it is a name

=== a reserved word after a dot
SELECT t.group FROM t
---
1:10 sql_syntax found group where a name was expected; the word is reserved: quote it if it is a name

=== an alias of a star
SELECT * AS a FROM t
---
1:10 sql_syntax found AS where the end of the query was expected

=== an alias of a star without AS
SELECT t.* a FROM t
---
1:12 sql_syntax found a where the end of the query was expected

=== a star with exceptions
SELECT * EXCEPT (a) FROM t
---
1:18 sql_syntax found a where SELECT was expected

=== a star in an expression
SELECT * + 1 FROM t
---
1:10 sql_syntax found "+" where the end of the query was expected

=== a star outside the list
SELECT a FROM t WHERE t.* = 1
---
1:25 sql_syntax found "*" where a name was expected

=== INTO
SELECT a INTO u FROM t
---
1:10 sql_unsupported SELECT … INTO is not offered

=== INTO OUTFILE
SELECT a FROM t INTO OUTFILE '/tmp/x'
---
1:17 sql_unsupported SELECT … INTO is not offered

=== DISTINCT ON
SELECT DISTINCT ON (a) b FROM t
---
1:17 sql_unsupported DISTINCT ON is not offered

=== ALL and DISTINCT
SELECT ALL DISTINCT a FROM t
---
1:12 sql_syntax found DISTINCT where an expression was expected

=== TOP without a number
SELECT TOP a FROM t
---
1:12 sql_syntax found a where a whole number or a parameter was expected

=== TOP with an expression
SELECT TOP (1 + 1) a FROM t
---
1:15 sql_syntax found "+" where ")" was expected

=== TOP with a decimal
SELECT TOP 1.5 a FROM t
---
1:12 sql_syntax found the number 1.5 where a whole number or a parameter was expected

=== TOP below zero
SELECT TOP -1 a FROM t
---
1:12 sql_syntax found "-" where a whole number or a parameter was expected

=== TOP PERCENT
SELECT TOP 10 PERCENT a FROM t
---
1:15 sql_unsupported TOP … PERCENT is not offered

=== TOP WITH TIES
SELECT TOP (10) WITH TIES a FROM t
---
1:17 sql_unsupported TOP … WITH TIES is not offered

=== TOP before DISTINCT
SELECT TOP 5 DISTINCT a FROM t
---
1:14 sql_syntax found DISTINCT where an expression was expected

=== GROUP without BY
SELECT a FROM t GROUP a
---
1:23 sql_syntax found a where BY was expected

=== GROUP BY without elements
SELECT a FROM t GROUP BY
---
1:25 sql_syntax found the end of the text where an expression was expected

=== WHERE without a condition
SELECT a FROM t WHERE
---
1:22 sql_syntax found the end of the text where an expression was expected

=== two WHERE
SELECT a FROM t WHERE a WHERE b
---
1:25 sql_syntax found WHERE where the end of the query was expected

=== HAVING before GROUP BY
SELECT a FROM t HAVING a GROUP BY a
---
1:26 sql_syntax found GROUP where the end of the query was expected

=== a named window
SELECT SUM(a) OVER w FROM t WINDOW w AS (ORDER BY b)
---
1:20 sql_unsupported named windows are not offered: write the window in the parentheses of OVER

=== a WINDOW clause
SELECT a FROM t WINDOW w AS (ORDER BY b)
---
1:17 sql_unsupported WINDOW (named windows) is not offered

=== QUALIFY
SELECT a FROM t x QUALIFY a = 1
---
1:19 sql_unsupported QUALIFY is not offered

=== FOR UPDATE
SELECT a FROM t FOR UPDATE
---
1:17 sql_unsupported FOR (UPDATE, SHARE, XML, JSON, SYSTEM_TIME) is not offered

=== FOR XML
SELECT a FROM t ORDER BY a FOR XML PATH
---
1:28 sql_unsupported FOR (UPDATE, SHARE, XML, JSON, SYSTEM_TIME) is not offered

=== FOR JSON
SELECT a FROM t WHERE b = 1 FOR JSON AUTO
---
1:29 sql_unsupported FOR (UPDATE, SHARE, XML, JSON, SYSTEM_TIME) is not offered

=== LOCK IN SHARE MODE
SELECT a FROM t WHERE b = 1 LOCK IN SHARE MODE
---
1:29 sql_unsupported LOCK is not offered

=== OPTION
SELECT a FROM t OPTION (RECOMPILE)
---
1:17 sql_unsupported OPTION (query hints) is not offered

=== PROCEDURE
SELECT a FROM t x PROCEDURE ANALYSE()
---
1:19 sql_unsupported PROCEDURE is not offered

=== ROLLUP in GROUPING SETS
SELECT a FROM t GROUP BY GROUPING SETS (ROLLUP (a), b)
---
1:41 sql_unsupported ROLLUP, CUBE and GROUPING SETS do not stand in each other: write the sets out

=== an empty ROLLUP
SELECT a FROM t GROUP BY ROLLUP ()
---
1:34 sql_syntax found ")" where an expression was expected

=== an empty set in a ROLLUP
SELECT a FROM t GROUP BY ROLLUP (a, ())
---
1:38 sql_syntax found ")" where an expression was expected

=== WITH ROLLUP after a CUBE
SELECT a FROM t GROUP BY CUBE (a) WITH ROLLUP
---
1:40 sql_unsupported WITH ROLLUP and WITH CUBE go with a plain list only

=== ROLLUP as a function
SELECT ROLLUP (a) FROM t
---
1:8 sql_unsupported ROLLUP, CUBE and GROUPING SETS stand in GROUP BY

=== ROLLUP in parentheses
SELECT a FROM t GROUP BY (ROLLUP (a))
---
1:27 sql_unsupported ROLLUP, CUBE and GROUPING SETS stand in GROUP BY
