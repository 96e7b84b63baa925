package profiles_test

import (
	"fmt"
	"testing"

	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
)

func TestStandardProfileOnEveryVersionOfOdoo(t *testing.T) {
	for _, version := range erpshape.OdooVersions() {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			dsn, db, schema := erpshape.Postgres(t)
			if err := erpshape.LoadOdooVersion(t.Context(), db, schema, version); err != nil {
				t.Fatal(err)
			}
			lacksTables, lacks := []string{}, []string{}
			if version > 16 { // the tickets of Odoo Enterprise are not known
				lacksTables, lacks = []string{"helpdesk_ticket", "helpdesk_ticket_stage"}, []string{"tickets"}
			}
			onStandard(t, "B2B Odoo", catalog.Postgres, dsn, schema, nil).checkBound(t, lacksTables)
			onStandard(t, "B2B Odoo", catalog.Postgres, dsn, schema, open).checkEveryResource(t, fmt.Sprint(erpshape.OdooAlpha), lacks)
		})
	}
}
