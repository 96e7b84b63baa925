package syncrun

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
)

// unmarked spells a change of a customer's name, with a marker that did not move.
func unmarked(id, name string) string {
	return `UPDATE F_COMPTET SET CT_Intitule = '` + name + `' WHERE CT_Num = '` + id + `'`
}

// everythingBecause wants the last run to have read everything, for a reason.
func (m *tracked) everythingBecause(before directory.Position, words string) {
	m.t.Helper()
	if m.position().FullAt.Equal(before.FullAt) {
		m.t.Errorf("it was not all read")
	}
	if len(m.notes) != 1 || !strings.Contains(m.notes[0], words) {
		m.t.Errorf("the history says %q, want %q", m.notes, words)
	}
}

// begin does the first runs: the first keeps a version, and a change moves it on
// from where tracking began.
func (m *tracked) begin() directory.Position {
	m.t.Helper()
	m.write(`UPDATE F_COMPTET SET CT_Siret = '44' WHERE CT_Num = 'FOURN'`)
	m.run()
	p := m.position()
	if p.TrackOf == "" || p.TrackVersion == 0 {
		m.t.Fatalf("nothing was kept of Change Tracking: %+v", p)
	}
	m.forgetAsked()
	return p
}

func TestTrackedChanges(t *testing.T) {
	for name, c := range map[string]struct {
		edit string
		now  []string
		full bool // a record is new, so that all is read
	}{
		"nothing":                    {},
		"a marker that did not move": {edit: unmarked("ALPHA", "New"), now: []string{"customer ALPHA update: name"}},
		"a transaction that commits later than any should": {edit: `UPDATE F_COMPTET SET CT_Intitule = 'New', cbModification = '2026-03-09 05:00:00' WHERE CT_Num = 'ALPHA'`,
			now: []string{"customer ALPHA update: name"}},
		"a contact":                              {edit: `UPDATE F_CONTACTT SET CT_Nom = 'New' WHERE CT_No = 2`, now: []string{"contact 2 update: last_name"}},
		"a row changed and changed back":         {edit: unmarked("ALPHA", "New") + ";" + unmarked("ALPHA", "Alpha")},
		"a row deleted":                          {edit: `DELETE FROM F_COMPTET WHERE CT_Num = 'GAMMA'`, now: []string{"customer GAMMA remove"}},
		"a row deleted and made again as it was": {edit: `DELETE FROM F_COMPTET WHERE CT_Num = 'GAMMA'; INSERT INTO F_COMPTET VALUES (3, 'GAMMA', 'Gamma', 0, '33', '2026-03-10 10:00:00')`},
		"a row deleted, and its key used for another firm": {edit: `DELETE FROM F_COMPTET WHERE CT_Num = 'GAMMA'; INSERT INTO F_COMPTET VALUES (3, 'GAMMA', 'Omega', 0, '99', '2026-03-10 09:00:00')`,
			now: []string{"customer GAMMA update: name, registration_no; another company under the same id: its access stays suspended until an administrator says it is the same"}},
		"a row deleted, and its key used for another customer": {edit: `DELETE FROM F_COMPTET WHERE CT_Num = 'GAMMA'; INSERT INTO F_COMPTET VALUES (3, 'DELTA', 'Delta', 0, '99', '2026-03-01 09:00:00')`,
			now: []string{"customer DELTA create", "customer GAMMA remove"}, full: true},
		"a customer who is none any more": {edit: `UPDATE F_COMPTET SET CT_Type = 1 WHERE CT_Num = 'BETA'`, now: []string{"customer BETA remove", "contact 2 remove"}},
		"a supplier who is a customer now, with a contact that was there": {edit: `UPDATE F_COMPTET SET CT_Type = 0 WHERE CT_Num = 'FOURN'`,
			now: []string{"customer FOURN create", "contact 3 create"}, full: true},
		"two customers who exchange their codes": {edit: `UPDATE F_COMPTET SET CT_Num = CASE CT_Num WHEN 'ALPHA' THEN 'BETA' ELSE 'ALPHA' END WHERE cbMarq IN (1, 2)`,
			now: []string{"customer ALPHA update: name, registration_no, technical_id; another company under the same id: its access stays suspended until an administrator says it is the same",
				"customer BETA update: name, registration_no, technical_id; another company under the same id: its access stays suspended until an administrator says it is the same"}},
	} {
		t.Run(name, func(t *testing.T) {
			m := newTracked(t)
			before := m.begin()
			if c.edit != "" {
				m.write(c.edit)
			}
			got := m.run()
			m.wantChanges(got, c.now...)
			if !m.heard("CHANGETABLE") {
				t.Error("tracked changes were not asked for")
			}
			if !c.full {
				m.byMarkers(before)
			}
			if len(m.notes) != 0 {
				t.Errorf("noted: %q", m.notes)
			}
			m.wantChanges(m.full())
		})
	}
}

