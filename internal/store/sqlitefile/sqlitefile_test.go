package sqlitefile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/vantelle/vantelle/internal/store/sqlitefile"
)

// closing sees to a database's end.
func closing(t *testing.T) func(*sqlx.DB, error) *sqlx.DB {
	return func(db *sqlx.DB, err error) *sqlx.DB {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		return db
	}
}

func pragma(t *testing.T, db *sqlx.DB, name string) (value string) {
	t.Helper()
	if err := db.Get(&value, "PRAGMA "+name); err != nil {
		t.Fatal(err)
	}
	return value
}

func TestOpenWriter(t *testing.T) {
	for asked, want := range map[sqlitefile.Synchronous]string{"": "1", sqlitefile.Normal: "1", sqlitefile.Full: "2"} {
		db := closing(t)(sqlitefile.OpenWriter(t.Context(), filepath.Join(t.TempDir(), "a.db"), asked))
		for name, want := range map[string]string{
			"synchronous": want, "journal_mode": "wal", "foreign_keys": "1", "busy_timeout": "10000", "query_only": "0",
		} {
			if got := pragma(t, db, name); got != want {
				t.Errorf("%q: %s is %s, want %s", asked, name, got, want)
			}
		}
		if got := db.Stats().MaxOpenConnections; got != 1 {
			t.Errorf("%d connections may write", got)
		}
	}
}

func TestDurabilityIsOneOfTwo(t *testing.T) {
	for _, asked := range []sqlitefile.Synchronous{"OFF", "EXTRA", "normal", "NORMAL); DROP TABLE x"} {
		path := filepath.Join(t.TempDir(), "a.db")
		if db, err := sqlitefile.OpenWriter(t.Context(), path, asked); err == nil || db != nil {
			t.Errorf("%q: %v, %v", asked, db, err)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%q: a file was made", asked)
		}
	}
}

func TestReaderReadsWhatIsThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	if _, err := sqlitefile.OpenReader(t.Context(), path, 2); !os.IsNotExist(err) {
		t.Fatalf("a file that is not there: %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Fatal("the reader made the file")
	}
	writer := closing(t)(sqlitefile.OpenWriter(t.Context(), path, ""))
	writer.MustExec("CREATE TABLE t (x TEXT); INSERT INTO t VALUES ('é')")
	reader := closing(t)(sqlitefile.OpenReader(t.Context(), path, 2))
	var x string
	if err := reader.Get(&x, reader.Rebind("SELECT x FROM t WHERE x = ?"), "é"); err != nil || x != "é" {
		t.Fatalf("got %q, %v", x, err)
	}
	if _, err := reader.Exec("DELETE FROM t"); err == nil {
		t.Fatal("the reader wrote")
	}
}

func TestCopy(t *testing.T) {
	dir := t.TempDir()
	db := closing(t)(sqlitefile.OpenWriter(t.Context(), filepath.Join(dir, "a.db"), ""))
	db.MustExec("CREATE TABLE t (x TEXT); INSERT INTO t VALUES ('still in the journal')")
	target := filepath.Join(dir, "it's a copy.db")
	if err := sqlitefile.Copy(t.Context(), db, target); err != nil {
		t.Fatal(err)
	}
	var x string
	if err := closing(t)(sqlitefile.OpenReader(t.Context(), target, 1)).Get(&x, "SELECT x FROM t"); err != nil || x != "still in the journal" {
		t.Fatalf("the copy holds %q, %v", x, err)
	}
	if err := sqlitefile.Copy(t.Context(), db, target); err == nil || !strings.Contains(err.Error(), "move it away") {
		t.Fatalf("a second copy to one place: %v", err)
	}
}
