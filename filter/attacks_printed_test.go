package filter_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// rowFilter is the row filter of a table of the attacked profile as it must be
// printed, written here by hand: names in backticks, tables in braces, ?c the
// customer's parameter. r is the number of the table's alias; further tables
// count on from it.
func rowFilter(table string, r int) string {
	own := func(format string) string { return strings.ReplaceAll(format, "self", "r"+strconv.Itoa(r)) }
	switch table {
	case "docs":
		return own("self.`owner` = ?c AND (self.`kind` = 2 OR self.`kind` = 1)")
	case "lines":
		return followed(r, "doc", "docs")
	case "parcels":
		return followed(r, "line", "lines")
	case "articles":
		return own("self.`active` = 1")
	case "messages":
		return own("self.`sender` = ?c OR self.`receiver` = ?c")
	case "contracts":
		return own(strings.ReplaceAll("self.`sealed` = 0 AND EXISTS (SELECT 1 AS c1 FROM {grants} AS other WHERE other.`contract` = self.`id` AND other.`holder` = ?c)",
			"other", "r"+strconv.Itoa(r+1)))
	case weird:
		return own("self.`cust omer` = ?c")
	}
	return own("self.`owner` = ?c")
}

const weird = "Été n° 1 \"x\" [y] `z`"

func followed(r int, column, table string) string {
	return fmt.Sprintf("r%d.`%s` IN (SELECT r%d.`id` AS c1 FROM {%s} AS r%d WHERE %s)", r, column, r+1, table, r+1, rowFilter(table, r+1))
}

// shownColumns are what a request may touch of each table.
var shownColumns = map[string][]string{
	"docs": {"id", "owner", "kind", "ref", "total", "at"}, "lines": {"id", "doc", "article", "qty", "note"},
	"parcels": {"id", "line", "tracking"}, "articles": {"code", "name", "price"}, "contracts": {"id", "label"},
	"messages": {"id", "sender", "receiver", "body"}, "thing": {"id", "thing"}, "select": {"id", "from"},
	"ledger": {"id", "year", "word"}, "open_docs": {"id", "owner", "ref"}, weird: {"id", "à l'unité \"k\" [k]"},
}

// spelling is how an engine writes names and the customer's parameter.
type spelling struct {
	open, shut, schema, customer string
	fence                        string // what stands at the end of a fenced projection
}

var spellings = map[catalog.Engine]spelling{
	catalog.SQLite:    {"`", "`", "`main`.", `\?(\d+)`, " LIMIT 9223372036854775807"},
	catalog.Postgres:  {`"`, `"`, "", `CAST\(\$(\d+) AS text\)`, " OFFSET 0"},
	catalog.MariaDB:   {"`", "`", "", `(\?)`, " LIMIT 18446744073709551615"},
	catalog.SQLServer: {"[", "]", "[dbo].", `@p(\d+)`, ""},
}

func (s spelling) quote(name string) string {
	return s.open + strings.ReplaceAll(name, s.shut, s.shut+s.shut) + s.shut
}

var (
	quotedHere = regexp.MustCompile("`[^`]*`")
	tableHere  = regexp.MustCompile(`\{[^}]*\}`)
)

// pattern makes the regular expression of a row filter for an engine.
func (s spelling) pattern(filter string) string {
	var b strings.Builder
	for filter != "" {
		if rest, ok := strings.CutPrefix(filter, "?c"); ok {
			b.WriteString(s.customer)
			filter = rest
			continue
		}
		for re, write := range map[*regexp.Regexp]func(string) string{
			quotedHere: func(m string) string { return s.quote(m[1 : len(m)-1]) },
			tableHere:  func(m string) string { return s.schema + s.quote(m[1:len(m)-1]) },
		} {
			if at := re.FindStringIndex(filter); at != nil && at[0] == 0 {
				b.WriteString(regexp.QuoteMeta(write(filter[:at[1]])))
				filter = filter[at[1]:]
			}
		}
		n := strings.IndexAny(filter, "`{?")
		if n < 0 {
			n = len(filter)
		}
		b.WriteString(regexp.QuoteMeta(filter[:n]))
		filter = filter[n:]
	}
	return b.String()
}

