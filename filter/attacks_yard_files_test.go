package filter_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter/files"
	"github.com/vantelle/vantelle/filter/portal"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/filestore"
)

// shelfERP tells of files by columns that customers may write, were the profile
// all that says so.
var shelfERP = []string{
	`CREATE TABLE bills (id int NOT NULL PRIMARY KEY, number varchar(20) {bin} NOT NULL, code varchar(20) {bin} UNIQUE, mark varchar(20) {bin} UNIQUE, owner varchar(17) NOT NULL, shelf varchar(80), label varchar(20), memo varchar(20))`,
	`CREATE TABLE papers (pid int NOT NULL PRIMARY KEY, bill int NOT NULL, place varchar(120), title varchar(60), CONSTRAINT papers_bill FOREIGN KEY (bill) REFERENCES bills (id))`,
	`CREATE TABLE scans (pid int NOT NULL PRIMARY KEY, code varchar(20) {bin}, place varchar(120))`,
	`CREATE TABLE pictures (pid int NOT NULL PRIMARY KEY, bill int NOT NULL, place varchar(120), CONSTRAINT pictures_bill FOREIGN KEY (bill) REFERENCES bills (id))`,
	`INSERT INTO bills VALUES (1, 'A-1', 'a', 'ma', 'ANNA', 'a/a.txt', 'la', 'm'), (2, 'B-1', 'b', 'mb', 'BORIS', 'b/b.txt', 'lb', 'm')`,
	`INSERT INTO papers VALUES (1, 1, 'a/p.txt', 'p.txt'), (2, 2, 'b/p.txt', 'p.txt')`,
	`INSERT INTO scans VALUES (1, 'a', 'a/s.txt'), (2, 'b', 'b/s.txt'), (3, 'gone', 'gone/s.txt')`,
	`INSERT INTO pictures VALUES (1, 1, 'a/i.txt'), (2, 2, 'b/i.txt')`,
}

const shelfProfile = `
profile: SHELF
erp: custom
tables:
  bills:
    rows: owner = :customer
    writes: [insert, update]
    columns: {id: {}, number: {}, code: {}, mark: {}, shelf: {}, label: {}, memo: {}}
  papers:
    follows: {table: bills, on: [[bill, id]]}
    writes: [insert, update]
    columns: {pid: {}, bill: {}, place: {}, title: {}}
resources:
  invoices:
    name: {fr: factures}
    table: bills
    columns: {number: {from: number}, id: {from: id}, shelf: {from: shelf}, memo: {from: memo}}
    files:
      shelved: {path: shelf, root: documents}
      printed: {pattern: "printed/{label}.txt", root: documents}
      papers: {table: papers, on: [[id, bill]], path: place, name: title, root: documents}
      scans: {table: scans, on: [[code, code]], path: place, root: documents}
      pictures: {table: pictures, on: [[id, bill]], path: place, root: documents}
  parcels:
    name: {fr: colis}
    table: bills
    key: code
    columns: {code: {from: code}, memo: {from: memo}}
  boxes:
    name: {fr: boites}
    table: bills
    key: mark
    columns: {mark: {from: mark}, memo: {from: memo}}
`

