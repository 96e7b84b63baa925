package syncrun

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
	"github.com/vantelle/vantelle/internal/faultsql"
	"github.com/vantelle/vantelle/internal/store"
	"github.com/vantelle/vantelle/sync/erpsource"
	"github.com/vantelle/vantelle/sync/reconcile"
)

// life is an ERP's database that people change, and a directory that follows it.
type life struct {
	t       *testing.T
	raw     *sql.DB
	db      *erp.DB
	store   *store.DB
	runner  *Runner
	now     time.Time
	notices []Notice
	notes   []string // of the last run
}

// onEachEngine lives through test on SQLite, PostgreSQL and MariaDB.
func onEachEngine(t *testing.T, kind, script string, test func(l *life)) {
	onEachEngineThrough(t, kind, script, func(l *life, _ *saboteur) { test(l) })
}

// onEachEngineThrough is onEachEngine with a saboteur between the ERP and its
// driver, on some engines only where they are given.
func onEachEngineThrough(t *testing.T, kind, script string, test func(l *life, s *saboteur), on ...catalog.Engine) {
	each := func(t *testing.T, raw *sql.DB, engine catalog.Engine, dsn string, schemas []string, script string) {
		t.Helper()
		s := &saboteur{}
		test(newLifeThrough(t, kind, raw, engine, dsn, schemas, script, func(c driver.Connector) driver.Connector { return faultsql.Wrap(c, s.hook) }), s)
	}
	t.Run("sqlite", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "erp.db")
		raw, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { raw.Close() })
		each(t, raw, catalog.SQLite, path, nil, script)
	})
	run := func(e catalog.Engine, name string, test func(*testing.T)) {
		if len(on) == 0 || slices.Contains(on, e) {
			t.Run(name, test)
		}
	}
	run(catalog.Postgres, "postgres", func(t *testing.T) {
		dsn, raw, schema := erpshape.Postgres(t)
		each(t, raw, catalog.Postgres, dsn, []string{schema}, script)
	})
	run(catalog.MariaDB, "mariadb", func(t *testing.T) {
		dsn, raw := erpshape.MariaDB(t)
		each(t, raw, catalog.MariaDB, dsn, nil, strings.ReplaceAll(script, " timestamp", " datetime"))
	})
	if kind == erpsource.Sage100 { // the others never live there
		t.Run("sqlserver", func(t *testing.T) {
			dsn, raw := erpshape.SQLServer(t)
			each(t, raw, catalog.SQLServer, dsn, nil, strings.ReplaceAll(script, " timestamp", " datetime2"))
		})
	}
}

func newLife(t *testing.T, kind string, raw *sql.DB, engine catalog.Engine, dsn string, schemas []string, script string) *life {
	t.Helper()
	return newLifeThrough(t, kind, raw, engine, dsn, schemas, script, nil)
}

// newLifeThrough is newLife with something between the ERP's pools and its driver.
func newLifeThrough(t *testing.T, kind string, raw *sql.DB, engine catalog.Engine, dsn string, schemas []string, script string, through func(driver.Connector) driver.Connector) *life {
	t.Helper()
	l := &life{t: t, raw: raw, now: time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)}
	l.write(script)
	settings := erp.DefaultSettings()
	settings.Name, settings.Engine, settings.DSN, settings.Schemas, settings.Through = "d", engine, dsn, schemas, through
	var err error
	if l.db, err = erp.Open(settings, zerolog.Nop()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.db.Close() })
	if l.store, err = store.Open(t.Context(), store.Config{Path: filepath.Join(t.TempDir(), "directory.db"), Logger: zerolog.Nop()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.store.Close() })
	source, err := erpsource.New(kind, l.db, erpsource.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l.runner = NewRunner(Config{Dossier: "d", Source: source, Store: l.store, Log: zerolog.Nop(), NewID: numbered(), FullEvery: 24 * time.Hour,
		Now: func() time.Time { return l.now }, Notify: func(n Notice) { l.notices = append(l.notices, n) }})
	return l
}

