package erpsource

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
)

// TestDolibarr makes one database an engine, because making one takes a while.
// What changes it comes last.
func TestDolibarr(t *testing.T) {
	onEachDolibarr(t, func(t *testing.T, db *erp.DB, change func(script string)) {
		t.Run("customers", func(t *testing.T) { testDolibarrCustomers(t, db) })
		t.Run("contacts", func(t *testing.T) { testDolibarrContacts(t, db) })
		t.Run("options", func(t *testing.T) { testDolibarrOptions(t, db) })
		t.Run("extra fields", func(t *testing.T) { testDolibarrExtraFields(t, db) })
		t.Run("fingerprint", func(t *testing.T) { testDolibarrFingerprint(t, db, change) })
		t.Run("without what is optional", func(t *testing.T) { testDolibarrWithoutWhatIsOptional(t, db, change) })
	})
}

// onEachDolibarr runs test with a Dolibarr whose tables begin with x_, and with
// a function that changes it by statements that every engine understands.
func onEachDolibarr(t *testing.T, test func(t *testing.T, db *erp.DB, change func(script string))) {
	run := func(t *testing.T, raw *sql.DB, engine catalog.Engine, schema, dsn string) {
		t.Helper()
		if err := erpshape.LoadDolibarr(t.Context(), raw, engine, schema, "x_"); err != nil {
			t.Fatal(err)
		}
		var schemas []string
		if schema != "" {
			schemas = []string{schema}
		}
		test(t, openERP(t, engine, dsn, schemas), func(script string) {
			t.Helper()
			if _, err := raw.Exec(script); err != nil {
				t.Fatal(err)
			}
		})
	}
	t.Run("sqlite", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "erp.db")
		raw, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = raw.Close() })
		run(t, raw, catalog.SQLite, "", path)
	})
	t.Run("postgres", func(t *testing.T) {
		dsn, raw, schema := erpshape.Postgres(t)
		run(t, raw, catalog.Postgres, schema, dsn)
	})
	t.Run("mariadb", func(t *testing.T) {
		dsn, raw := erpshape.MariaDB(t)
		run(t, raw, catalog.MariaDB, "", dsn)
	})
}

func testDolibarrCustomers(t *testing.T, db *erp.DB) {
	snap := openSnapshot(t, Dolibarr, db, Options{})
	customers, problems := collect(t, snap.Customers(context.Background()))
	if problems != nil {
		t.Errorf("problems: %q", problems)
	}
	byID := map[int]directory.Customer{}
	for _, c := range customers {
		id, err := strconv.Atoi(c.ID)
		if err != nil || len(c.Hash) != 32 || c.TechnicalID != c.ID {
			t.Errorf("customer %+v", c)
		}
		c.Hash, c.Stamp = "", ""
		byID[id] = c
	}
	// 10 comes before 2, as text.
	if want := []string{"10", "2", "3", "4", "5", "6", "7", "8", "9"}; !reflect.DeepEqual(ids(customers), want) {
		t.Fatalf("ids = %q, want %q", ids(customers), want)
	}
	alpha := directory.Customer{ID: "2", Code: "CU-ALPHA", Name: "Alpha Bijoux (Alpha)", Email: "s2@example.com", Phone: "01 99 00 00 00", Address: "1 rue A\nBât. B",
		PostalCode: "69001", City: "Lyon", Country: "FR", VAT: "FR00000000002", RegistrationNo: "00000000000002", State: directory.CustomerActive,
		Representative: "Anne Martin, zoe", Tags: []string{"Bijouterie", "Étoile"}, Attributes: map[string]string{"entity": "1", "price_level": "1"}, TechnicalID: "2"}
	if got := byID[erpshape.DolibarrAlpha]; !reflect.DeepEqual(got, alpha) {
		t.Errorf("got  %+v\nwant %+v", got, alpha)
	}
	if c := byID[erpshape.DolibarrBeta]; c.ParentID != "2" || c.RegistrationNo != "000000003" || c.Country != "BE" || c.Representative != "Anne Martin" || c.Tags != nil {
		t.Errorf("Beta, whose SIRET is not known: %+v", c)
	}
	if c := byID[erpshape.DolibarrNoCode]; c.Code != "#4" || c.Phone != "06 99 00 00 04" {
		t.Errorf("a customer without a code or a fixed phone: %+v", c)
	}
	if c := byID[erpshape.DolibarrEmpty]; c.Code != "#5" || c.Country != "" || c.Address != "" || c.RegistrationNo != "" {
		t.Errorf("a customer with empty texts: %+v", c)
	}
	if c := byID[erpshape.DolibarrNulls]; c.Name != "" || c.Code != "CU-0006" || c.ParentID != "" || c.State != directory.CustomerActive || !reflect.DeepEqual(c.Attributes, map[string]string{"entity": "1"}) {
		t.Errorf("a customer of NULLs: %+v", c)
	}
	if c := byID[erpshape.DolibarrUnicode]; c.Name != "Étoile — 東京 💍" {
		t.Errorf("name = %q", c.Name)
	}
	if c := byID[erpshape.DolibarrClosed]; c.State != directory.CustomerDormant {
		t.Errorf("a closed customer is %s", c.State)
	}
}

