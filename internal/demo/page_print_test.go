package demo

import (
	"slices"
	"strings"
	"testing"
)

// joined gives what pieces say, and the row filters among them.
func joined(pieces []piece) (all string, filters []string) {
	inside := false
	for _, p := range pieces {
		all += p.Text
		blank := strings.TrimSpace(p.Text) == ""
		switch {
		case p.Filter && !inside:
			filters = append(filters, p.Text)
		case p.Filter:
			filters[len(filters)-1] += p.Text
		case inside && blank:
			filters[len(filters)-1] += " "
		}
		inside = p.Filter || inside && blank
	}
	for i := range filters {
		filters[i] = strings.Join(strings.Fields(filters[i]), " ")
	}
	return all, filters
}

func TestLayingOutChangesBlanksOnly(t *testing.T) {
	h := Handler(pageConfig(t))
	squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
	for _, s := range append(examples(), attacks()...) {
		for _, p := range runAs(t, h, Bagues, s.sql, true).Printed {
			all, filters := joined(p.Pieces)
			if squeeze(all) != squeeze(p.SQL) {
				t.Errorf("%s on %s: laid out as\n%s\nfrom\n%s", s.key, p.Engine, all, p.SQL)
			}
			if len(filters) == 0 {
				t.Errorf("%s on %s: no row filter is marked in\n%s", s.key, p.Engine, all)
			}
			for _, f := range filters {
				if !strings.HasPrefix(f, "WHERE ") || strings.Contains(f, "t1.") && !strings.Contains(f, "EXISTS") {
					t.Errorf("%s on %s: marked as a row filter: %s", s.key, p.Engine, f)
				}
			}
			for line := range strings.SplitSeq(all, "\n") {
				if len(line) > 150 || strings.TrimRight(line, " ") != line {
					t.Errorf("%s on %s: a line is too long or ends in blanks: %q", s.key, p.Engine, line)
				}
			}
		}
	}
}

func TestLaidOut(t *testing.T) {
	for name, c := range map[string]struct{ sql, want string }{
		"clauses begin lines, filters are inside": {
			"SELECT t1.`a` AS c1, COUNT(*) AS c2 FROM (SELECT r1.`a` FROM `main`.`T` AS r1 WHERE r1.`o` = ?1) AS t1 WHERE t1.`a` > 3 GROUP BY t1.`a` ORDER BY c2 DESC LIMIT 5 OFFSET 2",
			"SELECT t1.`a` AS c1, COUNT(*) AS c2\nFROM (\n  SELECT r1.`a`\n  FROM `main`.`T` AS r1\n  WHERE r1.`o` = ?1\n) AS t1\nWHERE t1.`a` > 3\nGROUP BY t1.`a`\nORDER BY c2 DESC\nLIMIT 5 OFFSET 2"},
		"a long condition has a line for each term; BETWEEN's AND is none": {
			"SELECT 1 AS c1 FROM [T] AS t1 WHERE t1.[first] BETWEEN 1 AND 2 AND t1.[second] = 'x AND y' AND CASE WHEN t1.[a] = 1 AND t1.[b] = 2 THEN 1 END = 1",
			"SELECT 1 AS c1\nFROM [T] AS t1\nWHERE t1.[first] BETWEEN 1 AND 2\n  AND t1.[second] = 'x AND y'\n  AND CASE WHEN t1.[a] = 1 AND t1.[b] = 2 THEN 1 END = 1"},
		"a short one stays": {
			`SELECT 1 AS c1 FROM "T" AS t1 WHERE t1."a" = 1 AND t1."b" = 2`,
			"SELECT 1 AS c1\nFROM \"T\" AS t1\nWHERE t1.\"a\" = 1 AND t1.\"b\" = 2"},
		"joins and set operations": {
			"SELECT 1 AS c1 FROM a AS t1 LEFT JOIN b AS t2 ON t1.x = LEFT(t2.x, 3) UNION ALL SELECT 2 AS c1",
			"SELECT 1 AS c1\nFROM a AS t1\nLEFT JOIN b AS t2 ON t1.x = LEFT(t2.x, 3)\nUNION ALL\nSELECT 2 AS c1"},
		"no clause begins inside a function or a window": {
			"SELECT EXTRACT(YEAR FROM t1.d) AS c1, SUM(t1.x) OVER (PARTITION BY t1.y ORDER BY t1.z) AS c2 FROM a AS t1",
			"SELECT EXTRACT(YEAR FROM t1.d) AS c1, SUM(t1.x) OVER (PARTITION BY t1.y ORDER BY t1.z) AS c2\nFROM a AS t1"},
		"what cannot be read stays as it is": {"SELECT 'open FROM x", "SELECT 'open FROM x"},
		"parentheses that do not match":      {"SELECT (1 FROM a) ) WHERE", "SELECT (1 FROM a) )\nWHERE"},
		"nothing":                            {"", ""},
	} {
		if got, _ := joined(layOut(c.sql)); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

func TestOnlyTheGatesFiltersAreMarked(t *testing.T) {
	_, filters := joined(layOut("SELECT t1.a AS c1 FROM (SELECT r1.a FROM x AS r1 WHERE r1.k IN (SELECT r2.k AS c1 FROM y AS r2 WHERE r2.o = $1)) AS t1 INNER JOIN (SELECT t3.c1 AS c1 FROM (SELECT r3.b FROM z AS r3 WHERE r3.o = $1) AS t3 WHERE t3.b = 1) AS t2 ON t1.a = t2.c1 WHERE t1.a = 2"))
	want := []string{"WHERE r1.k IN ( SELECT r2.k AS c1 FROM y AS r2 WHERE r2.o = $1 )", "WHERE r3.o = $1"}
	if !slices.Equal(filters, want) {
		t.Errorf("marked: %q\nwant %q", filters, want)
	}
}

func TestOriginsOfParameters(t *testing.T) {
	for described, want := range map[string]shownParam{
		"the identity's :customer (text)":                  {"?1", "identity", "customer", "text"},
		"the request's :since (timestamp)":                 {"?1", "named", "since", "timestamp"},
		"the request's parameter (decimal(24,6))":          {"?1", "position", "", "decimal(24,6)"},
		"a value written in the request (text)":            {"?1", "literal", "", "text"},
		"what a later gate may say (and in its own words)": {"?1", "what a later gate may say (and in its own words)", "", ""},
	} {
		if got := shownParams("?", []string{described})[0]; got != want {
			t.Errorf("%s: %+v", described, got)
		}
	}
}
