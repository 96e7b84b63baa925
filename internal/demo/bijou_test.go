package demo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestDossier builds the dossier once and looks at it from every side.
func TestDossier(t *testing.T) {
	if underRace {
		t.Skip("too slow under the race detector, which has nothing to find in one goroutine: run it without -race")
	}
	path := filepath.Join(t.TempDir(), "bijou.db")
	var last, total int
	steps := []string{}
	err := Build(t.Context(), path, func(done, of int, what string) {
		if done < last || done > of {
			t.Errorf("progress went from %d to %d of %d", last, done, of)
		}
		last, total = done, of
		if !slices.Contains(steps, what) {
			steps = append(steps, what)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if last != total || len(steps) != 8 {
		t.Errorf("progress ended at %d of %d after %q: rowCount must be the number of rows", last, total, steps)
	}
	db := open(t, path)
	t.Run("counts", func(t *testing.T) { checkCounts(t, db) })
	t.Run("references", func(t *testing.T) { checkReferences(t, db) })
	t.Run("totals", func(t *testing.T) { checkTotals(t, db) })
	t.Run("traps", func(t *testing.T) { checkTraps(t, db) })
	t.Run("fiction", func(t *testing.T) { checkFiction(t, db) })
	t.Run("storage", func(t *testing.T) { checkStorage(t, db) })
	t.Run("named customers", func(t *testing.T) { checkNamed(t, db) })
	t.Run("standard profile", func(t *testing.T) { checkProfile(t, db) })
	t.Run("standard profile binds", func(t *testing.T) { checkBinding(t, path) })
	t.Run("same bytes again", func(t *testing.T) { checkSameAgain(t, path) })
}

func open(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// checkSameAgain builds a second time: the same file to the last byte.
func checkSameAgain(t *testing.T, path string) {
	second := filepath.Join(t.TempDir(), "again.db")
	if err := Build(t.Context(), second, nil); err != nil {
		t.Fatal(err)
	}
	if one, two := digest(t, path), digest(t, second); one != two {
		t.Errorf("two builds differ: %s and %s", one, two)
	}
}

func digest(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(content))
}

func TestBuildThatIsCancelledLeavesWhatWasThere(t *testing.T) {
	for name, before := range map[string][]byte{"nothing": nil, "an earlier file": []byte("earlier")} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "bijou.db")
			if before != nil {
				if err := os.WriteFile(path, before, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			ctx, cancel := context.WithCancel(t.Context())
			err := Build(ctx, path, func(done, _ int, what string) {
				if what == "documents" {
					cancel()
				}
			})
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("Build = %v, want a cancellation", err)
			}
			after, err := os.ReadFile(path)
			if before == nil && !errors.Is(err, os.ErrNotExist) || !bytes.Equal(after, before) {
				t.Errorf("afterwards the file holds %d bytes (%v)", len(after), err)
			}
			left, err := filepath.Glob(filepath.Join(dir, ".bijou*"))
			if err != nil || len(left) > 0 {
				t.Errorf("left behind: %q %v", left, err)
			}
		})
	}
}

func TestBuildSaysWhichFileItCouldNotMake(t *testing.T) {
	path := filepath.Join(t.TempDir(), "no such folder", "bijou.db")
	if err := Build(t.Context(), path, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Build = %v, want that the folder does not exist", err)
	}
}

func TestRowWithAColumnThatDoesNotExistIsAnError(t *testing.T) {
	db := open(t, ":memory:")
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(Schema()); err != nil {
		t.Fatal(err)
	}
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	w := &writer{ctx: t.Context(), tx: tx, progress: func(int, int, string) {}, tables: map[string]*table{}}
	defer w.close()
	w.add("P_UNITE", row{"U_Intitule": "Pièce"})
	if w.err != nil {
		t.Fatal(w.err)
	}
	w.add("P_UNITE", row{"U_Intitulé": "Pièce"})
	if want := `table P_UNITE has no column "U_Intitulé"`; w.err == nil || w.err.Error() != want {
		t.Errorf("error %v, want %s", w.err, want)
	}
}

// column1 gives the first column of a query as text.
func column1(t *testing.T, db *sql.DB, query string, args ...any) []string {
	t.Helper()
	rows, err := db.Query(query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var found []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		found = append(found, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return found
}

func count(t *testing.T, db *sql.DB, query string, args ...any) int {
	t.Helper()
	var n int
	if err := db.QueryRow("SELECT count(*) FROM "+query, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}
