=== nothing after an operator
SELECT a + FROM t
---
1:12 sql_syntax found FROM where an expression was expected

=== nothing before an operator
SELECT * FROM t WHERE = 1
---
1:23 sql_syntax found "=" where an expression was expected

=== two operators
SELECT a * / b FROM t
---
1:12 sql_syntax found "/" where an expression was expected

=== two expressions
SELECT * FROM t WHERE a b
---
1:25 sql_syntax found b where the end of the query was expected

=== an unclosed parenthesis
SELECT (a FROM t
---
1:11 sql_syntax found FROM where ")" was expected

=== an empty parenthesis
SELECT () FROM t
---
1:9 sql_syntax found ")" where an expression was expected

=== comparisons in a chain
SELECT * FROM t WHERE a < b < c
---
1:29 sql_syntax comparisons do not chain: put one of them in parentheses

=== equalities in a chain
SELECT * FROM t WHERE a = b = c
---
1:29 sql_syntax comparisons do not chain: put one of them in parentheses

=== IS after a comparison
SELECT * FROM t WHERE a = b IS NULL
---
1:29 sql_syntax comparisons do not chain: put one of them in parentheses

=== IS after IS
SELECT * FROM t WHERE a IS NULL IS NULL
---
1:33 sql_syntax comparisons do not chain: put one of them in parentheses

=== a comparison after IN
SELECT * FROM t WHERE a IN (1) = b
---
1:32 sql_syntax comparisons do not chain: put one of them in parentheses

=== LIKE after LIKE
SELECT * FROM t WHERE a LIKE 'x' NOT LIKE 'y'
---
1:34 sql_syntax comparisons do not chain: put one of them in parentheses

=== BETWEEN after BETWEEN
SELECT * FROM t WHERE a BETWEEN 1 AND 2 BETWEEN 3 AND 4
---
1:41 sql_syntax comparisons do not chain: put one of them in parentheses

=== BETWEEN in a lower bound
SELECT * FROM t WHERE a BETWEEN b = 1 AND c
---
1:35 sql_syntax found "=" where AND was expected

=== NOT as an operand
SELECT * FROM t WHERE a = NOT b
---
1:27 sql_syntax found NOT where an expression was expected

=== NOT after an expression
SELECT * FROM t WHERE a NOT b
---
1:29 sql_syntax found b where IN, BETWEEN or LIKE was expected

=== NOT alone
SELECT * FROM t WHERE NOT
---
1:26 sql_syntax found the end of the text where an expression was expected

=== IS something else
SELECT * FROM t WHERE a IS b
---
1:28 sql_syntax found b where NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM was expected

=== IS NOT something else
SELECT * FROM t WHERE a IS NOT 1
---
1:32 sql_syntax found the number 1 where NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM was expected

=== IS DISTINCT without FROM
SELECT * FROM t WHERE a IS DISTINCT b
---
1:37 sql_syntax found b where FROM was expected

=== ISNULL behind
SELECT * FROM t WHERE a ISNULL
---
1:25 sql_syntax found ISNULL where the end of the query was expected

=== BETWEEN without AND
SELECT * FROM t WHERE a BETWEEN 1
---
1:34 sql_syntax found the end of the text where AND was expected

=== BETWEEN with OR
SELECT * FROM t WHERE a BETWEEN 1 OR 2
---
1:35 sql_syntax found OR where AND was expected

=== BETWEEN SYMMETRIC
SELECT * FROM t WHERE a BETWEEN SYMMETRIC 1 AND 2
---
1:33 sql_unsupported BETWEEN SYMMETRIC is not offered

=== an empty IN list
SELECT * FROM t WHERE a IN ()
---
1:29 sql_syntax found ")" where an expression was expected

=== IN without parentheses
SELECT * FROM t WHERE a IN b
---
1:28 sql_syntax found b where "(" was expected

=== IN a parameter
SELECT * FROM t WHERE a IN @p1
---
1:28 sql_syntax found the parameter @p1 where "(" was expected

=== IN with a comma too many
SELECT * FROM t WHERE a IN (1,)
---
1:31 sql_syntax found ")" where an expression was expected

=== a value IN rows
SELECT * FROM t WHERE a IN ((1, 2))
---
1:29 sql_syntax the elements of the IN list and its left side have different numbers of values

=== a row IN values
SELECT * FROM t WHERE (a, b) IN ((1, 2), 3)
---
1:42 sql_syntax the elements of the IN list and its left side have different numbers of values

=== a row IN longer rows
SELECT * FROM t WHERE (a, b) IN ((1, 2, 3))
---
1:34 sql_syntax the elements of the IN list and its left side have different numbers of values

=== a query and a value in one list
SELECT * FROM t WHERE a IN (SELECT 1, 2 FROM u, 3)
---
1:49 sql_syntax found the number 3 where a table or a subquery was expected

=== a set operation and a value in one list
SELECT * FROM t WHERE a IN ((SELECT 1) UNION (SELECT 2), 3)
---
1:56 sql_syntax found "," where ")" was expected

=== ANY of an array
SELECT * FROM t WHERE a = ANY ($1)
---
1:31 sql_unsupported ANY and ALL take a query; for a list of values write IN (…)

=== ALL of values
SELECT * FROM t WHERE a > ALL (1, 2)
---
1:31 sql_unsupported ANY and ALL take a query; for a list of values write IN (…)

=== ANY without a comparison
SELECT * FROM t WHERE ANY (SELECT 1)
---
1:23 sql_syntax found ANY where an expression was expected

=== ANY after a null-safe comparison
SELECT * FROM t WHERE a <=> ANY (SELECT 1)
---
1:29 sql_syntax found ANY where an expression was expected

=== LIKE ANY
SELECT * FROM t WHERE a LIKE ANY (SELECT 'x')
---
1:30 sql_syntax found ANY where an expression was expected

=== ESCAPE without a character
SELECT * FROM t WHERE a LIKE 'x' ESCAPE
---
1:40 sql_syntax found the end of the text where an expression was expected

=== EXISTS without a query
SELECT * FROM t WHERE EXISTS (1)
---
1:31 sql_syntax found the number 1 where SELECT was expected

=== EXISTS without parentheses
SELECT * FROM t WHERE EXISTS SELECT 1
---
1:30 sql_syntax found SELECT where "(" was expected

=== CASE without WHEN
SELECT CASE a END FROM t
---
1:15 sql_syntax found END where WHEN was expected

=== CASE without THEN
SELECT CASE WHEN a END FROM t
---
1:20 sql_syntax found END where THEN was expected

=== CASE without END
SELECT CASE WHEN a THEN b FROM t
---
1:27 sql_syntax found FROM where END was expected

=== CASE with two ELSE
SELECT CASE WHEN a THEN b ELSE c ELSE d END FROM t
---
1:34 sql_syntax found ELSE where END was expected

=== COLLATE in a comparison
SELECT * FROM t WHERE a = 'x' COLLATE Latin1_General_CI_AS
---
1:31 sql_unsupported COLLATE is not offered

=== AT TIME ZONE
SELECT a AT TIME ZONE 'UTC' FROM t
---
1:10 sql_unsupported AT TIME ZONE is not offered

=== REGEXP
SELECT * FROM t WHERE a REGEXP 'x'
---
1:25 sql_unsupported the operator REGEXP is not offered

=== NOT RLIKE
SELECT * FROM t WHERE a NOT RLIKE 'x'
---
1:29 sql_unsupported the operator RLIKE is not offered

=== SIMILAR TO
SELECT * FROM t WHERE a SIMILAR TO 'x'
---
1:25 sql_unsupported the operator SIMILAR is not offered

=== a regular expression operator
SELECT * FROM t WHERE a ~ 'x'
---
1:25 sql_unsupported the operator '~' is not offered

=== GLOB
SELECT * FROM t WHERE a GLOB 'x'
---
1:25 sql_unsupported the operator GLOB is not offered

=== DIV
SELECT a DIV 2 FROM t
---
1:10 sql_unsupported the operator DIV is not offered

=== XOR
SELECT * FROM t WHERE a XOR b
---
1:25 sql_unsupported the operator XOR is not offered

=== INTERVAL
SELECT a + INTERVAL '1 day' FROM t
---
1:12 sql_unsupported INTERVAL is not offered

=== MySQL INTERVAL
SELECT DATE_ADD(a, INTERVAL 1 DAY) FROM t
---
1:20 sql_unsupported INTERVAL is not offered

=== a bit operator
SELECT a & b FROM t
---
1:10 sql_unsupported the operator '&' is not offered

=== a single bar
SELECT a | b FROM t
---
1:10 sql_unsupported the operator '|' is not offered

=== a power
SELECT a ^ b FROM t
---
1:10 sql_unsupported the operator '^' is not offered

=== a double ampersand
SELECT * FROM t WHERE a && b
---
1:25 sql_unsupported the operator '&' is not offered

=== two equal signs
SELECT * FROM t WHERE a == b
---
1:26 sql_syntax found "=" where an expression was expected

=== an exclamation mark
SELECT * FROM t WHERE !a
---
1:23 sql_unsupported the operator '!' is not offered

=== a shift
SELECT a << 2 FROM t
---
1:11 sql_syntax found "<" where an expression was expected

=== an arrow
SELECT a -> 'b' FROM t
---
1:11 sql_syntax found ">" where an expression was expected

=== a JSON question mark
SELECT * FROM t WHERE a ? 'b'
---
1:25 sql_syntax found the parameter ? where the end of the query was expected

=== an assignment
SELECT * FROM t WHERE a := 1
---
1:25 sql_syntax a parameter's name must follow :

=== a named argument
SELECT f(a => 1)
---
1:13 sql_syntax found ">" where an expression was expected

=== an ODBC escape
SELECT {d '2026-01-31'}
---
1:8 sql_unsupported {…} escapes are not offered: write the function or the literal itself

=== two strings side by side
SELECT 'a' 'b'
---
1:12 sql_unsupported strings side by side are not joined: write || between them

=== two strings on two lines
SELECT * FROM t WHERE a = 'a'
'b'
---
2:1 sql_unsupported strings side by side are not joined: write || between them

=== a string after a typed literal
SELECT DATE '2026-01-31' 'x'
---
1:26 sql_unsupported strings side by side are not joined: write || between them

=== a character set introducer
SELECT _utf8'abc'
---
1:13 sql_unsupported a string cannot be an alias: write AS "alias"; texts are joined with ||

=== a string after a column
SELECT * FROM t WHERE a = b'1'
---
1:27 sql_unsupported binary strings (X'…', B'…') are not offered
