package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // the driver of the test's own writes

	"github.com/vantelle/vantelle/internal/erpshape"
)

// attributed is an ERP with three customers, the attributes that its dossier
// imports, and a table of the operator's own whose rows are shown by them.
type attributed struct {
	erp, attributes string
	script          string
	customers       [3]string // Alpha, Beta and Gamma, who has nothing
	steps           []attributedStep
}

// attributedStep is a change in the ERP, and which offers each customer sees of
// each table once it is synchronised; "refused" where he has no such attribute.
type attributedStep struct {
	what, change string
	sees         map[string][3]string
}

// offers are the tables that profiles show by an attribute of the same name.
const offers = `
	CREATE TABLE by_zone (id int NOT NULL PRIMARY KEY, zone varchar(40));
	INSERT INTO by_zone VALUES (1, 'SUD'), (2, 'NORD'), (3, 'SUD'), (4, NULL), (5, ''), (6, 'SUD-EST');
	CREATE TABLE by_segment (id int NOT NULL PRIMARY KEY, segment varchar(40));
	INSERT INTO by_segment VALUES (1, 'Or'), (2, 'Argent'), (3, 'Or'), (4, NULL), (5, ''), (6, 'Or blanc');
	CREATE TABLE by_login (id int NOT NULL PRIMARY KEY, login varchar(40));
	INSERT INTO by_login VALUES (1, 'alpha@a.example'), (2, 'beta@b.example'), (3, NULL), (4, '');
	CREATE TABLE by_company (id int NOT NULL PRIMARY KEY, company int);
	INSERT INTO by_company VALUES (1, 7), (2, 8), (3, NULL), (4, 77);`

