package erpsource

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/directory"
)

// Incremental is a Snapshot that can pass over what has not changed. Change
// markers make a read cheaper and are never believed beyond it: the ids are all
// read, so that nobody's absence is overlooked, and a read of everything comes
// at least daily.
type Incremental interface {
	Snapshot
	// Position is how far this read goes; FullAt is the caller's to set. A
	// source without change markers has a Position without stamps. It costs
	// nothing once Customers and Contacts were read to their ends.
	Position(ctx context.Context) (directory.Position, error)
	// Since makes Customers and Contacts yield directory.ErrUnchanged, with
	// the id alone, for what has not changed since a position; or it says why
	// everything has to be read, and changes nothing.
	Since(ctx context.Context, p directory.Position) (whyNot string, err error)
	// Only makes Customers and Contacts yield nothing at all for what has not
	// changed, after Since: where no id has gone since p, and all that have come
	// are among the changed ones. has tells whether the directory has a record,
	// not removed. Where it gives false it changes nothing.
	Only(ctx context.Context, p directory.Position, has func(noun, id string) bool) (bool, error)
	// Changed are the ids of what may have changed, sorted, after Since.
	Changed() (customers, contacts []string)
}

var _ Incremental = (*snapshot)(nil)

// NoMarkers is why Since reads everything of an ERP that has no change markers.
const NoMarkers = "this ERP keeps no change markers"

// Overlap is how far back of the newest stamp seen a read begins. It covers
// stamps by the minute, equal stamps, transactions that commit late, and the
// hour that a clock is set back in autumn.
const Overlap = 2 * time.Hour

// clockTolerance is how far an ERP's clock may be set back before its stamps
// are doubted: Overlap less what must remain of it.
const clockTolerance = 90 * time.Minute

// stampLayout reads stamps; a fraction may follow.
const stampLayout = "2006-01-02 15:04:05"

// stamped makes a column the marker of a statement's rows, where it is there
// and holds a date and time.
func (s *statement) stamped(t *table, column string) {
	if !t.has(column) || t.Column(column).Type.Kind != sqltype.Timestamp {
		return
	}
	s.marker = t.col(column)
	s.add("stamp", t.shape.db.StampText(s.marker))
}

// beside adds a table whose rows, linked to the statement's by a condition,
// have a marker of their own that the statement's rows do not share.
func (s *statement) beside(t *table, column, link string) {
	if t.has(column) && t.Column(column).Type.Kind == sqltype.Timestamp {
		s.others = append(s.others, otherMarker{t.col(column), t.from(), link})
	}
}

// otherMarker is the marker of a table beside a statement's.
type otherMarker struct{ column, from, link string }

// changed spells the condition under which a row may have changed since a
// moment: its marker is not older, or missing, or ahead of the ERP's own clock,
// which then was wrong or is.
func (s *statement) changed(since, now string, db interface {
	CompareStamp(expr, op, stamp string) (string, error)
}) (string, error) {
	// What is ahead of the clock is later than since too, or all is that is
	// later than the clock.
	late, err := db.CompareStamp(s.marker, ">=", min(since, now))
	if err != nil {
		return "", err
	}
	any := []string{s.marker + " IS NULL", late}
	for _, o := range s.others {
		late, err := db.CompareStamp(o.column, ">=", since)
		if err != nil {
			return "", err
		}
		any = append(any, "EXISTS (SELECT 1 FROM "+o.from+" WHERE "+o.link+" AND ("+o.column+" IS NULL OR "+late+"))")
	}
	return "(" + strings.Join(any, " OR ") + ")", nil
}

// clock reads the ERP's clock, once; empty where nothing is compared with it.
func (s *snapshot) clock(ctx context.Context) (string, error) {
	if s.now != "" || !s.marked() {
		return s.now, nil
	}
	var err error
	if s.now, err = s.one(ctx, "SELECT "+s.db.Clock(s.plan.utc)); err != nil {
		return "", fmt.Errorf("read the ERP's clock: %w", err)
	}
	return s.now, nil
}

// Position implements Incremental.
func (s *snapshot) Position(ctx context.Context) (directory.Position, error) {
	p := directory.Position{Shape: s.shapeOf(), Alike: s.alikeOf()}
	var err error
	if p.Now, err = s.clock(ctx); err != nil {
		return directory.Position{}, err
	}
	customers, err := s.extentOf(ctx, s.plan.customers)
	if err != nil {
		return directory.Position{}, err
	}
	contacts, err := s.extentOf(ctx, s.plan.contacts)
	if err != nil {
		return directory.Position{}, err
	}
	p.CustomerIDs, p.ContactIDs = customers.String(), contacts.String()
	s.remember(&p)
	if p.Beside, err = s.besideOf(ctx); err != nil {
		return directory.Position{}, err
	}
	if s.marked() { // a stamp ahead of the clock says nothing of what comes after
		p.Customers, p.Contacts = min(customers.newest, p.Now), min(contacts.newest, p.Now)
	}
	return p, nil
}

