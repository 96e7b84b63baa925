package erpsource

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"maps"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/vantelle/vantelle/internal/directory"
)

type snapshot struct {
	*reader
	plan  *plan
	alike map[string]string // ids that cannot be taken, with the reason
	// since are the rows that may have changed, by statement and id; nil where
	// every row is read.
	since   map[*statement]map[string][]sql.NullString
	only    bool // nothing but since is given: all else is as it was
	now     string
	met     map[*statement]*extent // how far each statement's rows go, once known
	tracker *tracker
	beside  *string // see besideOf; nil until it is known
	// confirm: the database does not keep the read apart from changes, so that
	// the ids are read twice.
	confirm bool
}

func (s *snapshot) Fingerprint(ctx context.Context) (directory.Fingerprint, error) {
	f, err := s.plan.fingerprint(ctx, s.reader)
	if err != nil {
		return directory.Fingerprint{}, fmt.Errorf("read the dossier's fingerprint: %w", err)
	}
	return f, nil
}

func (s *snapshot) Customers(ctx context.Context) iter.Seq2[directory.Customer, error] {
	bare := func(id string) directory.Customer { return directory.Customer{ID: id} }
	return stream(ctx, s, s.plan.customers, bare, func(r *row) (directory.Customer, string) {
		if reason := s.alike[r.id]; reason != "" {
			return directory.Customer{}, reason
		}
		c := s.plan.customer(r)
		looked := c.Attributes // what is looked up beside; a chosen column of the name wins
		if len(s.plan.grouped) > 0 {
			looked = r.groupedAttributes(s.plan.grouped)
			maps.Copy(looked, c.Attributes)
		}
		c.ID, c.Hash, c.Attributes, c.Stamp = r.id, "", r.attributes(), r.text("stamp")
		for name, value := range looked {
			if c.Attributes == nil {
				c.Attributes = map[string]string{}
			}
			if _, chosen := c.Attributes[name]; !chosen {
				c.Attributes[name] = value
			}
		}
		c.Hash = customerHash(c)
		return c, ""
	})
}

func (s *snapshot) Contacts(ctx context.Context) iter.Seq2[directory.Contact, error] {
	bare := func(id string) directory.Contact { return directory.Contact{ID: id} }
	return stream(ctx, s, s.plan.contacts, bare, func(r *row) (directory.Contact, string) {
		c, reason := s.plan.contact(r)
		c.ID = r.id
		c.Hash = contactHash(c)
		return c, reason
	})
}

func (s *snapshot) Expected(ctx context.Context) (customers, contacts int, err error) {
	if s.met[s.plan.customers] != nil && s.met[s.plan.contacts] != nil {
		return s.met[s.plan.customers].n, s.met[s.plan.contacts].n, nil
	}
	if customers, err = s.count(ctx, s.plan.customers); err != nil {
		return 0, 0, err
	}
	if contacts, err = s.count(ctx, s.plan.contacts); err != nil {
		return 0, 0, err
	}
	return customers, contacts, nil
}

func (s *snapshot) Close() error {
	if err := s.tx.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) {
		return fmt.Errorf("end the read of the ERP: %w", err)
	}
	return nil
}

// columns says where the values of a statement's rows are.
type columns struct {
	at         map[string]int // by the columns' names
	attributes map[string]int // by the attributes' names
}

func columnsOf(st *statement) columns {
	c := columns{map[string]int{}, map[string]int{}}
	for i, name := range st.names {
		c.at[name] = i
		if attribute, is := strings.CutPrefix(name, attributePrefix); is {
			c.attributes[attribute] = i
		}
	}
	return c
}

// row is one row of a statement, by the names of its columns. Its cells are
// good until the next row is read.
type row struct {
	id      string
	columns columns
	cells   []sql.NullString
	lookups map[string]map[string][]string
}

// value is a column's value; NULL for a column that is not there.
func (r *row) value(name string) sql.NullString {
	if i, there := r.columns.at[name]; there {
		return r.cells[i]
	}
	return sql.NullString{}
}

// text is a value without the blanks around it; empty for NULL.
func (r *row) text(name string) string { return strings.TrimSpace(r.value(name).String) }

// key is a value as records are linked by it: as it is but for blanks behind.
func (r *row) key(name string) string { return strings.TrimRight(r.value(name).String, " ") }

// pending is a record that waits for the next row to have another id.
type pending[T any] struct {
	id      string
	record  T
	problem *directory.Problem // in place of record
	notes   []*directory.Problem
	twice   bool
	same    bool // the record is its id, and has not changed
}