// attributedERPs are the three kinds of ERP.
func attributedERPs() []attributed {
	return []attributed{
		{erp: "sage100", attributes: "{zone: CT_Statistique01, segment: Remise spéciale}", customers: [3]string{"ALPHA", "BETA", "GAMMA"},
			script: `
				CREATE TABLE P_DOSSIER (D_RaisonSoc varchar(35), D_Siret varchar(15));
				CREATE TABLE F_COMPTET (cbMarq int, CT_Num varchar(17), CT_Intitule varchar(69), CT_Type smallint, CT_Statistique01 varchar(21), "Remise spéciale" varchar(40), cbModification timestamp NULL);
				CREATE TABLE F_CONTACTT (cbMarq int, CT_Num varchar(17), CT_No int, CT_Nom varchar(35), cbModification timestamp NULL);
				INSERT INTO P_DOSSIER VALUES ('BIJOU', '1');
				INSERT INTO F_COMPTET VALUES (1, 'ALPHA', 'Alpha', 0, 'SUD', 'Or', '2026-03-10 10:00:00'), (2, 'BETA', 'Beta', 0, 'NORD  ', 'Argent', '2026-03-10 10:00:00'), (3, 'GAMMA', 'Gamma', 0, '', NULL, '2026-03-10 10:00:00');`,
			steps: []attributedStep{
				{"as it is", "", map[string][3]string{"by_zone": {"1 3", "2", "refused"}, "by_segment": {"1 3", "2", "refused"}}},
				{"the attribute of one changes", `UPDATE F_COMPTET SET CT_Statistique01 = 'NORD', "Remise spéciale" = 'Or blanc', cbModification = '2026-03-10 11:00:00' WHERE CT_Num = 'ALPHA'`,
					map[string][3]string{"by_zone": {"2", "2", "refused"}, "by_segment": {"6", "2", "refused"}}},
				{"it is taken away, and another gets one", `UPDATE F_COMPTET SET CT_Statistique01 = CASE CT_Num WHEN 'ALPHA' THEN NULL ELSE 'SUD-EST' END, cbModification = '2026-03-10 11:30:00' WHERE CT_Num <> 'BETA'`,
					map[string][3]string{"by_zone": {"refused", "2", "6"}, "by_segment": {"6", "2", "refused"}}},
			}},
		{erp: "dolibarr", attributes: "{zone: options_zone, segment: 'category:Segment'}", customers: [3]string{"1", "2", "3"},
			script: `
				CREATE TABLE llx_societe (rowid int, nom varchar(80), code_client varchar(24), client int, entity int, tms timestamp NULL);
				CREATE TABLE llx_socpeople (rowid int, fk_soc int, entity int, lastname varchar(50), tms timestamp NULL);
				CREATE TABLE llx_societe_extrafields (rowid int, fk_object int, zone varchar(40), tms timestamp NULL);
				CREATE TABLE llx_categorie (rowid int, label varchar(80), fk_parent int);
				CREATE TABLE llx_categorie_societe (fk_soc int, fk_categorie int);
				CREATE TABLE llx_societe_account (rowid int, fk_soc int, login varchar(80), site varchar(80), status int);
				INSERT INTO llx_societe VALUES (1, 'Alpha', 'CU1', 1, 1, '2026-03-10 10:00:00'), (2, 'Beta', 'CU2', 1, 1, '2026-03-10 10:00:00'), (3, 'Gamma', 'CU3', 1, 1, '2026-03-10 10:00:00');
				INSERT INTO llx_societe_extrafields VALUES (1, 1, 'SUD', '2026-03-10 10:00:00'), (2, 2, 'NORD', '2026-03-10 10:00:00'), (3, 3, '', '2026-03-10 10:00:00');
				INSERT INTO llx_categorie VALUES (1, 'Segment', 0), (2, 'Or', 1), (3, 'Argent', 1), (4, 'Or blanc', 0);
				INSERT INTO llx_categorie_societe VALUES (1, 2), (1, 4), (2, 3), (3, 4);
				INSERT INTO llx_societe_account VALUES (1, 1, 'alpha@a.example', 'dolibarr_portal', 1), (2, 2, 'beta@b.example', 'dolibarr_portal', 1), (3, 3, 'alpha@a.example', 'another_site', 1);`,
			steps: []attributedStep{
				{"as it is", "", map[string][3]string{"by_zone": {"1 3", "2", "refused"}, "by_segment": {"1 3", "2", "refused"}, "by_login": {"1", "2", "refused"}}},
				{"an extra field changes, which the third party's own marker misses", `UPDATE llx_societe_extrafields SET zone = 'NORD', tms = '2026-03-10 11:00:00' WHERE fk_object = 1`,
					map[string][3]string{"by_zone": {"2", "2", "refused"}, "by_segment": {"1 3", "2", "refused"}, "by_login": {"1", "2", "refused"}}},
				{"another category", `UPDATE llx_categorie_societe SET fk_categorie = 3 WHERE fk_soc = 1 AND fk_categorie = 2`,
					map[string][3]string{"by_zone": {"2", "2", "refused"}, "by_segment": {"2", "2", "refused"}, "by_login": {"1", "2", "refused"}}},
				{"two categories at once, which say nothing", `INSERT INTO llx_categorie_societe VALUES (2, 2)`,
					map[string][3]string{"by_segment": {"2", "refused", "refused"}}},
				{"an account closed", `UPDATE llx_societe_account SET status = 0 WHERE fk_soc = 1`,
					map[string][3]string{"by_login": {"refused", "2", "refused"}}},
				{"an account of another customer's", `UPDATE llx_societe_account SET login = 'alpha@a.example' WHERE fk_soc = 2`,
					map[string][3]string{"by_login": {"refused", "1", "refused"}}},
			}},
		{erp: "odoo", attributes: "{segment: 'tag:Segment', company: company_id}", customers: [3]string{"1", "2", "3"},
			script: `
				CREATE TABLE res_partner (id int, name varchar(80), parent_id int, commercial_partner_id int, customer_rank int, is_company boolean, company_id int, write_date timestamp NULL);
				CREATE TABLE res_partner_category (id int, name varchar(200), parent_id int, active boolean);
				CREATE TABLE res_partner_res_partner_category_rel (partner_id int, category_id int);
				INSERT INTO res_partner VALUES (1, 'Alpha', NULL, 1, 1, TRUE, 7, '2026-03-10 10:00:00'), (2, 'Beta', NULL, 2, 1, TRUE, 8, '2026-03-10 10:00:00'), (3, 'Gamma', NULL, 3, 1, TRUE, NULL, '2026-03-10 10:00:00');
				INSERT INTO res_partner_category VALUES (1, '{"en_US": "Segment"}', NULL, TRUE), (2, '{"en_US": "Or"}', 1, TRUE), (3, 'Argent', 1, TRUE), (4, 'Or blanc', NULL, TRUE);
				INSERT INTO res_partner_res_partner_category_rel VALUES (1, 2), (1, 4), (2, 3), (3, 4);`,
			steps: []attributedStep{
				{"as it is", "", map[string][3]string{"by_segment": {"1 3", "2", "refused"}, "by_company": {"1", "2", "refused"}}},
				{"another tag, which no marker tells of", `UPDATE res_partner_res_partner_category_rel SET category_id = 3 WHERE partner_id = 1 AND category_id = 2`,
					map[string][3]string{"by_segment": {"2", "2", "refused"}, "by_company": {"1", "2", "refused"}}},
				{"the tag taken away, and another company", `DELETE FROM res_partner_res_partner_category_rel WHERE partner_id = 2; UPDATE res_partner SET company_id = 77, write_date = '2026-03-10 11:00:00' WHERE id = 2`,
					map[string][3]string{"by_segment": {"2", "refused", "refused"}, "by_company": {"1", "4", "refused"}}},
				{"shared by companies", `UPDATE res_partner SET company_id = NULL, write_date = '2026-03-10 11:30:00' WHERE id = 1`,
					map[string][3]string{"by_company": {"refused", "4", "refused"}}},
			}},
	}
}

