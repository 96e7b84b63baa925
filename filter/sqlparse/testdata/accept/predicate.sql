=== IS
SELECT * FROM t WHERE a IS NULL OR a IS NOT NULL OR a IS TRUE OR a IS NOT FALSE OR a IS UNKNOWN OR a IS NOT UNKNOWN
---
SELECT * FROM t WHERE a IS NULL OR a IS NOT NULL OR a IS TRUE OR a IS NOT FALSE OR a IS UNKNOWN OR a IS NOT UNKNOWN

=== BETWEEN does not swallow AND
SELECT * FROM t WHERE a BETWEEN 1 AND 2 + 3 AND b NOT BETWEEN c AND d
---
SELECT * FROM t WHERE a BETWEEN 1 AND 2 + 3 AND b NOT BETWEEN c AND d

=== BETWEEN in BETWEEN takes parentheses
SELECT * FROM t WHERE a BETWEEN (b BETWEEN 1 AND 2) AND c
---
SELECT * FROM t WHERE a BETWEEN (b BETWEEN 1 AND 2) AND c

=== IN a list
SELECT * FROM t WHERE a IN (1, 2 + 3, 'x', ?) AND b NOT IN (1)
---
SELECT * FROM t WHERE a IN (1, 2 + 3, 'x', $1) AND b NOT IN (1)

=== IN a query
SELECT * FROM t WHERE a IN (SELECT b FROM u) AND c NOT IN (SELECT d FROM u)
---
SELECT * FROM t WHERE a IN (SELECT b FROM u) AND c NOT IN (SELECT d FROM u)

=== IN a query in more parentheses
SELECT * FROM t WHERE a IN (((SELECT b FROM u)))
---
SELECT * FROM t WHERE a IN (SELECT b FROM u)

=== IN a set operation that starts in parentheses
SELECT * FROM t WHERE a IN ((SELECT 1) UNION SELECT 2)
---
SELECT * FROM t WHERE a IN (SELECT 1 UNION SELECT 2)

=== IN a query with a limit that starts in parentheses
SELECT * FROM t WHERE a IN ((SELECT 1 LIMIT 2) LIMIT 1)
---
SELECT * FROM t WHERE a IN ((SELECT 1 LIMIT 2) LIMIT 1)

=== IN a list that starts with a subquery
SELECT * FROM t WHERE a IN ((SELECT 1), 2)
---
SELECT * FROM t WHERE a IN ((SELECT 1), 2)

=== IN a list of one computed from a subquery
SELECT * FROM t WHERE a IN ((SELECT 1) + 0)
---
SELECT * FROM t WHERE a IN ((SELECT 1) + 0)

=== rows IN rows
SELECT * FROM t WHERE (a, b) IN ((1, 2), (3, 4))
---
SELECT * FROM t WHERE (a, b) IN ((1, 2), (3, 4))

=== rows IN a query
SELECT * FROM t WHERE (a, b) NOT IN (SELECT c, d FROM u)
---
SELECT * FROM t WHERE (a, b) NOT IN (SELECT c, d FROM u)

=== rows compared
SELECT * FROM t WHERE (a, b) = (1, 2) AND (a, (b)) > (SELECT 1, 2)
---
SELECT * FROM t WHERE (a, b) = (1, 2) AND (a, b) > (SELECT 1, 2)

=== LIKE
SELECT * FROM t WHERE a LIKE 'x%' AND a NOT LIKE b || '%' AND a ILIKE 'y' AND a NOT ILIKE 'z'
---
SELECT * FROM t WHERE a LIKE 'x%' AND a NOT LIKE b || '%' AND a ILIKE 'y' AND a NOT ILIKE 'z'

=== LIKE with ESCAPE
SELECT * FROM t WHERE a LIKE '50!%' ESCAPE '!' AND b LIKE ? ESCAPE '\'
---
SELECT * FROM t WHERE a LIKE '50!%' ESCAPE '!' AND b LIKE $1 ESCAPE '\'

=== EXISTS
SELECT * FROM t WHERE EXISTS (SELECT 1 FROM u) AND NOT EXISTS ((SELECT 2))
---
SELECT * FROM t WHERE EXISTS (SELECT 1 FROM u) AND NOT EXISTS (SELECT 2)

=== ANY, SOME and ALL
SELECT * FROM t WHERE a = ANY (SELECT 1) AND a <> SOME (SELECT 2) AND a >= ALL ((SELECT 3) UNION SELECT 4) AND a != ALL (SELECT 5)
---
SELECT * FROM t WHERE a = ANY (SELECT 1) AND a <> ANY (SELECT 2) AND a >= ALL (SELECT 3 UNION SELECT 4) AND a <> ALL (SELECT 5)
