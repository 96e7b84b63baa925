package profiles_test

import (
	"fmt"
	"testing"

	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
)

func TestStandardProfileOnEveryVersionOfOdoo(t *testing.T) {
	for _, version := range erpshape.OdooVersions() {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			dsn, db, schema := erpshape.Postgres(t)
			if err := erpshape.LoadOdooVersion(t.Context(), db, schema, version, erpshape.OdooBusiness); err != nil {
				t.Fatal(err)
			}
			if _, err := db.ExecContext(t.Context(), `INSERT INTO "`+schema+`".ir_attachment (id, name, type, res_model, res_id, store_fname, mimetype, db_datas)
				SELECT 1000 + id, 'INV.pdf', 'binary', 'account.move', id, 'ab/abcd', 'application/pdf', NULL FROM "`+schema+`".account_move
				UNION ALL SELECT 100000 + id, 'small.txt', 'binary', 'account.move', id, NULL, 'text/plain', 'hi'::bytea FROM "`+schema+`".account_move`); err != nil {
				t.Fatal(err)
			}
			if _, err := db.ExecContext(t.Context(), `UPDATE "`+schema+`".product_template SET default_code = 'ART' || id; -- what has a code can be ordered
				UPDATE "`+schema+`".res_partner SET type = 'delivery' WHERE id = (SELECT MIN(p.id) FROM "`+schema+`".res_partner p WHERE p.id <> p.commercial_partner_id AND p.active AND p.commercial_partner_id = `+fmt.Sprint(erpshape.OdooBeta)+`)`); err != nil {
				t.Fatal(err)
			}
			lacksTables, lacks := []string{}, []string{}
			if version > 16 { // the tickets of Odoo Enterprise are not known
				lacksTables, lacks = []string{"helpdesk_ticket", "helpdesk_ticket_stage"}, []string{"tickets"}
			}
			r := onStandard(t, "B2B Odoo", catalog.Postgres, dsn, schema)
			r.checkBound(t, lacksTables)
			r.checkEveryResource(t, fmt.Sprint(erpshape.OdooAlpha), lacks...)
			r.wantFile(t, "attachments", "filestore", "ab/abcd", "INV.pdf")
			r.wantFile(t, "attachments_in_database", "", "", "small.txt")
			alpha, beta, branch := fmt.Sprint(erpshape.OdooAlpha), fmt.Sprint(erpshape.OdooBeta), fmt.Sprint(erpshape.OdooBranch)
			r.checkVocabulary(t, alpha, "A", "C") // a group sees its subsidiaries
			r.checkVocabulary(t, branch, "C")     // and not the other way round
			r.checkVocabulary(t, beta, "B")
			r.checkRequests(t, beta, alpha)
			r.checkNoLeak(t, alpha, "VB", "VADEX", "VABCX", "VABLX", "VAFAX", "VAPRX", "VX", "interne")
			r.checkNoLeak(t, branch, "VA", "VB", "VX", "interne")
			r.checkNoLeak(t, beta, "VA", "VC", "VX", "interne")
			if got := r.ask(t, alpha, "SELECT name FROM project_task"); len(got) != 1 || got[0] != "VAPR1" {
				t.Errorf("the tasks are %q", got)
			}
		})
	}
}
