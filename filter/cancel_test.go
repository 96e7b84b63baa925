package filter_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// TestAClientThatGoesAwayEndsItsStatement on the server: what was asked for
// nobody does not go on.
func TestAClientThatGoesAwayEndsItsStatement(t *testing.T) {
	// Nothing that any engine finishes: 900⁴ rows to count.
	const endless = "WITH RECURSIVE vantelle_n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM vantelle_n WHERE i < 900) " +
		"SELECT COUNT(*) FROM vantelle_n a, vantelle_n b, vantelle_n c, vantelle_n d, docs x WHERE a.i + b.i + c.i + d.i <> x.kind"
	running := map[catalog.Engine]string{
		catalog.Postgres: "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE '%{schema}%' AND pid <> pg_backend_pid()",
		catalog.MariaDB:  "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND command <> 'Sleep' AND id <> connection_id()",
	}
	tried := 0
	for engine, r := range everyEngine(t) {
		query, watched := running[engine]
		if !watched {
			continue
		}
		tried++
		t.Run(string(engine), func(t *testing.T) {
			cat, err := r.db.Catalog(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			query = strings.ReplaceAll(query, "{schema}", cat.Tables[0].Schema)
			count := func() (n int) {
				t.Helper()
				if err := r.db.Sync().QueryRowContext(t.Context(), query).Scan(&n); err != nil {
					t.Fatal(err)
				}
				return n
			}
			if _, err := r.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: "SELECT COUNT(*) FROM docs"}); err != nil {
				t.Fatal(err) // the catalog is read now
			}
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() {
				_, err := r.ask(ctx, filter.Request{Caller: as("ANNA"), Text: endless})
				ended <- err
			}()
			waitFor(t, "the statement runs", ended, func() bool { return count() > 0 })
			cancel()
			select {
			case err := <-ended:
				if codeOf(err) != refusal.Cancelled {
					t.Errorf("it ended with %v", err)
				}
			case <-time.After(20 * time.Second):
				t.Fatal("the request did not end")
			}
			waitFor(t, "the server has stopped", nil, func() bool { return count() == 0 })
		})
	}
	if tried == 0 {
		t.Skip("neither VANTELLE_TEST_POSTGRES nor VANTELLE_TEST_MARIADB is set: no server to watch")
	}
}

// waitFor polls; it gives up after a minute, or where the request ended first.
func waitFor(t *testing.T, what string, ended <-chan error, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !done(); {
		select {
		case err := <-ended:
			t.Fatalf("before %s, it ended with %v", what, err)
		case <-time.After(50 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within a minute", what)
		}
	}
}
