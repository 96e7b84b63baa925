package erpsource

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

func TestProblemsOfRows(t *testing.T) {
	snap := openSnapshot(t, Sage100, sqliteERP(t, sageSchema+`
		INSERT INTO F_COMPTET (CT_Num, CT_Intitule, CT_Type) VALUES
		  (NULL, 'No id', 0), ('  ', 'Blank id', 0), (CAST(x'41ff' AS TEXT), 'Broken id', 0), (CAST(x'410042' AS TEXT), 'NUL in id', 0),
		  ('PAD  ', 'Padded', 0), ('SAME', 'One', 0), ('SAME', 'Two', 0), ('SAME ', 'Three', 0),
		  ('BADNAME', CAST(x'c3' AS TEXT), 0), ('NULNAME', CAST(x'4100' AS TEXT), 0), ('GOOD', 'Good', 0), ('ZOO', 'Zoo', 0);`), Options{})
	type item struct{ id, problem string }
	var got []item
	for c, err := range snap.Customers(context.Background()) {
		i := item{id: c.ID}
		var p *directory.Problem
		if errors.As(err, &p) {
			i = item{p.Record, p.Reason}
			if p.Keep != (p.Record == "BADNAME" || p.Record == "NULNAME") {
				t.Errorf("keep = %v of %v", p.Keep, p)
			}
		} else if err != nil {
			t.Fatal(err)
		}
		got = append(got, i)
	}
	twice := "the ERP has this CT_Num more than once; none of them is taken"
	unreadable := "its name is no valid text; the directory keeps what it had"
	want := []item{
		{"", "a row has no CT_Num (NULL)"},
		{"", "a row has an empty CT_Num"},
		{`"A\x00B"`, "its CT_Num is no valid text"},
		{`"A\xff"`, "its CT_Num is no valid text"},
		{"BADNAME", unreadable},
		{"GOOD", ""},
		{"NULNAME", unreadable},
		{"PAD", "CT_Num ends with blanks in the ERP; it was taken without them, and rows that carry them may not be found"},
		{"PAD", ""},
		{"SAME", twice}, {"SAME", twice}, {"SAME", twice},
		{"ZOO", ""},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	// A consumer that stops early leaves nothing open.
	for range snap.Customers(context.Background()) {
		break
	}
	if again, _ := collect(t, snap.Customers(context.Background())); len(again) != 3 {
		t.Errorf("a second read gives %d records", len(again))
	}
}

// The ERP's own order is people's, or ignores case, or counts blanks behind.
func TestRecordsComeInTheOrderOfBytes(t *testing.T) {
	for engine, collation := range map[string]string{"sqlite": "NOCASE", "postgres": `"und-x-icu"`} {
		t.Run(engine, func(t *testing.T) {
			script := `
				CREATE TABLE P_DOSSIER (D_RaisonSoc varchar(35));
				CREATE TABLE F_COMPTET (CT_Num varchar(17) COLLATE ` + collation + `, CT_Intitule varchar(35), CT_Type smallint);
				CREATE TABLE F_CONTACTT (CT_Num varchar(17), CT_No int);
				INSERT INTO F_COMPTET VALUES ('b', '', 0), ('a', '', 0), ('É', '', 0), ('Z', '', 0), ('A-1', '', 0), ('A1', '', 0), ('_', '', 0), ('PAD  ', '', 0), ('PAD' || chr(9), '', 0);`
			db := sqliteERP
			if engine == "postgres" {
				db = postgresERP
			} else {
				script = strings.ReplaceAll(script, "chr(", "char(")
			}
			customers, _ := collect(t, openSnapshot(t, Sage100, db(t, script), Options{}).Customers(context.Background()))
			var ids []string
			for _, c := range customers {
				ids = append(ids, c.ID)
			}
			if want := []string{"A-1", "A1", "PAD", "PAD\t", "Z", "_", "a", "b", "É"}; !reflect.DeepEqual(ids, want) {
				t.Errorf("ids = %q, want %q", ids, want)
			}
		})
	}
}

func TestARowThatFailsEndsTheRead(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	snap := openSnapshot(t, Sage100, sqliteERP(t, sageSchema+`INSERT INTO F_COMPTET (CT_Num, CT_Intitule, CT_Type)
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) SELECT 'C' || i, 'Name', 0 FROM n;`), Options{})
	read, failed := 0, error(nil)
	for _, err := range snap.Customers(ctx) {
		if err != nil {
			failed = err
			continue // an iterator that went on would show here
		}
		if read++; read == 3 {
			cancel()
		}
		if read > 49999 {
			break
		}
	}
	if failed == nil || erp.Classify(failed) != erp.Canceled {
		t.Errorf("after %d records: %v", read, failed)
	}
}

func TestSnapshotIsOneMoment(t *testing.T) {
	path := filepath.Join(t.TempDir(), "erp.db")
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	if _, err := raw.Exec(`PRAGMA journal_mode = WAL;` + sageSchema + `INSERT INTO F_COMPTET (CT_Num, CT_Intitule, CT_Type) VALUES ('A', 'Alpha', 0)`); err != nil {
		t.Fatal(err)
	}
	snap := openSnapshot(t, Sage100, openERP(t, catalog.SQLite, path, nil), Options{})
	customers, _ := collect(t, snap.Customers(context.Background()))
	if _, err := raw.Exec(`INSERT INTO F_COMPTET (CT_Num, CT_Intitule, CT_Type) VALUES ('B', 'Beta', 0); INSERT INTO F_CONTACTT (CT_Num, CT_Nom, CT_No) VALUES ('B', 'Un', 1)`); err != nil {
		t.Fatal(err)
	}
	contacts, problems := collect(t, snap.Contacts(context.Background()))
	if len(customers) != 1 || len(contacts) != 0 || problems != nil {
		t.Errorf("customers %d, contacts %d, problems %q", len(customers), len(contacts), problems)
	}
}

func TestHashes(t *testing.T) {
	base := directory.Customer{ID: "A", Code: "A", Name: "Alpha", Tags: []string{"x", "y"}, Attributes: map[string]string{"a": "1", "b": "2"}}
	hash := customerHash(base)
	for name, same := range map[string]func(c *directory.Customer){
		"the dossier":       func(c *directory.Customer) { c.Dossier = "other" },
		"the hash":          func(c *directory.Customer) { c.Hash = "x" },
		"the order of tags": func(c *directory.Customer) { c.Tags = []string{"y", "x"} },
	} {
		c := base
		if same(&c); customerHash(c) != hash {
			t.Errorf("%s changes the hash", name)
		}
	}
	for name, other := range map[string]func(c *directory.Customer){
		"a letter of the name":         func(c *directory.Customer) { c.Name = "alpha" },
		"text moved to the next field": func(c *directory.Customer) { c.Code, c.Name = "AAlpha", "" },
		"a tag":                        func(c *directory.Customer) { c.Tags = []string{"x"} },
		"an attribute":                 func(c *directory.Customer) { c.Attributes = map[string]string{"a": "1", "b": "3"} },
		"a tag that becomes an attribute": func(c *directory.Customer) {
			c.Tags, c.Attributes = []string{"x", "y", "a", "1"}, map[string]string{"b": "2"}
		},
		"the technical id": func(c *directory.Customer) { c.TechnicalID = "9" },
		"the state":        func(c *directory.Customer) { c.State = directory.CustomerDormant },
	} {
		c := base
		if other(&c); customerHash(c) == hash {
			t.Errorf("%s leaves the hash", name)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.SliceOf(rapid.StringMatching(`[0-9:a]*`)).Draw(t, "a"), rapid.SliceOf(rapid.StringMatching(`[0-9:a]*`)).Draw(t, "b")
		if (digest(a...) == digest(b...)) != (len(a) == len(b) && (len(a) == 0 || reflect.DeepEqual(a, b))) {
			t.Fatalf("%q and %q", a, b)
		}
	})
}