// TestNoIdsAreSentWhereNothingWasTracked: this is what tracking saves.
func TestNoIdsAreSentWhereNothingWasTracked(t *testing.T) {
	const ids = "SELECT CAST([c].[CT_Num] AS nvarchar(4000)), CONVERT("
	m := newTracked(t)
	m.begin()
	m.run()
	if m.heard(ids) || !m.heard("MAX([c].[cbModification])") {
		t.Errorf("asked %q", m.asked)
	}
	// A row that is gone and that tracking does not know of is missed in the count.
	m.write(`UPDATE ct_database SET paused = 1; DELETE FROM F_COMPTET WHERE CT_Num = 'GAMMA'; UPDATE ct_database SET paused = 0`)
	m.wantChanges(m.run(), "customer GAMMA remove")
	m.forgetAsked()
	m.write(unmarked("ALPHA", "New"))
	m.run()
	if !m.heard(ids) {
		t.Error("something was tracked, and the ids were not asked for")
	}
}

// TestALongTransactionThatCommitsAfterARead: its version is that of its commit.
func TestALongTransactionThatCommitsAfterARead(t *testing.T) {
	m := newTracked(t)
	m.begin()
	tx, err := m.raw.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.Exec(`UPDATE F_COMPTET SET CT_Intitule = 'New', cbModification = '2026-03-01 10:00:00' WHERE CT_Num = 'ALPHA'`); err != nil {
		t.Fatal(err)
	}
	m.wantChanges(m.run())
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	m.wantChanges(m.run(), "customer ALPHA update: name")
}

