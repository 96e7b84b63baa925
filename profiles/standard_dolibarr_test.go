package profiles_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
)

// TestStandardProfileOnDolibarr: the profile holds whatever a site's tables begin
// with, and beside another Dolibarr in the same database shows nothing of that one.
func TestStandardProfileOnDolibarr(t *testing.T) {
	for _, prefix := range []string{"llx_", "Shop2_"} {
		t.Run(prefix, func(t *testing.T) {
			dsn, db := erpshape.MariaDB(t)
			exec := func(text string) {
				t.Helper()
				if _, err := db.ExecContext(t.Context(), strings.ReplaceAll(text, "llx_", prefix)); err != nil {
					t.Fatal(err)
				}
			}
			if prefix != "llx_" {
				if err := erpshape.LoadDolibarr(t.Context(), db, catalog.MariaDB, "", "llx_", erpshape.DolibarrBusiness); err != nil {
					t.Fatal(err)
				}
				for _, text := range []string{"UPDATE llx_facture SET ref = CONCAT('TWIN', ref)", "UPDATE llx_product SET label = 'TWIN'", "UPDATE llx_commande SET ref = CONCAT('TWIN', ref)"} {
					if _, err := db.ExecContext(t.Context(), text); err != nil {
						t.Fatal(err)
					}
				}
			}
			if err := erpshape.LoadDolibarr(t.Context(), db, catalog.MariaDB, "", prefix, erpshape.DolibarrBusiness); err != nil {
				t.Fatal(err)
			}
			exec("INSERT INTO llx_ecm_files (rowid, label, filepath, filename, src_object_type, src_object_id) " +
				"SELECT rowid, 'x', CONCAT('facture/', ref), CONCAT(ref, '.pdf'), 'facture', rowid FROM llx_facture UNION ALL SELECT 100000 + rowid, 'x', 'propale', CONCAT(ref, '.pdf'), 'propal', rowid FROM llx_facture")
			exec("UPDATE llx_socpeople SET address = '1 rue de la Paix'") // contacts with an address can be delivered to
			checkDolibarr(t, onStandardUnder(t, "B2B Dolibarr", catalog.MariaDB, dsn, "", prefix))
		})
	}
}

func checkDolibarr(t *testing.T, r *standardRig) {
	r.checkBound(t, nil)
	r.checkEveryResource(t, fmt.Sprint(erpshape.DolibarrAlpha))
	first := r.ask(t, fmt.Sprint(erpshape.DolibarrAlpha), "SELECT number FROM invoices ORDER BY id LIMIT 1")[0]
	r.wantFile(t, "documents", "documents", "facture/"+first+"/"+first+".pdf", first+".pdf")
	alpha, beta, other := fmt.Sprint(erpshape.DolibarrAlpha), fmt.Sprint(erpshape.DolibarrBeta), fmt.Sprint(erpshape.DolibarrOther)
	r.checkVocabulary(t, alpha, "A")
	r.checkVocabulary(t, beta, "B")
	r.checkRequests(t, alpha, beta)
	r.checkNoLeak(t, alpha, "VB", "VX", "VADEX", "VABCX", "VABLX", "VAFAX", "ARTX", "interne", "7777", "TWIN")
	r.checkNoLeak(t, beta, "VA", "VX", "interne", "TWIN")
	r.checkNoLeak(t, other, "VA", "VB", "interne", "TWIN")
	if got := r.ask(t, other, "SELECT COUNT(*) FROM llx_facture"); got[0] != "4" {
		t.Errorf("the customer of the other company sees %s invoices, want 4", got[0])
	}
}
