package profiles_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
)

func TestStandardProfileOnEveryGenerationOfSage(t *testing.T) {
	for _, generation := range erpshape.SageGenerations() {
		lacks := []string{}
		if generation != "C" {
			lacks = append(lacks, "payment_links")
		}
		t.Run(generation+" on sqlite", func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "sage.db")
			db, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if err := erpshape.LoadSageGeneration(t.Context(), db, catalog.SQLite, "", generation); err != nil {
				t.Fatal(err)
			}
			onStandard(t, "B2B", catalog.SQLite, path, "", nil).checkBound(t, nil)
			onStandard(t, "B2B", catalog.SQLite, path, "", open).checkEveryResource(t, erpshape.SageAlpha, lacks)
		})
		t.Run(generation+" on postgres", func(t *testing.T) {
			dsn, db, schema := erpshape.Postgres(t)
			if err := erpshape.LoadSageGeneration(t.Context(), db, catalog.Postgres, schema, generation); err != nil {
				t.Fatal(err)
			}
			onStandard(t, "B2B", catalog.Postgres, dsn, schema, nil).checkBound(t, nil)
			onStandard(t, "B2B", catalog.Postgres, dsn, schema, open).checkEveryResource(t, erpshape.SageAlpha, lacks)
		})
	}
}
