package profiles_test

import (
	"fmt"
	"testing"

	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
)

func TestStandardProfileOnDolibarr(t *testing.T) {
	dsn, db := erpshape.MariaDB(t)
	if err := erpshape.LoadDolibarr(t.Context(), db, catalog.MariaDB, "", "llx_", erpshape.DolibarrBusiness); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "INSERT INTO llx_ecm_files (rowid, label, filepath, filename, src_object_type, src_object_id) "+
		"SELECT rowid, 'x', CONCAT('facture/', ref), CONCAT(ref, '.pdf'), 'facture', rowid FROM llx_facture UNION ALL SELECT 100000 + rowid, 'x', 'propale', CONCAT(ref, '.pdf'), 'propal', rowid FROM llx_facture"); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "UPDATE llx_socpeople SET address = '1 rue de la Paix'"); err != nil { // contacts with an address can be delivered to
		t.Fatal(err)
	}
	r := onStandard(t, "B2B Dolibarr", catalog.MariaDB, dsn, "")
	r.checkBound(t, nil)
	r.checkEveryResource(t, fmt.Sprint(erpshape.DolibarrAlpha))
	first := r.ask(t, fmt.Sprint(erpshape.DolibarrAlpha), "SELECT number FROM invoices ORDER BY id LIMIT 1")[0]
	r.wantFile(t, "documents", "documents", "facture/"+first+"/"+first+".pdf", first+".pdf")
	alpha, beta, other := fmt.Sprint(erpshape.DolibarrAlpha), fmt.Sprint(erpshape.DolibarrBeta), fmt.Sprint(erpshape.DolibarrOther)
	r.checkVocabulary(t, alpha, "A")
	r.checkVocabulary(t, beta, "B")
	r.checkRequests(t, alpha, beta)
	r.checkNoLeak(t, alpha, "VB", "VX", "VADEX", "VABCX", "VABLX", "VAFAX", "ARTX", "interne", "7777")
	r.checkNoLeak(t, beta, "VA", "VX", "interne")
	r.checkNoLeak(t, other, "VA", "VB", "interne")
	if got := r.ask(t, other, "SELECT COUNT(*) FROM llx_facture"); got[0] != "4" {
		t.Errorf("the customer of the other company sees %s invoices, want 4", got[0])
	}
}
