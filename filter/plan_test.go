package filter_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter"
)

// TestPromise10PlansAreKeptByTheirWeight: who varies wide statements fills no memory with
// their plans, of which each may have half a megabyte; and a thousand usual ones are kept.
func TestPromise10PlansAreKeptByTheirWeight(t *testing.T) {
	tables := ledger + `CREATE TABLE notes (id INTEGER PRIMARY KEY, owner varchar(17) NOT NULL, body varchar(200));`
	r := newRig(t, tables, strings.Replace(shop, "tables:\n", "tables:\n  notes: {rows: 'owner = :customer', writes: [insert], columns: {id: {}, owner: {}, body: {}}}\n", 1))
	metrics := &countingMetrics{}
	gate := r.withMetrics(metrics)
	describe := func(text string) {
		t.Helper()
		if _, err := gate.Describe(t.Context(), filter.Request{Caller: as("ANNA"), Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	usual := func(i int) string { return fmt.Sprintf("SELECT ref, total, kind FROM docs WHERE id = %d", i) }
	for i := range 900 {
		describe(usual(i))
	}
	before := metrics.cached
	for i := range 900 {
		describe(usual(i))
	}
	if again := metrics.cached - before; again < 850 {
		t.Errorf("%d of 900 usual plans are kept", again)
	}
	var wide, rows strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&wide, ", id + %d AS c%d", i, i)
	}
	for i := range 300 {
		fmt.Fprintf(&rows, ", (%d + 0, 'text')", i)
	}
	for name, text := range map[string]func(i int) string{
		"reads": func(i int) string { return fmt.Sprintf("SELECT %d AS n%s FROM docs", i, wide.String()) },
		"writes": func(i int) string {
			return fmt.Sprintf("INSERT INTO notes (id, body) VALUES (%d + 0, 'x')%s", 1000+i, rows.String())
		},
	} {
		gate = r.withMetrics(metrics) // which has kept nothing yet
		begun := heap()
		for i := range 150 {
			describe(text(i))
		}
		if grown := heap() - begun; grown > 24<<20 {
			t.Errorf("150 wide %s keep %d MB", name, grown>>20)
		}
		runtime.KeepAlive(gate)
	}
}

// heap is how many bytes are in use.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
