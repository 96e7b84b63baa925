package doctor

import (
	"testing"

	"github.com/vantelle/vantelle/internal/config"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
)

func TestAMariaDBIsLookedAt(t *testing.T) {
	dsn, db := erpshape.MariaDB(t)
	if err := erpshape.LoadDolibarr(t.Context(), db, catalog.MariaDB, "", "llx_"); err != nil {
		t.Fatal(err)
	}
	var d config.Dossier
	d.SetDefaults()
	d.ERP, d.Engine, d.DSN = "dolibarr", config.MariaDB, config.NewSecret(dsn)
	wantCodes(t, of(diagnose(t, d), "connection.works", "version.known", "tls.local", "tls.used", "clock.agrees", "clock.unknown", "tls.unknown", "rights.unknown", "rights.powers"),
		"ok connection.works", "ok version.known", "ok tls.local", "ok clock.agrees", "warning rights.powers")
	wantCodes(t, of(diagnose(t, d), "isolation.consistent", "isolation.none"), "ok isolation.consistent")
	if _, err := db.ExecContext(t.Context(), "ALTER TABLE llx_const ENGINE = MyISAM"); err != nil {
		t.Fatal(err)
	}
	wantCodes(t, of(diagnose(t, d), "isolation.consistent", "isolation.none"), "note isolation.none")
	erpDB := openERP(t, d)
	cat, err := erpDB.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if first, err := serverOf(erpDB, d).indexes(t.Context(), cat.Table("", "llx_societe")); err != nil || !has(first, "rowid") {
		t.Errorf("indexes begin with %q, %v", first, err)
	}
}
