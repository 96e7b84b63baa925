=== a comma list
SELECT * FROM a, b x, dbo.c AS y
---
SELECT * FROM a, b AS x, dbo.c AS y

=== aliases in quotes
SELECT * FROM [a b] AS "c d", e [f]
---
SELECT * FROM "a b" AS "c d", e AS "f"

=== inner joins
SELECT * FROM a JOIN b ON a.x = b.x INNER JOIN c ON c.x = b.x
---
SELECT * FROM a JOIN b ON a.x = b.x JOIN c ON c.x = b.x

=== outer joins
SELECT * FROM a LEFT JOIN b ON a.x = b.x RIGHT OUTER JOIN c ON TRUE FULL OUTER JOIN d ON 1 = 1 LEFT OUTER JOIN e ON FALSE FULL JOIN f ON a.x = f.x
---
SELECT * FROM a LEFT JOIN b ON a.x = b.x RIGHT JOIN c ON TRUE FULL JOIN d ON 1 = 1 LEFT JOIN e ON FALSE FULL JOIN f ON a.x = f.x

=== cross and natural joins
SELECT * FROM a CROSS JOIN b NATURAL JOIN c NATURAL LEFT OUTER JOIN d NATURAL INNER JOIN e NATURAL FULL JOIN f NATURAL RIGHT JOIN g
---
SELECT * FROM a CROSS JOIN b NATURAL JOIN c NATURAL LEFT JOIN d NATURAL JOIN e NATURAL FULL JOIN f NATURAL RIGHT JOIN g

=== USING
SELECT * FROM a JOIN b USING (x, [y]) LEFT JOIN c USING (z)
---
SELECT * FROM a JOIN b USING (x, "y") LEFT JOIN c USING (z)

=== joins bind tighter than commas
SELECT * FROM a, b JOIN c ON b.x = c.x, d
---
SELECT * FROM a, b JOIN c ON b.x = c.x, d

=== parentheses on the right of a join
SELECT * FROM a LEFT JOIN (b JOIN c ON b.x = c.x) ON a.x = b.x
---
SELECT * FROM a LEFT JOIN (b JOIN c ON b.x = c.x) ON a.x = b.x

=== parentheses on the left of a join leave no trace
SELECT * FROM (a JOIN b ON a.x = b.x) JOIN c ON c.x = a.x
---
SELECT * FROM a JOIN b ON a.x = b.x JOIN c ON c.x = a.x

=== parentheses around a whole join
SELECT * FROM ((a CROSS JOIN b))
---
SELECT * FROM a CROSS JOIN b

=== a derived table
SELECT d.a FROM (SELECT a FROM t) AS d
---
SELECT d.a FROM (SELECT a FROM t) AS d

=== a derived table with columns
SELECT x FROM (SELECT 1, 2) d (x, "y")
---
SELECT x FROM (SELECT 1, 2) AS d (x, "y")

=== a derived table of a set operation in parentheses
SELECT * FROM ((SELECT 1) UNION (SELECT 2)) d
---
SELECT * FROM (SELECT 1 UNION SELECT 2) AS d

=== a derived table of a set operation that starts in parentheses
SELECT * FROM ((SELECT 1 LIMIT 1) UNION SELECT 2 ORDER BY 1) d
---
SELECT * FROM ((SELECT 1 LIMIT 1) UNION SELECT 2 ORDER BY 1) AS d

=== a derived table in needless parentheses
SELECT * FROM (((SELECT 1))) d
---
SELECT * FROM (SELECT 1) AS d

=== a join that starts with a derived table
SELECT * FROM ((SELECT 1 a) d JOIN t ON d.a = t.a) CROSS JOIN u
---
SELECT * FROM (SELECT 1 AS a) AS d JOIN t ON d.a = t.a CROSS JOIN u

=== CROSS APPLY and OUTER APPLY
SELECT * FROM t CROSS APPLY (SELECT TOP 1 * FROM u WHERE u.x = t.x) a OUTER APPLY (SELECT 1) AS b (c)
---
SELECT * FROM t CROSS APPLY (SELECT * FROM u WHERE u.x = t.x LIMIT 1) AS a OUTER APPLY (SELECT 1) AS b (c)

=== LATERAL
SELECT * FROM t, LATERAL (SELECT u.a FROM u WHERE u.x = t.x) l
---
SELECT * FROM t, LATERAL (SELECT u.a FROM u WHERE u.x = t.x) AS l

=== joins to LATERAL
SELECT * FROM t CROSS JOIN LATERAL (SELECT 1) a LEFT JOIN LATERAL (SELECT 2) b ON TRUE
---
SELECT * FROM t CROSS JOIN LATERAL (SELECT 1) AS a LEFT JOIN LATERAL (SELECT 2) AS b ON TRUE

=== APPLY as an alias
SELECT * FROM t apply
---
SELECT * FROM t AS apply

=== a blank before a bracket makes an alias
SELECT a [b] FROM t [u]
---
SELECT a AS "b" FROM t AS "u"
