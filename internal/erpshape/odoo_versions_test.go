package erpshape

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

func TestOdooVersions(t *testing.T) {
	for _, version := range OdooVersions() {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			dsn, db, schema := Postgres(t)
			if err := LoadOdooVersion(t.Context(), db, schema, version); err != nil {
				t.Fatal(err)
			}
			settings := erp.DefaultSettings()
			settings.Name, settings.Engine, settings.DSN, settings.Schemas = "odoo", catalog.Postgres, dsn, []string{schema}
			e, err := erp.Open(settings, zerolog.Nop())
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			c, err := e.Catalog(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			want := OdooColumns(version)
			if len(c.Tables) != len(want) {
				t.Errorf("%d tables, want %d", len(c.Tables), len(want))
			}
			for _, table := range slices.Sorted(maps.Keys(want)) {
				found := c.Table("", table)
				if found == nil {
					t.Errorf("no table %s", table)
					continue
				}
				if len(found.Columns) != len(want[table]) {
					t.Errorf("%s has %d columns, want %d", table, len(found.Columns), len(want[table]))
				}
				for column, declared := range want[table] {
					if c := found.Column(column); c == nil || c.Nullable == strings.HasSuffix(declared, "!") {
						t.Errorf("%s.%s is %+v, want %s", table, column, c, declared)
					}
				}
			}
		})
	}
}

func TestWhatVersionsOfOdooDifferIn(t *testing.T) {
	for column, versions := range map[string]string{"mobile": "16 17 18", "complete_name": "17 18 19", "credit_limit": "18 19", "properties": "19", "signup_token": "16", "id": "16 17 18 19"} {
		got := []string{}
		for _, v := range OdooVersions() {
			if _, ok := OdooColumns(v)["res_partner"][column]; ok {
				got = append(got, fmt.Sprint(v))
			}
		}
		if strings.Join(got, " ") != versions {
			t.Errorf("%s is in %v, want %s", column, got, versions)
		}
	}
	if _, there := OdooColumns(17)["helpdesk_ticket"]; there {
		t.Error("17 has tickets, of which nothing is known")
	}
}