// attributesIn gives the databases of an ERP: a stand-in in SQLite, and its own
// server where there is one.
func attributesIn(s *site, a attributed) map[string]func() (settings string, db *sql.DB) {
	in := map[string]func() (string, *sql.DB){"sqlite": func() (string, *sql.DB) {
		db, err := sql.Open("sqlite", s.path("erp.db")+"?_pragma=busy_timeout(10000)")
		if err != nil {
			s.t.Fatal(err)
		}
		return "engine: sqlite, path: erp.db", db
	}}
	switch own := map[string]string{"sage100": "VANTELLE_TEST_SQLSERVER", "dolibarr": "VANTELLE_TEST_MARIADB", "odoo": "VANTELLE_TEST_POSTGRES"}[a.erp]; {
	case os.Getenv(own) == "":
		s.t.Logf("%s is not set: attributes of %s were tried in SQLite only", own, a.erp)
	case a.erp == "sage100":
		in["sqlserver"] = func() (string, *sql.DB) {
			dsn, db := erpshape.SQLServer(s.t)
			return fmt.Sprintf("engine: sqlserver, dsn: %q", dsn), db
		}
	case a.erp == "dolibarr":
		in["mariadb"] = func() (string, *sql.DB) {
			dsn, db := erpshape.MariaDB(s.t)
			return fmt.Sprintf("engine: mariadb, dsn: %q", dsn), db
		}
	case a.erp == "odoo":
		in["postgres"] = func() (string, *sql.DB) {
			dsn, db, schema := erpshape.Postgres(s.t)
			return fmt.Sprintf("engine: postgres, dsn: %q, schemas: [%s]", dsn, schema), db
		}
	}
	return in
}

