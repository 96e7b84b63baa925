=== WITH without a query
WITH c AS (SELECT 1)
---
1:21 sql_syntax found the end of the text where SELECT was expected

=== WITH without a name
WITH AS (SELECT 1) SELECT 2
---
1:6 sql_syntax found AS where a name was expected

=== WITH without AS
WITH c (SELECT 1) SELECT 2
---
1:9 sql_syntax found SELECT where a name was expected

=== WITH without parentheses
WITH c AS SELECT 1 SELECT 2
---
1:11 sql_syntax found SELECT where "(" was expected

=== a comma too many in WITH
WITH c AS (SELECT 1), SELECT 2
---
1:23 sql_syntax found SELECT where a name was expected

=== an empty column list
WITH c () AS (SELECT 1) SELECT 2
---
1:9 sql_syntax found ")" where a name was expected

=== MATERIALIZED
WITH c AS MATERIALIZED (SELECT 1) SELECT 2
---
1:11 sql_unsupported MATERIALIZED is not offered

=== NOT MATERIALIZED
WITH c AS NOT MATERIALIZED (SELECT 1) SELECT 2
---
1:11 sql_unsupported NOT MATERIALIZED is not offered

=== a qualified name in WITH
WITH dbo.c AS (SELECT 1) SELECT 2
---
1:9 sql_syntax found "." where AS was expected

=== SEARCH
WITH c AS (SELECT 1) SEARCH DEPTH FIRST BY a SET b SELECT 2
---
1:22 sql_unsupported SEARCH in a recursive query is not offered

=== WITH after a set operator
SELECT 1 UNION WITH c AS (SELECT 1) SELECT 2
---
1:16 sql_syntax found WITH where SELECT was expected

=== WITH twice
WITH a AS (SELECT 1) WITH b AS (SELECT 1) SELECT 1
---
1:22 sql_syntax found WITH where SELECT was expected

=== SQL Server's semicolon before WITH
;WITH c AS (SELECT 1) SELECT * FROM c
---
1:1 sql_syntax found ";" where SELECT was expected
