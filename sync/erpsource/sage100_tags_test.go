package erpsource

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/erp"
)

const sageTagSchema = sageSchema + `
ALTER TABLE F_COMPTET ADD COLUMN CT_Statistique01 varchar(21); ALTER TABLE F_COMPTET ADD COLUMN CT_Statistique02 varchar(21); ALTER TABLE F_COMPTET ADD COLUMN CT_Statistique10 varchar(21);
CREATE TABLE P_STATISTIQUE (cbMarq int, S_Intitule varchar(35), cbIndice smallint);
CREATE TABLE P_CATTARIF (cbMarq int, CT_Intitule varchar(35), cbIndice smallint);
CREATE TABLE F_FAMCLIENT (FA_CodeFamille varchar(11), CT_Num varchar(17));
CREATE TABLE F_FAMILLE (FA_CodeFamille varchar(11), FA_Intitule varchar(69), FA_Type smallint);
INSERT INTO P_STATISTIQUE VALUES (1, 'Zone', 1), (2, ' ', 2), (10, 'Canal', 10);
INSERT INTO P_CATTARIF VALUES (1, 'Détaillants', 1), (2, 'Grossistes', 2);
INSERT INTO F_FAMILLE VALUES ('OR', 'Bijoux en or', 0), ('OR', 'Or, au total', 1), ('VIDE', '', 0);
INSERT INTO F_FAMCLIENT VALUES ('OR', 'ALPHA'), ('VIDE', 'ALPHA'), ('PERDUE', 'ALPHA'), ('OR', 'SUPPLIER');
INSERT INTO F_COMPTET (CT_Num, CT_Intitule, CT_Type, N_CatTarif, CT_Statistique01, CT_Statistique02, CT_Statistique10) VALUES
  ('ALPHA', 'Alpha', 0, 2, 'Sud', 'Bijoutier', 'Web '), ('BETA', 'Beta', 0, 0, '', NULL, ' '), ('GAMMA', 'Gamma', 0, 1, 'Sud', '', '');
`

func TestSageTags(t *testing.T) {
	onEachEngine(t, func(t *testing.T, database func(string) *erp.DB) {
		customers, problems := collect(t, openSnapshot(t, Sage100, database(sageTagSchema), Options{}).Customers(context.Background()))
		if problems != nil || len(customers) != 3 {
			t.Fatalf("got %+v and %q", customers, problems)
		}
		for i, want := range [][]string{
			{"Bijoutier", "Bijoux en or", "Canal: Web", "Grossistes", "PERDUE", "VIDE", "Zone: Sud"},
			nil,
			{"Détaillants", "Zone: Sud"},
		} {
			if !reflect.DeepEqual(customers[i].Tags, want) {
				t.Errorf("%s has %q, want %q", customers[i].ID, customers[i].Tags, want)
			}
		}
	})
}

func TestSageTagsWithoutTheirLabels(t *testing.T) {
	onEachEngine(t, func(t *testing.T, database func(string) *erp.DB) {
		db := database(sageTagSchema + `DROP TABLE P_STATISTIQUE; DROP TABLE P_CATTARIF; DROP TABLE F_FAMILLE;`)
		customers, problems := collect(t, openSnapshot(t, Sage100, db, Options{}).Customers(context.Background()))
		if want := []string{"Bijoutier", "OR", "PERDUE", "Sud", "VIDE", "Web"}; problems != nil || !reflect.DeepEqual(customers[0].Tags, want) {
			t.Errorf("got %q and %q, want %q", customers[0].Tags, problems, want)
		}
	})
}

// Each site adds columns of its own, named as people write.
func TestSageAttributes(t *testing.T) {
	onEachEngine(t, func(t *testing.T, database func(string) *erp.DB) {
		db := database(sageTagSchema + `
			ALTER TABLE F_COMPTET ADD COLUMN "Zone géographique" varchar(20); ALTER TABLE F_COMPTET ADD COLUMN "N° ""clé"" d'accès" int;
			UPDATE F_COMPTET SET "Zone géographique" = 'Île-de-France  ', "N° ""clé"" d'accès" = 7 WHERE CT_Num = 'ALPHA';`)
		customers, _ := collect(t, openSnapshot(t, Sage100, db, Options{Attributes: map[string]string{"area": "Zone géographique", "key": `N° "clé" d'accès`, "zone": "ct_statistique01"}}).Customers(context.Background()))
		for i, want := range []map[string]string{
			{"area": "Île-de-France", "key": "7", "zone": "Sud", "price_category": "2"},
			{"price_category": "0"},
			{"zone": "Sud", "price_category": "1"},
		} {
			if !reflect.DeepEqual(customers[i].Attributes, want) {
				t.Errorf("%s has %v, want %v", customers[i].ID, customers[i].Attributes, want)
			}
		}
		source, err := New(Sage100, db, Options{Attributes: map[string]string{"a": "NATURE BL", "b": "CT_Zone", "price_category": "CT_Ville"}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = source.Open(context.Background())
		for _, part := range []string{"attribute a: column NATURE BL of table F_COMPTET", "attribute b: column CT_Zone of table F_COMPTET", "attribute price_category: this kind of ERP has one"} {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("no %q in %v", part, err)
			}
		}
	})
}

func TestSageProspects(t *testing.T) {
	onEachEngine(t, func(t *testing.T, database func(string) *erp.DB) {
		db := database(sageSchema + `
			INSERT INTO F_COMPTET (CT_Num, CT_Intitule, CT_Type, CT_Prospect) VALUES ('A', 'Alpha', 0, 0), ('P', 'Prospect', 0, 1), ('S', 'Supplier', 1, 1);
			INSERT INTO F_CONTACTT (CT_Num, CT_Nom, CT_No) VALUES ('P', 'Un', 1), ('S', 'Deux', 2);`)
		for include, want := range map[bool][]string{false: {"A"}, true: {"A", "P", "1"}} {
			snap := openSnapshot(t, Sage100, db, Options{IncludeProspects: include})
			customers, _ := collect(t, snap.Customers(context.Background()))
			contacts, problems := collect(t, snap.Contacts(context.Background()))
			got := ids(customers)
			for _, c := range contacts {
				got = append(got, c.ID)
			}
			if problems != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("include prospects %v: %q and %q, want %q", include, got, problems, want)
			}
		}
	})
}
