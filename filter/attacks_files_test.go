package filter_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter/files"
	"github.com/vantelle/vantelle/filter/portal"
	"github.com/vantelle/vantelle/internal/filestore"
)

// archiveERP is an ERP that tells of files in every way that a profile can read:
// in a table beside, by a pattern, in a column, pushed. Every file's content says
// whose it is, and what must never be read says SECRET.
var archiveERP = []string{
	`CREATE TABLE bills (id int NOT NULL PRIMARY KEY, number varchar(20) {bin} NOT NULL, customer varchar(17) NOT NULL, kind smallint NOT NULL, shelf varchar(40), cost int)`,
	`CREATE TABLE papers (bill varchar(20) {bin}, place varchar(120), title varchar(60), mime varchar(40), published smallint)`,
	`INSERT INTO bills (number, id, customer, kind, shelf, cost) VALUES ('A-1', 1, 'ANNA', 1, 'x', 60), ('A-2', 2, 'ANNA', 2, 'x', 61), ('A-3', 3, 'ANNA', 3, 'x', 62), ('B-1', 4, 'BORIS', 1, 'x', 63), ('b-1', 5, 'ANNA', 1, 'x', 64),
	 ('A-4', 6, 'ANNA', 1, '..', 65), ('A-5', 7, 'ANNA', 1, '../../outside', 66), ('id:4', 8, 'ANNA', 1, 'x', 67), ('A/1', 9, 'ANNA', 1, 'x', 68), ('A-6', 10, 'ANNA', 1, '', 69), ('A-7', 11, 'ANNA', 1, 'x', 70)`,
	`INSERT INTO papers VALUES ('A-1', 'a/plan.pdf', 'plan.pdf', 'application/pdf', 1), ('A-1', 'a/draft.pdf', 'draft.pdf', 'application/pdf', 0), ('B-1', 'b/his.pdf', 'his.pdf', 'application/pdf', 1),
	 ('A-7', '../outside.txt', 'up.txt', '', 1), ('A-7', '..\outside.txt', 'back.txt', '', 1), ('A-7', '/etc/passwd', 'passwd', '', 1), ('A-7', 'a/link.txt', 'link.txt', '', 1), ('A-7', 'a/gone.pdf', 'gone.pdf', '', 1),
	 ('A-7', 'a', 'folder', '', 1), ('A-7', 'a/page.html', 'page.html', 'text/html', 1), ('A-7', 'a/plan.pdf', '../../his.pdf', '', 1), ('A-7', 'a/plan.pdf', 'two words.pdf', '', 1)`,
}

const archiveProfile = `
profile: ARCHIVE
erp: custom
modules:
  bills: {level: read}
  notes: {level: list}
  drafts: {level: none}
tables:
  bills:
    rows: customer = :customer
    modules: {bills: kind = 1, notes: kind = 2, drafts: kind = 3}
    columns: {number: {}, id: {}, kind: {}, cost: {hidden: true}}
  papers:
    follows: {table: bills, on: [[bill, number]]}
    columns: {title: {}}
resources:
  invoices:
    name: {fr: factures}
    table: bills
    columns: {number: {from: number}, id: {from: id}, kind: {from: kind}}
    files:
      papers: {table: papers, on: [[number, bill]], where: "published = 1", path: place, name: title, type: mime, root: documents}
      printed: {pattern: "printed/{number}-{cost}.pdf", root: documents}
      shelved: {pattern: "shelf/{shelf}/all.pdf", root: documents}
`

// archive lays the files out: some below the root, some where nothing of them
// may be read.
func archive(t *testing.T) *files.Library {
	t.Helper()
	folder := t.TempDir()
	root := filepath.Join(folder, "root")
	for name, content := range map[string]string{
		"root/a/plan.pdf": "plan of ANNA", "root/a/draft.pdf": "SECRET draft", "root/b/his.pdf": "plan of BORIS", "root/a/page.html": "<script>alert(1)</script>",
		"root/printed/A-1-60.pdf": "A-1 of ANNA", "root/printed/A-2-61.pdf": "SECRET A-2", "root/printed/A-3-62.pdf": "SECRET A-3", "root/printed/B-1-63.pdf": "B-1 of BORIS", "root/printed/b-1-64.pdf": "b-1 of ANNA",
		"root/printed/id:4-67.pdf": "id:4 of ANNA", "root/shelf/x/all.pdf": "shelf of ANNA", "root/printed/A/1-68.pdf": "SECRET of a folder that a number names", "root/all.pdf": "SECRET all", "root/shelf/all.pdf": "SECRET shelf", "outside.txt": "SECRET outside", "outside/all.pdf": "SECRET outside",
	} {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../../outside.txt", filepath.Join(root, "a", "link.txt")); err != nil {
		t.Log("no symbolic links here: one case meets a file that is not there")
	}
	pushed := filestore.Pushed{Dir: filepath.Join(folder, "pushed")}
	for key, content := range map[string]string{"A-1": "pushed for ANNA", "B-1": "pushed of BORIS", "A-2": "SECRET pushed A-2"} {
		customer := "ANNA"
		if key == "B-1" {
			customer = "BORIS"
		}
		if _, _, err := pushed.Put("d", "invoices", key, customer, "pushed.pdf", strings.NewReader(content), 1<<20, func() error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	return &files.Library{Roots: map[string]filestore.Roots{"d": {{Name: "documents", Path: root}}}, Pushed: pushed, MaxSize: 1 << 20}
}

// TestFileAttacks tries every case of testdata/attacks/files on every engine
// there is. Beside the pinned outcome it holds that nothing comes back which
// says that it is a secret, and that all that is not to be had looks alike.
func TestFileAttacks(t *testing.T) {
	cases := readAttacks(t, "testdata/attacks/files")
	library := archive(t)
	on(t, workshopsWith(t, archiveERP, archiveProfile), func(t *testing.T, w *workshop) {
		own := *library
		own.Gate = w.gate
		front := portal.New(portal.Config{Gate: w.gate, Files: &own, Identify: anybody{}, Logger: zerolog.Nop()})
		none := map[string]string{} // by method
		for _, a := range cases {
			t.Run(a.name, func(t *testing.T) {
				got, all := a.through(front)
				if want := a.wanted(w.engine); !got.meets(want) {
					t.Errorf("got %swant %s", got, want)
				}
				if strings.Contains(all, "SECRET") || strings.Contains(all, "root:") || a.customer != "BORIS" && strings.Contains(all, "of BORIS") {
					t.Errorf("what nobody may read came back: %s", all)
				}
				if got.status == "404" && got.code == "not_found" {
					method, _, _ := strings.Cut(a.request, " ")
					if seen, known := none[method]; known && seen != all {
						t.Errorf("it is told apart from another file that is not there:\n%s\n%s", all, seen)
					}
					none[method] = all
				}
			})
		}
	})
	fmt.Printf("figure attacks.files %d cases target 40\n", len(cases))
}
