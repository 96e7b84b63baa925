=== an empty group
SELECT COUNT(*) FROM t GROUP BY ()
---
SELECT COUNT(*) FROM t GROUP BY GROUPING SETS (())

=== ROLLUP
SELECT a FROM t GROUP BY ROLLUP(a, (b, c + 1))
---
SELECT a FROM t GROUP BY ROLLUP (a, (b, c + 1))

=== CUBE after a column
SELECT a FROM t GROUP BY a, CUBE (b, c)
---
SELECT a FROM t GROUP BY a, CUBE (b, c)

=== GROUPING SETS
SELECT a FROM t GROUP BY GROUPING SETS ((a), (a, b), b, ())
---
SELECT a FROM t GROUP BY GROUPING SETS (a, (a, b), b, ())

=== WITH ROLLUP is ROLLUP of the whole list
SELECT a FROM t GROUP BY a, b WITH ROLLUP HAVING COUNT(*) > 1
---
SELECT a FROM t GROUP BY ROLLUP (a, b) HAVING COUNT(*) > 1

=== WITH CUBE is CUBE of the whole list
SELECT a FROM t GROUP BY a with cube ORDER BY 1
---
SELECT a FROM t GROUP BY CUBE (a) ORDER BY 1

=== grouping as a column and as a function
SELECT grouping, GROUPING(a) FROM t GROUP BY grouping, ROLLUP (a)
---
SELECT grouping, GROUPING(a) FROM t GROUP BY grouping, ROLLUP (a)
