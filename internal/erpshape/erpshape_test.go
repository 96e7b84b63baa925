package erpshape

import (
	"database/sql"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rs/zerolog"
	_ "modernc.org/sqlite"

	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/profiles"
)

func TestSageDossierOnSQLite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sage.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := LoadSage(t.Context(), db, catalog.SQLite, ""); err != nil {
		t.Fatal(err)
	}
	checkSage(t, db)
	if n := count(t, db, "pragma_foreign_key_check"); n > 0 {
		t.Errorf("%d foreign keys point nowhere", n)
	}
	checkBinding(t, catalog.SQLite, path, "", profile(t, sageProfile))
}

func TestSageDossierOnPostgres(t *testing.T) {
	dsn, db, schema := Postgres(t)
	if err := LoadSage(t.Context(), db, catalog.Postgres, schema); err != nil {
		t.Fatal(err)
	}
	checkSage(t, db)
	checkBinding(t, catalog.Postgres, dsn, schema, profile(t, sageProfile))
	for column, want := range map[string]string{"DO_Date": "timestamp without time zone", "DO_TotalHT": "numeric(24,6)", "DO_Type": "smallint", "DO_Tiers": "character varying(17)",
		"cbDO_Tiers": "bytea", "cbMarq": "integer", "DO_GUID": "uuid", "cbCreateur": "character(4)", "NATURE BL": "character varying(35)"} {
		var got string
		if err := db.QueryRow(`SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = '"F_DOCENTETE"'::regclass AND attname = $1`, column).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("F_DOCENTETE.%s is %s, want %s", column, got, want)
		}
	}
}

// checkSage counts what the comments of sage.go promise.
func checkSage(t *testing.T, db *sql.DB) {
	t.Helper()
	for query, want := range map[string]int{
		`"F_COMPTET" WHERE "CT_Type" = 0`:      12,
		`"F_COMPTET" WHERE "CT_Type" = 1`:      1,
		`"F_CONTACTT"`:                         25,
		`"F_DOCENTETE"`:                        80,
		`"F_DOCENTETE" WHERE "DO_Domaine" = 0`: 72,
		`"F_DOCLIGNE"`:                         160,
		`"F_DOCENTETE" WHERE "DO_Domaine" = 0 AND "DO_Tiers" = 'ALPHA'`:  6,
		`"F_DOCENTETE" WHERE "DO_Domaine" <> 0 AND "DO_Tiers" = 'ALPHA'`: 4,
		`"F_DOCENTETE" WHERE "DO_Piece" = 'P000010'`:                     2,
		`"F_DOCLIGNE" WHERE "DO_Type" = 7 AND "DO_Piece" IN (SELECT "DO_Piece" FROM "F_DOCENTETE" WHERE "DO_Domaine" = 0 AND "DO_Tiers" = 'ALPHA') AND "CT_Num" = 'BETA'`: 2,
		`"F_DOCLIGNE" WHERE "AR_Ref" IS NULL`:                                    16,
		`"F_ECRITUREC" WHERE "CT_Num" IS NULL`:                                   24,
		`"F_COMPTET" WHERE "CT_EMail" IS NULL`:                                   1,
		`"F_COMPTET" WHERE "CT_EMail" = ''`:                                      1,
		`"F_COMPTET" WHERE "CT_Intitule" LIKE '% '`:                              1,
		`"F_COMPTET" WHERE "CT_Intitule" LIKE '%''%' OR "CT_Intitule" LIKE '%💍'`: 2,
		`"F_DOCENTETE" WHERE "DO_DateLivr" = '1900-01-01 00:00:00'`:              80,
	} {
		if n := count(t, db, query); n != want {
			t.Errorf("%s: %d rows, want %d", query, n, want)
		}
	}
}

// checkBinding binds a profile to a live catalog: every table that the database
// has, and every condition and column of it, has its place.
func checkBinding(t *testing.T, engine catalog.Engine, dsn, schema string, p *profiles.Profile) {
	t.Helper()
	settings := erp.DefaultSettings()
	settings.Name, settings.Engine, settings.DSN = "test", engine, dsn
	if schema != "" {
		settings.Schemas = []string{schema}
	}
	db, err := erp.Open(settings, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	cat, err := db.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	v := view.Bind(p, cat)
	missing := 0
	for _, rule := range p.Tables {
		if cat.Table(rule.Schema, rule.Name) == nil {
			missing++
		}
	}
	for _, problem := range v.Problems {
		if rule := p.Tables[problem.Table]; cat.Table(rule.Schema, rule.Name) != nil {
			t.Errorf("%+v", problem)
		}
	}
	if len(v.Tables) != len(p.Tables)-missing || len(v.Tables) < 5 {
		t.Errorf("%d of %d tables are in the view", len(v.Tables), len(p.Tables)-missing)
	}
}

func TestOdooDatabaseOnPostgres(t *testing.T) {
	dsn, db, schema := Postgres(t)
	if err := LoadOdoo(t.Context(), db, schema); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]int{
		"res_partner WHERE customer_rank > 0":                                                   12,
		"res_partner WHERE id BETWEEN 100 AND 124":                                              25,
		"res_partner WHERE NOT active":                                                          2,
		"res_partner WHERE is_company AND parent_id IS NOT NULL AND commercial_partner_id = id": 1,
		"sale_order":                            40,
		"sale_order WHERE state = 'draft'":      8,
		"sale_order_line":                       80,
		"account_move":                          40,
		"account_move WHERE state = 'draft'":    8,
		"account_move WHERE partner_id IS NULL": 6,
		"account_move_line":                     80,
		"product_template WHERE name ->> 'fr_FR' LIKE 'Article%'": 6,
	} {
		if n := count(t, db, query); n != want {
			t.Errorf("%s: %d rows, want %d", query, n, want)
		}
	}
	checkOdooProfile(t, db)
	checkBinding(t, catalog.Postgres, dsn, schema, profile(t, odooProfile))
}

