package erpsource

import (
	"context"
	"database/sql"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
)

// TestSageGenerations reads the same company as three generations of Sage 100
// keep it. They differ in one thing: A knows no prospects, so that a prospect
// is a customer there.
func TestSageGenerations(t *testing.T) {
	for engine, open := range map[string]func(t *testing.T, generation string) *erp.DB{
		"sqlite": func(t *testing.T, generation string) *erp.DB {
			path := filepath.Join(t.TempDir(), "sage.db")
			raw, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			defer raw.Close()
			if err := erpshape.LoadSageGeneration(t.Context(), raw, catalog.SQLite, "", generation); err != nil {
				t.Fatal(err)
			}
			return openERP(t, catalog.SQLite, path, nil)
		},
		"postgres": func(t *testing.T, generation string) *erp.DB {
			dsn, raw, schema := erpshape.Postgres(t)
			if err := erpshape.LoadSageGeneration(t.Context(), raw, catalog.Postgres, schema, generation); err != nil {
				t.Fatal(err)
			}
			return openERP(t, catalog.Postgres, dsn, []string{schema})
		},
		"sqlserver": func(t *testing.T, generation string) *erp.DB {
			dsn, raw := erpshape.SQLServer(t)
			if err := erpshape.LoadSageGeneration(t.Context(), raw, catalog.SQLServer, "", generation); err != nil {
				t.Fatal(err)
			}
			return openERP(t, catalog.SQLServer, dsn, nil)
		},
	} {
		for _, generation := range erpshape.SageGenerations() {
			t.Run(generation+" on "+engine, func(t *testing.T) { testSageGeneration(t, open(t, generation), generation) })
		}
	}
}

func testSageGeneration(t *testing.T, db *erp.DB, generation string) {
	opts := Options{Attributes: map[string]string{"region": erpshape.SageFreeColumn, "axis": "CT_Statistique01"}}
	snap := openSnapshot(t, Sage100, db, opts)
	customers, problems := collect(t, snap.Customers(context.Background()))
	contacts, more := collect(t, snap.Contacts(context.Background()))
	if problems != nil || more != nil {
		t.Errorf("problems: %q, %q", problems, more)
	}
	want := []string{"1", "ALPHA", "ALPHA2", "BETA", "DORMANT", "EMPTY", "ETOILE", "NULLS", "OMEGA", "ONEIL", "SPACES"}
	people := 22
	if generation == "A" {
		want, people = []string{"1", "ALPHA", "ALPHA2", "BETA", "DORMANT", "EMPTY", "ETOILE", "NULLS", "OMEGA", "ONEIL", "PROSPECT", "SPACES"}, 24
	}
	if !reflect.DeepEqual(ids(customers), want) || len(contacts) != people {
		t.Fatalf("customers %q and %d contacts, want %q and %d", ids(customers), len(contacts), want, people)
	}
	alpha := customers[1]
	if len(alpha.Addresses) == 0 || alpha.Addresses[0].Name != "Magasin" || !alpha.Addresses[0].Main {
		t.Errorf("delivery addresses: %+v", alpha.Addresses)
	}
	alpha.Hash, alpha.TechnicalID, alpha.Stamp, alpha.Addresses = "", "", "", nil
	if want := (directory.Customer{ID: "ALPHA", Code: "ALPHA", Name: "Alpha Bijoux", Email: "alpha@example.com", Phone: "01 99 00 00 00", City: "Lyon",
		RegistrationNo: "00000000000001", State: directory.CustomerActive, Representative: "Anne Martin", Tags: []string{"Or", "Zone: Sud"},
		Attributes: map[string]string{"price_category": "1", "region": erpshape.SageFreeValue, "axis": "Sud"}}); !reflect.DeepEqual(alpha, want) {
		t.Errorf("got  %+v\nwant %+v", alpha, want)
	}
	if beta := customers[3]; beta.PayerID != "ALPHA" || beta.Attributes["purchasing_centre"] != "ALPHA" || beta.Attributes["region"] != "" {
		t.Errorf("Beta = %+v", beta)
	}
	if f, err := snap.Fingerprint(context.Background()); err != nil || f.Label != "VENDEUR (00000000000001)" {
		t.Errorf("fingerprint = %+v, %v", f, err)
	}
	if c, p, err := snap.Expected(context.Background()); c != len(want) || p != people || err != nil {
		t.Errorf("expected %d, %d, %v", c, p, err)
	}
}