// checkPrinted goes through a printed statement: each base table stands in it
// as the filtered projection of columns that are shown, and beside these
// projections there is nothing but generated names.
func checkPrinted(x filter.Explanation, schema string) error {
	s := spellings[x.Engine]
	seen := map[bool]bool{}
	if schema != "" {
		s.schema = s.quote(schema) + "."
	}
	rest := x.SQL
	for table := range shownColumns {
		base := " FROM " + s.schema + s.quote(table) + " AS r"
		for from := 0; ; {
			i := strings.Index(rest[from:], base)
			if i < 0 {
				break
			}
			i += from
			digits := regexp.MustCompile(`^\d+`).FindString(rest[i+len(base):])
			r, _ := strconv.Atoi(digits)
			start := strings.LastIndex(rest[:i], "(SELECT ")
			after := i + len(base) + len(digits)
			list, topped := "", false
			if start >= 0 {
				list, topped = strings.CutPrefix(rest[start+len("(SELECT "):i], "TOP (9223372036854775807) ") // a fence of SQL Server's
			}
			m, pushed, fenced := s.projection(rowFilter(table, r), rest[after:], topped)
			if start < 0 || m == nil {
				from = after // a table inside another's filter, or one that must not be: the end will tell
				continue
			}
			seen[fenced] = true
			if err := checkPushed(pushed, "r"+digits+".", table, s); err != nil {
				return err
			}
			if err := checkProjection(list, "r"+digits+".", table, s); err != nil {
				return err
			}
			for g := 2; g < len(m); g += 2 {
				place := after + m[g]
				if err := checkCustomer(x, rest[:place], rest[place:after+m[g+1]]); err != nil {
					return err
				}
			}
			// What was checked goes; its question marks stay, for those behind it are counted.
			marks := ""
			if x.Engine == catalog.MariaDB {
				marks = strings.Repeat("?", strings.Count(rest[start:after+m[1]], "?"))
			}
			rest = rest[:start] + "<>" + marks + rest[after+m[1]:]
			from = 0
		}
	}
	if seen[true] && seen[false] {
		return fmt.Errorf("some tables are fenced and some are not")
	}
	return checkRest(rest, s)
}

// projection matches what stands behind a base table: its row filter alone, or
// the row filter, conditions of the request, and a fence. It gives the match,
// those conditions, and whether there is a fence; topped says that one stands
// before.
func (s spelling) projection(filter, text string, topped bool) (m []int, pushed string, fenced bool) {
	own := s.pattern(filter)
	if m := regexp.MustCompile(`^ WHERE ` + own + `\) AS t\d+`).FindStringSubmatchIndex(text); m != nil {
		return m, "", topped
	}
	fence := regexp.QuoteMeta(s.fence)
	if m := regexp.MustCompile(`^ WHERE ` + own + fence + `\) AS t\d+`).FindStringSubmatchIndex(text); m != nil && s.fence != "" {
		return m, "", true
	}
	if s.fence == "" && !topped {
		return nil, "", false
	}
	// Beside other conditions a filter that is more than one stands in parentheses.
	if flat := inParentheses.ReplaceAllString(inParentheses.ReplaceAllString(filter, ""), ""); strings.Contains(flat, " OR ") || strings.Contains(flat, " AND ") {
		own = `\(` + own + `\)`
	}
	if m := regexp.MustCompile(`^ WHERE ` + own + ` AND (?:.*?)` + fence + `\) AS t\d+`).FindStringSubmatchIndex(text); m != nil {
		whole := text[:m[1]]
		head := regexp.MustCompile(`^ WHERE ` + own + ` AND `).FindString(whole)
		return m, whole[len(head):strings.LastIndex(whole, s.fence+") AS t")], true
	}
	return nil, "", false
}

var inParentheses = regexp.MustCompile(`\([^()]*\)`)

// checkPushed: conditions that stand beside a row filter read shown columns of
// the table itself, and what the queries around them have read already: rows
// that are the customer's, by the alias of what holds them. What such an alias
// may be followed by is what checkProjection lets through.
func checkPushed(conditions, alias, table string, s spelling) error {
	text := extraction.ReplaceAllString(literalsIn.ReplaceAllString(conditions, "''"), "EXTRACT(")
	text = s.around().ReplaceAllStringFunc(text, func(ref string) string {
		_, name, _ := strings.Cut(ref, ".")
		for _, columns := range shownColumns {
			if slices.ContainsFunc(columns, func(c string) bool { return s.quote(c) == name }) {
				return "1"
			}
		}
		return ref
	})
	for _, name := range s.names().FindAllString(text, -1) {
		if !slices.ContainsFunc(shownColumns[table], func(c string) bool { return s.quote(c) == name }) {
			return fmt.Errorf("a condition beside the filter of %s reads %s", table, name)
		}
	}
	if strings.Contains(text, "SELECT") || strings.Contains(text, "FROM") {
		return fmt.Errorf("a condition beside the filter of %s holds a query: %s", table, conditions)
	}
	return checkRest(strings.ReplaceAll(text, alias, "t0."), s)
}

// around matches a column of a derived table.
func (s spelling) around() *regexp.Regexp { return regexp.MustCompile(`\bt\d+\.` + s.names().String()) }

// names matches an identifier of the engine.
func (s spelling) names() *regexp.Regexp {
	return regexp.MustCompile(regexp.QuoteMeta(s.open) + `(?:[^` + regexp.QuoteMeta(s.shut) + `]|` + regexp.QuoteMeta(s.shut+s.shut) + `)*` + regexp.QuoteMeta(s.shut))
}

// checkProjection: "r1.a, r1.b" or "1 AS c1".
func checkProjection(list, alias, table string, s spelling) error {
	if list == "1 AS c1" {
		return nil
	}
	for list != "" {
		found := false
		for _, c := range shownColumns[table] {
			if rest, ok := strings.CutPrefix(list, alias+s.quote(c)); ok {
				list, found = strings.TrimPrefix(rest, ", "), true
				break
			}
		}
		if !found {
			return fmt.Errorf("the projection of %s has more than what is shown: %s", table, list)
		}
	}
	return nil
}

