package profiles_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
)

func TestStandardProfileOnEveryGenerationOfSage(t *testing.T) {
	for _, generation := range erpshape.SageGenerations() {
		t.Run(generation+" on sqlite", func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "sage.db")
			db, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if err := erpshape.LoadSageGeneration(t.Context(), db, catalog.SQLite, "", generation, erpshape.SageBusiness); err != nil {
				t.Fatal(err)
			}
			checkSage(t, onStandard(t, "B2B", catalog.SQLite, path, ""))
		})
		t.Run(generation+" on postgres", func(t *testing.T) {
			dsn, db, schema := erpshape.Postgres(t)
			if err := erpshape.LoadSageGeneration(t.Context(), db, catalog.Postgres, schema, generation, erpshape.SageBusiness); err != nil {
				t.Fatal(err)
			}
			checkSage(t, onStandard(t, "B2B", catalog.Postgres, dsn, schema))
		})
	}
}

// checkSage wants that two customers see their own, and nothing that is not
// released, bought, or of another price category.
func checkSage(t *testing.T, r *standardRig) {
	t.Helper()
	r.checkBound(t, nil)
	r.checkEveryResource(t, erpshape.SageAlpha, "payment_links") // the module is off
	r.checkVocabulary(t, erpshape.SageAlpha, "A")
	r.checkVocabulary(t, erpshape.SageBeta, "B")
	r.checkNoLeak(t, erpshape.SageAlpha, "VB", "VADEX", "VABCX", "VABLX", "VAFAX", "interne", "https://pay.example/", erpshape.SageSupplier)
	r.checkNoLeak(t, erpshape.SageBeta, "VA", "VBDEX", "interne")
	// ART00 to ART05 have a price for one customer each, ART06 to ART09 one for a
	// category: of an even article the first, of an odd one the second.
	for customer, want := range map[string]string{erpshape.SageAlpha: "ART00 ART06 ART08", erpshape.SageBeta: "ART01 ART07 ART09", erpshape.SageOmega: "ART07 ART09"} {
		if got := strings.Join(r.ask(t, customer, "SELECT AR_Ref FROM F_ARTCLIENT ORDER BY AR_Ref"), " "); got != want {
			t.Errorf("%s has the prices %s, want %s", customer, got, want)
		}
	}
}
