=== ORDER without BY
SELECT a FROM t ORDER a
---
1:23 sql_syntax found a where BY was expected

=== NULLS without a place
SELECT a FROM t ORDER BY a NULLS
---
1:33 sql_syntax found the end of the text where FIRST or LAST was expected

=== ASC and DESC
SELECT a FROM t ORDER BY a ASC DESC
---
1:32 sql_syntax found DESC where the end of the query was expected

=== ORDER BY inside an arm
SELECT a FROM t ORDER BY a UNION SELECT b FROM u
---
1:28 sql_syntax found UNION where the end of the query was expected

=== LIMIT inside an arm
SELECT a FROM t LIMIT 1 UNION SELECT b FROM u
---
1:25 sql_syntax found UNION where the end of the query was expected

=== COLLATE
SELECT a FROM t ORDER BY a COLLATE Latin1_General_BIN
---
1:28 sql_unsupported COLLATE is not offered

=== LIMIT without a number
SELECT a FROM t LIMIT
---
1:22 sql_syntax found the end of the text where a whole number or a parameter was expected

=== LIMIT with a column
SELECT a FROM t LIMIT b
---
1:23 sql_syntax found b where a whole number or a parameter was expected

=== LIMIT with a subquery
SELECT a FROM t LIMIT (SELECT 1)
---
1:24 sql_syntax found SELECT where a whole number or a parameter was expected

=== LIMIT with a sum
SELECT a FROM t LIMIT 1 + 1
---
1:25 sql_syntax found "+" where the end of the query was expected

=== LIMIT with an exponent
SELECT a FROM t LIMIT 1e3
---
1:23 sql_syntax found the number 1e3 where a whole number or a parameter was expected

=== LIMIT ALL
SELECT a FROM t LIMIT ALL
---
1:23 sql_unsupported LIMIT ALL is not offered: leave LIMIT out

=== LIMIT NULL
SELECT a FROM t LIMIT NULL
---
1:23 sql_syntax found NULL where a whole number or a parameter was expected

=== two limits
SELECT a FROM t LIMIT 1 LIMIT 2
---
1:25 sql_syntax the query has two limits or two offsets

=== a limit and a fetch
SELECT a FROM t LIMIT 1 FETCH FIRST 2 ROWS ONLY
---
1:25 sql_syntax the query has two limits or two offsets

=== two offsets
SELECT a FROM t LIMIT 1, 2 OFFSET 3
---
1:28 sql_syntax the query has two limits or two offsets

=== TOP and LIMIT
SELECT TOP 5 a FROM t LIMIT 5
---
1:23 sql_syntax TOP and LIMIT, OFFSET or FETCH cannot stand in one query

=== TOP and OFFSET
SELECT TOP 5 a FROM t ORDER BY a OFFSET 5 ROWS
---
1:34 sql_syntax TOP and LIMIT, OFFSET or FETCH cannot stand in one query

=== FETCH without NEXT
SELECT a FROM t FETCH 5 ROWS ONLY
---
1:23 sql_syntax found the number 5 where FIRST or NEXT was expected

=== FETCH without ROWS
SELECT a FROM t FETCH NEXT 5 ONLY
---
1:30 sql_syntax found ONLY where ROWS was expected

=== FETCH without ONLY
SELECT a FROM t FETCH NEXT 5 ROWS
---
1:34 sql_syntax found the end of the text where ONLY was expected

=== FETCH WITH TIES
SELECT a FROM t FETCH NEXT 5 ROWS WITH TIES
---
1:35 sql_unsupported FETCH … WITH TIES is not offered

=== FETCH PERCENT
SELECT a FROM t FETCH FIRST 5 PERCENT ROWS ONLY
---
1:31 sql_unsupported FETCH … PERCENT is not offered

=== WHERE after ORDER BY
SELECT a FROM t ORDER BY a WHERE b
---
1:28 sql_syntax found WHERE where the end of the query was expected
