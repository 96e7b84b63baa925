package profiles

import (
	"strings"
	"testing"
)

func TestAnEditLeavesTheRestAsItWasWritten(t *testing.T) {
	const text = `# why this profile is as it is
profile: A
erp: custom
note: "" # said below
modules:
  quotes: {title: {fr: Devis, en: Quotes}, level: read} # not for all
  orders: {level: list}
tables:
  # the only one
  T:
    rows: o = :customer
    columns: {a: {}}
`
	name, base, note := "no", "B2B: the other", "why: because"
	out, err := Edit{Name: &name, Extends: &base, Note: &note, Levels: Levels{"*": LevelNone, "orders": LevelFull}}.Apply([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	p, err := Load("x", out)
	if err != nil {
		t.Fatalf("%v in\n%s", err, out)
	}
	if p.Name != name || p.Extends != base || p.Note != note || p.Modules["quotes"].Level != LevelNone || p.Modules["orders"].Level != LevelFull {
		t.Errorf("it became %+v", p)
	}
	for _, comment := range []string{"# why this profile is as it is", "# said below", "# not for all", "# the only one"} {
		if !strings.Contains(string(out), comment) {
			t.Errorf("%q is lost in\n%s", comment, out)
		}
	}
	if _, err := (Edit{Levels: Levels{"quote": LevelNone}}).Apply([]byte(text)); err == nil {
		t.Error("a module that is not there was set")
	}
	if _, err := (Edit{Name: &name}).Apply([]byte("- a list")); err == nil {
		t.Error("a text that is no profile was changed")
	}
}
