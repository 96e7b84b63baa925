package erpsource

import (
	"cmp"
	"context"
	"crypto/md5" //nolint:gosec // the engines have it; it tells sets of ids apart and keeps nothing secret
	"database/sql"
	"encoding/binary"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// extent is how far a statement's rows go: how many there are, which ids they
// have, and their newest marker. Two sets of as many ids have the same sum by
// accident once in 2^40 times; what hides behind one is found by the next read
// of everything.
type extent struct {
	n      int
	sum    uint64 // of the ids' hashes
	newest string
}

// hashBytes is how much of an id's MD5 is summed: 40 bits, so that sums of
// millions fit wherever they are made.
const hashBytes = 5

func idHash(id string) uint64 {
	sum := md5.Sum([]byte(id)) //nolint:gosec // see above
	return binary.BigEndian.Uint64(append(make([]byte, 8-hashBytes, 8), sum[:hashBytes]...))
}

func (e *extent) add(id string) {
	e.n++
	e.sum += idHash(id)
}

func (e *extent) String() string { return fmt.Sprintf("%d:%d", e.n, e.sum) }

// extentOf finds out how far a statement's rows go, unless that is known.
func (s *snapshot) extentOf(ctx context.Context, st *statement) (*extent, error) {
	if s.met[st] != nil {
		return s.met[st], nil
	}
	e, err := s.measure(ctx, st)
	if err != nil {
		return nil, fmt.Errorf("count %ss: %w", st.noun, err)
	}
	s.met[st] = e
	return e, nil
}

// measure has the engine sum the hashes, where it can make them.
func (s *snapshot) measure(ctx context.Context, st *statement) (*extent, error) {
	id, hash := st.exprs[slices.Index(st.names, "id")], ""
	switch s.db.Engine() {
	case catalog.Postgres:
		hash = "('x' || substr(md5(COALESCE(" + id + ", '')), 1, 10))::bit(40)::bigint"
	case catalog.MariaDB:
		hash = "CAST(CONV(LEFT(MD5(COALESCE(" + id + ", '')), 10), 16, 10) AS UNSIGNED)"
	}
	newest := "NULL"
	if st.marker != "" {
		newest = st.marker
	}
	e := &extent{}
	var stamp sql.NullString
	if hash != "" {
		if st.marker != "" {
			newest = s.db.StampText("MAX(" + newest + ")")
		}
		ctx, cancel := context.WithTimeout(ctx, s.timeout)
		defer cancel()
		err := s.tx.QueryRowxContext(ctx, "SELECT COUNT(*), COALESCE(SUM("+hash+"), 0), "+newest+st.body()).Scan(&e.n, &e.sum, &stamp)
		e.newest = stamp.String
		return e, err
	}
	if st.marker != "" {
		newest = s.db.StampText(newest)
	}
	rows, cancel, err := s.query(ctx, "SELECT "+id+", "+newest+st.body())
	if err != nil {
		return nil, err
	}
	defer cancel()
	defer func() { _ = rows.Close() }() // a failed read shows in rows.Err
	for rows.Next() {
		var given sql.NullString
		if err := rows.Scan(&given, &stamp); err != nil {
			return nil, err
		}
		e.add(given.String)
		e.newest = max(e.newest, stamp.String)
	}
	return e, rows.Err()
}

// alikeOf is another one whenever other ids cannot be taken, or for other
// reasons.
func (s *snapshot) alikeOf() string {
	if len(s.alike) == 0 {
		return ""
	}
	var all []string
	for _, id := range slices.Sorted(maps.Keys(s.alike)) {
		all = append(all, id, s.alike[id])
	}
	return digest(all...)
}

// Changed implements Incremental.
func (s *snapshot) Changed() (customers, contacts []string) {
	return slices.Sorted(maps.Keys(s.since[s.plan.customers])), slices.Sorted(maps.Keys(s.since[s.plan.contacts]))
}

// Only implements Incremental.
func (s *snapshot) Only(ctx context.Context, p directory.Position, has func(noun, id string) bool) (bool, error) {
	now, err := s.Position(ctx)
	if err != nil {
		return false, err
	}
	if s.since == nil || s.confirm || p.Alike != now.Alike {
		return false, nil
	}
	before := map[*statement]string{s.plan.customers: p.CustomerIDs, s.plan.contacts: p.ContactIDs}
	for st, then := range before {
		rest := *s.met[st]
		place := slices.Index(st.names, "id")
		for id, cells := range s.since[st] {
			given := cells[place]
			if badID(st, id, given) != nil || s.alike[id] != "" {
				return false, nil
			}
			if !has(st.noun, id) { // it was not there then, or the sums tell
				rest.n--
				rest.sum -= idHash(given.String)
			}
		}
		if rest.String() != then {
			return false, nil
		}
	}
	s.only = true
	return true, nil
}

// changedOnly yields what may have changed, sorted, as stream does.
func changedOnly[T any](s *snapshot, st *statement, build func(*row) (T, string)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		r := &row{columns: columnsOf(st), lookups: s.lookups}
		place := r.columns.at["id"]
		for _, id := range slices.SortedFunc(maps.Keys(s.since[st]), cmp.Compare[string]) {
			r.id, r.cells = id, s.since[st][id]
			record, notes, problem := made(st, r, r.cells[place].String, build)
			for _, n := range notes {
				if !yield(none, n) {
					return
				}
			}
			if problem != nil {
				if !yield(none, problem) {
					return
				}
				continue
			}
			if !yield(record, nil) {
				return
			}
		}
	}
}

// made makes a record of a row whose id is good, with what has to be said of it,
// or the problem for which there is none.
func made[T any](st *statement, r *row, given string, build func(*row) (T, string)) (record T, notes []*directory.Problem, problem *directory.Problem) {
	if given != r.id {
		notes = append(notes, &directory.Problem{Noun: st.noun, Record: r.id,
			Reason: st.idName + " ends with blanks in the ERP; it was taken without them, and rows that carry them may not be found"})
	}
	if name := badText(st, r); name != "" {
		return record, notes, &directory.Problem{Noun: st.noun, Record: r.id, Keep: true,
			Reason: "its " + name + " is no valid text; the directory keeps what it had"}
	}
	record, reason := build(r)
	if reason != "" {
		return record, notes, &directory.Problem{Noun: st.noun, Record: r.id, Reason: reason}
	}
	if st.remarks != nil {
		for _, remark := range st.remarks(r) {
			notes = append(notes, &directory.Problem{Noun: st.noun, Record: r.id, Reason: remark})
		}
	}
	if p := severalAddresses(st, r); p != nil {
		notes = append(notes, p)
	}
	return record, notes, nil
}
