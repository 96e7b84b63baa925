package filter_test

import (
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter/portal"
	"github.com/vantelle/vantelle/internal/filestore"
)

// elsewhere is the archive of another world: all that is Anna's is the same, and
// nothing else is.
func elsewhere() []string {
	var out []string
	for _, statement := range archiveERP {
		statement = strings.NewReplacer("('B-1', 4, 'BORIS', 1, 'x', 63)", "('Z-9', 40, 'BORIS', 1, 'y', 99), ('A-9', 41, 'CLARA', 1, 'x', 60), ('', 42, 'BORIS', 1, 'x', 60)",
			"('B-1', 'b/his.pdf', 'his.pdf', 'application/pdf', 1)", "('Z-9', 'a/plan.pdf', 'plan.pdf', 'application/pdf', 1), ('A-9', 'a/plan.pdf', 'draft.pdf', 'application/pdf', 1)").Replace(statement)
		out = append(out, statement)
	}
	return out
}

// TestFilesAreTheSameInTwoWorlds sends every request of the corpus, and some
// more, to two archives that differ in what is not Anna's only: in the ERP's rows
// and in what was pushed. Every byte of every answer is the same, but for the
// moment at which a file was pushed.
func TestFilesAreTheSameInTwoWorlds(t *testing.T) {
	one, two := workshopsWith(t, archiveERP, archiveProfile), workshopsWith(t, elsewhere(), archiveProfile)
	here, there := archive(t), archive(t)
	there.Roots = here.Roots // one disk, so that the times of files are the same, too
	there.Pushed = filestore.Pushed{Dir: t.TempDir()}
	for key, content := range map[string]string{"A-1": "pushed for ANNA", "Z-9": "of another world", "A-9": "of another world"} {
		if _, _, err := there.Pushed.Put("d", "invoices", key, "ANNA", "pushed.pdf", strings.NewReader(content), 1<<20, func() error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	// What is pushed for others, under the very numbers that are Anna's too.
	for _, key := range []string{"A-1", "A-4", "B-1"} {
		for customer, said := range map[string]string{"BORIS": "of another world", "": "of nobody named, in another world"} {
			if _, _, err := there.Pushed.Put("d", "invoices", key, customer, "other.pdf", strings.NewReader(said), 1<<20, func() error { return nil }); err != nil {
				t.Fatal(err)
			}
		}
	}
	var cases []attack
	for _, a := range readAttacks(t, "testdata/attacks/files") {
		if a.customer == "ANNA" {
			cases = append(cases, a)
		}
	}
	for _, key := range []string{"A-1", "A-2", "A-3", "A-4", "A-7", "A-9", "B-1", "Z-9", "id:1", "id:4", "id:40", "id:41"} {
		for _, name := range []string{"", "/plan.pdf", "/draft.pdf", "/pushed.pdf", "/all.pdf"} {
			for _, head := range []string{"", "\nAccept: application/json", "\nRange: bytes=0-2"} {
				cases = append(cases, attack{name: key + name + head, customer: "ANNA", request: "GET files/invoices/" + key + name + " HTTP" + head})
			}
		}
	}
	on(t, one, func(t *testing.T, w *workshop) {
		mine, theirs := *here, *there
		mine.Gate, theirs.Gate = w.gate, two[w.engine].gate
		front := portal.New(portal.Config{Gate: mine.Gate, Files: &mine, Identify: anybody{}, Logger: zerolog.Nop()})
		other := portal.New(portal.Config{Gate: theirs.Gate, Files: &theirs, Identify: anybody{}, Logger: zerolog.Nop()})
		answered := 0
		for _, a := range cases {
			got, all := a.through(front)
			_, twin := a.through(other)
			if !got.refused {
				answered++
			}
			if withoutTimes(all) != withoutTimes(twin) {
				t.Errorf("%s: %s\nin the other world: %s", a.name, all, twin)
			}
		}
		if answered < 20 {
			t.Errorf("only %d of %d requests were answered", answered, len(cases))
		}
	})
}

// withoutTimes takes out when a file was last changed, by which also its tag is
// made.
func withoutTimes(all string) string {
	for _, header := range []string{"Etag:[", "Last-Modified:["} {
		if before, rest, found := strings.Cut(all, header); found {
			_, behind, _ := strings.Cut(rest, "]")
			all = before + behind
		}
	}
	return all
}
