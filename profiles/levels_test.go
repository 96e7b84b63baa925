package profiles

import (
	"strings"
	"testing"
)

const levelled = `
profile: A
erp: custom
modules: {quotes: {level: full}, orders: {level: list}, invoices: {level: none}}
tables: {T: {rows: o = :customer, columns: {a: {}}}}
`

func TestLoweringLowersAndNeverRaises(t *testing.T) {
	p := profile(t, levelled)
	for sentence, c := range map[string]struct {
		by                       []Levels
		quotes, orders, invoices Level
	}{
		"nothing":                       {nil, LevelFull, LevelList, LevelNone},
		"one module":                    {[]Levels{{"quotes": LevelRead}}, LevelRead, LevelList, LevelNone},
		"twice":                         {[]Levels{{"quotes": LevelRead}, {"quotes": LevelList}}, LevelList, LevelList, LevelNone},
		"twice, the lower first":        {[]Levels{{"quotes": LevelNone}, {"quotes": LevelFull}}, LevelNone, LevelList, LevelNone},
		"none of all":                   {[]Levels{{"*": LevelNone}}, LevelNone, LevelNone, LevelNone},
		"none but one":                  {[]Levels{{"*": LevelNone, "orders": LevelFull}}, LevelNone, LevelList, LevelNone},
		"all raise nothing":             {[]Levels{{"*": LevelFull}}, LevelFull, LevelList, LevelNone},
		"what is no level allows none":  {[]Levels{{"quotes": "everything"}}, LevelNone, LevelList, LevelNone},
		"an empty level allows nothing": {[]Levels{{"quotes": ""}}, LevelNone, LevelList, LevelNone},
	} {
		t.Run(sentence, func(t *testing.T) {
			got := p.Lowered(c.by...)
			for module, want := range map[string]Level{"quotes": c.quotes, "orders": c.orders, "invoices": c.invoices} {
				if level := got.Modules[module].Level; level != want {
					t.Errorf("%s is %q, want %q", module, level, want)
				}
			}
			same := c.quotes == LevelFull && c.orders == LevelList
			if (got == p) != same || (got.Digest == p.Digest) != same {
				t.Error("the digest does not tell whether something was lowered")
			}
		})
	}
	if p.Modules["quotes"].Level != LevelFull {
		t.Error("the profile itself was changed")
	}
	if p.Lowered(Levels{"quotes": LevelNone}).Digest != p.Lowered(Levels{"*": LevelNone, "orders": LevelRead}).Digest {
		t.Error("the same levels have two digests")
	}
	if p.Lowered(Levels{"quotes": LevelNone}).Digest == p.Lowered(Levels{"quotes": LevelList}).Digest {
		t.Error("two levels have one digest")
	}
}

func TestLevelsAreChecked(t *testing.T) {
	p := profile(t, levelled)
	if wrong := (Levels{"quotes": LevelNone, "*": LevelRead}).Check(p); wrong != nil {
		t.Errorf("good levels: %v", wrong)
	}
	if wrong := (Levels{"quote": LevelNone, "orders": "some"}).Check(p); len(wrong) != 2 {
		t.Errorf("an unknown module and an unknown level: %v", wrong)
	}
	if raised := (Levels{"orders": LevelRead, "quotes": LevelRead}).Raised(p); len(raised) != 1 || raised[0] != "orders" {
		t.Errorf("raised are %v", raised)
	}
}

