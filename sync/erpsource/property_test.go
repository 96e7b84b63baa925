package erpsource

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
)

// change writes one column of one row, a number of its own where no value is
// given. Where read, that is one record's change; where not, it is nobody's.
type change struct {
	table, column, value, where string
	read                        bool
}

// TestHashesFollowContent: two reads of an unchanged database give the same
// hashes, and a changed field changes exactly one.
func TestHashesFollowContent(t *testing.T) {
	load := func(script string) func(*sql.DB) error {
		return func(db *sql.DB) error { _, err := db.Exec(script); return err }
	}
	each := func(table, where string, read bool, columns string) (all []change) {
		for column := range strings.FieldsSeq(columns) {
			all = append(all, change{table, column, "", where, read})
		}
		return all
	}
	for name, c := range map[string]struct {
		kind    string
		opts    Options
		load    func(*sql.DB) error
		changes []change
	}{
		"sage": {Sage100, Options{Attributes: map[string]string{"site": erpshape.SageFreeColumn, "encours": "CT_Encours"}},
			func(db *sql.DB) error {
				return erpshape.LoadSageGeneration(context.Background(), db, catalog.SQLite, "", "B")
			},
			slices.Concat(
				[]change{{"F_COMPTET", "CO_No", "1", "CT_Num = 'BETA'", true}, {"F_COMPTET", erpshape.SageFreeColumn, "'x'", "CT_Num = 'BETA'", true}, {"F_FAMILLE", "FA_Intitule", "'Gold'", "FA_CodeFamille = 'OR'", true}, {"P_STATISTIQUE", "S_Intitule", "'Area'", "cbIndice = 1", true}},
				each("F_COMPTET", "CT_Num = 'BETA'", true, "CT_Intitule CT_EMail CT_Telephone CT_Adresse CT_Complement CT_CodePostal CT_Ville CT_Pays CT_Identifiant CT_Siret CT_Sommeil CT_NumPayeur CT_NumCentrale N_CatTarif CT_Statistique01 CT_Statistique10 CT_Encours cbMarq"),
				each("F_COMPTET", "CT_Num = 'BETA'", false, "CT_Commentaire cbModification N_Risque"),
				each("F_COMPTET", "CT_Num = 'ALPHAFOU'", false, "CT_Intitule CT_EMail"),
				each("F_CONTACTT", "CT_No = 3", true, "CT_Nom CT_Prenom CT_Fonction CT_EMail CT_Telephone CT_TelPortable"),
				each("F_CONTACTT", "CT_No = 3", false, "CT_Skype N_Service"),
			)},
		"dolibarr": {Dolibarr, Options{Attributes: map[string]string{"zone": "zone", "level": "fk_typent"}},
			func(db *sql.DB) error {
				return erpshape.LoadDolibarr(context.Background(), db, catalog.SQLite, "", "llx_")
			},
			slices.Concat(
				each("llx_societe", "rowid = 3", true, "nom name_alias code_client email phone address zip town tva_intra siret price_level parent fk_typent"),
				[]change{{"llx_societe", "status", "0", "rowid = 3", true}, {"llx_societe", "fk_pays", "1", "rowid = 3", true}},
				each("llx_societe", "rowid = 3", false, "note_private outstanding_limit tms"),
				each("llx_societe", "rowid = 20", false, "nom email"),
				each("llx_societe_extrafields", "fk_object = 2", true, "zone"),
				each("llx_societe_extrafields", "fk_object = 2", false, "n_contrat"),
				each("llx_user", "rowid = 3", true, "login lastname"),
				each("llx_user", "rowid = 3", false, "pass_crypted"),
				each("llx_categorie", "rowid = 1", true, "label"),
				each("llx_socpeople", "rowid = 106", true, "lastname firstname poste email phone phone_mobile"),
				each("llx_socpeople", "rowid = 106", false, "phone_perso birthday"),
			)},
		"odoo": {Odoo, Options{Attributes: map[string]string{"color": "color"}}, load(odooSchema + `ALTER TABLE res_partner ADD COLUMN color int;
				CREATE TABLE res_partner_category (id int, name text); CREATE TABLE res_partner_res_partner_category_rel (partner_id int, category_id int);
				INSERT INTO res_partner_category VALUES (1, 'Gold'); INSERT INTO res_partner_res_partner_category_rel VALUES (10, 1);`),
			slices.Concat(
				each("res_partner", "id = 10", true, "name ref email phone street street2 zip city vat company_registry color"),
				each("res_partner", "id = 10", false, "mobile function customer_rank"),
				each("res_partner", "id = 9", true, "name function email phone mobile"),
				each("res_partner", "id = 9", false, "city color"),
				each("res_partner_category", "id = 1", true, "name"),
				each("res_country", "id = 75", true, "code"),
				[]change{{"res_partner", "name", "'Zoé'", "id = 3", true}, {"res_partner", "active", "FALSE", "id = 10", true}, {"res_partner", "parent_id", "40", "id = 10", true}},
			)},
		"custom": {Custom, customOptions(""), load(customSchema),
			slices.Concat(
				each("clients", "num = 10", true, "raison mail groupe familles zone siret"),
				[]change{{"clients", "bloque", "'N'", "num = 10", true}},
				each("personnes", "no = 2", true, "nom"),
				each("clients", "num = 12", false, "raison"),
			)},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "erp.db")
			raw, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			defer raw.Close()
			if err := c.load(raw); err != nil {
				t.Fatal(err)
			}
			db := openERP(t, catalog.SQLite, path, nil)
			before := hashes(t, c.kind, db, c.opts)
			if again := hashes(t, c.kind, db, c.opts); len(before) < 4 || !maps.Equal(before, again) {
				t.Fatalf("two reads of one database: %v and %v", before, again)
			}
			for i, ch := range c.changes {
				if ch.value == "" { // one that no other column has
					ch.value = strconv.Itoa(7000 + i)
				}
				result, err := raw.Exec(fmt.Sprintf("UPDATE %s SET \"%s\" = %s WHERE %s", ch.table, ch.column, ch.value, ch.where))
				if err != nil {
					t.Fatal(err)
				}
				if n, err := result.RowsAffected(); n != 1 || err != nil {
					t.Errorf("%+v wrote %d rows, %v", ch, n, err)
				}
				after := hashes(t, c.kind, db, c.opts)
				if changed := changed(before, after); ch.read && len(changed) != 1 || !ch.read && len(changed) != 0 {
					t.Errorf("%s.%s where %s: the hashes of %q changed", ch.table, ch.column, ch.where, changed)
				}
				before = after
			}
		})
	}
}

// hashes reads the hashes of all records, in one snapshot.
func hashes(t *testing.T, kind string, db *erp.DB, opts Options) map[string]string {
	t.Helper()
	snap := openSnapshot(t, kind, db, opts)
	all := map[string]string{}
	customers, _ := collect(t, snap.Customers(context.Background()))
	for _, c := range customers {
		all["customer "+c.ID] = c.Hash
	}
	contacts, _ := collect(t, snap.Contacts(context.Background()))
	for _, c := range contacts {
		all["contact "+c.ID] = c.Hash
	}
	if err := snap.Close(); err != nil {
		t.Fatal(err)
	}
	return all
}

func changed(before, after map[string]string) (names []string) {
	for name := range maps.Keys(before) {
		if before[name] != after[name] {
			names = append(names, name)
		}
	}
	for name := range after {
		if _, known := before[name]; !known {
			names = append(names, name)
		}
	}
	return names
}
