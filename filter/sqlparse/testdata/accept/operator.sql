=== OR, AND, NOT, comparison
SELECT * FROM t WHERE a = 1 OR b = 2 AND NOT c = 3 OR NOT d
---
SELECT * FROM t WHERE a = 1 OR b = 2 AND NOT c = 3 OR NOT d

=== parentheses that matter stay
SELECT * FROM t WHERE (a OR b) AND NOT (c AND d)
---
SELECT * FROM t WHERE (a OR b) AND NOT (c AND d)

=== parentheses that do not go
SELECT * FROM t WHERE ((a) AND ((b AND c))) OR (d)
---
SELECT * FROM t WHERE a AND (b AND c) OR d

=== a chain on the right keeps its parentheses
SELECT a - (b - c), a AND (b AND c), a / (b / c) FROM t
---
SELECT a - (b - c), a AND (b AND c), a / (b / c) FROM t

=== arithmetic
SELECT a + b * c - d / e % f, (a + b) * c FROM t
---
SELECT a + b * c - d / e % f, (a + b) * c FROM t

=== concatenation binds looser than arithmetic
SELECT a || b + c || d, (a || b) * 2 FROM t
---
SELECT a || b + c || d, (a || b) * 2 FROM t

=== comparisons bind looser than concatenation
SELECT a || b < c || d FROM t
---
SELECT a || b < c || d FROM t

=== every comparison
SELECT * FROM t WHERE a = b AND a <> b AND a != b AND a < b AND a <= b AND a > b AND a >= b
---
SELECT * FROM t WHERE a = b AND a <> b AND a <> b AND a < b AND a <= b AND a > b AND a >= b

=== null-safe comparisons
SELECT * FROM t WHERE a <=> b AND a IS NOT DISTINCT FROM c AND a IS DISTINCT FROM d + 1
---
SELECT * FROM t WHERE a IS NOT DISTINCT FROM b AND a IS NOT DISTINCT FROM c AND a IS DISTINCT FROM d + 1

=== signs
SELECT -a, +a, - -a, -+-a, a - -b, -a * -b, -(a + b), -1.5 FROM t
---
SELECT -a, +a, - -a, - + -a, a - -b, -a * -b, -(a + b), -1.5 FROM t

=== signs bind looser than casts
SELECT -a::int, (-a)::int, -a.b::text::int FROM t
---
SELECT -CAST(a AS INT), CAST(-a AS INT), -CAST(CAST(a.b AS TEXT) AS INT) FROM t

=== a comparison of comparisons in parentheses
SELECT * FROM t WHERE (a = b) = (c < d) AND (a IS NULL) IS TRUE
---
SELECT * FROM t WHERE (a = b) = (c < d) AND (a IS NULL) IS TRUE

=== NOT several times
SELECT * FROM t WHERE NOT NOT a
---
SELECT * FROM t WHERE NOT NOT a

=== NOT inside parentheses is an operand
SELECT * FROM t WHERE (NOT a) = b
---
SELECT * FROM t WHERE (NOT a) = b

=== no blanks at all
SELECT a+b*c-d FROM t WHERE a<>-1 AND b='x'OR(c)>=.5
---
SELECT a + b * c - d FROM t WHERE a <> -1 AND b = 'x' OR c >= 0.5
