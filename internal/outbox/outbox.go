// Package outbox takes what customers ask for (an order, a quote, a change of
// an address, a message), checks it against the form of their profile, and
// keeps it in the directory until an integrator has brought it into the ERP:
// numbering, totals and triggers belong to the ERP.
//
// It must never write into an ERP, never keep a request that names a record the
// customer does not see (the gate looks for it, as for any read), never tell
// such a record from one that is not there, and never lose a request: it is
// handed over at least once.
//
// Read outbox.go for how a request is taken in, form.go for the check of its
// form, reference.go for that of what it names, delivery.go and the files
// beside it for how requests are pushed to who brings them into the ERP.
package outbox

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/audit"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/profiles"
)

// Gate is the one way to an ERP; *filter.Gate is it.
type Gate interface {
	Do(ctx context.Context, r filter.Request) (*filter.Answer, error)
	View(ctx context.Context, who identity.Caller) (*view.View, error)
}

// Outbox takes requests in and shows customers their own. Gate, Store and Audit
// are required.
type Outbox struct {
	Gate  Gate
	Store directory.RequestStore
	Audit audit.Log
	// Open is how many requests of one customer may be open; 0 for DefaultOpen.
	Open int
	Now  func() time.Time // nil for time.Now
	// Arrived, where it is not nil, is told of each request that was stored.
	Arrived func(directory.Request)
}

// DefaultOpen is how many requests of one customer may be open where nothing
// else is said.
const DefaultOpen = 200

// The errors that are no refusals.
var (
	ErrKeyUsed = errors.New("this Idempotency-Key was already used for another request")
	ErrFull    = directory.ErrFull
)

// Submission is what a customer sends.
type Submission struct {
	Caller    identity.Caller
	RequestID string
	// Key is the portal's own name for the request, so that it can be sent
	// again without being two; empty for none.
	Key string
	// Body is the form: a JSON object of kind, fields and lines, whose numbers
	// are json.Number.
	Body any
}

// Submit checks what a customer sends and keeps it. What was sent before under
// the same key is given as it is now, and fresh is false. Errors are
// *refusal.Error, *FormError, ErrKeyUsed and ErrFull; any other is a failure.
func (o *Outbox) Submit(ctx context.Context, s Submission) (r directory.Request, fresh bool, err error) {
	fail := func(err error) (directory.Request, bool, error) { return directory.Request{}, false, err }
	if s.Caller.ReadOnly {
		return fail(refusal.New(refusal.ReadOnly, "%s", s.Caller.WhyReadOnly()))
	}
	world, err := o.Gate.View(ctx, s.Caller)
	if err != nil {
		return fail(err)
	}
	kind, form, err := open(s.Body, world.Profile)
	if err != nil {
		return fail(err)
	}
	digest, err := digestOf(s.Body)
	if err != nil {
		return fail(err)
	}
	if s.Key != "" {
		switch r, err := o.Store.RequestByKey(ctx, s.Caller.Dossier, s.Caller.Customer.ID, s.Key); {
		case err == nil:
			return o.again(ctx, s, world, r, digest)
		case !errors.Is(err, directory.ErrNotFound):
			return fail(err)
		}
	}
	checked, err := check(kind, form)
	if err != nil {
		return fail(err)
	}
	if err := o.checkReferences(ctx, s, world, checked); err != nil {
		return fail(err)
	}
	body, err := checked.body()
	if err != nil {
		return fail(err)
	}
	r = directory.Request{
		ID: audit.NewID(o.now()), Dossier: s.Caller.Dossier, CustomerID: s.Caller.Customer.ID, KeyID: s.Caller.KeyID,
		Contact: s.Caller.Contact, Actor: s.Caller.Actor, Kind: kind.Name, Profile: world.Profile.Name, Version: world.Profile.Version,
		Body: body, IdempotencyKey: s.Key, Digest: digest, ReceivedAt: o.now(),
	}
	err = o.audited(ctx, s.Caller, s.RequestID, world, audit.ActionInsert, r.ID, func() (int64, error) {
		r, fresh, err = o.Store.AddRequest(ctx, r, cmp.Or(o.Open, DefaultOpen))
		if err != nil || !fresh {
			return 0, err
		}
		return 1, nil
	})
	switch {
	case errors.Is(err, directory.ErrNotFound):
		return fail(refusal.New(refusal.NoAccess, "nobody with an access to this dossier is asking"))
	case err != nil:
		return fail(err)
	case r.Digest != digest: // another one came by this key in the meantime
		return fail(ErrKeyUsed)
	}
	if fresh && o.Arrived != nil {
		o.Arrived(r)
	}
	return r, fresh, nil
}

