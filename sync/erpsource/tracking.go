package erpsource

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// Where SQL Server tracks the changes of the tables that records are made of,
// a read by markers also takes what is tracked: a row whose marker did not move,
// or whose transaction committed long after its stamp, is then seen at the next
// run and not a day later. And where nothing at all was tracked since the last
// read, the ids need not be sent to know that nobody has gone.
//
// It is never believed instead of the markers, and where it cannot be trusted
// everything is read.

// tracker asks for the tracked changes of the tables of a plan.
type tracker struct {
	tables []*table // of the customers, then of the contacts, with the aliases of both statements
	now    *erp.Tracking
	not    erp.NoTracking
	used   bool // rows are chosen by what was tracked too
}

// track asks how far the changes of a database are tracked that tracks them, or
// does not.
func (r *reader) track(ctx context.Context, on bool, tables []*table) (*tracker, error) {
	if len(tables) == 0 {
		return &tracker{not: erp.NoTracking{Off: true}}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	t := &tracker{tables: tables}
	var of []*catalog.Table
	for _, one := range tables {
		of = append(of, one.Table)
	}
	var err error
	t.now, t.not, err = r.db.Tracking(ctx, r.tx, on, of)
	return t, err
}

// mistrust gives up tracking: rows and versions are not of one moment.
func (t *tracker) mistrust() {
	t.now, t.not.Reason = nil, "the database allows no snapshots"
}

// remember puts into a position how far the tracked changes go. A read by markers
// alone may have passed over some: tracking begins with a read of everything.
func (s *snapshot) remember(p *directory.Position) {
	if t := s.tracker; t.now != nil && (s.since == nil || t.used) {
		p.TrackOf, p.TrackVersion = t.now.Of, t.now.Version
	}
}

// since tells whether the changes since a position are known; else why
// everything must be read, which is empty where the markers do as before.
func (t *tracker) since(p directory.Position) (known bool, whyAll string) {
	switch {
	case p.TrackOf == "":
		return false, ""
	case t.now == nil:
		return false, "Change Tracking cannot be used any more: " + t.not.Reason
	case t.now.Of != p.TrackOf:
		return false, "the database was restored, or its Change Tracking was switched off and on, since the last read"
	case t.now.Version < p.TrackVersion:
		return false, fmt.Sprintf("the version of Change Tracking went back from %d to %d, as after a backup was restored", p.TrackVersion, t.now.Version)
	case t.now.Valid > p.TrackVersion:
		return false, fmt.Sprintf("Change Tracking knows the changes from version %d only, and the last read ended at %d: a table was emptied, or the changes are kept for too short a time", t.now.Valid, p.TrackVersion)
	}
	return true, ""
}

// condition is that a row of a statement was inserted or updated after a
// version; empty where that is not tracked.
func (t *tracker) condition(st *statement, after int64) string {
	var any []string
	for _, one := range t.tables {
		if !st.reads(one) {
			continue
		}
		changes := *one
		changes.alias = "v"
		var same []string
		for _, column := range one.PrimaryKey {
			same = append(same, changes.col(column)+" = "+one.col(column))
		}
		any = append(any, "EXISTS (SELECT 1 FROM "+t.changes(one, after)+" WHERE "+strings.Join(same, " AND ")+")")
	}
	return strings.Join(any, " OR ")
}

func (t *tracker) changes(one *table, after int64) string {
	return one.shape.db.TrackedChanges(one.Table, "v", after)
}

// reads tells whether a statement has a table in its FROM clause.
func (s *statement) reads(t *table) bool { return strings.Contains(s.from, t.from()) }

// tracked makes use of the tracked changes since a position, where they are
// known. Where nothing has changed at all, how far the statements go is what it
// was, if as many rows with the same newest marker are there.
func (s *snapshot) tracked(ctx context.Context, p directory.Position) (known bool, whyAll string, err error) {
	if known, whyAll = s.tracker.since(p); !known {
		return false, whyAll, nil
	}
	s.tracker.used = true
	if s.tracker.now.Valid == p.TrackVersion {
		// A table that was emptied without a trace is valid from then on, which
		// may be the very version of the last read: the ids will tell.
		return true, "", nil
	}
	for _, one := range s.tracker.tables {
		n, err := s.one(ctx, "SELECT COUNT(*) FROM "+s.tracker.changes(one, p.TrackVersion))
		if err != nil {
			return false, "", fmt.Errorf("count what was tracked of %s: %w", one.Name, err)
		}
		if n != "0" {
			return true, "", nil
		}
	}
	return true, "", s.asBefore(ctx, p)
}

// asBefore takes over how far the statements went, where nothing speaks against
// it.
func (s *snapshot) asBefore(ctx context.Context, p directory.Position) error {
	for i, st := range []*statement{s.plan.customers, s.plan.contacts} {
		ids, newest := []string{p.CustomerIDs, p.ContactIDs}[i], []string{p.Customers, p.Contacts}[i]
		count, sum, _ := strings.Cut(ids, ":")
		e := &extent{}
		var err, err2 error
		e.n, err = strconv.Atoi(count)
		e.sum, err2 = strconv.ParseUint(sum, 10, 64)
		if err != nil || err2 != nil {
			continue // it is measured anew
		}
		n, stamp, err := s.span(ctx, st)
		if err != nil {
			return fmt.Errorf("count %ss: %w", st.noun, err)
		}
		if n == e.n && min(stamp, p.Now) == newest {
			e.newest = stamp
			s.met[st] = e
		}
	}
	return nil
}

// span reads how many rows a statement has, and their newest marker.
func (s *snapshot) span(ctx context.Context, st *statement) (n int, newest string, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	var stamp sql.NullString
	err = s.tx.QueryRowxContext(ctx, st.span(s.db)).Scan(&n, &stamp)
	return n, stamp.String, err
}

func (s *statement) span(db *erp.DB) string {
	return "SELECT COUNT(*), " + db.StampText("MAX("+s.marker+")") + s.body()
}

// stillKnown asks once more, after the tracked changes were read: what the
// server has forgotten meanwhile is not kept by the snapshot.
func (s *snapshot) stillKnown(ctx context.Context, p directory.Position) (whyAll string, err error) {
	again, err := s.track(ctx, true, s.tracker.tables)
	if err != nil {
		return "", err
	}
	if known, _ := again.since(p); !known {
		return "the server forgot tracked changes while they were read", nil
	}
	return "", nil
}

// TrackedTables are the tables of a database whose changes a synchronisation can
// go by where SQL Server tracks them; none for another engine or kind of ERP.
func TrackedTables(kind string, c *catalog.Catalog) (tables []*catalog.Table) {
	if kind != Sage100 || c.Engine != catalog.SQLServer {
		return nil
	}
	for _, name := range []string{"F_COMPTET", "F_CONTACTT"} {
		if t := c.Table("", name); t != nil {
			tables = append(tables, t)
		}
	}
	return tables
}
