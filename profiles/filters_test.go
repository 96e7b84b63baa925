package profiles

import (
	"slices"
	"strings"
	"testing"
)

// profile loads a profile of a test whose tables are given.
func profile(t *testing.T, yaml string) *Profile {
	t.Helper()
	p, err := Load("p.yaml", []byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestFiltersArePartOfWhatTheGateApplies(t *testing.T) {
	p := profile(t, `
profile: A
erp: custom
tables:
  T:
    rows: "owner = :customer OR shared = 1 -- both"
    columns: {a: {}, b: {}}
    require_filter: [a]
    filters:
      - {name: live, where: "gone = 0 -- not", hidden: true}
      - {name: recent, where: y > 2020 OR z = 1, read_only: true}
      - {name: pin, column: b, mandatory: true}
      - {name: pin_again, column: A, mandatory: true}
  U:
    public: true
    columns: {a: {}}
    filters: [{name: live, where: gone = 0, hidden: true}]
`)
	parts, ok := conjuncts(p.Tables["T"].Rows)
	if !ok {
		t.Fatalf("the condition %q cannot be read", p.Tables["T"].Rows.SQL)
	}
	for _, want := range []string{"owner = :customer OR shared = 1", "gone = 0", "y > 2020 OR z = 1"} {
		if !parts[want] {
			t.Errorf("%q is not among %v", want, parts)
		}
	}
	if got := p.Tables["T"].RequireFilter; !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("requests must pin %v", got)
	}
	if got := p.Tables["U"].Rows; got.SQL != "gone = 0" || got.Line != 17 {
		t.Errorf("the filter of a table without rows is %+v", got)
	}
	if own := p.Tables["T"].OwnRows.SQL; !strings.HasPrefix(own, "owner") {
		t.Errorf("its own rows are %q", own)
	}
}

func TestDiffTellsOfFilters(t *testing.T) {
	const base = "profile: A\nerp: custom\ntables:\n  T:\n    rows: o = :customer\n    columns: {a: {}}\n    filters: [{name: live, where: gone = 0, hidden: true}]\n"
	from := profile(t, base)
	for sentence, c := range map[string]struct{ old, new, want string }{
		"a condition":  {"gone = 0", "gone = 1", `Table T: filter live changes its condition from "gone = 0" to "gone = 1".`},
		"a flag":       {"hidden: true", "read_only: true", "Table T: filter live becomes read-only.\nTable T: filter live is no longer hidden."},
		"another name": {"live", "alive", "Table T: filter alive is added, hidden, where \"gone = 0\".\nTable T: filter live is removed."},
		"a column":     {"where: gone = 0, hidden", "column: a, mandatory", "Table T gets the list of columns that requests must filter on \"a\".\nTable T: filter live becomes mandatory.\nTable T: filter live gets the column \"a\".\nTable T: filter live is no longer hidden.\nTable T: filter live loses the condition \"gone = 0\"."},
	} {
		t.Run(sentence, func(t *testing.T) {
			changes := Changes(from, profile(t, strings.Replace(base, c.old, c.new, 1)))
			var got []string
			for _, x := range changes {
				got = append(got, x.Text)
			}
			if strings.Join(got, "\n") != c.want {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), c.want)
			}
			if short := Condensed(changes); len(short) != 1 || short[0].Subject != "Table T" {
				t.Errorf("condensed it is %v", short)
			}
		})
	}
}
