package doctor

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/vantelle/vantelle/internal/config"
	"github.com/vantelle/vantelle/profiles"
)

// TestRootsOfFilesThatTheServiceCannotRead are errors; one that the profile uses
// and the configuration does not give is a note.
func TestRootsOfFilesThatTheServiceCannotRead(t *testing.T) {
	p, err := profiles.Load("p.yaml", []byte(`profile: P
erp: sage100
tables: {T: {public: true, columns: {a: {}}}}
resources: {invoices: {table: T, columns: {number: {from: a}}, files: {x: {path: a, root: documents}, y: {path: a, root: pictures}}}}
`))
	if err != nil {
		t.Fatal(err)
	}
	book, err := profiles.NewBook(p)
	if err != nil {
		t.Fatal(err)
	}
	here := t.TempDir()
	file := filepath.Join(here, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	got := checkRoots(Installation{Book: book, Config: config.Config{Dossiers: map[string]config.Dossier{"sage": {DefaultProfile: "P",
		Files: []config.FileRoot{{Root: "documents", Path: here}, {Root: "documents", Path: filepath.Join(here, "gone")}, {Root: "other", Path: file}}}}}})
	want := []string{"files.root_readable", "files.root_unreadable", "files.root_unreadable", "files.root_absent"}
	if len(got) != len(want) {
		t.Fatalf("found %+v", got)
	}
	for i, f := range got {
		if f.Code != want[i] || f.Dossier != "sage" || f.Severity != OK && f.Remedy == "" {
			t.Errorf("%d: %+v, want %s", i, f, want[i])
		}
	}
}
