package profiles

import (
	"strings"
	"testing"
)

const restrictBase = `
profile: Base
erp: sage100
modules: {quotes: {level: read}, orders: {level: list}, secret: {level: none}}
tables:
  HEAD:
    rows: owner = :customer AND domain = 0
    modules: {quotes: type = 0 AND sent = 1, orders: type = 1, secret: type = 9}
    columns: {a: {}, b: {read_only: true}, c: {mandatory: true}, d: {hidden: true}}
    require_filter: [a]
    filters: [{name: live, where: gone = 0, hidden: true}]
  LINE:
    follows: {table: HEAD, on: [[n, n], [t, t]]}
    columns: {x: {}}
  OPEN:
    public: true
    columns: {y: {}, z: {hidden: true}, w: {read_only: true}}
    other_columns: shown
    reads: [A, B]
`

func TestARestrictionMayOnlyTakeAway(t *testing.T) {
	base := profile(t, restrictBase)
	for sentence, c := range map[string]struct {
		change []string
		place  string // of the widening; empty where there is none
	}{
		"the same":                             {nil, ""},
		"a level lowered":                      {[]string{"quotes: {level: read}", "quotes: {level: none}"}, ""},
		"a table less":                         {[]string{"  OPEN:\n    public: true\n    columns: {y: {}, z: {hidden: true}, w: {read_only: true}}\n    other_columns: shown\n    reads: [A, B]\n", ""}, ""},
		"a view of which nothing is said":      {[]string{"    reads: [A, B]\n", ""}, ""},
		"a view that reads more":               {[]string{"reads: [A, B]", "reads: [B, A, C]"}, ""},
		"a column hidden":                      {[]string{"a: {}, b", "a: {}, e: {hidden: true}, b"}, ""},
		"a condition more":                     {[]string{"domain = 0", "domain = 0 AND year > 2020"}, ""},
		"conditions in another order":          {[]string{"owner = :customer AND domain = 0", "domain = 0 and owner = :customer"}, ""},
		"a filter more":                        {[]string{"filters: [", "filters: [{name: more, where: v = 1 OR v = 2, read_only: true}, "}, ""},
		"a module's condition tightened":       {[]string{"orders: type = 1", "orders: type = 1 AND sent = 1"}, ""},
		"a public table made the customer's":   {[]string{"public: true", "rows: owner = :customer"}, ""},
		"a module's condition where it is off": {[]string{"secret: type = 9", `secret: ""`}, ""},

		"a view that reads less":                 {[]string{"reads: [A, B]", "reads: [A]"}, "tables.OPEN.reads"},
		"a table that is said to read":           {[]string{"columns: {x: {}}", "columns: {x: {}}\n    reads: [A]"}, "tables.LINE.reads"},
		"another ERP":                            {[]string{"sage100", "odoo"}, "erp"},
		"a level raised":                         {[]string{"orders: {level: list}", "orders: {level: read}"}, "modules.orders.level"},
		"a module opened":                        {[]string{"secret: {level: none}", "secret: {level: list}"}, "modules.secret.level"},
		"a module that is new":                   {[]string{"modules: {quotes: {", "modules: {more: {level: list}, quotes: {"}, "modules.more.level"},
		"a table more":                           {[]string{"  LINE:", "  NEW: {rows: o = :customer, columns: {a: {}}}\n  LINE:"}, "tables.NEW"},
		"rows of others":                         {[]string{"owner = :customer AND domain", "(owner = :customer OR owner = 'X') AND domain"}, "tables.HEAD.rows"},
		"a condition less":                       {[]string{" AND domain = 0", ""}, "tables.HEAD.rows"},
		"a condition with another value":         {[]string{"domain = 0", "domain = 1"}, "tables.HEAD.rows"},
		"a condition that is only one of two":    {[]string{"owner = :customer AND domain = 0", "owner = :customer AND domain = 0 OR domain = 0 AND :customer = owner"}, "tables.HEAD.rows"},
		"a filter less":                          {[]string{"    filters: [{name: live, where: gone = 0, hidden: true}]\n", ""}, "tables.HEAD.rows"},
		"a filter that shows itself":             {[]string{"gone = 0, hidden", "gone = 0, read_only"}, "tables.HEAD.filters"},
		"a filter no longer required":            {[]string{"    require_filter: [a]\n", ""}, "tables.HEAD.require_filter"},
		"a module's condition loosened":          {[]string{" AND sent = 1", ""}, "tables.HEAD.modules.quotes"},
		"a module's condition moved":             {[]string{"quotes: type = 0 AND sent = 1", "quotes: type = 9"}, "tables.HEAD.modules.quotes"},
		"a table without its modules":            {[]string{"    modules: {quotes: type = 0 AND sent = 1, orders: type = 1, secret: type = 9}\n", ""}, "tables.HEAD.modules"},
		"a hidden column shown":                  {[]string{"d: {hidden: true}", "d: {}"}, "tables.HEAD.columns.d"},
		"a hidden column shown in other letters": {[]string{"d: {hidden: true}", "D: {}"}, "tables.HEAD.columns.D"},
		"a column that is not listed":            {[]string{"d: {hidden: true}", "e: {}"}, "tables.HEAD.columns.e"},
		"a column that may be written":           {[]string{"b: {read_only: true}", "b: {}"}, "tables.HEAD.columns.b"},
		"a column that may be left out":          {[]string{"c: {mandatory: true}", "c: {}"}, "tables.HEAD.columns.c"},
		"unlisted columns shown":                 {[]string{"    require_filter", "    other_columns: shown\n    require_filter"}, "tables.HEAD.columns"},
		"a hidden column no longer listed":       {[]string{"z: {hidden: true}, ", ""}, "tables.OPEN.columns.z"},
		"a read-only column no longer listed":    {[]string{", w: {read_only: true}", ""}, "tables.OPEN.columns.w"},
		"a follower on its own":                  {[]string{"follows: {table: HEAD, on: [[n, n], [t, t]]}", "rows: o = :customer"}, "tables.LINE.follows"},
		"a follower by fewer columns":            {[]string{", [t, t]", ""}, "tables.LINE.follows.on"},
		"a follower of another table":            {[]string{"follows: {table: HEAD", "follows: {table: OPEN"}, "tables.LINE.follows"},
	} {
		t.Run(sentence, func(t *testing.T) {
			text := strings.NewReplacer(c.change...).Replace(restrictBase)
			if c.change != nil && text == restrictBase {
				t.Fatal("the change changed nothing")
			}
			found := Widenings(base, profile(t, text))
			switch {
			case c.place == "" && len(found) > 0:
				t.Errorf("it is said to widen: %v", found)
			case c.place != "" && len(found) == 0:
				t.Error("it widens, and nothing is said")
			case c.place != "" && found[0].Place != c.place:
				t.Errorf("it widens at %s, and %v is said", c.place, found)
			}
			for _, f := range found {
				if f.Severity != Error || f.Remedy == "" || f.Message == "" {
					t.Errorf("the finding %+v helps nobody", f)
				}
			}
		})
	}
}
