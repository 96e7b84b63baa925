package filter

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/profiles"
)

// Dossier is one ERP database as the gate knows it.
type Dossier struct {
	ID             string
	ERP            string // its kind, as profiles say it; those for another kind open nothing here. Empty: every profile does
	DB             *erp.DB
	DefaultProfile string      // for accesses that name none
	NoDates        []time.Time // moments by which this ERP means "no date"
}

// World is what a customer's requests are answered from.
type World struct {
	Dossier string
	DB      *erp.DB
	NoDates []time.Time
	View    *view.View
}

// Worlds binds profiles to dossiers. It reads a dossier's catalog when it is
// first needed, again from time to time, and after the ERP no longer knew a
// name; an ERP that does not answer is asked again with the next request, but
// not more often than every few seconds. What was read once answers while the ERP
// is away.
type Worlds struct {
	book     func(context.Context) (*profiles.Book, error)
	dossiers map[string]*dossier
	refresh  time.Duration
	now      func() time.Time
}

const (
	defaultRefresh = 5 * time.Minute
	retryAfter     = 2 * time.Second
)

type dossier struct {
	Dossier
	mu      sync.Mutex
	catalog *catalog.Catalog
	err     error
	read    time.Time
	stale   bool
	views   map[viewKey]*view.View
	lowered map[loweredKey]*profiles.Profile
	breaker breaker
}

// viewKey names all that a view depends on.
type viewKey struct {
	to              purpose
	profile, digest string
	version         int
	catalog         string         // its fingerprint
	book            *profiles.Book // where a profile of it lets customers write: what the others say counts, too
}

// loweredKey names a profile of the book and the levels that lower it.
type loweredKey struct {
	profile *profiles.Profile
	levels  string
}

// How many are kept. A view is dear to make and large; a lowered profile shares
// all but its levels.
const (
	maxViews   = 250
	maxLowered = 5000
)

// NewWorlds makes Worlds of dossiers. book gives the profiles in force; it is
// asked for every request, so that a new one holds from the next request on.
func NewWorlds(book func() *profiles.Book, refresh time.Duration, dossiers ...Dossier) *Worlds {
	return FollowWorlds(func(context.Context) (*profiles.Book, error) { return book(), nil }, refresh, dossiers...)
}

// FollowWorlds is NewWorlds with a book that is asked for under a request's
// context and may be out of reach: then the request is refused.
func FollowWorlds(book func(context.Context) (*profiles.Book, error), refresh time.Duration, dossiers ...Dossier) *Worlds {
	if refresh <= 0 {
		refresh = defaultRefresh
	}
	w := &Worlds{book: book, dossiers: map[string]*dossier{}, refresh: refresh, now: time.Now}
	for _, d := range dossiers {
		w.dossiers[d.ID] = &dossier{Dossier: d, views: map[viewKey]*view.View{}, lowered: map[loweredKey]*profiles.Profile{}}
	}
	return w
}

// For gives the world of a caller: his membership's profile or his access's,
// else the default one, with the levels that access and membership leave.
// Errors are *refusal.Error.
func (w *Worlds) For(ctx context.Context, c identity.Caller) (World, error) {
	return w.world(ctx, c, toRead)
}

func (w *Worlds) world(ctx context.Context, c identity.Caller, to purpose) (World, error) {
	d := w.dossiers[c.Dossier]
	if d == nil {
		return World{}, nobody()
	}
	book, err := w.current(ctx)
	if err != nil {
		return World{}, err
	}
	name := cmp.Or(c.Access.Profile, book.Default(c.Dossier, c.Access.Licence), d.DefaultProfile)
	if own := c.Membership.Profile; own != "" && own != name {
		// The access may have got another profile since the membership got
		// its own, which then no longer only takes away from it.
		if p, known := book.Get(own); !known || p.Extends != name {
			return World{}, refusal.Because(errors.New("profile "+own+" of the membership is no restriction of "+name), refusal.NoAccess,
				"the profile of your own does not belong to your company's access: tell the administrator")
		}
		name = own
	}
	v, err := w.bind(ctx, d, book, name, to, levels(c.Access.Levels), levels(c.Membership.Levels))
	if err != nil {
		return World{}, err
	}
	return World{Dossier: d.ID, DB: d.DB, NoDates: d.NoDates, View: v}, nil
}

// levels is what the directory keeps as text.
func levels(kept map[string]string) profiles.Levels {
	if len(kept) == 0 {
		return nil
	}
	ls := make(profiles.Levels, len(kept))
	for module, level := range kept {
		ls[module] = profiles.Level(level)
	}
	return ls
}

func (w *Worlds) current(ctx context.Context) (*profiles.Book, error) {
	book, err := w.book(ctx)
	if err != nil {
		return nil, refusal.Because(err, refusal.Unavailable, "which profiles are in force cannot be found out now: try again in a moment")
	}
	return book, nil
}

// View binds a profile, by name, to a dossier. Errors are *refusal.Error.
func (w *Worlds) View(ctx context.Context, dossierID, profile string) (*view.View, error) {
	book, err := w.current(ctx)
	if err != nil {
		return nil, err
	}
	return w.bind(ctx, w.dossiers[dossierID], book, profile, toRead)
}

