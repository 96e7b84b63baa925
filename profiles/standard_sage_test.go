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
			if _, err := db.ExecContext(t.Context(), sageMedia); err != nil {
				t.Fatal(err)
			}
			r := onStandard(t, "B2B", catalog.SQLite, path, "")
			checkSage(t, r)
			r.wantFile(t, "documents", "documents", `\\SRV\GED\plan.pdf`, "Plan")
			for _, f := range r.files {
				if f.Path == "internal.pdf" {
					t.Errorf("a file that is not to be sent is found: %+v", f)
				}
			}
		})
		t.Run(generation+" on postgres", func(t *testing.T) {
			dsn, db, schema := erpshape.Postgres(t)
			if err := erpshape.LoadSageGeneration(t.Context(), db, catalog.Postgres, schema, generation, erpshape.SageBusiness); err != nil {
				t.Fatal(err)
			}
			checkSage(t, onStandard(t, "B2B", catalog.Postgres, dsn, schema))
		})
		t.Run(generation+" on sqlserver", func(t *testing.T) {
			dsn, db := erpshape.SQLServer(t)
			if err := erpshape.LoadSageGeneration(t.Context(), db, catalog.SQLServer, "", generation, erpshape.SageBusiness); err != nil {
				t.Fatal(err)
			}
			checkSage(t, onStandard(t, "B2B", catalog.SQLServer, dsn, ""))
		})
	}
}

// sageMedia gives every document a file that is to be sent, and one that is not.
const sageMedia = `INSERT INTO F_DOCENTETEMEDIA (cbMarq, DO_Type, DO_Piece, DM_Fichier, DM_Intitule, DM_Transmettre)
 SELECT 1000 + cbMarq, DO_Type, DO_Piece, '\\SRV\GED\plan.pdf', 'Plan', 1 FROM F_DOCENTETE UNION ALL SELECT 100000 + cbMarq, DO_Type, DO_Piece, 'internal.pdf', 'Plan', 0 FROM F_DOCENTETE`

// checkSage wants that two customers see their own, and nothing that is not
// released, bought, or of another price category.
func checkSage(t *testing.T, r *standardRig) {
	t.Helper()
	r.checkBound(t, nil)
	r.checkEveryResource(t, erpshape.SageAlpha, "payment_links") // the module is off
	r.checkVocabulary(t, erpshape.SageAlpha, "A")
	r.checkVocabulary(t, erpshape.SageBeta, "B")
	r.checkRequests(t, erpshape.SageAlpha, erpshape.SageBeta)
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
