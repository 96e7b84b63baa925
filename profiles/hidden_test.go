package profiles

import (
	"strings"
	"testing"
)

const withHidden = `profile: P
erp: custom
tables:
  T: {rows: 1 = 1, public: true, columns: {number: {}, stock: {hidden: true}}}
resources:
  stock:
    table: T
    columns:
      article: {from: number}
      band: {computed: CASE WHEN self.stock > 0 THEN 'some' END, uses_hidden: [T.stock]}
`

func loadHidden(t *testing.T, pairs ...string) (*Profile, error) {
	t.Helper()
	return Load("p.yaml", []byte(strings.NewReplacer(pairs...).Replace(withHidden)))
}

func TestHiddenColumnsThatAreUsed(t *testing.T) {
	p, err := loadHidden(t)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Resources["stock"].Columns["band"].UsesHidden; len(got) != 1 || got[0] != (HiddenColumn{"T", "stock"}) {
		t.Errorf("%v", got)
	}
	for want, pairs := range map[string][]string{
		"only what is computed can be made of hidden columns": {"{computed: CASE WHEN self.stock > 0 THEN 'some' END, ", "{from: number, "},
		"write the column with its table, as TABLE.COLUMN":    {"[T.stock]", "[stock]"},
		"there is no table S in this profile":                 {"[T.stock]", "[S.stock]"},
	} {
		if _, err := loadHidden(t, pairs...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q: %v", want, err)
		}
	}
}

// TestARestrictionComputesNothingElseOfHiddenColumns: a copy may leave the column
// out, or keep it as it is.
func TestARestrictionComputesNothingElseOfHiddenColumns(t *testing.T) {
	base, err := loadHidden(t)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		pairs []string
		wider bool
	}{
		"as it is":            {nil, false},
		"without it":          {[]string{"      band: {computed: CASE WHEN self.stock > 0 THEN 'some' END, uses_hidden: [T.stock]}\n", ""}, false},
		"the quantity itself": {[]string{"CASE WHEN self.stock > 0 THEN 'some' END", "self.stock"}, true},
		"another column":      {[]string{"[T.stock]", "[T.stock, T.cost]"}, true},
		"another name":        {[]string{"band:", "brand:"}, true},
	} {
		copied, err := loadHidden(t, c.pairs...)
		if err != nil {
			t.Fatal(err)
		}
		found := Widenings(base, copied)
		if wider := len(found) > 0; wider != c.wider || wider && !strings.HasSuffix(found[0].Place, ".uses_hidden") {
			t.Errorf("%s: %v", name, found)
		}
	}
	other, err := loadHidden(t, "[T.stock]", "[T.stock, T.cost]")
	if err != nil {
		t.Fatal(err)
	}
	if got := Diff(base, other); len(got) != 1 || !strings.Contains(got[0], `hidden columns that it is computed of from "T.stock" to "T.cost, T.stock"`) {
		t.Errorf("%v", got)
	}
}
