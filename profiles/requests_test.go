package profiles

import (
	"strings"
	"testing"
)

const withRequests = `profile: B2B
erp: sage100
modules:
  orders: {level: full}
tables:
  F_ARTICLE: {rows: AR_Publie = 1, public: true, columns: {AR_Ref: {}}}
resources:
  articles: {table: F_ARTICLE, columns: {code: {from: AR_Ref}}}
requests:
  order:
    title: {fr: Commande, en: Order}
    module: orders
    fields:
      reference: {type: text, max: 5, pattern: "[A-Z]+", mandatory: true}
      wished: {type: date}
      speed: {type: enum, values: [normal, fast], default: normal}
      partial: {type: bool, default: false}
    lines:
      max: 3
      fields:
        article: {type: text, mandatory: true, refers: {to: articles, column: code}}
        quantity: {type: number, above: 0, max: 1000.5, decimals: 2}
`

func loadRequests(t *testing.T, text string) *Profile {
	t.Helper()
	p, err := Load("requests.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestARequestKindIsOfferedAtTheLevelFullAlone(t *testing.T) {
	p := loadRequests(t, withRequests)
	k, ok := p.Offers("order")
	if !ok || len(k.Fields) != 4 || k.Lines.Min != 1 || k.Lines.Max != 3 || k.Fields[2].Default != "normal" || k.Fields[3].Default != "false" {
		t.Fatalf("%v %+v", ok, k)
	}
	for _, level := range []Level{LevelRead, LevelList, LevelNone} {
		if _, ok := p.Lowered(Levels{"orders": level}).Offers("order"); ok {
			t.Errorf("it is offered at %s", level)
		}
	}
	if _, ok := p.Offers("quote"); ok {
		t.Error("a kind that is not there is offered")
	}
}

func TestAFieldTakesItsValuesAndNoOthers(t *testing.T) {
	k, _ := loadRequests(t, withRequests).Offers("order")
	fields := fieldsByName(append(k.Fields, k.Lines.Fields...))
	for _, c := range []struct {
		field string
		value any
		want  string // empty: refused
	}{
		{"reference", "ABC", "ABC"}, {"reference", "ABCDEF", ""}, {"reference", "abc", ""}, {"reference", "A\x00", ""}, {"reference", true, ""}, {"reference", Digits("1"), ""},
		{"reference", "ABC\n", ""},
		{"wished", "2026-02-28", "2026-02-28"}, {"wished", "2026-02-30", ""}, {"wished", "28/02/2026", ""}, {"wished", "0001-01-01", ""},
		{"speed", "fast", "fast"}, {"speed", "FAST", ""}, {"partial", true, "true"}, {"partial", "true", ""},
		{"quantity", Digits("1.50"), "1.5"}, {"quantity", Digits("10"), "10"}, {"quantity", Digits("0"), ""}, {"quantity", Digits("0.01"), "0.01"}, {"quantity", Digits("0.001"), ""},
		{"quantity", Digits("1000.5"), "1000.5"}, {"quantity", Digits("1000.51"), ""}, {"quantity", Digits("1e2"), ""}, {"quantity", Digits("-1"), ""}, {"quantity", "1", ""},
	} {
		f := fields[c.field]
		got, err := f.Check(c.value)
		if (err == nil) != (c.want != "") || got != c.want {
			t.Errorf("%s = %v: %q, %v; want %q", c.field, c.value, got, err, c.want)
		}
	}
}

func TestDiffAndRestrictionSeeRequests(t *testing.T) {
	base := loadRequests(t, withRequests)
	wider := loadRequests(t, strings.Replace(strings.Replace(withRequests, "max: 3", "max: 4", 1), "refers: {to: articles, column: code}", "max: 9", 1))
	changes := strings.Join(Diff(base, wider), "\n")
	for _, want := range []string{"Request order changes its number of lines", "Request order: lines: field article changes its form"} {
		if !strings.Contains(changes, want) {
			t.Errorf("%q is not in %s", want, changes)
		}
	}
	if found := Widenings(base, wider); len(found) != 1 || found[0].Place != "requests.order" {
		t.Errorf("a looser form is no widening: %v", found)
	}
	none, _, _ := strings.Cut(withRequests, "requests:")
	if found := Widenings(base, loadRequests(t, none)); len(found) != 0 {
		t.Errorf("leaving requests out widens: %v", found)
	}
	if found := Widenings(loadRequests(t, none), base); len(found) != 1 {
		t.Errorf("new requests are no widening: %v", found)
	}
	if d := Diff(base, loadRequests(t, withRequests)); len(d) != 0 {
		t.Errorf("equal profiles differ: %v", d)
	}
}
