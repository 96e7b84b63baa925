package portal

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
)

// showRows writes what a query string was read as: items | where | order |
// limit offset | values.
func showRows(q *rowsQuery) string {
	parts := []string{showItems(q.items)}
	if q.where != nil {
		parts = append(parts, "WHERE "+showExpr(q.where))
	}
	for _, t := range q.order {
		text := "BY " + showName([]sqlast.Ident{ident(t.column)})
		if t.desc {
			text += " DESC"
		}
		parts = append(parts, text+[]string{"", " NULLS FIRST", " NULLS LAST"}[t.nulls])
	}
	if q.limit != noLimit || q.offset != 0 {
		parts = append(parts, fmt.Sprintf("LIMIT %d OFFSET %d", q.limit, q.offset))
	}
	for i, v := range q.params {
		parts = append(parts, fmt.Sprintf("$%d=%s", i+1, v.(string)))
	}
	for _, e := range q.embeds {
		text := e.target
		if e.label != e.target {
			text = e.label + ":" + text
		}
		if e.hint != "" {
			text += "!" + e.hint
		}
		if e.inner {
			text += "!inner"
		}
		if e.spread {
			text = "..." + text
		}
		if e.silent {
			parts = append(parts, text+"()")
			continue
		}
		parts = append(parts, text+"("+showRows(&e.rowsQuery)+")")
	}
	if len(parts) > 1 && parts[0] == "" && len(q.embeds) > 0 && q.where == nil {
		parts = parts[1:]
	}
	return strings.Join(parts, " | ")
}

