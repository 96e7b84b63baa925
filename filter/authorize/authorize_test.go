package authorize

import (
	"errors"
	"testing"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/erp/catalog"
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
