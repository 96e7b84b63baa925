package syncrun

import (
	"context"
	"database/sql"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/rs/zerolog"
	_ "modernc.org/sqlite" // the driver for the test's own writes

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/sync/erpsource"
)

func TestASageFileThroughItsLife(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sage.db")
	sage, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer sage.Close()
	write := func(script string) {
		t.Helper()
		if _, err := sage.Exec(script); err != nil {
			t.Fatal(err)
		}
	}
	write(`
		CREATE TABLE P_DOSSIER (D_RaisonSoc varchar(35), D_Siret varchar(15));
		CREATE TABLE F_COMPTET (cbMarq int, CT_Num varchar(17), CT_Intitule varchar(69), CT_Type smallint, CT_Ville varchar(35), CT_Siret varchar(15));
		CREATE TABLE F_CONTACTT (CT_Num varchar(17), CT_No int, CT_Nom varchar(35));
		INSERT INTO P_DOSSIER VALUES ('BIJOU', '1');
		INSERT INTO F_COMPTET VALUES (1, 'ALPHA', 'Alpha', 0, 'Lyon', '11'), (2, 'BETA', 'Beta', 0, 'Lille', '22'), (3, 'FOURN', 'Supplier', 1, '', '');
		INSERT INTO F_CONTACTT VALUES ('ALPHA', 1, 'Durand'), ('FOURN', 2, 'Nobody'), ('BETA', 3, 'Petit');`)

	settings := erp.DefaultSettings()
	settings.Name, settings.Engine, settings.DSN = "bijou", catalog.SQLite, path
	db, err := erp.Open(settings, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	source, err := erpsource.New(erpsource.Sage100, db, erpsource.Options{})
	if err != nil {
		t.Fatal(err)
	}
	store := newMemory()
	r := NewRunner(Config{Dossier: "bijou", Source: source, Store: store, NewID: numbered()})

	for _, step := range []struct {
		what, script       string
		changes            []string
		suspended, returns []string
	}{
		{what: "the first run takes all", changes: []string{"customer ALPHA create", "customer BETA create", "contact 1 create", "contact 3 create"}},
		{what: "a second one finds nothing to do"},
		{what: "a move", script: `UPDATE F_COMPTET SET CT_Ville = 'Paris' WHERE CT_Num = 'ALPHA'`, changes: []string{"customer ALPHA update: city"}},
		{what: "a deletion", script: `DELETE FROM F_COMPTET WHERE CT_Num = 'BETA'; DELETE FROM F_CONTACTT WHERE CT_No = 3`,
			changes: []string{"customer BETA remove", "contact 3 remove"}},
		{what: "a return", script: `INSERT INTO F_COMPTET VALUES (9, 'BETA', 'Beta SARL', 0, 'Lille', '22')`,
			changes: []string{"customer BETA return"}, returns: []string{"BETA"}},
		{what: "a code used again for somebody else", script: `DELETE FROM F_COMPTET WHERE CT_Num = 'BETA'; INSERT INTO F_COMPTET VALUES (10, 'BETA', 'Gamma', 0, 'Nice', '33')`,
			changes:   []string{"customer BETA update: name, city, registration_no, technical_id; another company under the same id: its access stays suspended until an administrator says it is the same"},
			suspended: []string{"BETA"}},
	} {
		if step.script != "" {
			write(step.script)
		}
		_, plan, err := r.RunOnce(context.Background(), Options{Trigger: TriggerCLI})
		if err != nil {
			t.Fatalf("%s: %v", step.what, err)
		}
		var changes []string
		for _, c := range plan.Changes {
			line := c.Noun + " " + c.Record + " " + string(c.Kind)
			if c.Detail != "" {
				line += ": " + c.Detail
			}
			changes = append(changes, line)
		}
		if !reflect.DeepEqual(changes, step.changes) || !reflect.DeepEqual(plan.SuspendedAccess, step.suspended) || !reflect.DeepEqual(plan.ReturnedAccess, step.returns) {
			t.Errorf("%s: changes %q, suspended %q, returned %q", step.what, changes, plan.SuspendedAccess, plan.ReturnedAccess)
		}
	}
	if f := store.fingerprints["bijou"]; f.Label != "BIJOU (1)" {
		t.Errorf("fingerprint = %+v", f)
	}
	write(`UPDATE P_DOSSIER SET D_RaisonSoc = 'OTHER'`)
	if run, _, err := r.RunOnce(context.Background(), Options{}); err == nil || run.State != directory.RunFailed {
		t.Errorf("another company's database: %+v, %v", run, err)
	}
}