// again answers what was sent before under a key.
func (o *Outbox) again(ctx context.Context, s Submission, world *view.View, r directory.Request, digest string) (directory.Request, bool, error) {
	if r.Digest != digest {
		return directory.Request{}, false, ErrKeyUsed
	}
	err := o.audited(ctx, s.Caller, s.RequestID, world, audit.ActionRead, r.ID, func() (int64, error) { return 1, nil })
	if err != nil {
		return directory.Request{}, false, err
	}
	return r, false, nil
}

// Query selects requests of the caller's own.
type Query struct {
	Caller    identity.Caller
	RequestID string
	directory.RequestQuery
}

// List gives requests of the caller's customer, of the kinds whose module he may
// read.
func (o *Outbox) List(ctx context.Context, q Query) ([]directory.Request, error) {
	world, err := o.Gate.View(ctx, q.Caller)
	if err != nil {
		return nil, err
	}
	var kinds []string
	for _, k := range Readable(world.Profile) {
		if len(q.Kinds) == 0 || slices.Contains(q.Kinds, k.Name) {
			kinds = append(kinds, k.Name)
		}
	}
	q.Dossier, q.CustomerID, q.Kinds = q.Caller.Dossier, q.Caller.Customer.ID, kinds
	var list []directory.Request
	err = o.audited(ctx, q.Caller, q.RequestID, world, audit.ActionRead, "", func() (int64, error) {
		if len(kinds) == 0 {
			return 0, nil
		}
		list, err = o.Store.Requests(ctx, q.RequestQuery)
		return int64(len(list)), err
	})
	return list, err
}

// Readable gives the kinds of a profile whose requests may be read, by name.
func Readable(p *profiles.Profile) []profiles.RequestKind {
	var kinds []profiles.RequestKind
	for _, name := range slices.Sorted(maps.Keys(p.Requests)) {
		if k := p.Requests[name]; p.Modules[k.Module].Level.AllowsReading() {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

// audited does something once the audit has it.
func (o *Outbox) audited(ctx context.Context, c identity.Caller, requestID string, world *view.View, action, digest string, do func() (int64, error)) error {
	began := o.now()
	e := audit.Entry{
		ID: audit.NewID(began), Time: began, RequestID: requestID, Dossier: c.Dossier, KeyID: c.KeyID, CustomerID: c.Customer.ID, Actor: c.Actor, Contact: c.Contact,
		Front: profiles.RequestsName, Action: action, Decision: audit.Allow, Tables: []string{profiles.RequestsName},
		View: world.Profile.Name + " v" + strconv.Itoa(world.Profile.Version) + " " + world.Digest(),
	}
	if digest != "" {
		e.Digest = audit.Digest(digest)
	}
	if err := o.Audit.Begin(ctx, e); err != nil {
		return refusal.Because(err, refusal.AuditDown, "the audit log cannot be written, so nothing is answered")
	}
	n, err := do()
	out := audit.Outcome{ID: e.ID, Time: e.Time, Rows: n, Millis: o.now().Sub(began).Milliseconds()}
	if err != nil {
		out.Code = "not_stored"
	}
	o.Audit.Finish(out)
	return err
}

func (o *Outbox) now() time.Time {
	if o.Now == nil {
		return time.Now()
	}
	return o.Now()
}

// digestOf names a body: the same JSON value has the same digest, however it is
// spaced and its keys are ordered.
func digestOf(body any) (string, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return "", fmt.Errorf("digest a request: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}
