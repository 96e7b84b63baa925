package profiles_test

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/erpshape"
)

// TestEveryTableIsFilteredOrLeftOutOnPurpose holds the tables of the ERPs to
// the profiles and to the list in docs/standard-profiles.md.
func TestEveryTableIsFilteredOrLeftOutOnPurpose(t *testing.T) {
	page, err := os.ReadFile("../docs/standard-profiles.md")
	if err != nil {
		t.Fatal(err)
	}
	sage := map[string]bool{}
	for _, g := range erpshape.SageGenerations() {
		for table := range erpshape.SageColumns(g) {
			sage[table] = true
		}
	}
	odoo := map[string]bool{}
	for _, v := range erpshape.OdooVersions() {
		for table := range erpshape.OdooColumns(v) {
			odoo[table] = true
		}
	}
	// Tables of the test database that only the others point at.
	delete(odoo, "ir_config_parameter")
	delete(odoo, "account_account")
	for erp, c := range map[string]struct {
		profile string
		tables  map[string]bool
	}{"Sage 100": {"B2B", sage}, "Odoo": {"B2B Odoo", odoo}} {
		left := map[string]bool{}
		for line := range strings.Lines(string(page)) {
			cells := strings.Split(line, "|")
			if len(cells) < 4 || strings.TrimSpace(cells[1]) != erp {
				continue
			}
			if strings.TrimSpace(cells[3]) == "" {
				t.Errorf("no reason: %s", line)
			}
			for _, table := range strings.Fields(cells[2]) {
				left[table] = true
			}
		}
		p := standardProfile(t, c.profile)
		for _, table := range slices.Sorted(maps.Keys(c.tables)) {
			if _, shown := p.Tables[table]; shown == left[table] {
				t.Errorf("%s: %s is in the profile: %v, left out: %v", erp, table, shown, left[table])
			}
		}
		if len(c.tables) < 25 || len(left) < 5 {
			t.Errorf("%s: %d tables, %d left out", erp, len(c.tables), len(left))
		}
	}
}

// TestDocumentHeadersShowEnough wants at least 25 columns of each header.
func TestDocumentHeadersShowEnough(t *testing.T) {
	for profile, tables := range map[string][]string{"B2B": {"F_DOCENTETE"}, "B2B Dolibarr": {"llx_propal", "llx_commande", "llx_facture", "llx_expedition", "llx_facture_fourn"}, "B2B Odoo": {"sale_order", "account_move"}} {
		p := standardProfile(t, profile)
		for _, table := range tables {
			n := 0
			for _, c := range p.Tables[table].Columns {
				if !c.Hidden {
					n++
				}
			}
			if n < 25 {
				t.Errorf("%s.%s shows %d columns", profile, table, n)
			}
		}
	}
}