func testDolibarrContacts(t *testing.T, db *erp.DB) {
	snap := openSnapshot(t, Dolibarr, db, Options{})
	contacts, problems := collect(t, snap.Contacts(context.Background()))
	if problems != nil {
		t.Errorf("problems: %q", problems)
	}
	var want []string
	for _, id := range erpshape.DolibarrCustomers() {
		want = append(want, strconv.Itoa(100+2*id), strconv.Itoa(101+2*id))
	}
	slices.Sort(want)
	var got []string
	for _, c := range contacts {
		got = append(got, c.ID)
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("ids = %q, want %q", got, want)
	}
	first := contacts[0]
	first.Hash = ""
	if want := (directory.Contact{ID: "104", CustomerID: "2", LastName: "Nom104", FirstName: "Zoé", Function: "Achats", Email: "c104@example.com", Phone: "01", Mobile: "06"}); first != want {
		t.Errorf("got  %+v\nwant %+v", first, want)
	}
	if customers, contacts, err := snap.Expected(context.Background()); customers != 9 || contacts != 18 || err != nil {
		t.Errorf("expected %d, %d, %v", customers, contacts, err)
	}
}

func testDolibarrOptions(t *testing.T, db *erp.DB) {
	for name, c := range map[string]struct {
		opts            Options
		first           string
		customers, more int
	}{
		"a prefix that is found":   {Options{}, "10", 9, 18},
		"a prefix that is given":   {Options{TablesPrefix: "x_"}, "10", 9, 18},
		"prospects too":            {Options{IncludeProspects: true}, "10", 10, 20},
		"another company":          {Options{Entities: []int64{2}}, "22", 1, 2},
		"two companies at a time":  {Options{Entities: []int64{2, 1}}, "10", 10, 21},
		"a company without anyone": {Options{Entities: []int64{7}}, "", 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			snap := openSnapshot(t, Dolibarr, db, c.opts)
			customers, _ := collect(t, snap.Customers(context.Background()))
			contacts, _ := collect(t, snap.Contacts(context.Background()))
			if len(customers) != c.customers || len(contacts) != c.more || c.customers > 0 && customers[0].ID != c.first {
				t.Errorf("%d customers %q and %d contacts, want %d and %d", len(customers), ids(customers), len(contacts), c.customers, c.more)
			}
		})
	}
}

