package audit

import (
	"slices"
	"testing"
	"time"
)

func TestIDsDifferAndSortByTime(t *testing.T) {
	at := time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC)
	var ids []string
	for i := range 1000 {
		ids = append(ids, NewID(at.Add(time.Duration(i/2)*time.Millisecond)))
	}
	seen := map[string]bool{}
	for i, id := range ids {
		if len(id) != 26 || seen[id] {
			t.Fatalf("id %d is %q", i, id)
		}
		seen[id] = true
		if i >= 2 && ids[i-2] >= id {
			t.Fatalf("%q of a later millisecond does not come after %q", id, ids[i-2])
		}
	}
	early, late := NewID(time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC)), NewID(time.Date(2199, 1, 1, 0, 0, 0, 0, time.UTC))
	if !slices.IsSorted([]string{early, ids[0], late}) {
		t.Fatalf("%q, %q and %q are not in order", early, ids[0], late)
	}
}
