package authorize

import (
	"errors"
	"testing"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/profiles"
)

// A decision that Decide has not allowed gives no policy, whatever it holds by
// then.
func TestADecisionThatIsNotAllowedReadsNothing(t *testing.T) {
	s := &querytree.Scan{Table: &catalog.Table{Name: "docs"}}
	d := Decision{readings: map[*querytree.Scan]querytree.Reading{s: {Policy: &querytree.Policy{Where: &querytree.Bool{Value: true}}}}}
	if d.Allowed() || d.Reading(s).Policy != nil {
		t.Errorf("a decision that was not allowed reads %v", d.Reading(s))
	}
}

// The resolver never hands over a table that the view lacks; if it did, it
// would be refused here, and by name in the log alone.
func TestATableOutsideTheViewIsNotRead(t *testing.T) {
	s := &querytree.Scan{Table: &catalog.Table{Name: "docs"}}
	q := &querytree.Query{Body: &querytree.Select{From: s}}
	d, err := Decide(&view.View{Catalog: &catalog.Catalog{Engine: catalog.SQLite}}, q)
	var refused *refusal.Error
	if !errors.As(err, &refused) || refused.Code != refusal.Internal || d.Allowed() {
		t.Errorf("allowed %v, %v", d.Allowed(), err)
	}
}

// Nor a column that the view hides: the ERP's own stands in no visible table.
func TestAColumnOutsideTheViewIsNotRead(t *testing.T) {
	text := sqltype.Type{Kind: sqltype.Text}
	cat := catalog.New(catalog.SQLite, "3", []*catalog.Table{{Name: "docs", PrimaryKey: []string{"id"},
		Columns: []*catalog.Column{{Name: "id", Type: text}, {Name: "cost", Type: text, Position: 1}}}})
	v := view.Bind(&profiles.Profile{Name: "B2B", Version: 1, Tables: map[string]profiles.Table{
		"docs": {Name: "docs", Public: true, Columns: map[string]profiles.Column{"id": {}}}}}, cat)
	visible := v.Lookup("", "docs")
	if visible == nil || len(visible.Columns) != 1 {
		t.Fatalf("the view is not what this test is about: %v", v.Problems)
	}
	for name, used := range map[string]*catalog.Column{"id": visible.Columns[0], "cost": cat.Table("", "docs").Column("cost")} {
		d, err := Decide(v, &querytree.Query{Body: &querytree.Select{From: &querytree.Scan{Table: visible, Used: []*catalog.Column{used}}}})
		var refused *refusal.Error
		if hidden := errors.As(err, &refused) && refused.Code == refusal.Internal && !d.Allowed(); hidden != (name == "cost") {
			t.Errorf("%s: allowed %v, %v", name, d.Allowed(), err)
		}
	}
}

// What the ERP computes when it is read stands behind a fence: on PostgreSQL, from
// version 18 on, and on SQL Server what the catalog calls virtual.
func TestAColumnThatIsComputedWhenReadIsFenced(t *testing.T) {
	whole := sqltype.Type{Kind: sqltype.Int, Bits: 32}
	for _, engine := range []catalog.Engine{catalog.Postgres, catalog.SQLServer} {
		for name, c := range map[string]*catalog.Column{
			"plain":   {Name: "n", Type: whole, Position: 1},
			"stored":  {Name: "n", Type: whole, Position: 1, Computed: true},
			"virtual": {Name: "n", Type: whole, Position: 1, Computed: true, Virtual: true},
		} {
			cat := catalog.New(engine, "", []*catalog.Table{{Name: "docs", PrimaryKey: []string{"id"},
				Columns: []*catalog.Column{{Name: "id", Type: whole}, c}}})
			v := view.Bind(&profiles.Profile{Name: "B2B", Version: 1, Tables: map[string]profiles.Table{
				"docs": {Name: "docs", Rows: profiles.Condition{SQL: "id = :customer"}, Columns: map[string]profiles.Column{"id": {}, "n": {}}}}}, cat)
			visible := v.Lookup("", "docs")
			if visible == nil || len(visible.Columns) != 2 {
				t.Fatalf("%s: the view is not what this test is about: %v", name, v.Problems)
			}
			s := &querytree.Scan{Table: visible, Used: []*catalog.Column{visible.Columns[1]}}
			d, err := Decide(v, &querytree.Query{Body: &querytree.Select{From: s}})
			if err != nil || d.Reading(s).Fenced != (name == "virtual") {
				t.Errorf("%s, %s: fenced %v, %v", engine, name, d.Reading(s).Fenced, err)
			}
		}
	}
}
