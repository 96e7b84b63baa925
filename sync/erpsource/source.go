// Package erpsource reads the customers and contacts of an ERP as sorted
// records of the directory's nouns, in one consistent read.
//
// It must never hide that a read failed: an iterator that ends without an
// error has given every record. It decides nothing about what the records
// mean for accesses; sync/reconcile does.
//
// Read next: sage100.go, odoo.go and dolibarr.go (what is read where), custom.go
// (an operator's own SELECTs), stream.go (how rows become records or problems),
// shape.go (how a dossier's own columns are met).
package erpsource

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// The kinds of ERP that New knows.
const (
	Sage100  = "sage100"
	Odoo     = "odoo"
	Dolibarr = "dolibarr"
	Custom   = "custom"
)

// Source is one dossier's customers and contacts, where the ERP keeps them.
type Source interface {
	// Open begins a read. The caller closes the snapshot. A table or column
	// that the read cannot do without and the dossier lacks is a
	// *MissingError; erp.Classify and erp.Hint explain other errors.
	Open(ctx context.Context) (Snapshot, error)
}

// Snapshot is one read: everything it gives was so at one moment. It serves
// one goroutine, one iterator at a time.
//
// Customers and Contacts yield records sorted by ID in byte order, each ID
// once, their Hash set and their Dossier empty. A *directory.Problem in place
// of the error stands for a record that is not as it should be, and the
// iteration goes on; after any other error it ends.
type Snapshot interface {
	// Fingerprint tells this database from another; its Value is empty where
	// the ERP has none to give.
	Fingerprint(ctx context.Context) (directory.Fingerprint, error)
	Customers(ctx context.Context) iter.Seq2[directory.Customer, error]
	Contacts(ctx context.Context) iter.Seq2[directory.Contact, error]
	// Expected counts the rows that Customers and Contacts will go through.
	Expected(ctx context.Context) (customers, contacts int, err error)
	Close() error
}

// New makes the source of a dossier whose ERP is of the given kind. It reads
// nothing yet: what is wrong with the options by themselves is an error, what
// does not fit the database is one of Open's.
func New(kind string, db *erp.DB, opts Options) (Source, error) {
	planners := map[string]planner{Sage100: planSage100, Odoo: planOdoo, Dolibarr: planDolibarr, Custom: planCustom}
	plan, ok := planners[kind]
	if !ok {
		return nil, fmt.Errorf("source of ERP database %q: %q is none of the kinds of ERP, %s", db.Name(), kind, strings.Join(slices.Sorted(maps.Keys(planners)), ", "))
	}
	if err := opts.validate(kind); err != nil {
		return nil, fmt.Errorf("source of ERP database %q: %w", db.Name(), err)
	}
	return &source{db: db, plan: plan, opts: opts}, nil
}

// planner makes the statements for one dossier from the shape it has, in the
// read that will run them.
type planner func(ctx context.Context, s *shape, r *reader, opts Options) (*plan, error)

// plan is what a kind of ERP differs in.
type plan struct {
	fingerprint         func(ctx context.Context, r *reader) (directory.Fingerprint, error)
	lookups             []lookup
	sameness            *sameness // nil where ids are numbers
	customers, contacts *statement
	customer            func(r *row) directory.Customer
	contact             func(r *row) (directory.Contact, string) // or why it cannot be taken
	utc                 bool                                     // the markers are in UTC, not in the ERP's local time
	grouped             map[string]string                        // attributes by what a customer has below another; see groups.go
	tracks              []*table                                 // what records are made of and SQL Server may track; see tracking.go
}

type source struct {
	db   *erp.DB
	plan planner
	opts Options
}

func (s *source) Open(ctx context.Context) (Snapshot, error) {
	snap, err := s.open(ctx)
	if err != nil {
		return nil, fmt.Errorf("open source %q: %w", s.db.Name(), err)
	}
	return snap, nil
}

func (s *source) open(ctx context.Context) (*snapshot, error) {
	shape, err := s.shape(ctx)
	if err != nil {
		return nil, err
	}
	tracks, err := s.db.TracksChanges(ctx)
	if err != nil {
		return nil, err
	}
	tx, err := s.db.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	r := &reader{db: s.db, tx: tx, timeout: s.db.SyncStatementTimeout()}
	plan, err := s.plan(ctx, shape, r, s.opts)
	if err != nil {
		_ = tx.Rollback() // nothing was written; the plan's own error is the one that counts
		return nil, err
	}
	tracker, err := r.track(ctx, tracks, plan.tracks) // before any row is read
	if err != nil {
		_ = tx.Rollback()
		return nil, err
	}
	alike, err := plan.sameness.alike(ctx, r)
	if err != nil {
		_ = tx.Rollback()
		return nil, err
	}
	alike, err = plan.alike(ctx, shape, r, s.opts.FilterColumns, alike)
	if err != nil {
		_ = tx.Rollback()
		return nil, err
	}
	consistent, err := s.db.Consistent(ctx, tx, shape.read)
	if err != nil {
		_ = tx.Rollback()
		return nil, err
	}
	if !consistent {
		tracker.mistrust()
	}
	return &snapshot{reader: r, plan: plan, alike: alike, tracker: tracker, confirm: !consistent, met: map[*statement]*extent{}}, nil
}

func (s *source) shape(ctx context.Context) (*shape, error) {
	c, err := s.db.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	return &shape{db: s.db, catalog: c}, nil
}

// shape is one dossier's tables, as they are today.
type shape struct {
	db      *erp.DB
	catalog *catalog.Catalog
	read    []string // the tables that were asked for and are there
}
