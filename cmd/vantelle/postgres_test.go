package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
)

const postgresSettings = `
portal: {listen: "127.0.0.1:0"}
admin:
  listen: "localhost:0"
  tokens: [{name: Camille, token: "${ADMIN_TOKEN}"}]
profiles: {dir: %s}
log: {level: debug}
dossiers:
  sage: {erp: %s, engine: postgres, dsn: "%s", schemas: [%s], schedule: "", default_profile: "%s"}
keys: [{name: portal, key: "${PORTAL_KEY}", dossiers: [sage]}]
`

// TestPostgreSQLFromTheERPToThePortal takes an ERP on PostgreSQL the whole way:
// synchronised, an access granted over the administrators' API, asked over the
// portal's in SQL and REST.
func TestPostgreSQLFromTheERPToThePortal(t *testing.T) {
	for _, c := range []struct {
		erp, profile      string
		mine, other       string // ids of two customers
		table, owner, key string
	}{
		{erp: "sage100", profile: "B2B", mine: erpshape.SageAlpha, other: erpshape.SageBeta, table: "F_DOCENTETE", owner: "DO_Tiers", key: "DO_Piece"},
		{erp: "odoo", profile: "Odoo B2B", mine: strconv.Itoa(erpshape.OdooAlpha), other: strconv.Itoa(erpshape.OdooBeta), table: "account_move", owner: "commercial_partner_id", key: "name"},
	} {
		t.Run(c.erp, func(t *testing.T) {
			dsn, db, schema := erpshape.Postgres(t)
			s := newSite(t)
			var err error
			profiles := `""`
			if c.erp == "odoo" {
				err = erpshape.LoadOdoo(t.Context(), db, schema)
				profile, readErr := os.ReadFile("../../internal/erpshape/testdata/odoo_b2b.yaml")
				if readErr != nil {
					t.Fatal(readErr)
				}
				s.write("profiles/odoo_b2b.yaml", string(profile))
				profiles = "profiles"
			} else {
				err = erpshape.LoadSage(t.Context(), db, catalog.Postgres, schema)
			}
			if err != nil {
				t.Fatal(err)
			}
			s.write("vantelle.yaml", fmt.Sprintf(postgresSettings, profiles, c.erp, dsn, schema, c.profile))
			v := s.start()
			if run := v.synchronise(); run.State != directory.RunSucceeded || run.CustomersRead == 0 || run.ContactsRead == 0 {
				t.Fatalf("the run ended as %+v", run)
			}
			v.grant(c.mine, c.other)

			seen := map[string][]string{}
			for _, id := range []string{c.mine, c.other} {
				query := fmt.Sprintf(`SELECT %[1]s, CAST(COUNT(*) OVER (PARTITION BY %[1]s) AS VARCHAR), %[2]s FROM %[3]s ORDER BY %[2]s`, c.owner, c.key, c.table)
				body, _ := json.Marshal(map[string]string{"sql": query})
				got := v.call("POST", v.portal+"/v1/dossiers/sage/sql", string(body), as("id:"+id))
				var result struct{ Rows [][]any }
				if got.status != 200 || json.Unmarshal([]byte(got.body), &result) != nil || len(result.Rows) == 0 {
					t.Fatalf("%s asked %s and got %d %s", id, query, got.status, got.body)
				}
				for _, row := range result.Rows {
					if fmt.Sprint(row[0]) != id {
						t.Errorf("%s sees a row of %v", id, row[0])
					}
					seen[id] = append(seen[id], fmt.Sprint(row[2]))
				}
				rest := v.call("GET", fmt.Sprintf("%s/v1/dossiers/sage/rows/%s?select=%s&order=%s&limit=500", v.portal, c.table, c.key, c.key), "", append(as("id:"+id), "Prefer", "count=exact"))
				if want := fmt.Sprintf("/%d", len(result.Rows)); rest.status != 200 || !strings.HasSuffix(rest.header.Get("Content-Range"), want) {
					t.Errorf("REST answers %s with %d, %s; want %s", id, rest.status, rest.header.Get("Content-Range"), want)
				}
			}
			for _, name := range seen[c.mine] {
				if slices.Contains(seen[c.other], name) {
					t.Errorf("both see %s", name)
				}
			}
			v.call("POST", v.portal+"/v1/dossiers/sage/sql", `{"sql": "SELECT * FROM pg_catalog.pg_class"}`, as("id:"+c.mine)).want(t, 400, "unknown_name")

			if err := v.stop(); err != nil {
				t.Fatal(err)
			}
			out, errs, code := s.command("grants", "--config", s.path("vantelle.yaml"), "--login", "portal", "sage")
			if code != 0 || !strings.Contains(out, fmt.Sprintf("GRANT SELECT ON %q.%q TO \"portal\";", schema, c.table)) || strings.Contains(out, "UPDATE") {
				t.Errorf("grants: exit code %d\n%s%s", code, out, errs)
			}
			if out, errs, code := s.command("grants", "--config", s.path("vantelle.yaml"), "--profile", "nobody's", "sage"); code == 0 || out != "" || !strings.Contains(errs, "no profile nobody's for "+c.erp) {
				t.Errorf("grants for no profile: exit code %d\n%s%s", code, out, errs)
			}
		})
	}
}
