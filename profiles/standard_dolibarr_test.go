package profiles_test

import (
	"fmt"
	"testing"

	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
)

func TestStandardProfileOnDolibarr(t *testing.T) {
	dsn, db := erpshape.MariaDB(t)
	if err := erpshape.LoadDolibarr(t.Context(), db, catalog.MariaDB, "", "llx_"); err != nil {
		t.Fatal(err)
	}
	onStandard(t, "B2B Dolibarr", catalog.MariaDB, dsn, "", nil).checkBound(t, nil)
	onStandard(t, "B2B Dolibarr", catalog.MariaDB, dsn, "", open).checkEveryResource(t, fmt.Sprint(erpshape.DolibarrAlpha), nil)
}