// checkOdooProfile runs the conditions of the profile as they are: PostgreSQL
// reads them but for the parameter.
func checkOdooProfile(t *testing.T, db *sql.DB) {
	p := profile(t, odooProfile)
	orders := "state IN ('sent', 'sale') AND (SELECT commercial_partner_id FROM res_partner p WHERE p.id = %s.partner_id) = "
	moves := "move_type IN ('out_invoice', 'out_refund') AND state = 'posted' AND commercial_partner_id = "
	seen := 0
	for _, customer := range []int{OdooAlpha, OdooBranch, OdooBeta, OdooNulls, OdooSupplier} {
		id := fmt.Sprint(customer)
		for name, truth := range map[string]string{
			"res_partner":       "active AND " + id + " = coalesce(commercial_partner_id, id)",
			"sale_order":        fmt.Sprintf(orders, "sale_order") + id,
			"sale_order_line":   "order_id IN (SELECT id FROM sale_order o WHERE " + fmt.Sprintf(orders, "o") + id + ")",
			"account_move":      moves + id,
			"account_move_line": "display_type = 'product' AND move_id IN (SELECT id FROM account_move WHERE " + moves + id + ")",
			"product_template":  "id <> 6",
		} {
			visible := strings.ReplaceAll(filtered(p, name), ":customer", id)
			got := ids(t, db, "SELECT id FROM "+visible)
			if want := ids(t, db, "SELECT id FROM "+name+" WHERE "+truth); !slices.Equal(got, want) {
				t.Errorf("customer %s sees %v of %s, want %v", id, got, name, want)
			}
			seen += len(got)
		}
	}
	if seen < 60 {
		t.Errorf("five customers see %d rows together: too few to prove anything", seen)
	}
}

func TestOdooProfileShowsOnlyKnownAndHarmlessColumns(t *testing.T) {
	p := profile(t, odooProfile)
	known, table := map[string]bool{}, ""
	for line := range strings.Lines(odooSchema) {
		if name, ok := strings.CutPrefix(line, `CREATE TABLE "`); ok {
			table, _, _ = strings.Cut(name, `"`)
		}
		if c := columnLine.FindStringSubmatch(strings.TrimRight(line, "\n")); c != nil {
			known[table+"."+c[1]] = true
		}
	}
	secret := []string{"access_token", "margin", "purchase_price", "comment", "debit_limit", "user_id", "journal_id", "account_id", "customer_rank", "password"}
	for _, name := range slices.Sorted(maps.Keys(p.Tables)) {
		for c, rule := range p.Tables[name].Columns {
			if !known[name+"."+c] {
				t.Errorf("Odoo 17 has no column %s.%s", name, c)
			}
			if !rule.Hidden && slices.Contains(secret, c) {
				t.Errorf("%s.%s is shown", name, c)
			}
		}
	}
}

// The profiles of these dossiers.
const (
	odooProfile = "testdata/odoo_b2b.yaml"
	sageProfile = "../../profiles/standard/sage100_b2b.yaml"
)

func profile(t *testing.T, file string) *profiles.Profile {
	t.Helper()
	yaml, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := profiles.Load(file, yaml)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// filtered gives the table with its filter, for a FROM.
func filtered(p *profiles.Profile, name string) string {
	table, where := p.Tables[name], []string{"TRUE"}
	if table.Rows.SQL != "" {
		where = append(where, "("+table.Rows.SQL+")")
	}
	var modules []string
	for _, m := range slices.Sorted(maps.Keys(table.Modules)) {
		if sql := table.Modules[m].SQL; sql != "" {
			modules = append(modules, "("+sql+")")
		}
	}
	if modules != nil {
		where = append(where, "("+strings.Join(modules, " OR ")+")")
	}
	if f := table.Follows; f != nil {
		where = append(where, fmt.Sprintf("%s IN (SELECT seen.%s FROM %s)", f.On[0][0], f.On[0][1], filtered(p, f.Table)))
	}
	return fmt.Sprintf("(SELECT * FROM %s WHERE %s) AS seen", name, strings.Join(where, " AND "))
}

func TestSearchPathIsAddedToEveryKindOfDSN(t *testing.T) {
	for dsn, want := range map[string]string{
		"postgres://u:p@127.0.0.1:5433/db?sslmode=disable": "postgres://u:p@127.0.0.1:5433/db?search_path=vt_x&sslmode=disable",
		"postgresql://u@h/db":                              "postgresql://u@h/db?search_path=vt_x",
		"host=/tmp/sock user=u dbname=db":                  "host=/tmp/sock user=u dbname=db search_path=vt_x",
	} {
		if got := withSearchPath(dsn, "vt_x"); got != want {
			t.Errorf("withSearchPath(%q) = %q, want %q", dsn, got, want)
		}
	}
}

func ids(t *testing.T, db *sql.DB, query string) []int {
	t.Helper()
	rows, err := db.Query(query + " ORDER BY id")
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var found []int
	for rows.Next() {
		var id int
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		found = append(found, id)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return found
}

func count(t *testing.T, db *sql.DB, query string) int {
	t.Helper()
	var n int
	if err := db.QueryRow("SELECT count(*) FROM " + query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}
