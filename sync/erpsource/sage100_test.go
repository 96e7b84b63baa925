package erpsource

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// sageSchema has the columns of a late generation, and no keys, so that
// broken databases can be made of it.
const sageSchema = `
CREATE TABLE P_DOSSIER (cbMarq int, D_RaisonSoc varchar(35), D_Siret varchar(15));
CREATE TABLE F_COMPTET (cbMarq int, CT_Num varchar(17), CT_Intitule varchar(69), CT_Type smallint,
  CT_Adresse varchar(35), CT_Complement varchar(35), CT_CodePostal varchar(9), CT_Ville varchar(35), CT_Pays varchar(35),
  CT_Identifiant varchar(25), CT_Siret varchar(15), CT_NumPayeur varchar(17), CT_NumCentrale varchar(17), CO_No int, N_CatTarif smallint,
  CT_Sommeil smallint, CT_Telephone varchar(21), CT_EMail varchar(69), CT_Prospect smallint);
CREATE TABLE F_CONTACTT (cbMarq int, CT_Num varchar(17), CT_Nom varchar(35), CT_Prenom varchar(35), CT_Fonction varchar(35),
  CT_Telephone varchar(21), CT_TelPortable varchar(21), CT_EMail varchar(69), CT_No int);
CREATE TABLE F_COLLABORATEUR (cbMarq int, CO_No int, CO_Nom varchar(35), CO_Prenom varchar(35));
INSERT INTO P_DOSSIER VALUES (1, 'BIJOU SA', '12345678900011');
`

func TestSageCustomers(t *testing.T) {
	onEachEngine(t, func(t *testing.T, database func(string) *erp.DB) {
		snap := openSnapshot(t, Sage100, database(sageSchema+`
			INSERT INTO F_COLLABORATEUR VALUES (1, 7, 'Martin', 'Zoé'), (2, 7, 'Martin', 'Zoé'), (3, 0, 'Nobody', '');
			INSERT INTO F_COMPTET (cbMarq, CT_Num, CT_Intitule, CT_Type) VALUES (1, 'carl', 'Carl', 0), (2, 'BAGUES', 'Bagues', 0), (3, 'ÉLAN', 'Élan', 0), (4, 'Bu', 'Bu', 0);
			INSERT INTO F_COMPTET VALUES (5, 'ALPHA', ' Alpha ', 0, '1 rue A', 'Bât. B', '69001', 'Lyon', 'France', 'FR123', '12345678900011', 'BAGUES', 'CENTRE', 7, 2, 1, '04', 'a@alpha.example', 0);
			INSERT INTO F_COMPTET (cbMarq, CT_Num, CT_Intitule, CT_Type, CT_NumPayeur, CO_No, CT_Prospect) VALUES
			  (6, 'SELF', 'Self', 0, 'SELF', 0, NULL), (7, 'PROSPECT', 'P', 0, '', 0, 1), (8, 'SUPPLIER', 'S', 1, '', 0, 0);`), Options{})
		got, problems := collect(t, snap.Customers(context.Background()))
		if problems != nil {
			t.Errorf("problems: %q", problems)
		}
		var ids []string
		for _, c := range got {
			ids = append(ids, c.ID)
		}
		if want := []string{"ALPHA", "BAGUES", "Bu", "SELF", "carl", "ÉLAN"}; !reflect.DeepEqual(ids, want) {
			t.Fatalf("ids = %q, want %q", ids, want)
		}
		alpha := got[0]
		if len(alpha.Hash) != 32 {
			t.Errorf("hash = %q", alpha.Hash)
		}
		alpha.Hash, alpha.Stamp = "", ""
		want := directory.Customer{ID: "ALPHA", Code: "ALPHA", Name: "Alpha", Email: "a@alpha.example", Phone: "04", Address: "1 rue A\nBât. B",
			PostalCode: "69001", City: "Lyon", Country: "France", VAT: "FR123", RegistrationNo: "12345678900011", State: directory.CustomerDormant,
			PayerID: "BAGUES", Representative: "Zoé Martin", TechnicalID: "5",
			Attributes: map[string]string{"price_category": "2", "purchasing_centre": "CENTRE"}}
		if !reflect.DeepEqual(alpha, want) {
			t.Errorf("got  %+v\nwant %+v", alpha, want)
		}
		if self := got[3]; self.PayerID != "" || self.Representative != "" || self.State != directory.CustomerActive || self.Attributes != nil {
			t.Errorf("self = %+v", self)
		}
		if c, p, err := snap.Expected(context.Background()); c != 6 || p != 0 || err != nil {
			t.Errorf("expected %d, %d, %v", c, p, err)
		}
	})
}

func TestSageContacts(t *testing.T) {
	onEachEngine(t, func(t *testing.T, database func(string) *erp.DB) {
		snap := openSnapshot(t, Sage100, database(sageSchema+`
			INSERT INTO F_COMPTET (cbMarq, CT_Num, CT_Intitule, CT_Type) VALUES (1, 'ALPHA', 'Alpha', 0), (2, 'SUPPLIER', 'S', 1);
			INSERT INTO F_CONTACTT VALUES (1, 'ALPHA', 'Durand', 'Léa', 'Achats', '01', '06', 'lea@alpha.example', 9), (2, 'SUPPLIER', 'Other', '', '', '', '', '', 11);
			INSERT INTO F_CONTACTT (CT_Num, CT_Nom, CT_No) VALUES ('ALPHA', 'Petit', 10), ('ALPHA', 'Nul', NULL), ('GONE', 'Perdu', 12);`), Options{})
		got, problems := collect(t, snap.Contacts(context.Background()))
		if len(got) != 2 || got[0].ID != "10" || got[1].ID != "9" { // as text
			t.Fatalf("contacts = %+v", got)
		}
		lea := got[1]
		lea.Hash = ""
		if want := (directory.Contact{ID: "9", CustomerID: "ALPHA", LastName: "Durand", FirstName: "Léa", Function: "Achats", Email: "lea@alpha.example", Phone: "01", Mobile: "06"}); lea != want {
			t.Errorf("got  %+v\nwant %+v", lea, want)
		}
		for _, want := range []string{"contact: a row has no CT_No (NULL)", "contact 12: it belongs to no third party of F_COMPTET"} {
			if !contains(problems, want) {
				t.Errorf("no %q in %q", want, problems)
			}
		}
		if len(problems) != 2 {
			t.Errorf("problems = %q", problems)
		}
		if _, n, err := snap.Expected(context.Background()); n != 4 || err != nil {
			t.Errorf("expected %d, %v", n, err)
		}
	})
}