func testDolibarrExtraFields(t *testing.T, db *erp.DB) {
	snap := openSnapshot(t, Dolibarr, db, Options{Attributes: map[string]string{"region": "zone", "contract": "options_n_contrat", "town": "town"}})
	customers, _ := collect(t, snap.Customers(context.Background()))
	if got, want := customers[1].Attributes, map[string]string{"entity": "1", "price_level": "1", "region": "SUD", "contract": "K-1", "town": "Lyon"}; !reflect.DeepEqual(got, want) {
		t.Errorf("Alpha has %v, want %v", got, want)
	}
	if got, want := customers[2].Attributes, map[string]string{"entity": "1", "price_level": "2", "town": "Lyon"}; !reflect.DeepEqual(got, want) {
		t.Errorf("Beta, whose fields are empty, has %v, want %v", got, want)
	}
	source, err := New(Dolibarr, db, Options{Attributes: map[string]string{"a": "zones", "entity": "town"}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = source.Open(context.Background())
	for _, part := range []string{"attribute a: column zones of table x_societe and of x_societe_extrafields", "attribute entity: this kind of ERP has one"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("no %q in %v", part, err)
		}
	}
}

func testDolibarrFingerprint(t *testing.T, db *erp.DB, change func(script string)) {
	fingerprint := func(opts Options) directory.Fingerprint {
		t.Helper()
		snap := openSnapshot(t, Dolibarr, db, opts)
		f, err := snap.Fingerprint(context.Background())
		if err := errors.Join(err, snap.Close()); err != nil { // open, it would keep its tables as they are
			t.Fatal(err)
		}
		return f
	}
	base := fingerprint(Options{})
	if base.Label != "VENDEUR (123456789, entity 1)" || !strings.HasPrefix(base.Value, "dolibarr:") {
		t.Errorf("fingerprint = %+v", base)
	}
	if other := fingerprint(Options{Entities: []int64{2}}); other.Value == base.Value || other.Label != "VENDEUR EXPORT (entity 2)" {
		t.Errorf("another company: %+v", other)
	}
	change(`UPDATE x_const SET value = 'x' WHERE entity <> 1`)
	if same := fingerprint(Options{Entities: []int64{1, 2}}); same != base {
		t.Errorf("a company read beside it, or a setting of another: %+v", same)
	}
	change(`UPDATE x_const SET value = 'AUTRE' WHERE name = 'MAIN_INFO_SOCIETE_NOM'`)
	if other := fingerprint(Options{}); other.Value == base.Value {
		t.Errorf("another name: %+v", other)
	}
	for _, script := range []string{`DELETE FROM x_const`, `DROP TABLE x_const`} {
		change(script)
		if none := fingerprint(Options{}); none != (directory.Fingerprint{}) {
			t.Errorf("%s: %+v", script, none)
		}
	}
}

func testDolibarrWithoutWhatIsOptional(t *testing.T, db *erp.DB, change func(script string)) {
	read := func() []directory.Customer {
		t.Helper()
		snap := openSnapshot(t, Dolibarr, db, Options{})
		customers, problems := collect(t, snap.Customers(context.Background()))
		if problems != nil {
			t.Errorf("problems: %q", problems)
		}
		if err := snap.Close(); err != nil { // as in testDolibarrFingerprint
			t.Fatal(err)
		}
		for i := range customers {
			customers[i].Hash, customers[i].Stamp = "", ""
		}
		return customers
	}
	want := read()
	for _, table := range []string{"x_societe_commerciaux", "x_categorie_societe", "x_societe_extrafields", "x_c_country"} {
		change("ALTER TABLE " + table + " RENAME TO gone_" + table)
	}
	for i := range want {
		want[i].Tags, want[i].Representative, want[i].Country = nil, "", ""
	}
	if got := read(); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestWhichDolibarr(t *testing.T) {
	for name, c := range map[string]struct {
		script, prefix, want string
	}{
		"none":                         {`CREATE TABLE societe_x (a int)`, "", "table llx_societe"},
		"two of them":                  {`CREATE TABLE b_societe (a int); CREATE TABLE b_socpeople (a int); CREATE TABLE a_societe (a int); CREATE TABLE a_socpeople (a int)`, "", "begin with a_, b_: say in tables_prefix"},
		"one, and a table of its kind": {`CREATE TABLE b_societe (a int); CREATE TABLE b_socpeople (a int); CREATE TABLE b_categorie_societe (a int)`, "", "columns client, entity, rowid, nom of table b_societe"},
		"one without a prefix":         {`CREATE TABLE societe (a int); CREATE TABLE SOCPEOPLE (a int)`, "", "columns client, entity, rowid, nom of table societe"},
		"another than is there":        {`CREATE TABLE b_societe (a int); CREATE TABLE b_socpeople (a int)`, "c_", "table c_societe"},
	} {
		t.Run(name, func(t *testing.T) {
			source, err := New(Dolibarr, sqliteERP(t, c.script), Options{TablesPrefix: c.prefix})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := source.Open(context.Background()); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("no %q in %v", c.want, err)
			}
		})
	}
}

func ids(customers []directory.Customer) []string {
	var all []string
	for _, c := range customers {
		all = append(all, c.ID)
	}
	return all
}