// maxChanged is how many rows may have changed for a cheap read: they are held
// in memory. Where there are more, reading everything costs little more.
const maxChanged = 20_000

// Since implements Incremental.
func (s *snapshot) Since(ctx context.Context, p directory.Position) (string, error) {
	if !s.marked() {
		return NoMarkers, nil
	}
	if p.Shape != s.shapeOf() {
		return "the columns or the settings are others than they were", nil
	}
	tracked, whyAll, err := s.tracked(ctx, p)
	if err != nil || whyAll != "" {
		return whyAll, err
	}
	now, err := s.Position(ctx)
	if err != nil {
		return "", err
	}
	switch {
	case p.Beside != now.Beside:
		return "what attributes are made of beside the customers has changed", nil
	case before(now.Now, p.Now, clockTolerance):
		return "the ERP's clock was set back", nil
	case now.Customers < p.Customers || now.Contacts < p.Contacts:
		return "the newest record is older than the newest one was", nil
	}
	changed := map[*statement]map[string][]sql.NullString{}
	for i, st := range []*statement{s.plan.customers, s.plan.contacts} {
		since, err := backFrom([]string{p.Customers, p.Contacts}[i], p.Now)
		if err != nil {
			return "", err
		}
		condition, err := st.changed(since, now.Now, s.db)
		if err != nil {
			return "", err
		}
		if tracked {
			if c := s.tracker.condition(st, p.TrackVersion); c != "" {
				condition = "(" + condition + " OR " + c + ")"
			}
		}
		if changed[st], err = s.changedRows(ctx, st, condition); err != nil {
			return "", fmt.Errorf("read which %ss have changed: %w", st.noun, err)
		}
		if changed[st] == nil {
			return fmt.Sprintf("more than %d %ss may have changed, or one of them is there twice", maxChanged, st.noun), nil
		}
	}
	if tracked {
		if whyAll, err := s.stillKnown(ctx, p); err != nil || whyAll != "" {
			return whyAll, err
		}
	}
	s.since = changed
	// Where nobody has changed, nothing that is looked up beside them is needed.
	if len(changed[s.plan.customers]) == 0 {
		s.lookups = map[string]map[string][]string{}
	}
	return "", nil
}

// changedRows reads the rows that meet a condition, by id; nil where they are
// too many to hold, or one id is there twice.
func (r *reader) changedRows(ctx context.Context, st *statement, condition string) (map[string][]sql.NullString, error) {
	rows, cancel, err := r.query(ctx, st.changedOnly(condition))
	if err != nil {
		return nil, err
	}
	defer cancel()
	defer func() { _ = rows.Close() }() // a failed read shows in rows.Err
	scan, place := newScanner(st, false), slices.Index(st.names, "id")
	all := map[string][]sql.NullString{}
	for rows.Next() {
		if len(all) == maxChanged {
			return nil, nil
		}
		if err := rows.Scan(scan.target...); err != nil {
			return nil, err
		}
		id := strings.TrimRight(scan.cells[place].String, " ")
		if _, twice := all[id]; twice {
			return nil, nil // what an id that comes twice means shows among all of them
		}
		all[id] = slices.Clone(scan.cells)
	}
	return all, rows.Err()
}

// marked tells whether both kinds of record have markers.
func (s *snapshot) marked() bool {
	return s.plan.customers.marker != "" && s.plan.contacts.marker != ""
}

// shapeOf is another one whenever the statements, or what is made of their rows,
// are others.
func (s *snapshot) shapeOf() string {
	parts := []string{hashRecipes, s.plan.customers.sql(), s.plan.contacts.sql()}
	for _, l := range s.plan.lookups {
		parts = append(parts, l.sql)
	}
	for _, name := range slices.Sorted(maps.Keys(s.plan.grouped)) {
		parts = append(parts, name, s.plan.grouped[name])
	}
	return digest(parts...)
}

// one reads one text; empty for NULL.
func (r *reader) one(ctx context.Context, text string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	var v sql.NullString
	err := r.tx.QueryRowxContext(ctx, text).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return v.String, err
}

// before tells whether stamp a is more than tolerance before b.
func before(a, b string, tolerance time.Duration) bool {
	x, err := time.Parse(stampLayout, a)
	y, err2 := time.Parse(stampLayout, b)
	return err == nil && err2 == nil && x.Add(tolerance).Before(y)
}

// backFrom is where to begin again after a newest stamp, or after the clock
// where there was none.
func backFrom(newest, now string) (string, error) {
	if newest == "" {
		newest = now
	}
	t, err := time.Parse(stampLayout, newest)
	if err != nil {
		return "", fmt.Errorf("the position kept is damaged: %w", err)
	}
	return t.Add(-Overlap).Format(stampLayout), nil
}
