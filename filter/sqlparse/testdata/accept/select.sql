=== a column of a table
SELECT a FROM t
---
SELECT a FROM t

=== a constant without a table
select 1
---
SELECT 1

=== a semicolon at the end
SELECT 1 ;

---
SELECT 1

=== blanks and comments anywhere (escaped)
"-- what\n/* a /* nested */ comment */\tSELECT\r\n a--b\n,b FROM/**/t -- end"
---
SELECT a, b FROM t

=== a line comment may end at a carriage return (escaped)
"SELECT a -- x\r FROM t"
---
SELECT a FROM t

=== every spelling of case
SeLeCt A fRoM T wHeRe B iS nUlL
---
SELECT A FROM T WHERE B IS NULL

=== stars
SELECT *, t.*, dbo.t.*, db.dbo.t.* FROM t
---
SELECT *, t.*, dbo.t.*, db.dbo.t.* FROM t

=== aliases with and without AS
SELECT a AS x, b y, c AS [z z], d "q""q", e `w``w` FROM t
---
SELECT a AS x, b AS y, c AS "z z", d AS "q""q", e AS "w`w" FROM t

=== words that are no reserved ones are names
SELECT date, time, first, position, filter, row, rows, range, next, unknown, recursive, cast, trim FROM key AS value
---
SELECT date, time, first, position, filter, row, rows, range, next, unknown, recursive, cast, trim FROM key AS value

=== brackets hold quotes and doubled brackets
SELECT [a]]b], [c"d], "e]f", `g"h` FROM [dbo].[F_DOCENTETE]
---
SELECT "a]b", "c""d", "e]f", "g""h" FROM "dbo"."F_DOCENTETE"

=== a name of four parts
SELECT db.dbo.t.c FROM db.dbo.t
---
SELECT db.dbo.t.c FROM db.dbo.t

=== letters of all alphabets
SELECT prénom, größe, 名前, "prénom" FROM société
---
SELECT prénom, größe, 名前, "prénom" FROM société

=== distinct
SELECT DISTINCT a FROM t
---
SELECT DISTINCT a FROM t

=== ALL says nothing
SELECT ALL a FROM t
---
SELECT a FROM t

=== distinct and top
SELECT DISTINCT TOP 5 a FROM t
---
SELECT DISTINCT a FROM t LIMIT 5

=== where, group, having, order
SELECT a, COUNT(*) n FROM t WHERE b > 0 GROUP BY a HAVING COUNT(*) > 1 ORDER BY n DESC, 1 ASC
---
SELECT a, COUNT(*) AS n FROM t WHERE b > 0 GROUP BY a HAVING COUNT(*) > 1 ORDER BY n DESC, 1

=== group by ordinals and expressions
SELECT YEAR(d), 1 FROM t GROUP BY 1, YEAR(d), (a, b)
---
SELECT YEAR(d), 1 FROM t GROUP BY 1, YEAR(d), (a, b)

=== where without from
SELECT 1 WHERE 1 = 1
---
SELECT 1 WHERE 1 = 1

=== nulls order
SELECT a FROM t ORDER BY a NULLS FIRST, b DESC NULLS LAST, c ASC NULLS LAST, nulls
---
SELECT a FROM t ORDER BY a NULLS FIRST, b DESC NULLS LAST, c NULLS LAST, nulls

=== a comparison in parentheses is an item
SELECT (a = 1), (a = 1 AND b) x, a.b = 1, a <> 1, ('x' = a), (@x = a), NULL = a FROM t
---
SELECT (a = 1), (a = 1 AND b) AS x, a.b = 1, a <> 1, ('x' = a), (:x = a), NULL = a FROM t

=== a quantified comparison in parentheses is an item
SELECT (a = ANY (SELECT 1)) x FROM t
---
SELECT (a = ANY (SELECT 1)) AS x FROM t

=== rollup as a column
SELECT rollup FROM t GROUP BY rollup, cube
---
SELECT rollup FROM t GROUP BY rollup, cube