// purpose is what a view is for: what requests may name, or what the gate's own
// statements look files up in.
type purpose string

const (
	toRead      purpose = "read"
	toFindFiles purpose = "files"
)

func (w *Worlds) bind(ctx context.Context, d *dossier, book *profiles.Book, profile string, to purpose, lowered ...profiles.Levels) (*view.View, error) {
	p, known := book.Get(profile)
	if d == nil || !known {
		return nil, noProfile("there is no profile " + profile)
	}
	if d.ERP != "" && p.ERP != d.ERP {
		// Its rules are about another ERP's tables: here they would leave out
		// what keeps customers apart.
		return nil, noProfile("profile " + p.Name + " is for " + p.ERP + ", and dossier " + d.ID + " is a " + d.ERP)
	}
	cat, err := w.catalog(ctx, d)
	if err != nil {
		switch {
		case errors.Is(ctx.Err(), context.Canceled):
			return nil, refusal.Because(err, refusal.Cancelled, "the request was cancelled")
		case ctx.Err() != nil:
			return nil, refusal.Because(err, refusal.Timeout, "the ERP took too long")
		}
		return nil, unreachable(err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	p = d.lower(p, lowered)
	key := viewKey{to: to, profile: p.Name, version: p.Version, digest: p.Digest, catalog: cat.Fingerprint()}
	if book.Writes() {
		key.book = book
	}
	if v := d.views[key]; v != nil {
		return v, nil
	}
	if len(d.views) >= maxViews {
		clear(d.views) // of profiles and catalogs that are no more
	}
	if to == toFindFiles {
		p = p.ForFiles()
	}
	v := view.Bind(p, cat, book.Beside(p)...)
	d.views[key] = v
	return v, nil
}

func noProfile(cause string) error {
	return refusal.Because(errors.New(cause), refusal.NoAccess, "the access names a profile that does not exist here: tell the administrator")
}

// lower lowers a profile, under the lock. What came out is kept: it is the same
// for every request of a customer.
func (d *dossier) lower(p *profiles.Profile, by []profiles.Levels) *profiles.Profile {
	if !slices.ContainsFunc(by, func(ls profiles.Levels) bool { return len(ls) > 0 }) {
		return p
	}
	key := loweredKey{profile: p}
	for _, ls := range by {
		key.levels += ls.String() + ";"
	}
	lowered := d.lowered[key]
	if lowered == nil {
		if len(d.lowered) >= maxLowered {
			clear(d.lowered)
		}
		lowered = p.Lowered(by...)
		d.lowered[key] = lowered
	}
	return lowered
}

// Failed is told how every statement ended; err is nil where it was answered. A
// name that the ERP no longer knows means that its catalog has changed; several
// statements in a row that found no ERP, that it is better left alone.
func (w *Worlds) Failed(dossierID string, err error) {
	if d := w.dossiers[dossierID]; d != nil {
		d.breaker.saw(err, w.now())
	}
	if d := w.dossiers[dossierID]; d != nil && erp.Classify(err) == erp.MissingObject {
		d.mu.Lock()
		d.stale = true
		d.mu.Unlock()
	}
}

// shut tells whether a dossier's ERP is left alone now. It takes nothing.
func (w *Worlds) shut(dossierID string) bool {
	d := w.dossiers[dossierID]
	return d != nil && d.breaker.shut(w.now)
}

// look lets a statement go to a dossier's ERP, or refuses it while the ERP is left
// alone. Errors are *refusal.Error.
func (w *Worlds) look(dossierID string) (*look, error) {
	d := w.dossiers[dossierID]
	if d == nil {
		return nil, nobody()
	}
	l, ok := d.breaker.allow(w.now)
	if !ok {
		return nil, unreachable(errBroken)
	}
	return l, nil
}

// Catalog gives a dossier's catalog as last read.
func (w *Worlds) Catalog(ctx context.Context, dossierID string) (*catalog.Catalog, error) {
	d := w.dossiers[dossierID]
	if d == nil {
		return nil, errors.New("there is no dossier " + dossierID)
	}
	return w.catalog(ctx, d)
}

func (w *Worlds) catalog(ctx context.Context, d *dossier) (*catalog.Catalog, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	age := w.now().Sub(d.read)
	switch {
	case d.catalog != nil && !d.stale && age < w.refresh:
		return d.catalog, nil
	case d.catalog != nil && d.breaker.open():
		return d.catalog, nil // an ERP that is left alone is not read; a statement will say whether it is back
	case age < retryAfter && d.catalog == nil && d.err != nil:
		return nil, d.err
	case age < retryAfter && d.catalog != nil:
		return d.catalog, nil
	}
	// Read under the lock: requests that need it wait for one read together.
	cat, err := d.DB.Catalog(ctx)
	if err != nil && ctx.Err() != nil {
		return nil, err // this caller gave up; the next one tries again at once
	}
	d.read, d.err = w.now(), err
	if err != nil {
		if d.catalog == nil {
			return nil, err
		}
		return d.catalog, nil // the statement itself will say whether the ERP answers
	}
	d.catalog, d.stale = cat, false
	return cat, nil
}