func TestRowsGrammarAccepts(t *testing.T) {
	tests := map[string]struct{ query, want string }{
		"nothing at all":                            {"", "*"},
		"empty parts between ampersands":            {"&&select=a&", "a"},
		"an empty select is every column":           {"select=", "*"},
		"a star":                                    {"select=*", "*"},
		"columns":                                   {"select=a,b,c", "a, b, c"},
		"an alias":                                  {"select=piece:DO_Piece", "DO_Piece AS piece"},
		"a column and everything":                   {"select=a,*", "a, *"},
		"blanks around names":                       {"select=%20a%20,+b%09", "a, b"},
		"a name with a blank inside":                {"select=Unit%20Price", `"Unit Price"`},
		"a name with a dash":                        {"select=a-b", `"a-b"`},
		"a name in another alphabet":                {"select=%D9%85%D9%88%D8%A7%D8%B1%D8%AF", `"موارد"`},
		"a name with an accent":                     {"select=r%C3%A9f%C3%A9rence", `"référence"`},
		"a quoted name keeps its characters":        {`select=%22a.b,c(d)%22`, `"a.b,c(d)"`},
		"a quoted name keeps its blanks":            {`select=%22%20a%20%22`, `" a "`},
		"a quoted name with an escaped quote":       {`select=%22a%5C%22b%22`, `"a\"b"`},
		"a quoted alias":                            {`select=%22N%C2%B0%20de%20pi%C3%A8ce%22:DO_Piece`, `DO_Piece AS "N° de pièce"`},
		"a name that is a keyword":                  {"select=select,from,order", "select, from, order"},
		"a name that looks like SQL":                {"select=a%27;DROP TABLE x--", `"a';DROP TABLE x--"`},
		"a cast":                                    {"select=a::text,n:b::int8", "CAST(a AS TEXT) AS a, CAST(b AS BIGINT) AS n"},
		"aggregates":                                {"select=a,count(),n:count(),b.sum(),m:c.max()", "a, COUNT(*) AS count, COUNT(*) AS n, SUM(b) AS sum, MAX(c) AS m"},
		"an aggregate with casts":                   {"select=a::int4.avg()::text", "CAST(AVG(CAST(a AS INTEGER)) AS TEXT) AS avg"},
		"embedding":                                 {"select=a,lines(*)", "a | lines(*)"},
		"embedding with an alias and a hint":        {"select=n:lines!head!inner(b)", "n:lines!head!inner(b)"},
		"embedding inside":                          {"select=lines(a,b(c))", "lines(a | b(c))"},
		"a spread":                                  {"select=...lines(a)", "...lines(a)"},
		"nothing of a table":                        {"select=lines()", "lines()"},
		"conditions, order and place inside":        {"select=lines(a)&lines.a=eq.1&lines.or=(b.eq.2,c.eq.3)&lines.order=a.desc&lines.limit=2&x=eq.9", " | WHERE (x = $1) | $1=9 | lines(a | WHERE ((a = $1) AND ((b = $2) OR (c = $3))) | BY a DESC | LIMIT 2 OFFSET 0 | $1=1 | $2=2 | $3=3)"},
		"conditions two deep":                       {"select=lines(item(a))&lines.item.a=eq.1", "lines(item(a | WHERE (a = $1) | $1=1))"},
		"conditions by the alias":                   {"select=n:lines(a)&n.a=eq.1", "n:lines(a | WHERE (a = $1) | $1=1)"},
		"any":                                       {`a=eq(any).%7B1,%22b,c%22%7D`, "* | WHERE ((a = $1) OR (a = $2)) | $1=1 | $2=b,c"},
		"all patterns":                              {"a=like(all).%7Bb*,*c%7D", "* | WHERE ((a LIKE $1) AND (a LIKE $2)) | $1=b% | $2=%c"},
		"not any":                                   {"a=not.gt(any).%7B1,2%7D", "* | WHERE (NOT ((a > $1) OR (a > $2))) | $1=1 | $2=2"},
		"equal":                                     {"a=eq.1", "* | WHERE (a = $1) | $1=1"},
		"not equal":                                 {"a=neq.1", "* | WHERE (a <> $1) | $1=1"},
		"greater":                                   {"a=gt.1", "* | WHERE (a > $1) | $1=1"},
		"greater or equal":                          {"a=gte.1", "* | WHERE (a >= $1) | $1=1"},
		"less":                                      {"a=lt.1", "* | WHERE (a < $1) | $1=1"},
		"less or equal":                             {"a=lte.1", "* | WHERE (a <= $1) | $1=1"},
		"distinct from":                             {"a=isdistinct.1", "* | WHERE (a IS DISTINCT FROM $1) | $1=1"},
		"a value with dots":                         {"a=eq.1.50", "* | WHERE (a = $1) | $1=1.50"},
		"a value with commas and parentheses":       {"a=eq.b,c)(d", "* | WHERE (a = $1) | $1=b,c)(d"},
		"a value with quotes is taken as it is":     {"a=eq.%22b%22", `* | WHERE (a = $1) | $1="b"`},
		"an empty value":                            {"a=eq.", "* | WHERE (a = $1) | $1="},
		"a value that is an equation":               {"a=eq.b=c", "* | WHERE (a = $1) | $1=b=c"},
		"a plus is a blank":                         {"a=eq.b+c", "* | WHERE (a = $1) | $1=b c"},
		"a percent-encoded plus is a plus":          {"a=eq.b%2Bc", "* | WHERE (a = $1) | $1=b+c"},
		"a percent-encoded ampersand":               {"a=eq.b%26c=eq.d", "* | WHERE (a = $1) | $1=b&c=eq.d"},
		"a value keeps its blanks":                  {"a=eq.%20b%20", "* | WHERE (a = $1) | $1= b "},
		"the word null is a text":                   {"a=eq.null", "* | WHERE (a = $1) | $1=null"},
		"SQL in a value is a value":                 {"a=eq.1'%20OR%20'1'='1", "* | WHERE (a = $1) | $1=1' OR '1'='1"},
		"a value that names a parameter":            {"a=eq.$1", "* | WHERE (a = $1) | $1=$1"},
		"two filters":                               {"a=eq.1&b=eq.2", "* | WHERE ((a = $1) AND (b = $2)) | $1=1 | $2=2"},
		"two filters on one column":                 {"a=gte.1&a=lt.9", "* | WHERE ((a >= $1) AND (a < $2)) | $1=1 | $2=9"},
		"filters keep their order":                  {"z=eq.1&a=eq.2&m=eq.3", "* | WHERE (((z = $1) AND (a = $2)) AND (m = $3)) | $1=1 | $2=2 | $3=3"},
		"many filters make a balanced tree":         {"a=eq.1&a=eq.2&a=eq.3&a=eq.4", "* | WHERE (((a = $1) AND (a = $2)) AND ((a = $3) AND (a = $4))) | $1=1 | $2=2 | $3=3 | $4=4"},
		"not":                                       {"a=not.eq.1", "* | WHERE (NOT (a = $1)) | $1=1"},
		"like with stars":                           {"a=like.*b*", "* | WHERE (a LIKE $1) | $1=%b%"},
		"like with percent signs":                   {"a=like.%25b_", "* | WHERE (a LIKE $1) | $1=%b_"},
		"like with a backslash":                     {"a=like.10%5C%25*", `* | WHERE (a LIKE $1) | $1=10\%%`},
		"like with a backslash before a letter":     {"a=like.C:%5Cd*", `* | WHERE (a LIKE $1) | $1=C:d%`},
		"like with a backslash before itself":       {"a=like.C:%5C%5Cd*", `* | WHERE (a LIKE $1) | $1=C:\\d%`},
		"like with a backslash at the end":          {"a=like.b%5C", `* | WHERE (a LIKE $1) | $1=b\`},
		"ilike":                                     {"a=ilike.b*", "* | WHERE (a ILIKE $1) | $1=b%"},
		"not like":                                  {"a=not.like.b*", "* | WHERE (a NOT LIKE $1) | $1=b%"},
		"is null":                                   {"a=is.null", "* | WHERE (a IS NULL)"},
		"is not_null":                               {"a=is.not_null", "* | WHERE (a IS NOT NULL)"},
		"not is null":                               {"a=not.is.null", "* | WHERE (a IS NOT NULL)"},
		"not is not_null":                           {"a=not.is.not_null", "* | WHERE (a IS NULL)"},
		"is true":                                   {"a=is.true", "* | WHERE (a IS TRUE)"},
		"is false, in capitals":                     {"a=is.FALSE", "* | WHERE (a IS FALSE)"},
		"is unknown":                                {"a=is.unknown", "* | WHERE (a IS UNKNOWN)"},
		"in":                                        {"a=in.(1,2)", "* | WHERE (a IN ($1, $2)) | $1=1 | $2=2"},
		"in with quotes":                            {`a=in.(a,%22b,c%22)`, "* | WHERE (a IN ($1, $2)) | $1=a | $2=b,c"},
		"in with an escaped quote":                  {`a=in.(%22b%5C%22c%22)`, `* | WHERE (a IN ($1)) | $1=b"c`},
		"in with an escaped backslash":              {`a=in.(%22b%5C%5C%22)`, `* | WHERE (a IN ($1)) | $1=b\`},
		"in with a quote inside a bare value":       {`a=in.(5%22,6)`, `* | WHERE (a IN ($1, $2)) | $1=5" | $2=6`},
		"in with text after a closing quote":        {`a=in.(%22b%22c)`, `* | WHERE (a IN ($1)) | $1="b"c`},
		"in with an unclosed quote":                 {`a=in.(%22b,c)`, `* | WHERE (a IN ($1, $2)) | $1="b | $2=c`},
		"in with an opening parenthesis":            {`a=in.(b(c,d)`, `* | WHERE (a IN ($1, $2)) | $1=b(c | $2=d`},
		"in with empty elements":                    {"a=in.(,b)", "* | WHERE (a IN ($1, $2)) | $1= | $2=b"},
		"in with an empty quoted element":           {"a=in.(%22%22)", "* | WHERE (a IN ($1)) | $1="},
		"in with blanks in elements":                {"a=in.(b, c)", "* | WHERE (a IN ($1, $2)) | $1=b | $2= c"},
		"an empty list holds nothing":               {"a=in.()", "* | WHERE ((a IS NULL) AND FALSE)"},
		"not in an empty list":                      {"a=not.in.()", "* | WHERE (NOT ((a IS NULL) AND FALSE))"},
		"not in":                                    {"a=not.in.(1,2)", "* | WHERE (a NOT IN ($1, $2)) | $1=1 | $2=2"},
		"or":                                        {"or=(a.eq.1,b.eq.2)", "* | WHERE ((a = $1) OR (b = $2)) | $1=1 | $2=2"},
		"or of one":                                 {"or=(a.eq.1)", "* | WHERE (a = $1) | $1=1"},
		"and":                                       {"and=(a.gte.1,a.lt.2)", "* | WHERE ((a >= $1) AND (a < $2)) | $1=1 | $2=2"},
		"not and":                                   {"not.and=(a.eq.1,b.eq.2)", "* | WHERE (NOT ((a = $1) AND (b = $2))) | $1=1 | $2=2"},
		"not or":                                    {"not.or=(a.eq.1,b.eq.2)", "* | WHERE (NOT ((a = $1) OR (b = $2))) | $1=1 | $2=2"},
		"nested":                                    {"or=(a.eq.1,and(b.gt.2,c.is.null))", "* | WHERE ((a = $1) OR ((b > $2) AND (c IS NULL))) | $1=1 | $2=2"},
		"nested negation":                           {"and=(a.eq.1,not.or(b.eq.2,c.eq.3))", "* | WHERE ((a = $1) AND (NOT ((b = $2) OR (c = $3)))) | $1=1 | $2=2 | $3=3"},
		"negated operators inside":                  {"or=(a.not.eq.1,b.not.in.(2,3))", "* | WHERE ((NOT (a = $1)) OR (b NOT IN ($2, $3))) | $1=1 | $2=2 | $3=3"},
		"a list inside":                             {"or=(a.in.(1,2),b.eq.3)", "* | WHERE ((a IN ($1, $2)) OR (b = $3)) | $1=1 | $2=2 | $3=3"},
		"a quoted value inside":                     {`or=(a.eq.%22b,c%22,d.eq.e)`, "* | WHERE ((a = $1) OR (d = $2)) | $1=b,c | $2=e"},
		"a quoted pattern inside":                   {`or=(a.like.%22*b,c*%22)`, "* | WHERE (a LIKE $1) | $1=%b,c%"},
		"an empty value inside":                     {"or=(a.eq.,b.eq.1)", "* | WHERE ((a = $1) OR (b = $2)) | $1= | $2=1"},
		"a quoted name inside":                      {`or=(%22a.b%22.eq.1)`, `* | WHERE ("a.b" = $1) | $1=1`},
		"blanks inside a logic tree":                {"or=(+a.eq.1,+and(b.eq.2)+)", "* | WHERE ((a = $1) OR (b = $2)) | $1=1 | $2=2"},
		"a column called and":                       {"or=(and.eq.1,or.eq.2)", "* | WHERE ((and = $1) OR (or = $2)) | $1=1 | $2=2"},
		"a column called not":                       {"or=(not.eq.1)", "* | WHERE (not = $1) | $1=1"},
		"two logic trees and a filter":              {"or=(a.eq.1,b.eq.2)&c=eq.3&or=(d.eq.4,e.eq.5)", "* | WHERE ((((a = $1) OR (b = $2)) AND (c = $3)) AND ((d = $4) OR (e = $5))) | $1=1 | $2=2 | $3=3 | $4=4 | $5=5"},
		"a filter on a reserved word in quotes":     {"%22order%22=eq.1&%22select%22=eq.2", "* | WHERE ((order = $1) AND (select = $2)) | $1=1 | $2=2"},
		"a filter on a quoted name with a dot":      {"%22a.b%22=eq.1", `* | WHERE ("a.b" = $1) | $1=1`},
		"order":                                     {"order=a", "* | BY a"},
		"order both ways":                           {"order=a.asc,b.desc", "* | BY a | BY b DESC"},
		"order with nulls":                          {"order=a.desc.nullslast,b.nullsfirst", "* | BY a DESC NULLS LAST | BY b NULLS FIRST"},
		"order by a quoted name":                    {"order=%22a.b%22.desc", `* | BY "a.b" DESC`},
		"order with blanks":                         {"order=a.desc,+b", "* | BY a DESC | BY b"},
		"limit and offset":                          {"limit=10&offset=20", "* | LIMIT 10 OFFSET 20"},
		"limit zero":                                {"limit=0", "* | LIMIT 0 OFFSET 0"},
		"everything together":                       {"select=a,n:b&c=eq.1&order=a.desc&limit=5&offset=5", "a, b AS n | WHERE (c = $1) | BY a DESC | LIMIT 5 OFFSET 5 | $1=1"},
		"a name and a value that are percent-coded": {"DO%5FPiece=eq.FA%2F1", "* | WHERE (DO_Piece = $1) | $1=FA/1"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			q, err := parseRows(tt.query)
			if err != nil {
				t.Fatalf("parseRows(%q): %v", tt.query, err)
			}
			if got := showRows(q); got != tt.want {
				t.Errorf("parseRows(%q)\n got %s\nwant %s", tt.query, got, tt.want)
			}
		})
	}
}

func TestRowsGrammarRefuses(t *testing.T) {
	deep := strings.Repeat("and(", maxDepth) + "a.eq.1" + strings.Repeat(")", maxDepth)
	tests := map[string]struct {
		query string
		code  refusal.Code
		want  string // part of the detail
	}{
		"a cast to a type that is none":       {"select=a::json", refusal.Syntax, "a type"},
		"a cast to nothing":                   {"select=a::", refusal.Syntax, "a type"},
		"embedding without an end":            {"select=a,lines(*", refusal.Syntax, "closing parenthesis"},
		"embedding with something behind":     {"select=lines(*)a", refusal.Syntax, "comma"},
		"embedding with an empty element":     {"select=lines(a,,b)", refusal.Syntax, `at ",b)"`},
		"two hints":                           {"select=lines!a!b(*)", refusal.Syntax, "two hints"},
		"a hint without columns":              {"select=lines!inner", refusal.Syntax, "in parentheses"},
		"a spread without columns":            {"select=...lines", refusal.Syntax, "in parentheses"},
		"two tables of one name":              {"select=lines(a),lines(b)", refusal.Unsupported, "another name"},
		"too deep":                            {"select=a(b(c(d(e(f)))))", refusal.LimitExceeded, "inside each other"},
		"too many related tables":             {"select=" + strings.Repeat("x(a),", maxEmbeds) + "y(a)", refusal.Unsupported, "another name"},
		"a star beside an aggregate":          {"select=*,count()", refusal.Unsupported, "grouped"},
		"a related table beside an aggregate": {"select=count(),lines(a)", refusal.Unsupported, "related rows"},
		"an unknown aggregate":                {"select=a.median()", refusal.Syntax, ".sum()"},
		"a qualified name":                    {"select=a.b", refusal.Syntax, "double quotes"},
		"any of what compares with one":       {"a=neq(any).%7B1,2%7D", refusal.Syntax, "before (any)"},
		"any without braces":                  {"a=eq(any).1", refusal.Syntax, "braces"},
		"any without an end":                  {"a=eq(any).%7B1", refusal.Syntax, "closing brace"},
		"a column of what is not embedded":    {"lines.a=eq.1", refusal.Unsupported, "embed it"},
		"a logic tree of what is not":         {"lines.or=(a.eq.1)", refusal.Unsupported, "embed it"},
		"an order of what is not":             {"lines.order=a", refusal.Unsupported, "embed it"},
		"an order twice inside":               {"select=lines(a)&lines.order=a&lines.order=b", refusal.Syntax, "twice"},
		"columns inside":                      {"select=lines(a)&lines.columns=x", refusal.Syntax, "an operator"},
		"a JSON path in select":               {"select=a->b", refusal.Unsupported, "JSON"},
		"a JSON path in a filter":             {"a->>b=eq.1", refusal.Unsupported, "JSON"},
		"a JSON path in order":                {"order=a->b.desc", refusal.Unsupported, "JSON"},
		"a JSON path in a logic tree":         {"or=(a->b.eq.1)", refusal.Unsupported, "JSON"},
		"select twice":                        {"select=a&select=b", refusal.Syntax, "twice"},
		"order twice":                         {"order=a&order=b", refusal.Syntax, "twice"},
		"limit twice":                         {"limit=1&limit=2", refusal.Syntax, "twice"},
		"an empty element of select":          {"select=a,,b", refusal.Syntax, `at ",b"`},
		"a comma at the end of select":        {"select=a,", refusal.Syntax, "the end"},
		"an alias without a column":           {"select=n:", refusal.Syntax, "stands for"},
		"an unclosed quoted name":             {"select=%22a", refusal.Syntax, "closing quote"},
		"an empty quoted name":                {"select=%22%22", refusal.Syntax, "a column's name"},
		"a star with something behind it":     {"select=*a", refusal.Syntax, "comma"},
		"a star under an alias":               {"select=n:*", refusal.Syntax, "stands for"},
		"a filter without an operator":        {"a=1", refusal.Syntax, "an operator"},
		"a filter without a value":            {"a", refusal.Syntax, "an operator"},
		"an unknown operator":                 {"a=noop.1", refusal.Syntax, "an operator"},
		"an operator in capitals":             {"a=EQ.1", refusal.Syntax, "an operator"},
		"not twice":                           {"a=not.not.eq.1", refusal.Syntax, "an operator"},
		"not alone":                           {"a=not.1", refusal.Syntax, "an operator"},
		"an operator without its dot":         {"a=eq", refusal.Syntax, "a dot and a value"},
		"full-text search":                    {"a=fts.b", refusal.Unsupported, "fts"},
		"full-text search with a language":    {"a=fts(french).b", refusal.Unsupported, "fts"},
		"a regular expression":                {"a=match.^b", refusal.Unsupported, "match"},
		"an array operator":                   {"a=cs.%7B1%7D", refusal.Unsupported, "cs"},
		"is with another word":                {"a=is.nothing", refusal.Syntax, "unknown after is."},
		"is with blanks":                      {"a=is.null%20", refusal.Syntax, "unknown after is."},
		"in without parentheses":              {"a=in.1,2", refusal.Syntax, "a list in parentheses"},
		"in without an end":                   {"a=in.(1,2", refusal.Syntax, "closing parenthesis"},
		"in with something behind it":         {"a=in.(1)2", refusal.Syntax, "the end of the value"},
		"an empty column":                     {"=eq.1", refusal.Syntax, "a column's name"},
		"a function as a column":              {"upper(a)=eq.1", refusal.Syntax, "the end of the column's name"},
		"a star as a column":                  {"*=eq.1", refusal.Syntax, "a column's name"},
		"an empty logic tree":                 {"or=()", refusal.Syntax, "a condition"},
		"a logic tree without parentheses":    {"or=a.eq.1", refusal.Syntax, "opening parenthesis"},
		"a logic tree without an end":         {"or=(a.eq.1", refusal.Syntax, "closing parenthesis"},
		"a logic tree with something behind":  {"or=(a.eq.1)b", refusal.Syntax, "the end of the value"},
		"a logic tree with two ends":          {"or=(a.eq.1))", refusal.Syntax, "the end of the value"},
		"a comma at a logic tree's end":       {"or=(a.eq.1,)", refusal.Syntax, "a condition"},
		"an unknown logic operator":           {"or=(xor(a.eq.1))", refusal.Syntax, "a dot and an operator"},
		"a logic tree too deep":               {"and=(" + deep + ")", refusal.LimitExceeded, "deep"},
		"too many values":                     {"a=in.(" + strings.Repeat("1,", maxTerms) + "1)", refusal.LimitExceeded, "values"},
		"too many columns":                    {"select=" + strings.Repeat("a,", maxTerms) + "a", refusal.LimitExceeded, "elements"},
		"too many columns to order by":        {"order=" + strings.Repeat("a,", maxTerms) + "a", refusal.LimitExceeded, "elements"},
		"too many conditions":                 {"or=(" + strings.Repeat("a.is.null,", maxTerms) + "a.is.null)", refusal.LimitExceeded, "elements"},
		"an empty order":                      {"order=", refusal.Syntax, "a column's name"},
		"an unknown direction":                {"order=a.up", refusal.Syntax, "asc or desc"},
		"two directions":                      {"order=a.asc.desc", refusal.Syntax, "asc or desc"},
		"nulls before the direction":          {"order=a.nullslast.desc", refusal.Syntax, "asc or desc"},
		"a direction with something behind":   {"order=a.descending", refusal.Syntax, "asc or desc"},
		"order by a related table":            {"order=lines(a).desc", refusal.Unsupported, "lines.order"},
		"order by a position and a statement": {"order=1;DROP TABLE x.desc.x", refusal.Syntax, "asc or desc"},
		"a negative limit":                    {"limit=-1", refusal.Syntax, "limit must be"},
		"a limit with a sign":                 {"limit=%2B1", refusal.Syntax, "limit must be"},
		"a limit that is no number":           {"limit=ten", refusal.Syntax, "limit must be"},
		"an empty limit":                      {"limit=", refusal.Syntax, "limit must be"},
		"an offset beyond all numbers":        {"offset=99999999999999999999", refusal.Syntax, "offset must be"},
		"an offset beyond exact numbers":      {"offset=9007199254740993", refusal.Syntax, "offset must be"},
		"columns belong to writing":           {"columns=a", refusal.Unsupported, "writing"},
		"on_conflict belongs to writing":      {"on_conflict=a", refusal.Unsupported, "writing"},
		"a broken percent sign":               {"a=eq.%zz", refusal.Syntax, "percent-encoded"},
		"a broken percent sign in a name":     {"%a=eq.1", refusal.Syntax, "percent-encoded"},
		"bytes that are no UTF-8":             {"a=eq.%FF", refusal.Syntax, "UTF-8"},
		"NUL":                                 {"a=eq.b%00c", refusal.Syntax, "NUL"},
		"NUL in a name":                       {"a%00=eq.1", refusal.Syntax, "NUL"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			q, err := parseRows(tt.query)
			var r *refusal.Error
			if !errors.As(err, &r) {
				t.Fatalf("parseRows(%.80q) = %v, %v; want a refusal", tt.query, q, err)
			}
			if r.Code != tt.code || !strings.Contains(r.Detail, tt.want) {
				t.Errorf("parseRows(%.80q) refused with %s: %s\nwant %s with %q", tt.query, r.Code, r.Detail, tt.code, tt.want)
			}
			if q != nil {
				t.Error("a refusal came with a query")
			}
			if len(r.Detail) > 400 {
				t.Errorf("the detail has %d bytes", len(r.Detail))
			}
		})
	}
}