func contains(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}

func TestSageOldGeneration(t *testing.T) {
	onEachEngine(t, func(t *testing.T, database func(string) *erp.DB) {
		snap := openSnapshot(t, Sage100, database(`
			CREATE TABLE P_DOSSIER (D_RaisonSoc varchar(35));
			CREATE TABLE F_COMPTET (CT_Num varchar(17), CT_Intitule varchar(35), CT_Type smallint);
			CREATE TABLE F_CONTACTT (CT_Num varchar(17), CT_No int, CT_Nom varchar(35));
			INSERT INTO P_DOSSIER VALUES ('OLD'); INSERT INTO F_COMPTET VALUES ('A', 'Alpha', 0); INSERT INTO F_CONTACTT VALUES ('A', 1, 'Un');`), Options{})
		customers, _ := collect(t, snap.Customers(context.Background()))
		contacts, _ := collect(t, snap.Contacts(context.Background()))
		if len(customers) != 1 || customers[0].Name != "Alpha" || len(contacts) != 1 || contacts[0].LastName != "Un" {
			t.Errorf("got %+v and %+v", customers, contacts)
		}
		if f, err := snap.Fingerprint(context.Background()); err != nil || f.Label != "OLD" {
			t.Errorf("fingerprint %+v, %v", f, err)
		}
	})
}

func TestSageFingerprint(t *testing.T) {
	fingerprint := func(change string) directory.Fingerprint {
		t.Helper()
		f, err := openSnapshot(t, Sage100, sqliteERP(t, sageSchema+change), Options{}).Fingerprint(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	base := fingerprint("")
	if base.Label != "BIJOU SA (12345678900011)" || !strings.HasPrefix(base.Value, "sage100:") {
		t.Errorf("fingerprint = %+v", base)
	}
	if same := fingerprint(`UPDATE P_DOSSIER SET D_RaisonSoc = 'BIJOU SA  ', cbMarq = 2; INSERT INTO F_COMPTET (CT_Num, CT_Type) VALUES ('X', 0)`); same != base {
		t.Errorf("another fingerprint for the same company: %+v", same)
	}
	for _, change := range []string{`UPDATE P_DOSSIER SET D_RaisonSoc = 'OTHER'`, `UPDATE P_DOSSIER SET D_Siret = '1'`} {
		if other := fingerprint(change); other.Value == base.Value {
			t.Errorf("%s: the same fingerprint", change)
		}
	}
	for _, change := range []string{`DELETE FROM P_DOSSIER`, `UPDATE P_DOSSIER SET D_RaisonSoc = NULL, D_Siret = ' '`} {
		if none := fingerprint(change); none != (directory.Fingerprint{}) {
			t.Errorf("%s: %+v", change, none)
		}
	}
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		kind, change string
		want         MissingError
	}{
		"a table":            {Sage100, `DROP TABLE F_CONTACTT`, MissingError{Table: "F_CONTACTT"}},
		"the dossier":        {Sage100, `DROP TABLE P_DOSSIER`, MissingError{Table: "P_DOSSIER"}},
		"columns":            {Sage100, `ALTER TABLE F_COMPTET DROP COLUMN CT_Intitule; ALTER TABLE F_COMPTET DROP COLUMN CT_Type`, MissingError{"F_COMPTET", []string{"CT_Type, CT_Intitule of"}}},
		"the wrong ERP":      {Odoo, ``, MissingError{Table: "res_partner"}},
		"a module of Odoo's": {Odoo, `CREATE TABLE res_partner (id int, name text, parent_id int)`, MissingError{"res_partner", []string{"column customer_rank of"}}},
	} {
		t.Run(name, func(t *testing.T) {
			source, err := New(c.kind, sqliteERP(t, sageSchema+c.change), Options{})
			if err != nil {
				t.Fatal(err)
			}
			_, err = source.Open(context.Background())
			var missing *MissingError
			if !errors.As(err, &missing) || missing.Table != c.want.Table {
				t.Fatalf("err = %v", err)
			}
			for _, column := range c.want.Columns {
				if !strings.Contains(err.Error(), column) {
					t.Errorf("no mention of %s in %v", column, err)
				}
			}
		})
	}
}

func TestUnknownKind(t *testing.T) {
	if _, err := New("sap", sqliteERP(t, ""), Options{}); err == nil || !strings.Contains(err.Error(), `"sap"`) {
		t.Errorf("err = %v", err)
	}
}

func TestAnERPThatIsNotThere(t *testing.T) {
	source, err := New(Sage100, openERP(t, catalog.SQLite, t.TempDir()+"/missing.db", nil), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := source.Open(context.Background()); erp.Classify(err) != erp.Unavailable {
		t.Errorf("err = %v", err)
	}
}
