package erpsource

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

const dolibarrCategories = `
	CREATE TABLE llx_societe (rowid int, nom varchar(80), client int, entity int, tms timestamp NULL);
	CREATE TABLE llx_socpeople (rowid int, fk_soc int, entity int, lastname varchar(50), tms timestamp NULL);
	CREATE TABLE llx_categorie (rowid int, label varchar(80), fk_parent int);
	CREATE TABLE llx_categorie_societe (fk_soc int, fk_categorie int);
	CREATE TABLE llx_societe_account (fk_soc int, login varchar(80), site varchar(80), status int);
	INSERT INTO llx_societe VALUES (1, 'Alpha', 1, 1, '2026-03-10 10:00:00'), (2, 'Beta', 1, 1, '2026-03-10 10:00:00'), (3, 'Gamma', 1, 1, '2026-03-10 10:00:00');
	INSERT INTO llx_categorie VALUES (1, 'Zone', 0), (2, 'Sud', 1), (3, 'Nord', 1), (4, 'Grands comptes', 0), (5, 'Zone Sud', 4);
	INSERT INTO llx_categorie_societe VALUES (1, 2), (1, 4), (1, 5), (2, 2), (2, 3), (3, 1);`

const odooGroups = `
	CREATE TABLE res_partner (id int, name varchar(80), parent_id int, commercial_partner_id int, customer_rank int, is_company boolean, lang varchar(9), company_id int, write_date timestamp NULL);
	CREATE TABLE res_company (id int, name varchar(80), partner_id int);
	CREATE TABLE res_partner_category (id int, name varchar(200), parent_id int, active boolean);
	CREATE TABLE res_partner_res_partner_category_rel (partner_id int, category_id int);
	INSERT INTO res_partner VALUES (1, 'Alpha', NULL, 1, 1, TRUE, NULL, 7, '2026-03-10 10:00:00'), (2, 'Beta', NULL, 2, 1, TRUE, NULL, NULL, '2026-03-10 10:00:00'),
	  (3, 'Gamma', NULL, 3, 1, TRUE, NULL, NULL, '2026-03-10 10:00:00'), (9, 'Us', NULL, 9, 0, TRUE, 'fr_FR', NULL, '2026-03-10 10:00:00');
	INSERT INTO res_company VALUES (7, 'Us', 9);
	INSERT INTO res_partner_category VALUES (1, '{"en_US": "Area", "fr_FR": "Zone"}', NULL, TRUE), (2, '{"en_US": "South", "fr_FR": "Sud"}', 1, TRUE), (3, 'Nord', 1, TRUE),
	  (4, 'Grands comptes', NULL, TRUE), (5, 'Zone Sud', 4, TRUE);
	INSERT INTO res_partner_res_partner_category_rel VALUES (1, 2), (1, 4), (1, 5), (2, 2), (2, 3), (3, 1);`

// byGroup reads the attribute zone of the customers, by id, and what was said of them.
func byGroup(t *testing.T, kind string, db *erp.DB, opts Options) (map[string]string, []string) {
	t.Helper()
	customers, problems := collect(t, openSnapshot(t, kind, db, opts).Customers(context.Background()))
	zones := map[string]string{}
	for _, c := range customers {
		if z, has := c.Attributes["zone"]; has {
			zones[c.ID] = z
		}
	}
	return zones, problems
}

