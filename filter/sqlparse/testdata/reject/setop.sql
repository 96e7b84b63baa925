=== UNION without a right side
SELECT 1 UNION
---
1:15 sql_syntax found the end of the text where SELECT was expected

=== UNION of a table
SELECT 1 UNION TABLE t
---
1:16 sql_unsupported TABLE is not offered

=== UNION CORRESPONDING
SELECT 1 UNION CORRESPONDING SELECT 2
---
1:16 sql_unsupported CORRESPONDING is not offered

=== UNION VALUES
SELECT 1 UNION VALUES (2)
---
1:16 sql_unsupported VALUES is not offered

=== UNION without a left side
UNION SELECT 1
---
1:1 sql_syntax found UNION where SELECT was expected

=== MINUS
SELECT a FROM t MINUS SELECT b FROM u
---
1:23 sql_syntax found SELECT where the end of the query was expected

=== an unclosed arm
(SELECT 1 UNION SELECT 2
---
1:25 sql_syntax found the end of the text where ")" was expected
