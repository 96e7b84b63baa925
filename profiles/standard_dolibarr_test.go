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
	r := onStandard(t, "B2B Dolibarr", catalog.MariaDB, dsn, "")
	r.checkBound(t, nil)
	r.checkEveryResource(t, fmt.Sprint(erpshape.DolibarrAlpha))
	alpha, beta, other := fmt.Sprint(erpshape.DolibarrAlpha), fmt.Sprint(erpshape.DolibarrBeta), fmt.Sprint(erpshape.DolibarrOther)
	r.checkVocabulary(t, alpha, "A")
	r.checkVocabulary(t, beta, "B")
	r.checkNoLeak(t, alpha, "VB", "VX", "VADEX", "VABCX", "VABLX", "VAFAX", "ARTX", "interne", "7777")
	r.checkNoLeak(t, beta, "VA", "VX", "interne")
	r.checkNoLeak(t, other, "VA", "VB", "interne")
	if got := r.ask(t, other, "SELECT COUNT(*) FROM llx_facture"); got[0] != "4" {
		t.Errorf("the customer of the other company sees %s invoices, want 4", got[0])
	}
}
