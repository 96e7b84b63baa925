=== a NUL in blanks (escaped)
"SELECT\x001"
---
1:7 sql_syntax the text holds a NUL character

=== a NUL in a string (escaped)
"SELECT 'a\x00b'"
---
1:10 sql_syntax the text holds a NUL character

=== a NUL in a name (escaped)
"SELECT [a\x00b] FROM t"
---
1:10 sql_syntax the text holds a NUL character

=== a NUL in a comment (escaped)
"SELECT 1 -- a\x00"
---
1:14 sql_syntax the text holds a NUL character

=== a NUL at the end (escaped)
"SELECT 1\x00"
---
1:9 sql_syntax the text holds a NUL character

=== a control character (escaped)
"SELECT \x01 1"
---
1:8 sql_syntax the control character U+0001 is not allowed

=== a form feed as a blank (escaped)
"SELECT\x0c1"
---
1:7 sql_syntax the control character U+000C is not allowed

=== a vertical tab as a blank (escaped)
"SELECT\x0b1"
---
1:7 sql_syntax the control character U+000B is not allowed

=== a backspace in a string (escaped)
"SELECT 'a\x08'"
---
1:10 sql_syntax the control character U+0008 is not allowed

=== an escape character in a comment (escaped)
"SELECT /* \x1b[0m */ 1"
---
1:11 sql_syntax the control character U+001B is not allowed

=== a DEL in a string (escaped)
"SELECT '\x7f'"
---
1:9 sql_syntax the control character U+007F is not allowed

=== a C1 control in a string (escaped)
"SELECT '\xc2\x85'"
---
1:9 sql_syntax the control character U+0085 is not allowed

=== a C1 control as a blank (escaped)
"SELECT\xc2\x851"
---
1:7 sql_syntax the control character U+0085 is not allowed

=== a line break in a name (escaped)
"SELECT \"a\x0ab\" FROM t"
---
1:10 sql_syntax a quoted name cannot hold a tab or a line break

=== a tab in a name (escaped)
"SELECT [a\x09b] FROM t"
---
1:10 sql_syntax a quoted name cannot hold a tab or a line break

=== an invalid byte as a blank (escaped)
"SELECT \xff 1"
---
1:8 sql_syntax the text is not valid UTF-8 here

=== an invalid byte in a string (escaped)
"SELECT 'a\xffb'"
---
1:10 sql_syntax the text is not valid UTF-8 here

=== an invalid byte in a name (escaped)
"SELECT \"a\xc3\" FROM t"
---
1:10 sql_syntax the text is not valid UTF-8 here

=== an invalid byte in a word (escaped)
"SELECT a\xe9b FROM t"
---
1:9 sql_syntax the text is not valid UTF-8 here

=== an invalid byte in a comment (escaped)
"SELECT /* \xff */ 1"
---
1:11 sql_syntax the text is not valid UTF-8 here

=== an overlong quote (escaped)
"SELECT 'a\xc0\xa7 OR 1=1"
---
1:10 sql_syntax the text is not valid UTF-8 here

=== an overlong slash (escaped)
"SELECT 1 \xc0\xaf* x */"
---
1:10 sql_syntax the text is not valid UTF-8 here

=== a surrogate (escaped)
"SELECT '\xed\xa0\x80'"
---
1:9 sql_syntax the text is not valid UTF-8 here

=== beyond Unicode (escaped)
"SELECT '\xf4\x90\x80\x80'"
---
1:9 sql_syntax the text is not valid UTF-8 here

=== a cut character at the end (escaped)
"SELECT 'a' \xe2\x82"
---
1:12 sql_syntax the text is not valid UTF-8 here

=== a multibyte character that eats the quote in GBK (escaped)
"SELECT '\xbf' OR 1=1"
---
1:9 sql_syntax the text is not valid UTF-8 here

=== UTF-16 (escaped)
"S\x00E\x00L\x00E\x00C\x00T\x00"
---
1:1 sql_syntax found S where SELECT was expected

=== a byte order mark (escaped)
"\xef\xbb\xbfSELECT 1"
---
1:1 sql_syntax the invisible character U+FEFF is not allowed outside strings; write an ordinary blank

=== a no-break space (escaped)
"SELECT\xc2\xa01"
---
1:7 sql_syntax the invisible character U+00A0 is not allowed outside strings; write an ordinary blank

=== an ideographic space (escaped)
"SELECT\xe3\x80\x801"
---
1:7 sql_syntax the invisible character U+3000 is not allowed outside strings; write an ordinary blank

=== a zero width space (escaped)
"SELECT\xe2\x80\x8b1"
---
1:7 sql_syntax the invisible character U+200B is not allowed outside strings; write an ordinary blank

=== a zero width joiner in a word (escaped)
"SELECT a\xe2\x80\x8db FROM t"
---
1:9 sql_syntax the invisible character U+200D is not allowed outside strings; write an ordinary blank

=== a right-to-left override in a comment (escaped)
"SELECT 1 /* \xe2\x80\xae */"
---
1:13 sql_syntax the invisible character U+202E is not allowed outside strings

=== a right-to-left override in a name (escaped)
"SELECT \"a\xe2\x80\xaeb\" FROM t"
---
1:10 sql_syntax the invisible character U+202E is not allowed outside strings

=== a line separator in a line comment (escaped)
"SELECT 1 -- x\xe2\x80\xa8, 2"
---
1:14 sql_syntax the invisible character U+2028 is not allowed outside strings

=== a letter that shows nothing (escaped)
"SELECT \xe3\x85\xa4 FROM t"
---
1:8 sql_syntax the invisible character U+3164 is not allowed outside strings; write an ordinary blank

=== a soft hyphen in a keyword (escaped)
"SEL\xc2\xadECT 1"
---
1:1 sql_syntax found SEL where SELECT was expected

=== a typographic quote (escaped)
"SELECT \xe2\x80\x98a\xe2\x80\x99"
---
1:8 sql_syntax the character '‘' has no meaning here

=== a fullwidth quote (escaped)
"SELECT \xef\xbc\x87a\xef\xbc\x87"
---
1:8 sql_syntax the character '＇' has no meaning here

=== a fullwidth semicolon (escaped)
"SELECT 1\xef\xbc\x9b SELECT 2"
---
1:9 sql_syntax the character '；' has no meaning here

=== digits of another alphabet (escaped)
"SELECT \xd9\xa1"
---
1:8 sql_syntax the character '١' has no meaning here

=== an emoji (escaped)
"SELECT \xf0\x9f\x98\x80"
---
1:8 sql_syntax the character '😀' has no meaning here
