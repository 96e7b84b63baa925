package filter_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// ownRows is how many rows ANNA has in each table of fencedERP.
const ownRows = 20

// What is dear is computed once for each of the customer's rows, whatever
// others' rows hold: the engines count it themselves. Time tells nothing that
// this number does not.
func TestWhatIsDearMeetsOwnRowsOnly(t *testing.T) {
	ran := 0
	for _, engine := range both {
		r, raw := fencedRig(t, engine)
		if r == nil {
			continue
		}
		ran++
		for table := range fencedFilters {
			// A pattern that somebody else's rows match, one that ANNA's do, and one that nobody's do.
			for _, word := range []string{"theirs", "mine", "nobody"} {
				text := "SELECT COUNT(*) FROM " + table + " t WHERE t.word LIKE t.word AND t.w * 10 > 0 AND ? LIKE t.word"
				x, err := r.gate.Explain(t.Context(), filter.Request{Caller: as("ANNA"), Front: "sql", Text: text, Params: []any{word}}, "")
				if err != nil {
					t.Fatalf("%s: %v", text, err)
				}
				if n := rowsOutOfFence(t, raw, engine, x, word); n != ownRows {
					t.Errorf("%s, %s, %s: %d rows came out of the fence, ANNA has %d\n%s", engine, table, word, n, ownRows, x.SQL)
				}
			}
		}
		t.Logf("figure sidechannel.%s.hit_minus_miss %d us target 0", engine, hitMinusMiss(t, r,
			"SELECT COUNT(*) FROM listed t WHERE t.word = 'theirs' AND t.w * 10 > 0",
			"SELECT COUNT(*) FROM listed t WHERE t.word = 'nobody' AND t.w * 10 > 0").Microseconds()) // told, never judged
	}
	if ran == 0 {
		t.Skip("neither VANTELLE_TEST_POSTGRES nor VANTELLE_TEST_MARIADB is set: nothing is counted")
	}
}

// hitMinusMiss is the difference of two requests' median times, which take
// turns so that a busy machine slows both.
func hitMinusMiss(t *testing.T, r *rig, hit, miss string) time.Duration {
	t.Helper()
	var took [2][]time.Duration
	for range 101 {
		for i, text := range []string{hit, miss} {
			started := time.Now()
			if _, err := r.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: text}); err != nil {
				t.Fatal(err)
			}
			took[i] = append(took[i], time.Since(started))
		}
	}
	slices.Sort(took[0])
	slices.Sort(took[1])
	return took[0][len(took[0])/2] - took[1][len(took[1])/2]
}

// rowsOutOfFence runs a statement of one table and gives how many rows the
// engine says it took out of the fenced projection.
func rowsOutOfFence(t *testing.T, raw *sql.DB, engine catalog.Engine, x filter.Explanation, word string) int {
	t.Helper()
	args := make([]any, len(x.Params))
	for i, p := range x.Params {
		switch {
		case strings.HasPrefix(p, "the identity's"):
			args[i] = "ANNA"
		case strings.HasPrefix(p, "the request's"):
			args[i] = word
		default:
			args[i] = "NOBODY" // the one text of a filter
		}
	}
	head := map[catalog.Engine]string{catalog.Postgres: "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ", catalog.MariaDB: "ANALYZE "}[engine]
	rows, err := raw.QueryContext(t.Context(), head+x.SQL, args...)
	if err != nil {
		t.Fatalf("%s: %v", x.SQL, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	found := -1
	for rows.Next() {
		cells, pointers := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range cells {
			pointers[i] = &cells[i]
		}
		if err := rows.Scan(pointers...); err != nil {
			t.Fatal(err)
		}
		if engine == catalog.MariaDB {
			if strings.HasPrefix(cells[2].String, "<derived") {
				var n float64
				if _, err := fmt.Sscan(cells[slices.Index(columns, "r_rows")].String, &n); err != nil {
					t.Fatal(err)
				}
				found = int(n + 0.5)
			}
			continue
		}
		var plans []struct{ Plan map[string]any }
		if err := json.Unmarshal([]byte(cells[0].String), &plans); err != nil {
			t.Fatal(err)
		}
		found = outOfSubquery(plans[0].Plan)
	}
	return found
}

// outOfSubquery finds the scan of the fenced projection in a plan of
// PostgreSQL's; -1 where there is none, which means that nothing was fenced.
func outOfSubquery(n map[string]any) int {
	number := func(key string) float64 { v, _ := n[key].(float64); return v }
	if n["Node Type"] == "Subquery Scan" && n["Alias"] == "t1" {
		return int((number("Actual Rows")+number("Rows Removed by Filter"))*number("Actual Loops") + 0.5)
	}
	children, _ := n["Plans"].([]any)
	for _, c := range children {
		if got := outOfSubquery(c.(map[string]any)); got >= 0 {
			return got
		}
	}
	return -1
}
