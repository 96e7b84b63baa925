package filter_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter/portal"
)

// TestPushedFilesAreTheCustomersTheyWerePushedFor: two customers have documents of
// one number, as in two companies of one Odoo. What was pushed for one is not the
// other's, and what was pushed for a number alone is nobody's, unless the ERP
// keeps the number unique.
func TestPushedFilesAreTheCustomersTheyWerePushedFor(t *testing.T) {
	library := archive(t)
	put := func(key, customer, name, content string) {
		t.Helper()
		if _, _, err := library.Pushed.Put("d", "invoices", key, customer, name, strings.NewReader(content), 1<<20, func() error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	put("B-1", "ANNA", "hers.pdf", "pushed for ANNA, number B-1")
	put("B-1", "", "anybodys.pdf", "pushed for a number")
	shared := append(slices.Clone(archiveERP), `INSERT INTO bills (number, id, customer, kind, shelf, cost) VALUES ('B-1', 99, 'ANNA', 1, 'x', 99)`)
	unique := append(slices.Clone(archiveERP), `CREATE UNIQUE INDEX one_number ON bills (number)`)
	reads := func(w *workshop, customer string) string {
		own := *library
		own.Gate = w.gate
		front := portal.New(portal.Config{Gate: w.gate, Files: &own, Identify: anybody{}, Logger: zerolog.Nop()})
		var all strings.Builder
		for _, name := range []string{"", "/pushed.pdf", "/hers.pdf", "/anybodys.pdf"} {
			_, text := attack{customer: customer, request: "GET files/invoices/B-1" + name + " HTTP"}.through(front)
			all.WriteString(text)
		}
		return all.String()
	}
	for _, w := range workshopsWith(t, shared, archiveProfile) {
		anna, boris := reads(w, "ANNA"), reads(w, "BORIS")
		if strings.Contains(anna, "of BORIS") || strings.Contains(boris, "for ANNA") || strings.Contains(anna+boris, "for a number") {
			t.Errorf("%s: Anna reads %s\nBoris reads %s", w.engine, anna, boris)
		}
		if !strings.Contains(anna, "pushed for ANNA, number B-1") || !strings.Contains(boris, "pushed of BORIS") {
			t.Errorf("%s: they do not read their own: %s\n%s", w.engine, anna, boris)
		}
	}
	for _, w := range workshopsWith(t, unique, archiveProfile) {
		if boris := reads(w, "BORIS"); !strings.Contains(boris, "for a number") {
			t.Errorf("%s: where numbers are unique, a file of a number alone is not given: %s", w.engine, boris)
		}
		if anna := reads(w, "ANNA"); strings.Contains(anna, "for a number") || strings.Contains(anna, "of BORIS") {
			t.Errorf("%s: Anna reads %s", w.engine, anna)
		}
	}
}