func TestAttributesOfWhatStandsBelowAnother(t *testing.T) {
	onEachEngine(t, func(t *testing.T, database func(string) *erp.DB) {
		for kind, c := range map[string]struct{ script, chosen string }{
			Dolibarr: {dolibarrCategories, "category:Zone"},
			Odoo:     {odooGroups, "tag:Zone"},
		} {
			db := database(c.script)
			zones, problems := byGroup(t, kind, db, Options{Attributes: map[string]string{"zone": c.chosen}})
			// Beta has two of them, Gamma only what is above, and Alpha one of the
			// same words that stands below another.
			if !maps.Equal(zones, map[string]string{"1": "Sud"}) {
				t.Errorf("%s: zones: %v", kind, zones)
			}
			if len(problems) != 1 || !strings.Contains(problems[0], "several of Zone (Nord, Sud)") {
				t.Errorf("%s: problems: %q", kind, problems)
			}
			if zones, _ := byGroup(t, kind, db, Options{Attributes: map[string]string{"zone": strings.Replace(c.chosen, "Zone", "Nothing", 1)}}); len(zones) != 0 {
				t.Errorf("%s: below nothing: %v", kind, zones)
			}
		}
	})
}

func TestGroupsThatCannotBeRead(t *testing.T) {
	db := sqliteERP(t, strings.NewReplacer(", fk_parent int", "", ", 0), (2", "), (2", "'Sud', 1)", "'Sud')", "'Nord', 1)", "'Nord')", "comptes', 0)", "comptes')", "'Zone Sud', 4)", "'Zone Sud')").Replace(dolibarrCategories))
	source, err := New(Dolibarr, db, Options{Attributes: map[string]string{"zone": "category:Zone"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := source.Open(context.Background()); err == nil || !strings.Contains(err.Error(), "fk_parent") {
		t.Errorf("without the parents: %v", err)
	}
	if source, err = New(Dolibarr, sqliteERP(t, dolibarrCategories), Options{Attributes: map[string]string{"entity": "category:Zone"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := source.Open(context.Background()); err == nil || !strings.Contains(err.Error(), "attribute entity") {
		t.Errorf("a name that is taken: %v", err)
	}
}

// TestWhatDecidesBesideIsSeenAtEachRead: no marker tells of a category or of an
// account, and row filters compare with what is made of them.
func TestWhatDecidesBesideIsSeenAtEachRead(t *testing.T) {
	path, write := writableERP(t, dolibarrCategories)
	db := openERP(t, catalog.SQLite, path, nil)
	read := func(above string, last *directory.Position) (now directory.Position, why string) {
		t.Helper()
		source, err := New(Dolibarr, db, Options{Attributes: map[string]string{"zone": "category:" + above}})
		if err != nil {
			t.Fatal(err)
		}
		snap, err := source.Open(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if now, err = snap.(Incremental).Position(context.Background()); err == nil && last != nil {
			why, err = snap.(Incremental).Since(context.Background(), *last)
		}
		if err := errors.Join(err, snap.Close()); err != nil {
			t.Fatal(err)
		}
		return now, why
	}
	for _, edit := range []string{
		`UPDATE llx_categorie_societe SET fk_categorie = 3 WHERE fk_soc = 1 AND fk_categorie = 2`,
		`UPDATE llx_categorie SET label = 'Sud-Est' WHERE rowid = 2`,
		`DELETE FROM llx_categorie_societe WHERE fk_soc = 2`,
		`INSERT INTO llx_societe_account VALUES (3, 'gamma', 'dolibarr_portal', 1)`,
		`UPDATE llx_societe_account SET status = 0`,
	} {
		before, _ := read("Zone", nil)
		if _, why := read("Zone", &before); why != "" {
			t.Fatalf("before %s: %q", edit, why)
		}
		write(edit)
		if _, why := read("Zone", &before); !strings.Contains(why, "beside the customers") {
			t.Errorf("after %s: %q", edit, why)
		}
	}
	// A category that nobody is made of says nothing.
	before, _ := read("Zone", nil)
	write(`INSERT INTO llx_categorie VALUES (9, 'Other', 4)`)
	if _, why := read("Zone", &before); why != "" {
		t.Errorf("it changed with what no attribute is made of: %q", why)
	}
	// Another group is another reading of the same rows.
	if _, why := read("Grands comptes", &before); !strings.Contains(why, "settings") {
		t.Errorf("another group: %q", why)
	}
}
