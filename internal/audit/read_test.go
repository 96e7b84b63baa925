package audit

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadSelects(t *testing.T) {
	l := openLog(t, t.TempDir())
	for i, customer := range []string{"C1", "C2", "C1", "C1"} {
		e := entry(fmt.Sprint(i))
		e.CustomerID, e.Time = customer, noon.AddDate(0, i, 0)
		mustBegin(t, l, e)
	}
	elsewhere := entry("elsewhere")
	elsewhere.Dossier = "OTHER"
	mustBegin(t, l, elsewhere)
	for name, test := range map[string]struct {
		q    Query
		want string
	}{
		"everything":       {Query{Limit: 10}, "3 2 1 elsewhere 0"},
		"a dossier":        {Query{Dossier: "ACME", Limit: 10}, "3 2 1 0"},
		"a customer":       {Query{Dossier: "ACME", CustomerID: "C1", Limit: 10}, "3 2 0"},
		"the newest":       {Query{Dossier: "ACME", Limit: 2}, "3 2"},
		"from inclusive":   {Query{Dossier: "ACME", From: noon.AddDate(0, 2, 0), Limit: 10}, "3 2"},
		"to exclusive":     {Query{Dossier: "ACME", To: noon.AddDate(0, 2, 0), Limit: 10}, "1 0"},
		"a moment":         {Query{From: noon.AddDate(0, 1, 0), To: noon.AddDate(0, 1, 0).Add(1000), Limit: 10}, "1"},
		"nobody":           {Query{CustomerID: "c1", Limit: 10}, ""},
		"before all files": {Query{To: noon.AddDate(-1, 0, 0), Limit: 10}, ""},
	} {
		records, err := l.Read(t.Context(), test.q)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, r := range records {
			ids = append(ids, r.ID)
		}
		if got := strings.Join(ids, " "); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
	for _, limit := range []int{-1, 0, maxRead + 1} {
		if _, err := l.Read(t.Context(), Query{Limit: limit}); err == nil {
			t.Errorf("limit %d is accepted", limit)
		}
	}
}

func TestDeleteBefore(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir)
	for i := range 4 { // November to February; the last two stay open
		e := entry(fmt.Sprint(i))
		e.Time = noon.AddDate(0, i, 0)
		mustBegin(t, l, e)
	}
	kept := filepath.Join(dir, "audit-notes.db")
	if err := os.WriteFile(kept, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	n, err := l.DeleteBefore(t.Context(), noon.AddDate(0, 3, 20))
	if err != nil || n != 3 {
		t.Fatalf("deleted %d, %v", n, err)
	}
	if got := read(t, l); len(got) != 1 || got[0].ID != "3" {
		t.Fatalf("left %+v", got)
	}
	left, err := filepath.Glob(filepath.Join(dir, "*2026*"))
	if err != nil || len(left) != 0 {
		t.Fatalf("files left: %q, %v", left, err)
	}
	if _, err := os.Stat(kept); err != nil {
		t.Fatal(err)
	}
	// A deleted month can begin anew.
	e := entry("again")
	mustBegin(t, l, e)
	l.Finish(Outcome{ID: "again", Time: noon})
	mustClose(t, l)
	if got := read(t, l); len(got) != 2 || got[1].Outcome == nil {
		t.Fatalf("after all: %+v", got)
	}
}
