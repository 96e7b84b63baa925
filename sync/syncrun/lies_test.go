package syncrun

import (
	"context"
	"testing"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/sync/erpsource"
)

// The known lies of change markers. Where a read by markers cannot see through
// one, the daily read of everything must.

// full is a run of the next day, which reads everything.
func (l *life) full() []string {
	l.t.Helper()
	l.now = l.now.Add(25 * time.Hour)
	return l.run()
}

// byMarkers wants the last run to have read by markers.
func (l *life) byMarkers(before directory.Position) {
	l.t.Helper()
	if after := l.position(); !after.FullAt.Equal(before.FullAt) {
		l.t.Errorf("the run read everything, at %s", after.FullAt)
	}
}

func (l *life) position() directory.Position {
	l.t.Helper()
	p, err := l.store.Position(context.Background(), "d")
	if err != nil {
		l.t.Fatal(err)
	}
	return p
}

func TestMarkersThatLie(t *testing.T) {
	for name, c := range map[string]struct {
		lie      string
		now      []string // changes that a read by markers finds
		tomorrow []string // changes that only the read of everything finds
	}{
		"nothing has changed": {lie: `UPDATE llx_societe SET nom = 'Alpha' WHERE rowid = 1`},
		"an honest change":    {lie: `UPDATE llx_societe SET nom = 'New', tms = '2026-03-10 11:00:00' WHERE rowid = 1`, now: []string{"customer 1 update: name"}},
		"a stamp equal to the newest": {lie: `UPDATE llx_societe SET nom = 'New', tms = '2026-03-10 10:00:00' WHERE rowid = 1`,
			now: []string{"customer 1 update: name"}},
		"a long transaction that commits late": {lie: `UPDATE llx_societe SET nom = 'New', tms = '2026-03-10 08:30:00' WHERE rowid = 1`,
			now: []string{"customer 1 update: name"}},
		"one that commits later than any should": {lie: `UPDATE llx_societe SET nom = 'New', tms = '2026-03-10 05:00:00' WHERE rowid = 1`,
			tomorrow: []string{"customer 1 update: name"}},
		"a new record of such a one": {lie: `INSERT INTO llx_societe VALUES (4, 'Delta', 'CU4', '44', 1, 1, '2026-03-10 05:00:00')`,
			now: []string{"customer 4 create"}},
		"a marker that did not move": {lie: `UPDATE llx_societe SET nom = 'New', tms = '2026-03-01 10:00:00' WHERE rowid = 1`,
			tomorrow: []string{"customer 1 update: name"}},
		"a marker that moved without a change": {lie: `UPDATE llx_societe SET tms = '2026-03-10 11:30:00'`},
		"a marker that is NULL": {lie: `UPDATE llx_societe SET nom = 'New', tms = NULL WHERE rowid = 1`,
			now: []string{"customer 1 update: name"}},
		"a marker by the minute": {lie: `UPDATE llx_societe SET nom = 'New', tms = '2026-03-10 09:59:00' WHERE rowid = 1`,
			now: []string{"customer 1 update: name"}},
		"the clock set back an hour": {lie: `UPDATE llx_societe SET nom = 'New', tms = '2026-03-10 09:00:01' WHERE rowid = 1`,
			now: []string{"customer 1 update: name"}},
		"a clock that is ahead": {lie: `UPDATE llx_societe SET nom = 'New', tms = '2099-01-01 00:00:00' WHERE rowid = 1`,
			now: []string{"customer 1 update: name"}},
		"an extra field, which the record's marker misses": {lie: `INSERT INTO llx_societe_extrafields VALUES (1, 1, '2026-03-10 11:00:00')`},
		"a record that is gone":                            {lie: `DELETE FROM llx_societe WHERE rowid = 3`, now: []string{"customer 3 remove"}},
		"a contact": {lie: `UPDATE llx_socpeople SET lastname = 'New', tms = '2026-03-10 10:30:00' WHERE rowid = 11`,
			now: []string{"contact 11 update: last_name"}},
		"a customer who is none any more": {lie: `UPDATE llx_societe SET client = 0 WHERE rowid = 2`,
			now: []string{"customer 2 remove", "contact 13 remove"}},
	} {
		t.Run(name, func(t *testing.T) {
			onEachEngine(t, erpsource.Dolibarr, dolibarrLife, func(l *life) {
				l.run()
				before := l.position()
				l.write(c.lie)
				l.wantChanges(l.run(), c.now...)
				if name != "a new record of such a one" && name != "a record that is gone" {
					l.byMarkers(before)
				}
				l.wantChanges(l.full(), c.tomorrow...)
				l.wantChanges(l.full())
			})
		})
	}
}

