=== FROM without a table
SELECT a FROM
---
1:14 sql_syntax found the end of the text where a table or a subquery was expected

=== FROM a string
SELECT a FROM 't'
---
1:15 sql_syntax found a string where a table or a subquery was expected

=== FROM a parameter
SELECT a FROM @t
---
1:15 sql_syntax found the parameter @t where a table or a subquery was expected

=== a name of five parts
SELECT a.b.c.d.e FROM t
---
1:15 sql_unsupported a name has at most 4 parts

=== a table of four parts
SELECT a FROM srv.db.dbo.t
---
1:15 sql_unsupported a table's name has at most three parts: linked servers are not offered

=== an empty part
SELECT a FROM db..t
---
1:18 sql_unsupported a name with an empty part (a..b) is not offered: write the schema

=== an empty part of a column
SELECT db..t FROM t
---
1:11 sql_unsupported a name with an empty part (a..b) is not offered: write the schema

=== a dot at the end
SELECT a FROM dbo.
---
1:19 sql_syntax found the end of the text where a name was expected

=== a hint
SELECT a FROM t WITH (NOLOCK)
---
1:17 sql_unsupported table hints are not offered

=== a hint after an alias
SELECT a FROM t AS x WITH (NOLOCK)
---
1:22 sql_unsupported table hints are not offered

=== an old hint
SELECT a FROM t (NOLOCK)
---
1:17 sql_unsupported table functions and table hints are not offered

=== an index hint
SELECT a FROM t USE INDEX (i)
---
1:17 sql_unsupported index hints are not offered

=== an index hint after an alias
SELECT a FROM t x FORCE INDEX (i)
---
1:19 sql_unsupported index hints are not offered

=== a table function
SELECT a FROM generate_series(1, 10)
---
1:30 sql_unsupported table functions and table hints are not offered

=== OPENROWSET
SELECT * FROM OPENROWSET('SQLNCLI', 'x', 'SELECT 1') AS r
---
1:25 sql_unsupported table functions and table hints are not offered

=== OPENQUERY
SELECT * FROM OPENQUERY(srv, 'SELECT 1')
---
1:24 sql_unsupported table functions and table hints are not offered

=== a function of a schema
SELECT * FROM dbo.f(1)
---
1:20 sql_unsupported table functions and table hints are not offered

=== a quoted table function
SELECT * FROM "f"(1)
---
1:18 sql_unsupported table functions and table hints are not offered

=== TABLESAMPLE
SELECT a FROM t TABLESAMPLE (10 PERCENT)
---
1:17 sql_unsupported TABLESAMPLE is not offered

=== PIVOT
SELECT * FROM t PIVOT (SUM(a) FOR b IN ([x])) p
---
1:17 sql_unsupported PIVOT is not offered

=== UNPIVOT
SELECT * FROM t AS s UNPIVOT (a FOR b IN (c)) p
---
1:22 sql_unsupported UNPIVOT is not offered

=== FOR SYSTEM_TIME
SELECT * FROM t FOR SYSTEM_TIME ALL
---
1:17 sql_unsupported FOR (UPDATE, SHARE, XML, JSON, SYSTEM_TIME) is not offered

=== columns after a table alias
SELECT * FROM t AS x (a, b)
---
1:22 sql_unsupported column names after a table's alias are not offered: rename the columns in a subquery

=== a derived table without alias
SELECT * FROM (SELECT 1)
---
1:25 sql_syntax found the end of the text where an alias for the subquery was expected

=== a derived table without alias before a join
SELECT * FROM (SELECT 1) JOIN t ON 1 = 1
---
1:26 sql_syntax found JOIN where an alias for the subquery was expected

=== a derived table of VALUES
SELECT * FROM (VALUES (1), (2)) v (a)
---
1:16 sql_unsupported VALUES is not offered

=== a table in parentheses
SELECT * FROM (t)
---
1:16 sql_syntax parentheses in FROM hold a query or a join

=== an aliased table in parentheses
SELECT * FROM (t x)
---
1:16 sql_syntax parentheses in FROM hold a query or a join

=== a derived table in parentheses
SELECT * FROM ((SELECT 1) d)
---
1:16 sql_syntax parentheses in FROM hold a query or a join

=== a comma list in parentheses
SELECT * FROM (a, b)
---
1:17 sql_syntax found "," where ")" was expected

=== an alias of a join
SELECT * FROM (a JOIN b ON 1 = 1) AS j
---
1:35 sql_syntax found AS where the end of the query was expected

=== a subscript
SELECT a[1] FROM t
---
1:9 sql_unsupported array subscripts are not offered; put a blank before an alias in brackets

=== a subscript of a table
SELECT a FROM t[1]
---
1:16 sql_unsupported array subscripts are not offered; put a blank before an alias in brackets

=== a subscript of a call
SELECT f(a)[1] FROM t
---
1:12 sql_unsupported array subscripts are not offered; put a blank before an alias in brackets

=== an array
SELECT ARRAY[1, 2]
---
1:13 sql_unsupported array subscripts are not offered; put a blank before an alias in brackets

=== a trailing comma
SELECT a FROM t,
---
1:17 sql_syntax found the end of the text where a table or a subquery was expected

=== a table in braces
SELECT * FROM {oj t}
---
1:15 sql_unsupported {…} escapes are not offered: write the function or the literal itself
