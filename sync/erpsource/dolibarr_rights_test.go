package erpsource

import (
	"context"
	"crypto/rand"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"

	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
)

// A login that may read what the page for operators says, and nothing more,
// reads everything.
func TestDolibarrWithTheRightsOfThePage(t *testing.T) {
	dsn, raw := erpshape.MariaDB(t)
	if err := erpshape.LoadDolibarr(t.Context(), raw, catalog.MariaDB, "", "llx_"); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/synchronisation.md")
	if err != nil {
		t.Fatal(err)
	}
	config, err := mysql.ParseDSN(dsn)
	if err != nil {
		t.Fatal(err)
	}
	name, password := "vt_"+strings.ToLower(rand.Text()[:16]), rand.Text()
	var host string // as the server sees this machine; for '%' an anonymous user may stand in the way
	if err := raw.QueryRow("SELECT SUBSTRING_INDEX(USER(), '@', -1)").Scan(&host); err != nil {
		t.Fatal(err)
	}
	account := "'" + name + "'@'" + host + "'"
	if _, err := raw.Exec("CREATE USER " + account + " IDENTIFIED BY '" + password + "'"); err != nil {
		t.Skipf("the user of VANTELLE_TEST_MARIADB may not make another: %v", err)
	}
	t.Cleanup(func() {
		if _, err := raw.Exec("DROP USER " + account); err != nil {
			t.Error(err)
		}
	})
	var grants []string
	for _, grant := range regexp.MustCompile(`GRANT SELECT [^;]+;`).FindAllString(string(page), -1) {
		grant = strings.ReplaceAll(grant, "dolibarr.", config.DBName+".")
		grants = append(grants, strings.Replace(grant, "vantelle@localhost", account, 1))
	}
	if len(grants) != 2 {
		t.Fatalf("the page has %d grants", len(grants))
	}
	for _, table := range []string{"societe", "socpeople", "c_country", "societe_commerciaux", "categorie_societe", "categorie", "societe_extrafields"} {
		grants = append(grants, "GRANT SELECT ON "+config.DBName+".llx_"+table+" TO "+account)
	}
	for _, grant := range grants {
		if _, err := raw.Exec(grant); err != nil {
			t.Fatal(err)
		}
	}
	opts := Options{Attributes: map[string]string{"zone": "zone"}}
	whole, _ := collect(t, openSnapshot(t, Dolibarr, openERP(t, catalog.MariaDB, dsn, nil), opts).Customers(context.Background()))

	config.User, config.Passwd = name, password
	snap := openSnapshot(t, Dolibarr, openERP(t, catalog.MariaDB, config.FormatDSN(), nil), opts)
	customers, problems := collect(t, snap.Customers(context.Background()))
	if problems != nil || !reflect.DeepEqual(customers, whole) {
		t.Errorf("got  %+v, %q\nwant %+v", customers, problems, whole)
	}
	if f, err := snap.Fingerprint(context.Background()); err != nil || f.Label != "VENDEUR (123456789, entity 1)" {
		t.Errorf("fingerprint = %+v, %v", f, err)
	}
}