func TestLicenceTypesAreCeilings(t *testing.T) {
	p := profile(t, levelled)
	small := Licence{Name: "small", PriceClass: 1, Ceiling: Levels{"quotes": LevelRead, "orders": LevelList}}
	middle := Licence{Name: "middle", PriceClass: 2, Ceiling: Levels{"*": LevelList, "quotes": LevelFull}}
	large := Licence{Name: "large", PriceClass: 3, Ceiling: Levels{"*": LevelFull}}
	if over := small.Exceeded(p); len(over) != 1 || over[0] != (Excess{"quotes", LevelFull, LevelRead}) {
		t.Errorf("over the small one's ceiling are %v", over)
	}
	if over := middle.Exceeded(p); over != nil {
		t.Errorf("over the middle one's ceiling are %v", over)
	}
	if l, ok := Cheapest(p, []Licence{large, middle, small}); !ok || l.Name != "middle" {
		t.Errorf("the cheapest is %v", l)
	}
	if l, ok := Cheapest(p, []Licence{small}); ok {
		t.Errorf("%v is said to cover it", l)
	}
	if over := (Licence{}).Exceeded(p); len(over) != 2 {
		t.Errorf("a licence type that offers nothing covers all but %v", over)
	}
}

func TestModulesThatOverlapAreWarnedOf(t *testing.T) {
	for sentence, c := range map[string]struct {
		a, b string
		warn bool
	}{
		"apart by value":                {"type = 0", "type = 1", false},
		"apart by lists":                {"type IN (1, 2)", "type IN (3, 4) AND x = 1", false},
		"apart by another column":       {"type = 1 AND x = 1", "type = 1 AND x = 2", false},
		"not to be told":                {"type = 1", "x = 2", false},
		"further conditions":            {"type = 1 AND sent = 1 AND x > 3", "type = 1 AND x <= 3", false},
		"the same value":                {"type = 6", "TYPE IN (6, 7)", true},
		"the same condition":            {"type = 6 AND x > 1", "type = 6 AND x > 1", true},
		"one claims every row":          {"", "type = 1", true},
		"both claim every row":          {"", "", true},
		"a condition of something else": {"type > 6", "type > 7", false},
	} {
		t.Run(sentence, func(t *testing.T) {
			p := &Profile{Tables: map[string]Table{"T": {Modules: map[string]Condition{"m": {SQL: c.a}, "n": {SQL: c.b}}}}}
			if found := Overlaps(p); (len(found) == 1) != c.warn {
				t.Errorf("found %v", found)
			}
		})
	}
}

func TestLoweringHidesTheColumnsOfAModule(t *testing.T) {
	p := profile(t, "profile: A\nerp: custom\nmodules: {prices: {level: read}}\ntables: {T: {rows: o = :customer, columns: {a: {}, p: {module: prices}}}}\n")
	if p.Tables["T"].Columns["p"].Hidden {
		t.Fatal("the column is hidden from the start")
	}
	if low := p.Lowered(Levels{"prices": LevelNone}); !low.Tables["T"].Columns["p"].Hidden || low.Tables["T"].Columns["a"].Hidden {
		t.Errorf("lowered, the columns are %+v", low.Tables["T"].Columns)
	}
	if p.Tables["T"].Columns["p"].Hidden {
		t.Error("the profile itself was changed")
	}
	freed := profile(t, "profile: B\nerp: custom\nmodules: {prices: {level: read}}\ntables: {T: {rows: o = :customer, columns: {a: {}, p: {}}}}\n")
	if found := Widenings(p, freed); len(found) != 1 || found[0].Place != "tables.T.columns.p" {
		t.Errorf("a column freed of its module: %v", found)
	}
}

func TestARestrictionGivesNoOtherFiles(t *testing.T) {
	const base = "profile: A\nerp: custom\ntables: {T: {rows: o = :customer, columns: {a: {}, f: {hidden: true}}}}\nresources: {docs: {table: T, columns: {a: {from: a}}}}\n"
	with := profile(t, strings.Replace(base, "{a: {from: a}}}}", "{a: {from: a}}, files: {pdf: {bytes: f}}}}", 1))
	without := profile(t, base)
	if found := Widenings(without, with); len(found) != 1 || found[0].Place != "resources.docs.files.pdf" {
		t.Errorf("files that the base does not give: %v", found)
	}
	if found := append(Widenings(with, without), Widenings(with, with)...); len(found) != 0 {
		t.Errorf("fewer files, or the same: %v", found)
	}
}
