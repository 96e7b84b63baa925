package filter

import (
	"testing"

	"github.com/vantelle/vantelle/filter/view"
)

// Two dossiers can have one view, and no plan in common all the same.
func TestAPlanIsOfOneDossier(t *testing.T) {
	v, req := &view.View{}, Request{Front: "sql"}
	if keyOf(World{Dossier: "a", View: v}, req, "SELECT 1") == keyOf(World{Dossier: "b", View: v}, req, "SELECT 1") {
		t.Error("the plans of two dossiers have one key")
	}
}
