package trial

import (
	"reflect"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/access"
)

// kept are policy tests as a site keeps them beside a profile: for two dossiers
// that are here, and one that is not.
const kept = `# Bagues pays late
tests:
  - {name: "yes", dossier: bijou, customer: BAGUES, table: DOCS, where: "a = ': #'", rows: 3, shows: [id], hides: [cost, "null"]}
  - name: what is his # and not BAGUES's
    dossier: other
    customer: "007"
    table: DOCS
    where: "number LIKE 'I%' -- é"
    rows: some
    shows: [id, "12"]
    hides: ["true"]
  - {name: refused, dossier: other, customer: "id:1", sql: "SELECT *\nFROM DOCS", refused: true}
  - {name: elsewhere, dossier: nowhere, customer: CARAT, table: DOCS, rows: "0"}
`

// TestPolicyTestsOfOtherDossiersAreLeftOut: what is kept beside a profile is for
// every administrator, but its tests name the customers of a dossier and count
// their rows. Without it one read them in the profile's text.
func TestPolicyTestsOfOtherDossiersAreLeftOut(t *testing.T) {
	all := &Trial{Dossiers: []access.ProfileDossier{{Name: "bijou", ERP: "sage100"}, {Name: "other", ERP: "odoo"}}}
	names := func(text string) []string {
		t.Helper()
		tests, err := ReadTests("tests", text)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, test := range tests {
			names = append(names, test.Name)
		}
		return names
	}
	for name, c := range map[string]struct {
		dossiers []string
		shapes   bool
		want     []string
	}{
		"who looks after every dossier":           {nil, true, []string{"yes", "what is his", "refused", "elsewhere"}},
		"who looks after one":                     {[]string{"other"}, false, []string{"what is his", "refused"}},
		"who looks after one, and may shape it":   {[]string{"other"}, true, []string{"what is his", "refused", "elsewhere"}},
		"who looks after all, and may shape it":   {[]string{"other", "bijou"}, true, []string{"yes", "what is his", "refused", "elsewhere"}},
		"who looks after all that the tests name": {[]string{"other", "bijou", "nowhere"}, false, []string{"yes", "what is his", "refused", "elsewhere"}},
		"who looks after none of them":            {[]string{"third"}, false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := all.TestsFor(access.Administrator{KeyID: "k", Dossiers: c.dossiers}, kept, c.shapes)
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case len(c.want) == 4 && got != kept, c.want == nil && got != "":
				t.Errorf("he reads %q", got)
			case len(c.want) < 4 && strings.Contains(strings.ToUpper(got), "BAGUES"):
				t.Errorf("he reads of the others' customers: %s", got)
			case c.want != nil && !reflect.DeepEqual(names(got), c.want):
				t.Errorf("he reads %q", names(got))
			}
		})
	}
}

// TestPolicyTestsAreWrittenAsTheyWereRead: what is left of a list of tests says
// the same, so that it can be carried on.
func TestPolicyTestsAreWrittenAsTheyWereRead(t *testing.T) {
	all := &Trial{Dossiers: []access.ProfileDossier{{Name: "nowhere"}}}
	text, err := all.TestsFor(access.Administrator{KeyID: "k", Dossiers: []string{"other"}}, kept, true)
	if err != nil {
		t.Fatal(err)
	}
	before, err := ReadTests("tests", kept)
	if err != nil {
		t.Fatal(err)
	}
	after, err := ReadTests("tests", text)
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	for _, list := range [][]PolicyTest{before, after} {
		for i := range list {
			list[i].Line = 0
		}
	}
	if !reflect.DeepEqual(after, before[:3]) {
		t.Errorf("what is left is\n%+v, and was\n%+v", after, before[:3])
	}
	if got, err := all.TestsFor(access.Administrator{KeyID: "k", Dossiers: []string{"other"}}, "tests: [{name: BAGUES", true); got != "" || err != nil {
		t.Errorf("of tests that cannot be read he reads %q, %v", got, err)
	}
}
