=== nothing

---
1:1 sql_syntax the text is empty: a query starts with SELECT or WITH

=== blanks and a comment only
 -- nothing

---
2:1 sql_syntax the text is empty: a query starts with SELECT or WITH

=== a semicolon only
;
---
1:1 sql_syntax found ";" where SELECT was expected

=== a second query
SELECT 1; SELECT 2
---
1:9 sql_unsupported a request is one query: nothing may follow the semicolon

=== a second statement
SELECT 1;DROP TABLE t
---
1:9 sql_unsupported a request is one query: nothing may follow the semicolon

=== two semicolons
SELECT 1;;
---
1:9 sql_unsupported a request is one query: nothing may follow the semicolon

=== a semicolon before
; SELECT 1
---
1:1 sql_syntax found ";" where SELECT was expected

=== a semicolon inside
SELECT (1;)
---
1:10 sql_syntax found ";" where ")" was expected

=== a statement without semicolon
SELECT 1 DROP TABLE t
---
1:10 sql_unsupported the statement DROP is not offered

=== a second query without semicolon
SELECT 1 SELECT 2
---
1:10 sql_syntax found SELECT where the end of the query was expected

=== an EXEC after a query
SELECT a FROM t EXEC xp_cmdshell
---
1:17 sql_unsupported the statement EXEC is not offered

=== words after the query
SELECT 1 FROM t a b
---
1:19 sql_syntax found b where the end of the query was expected

=== INSERT
INSERT INTO t VALUES (1)
---
1:1 sql_unsupported INSERT is not offered: a request is one SELECT query

=== UPDATE
update t set a = 1
---
1:1 sql_unsupported UPDATE is not offered: a request is one SELECT query

=== DELETE
DELETE FROM t
---
1:1 sql_unsupported DELETE is not offered: a request is one SELECT query

=== MERGE
MERGE INTO t USING u ON 1 = 1
---
1:1 sql_unsupported MERGE is not offered: a request is one SELECT query

=== TRUNCATE
TRUNCATE TABLE t
---
1:1 sql_unsupported TRUNCATE is not offered: a request is one SELECT query

=== DROP
DROP TABLE t
---
1:1 sql_unsupported DROP is not offered: a request is one SELECT query

=== EXEC
EXEC xp_cmdshell 'dir'
---
1:1 sql_unsupported EXEC is not offered: a request is one SELECT query

=== CALL
CALL p()
---
1:1 sql_unsupported CALL is not offered: a request is one SELECT query

=== SET
SET @a = 1
---
1:1 sql_unsupported SET is not offered: a request is one SELECT query

=== USE
USE master
---
1:1 sql_unsupported USE is not offered: a request is one SELECT query

=== SHOW
SHOW TABLES
---
1:1 sql_unsupported SHOW is not offered: a request is one SELECT query

=== EXPLAIN
EXPLAIN SELECT 1
---
1:1 sql_unsupported EXPLAIN is not offered: a request is one SELECT query

=== PRAGMA
PRAGMA table_info(t)
---
1:1 sql_unsupported PRAGMA is not offered: a request is one SELECT query

=== ATTACH
ATTACH 'x' AS y
---
1:1 sql_unsupported ATTACH is not offered: a request is one SELECT query

=== COPY
COPY t TO STDOUT
---
1:1 sql_unsupported COPY is not offered: a request is one SELECT query

=== DO
DO $x$ BEGIN END $x$
---
1:1 sql_unsupported DO is not offered: a request is one SELECT query

=== GO as a separator
GO
---
1:1 sql_unsupported GO is not offered: a request is one SELECT query

=== BEGIN
BEGIN TRANSACTION
---
1:1 sql_unsupported BEGIN is not offered: a request is one SELECT query

=== VALUES as a query
VALUES (1)
---
1:1 sql_unsupported VALUES is not offered

=== TABLE as a query
TABLE t
---
1:1 sql_unsupported TABLE is not offered

=== WITH before INSERT
WITH c AS (SELECT 1) INSERT INTO t SELECT * FROM c
---
1:22 sql_unsupported the statement INSERT is not offered

=== DELETE inside WITH
WITH c AS (DELETE FROM t RETURNING *) SELECT * FROM c
---
1:12 sql_unsupported the statement DELETE is not offered

=== INSERT in a derived table
SELECT * FROM (INSERT INTO t VALUES (1)) x
---
1:16 sql_unsupported the statement INSERT is not offered

=== a word that is no statement
HELLO world
---
1:1 sql_syntax found HELLO where SELECT was expected

=== a fullwidth SELECT
ＳＥＬＥＣＴ 1
---
1:1 sql_syntax found ＳＥＬＥＣＴ where SELECT was expected

=== a SELECT with a long s
ſELECT 1
---
1:1 sql_syntax found ſELECT where SELECT was expected

=== a quoted SELECT
"SELECT" 1
---
1:1 sql_syntax found the quoted name "SELECT" where SELECT was expected

=== a lone parenthesis
(
---
1:2 sql_syntax found the end of the text where SELECT was expected

=== a closing parenthesis too many
(SELECT 1))
---
1:11 sql_syntax found ")" where the end of the query was expected