// TestTrackingThatLies: where the server's word cannot be gone on from, all is
// read, so that a change whose marker did not move is found at once; and the
// history says why.
func TestTrackingThatLies(t *testing.T) {
	alpha := []string{"customer ALPHA update: name"}
	for name, c := range map[string]struct {
		lie  func(m *tracked)
		now  []string
		says string
	}{
		"the version is too old": {lie: func(m *tracked) {
			m.write(unmarked("ALPHA", "New"))
			m.forget()
		}, now: alpha, says: "knows the changes from version"},
		"switched off": {lie: func(m *tracked) {
			m.switchOff()
			m.write(unmarked("ALPHA", "New"))
		}, now: alpha, says: "not switched on for the database"},
		"switched off and on, with as many commits since": {lie: func(m *tracked) {
			m.switchOff()
			m.write(unmarked("ALPHA", "New"))
			m.switchOn()
			for range 9 {
				m.write(`UPDATE F_COMPTET SET CT_Siret = '44' WHERE CT_Num = 'FOURN'`)
			}
		}, now: alpha, says: "switched off and on"},
		"a table switched off": {lie: func(m *tracked) {
			m.untrackTable("F_COMPTET")
			m.write(unmarked("ALPHA", "New"))
		}, now: alpha, says: "the changes of dbo.F_COMPTET are not tracked"},
		"a table switched off and on, and no commit counted between": {lie: func(m *tracked) {
			m.untrackTable("F_COMPTET")
			m.write(unmarked("ALPHA", "New"))
			m.trackTable("F_COMPTET")
		}, now: alpha, says: "switched off and on"},
		"a table emptied": {lie: func(m *tracked) {
			m.write(`UPDATE F_COMPTET SET CT_Siret = '44' WHERE CT_Num = 'FOURN'`)
			m.truncate("F_CONTACTT")
		}, now: []string{"contact 1 remove", "contact 2 remove"}, says: "a table was emptied"},
		"a table emptied, and no commit counted": {lie: func(m *tracked) { m.truncate("F_CONTACTT") }, now: []string{"contact 1 remove", "contact 2 remove"}},
		"a right taken away": {lie: func(m *tracked) {
			m.write(`UPDATE ct_table SET allowed = 0 WHERE name = 'F_CONTACTT'`)
			m.write(unmarked("ALPHA", "New"))
		}, now: alpha, says: "may not see the changes of dbo.F_CONTACTT"},
		"the fork hidden": {lie: func(m *tracked) {
			m.write(`UPDATE ct_database SET fork = NULL`)
			m.write(unmarked("ALPHA", "New"))
		}, now: alpha, says: "may not see whether the database was restored"},
		"snapshots switched off": {lie: func(m *tracked) {
			m.write(`UPDATE ct_database SET snapshots = 0`)
			m.write(unmarked("ALPHA", "New"))
		}, now: alpha, says: "allows no snapshots"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newTracked(t)
			before := m.begin()
			c.lie(m)
			m.wantChanges(m.run(), c.now...)
			if c.says != "" {
				m.everythingBecause(before, c.says)
			}
			// And that is said once: the next run goes on from there.
			m.wantChanges(m.run())
			if len(m.notes) != 0 {
				t.Errorf("noted again: %q", m.notes)
			}
			m.wantChanges(m.full())
		})
	}
}

// TestARestoredDatabaseIsReadAnew: its versions may be as high as they were, and
// stand for other commits.
func TestARestoredDatabaseIsReadAnew(t *testing.T) {
	const commits = 5
	edit := func(m *tracked) {
		for range commits {
			m.write(`UPDATE F_COMPTET SET CT_Siret = '44' WHERE CT_Num = 'FOURN'`)
		}
	}
	t.Run("by RESTORE", func(t *testing.T) {
		m := newTracked(t)
		m.begin()
		m.backup()
		m.write(unmarked("ALPHA", "New"))
		edit(m)
		m.wantChanges(m.run(), "customer ALPHA update: name")
		before := m.position()
		m.restore("family/fork-2")
		edit(m)
		edit(m)
		if m.position().TrackVersion != before.TrackVersion {
			t.Fatal("the position moved")
		}
		m.wantChanges(m.run(), "customer ALPHA update: name")
		m.everythingBecause(before, "was restored")
	})
	t.Run("without another fork", func(t *testing.T) {
		m := newTracked(t)
		m.begin()
		m.backup()
		m.write(unmarked("ALPHA", "New"))
		edit(m)
		m.run()
		before := m.position()
		m.restore("")
		m.wantChanges(m.run(), "customer ALPHA update: name")
		m.everythingBecause(before, "went back")
	})
	t.Run("with records older than they were", func(t *testing.T) {
		m := newTracked(t)
		m.begin()
		m.backup()
		m.write(`UPDATE F_COMPTET SET CT_Intitule = 'New', cbModification = '2026-03-10 18:00:00' WHERE CT_Num = 'ALPHA'`)
		m.run()
		m.restore("family/fork-2")
		if _, _, err := m.try(Options{}); err == nil || !strings.Contains(err.Error(), "older records") {
			t.Errorf("the run ended with %v", err)
		}
	})
}

