=== one common table expression
WITH c AS (SELECT 1 AS a) SELECT a FROM c
---
WITH c AS (SELECT 1 AS a) SELECT a FROM c

=== two, with columns
WITH c (x, y) AS (SELECT 1, 2), d AS (SELECT x FROM c) SELECT * FROM c, d
---
WITH c (x, y) AS (SELECT 1, 2), d AS (SELECT x FROM c) SELECT * FROM c, d

=== recursive
WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 10) SELECT n FROM r
---
WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 10) SELECT n FROM r

=== recursive without the word
WITH r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT n FROM r
---
WITH r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT n FROM r

=== RECURSIVE as a name
WITH recursive AS (SELECT 1) SELECT * FROM recursive
---
WITH recursive AS (SELECT 1) SELECT * FROM recursive

=== RECURSIVE as a name with columns
WITH recursive (a) AS (SELECT 1) SELECT * FROM recursive
---
WITH recursive (a) AS (SELECT 1) SELECT * FROM recursive

=== RECURSIVE of that name
WITH RECURSIVE recursive AS (SELECT 1) SELECT * FROM recursive
---
WITH RECURSIVE recursive AS (SELECT 1) SELECT * FROM recursive

=== WITH in a subquery
SELECT a FROM t WHERE a IN (WITH c AS (SELECT 1 a) SELECT a FROM c)
---
SELECT a FROM t WHERE a IN (WITH c AS (SELECT 1 AS a) SELECT a FROM c)

=== WITH in a derived table
SELECT * FROM (WITH c AS (SELECT 1 a) SELECT a FROM c) d
---
SELECT * FROM (WITH c AS (SELECT 1 AS a) SELECT a FROM c) AS d

=== WITH and the order of the whole
WITH c AS (SELECT 1 a) SELECT a FROM c UNION SELECT 2 ORDER BY 1 LIMIT 1
---
WITH c AS (SELECT 1 AS a) SELECT a FROM c UNION SELECT 2 ORDER BY 1 LIMIT 1
