package erpsource

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
)

// The page for operators names every column that is read, so that a login may
// be given the right to read those and no other.
func TestThePageNamesEveryColumnThatIsRead(t *testing.T) {
	page, err := os.ReadFile("../../docs/synchronisation.md")
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]string{}
	for part := range strings.SplitSeq(string(page), "\n## ") {
		title, text, _ := strings.Cut(part, "\n")
		sections[title] = text
	}
	column := regexp.MustCompile("`[^`]+`\\.`([^`]+)`")
	for title, c := range map[string]struct {
		kind string
		opts Options
		load func(ctx context.Context, db *sql.DB) error
	}{
		"Sage 100": {Sage100, Options{}, func(ctx context.Context, db *sql.DB) error {
			return erpshape.LoadSageGeneration(ctx, db, catalog.SQLite, "", "B")
		}},
		"Dolibarr": {Dolibarr, Options{IncludeProspects: true}, func(ctx context.Context, db *sql.DB) error {
			return erpshape.LoadDolibarr(ctx, db, catalog.SQLite, "", "llx_")
		}},
		"Odoo": {Odoo, Options{IncludeProspects: true, Company: 1}, func(ctx context.Context, db *sql.DB) error {
			_, err := db.ExecContext(ctx, odooSchema+`
				ALTER TABLE res_partner ADD COLUMN supplier_rank int; ALTER TABLE res_partner ADD COLUMN employee boolean; ALTER TABLE res_partner ADD COLUMN lang varchar;
				ALTER TABLE res_users ADD COLUMN share boolean; CREATE TABLE res_company (id int, name varchar, partner_id int);
				CREATE TABLE res_partner_category (id int, name text, active boolean); CREATE TABLE res_partner_res_partner_category_rel (partner_id int, category_id int);`)
			return err
		}},
	} {
		t.Run(title, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "erp.db")
			raw, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			defer raw.Close()
			if err := c.load(t.Context(), raw); err != nil {
				t.Fatal(err)
			}
			plan := openSnapshot(t, c.kind, openERP(t, catalog.SQLite, path, nil), c.opts).(*snapshot).plan
			text := plan.customers.sql() + plan.contacts.sql()
			for _, l := range plan.lookups {
				text += l.sql
			}
			read := map[string]bool{}
			for _, m := range column.FindAllStringSubmatch(text, -1) {
				read[m[1]] = true
			}
			if len(read) < 20 {
				t.Fatalf("only %d columns were found in %s", len(read), text)
			}
			for name := range read {
				named := strings.Contains(sections[title], "`"+name+"`") || strings.HasPrefix(name, "CT_Statistique")
				if !named {
					t.Errorf("the page does not name %s", name)
				}
			}
		})
	}
}
