package profiles

import (
	"slices"
	"strings"
	"testing"
)

func TestDiffTellsWhatChanges(t *testing.T) {
	const base = `
profile: A
erp: sage100
note: old
modules: {quotes: {level: read}, orders: {level: list}}
tables:
  F_DOCENTETE:
    rows: DO_Tiers = :customer
    modules: {quotes: DO_Type = 0, orders: ""}
    columns: {DO_Piece: {}, DO_Ref: {}, DO_Date: {read_only: true}, DO_Tiers: {hidden: true}}
    require_filter: [DO_Piece, DO_Ref]
  F_DOCLIGNE:
    follows: {table: F_DOCENTETE, on: [[DO_Piece, DO_Piece]]}
    columns: {DL_Ligne: {}}
  F_OLD: {public: true, columns: {x: {}}}
`
	cases := map[string]struct {
		change []string // old, new, old, new …
		want   []string
	}{
		"nothing":                           {nil, nil},
		"only the note":                     {[]string{"note: old", "note: new"}, nil},
		"only the order of columns":         {[]string{"{DO_Piece: {}, DO_Ref: {}, ", "{DO_Ref: {}, DO_Piece: {}, "}, nil},
		"only the order of required ones":   {[]string{"[DO_Piece, DO_Ref]", "[DO_Ref, DO_Piece]"}, nil},
		"the name, ERP and a new licence":   {[]string{"profile: A", "profile: B\nlicence: connect", "sage100", "odoo"}, []string{`The profile changes its ERP from "sage100" to "odoo".`, `The profile changes its name from "A" to "B".`, `The profile gets the licence type "connect".`}},
		"a module's level":                  {[]string{"{level: list}", "{level: none}"}, []string{`Module orders changes its level from "list" to "none".`}},
		"a module's rows":                   {[]string{"DO_Type = 0", "DO_Type = 1"}, []string{`Table F_DOCENTETE: module quotes changes its condition from "DO_Type = 0" to "DO_Type = 1".`}},
		"a module less":                     {[]string{`, orders: ""}`, "}"}, []string{"Table F_DOCENTETE: module orders is removed."}},
		"the row condition":                 {[]string{"= :customer", "IN (:customer, :contact)"}, []string{`Table F_DOCENTETE changes its condition from "DO_Tiers = :customer" to "DO_Tiers IN (:customer, :contact)".`}},
		"how lines follow":                  {[]string{"[[DO_Piece, DO_Piece]]", "[[DO_Piece, DO_Piece], [DO_Type, DO_Type]]"}, []string{`Table F_DOCLIGNE changes its followed table from "F_DOCENTETE (DO_Piece = DO_Piece)" to "F_DOCENTETE (DO_Piece = DO_Piece, DO_Type = DO_Type)".`}},
		"a table less and one more":         {[]string{"F_OLD", "F_NEW"}, []string{"Table F_NEW is added.", "Table F_OLD is removed."}},
		"a table no longer public":          {[]string{"{public: true, ", "{rows: x = :customer, "}, []string{`Table F_OLD gets the condition "x = :customer".`, "Table F_OLD no longer shows the same rows to every customer."}},
		"unlisted columns shown":            {[]string{"columns: {x", "other_columns: shown, columns: {x"}, []string{"Table F_OLD shows the columns that are not listed."}},
		"columns with other flags":          {[]string{"DO_Ref: {}", "DO_Ref: {mandatory: true}", "{read_only: true}", "{}", "{hidden: true}", "{}"}, []string{"Table F_DOCENTETE: column DO_Date is no longer read-only.", "Table F_DOCENTETE: column DO_Ref becomes mandatory.", "Table F_DOCENTETE: column DO_Tiers becomes visible."}},
		"a hidden column more and one less": {[]string{"DL_Ligne: {}", "DL_Qte: {}, DL_PUBC: {hidden: true}"}, []string{"Table F_DOCLIGNE: column DL_Ligne is removed.", "Table F_DOCLIGNE: column DL_PUBC is added, hidden.", "Table F_DOCLIGNE: column DL_Qte is added."}},
		"filters no longer required":        {[]string{"    require_filter: [DO_Piece, DO_Ref]\n", ""}, []string{`Table F_DOCENTETE loses the list of columns that requests must filter on "DO_Piece, DO_Ref".`}},
	}
	from, err := Load("a.yaml", []byte(base))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			to, err := Load("b.yaml", []byte(strings.NewReplacer(c.change...).Replace(base)))
			if err != nil {
				t.Fatal(err)
			}
			if c.change != nil && to.Digest == from.Digest {
				t.Fatal("the change changed nothing")
			}
			if got := Diff(from, to); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
			if back := Diff(to, from); len(back) != len(c.want) {
				t.Errorf("back: %q", back)
			}
		})
	}
}