// TestAttributesDecideOverRows: attributes that the configuration chooses are
// imported, and row filters compare with them. A change in the ERP holds from the
// next synchronisation on, and who has no such attribute sees no row.
func TestAttributesDecideOverRows(t *testing.T) {
	for _, a := range attributedERPs() {
		for engine := range attributesIn(newSite(t), a) {
			t.Run(a.erp+"/"+engine, func(t *testing.T) {
				s := newSite(t)
				where, db := attributesIn(s, a)[engine]()
				t.Cleanup(func() { db.Close() })
				stamp := map[string]string{"mariadb": " datetime", "sqlserver": " datetime2"}[engine]
				if stamp == "" {
					stamp = " timestamp"
				}
				write := func(script string) {
					t.Helper()
					if engine == "sqlserver" {
						script = strings.ReplaceAll(script, "'Remise spéciale'", "N'Remise spéciale'")
					}
					for _, statement := range strings.Split(strings.ReplaceAll(script, " timestamp", stamp), ";") {
						if strings.TrimSpace(statement) == "" {
							continue
						}
						if _, err := db.ExecContext(t.Context(), statement); err != nil {
							t.Fatalf("%s: %v", statement, err)
						}
					}
				}
				write(a.script + offers)
				settings, _, _ := strings.Cut(fmt.Sprintf(rulesSettings, "{path: vantelle.db}"), "dossiers:")
				s.write("vantelle.yaml", settings+fmt.Sprintf("dossiers:\n  d: {erp: %s, %s, schedule: \"\", sync_options: {attributes: %s}}\n", a.erp, where, a.attributes)+
					`keys: [{name: portal, key: "${PORTAL_KEY}", dossiers: [d]}]`+"\n")
				h := &house{s.start(), t}
				profile := "profile: OFFERS\ntitle: {fr: Offres, en: Offers}\nerp: " + a.erp + "\nlicence: connect\nmodules: {}\ntables:\n"
				for table := range a.steps[0].sees {
					by := strings.TrimPrefix(table, "by_")
					attribute := map[string]string{"login": "portal_login"}[by]
					if attribute == "" {
						attribute = by
					}
					profile += fmt.Sprintf("  %s: {rows: %s = :attr_%s, columns: {id: {}}}\n", table, by, attribute)
				}
				h.put("OFFERS", profile, "").ok(http.StatusCreated)
				if engine == "sqlserver" { // which tells what it lacks to find changes sooner
					if out, _, _ := s.command("check", "--config", s.path("vantelle.yaml")); !strings.Contains(out, "Change Tracking: used") && !strings.Contains(strings.ToLower(out), "alter table [dbo].[f_comptet] enable change_tracking;") {
						t.Errorf("check says\n%s", out)
					}
				}
				for n, step := range a.steps {
					if step.change != "" {
						write(step.change)
					}
					asked := h.call("POST", h.admin+"/admin/v1/dossiers/d/sync", "", admin())
					if events := h.call("GET", h.admin+asked.header.Get("Location")+"/events", "", admin()); !strings.Contains(events.body, `"state":"succeeded"`) {
						t.Fatalf("%s: %s", step.what, events.body)
					}
					for i, customer := range a.customers {
						if n == 0 {
							h.ask("PUT", "/dossiers/d/customers/"+customer+"/access", map[string]any{"profile": "OFFERS"}, "").ok(http.StatusCreated)
						}
						for table, sees := range step.sees {
							if got := h.offers(customer, table); got != sees[i] {
								t.Errorf("%s: %s sees of %s %q, and must see %q", step.what, customer, table, got, sees[i])
							}
						}
					}
				}
			})
		}
	}
}

// offers are the ids of a table's rows that a customer sees, or "refused".
func (h *house) offers(customer, table string) string {
	h.t.Helper()
	got := h.call("POST", h.portal+"/v1/dossiers/d/sql", `{"sql": "SELECT id FROM `+table+` ORDER BY id"}`,
		[]string{"Authorization", "Bearer " + portalKey, "Vantelle-Customer", "id:" + customer})
	if got.status == http.StatusForbidden && strings.Contains(got.body, "the profile filters by something that this identity does not have") {
		return "refused"
	}
	if got.status != http.StatusOK {
		h.t.Fatalf("%s asks for %s: %d %s", customer, table, got.status, got.body)
	}
	var answer struct {
		Rows [][]json.Number `json:"rows"`
	}
	if err := json.Unmarshal([]byte(got.body), &answer); err != nil {
		h.t.Fatalf("%s: %v", got.body, err)
	}
	var ids []string
	for _, row := range answer.Rows {
		ids = append(ids, row[0].String())
	}
	slices.Sort(ids)
	return strings.Join(ids, " ")
}
