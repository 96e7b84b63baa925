package erpshape

import (
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

func TestDolibarrDatabase(t *testing.T) {
	for name, open := range map[string]func(t *testing.T) (*sql.DB, catalog.Engine, string){
		"sqlite": func(t *testing.T) (*sql.DB, catalog.Engine, string) {
			db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "dolibarr.db"))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { db.Close() })
			return db, catalog.SQLite, ""
		},
		"postgres": func(t *testing.T) (*sql.DB, catalog.Engine, string) {
			_, db, schema := Postgres(t)
			return db, catalog.Postgres, schema
		},
		"mariadb": func(t *testing.T) (*sql.DB, catalog.Engine, string) {
			_, db := MariaDB(t)
			return db, catalog.MariaDB, ""
		},
	} {
		t.Run(name, func(t *testing.T) {
			db, engine, schema := open(t)
			if err := LoadDolibarr(t.Context(), db, engine, schema, "doli_"); err != nil {
				t.Fatal(err)
			}
			for table, want := range map[string]int{"doli_societe": 12, "doli_socpeople": 28, "doli_const": 4, "doli_categorie_societe": 3, "doli_facture": 0} {
				var n int
				if err := db.QueryRow("SELECT COUNT(*) FROM " + quote(table)).Scan(&n); err != nil || n != want {
					t.Errorf("%s has %d rows, want %d (%v)", table, n, want, err)
				}
			}
		})
	}
}
