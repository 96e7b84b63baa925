=== an unclosed string
SELECT 'a
---
1:8 sql_syntax the string that starts here has no end

=== an unclosed string after a doubled quote
SELECT 'a''
---
1:8 sql_syntax the string that starts here has no end

=== a backslash does not escape a quote
SELECT 'a\' OR 1=1 'b
---
1:20 sql_syntax the string that starts here has no end

=== an unclosed quoted name
SELECT "a FROM t
---
1:8 sql_syntax the quoted name that starts here has no end

=== an unclosed bracket
SELECT [a FROM t
---
1:8 sql_syntax the quoted name that starts here has no end

=== an unclosed bracket after a doubled one
SELECT [a]] FROM t
---
1:8 sql_syntax the quoted name that starts here has no end

=== an unclosed backtick
SELECT `a FROM t
---
1:8 sql_syntax the quoted name that starts here has no end

=== an empty quoted name
SELECT "" FROM t
---
1:8 sql_syntax a quoted name cannot be empty

=== empty brackets
SELECT [] FROM t
---
1:8 sql_syntax a quoted name cannot be empty

=== empty backticks
SELECT `` FROM t
---
1:8 sql_syntax a quoted name cannot be empty

=== an unclosed comment
SELECT 1 /* a
---
1:10 sql_syntax the comment that starts here has no end

=== an unclosed nested comment
SELECT 1 /* a /* b */
---
1:10 sql_syntax the comment that starts here has no end

=== the end of a comment without its start
SELECT 1 */ 2
---
1:11 sql_syntax found "/" where an expression was expected

=== a versioned comment
SELECT /*!50000 1 */
---
1:8 sql_unsupported versioned comments (/*! … */) are not offered

=== a versioned comment of MariaDB
SELECT 1 /*M!100100 , 2 */
---
1:10 sql_unsupported versioned comments (/*! … */) are not offered

=== a versioned comment in a comment
SELECT 1 /* /*! , 2 */ */
---
1:13 sql_unsupported versioned comments (/*! … */) are not offered

=== a hint comment
SELECT /*+ MAX_EXECUTION_TIME(1) */ 1
---
1:8 sql_unsupported optimiser hints (/*+ … */) are not offered

=== a hash comment
SELECT 1 # x
---
1:10 sql_unsupported # is not offered: write comments with -- and quote names that hold it

=== a temporary table
SELECT * FROM #t
---
1:15 sql_unsupported # is not offered: write comments with -- and quote names that hold it

=== a hash in a name
SELECT a#b FROM t
---
1:9 sql_syntax # cannot be part of an unquoted name; quote the name

=== a dollar in a name
SELECT a$b FROM t
---
1:9 sql_syntax $ cannot be part of an unquoted name; quote the name

=== an at sign in a name
SELECT a@b FROM t
---
1:9 sql_syntax @ cannot be part of an unquoted name; quote the name

=== a number that runs into letters
SELECT 12abc
---
1:10 sql_syntax a number cannot run into what follows; put a blank between them

=== a number that runs into a keyword
SELECT * FROM t WHERE a = 1OR 1=1
---
1:28 sql_syntax a number cannot run into what follows; put a blank between them

=== a number with two points
SELECT 1.2.3
---
1:11 sql_syntax a number cannot run into what follows; put a blank between them

=== a number that ends with a point
SELECT 1.
---
1:9 sql_syntax a digit must follow the decimal point

=== a number with underscores
SELECT 1_000
---
1:9 sql_syntax a number cannot run into what follows; put a blank between them

=== an exponent without digits
SELECT 1e
---
1:9 sql_syntax a number cannot run into what follows; put a blank between them

=== an exponent with a sign only
SELECT 1e+
---
1:9 sql_syntax a number cannot run into what follows; put a blank between them

=== an exponent of a letter
SELECT 1e5x
---
1:11 sql_syntax a number cannot run into what follows; put a blank between them

=== a number that runs into a non-ASCII letter
SELECT 1é
---
1:9 sql_syntax a number cannot run into what follows; put a blank between them

=== a number that runs into a parameter
SELECT 1@a
---
1:9 sql_syntax a number cannot run into what follows; put a blank between them

=== hexadecimal
SELECT 0x1F
---
1:8 sql_unsupported hexadecimal literals are not offered

=== empty hexadecimal
SELECT 0X
---
1:8 sql_unsupported hexadecimal literals are not offered

=== octal
SELECT 0o17
---
1:9 sql_syntax a number cannot run into what follows; put a blank between them

=== binary
SELECT 0b1
---
1:9 sql_syntax a number cannot run into what follows; put a blank between them

=== an exponent beyond all measure
SELECT 1e999999999
---
1:8 limit_exceeded a number's exponent is beyond 308

=== an exponent just beyond
SELECT 1E-309
---
1:8 limit_exceeded a number's exponent is beyond 308

=== a number of a hundred digits
SELECT 1111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111
---
1:8 limit_exceeded a number has more than 80 characters

=== an escape string
SELECT E'a\'b'
---
1:8 sql_unsupported escape strings (E'…') are not offered; a backslash is an ordinary character in '…'

=== an escape string in lower case
SELECT e'a'
---
1:8 sql_unsupported escape strings (E'…') are not offered; a backslash is an ordinary character in '…'

=== a hexadecimal string
SELECT X'41'
---
1:8 sql_unsupported binary strings (X'…', B'…') are not offered

=== a bit string
SELECT b'1'
---
1:8 sql_unsupported binary strings (X'…', B'…') are not offered

=== a Unicode string
SELECT U&'\0041'
---
1:8 sql_unsupported Unicode escapes (U&'…') are not offered; write the characters themselves

=== a Unicode name
SELECT u&"a" FROM t
---
1:8 sql_unsupported Unicode escapes (U&'…') are not offered; write the characters themselves

=== a dollar-quoted string
SELECT $$a$$
---
1:8 sql_unsupported $ starts only a numbered parameter such as $1; dollar-quoted strings are not offered

=== a tagged dollar-quoted string
SELECT $x$a$x$
---
1:8 sql_unsupported $ starts only a numbered parameter such as $1; dollar-quoted strings are not offered

=== a server variable
SELECT @@version
---
1:8 sql_unsupported server variables (@@…) are not offered

=== an at sign alone
SELECT @ FROM t
---
1:8 sql_syntax a parameter's name must follow @

=== a quoted variable
SELECT @'a'
---
1:8 sql_syntax a parameter's name must follow @

=== a colon alone
SELECT a : b
---
1:10 sql_syntax a parameter's name must follow :

=== a dollar alone
SELECT $ FROM t
---
1:8 sql_unsupported $ starts only a numbered parameter such as $1; dollar-quoted strings are not offered

=== a numbered parameter that runs into letters
SELECT $1a
---
1:10 sql_syntax this character cannot be part of a parameter

=== a colon parameter that runs into letters
SELECT :1a
---
1:10 sql_syntax this character cannot be part of a parameter

=== a parameter with a hash
SELECT @a#b
---
1:10 sql_syntax this character cannot be part of a parameter

=== parameter zero
SELECT $0
---
1:8 sql_syntax parameters are numbered from 1, without leading zeros

=== parameter @p0
SELECT @p0
---
1:8 sql_syntax parameters are numbered from 1, without leading zeros

=== a parameter with leading zeros
SELECT :01
---
1:8 sql_syntax parameters are numbered from 1, without leading zeros

=== a parameter beyond the limit
SELECT $2001
---
1:8 limit_exceeded the text has more than 2000 parameters

=== a parameter beyond all measure
SELECT @p99999999999999999999
---
1:8 limit_exceeded the text has more than 2000 parameters

=== a numbered question mark
SELECT ?1
---
1:9 sql_syntax found the number 1 where the end of the query was expected

=== question marks and numbers
SELECT ?, $1
---
1:11 sql_syntax parameters written ? cannot be mixed with numbered or named ones

=== numbers and question marks
SELECT @p1, ?
---
1:13 sql_syntax parameters written ? cannot be mixed with numbered or named ones

=== question marks and names
SELECT ?, :a
---
1:11 sql_syntax parameters written ? cannot be mixed with numbered or named ones

=== a backslash
SELECT \N
---
1:8 sql_syntax a backslash has no meaning outside strings

=== a lone bracket
SELECT a] FROM t
---
1:9 sql_syntax the character ']' has no meaning here

=== a name with two dots and a star
SELECT a..* FROM t
---
1:10 sql_unsupported a name with an empty part (a..b) is not offered: write the schema

=== a long word is cut in the message
SELECT a b cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc
---
1:12 sql_syntax found ccccccccccccccccccccccccccccccccccccccc… where the end of the query was expected

=== a message keeps to one line
SELECT a "b" "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
---
1:14 sql_syntax found the quoted name "dddddddddddddddddddddddddddddddddddddd… where the end of the query was expected

=== a string is not shown
SELECT a FROM t WHERE b 'secret'
---
1:25 sql_syntax found a string where the end of the query was expected

=== the column counts characters
SELECT é, ü, § FROM t
---
1:14 sql_syntax the character '§' has no meaning here

=== the line counts line breaks
SELECT a,
  b,
  § FROM t
---
3:3 sql_syntax the character '§' has no meaning here