// FuzzRows looks for a query string that makes the parser fall over, build a
// node that it must not build, or put something of the request elsewhere than
// into names and parameters.
func FuzzRows(f *testing.F) {
	for _, seed := range []string{
		"", "select=a,n:b,*&order=a.desc.nullslast,b&limit=1&offset=2",
		"a=eq.1&b=not.in.(1,%22a,b%22)", "or=(a.eq.1,and(b.gt.2,not.or(c.is.null,d.like.*e*)))",
		"%22a.b%22=ilike.x", "a=in.(%22b%5C%22c%22,)", "select=%22", "or=((((", "a=in.(", "a=is.", "a=not.",
		"order=a.", "select=::", "select=->", "%FF=%00", "a=eq.%5C", "not.and=(a.eq.%22%5C",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		q, err := parseRows(raw)
		if err != nil {
			var r *refusal.Error
			if !errors.As(err, &r) || q != nil {
				t.Fatalf("parseRows(%q) = %v, %v; want a refusal and nothing else", raw, q, err)
			}
			return
		}
		showRows(q) // panics on a node that must not be
		again, err := parseRows(raw)
		if err != nil || showRows(again) != showRows(q) {
			t.Fatalf("parseRows(%q) differs from one time to the next", raw)
		}
		for _, p := range q.params {
			if !plainText(p.(string)) {
				t.Fatalf("parseRows(%q) gives the parameter %q", raw, p)
			}
		}
	})
}