// TestTrackingThatWasNeverOnIsNoNews: markers do, as before, and nobody is told.
func TestTrackingThatWasNeverOnIsNoNews(t *testing.T) {
	m := newTracked(t)
	m.switchOff()
	m.run()
	before := m.position()
	if before.TrackOf != "" {
		t.Errorf("kept: %+v", before)
	}
	m.write(`UPDATE F_COMPTET SET CT_Intitule = 'New', cbModification = '2026-03-10 10:00:00' WHERE CT_Num = 'ALPHA'`)
	m.wantChanges(m.run(), "customer ALPHA update: name")
	m.byMarkers(before)
	// It is switched on: the next run that reads everything begins with it.
	m.switchOn()
	m.write(`UPDATE F_COMPTET SET CT_Intitule = 'Unseen', cbModification = '2026-03-01 10:00:00' WHERE CT_Num = 'BETA'`)
	m.wantChanges(m.run())
	m.byMarkers(before)
	m.wantChanges(m.full(), "customer BETA update: name")
	before = m.position()
	m.write(unmarked("BETA", "Newer"))
	m.wantChanges(m.run(), "customer BETA update: name")
	m.byMarkers(before)
	if len(m.notes) != 0 {
		t.Errorf("noted: %q", m.notes)
	}
}

// TestACodeTypedOverAnothersByTracking: nobody has gone, no row was deleted, and
// one customer less is there.
func TestACodeTypedOverAnothersByTracking(t *testing.T) {
	m := newTracked(t)
	m.begin()
	m.write(`UPDATE F_COMPTET SET CT_Num = 'ALPHA' WHERE CT_Num = 'GAMMA'`)
	m.run()
	if c, err := m.store.Customer(context.Background(), "d", "GAMMA"); err != nil || c.RemovedAt == nil {
		t.Errorf("who had the other code: %+v, %v", c, err)
	}
}

// TestTrackedChangesAtRandom edits the ERP and meddles with its tracking at
// random. Whatever happens, a run that read by tracked changes leaves the
// directory as the ERP is, just as one that read everything does.
func TestTrackedChangesAtRandom(t *testing.T) {
	rounds := 120
	if testing.Short() {
		rounds = 40
	}
	for _, seed := range []uint64{3, 17} {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			m := newTracked(t)
			m.begin()
			dice := rand.New(rand.NewPCG(seed, seed))
			byTracking, byAll, next := 0, 0, 100
			for round := range rounds {
				for range dice.IntN(4) {
					id := fmt.Sprintf("C%02d", dice.IntN(12))
					stamp := []string{"2026-03-01 10:00:00", "2026-03-10 10:00:00", "2026-03-10 09:30:00"}[dice.IntN(3)]
					switch dice.IntN(5) {
					case 0:
						m.write(`DELETE FROM F_COMPTET WHERE CT_Num = '` + id + `'; DELETE FROM F_CONTACTT WHERE CT_Num = '` + id + `'`)
					case 1:
						next++
						m.write(fmt.Sprintf(`INSERT INTO F_COMPTET SELECT %d, '%s', 'Name %d', 0, '%d', '%s' WHERE NOT EXISTS (SELECT 1 FROM F_COMPTET WHERE CT_Num = '%s')`, next, id, next, next, stamp, id))
						m.write(fmt.Sprintf(`INSERT INTO F_CONTACTT SELECT %d, '%s', %d, 'Person', '%s'`, next, id, next, stamp))
					case 2:
						m.write(fmt.Sprintf(`UPDATE F_COMPTET SET CT_Type = %d WHERE CT_Num = '%s'`, dice.IntN(2), id))
					default:
						m.write(fmt.Sprintf(`UPDATE F_COMPTET SET CT_Intitule = 'Name %d' WHERE CT_Num = '%s'`, round*10+dice.IntN(9), id))
					}
				}
				switch dice.IntN(20) {
				case 0:
					m.forget()
				case 1:
					m.untrackTable("F_COMPTET")
				case 2:
					m.switchOff()
				case 3:
					m.switchOff()
					m.switchOn()
				case 4, 5, 6:
					m.switchOn()
				}
				before := m.position()
				m.forgetAsked()
				if _, _, err := m.try(Options{AllowEmpty: true, Full: dice.IntN(5) == 0}); err != nil {
					t.Fatalf("round %d: %v", round, err)
				}
				all := !m.position().FullAt.Equal(before.FullAt)
				if !all && !m.heard("CHANGETABLE") {
					continue // markers may be late
				}
				if byTracking++; all {
					byTracking--
					byAll++
				}
				m.wantAsERP(fmt.Sprint("round ", round, ", all read: ", all))
			}
			t.Logf("%d runs by tracked changes, %d of everything, %d by markers", byTracking, byAll, rounds-byTracking-byAll)
			if byTracking < rounds/6 || byAll < rounds/6 {
				t.Error("too few of one kind to mean anything")
			}
		})
	}
}

