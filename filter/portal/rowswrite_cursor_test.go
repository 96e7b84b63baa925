package portal

import (
	"errors"
	"testing"

	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
)

// What continues a list is no condition: a write that has nothing else would
// touch every row.
func TestACursorIsNoConditionOfAWrite(t *testing.T) {
	for _, kind := range []sqlast.WriteKind{sqlast.Update, sqlast.Delete} {
		for _, query := range []string{"cursor=c1.x", "cursor=eq.1", "cursor=", "cursor=c1.x&a=eq.1"} {
			q, err := parseWrite(query, kind, writePreferences{})
			var r *refusal.Error
			if q != nil || !errors.As(err, &r) || r.Code != refusal.Unsupported {
				t.Errorf("%s: %v, %v; want a refusal", query, q, err)
			}
		}
		if q, err := parseWrite(`%22cursor%22=eq.1`, kind, writePreferences{}); err != nil || q.where == nil {
			t.Errorf("a column called cursor: %v, %v", q, err)
		}
	}
}
