package erpshape

import (
	"database/sql"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

func TestSageGenerations(t *testing.T) {
	for _, generation := range SageGenerations() {
		t.Run(generation+" on sqlite", func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "sage.db")
			db, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if err := LoadSageGeneration(t.Context(), db, catalog.SQLite, "", generation); err != nil {
				t.Fatal(err)
			}
			checkGeneration(t, catalog.SQLite, path, "", generation)
		})
		t.Run(generation+" on postgres", func(t *testing.T) {
			dsn, db, schema := Postgres(t)
			if err := LoadSageGeneration(t.Context(), db, catalog.Postgres, schema, generation); err != nil {
				t.Fatal(err)
			}
			checkGeneration(t, catalog.Postgres, dsn, schema, generation)
		})
		t.Run(generation+" on sqlserver", func(t *testing.T) {
			dsn, db := SQLServer(t)
			if err := LoadSageGeneration(t.Context(), db, catalog.SQLServer, "", generation); err != nil {
				t.Fatal(err)
			}
			checkGeneration(t, catalog.SQLServer, dsn, "", generation)
		})
	}
}

// checkGeneration compares a database's catalog with the list of columns.
func checkGeneration(t *testing.T, engine catalog.Engine, dsn, schema, generation string) {
	t.Helper()
	settings := erp.DefaultSettings()
	settings.Name, settings.Engine, settings.DSN = "sage", engine, dsn
	if schema != "" {
		settings.Schemas = []string{schema}
	}
	db, err := erp.Open(settings, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	c, err := db.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := SageColumns(generation)
	if len(c.Tables) != len(want) {
		t.Errorf("%d tables, want %d", len(c.Tables), len(want))
	}
	for _, table := range slices.Sorted(maps.Keys(want)) {
		found := c.Table("", table)
		if found == nil {
			t.Errorf("no table %s", table)
			continue
		}
		for column := range want[table] {
			if found.Column(column) == nil {
				t.Errorf("%s has no %s", table, column)
			}
		}
		for _, column := range found.Columns {
			listed := slices.ContainsFunc(slices.Collect(maps.Keys(want[table])), func(name string) bool {
				return name == column.Name || engine == catalog.SQLServer && strings.EqualFold(name, column.Name) // Babelfish keeps some names in small letters
			})
			if !listed && !sageSiteColumn(column.Name) {
				t.Errorf("%s has %s, which generation %s does not", table, column.Name, generation)
			}
		}
	}
}

func TestWhatGenerationsDifferIn(t *testing.T) {
	for column, generations := range map[string]string{"CT_Prospect": "BC", "CT_GDPR": "BC", "CT_DateCreate": "AB", "cbCreation": "C", "CT_Num": "ABC", "cbMarq": "ABC"} {
		got := ""
		for _, g := range SageGenerations() {
			if _, ok := SageColumns(g)["F_COMPTET"][column]; ok {
				got += g
			}
		}
		if got != generations {
			t.Errorf("%s is in %s, want %s", column, got, generations)
		}
	}
	if a, b := len(SageColumns("A")), len(SageColumns("B")); a != 72 || b != 73 {
		t.Errorf("%d and %d tables", a, b) // F_COMPTETNOTE came with B
	}
	if old, recent := SageColumns("B")["F_COMPTET"]["cbModification"], SageColumns("C")["F_COMPTET"]["cbModification"]; old != "smalldatetime" || recent != "datetime" {
		t.Errorf("%s and %s", old, recent)
	}
}