// shelf lays the files out: those of BORIS say so, and so do those that nobody may
// read any more.
func shelf(t *testing.T) *files.Library {
	t.Helper()
	folder := t.TempDir()
	for _, name := range []string{"a/a.txt", "a/p.txt", "a/s.txt", "a/i.txt", "printed/la.txt"} {
		keepFile(t, filepath.Join(folder, "root", filepath.FromSlash(name)), "of ANNA")
	}
	for _, name := range []string{"b/b.txt", "b/p.txt", "b/s.txt", "b/i.txt", "printed/lb.txt", "printed/lx.txt", "gone/s.txt"} {
		keepFile(t, filepath.Join(folder, "root", filepath.FromSlash(name)), "SECRET")
	}
	pushed := filestore.Pushed{Dir: filepath.Join(folder, "pushed")}
	for _, p := range [][2]string{{"parcels", "gone"}, {"parcels", "b"}, {"boxes", "gone"}, {"boxes", "mb"}, {"invoices", "B-1"}} { // for whoever has the row
		if _, _, err := pushed.Put("d", p[0], p[1], "", "pushed.txt", strings.NewReader("SECRET"), 1<<20, func() error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	return &files.Library{Roots: map[string]filestore.Roots{"d": {{Name: "documents", Path: filepath.Join(folder, "root")}}}, Pushed: pushed, MaxSize: 1 << 20}
}

func keepFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Whoever writes where a file is would read any file: what files are found by is
// only read, however the profile has the column, and a key that he gives himself
// opens nothing that was pushed for a key alone.
func TestPromise9NobodyWritesWhichFileIsHis(t *testing.T) {
	library := shelf(t)
	on(t, workshopsOn(t, shelfERP, shelfProfile, catalog.SQLite, catalog.Postgres, catalog.MariaDB), func(t *testing.T, w *workshop) {
		own := *library
		own.Gate = w.gate
		front := portal.New(portal.Config{Gate: w.gate, Files: &own, Identify: anybody{}, Logger: zerolog.Nop()})
		first := w.allOf(t, []string{"bills", "papers", "scans", "pictures"})
		for _, c := range []struct{ name, write, code string }{
			{"nothing", "", ""},
			{"the path in one's own row", "UPDATE bills SET shelf = 'b/b.txt' WHERE id = 1", "read_only"},
			{"the path in one's own row, by a way up", "UPDATE bills SET shelf = 'a/../b/b.txt' WHERE id = 1", "read_only"},
			{"the path through the resource", "UPDATE invoices SET shelf = 'b/b.txt' WHERE id = 1", "read_only"},
			{"the path in a new row", "INSERT INTO bills (id, number, shelf) VALUES (9, 'A-9', 'b/b.txt')", "read_only"},
			{"a value in the pattern", "UPDATE bills SET label = 'lb' WHERE id = 1", "read_only"},
			{"a value in the pattern that nobody's row has", "UPDATE bills SET label = 'lx' WHERE id = 1", "read_only"},
			{"a value in the pattern of a new row", "INSERT INTO bills (id, number, label) VALUES (9, 'A-9', 'lb')", "read_only"},
			{"the path in a table of files", "UPDATE papers SET place = 'b/p.txt' WHERE pid = 1", "read_only"},
			{"the path of a new row in a table of files", "INSERT INTO papers (pid, bill, place) VALUES (9, 1, 'b/p.txt')", "read_only"},
			{"one's own bill in another's row of a table of files", "UPDATE papers SET bill = 1 WHERE pid = 2", ""},
			{"another's bill in one's own row of a table of files", "UPDATE papers SET bill = 2 WHERE pid = 1", "reference_not_found"},
			{"the name of a file", "UPDATE papers SET title = '../../b/p.txt' WHERE pid = 1", ""},
			{"the column that ties to a table without rules", "UPDATE bills SET code = 'b' WHERE id = 1", "read_only"},
			{"the column that ties to a table without rules, to what is nobody's", "UPDATE bills SET code = 'gone' WHERE id = 1", "read_only"},
			{"the column that ties to a table without rules, in a new row", "INSERT INTO bills (id, number, code) VALUES (9, 'A-9', 'gone')", "read_only"},
			{"a key under which files were pushed for nobody by name", "UPDATE bills SET mark = 'gone' WHERE id = 1", ""},
			{"a key under which files were pushed for nobody by name, in a new row", "INSERT INTO bills (id, number, mark) VALUES (9, 'A-9', 'gone')", ""},
			{"a key that another has", "UPDATE bills SET mark = 'mb' WHERE id = 1", "duplicate_key"},
			{"a number that another has", "UPDATE bills SET number = 'B-1' WHERE id = 1", ""},
			{"a number that another has, in a new row", "INSERT INTO bills (id, number) VALUES (9, 'B-1')", ""},
			{"a key that a table of files refers to", "INSERT INTO bills (id, number) VALUES (2, 'A-9')", "duplicate_key"},
			{"a memo", "UPDATE bills SET memo = 'b/b.txt' WHERE id = 1", ""},
		} {
			if c.write != "" {
				if got, err := w.write(t, "ANNA", c.write); string(codeOf(err)) != c.code {
					t.Errorf("%s: %q, %v; want %q", c.name, got, err, c.code)
				}
			}
			seen := 0
			for _, path := range []string{"invoices/A-1", "invoices/A-9", "invoices/B-1", "invoices/id:1", "invoices/id:2", "invoices/id:9", "parcels/a", "parcels/b", "parcels/gone", "boxes/ma", "boxes/mb", "boxes/gone"} {
				seen += tryFiles(t, c.name, front, path)
			}
			if c.write == "" && seen != 10 {
				t.Errorf("%d files of ANNA's are there", seen)
			}
			if w.allOf(t, []string{"bills", "papers", "scans", "pictures"}) != first {
				w.again(t, []string{"bills", "papers", "scans", "pictures"}, shelfERP)
			}
		}
	})
}

// tryFiles lists the files of a row for ANNA and opens each of them; it gives how
// many were hers.
func tryFiles(t *testing.T, what string, front http.Handler, path string) int {
	t.Helper()
	get := func(url, accept string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), "GET", url, nil)
		r.Header.Set("Authorization", "Bearer vk_x")
		r.Header.Set("Vantelle-Customer", "ANNA")
		r.Header.Set("Accept", accept)
		rec := httptest.NewRecorder()
		front.ServeHTTP(rec, r)
		if strings.Contains(rec.Body.String(), "SECRET") {
			t.Errorf("%s: %s gives what is not the customer's", what, url)
		}
		return rec
	}
	var list struct{ Files []struct{ URL string } }
	get("/v1/dossiers/d/files/"+path, "*/*")
	if rec := get("/v1/dossiers/d/files/"+path, "application/json"); rec.Code == http.StatusOK {
		if err := json.Unmarshal(rec.Body.Bytes(), &list); err != nil {
			t.Fatal(err)
		}
	}
	own := 0
	for _, f := range list.Files {
		if get(f.URL, "*/*").Body.String() == "of ANNA" {
			own++
		}
	}
	return own
}