// write changes the ERP.
func (l *life) write(script string) {
	l.t.Helper()
	if _, err := l.raw.Exec(script); err != nil {
		l.t.Fatalf("%s: %v", script, err)
	}
}

// run synchronises, a minute later, and gives the changes.
func (l *life) run() []string {
	l.t.Helper()
	_, changes, err := l.try(Options{})
	if err != nil {
		l.t.Fatal(err)
	}
	return changes
}

func (l *life) try(o Options) (directory.Run, []string, error) {
	l.t.Helper()
	l.now = l.now.Add(time.Minute)
	run, plan, err := l.runner.RunOnce(context.Background(), o)
	l.notes = nil
	for _, c := range plan.Changes {
		if c.Kind == directory.ChangeNote {
			l.notes = append(l.notes, c.Detail)
		}
	}
	return run, lines(plan.Changes), err
}

func lines(changes []directory.Change) (out []string) {
	for _, c := range changes {
		if c.Kind == directory.ChangeNote {
			continue
		}
		line := c.Noun + " " + c.Record + " " + string(c.Kind)
		if c.Detail != "" {
			line += ": " + c.Detail
		}
		out = append(out, line)
	}
	return out
}

// grant lets customers enter.
func (l *life) grant(ids ...string) {
	l.t.Helper()
	for _, id := range ids {
		if _, err := l.store.PutAccess(context.Background(), directory.Access{Dossier: "d", CustomerID: id, Profile: "B2B", State: directory.AccessGranted}); err != nil {
			l.t.Fatal(err)
		}
	}
}

// access words a customer's access: its state, and by what it is suspended.
func (l *life) access(id string) string {
	l.t.Helper()
	a, err := l.store.Access(context.Background(), "d", id)
	if errors.Is(err, directory.ErrNotFound) {
		return "none"
	}
	if err != nil {
		l.t.Fatal(err)
	}
	return strings.TrimSpace(string(a.State) + " " + string(a.SuspendedBy))
}

// enters tells whether a customer may enter.
func (l *life) enters(id string) bool {
	e, err := l.store.Entrant(context.Background(), "d", id)
	return err == nil && e.Access.State == directory.AccessGranted
}