// wantAsERP compares the directory with the modelled ERP.
func (m *tracked) wantAsERP(when string) {
	m.t.Helper()
	list := func(query string) (all []string) {
		rows, err := m.raw.Query(query)
		if err != nil {
			m.t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				m.t.Fatal(err)
			}
			all = append(all, line)
		}
		return all
	}
	want := append(list(`SELECT CT_Num || ' ' || CT_Intitule FROM F_COMPTET WHERE CT_Type = 0 ORDER BY CT_Num`),
		list(`SELECT p.CT_No || ' of ' || p.CT_Num FROM F_CONTACTT p JOIN F_COMPTET c ON c.CT_Num = p.CT_Num AND c.CT_Type = 0 ORDER BY CAST(p.CT_No AS TEXT)`)...)
	var got []string
	for c, err := range m.store.AllCustomers(context.Background(), "d") {
		if err != nil {
			m.t.Fatal(err)
		}
		if c.RemovedAt == nil {
			got = append(got, c.ID+" "+c.Name)
		}
	}
	for c, err := range m.store.AllContacts(context.Background(), "d") {
		if err != nil {
			m.t.Fatal(err)
		}
		if c.RemovedAt == nil {
			got = append(got, c.ID+" of "+c.CustomerID)
		}
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		m.t.Fatalf("%s: the directory has\n%s\nthe ERP has\n%s", when, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestChangeTrackingOfAServer tries the same on a real server, where there is one
// that has it.
func TestChangeTrackingOfAServer(t *testing.T) {
	if os.Getenv("VANTELLE_TEST_SQLSERVER") == "" {
		t.Skip("VANTELLE_TEST_SQLSERVER is not set: Change Tracking was tried on a model of SQL Server only")
	}
	l := realTracked(t)
	l.write(`UPDATE F_COMPTET SET CT_Siret = '44' WHERE CT_Num = 'FOURN'`)
	l.run()
	before := l.position()
	if before.TrackOf == "" {
		t.Fatalf("nothing was kept of Change Tracking: %+v", before)
	}
	l.write(unmarked("ALPHA", "New"))
	l.wantChanges(l.run(), "customer ALPHA update: name")
	l.write(`DELETE FROM F_CONTACTT WHERE CT_No = 2`)
	l.wantChanges(l.run(), "contact 2 remove")
	l.byMarkers(before)
	l.write(`ALTER TABLE F_COMPTET DISABLE CHANGE_TRACKING`)
	l.write(unmarked("BETA", "Newer"))
	l.write(`ALTER TABLE F_COMPTET ENABLE CHANGE_TRACKING`)
	l.wantChanges(l.run(), "customer BETA update: name")
	if len(l.notes) != 1 {
		t.Errorf("noted: %q", l.notes)
	}
	l.write(`TRUNCATE TABLE F_CONTACTT`)
	l.wantChanges(l.run(), "contact 1 remove")
}