// checkCustomer: the parameter at this place is the identity's.
func checkCustomer(x filter.Explanation, before, number string) error {
	n, err := strconv.Atoi(number)
	if err != nil {
		n = strings.Count(before, "?") + 1
	}
	if n > len(x.Params) || x.Params[n-1] != "the identity's :customer (text)" {
		return fmt.Errorf("parameter %d stands where the customer should: %v", n, x.Params)
	}
	return nil
}

var (
	sourceWord = regexp.MustCompile(`\b(?:FROM|JOIN|APPLY) `)
	sourceForm = regexp.MustCompile(`^(?:(?:LATERAL )?\(|<>|w\d+ AS t\d+\b)`)
	extraction = regexp.MustCompile(`EXTRACT\(\w+ FROM |DISTINCT FROM `)
	literalsIn = regexp.MustCompile(`'(?:[^']|'')*'`)
)

// checkRest: no table, and no column but of a projection.
func checkRest(rest string, s spelling) error {
	text := extraction.ReplaceAllString(literalsIn.ReplaceAllString(rest, "L"), "EXTRACT(")
	for _, at := range sourceWord.FindAllStringIndex(text, -1) {
		if !sourceForm.MatchString(text[at[1]:]) {
			return fmt.Errorf("something else than a filtered projection is read: %s", text[at[0]:])
		}
	}
	names := s.names()
	shown := map[string]bool{}
	for _, columns := range shownColumns {
		for _, c := range columns {
			shown[s.quote(c)] = true
		}
	}
	for _, at := range names.FindAllStringIndex(text, -1) {
		if !regexp.MustCompile(`\bt\d+\.$`).MatchString(text[:at[0]]) {
			return fmt.Errorf("%s is not qualified by a projection's alias: %s", text[at[0]:at[1]], text)
		}
		if !shown[text[at[0]:at[1]]] {
			return fmt.Errorf("%s is not shown: %s", text[at[0]:at[1]], text)
		}
	}
	return nil
}

// TestThePrintedCheckHasTeeth: the check above refuses what it is there for.
func TestThePrintedCheckHasTeeth(t *testing.T) {
	r := newRig(t, attackedERP, attackedProfile)
	const q = "WITH w AS (SELECT id FROM docs) SELECT d.ref, p.tracking FROM docs d JOIN w ON w.id = d.id, parcels p, contracts c WHERE d.ref = 'x'"
	for _, engine := range printedEngines {
		x, err := r.gate.Explain(t.Context(), filter.Request{Caller: as("ANNA"), Text: q}, engine)
		if err != nil {
			t.Fatal(err)
		}
		if err := checkPrinted(x, ""); err != nil {
			t.Fatalf("%s: %v\n%s", engine, err, x.SQL)
		}
		s := spellings[engine]
		for _, c := range []struct{ what, old, new string }{
			{"another comparison", s.quote("owner") + " = ", s.quote("owner") + " >= "},
			{"a filter that is OR", " AND (r1." + s.quote("kind"), " OR (r1." + s.quote("kind")},
			{"a hidden column in a projection", "r2." + s.quote("ref"), "r2." + s.quote("cost")},
			{"a hidden column of a projection", "t3." + s.quote("ref"), "t3." + s.quote("cost")},
			{"a hidden column outside", "SELECT t", "SELECT " + s.quote("cost") + ", t"},
			{"a table without filter", " FROM (SELECT", " FROM " + s.schema + s.quote("secrets") + " AS r99 CROSS JOIN (SELECT"},
			{"a table in the place of a CTE", "w1 AS t", s.schema + s.quote("docs") + " AS t"},
			{"a bare name", "w1 AS t", "docs AS t"},
			{"half a filter that is OR", " = 0 AND EXISTS", " = 0 OR EXISTS"},
			{"another column in a subquery", s.quote("id") + " AS c1 FROM " + s.schema + s.quote("docs"), s.quote("kind") + " AS c1 FROM " + s.schema + s.quote("docs")},
			{"another table in a subquery", s.quote("grants"), s.quote("secrets")},
			{"a name without alias", "r1." + s.quote("owner"), s.quote("owner")},
			{"another alias", "r2." + s.quote("owner"), "r1." + s.quote("owner")},
		} {
			y := x
			if y.SQL = strings.Replace(x.SQL, c.old, c.new, 1); y.SQL == x.SQL {
				t.Errorf("%s: %s: %q is not in %s", engine, c.what, c.old, x.SQL)
			} else if err := checkPrinted(y, ""); err == nil {
				t.Errorf("%s: %s is not seen in %s", engine, c.what, y.SQL)
			}
		}
		y := x
		y.Params = []string{"the request's parameter (text)", "the request's parameter (text)", "the request's parameter (text)", "the request's parameter (text)", "the request's parameter (text)"}
		if err := checkPrinted(y, ""); err == nil {
			t.Errorf("%s: a filter by the request's own value is not seen", engine)
		}
	}
}