func (l *life) want(what, got, want string) {
	l.t.Helper()
	if got != want {
		l.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func (l *life) wantChanges(got []string, want ...string) {
	l.t.Helper()
	if !slices.Equal(got, want) {
		l.t.Errorf("changes %q, want %q", got, want)
	}
}

// asked wants one open decision, and gives it.
func (l *life) asked(kind directory.DecisionKind, id, other string) directory.Decision {
	l.t.Helper()
	all, err := l.store.Decisions(context.Background(), "d", true, 10)
	if err != nil {
		l.t.Fatal(err)
	}
	if len(all) != 1 || all[0].Kind != kind || all[0].CustomerID != id || all[0].OtherID != other {
		l.t.Fatalf("asked: %+v, want %s of %s and %q", all, kind, id, other)
	}
	return all[0]
}

func (l *life) decide(q directory.Decision, v directory.Verdict) {
	l.t.Helper()
	if _, err := l.store.Decide(context.Background(), q.ID, v, "zoe", "", l.now); err != nil {
		l.t.Fatal(err)
	}
}

const sageLife = `
	CREATE TABLE P_DOSSIER (D_RaisonSoc varchar(35), D_Siret varchar(15));
	CREATE TABLE F_COMPTET (cbMarq int, CT_Num varchar(17), CT_Intitule varchar(69), CT_Type smallint, CT_Siret varchar(15), cbModification timestamp NULL);
	CREATE TABLE F_CONTACTT (CT_Num varchar(17), CT_No int, CT_Nom varchar(35), cbModification timestamp NULL);
	INSERT INTO P_DOSSIER VALUES ('BIJOU', '1');
	INSERT INTO F_COMPTET VALUES (1, 'ALPHA', 'Alpha', 0, '11', '2026-03-10 10:00:00'), (2, 'BETA', 'Beta', 0, '22', '2026-03-10 10:00:00'), (3, 'GAMMA', 'Gamma', 0, '33', '2026-03-10 10:00:00');
	INSERT INTO F_CONTACTT VALUES ('ALPHA', 1, 'Durand', '2026-03-10 10:00:00'), ('BETA', 2, 'Petit', '2026-03-10 10:00:00');`

const dolibarrLife = `
	CREATE TABLE llx_societe (rowid int, nom varchar(80), code_client varchar(24), siret varchar(20), client int, entity int, tms timestamp NULL);
	CREATE TABLE llx_socpeople (rowid int, fk_soc int, entity int, lastname varchar(50), tms timestamp NULL);
	CREATE TABLE llx_societe_extrafields (rowid int, fk_object int, tms timestamp NULL);
	INSERT INTO llx_societe VALUES (1, 'Alpha', 'CU1', '11', 1, 1, '2026-03-10 10:00:00'), (2, 'Beta', 'CU2', '22', 1, 1, '2026-03-10 10:00:00'), (3, 'Gamma', 'CU3', '33', 1, 1, '2026-03-10 10:00:00');
	INSERT INTO llx_socpeople VALUES (11, 1, 1, 'Durand', '2026-03-10 10:00:00'), (12, 1, 1, 'Petit', '2026-03-10 10:00:00'), (13, 2, 1, 'Grand', '2026-03-10 10:00:00');`

const odooLife = `
	CREATE TABLE res_partner (id int, name varchar(80), parent_id int, commercial_partner_id int, customer_rank int, is_company boolean, vat varchar(20), write_date timestamp NULL);
	INSERT INTO res_partner VALUES (1, 'Alpha', NULL, 1, 1, TRUE, 'FR1', '2026-03-10 10:00:00'), (2, 'Beta', NULL, 2, 1, TRUE, 'FR2', '2026-03-10 10:00:00'),
	  (3, 'Jean', NULL, 3, 1, FALSE, NULL, '2026-03-10 10:00:00'), (11, 'Durand', 1, 1, 0, FALSE, NULL, '2026-03-10 10:00:00');`

func TestSageCodeReusedByAnotherFirm(t *testing.T) {
	onEachEngine(t, erpsource.Sage100, sageLife, func(l *life) {
		l.run()
		l.grant("BETA")
		l.write(`DELETE FROM F_COMPTET WHERE CT_Num = 'BETA'`)
		l.write(`INSERT INTO F_COMPTET VALUES (9, 'BETA', 'Omega', 0, '99', '2026-03-10 11:59:00')`)
		l.run()
		l.want("the access", l.access("BETA"), "suspended identity")
		q := l.asked(directory.DecideReplaced, "BETA", "")
		l.run() // it is asked once
		l.asked(directory.DecideReplaced, "BETA", "")
		l.decide(q, directory.VerdictNotSame)
		l.want("of another firm", l.access("BETA"), "revoked")
	})
}

func TestARowWrittenOverWithAnotherFirm(t *testing.T) {
	onEachEngine(t, erpsource.Dolibarr, dolibarrLife, func(l *life) {
		l.run()
		l.grant("2")
		l.write(`UPDATE llx_societe SET nom = 'Omega', siret = '99', tms = '2026-03-10 11:59:00' WHERE rowid = 2`)
		l.run()
		l.want("the access", l.access("2"), "suspended identity")
		l.decide(l.asked(directory.DecideReplaced, "2", ""), directory.VerdictSame)
		l.want("of the same firm, with another name and number", l.access("2"), "granted")
	})
}

func TestACustomerDeletedAndRecreatedUnderItsCode(t *testing.T) {
	onEachEngine(t, erpsource.Sage100, sageLife, func(l *life) {
		l.run()
		l.grant("BETA")
		l.write(`DELETE FROM F_COMPTET WHERE CT_Num = 'BETA'`)
		l.run()
		l.want("while it is gone", l.access("BETA"), "suspended sync")
		l.write(`INSERT INTO F_COMPTET VALUES (9, 'BETA', 'Omega', 0, '99', '2026-03-10 11:59:00')`)
		l.run()
		l.want("come back as another", l.access("BETA"), "suspended identity")
		l.asked(directory.DecideReturned, "BETA", "")
		l.write(`DELETE FROM F_COMPTET WHERE CT_Num = 'BETA'`)
		l.run()
		l.write(`INSERT INTO F_COMPTET VALUES (10, 'BETA', 'Omega', 0, '99', '2026-03-10 11:59:00')`)
		l.run()
		l.want("the other one's coming and going", l.access("BETA"), "suspended identity")
	})
}

func TestACustomerBackAsItselfHasItsAccessBack(t *testing.T) {
	onEachEngine(t, erpsource.Sage100, sageLife, func(l *life) {
		l.run()
		l.grant("BETA", "GAMMA")
		a, err := l.store.Access(context.Background(), "d", "GAMMA")
		if err != nil {
			t.Fatal(err)
		}
		a.State, a.SuspendedBy = directory.AccessSuspended, directory.SuspendedByAdministrator
		if _, err := l.store.PutAccess(context.Background(), a); err != nil {
			t.Fatal(err)
		}
		l.write(`DELETE FROM F_COMPTET WHERE CT_Num IN ('BETA', 'GAMMA')`)
		l.run()
		l.write(`INSERT INTO F_COMPTET VALUES (2, 'BETA', 'Beta', 0, '22', '2026-03-10 11:00:00'), (3, 'GAMMA', 'Gamma', 0, '33', '2026-03-10 11:00:00')`)
		l.run()
		l.want("what the sync suspended", l.access("BETA"), "granted")
		l.want("what an administrator suspended", l.access("GAMMA"), "suspended administrator")
	})
}

func TestARecreatedDolibarrCustomerIsProposed(t *testing.T) {
	onEachEngine(t, erpsource.Dolibarr, dolibarrLife, func(l *life) {
		l.run()
		l.grant("2")
		l.write(`DELETE FROM llx_socpeople WHERE fk_soc = 2`)
		l.write(`UPDATE llx_societe SET rowid = 7 WHERE rowid = 2`)
		l.run()
		l.want("the old one", l.access("2"), "suspended sync")
		l.want("the new one, until somebody says so", l.access("7"), "none")
		l.decide(l.asked(directory.DecideRecreated, "2", "7"), directory.VerdictSame)
		l.want("the old one", l.access("2"), "revoked")
		l.want("the new one", l.access("7"), "granted")
	})
}

func TestARenameIsProposed(t *testing.T) {
	for _, verdict := range []directory.Verdict{directory.VerdictSame, directory.VerdictNotSame} {
		t.Run(string(verdict), func(t *testing.T) {
			onEachEngine(t, erpsource.Sage100, sageLife, func(l *life) {
				l.run()
				l.grant("ALPHA")
				l.write(`UPDATE F_COMPTET SET CT_Num = 'ALPHA2', cbModification = '2026-03-10 11:59:00' WHERE CT_Num = 'ALPHA'`)
				l.write(`UPDATE F_CONTACTT SET CT_Num = 'ALPHA2', cbModification = '2026-03-10 11:59:00' WHERE CT_Num = 'ALPHA'`)
				l.run()
				l.want("the old code", l.access("ALPHA"), "suspended sync")
				l.want("the new code, until somebody says so", l.access("ALPHA2"), "none")
				l.decide(l.asked(directory.DecideRenamed, "ALPHA", "ALPHA2"), verdict)
				if verdict == directory.VerdictSame {
					l.want("the old code", l.access("ALPHA"), "revoked")
					l.want("the new code", l.access("ALPHA2"), "granted")
				} else {
					l.want("the old code", l.access("ALPHA"), "suspended sync")
					l.want("the new code", l.access("ALPHA2"), "none")
				}
			})
		})
	}
}

func TestADolibarrMergeIsProposed(t *testing.T) {
	onEachEngine(t, erpsource.Dolibarr, dolibarrLife, func(l *life) {
		l.run()
		l.grant("1")
		// As Dolibarr merges: everything of 1 goes to 3, and 1 is deleted.
		l.write(`UPDATE llx_socpeople SET fk_soc = 3, tms = '2026-03-10 11:59:00' WHERE fk_soc = 1`)
		l.write(`DELETE FROM llx_societe WHERE rowid = 1`)
		l.wantChanges(l.run(), "customer 1 remove", "contact 11 update: customer_id; moved from customer 1 to 3", "contact 12 update: customer_id; moved from customer 1 to 3")
		l.want("who was merged", l.access("1"), "suspended sync")
		l.want("who it became, until somebody says so", l.access("3"), "none")
		l.decide(l.asked(directory.DecideMerged, "1", "3"), directory.VerdictSame)
		l.want("who it became", l.access("3"), "granted")
	})
}

func TestACodeGivenToAnotherCustomer(t *testing.T) {
	for name, steps := range map[string][]string{
		"at once": {`UPDATE llx_societe SET code_client = CASE rowid WHEN 1 THEN 'CU2' ELSE 'CU9' END, tms = '2026-03-10 11:59:00' WHERE rowid IN (1, 2)`},
		"a day later": {`UPDATE llx_societe SET code_client = 'CU9', tms = '2026-03-10 11:59:00' WHERE rowid = 2`,
			`UPDATE llx_societe SET code_client = 'CU2', tms = '2026-03-10 11:59:00' WHERE rowid = 1`},
		"after its holder was deleted": {`DELETE FROM llx_societe WHERE rowid = 2`, `UPDATE llx_societe SET code_client = 'CU2', tms = '2026-03-10 11:59:00' WHERE rowid = 1`},
	} {
		t.Run(name, func(t *testing.T) {
			onEachEngine(t, erpsource.Dolibarr, dolibarrLife, func(l *life) {
				l.run()
				l.grant("1", "3")
				for _, s := range steps {
					l.write(s)
					l.run()
				}
				l.want("who has another's code", l.access("1"), "suspended identity")
				l.want("nobody else", l.access("3"), "granted")
				l.decide(l.asked(directory.DecideCodeReused, "1", "2"), directory.VerdictSame)
				l.want("who has another's code, as is meant", l.access("1"), "granted")
			})
		})
	}
	t.Run("a new code of its own", func(t *testing.T) {
		onEachEngine(t, erpsource.Dolibarr, dolibarrLife, func(l *life) {
			l.run()
			l.grant("1")
			for _, code := range []string{"CU8", "CU1"} { // and its own again
				l.write(`UPDATE llx_societe SET code_client = '` + code + `', tms = '2026-03-10 11:59:00' WHERE rowid = 1`)
				l.wantChanges(l.run(), "customer 1 update: code")
				l.want("the access", l.access("1"), "granted")
			}
		})
	})
}

func TestAnOdooPartnerMovedUnderAnotherParent(t *testing.T) {
	onEachEngine(t, erpsource.Odoo, odooLife, func(l *life) {
		l.run()
		l.grant("1", "3")
		l.write(`UPDATE res_partner SET parent_id = 2, commercial_partner_id = 2, write_date = '2026-03-10 11:59:00' WHERE id = 11`)
		l.wantChanges(l.run(), "contact 11 update: customer_id; moved from customer 1 to 2")
		l.want("the parent it left", l.access("1"), "granted")
		l.want("the parent it came to", l.access("2"), "none")

		l.write(`UPDATE res_partner SET parent_id = 2, commercial_partner_id = 2, write_date = '2026-03-10 11:59:00' WHERE id = 3`)
		l.wantChanges(l.run(), "customer 3 remove", "contact 3 create")
		l.want("a person who bought for himself and now belongs to a company", l.access("3"), "suspended sync")
		l.want("that company", l.access("2"), "none")

		l.write(`UPDATE res_partner SET parent_id = NULL, commercial_partner_id = 3, write_date = '2026-03-10 11:59:00' WHERE id = 3`)
		l.wantChanges(l.run(), "customer 3 return", "contact 3 remove")
		l.want("the same person, on his own again", l.access("3"), "granted")
	})
}

func TestTheWrongDatabaseUnderADossier(t *testing.T) {
	onEachEngine(t, erpsource.Sage100, sageLife, func(l *life) {
		l.run()
		l.grant("ALPHA")
		l.write(`UPDATE P_DOSSIER SET D_RaisonSoc = 'OTHER', D_Siret = '2'`)
		for range 2 {
			run, _, err := l.try(Options{})
			if !errors.Is(err, ErrOtherDatabase) || run.State != directory.RunFailed {
				t.Fatalf("run %+v, %v", run, err)
			}
		}
		if l.enters("ALPHA") {
			t.Error("it is served")
		}
		if len(l.notices) != 1 || l.notices[0].Event != EventHeld {
			t.Errorf("told: %+v", l.notices)
		}
		l.write(`UPDATE P_DOSSIER SET D_RaisonSoc = 'BIJOU', D_Siret = '1'`)
		l.run()
		if !l.enters("ALPHA") {
			t.Error("the right database is there again, and it is not served")
		}
		l.write(`UPDATE P_DOSSIER SET D_RaisonSoc = 'BIJOU NOUVEAU'`)
		if _, _, err := l.try(Options{}); !errors.Is(err, ErrOtherDatabase) {
			t.Fatal(err)
		}
		if _, _, err := l.try(Options{AcceptDatabase: true}); err != nil {
			t.Fatal(err)
		}
		l.run()
		if !l.enters("ALPHA") {
			t.Error("an administrator accepted it, and it is not served")
		}
	})
}

func TestYesterdaysDatabaseRestored(t *testing.T) {
	onEachEngine(t, erpsource.Dolibarr, dolibarrLife, func(l *life) {
		l.run()
		l.grant("1", "2")
		// A day's work: a customer is changed, one is made.
		l.write(`UPDATE llx_societe SET nom = 'Beta Group', tms = '2026-03-11 09:00:00' WHERE rowid = 2`)
		l.write(`INSERT INTO llx_societe VALUES (4, 'Delta', 'CU4', '44', 1, 1, '2026-03-11 10:00:00')`)
		l.now = l.now.Add(24 * time.Hour)
		l.run()
		// Last night's backup comes back.
		l.write(`UPDATE llx_societe SET nom = 'Beta', tms = '2026-03-10 10:00:00' WHERE rowid = 2`)
		l.write(`DELETE FROM llx_societe WHERE rowid = 4`)
		if _, _, err := l.try(Options{}); !errors.Is(err, ErrRestoredDatabase) {
			t.Fatalf("err = %v", err)
		}
		if l.enters("1") {
			t.Error("it is served")
		}
		// Work that goes on does not open it again.
		l.write(`UPDATE llx_societe SET tms = '2026-03-11 12:00:00' WHERE rowid = 3`)
		if _, _, err := l.try(Options{}); !errors.Is(err, ErrRestoredDatabase) {
			t.Fatalf("err = %v", err)
		}
		_, changes, err := l.try(Options{AcceptDatabase: true})
		if err != nil {
			t.Fatal(err)
		}
		l.wantChanges(changes, "customer 2 update: name", "customer 4 remove")
		if !l.enters("1") {
			t.Error("an administrator accepted it, and it is not served")
		}
	})
}

func TestTheNewestRecordDeletedIsNoRestoredDatabase(t *testing.T) {
	onEachEngine(t, erpsource.Dolibarr, dolibarrLife, func(l *life) {
		l.write(`INSERT INTO llx_societe VALUES (4, 'Delta', 'CU4', '44', 1, 1, '2026-03-10 23:00:00')`)
		l.run()
		l.write(`DELETE FROM llx_societe WHERE rowid = 4`)
		l.wantChanges(l.run(), "customer 4 remove")
	})
}

func TestAMassDeletionWaitsForAnAdministrator(t *testing.T) {
	onEachEngine(t, erpsource.Dolibarr, dolibarrLife, func(l *life) {
		l.runner.Guard = reconcile.Limits{Removed: 1}.Guard()
		l.run()
		l.grant("1", "2")
		l.write(`DELETE FROM llx_socpeople WHERE rowid = 13`)
		l.write(`DELETE FROM llx_societe WHERE rowid IN (2, 3)`)
		first, _, err := l.try(Options{})
		var much *reconcile.TooMuchError
		if !errors.As(err, &much) || len(much.What) != 1 || much.What[0] != "2 of 3 customers" {
			t.Fatalf("err = %v", err)
		}
		if !l.enters("2") {
			t.Error("something was done")
		}
		kept, err := l.store.Changes(context.Background(), first.ID, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		l.wantChanges(lines(kept), "customer 2 remove", "customer 3 remove", "contact 13 remove")
		again, _, _ := l.try(Options{})
		if !strings.HasPrefix(again.Error, "as run "+first.ID+", which is waiting: ") {
			t.Errorf("the next run says %q", again.Error)
		}
		if len(l.notices) != 1 || l.notices[0].Event != EventQuarantined || l.notices[0].RunID != first.ID {
			t.Errorf("told: %+v", l.notices)
		}
		settle := func(id string, to directory.Quarantine) {
			t.Helper()
			err := l.store.SettleQuarantine(context.Background(), id, to, "zoe", "", directory.QuarantineWaiting, directory.QuarantineRejected)
			if err != nil {
				t.Fatal(err)
			}
		}
		settle(first.ID, directory.QuarantineRejected)
		if again, _, _ := l.try(Options{}); !strings.Contains(again.Error, "which is rejected") {
			t.Errorf("after it was rejected: %q", again.Error)
		}
		settle(first.ID, directory.QuarantineApproved)
		// Meanwhile more has gone than was approved: that waits anew.
		l.write(`DELETE FROM llx_societe WHERE rowid = 1`)
		second, _, err := l.try(Options{})
		if err == nil || !strings.Contains(err.Error(), "more than run "+first.ID) && !strings.Contains(err.Error(), "no customer at all") {
			t.Fatalf("err = %v", err)
		}
		l.write(`INSERT INTO llx_societe VALUES (1, 'Alpha', 'CU1', '11', 1, 1, '2026-03-10 10:00:00')`)
		settle(second.ID, directory.QuarantineApproved)
		l.run()
		l.want("after the approval", l.access("2"), "suspended sync")
		l.want("who was not to go", l.access("1"), "granted")
		if r, err := l.store.Run(context.Background(), second.ID); err != nil || r.Quarantine != directory.QuarantineApplied {
			t.Errorf("the stopped run: %+v, %v", r, err)
		}
	})
}

func TestADryRunPrintsWhatARunDoes(t *testing.T) {
	onEachEngine(t, erpsource.Dolibarr, dolibarrLife, func(l *life) {
		l.run()
		l.grant("1")
		l.write(`UPDATE llx_societe SET nom = 'Omega', siret = '99', tms = '2026-03-10 11:59:00' WHERE rowid = 1`)
		l.write(`DELETE FROM llx_societe WHERE rowid = 3`)
		l.write(`INSERT INTO llx_societe VALUES (4, 'Delta', 'CU4', '44', 1, 1, '2026-03-10 11:00:00')`)
		_, dry, err := l.try(Options{DryRun: true})
		if err != nil {
			t.Fatal(err)
		}
		l.want("after the dry run", l.access("1"), "granted")
		if did := l.run(); len(did) != 3 || !slices.Equal(did, dry) {
			t.Errorf("said %q, did %q", dry, did)
		}
	})
}