// TestAClockThatWasSetBackIsNotBelieved: what is stamped after it is older than
// what was seen, so that everything is read.
func TestAClockThatWasSetBackIsNotBelieved(t *testing.T) {
	onEachEngine(t, erpsource.Dolibarr, dolibarrLife, func(l *life) {
		l.run()
		// The ERP's clock as the directory remembers it was far ahead.
		p := l.position()
		at, err := time.Parse("2006-01-02 15:04:05", p.Now)
		if err != nil {
			t.Fatal(err)
		}
		p.Now = at.Add(48 * time.Hour).Format("2006-01-02 15:04:05")
		if err := l.store.StartRun(context.Background(), directory.Run{ID: "set", Dossier: "d", StartedAt: l.now}); err != nil {
			t.Fatal(err)
		}
		if err := l.store.ApplyPlan(context.Background(), "set", directory.Plan{Dossier: "d", Position: &p}, l.now); err != nil {
			t.Fatal(err)
		}
		l.write(`UPDATE llx_societe SET nom = 'New', tms = '2026-03-01 10:00:00' WHERE rowid = 1`)
		l.wantChanges(l.run(), "customer 1 update: name")
		if l.position().FullAt.Equal(p.FullAt) {
			t.Error("it was read by markers")
		}
	})
}

func TestOtherSettingsReadEverything(t *testing.T) {
	onEachEngine(t, erpsource.Dolibarr, dolibarrLife, func(l *life) {
		l.run()
		source, err := erpsource.New(erpsource.Dolibarr, l.db, erpsource.Options{Attributes: map[string]string{"number": "siret"}})
		if err != nil {
			t.Fatal(err)
		}
		l.runner.Source = source
		l.wantChanges(l.run(), "customer 1 update: attributes", "customer 2 update: attributes", "customer 3 update: attributes")
	})
}

func TestWhoAsksForEverythingGetsIt(t *testing.T) {
	onEachEngine(t, erpsource.Dolibarr, dolibarrLife, func(l *life) {
		l.run()
		l.write(`UPDATE llx_societe SET nom = 'New', tms = '2026-03-01 10:00:00' WHERE rowid = 1`)
		if _, changes, err := l.try(Options{Full: true}); err != nil || len(changes) != 1 {
			t.Errorf("changes %q, %v", changes, err)
		}
		l.runner.FullEvery = 0
		l.write(`UPDATE llx_societe SET nom = 'Newer', tms = '2026-03-01 10:00:00' WHERE rowid = 1`)
		l.wantChanges(l.run(), "customer 1 update: name")
	})
}

// TestMarkersOfSageAndOdoo: theirs work as Dolibarr's do.
func TestMarkersOfSageAndOdoo(t *testing.T) {
	onEachEngine(t, erpsource.Sage100, sageLife, func(l *life) {
		l.run()
		before := l.position()
		l.write(`UPDATE F_COMPTET SET CT_Intitule = 'New', cbModification = '2026-03-10 10:00:00' WHERE CT_Num = 'ALPHA'`)
		l.write(`UPDATE F_COMPTET SET CT_Intitule = 'Unseen', cbModification = '2026-03-01 10:00:00' WHERE CT_Num = 'BETA'`)
		l.wantChanges(l.run(), "customer ALPHA update: name")
		l.byMarkers(before)
		l.wantChanges(l.full(), "customer BETA update: name")
	})
	onEachEngine(t, erpsource.Odoo, odooLife, func(l *life) {
		l.run()
		before := l.position()
		l.write(`UPDATE res_partner SET name = 'New', write_date = '2026-03-10 10:00:00' WHERE id = 1`)
		l.write(`UPDATE res_partner SET name = 'Unseen', write_date = '2026-03-01 10:00:00' WHERE id = 2`)
		l.wantChanges(l.run(), "customer 1 update: name")
		l.byMarkers(before)
		l.wantChanges(l.full(), "customer 2 update: name")
	})
}