// stream runs a statement and makes a record or a problem of each row. build
// gives a record or the reason why there is none, bare one with nothing but its
// id.
func stream[T any](ctx context.Context, s *snapshot, st *statement, bare func(id string) T, build func(*row) (T, string)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		fail := func(err error) { yield(none, fmt.Errorf("read %ss: %w", st.noun, err)) }
		if err := s.load(ctx, s.plan.lookups); err != nil {
			fail(err)
			return
		}
		text, changed := st.sql(), s.since[st]
		switch {
		case s.only:
			for record, err := range changedOnly(s, st, build) {
				if !yield(record, err) {
					return
				}
			}
			return
		case s.since != nil:
			text = st.idsOnly()
		default:
			if _, err := s.clock(ctx); err != nil { // before the first row
				fail(err)
				return
			}
		}
		rows, cancel, err := s.query(ctx, text)
		if err != nil {
			fail(err)
			return
		}
		defer cancel()
		defer func() { _ = rows.Close() }() // a failed read shows in rows.Err

		var last *pending[T]
		emit := func() bool {
			if last == nil {
				return true
			}
			if last.twice {
				return yield(none, &directory.Problem{Noun: st.noun, Record: last.id,
					Reason: "the ERP has this " + st.idName + " more than once; none of them is taken"})
			}
			for _, n := range last.notes {
				if !yield(none, n) {
					return false
				}
			}
			if last.problem != nil {
				return yield(none, last.problem)
			}
			if last.same {
				return yield(last.record, directory.ErrUnchanged)
			}
			return yield(last.record, nil)
		}
		scan, met := newScanner(st, s.since != nil), newIDs()
		r := &row{columns: columnsOf(st), cells: scan.cells, lookups: s.lookups}
		place := r.columns.at["id"]
		stamp, stamped := r.columns.at["stamp"]
		if s.since != nil {
			place = 0
		}
		var whole extent
		for rows.Next() {
			if err := rows.Scan(scan.target...); err != nil {
				fail(err)
				return
			}
			given := scan.cells[place]
			whole.add(given.String)
			if stamped && s.since == nil {
				whole.newest = max(whole.newest, scan.cells[stamp].String)
			}
			if s.confirm {
				met.add(given)
			}
			r.id = strings.TrimRight(given.String, " ")
			if p := badID(st, r.id, given); p != nil {
				if !yield(none, p) {
					return
				}
				continue
			}
			next := &pending[T]{id: r.id}
			if last != nil && last.id == r.id {
				last.twice, next.twice = true, true
			}
			if !emit() {
				return
			}
			if s.since != nil {
				cells, may := changed[r.id]
				switch {
				case s.alike[r.id] != "": // it is told of whatever it is like
					cells = make([]sql.NullString, len(st.names))
				case !may:
					next.record, next.same, last = bare(r.id), true, next
					continue
				}
				r.cells = cells
			}
			next.record, next.notes, next.problem = made(st, r, given.String, build)
			last = next
		}
		if err := rows.Err(); err != nil {
			fail(err)
			return
		}
		if s.since == nil {
			s.met[st] = &whole
		}
		if s.confirm {
			_ = rows.Close() // read to its end
			if err := s.confirmIDs(ctx, st, met); err != nil {
				fail(err)
				return
			}
		}
		emit()
	}
}

// badID says what is wrong with a row's id, trimmed and as given; nil where
// nothing is.
func badID(st *statement, id string, given sql.NullString) *directory.Problem {
	switch {
	case !given.Valid:
		return &directory.Problem{Noun: st.noun, Reason: "a row has no " + st.idName + " (NULL)"}
	case id == "":
		return &directory.Problem{Noun: st.noun, Reason: "a row has an empty " + st.idName}
	case !clean(id):
		return &directory.Problem{Noun: st.noun, Record: strconv.QuoteToASCII(id), Reason: "its " + st.idName + " is no valid text"}
	}
	return nil
}

// severalAddresses tells of a record whose e-mail field holds more than one
// address, which people do and no account can be made of.
func severalAddresses(st *statement, r *row) *directory.Problem {
	if strings.Count(r.value("email").String, "@") < 2 {
		return nil
	}
	return &directory.Problem{Noun: st.noun, Record: r.id, Reason: "its e-mail field holds several addresses; it was taken as it is, and no account can be made from it"}
}

// badText names the first value that is no clean text; empty where all are.
func badText(st *statement, r *row) string {
	for i, name := range st.names {
		if !clean(r.cells[i].String) {
			return name
		}
	}
	return ""
}

// clean tells whether s is UTF-8 without NUL, as the directory's text must be.
func clean(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

// cleaned is s trimmed, or nothing where it is not clean.
func cleaned(s string) string {
	if !clean(s) {
		return ""
	}
	return strings.TrimSpace(s)
}

// scanner is where rows of a statement are read into.
type scanner struct {
	cells  []sql.NullString
	target []any
}

// newScanner is for a statement's columns, or for its ids alone.
func newScanner(st *statement, idsOnly bool) *scanner {
	width := len(st.names)
	if idsOnly {
		width = 1
	}
	s := &scanner{cells: make([]sql.NullString, width)}
	for i := range s.cells {
		s.target = append(s.target, &s.cells[i])
	}
	return s
}
