package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/erpshape"
	"github.com/vantelle/vantelle/profiles"
)

var updateNotes = flag.Bool("update-notes", false, "write what check notes of the standard profiles to testdata")

// TestCheckPassesOnEveryERP runs check on databases that have every table and
// column which is known of the three generations of Sage 100, of Dolibarr, and of
// Odoo 16 to 19. What the standard profiles find missing there is what those
// ERPs lack, line by line.
func TestCheckPassesOnEveryERP(t *testing.T) {
	s := newSite(t)
	all := s.everyERP()
	if odoo, there := all["odoo"]; there {
		delete(all, "odoo")
		for _, version := range erpshape.OdooVersions() {
			dsn, db, schema := erpshape.Postgres(t)
			if err := erpshape.LoadOdooVersion(t.Context(), db, schema, version); err != nil {
				t.Fatal(err)
			}
			odoo.settings = fmt.Sprintf(`{erp: odoo, engine: postgres, dsn: %q, schemas: [%s], schedule: "", default_profile: B2B Odoo}`, dsn, schema)
			all[fmt.Sprint("odoo-", version)] = odoo
		}
	}
	var dossiers []string
	for name, erp := range all {
		dossiers = append(dossiers, "  "+name+": "+erp.settings+"\n")
	}
	slices.Sort(dossiers)
	settings, _, _ := strings.Cut(fmt.Sprintf(rulesSettings, "{path: vantelle.db}"), "dossiers:")
	s.write("vantelle.yaml", settings+"dossiers:\n"+strings.Join(dossiers, ""))
	out, errs, code := s.command("check", "--config", s.path("vantelle.yaml"))
	if code != exitOK || strings.Contains(out, "bad ") {
		t.Fatalf("check ends with %d\n%s\n%s", code, out, errs)
	}
	book, err := profiles.Standard()
	if err != nil {
		t.Fatal(err)
	}
	tables := map[string]int{}
	for _, name := range book.Names() {
		p, _ := book.Get(name)
		tables[p.ERP] = len(p.Tables)
	}
	notes := map[string][]string{}
	for line := range strings.Lines(out) {
		line = strings.TrimSuffix(line, "\n")
		if rest, note := strings.CutPrefix(line, "note dossier "); note {
			name, rest, _ := strings.Cut(rest, ", ")
			_, what, _ := strings.Cut(rest, ": ")
			notes[name] = append(notes[name], what)
		}
	}
	for name := range all {
		erp, _, _ := strings.Cut(name, "-")
		if erp == "sage" {
			erp = "sage100"
		}
		missing := 0
		for _, note := range notes[name] {
			if strings.Contains(note, " table unavailable: ") && !strings.HasPrefix(note, "resource ") {
				missing++
			}
		}
		if want := fmt.Sprintf("%d tables available", tables[erp]-missing); !strings.Contains(out, want) || tables[erp] < 20 {
			t.Errorf("%s: not said: %s\n%s", name, want, out)
		}
		file := filepath.Join("testdata", "check", name+".txt")
		got := strings.Join(notes[name], "\n") + "\n"
		if *updateNotes {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s: check notes\n%swant\n%s", name, got, want)
		}
	}
}
