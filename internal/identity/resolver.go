package identity

import (
	"context"
	"errors"
	"fmt"

	"github.com/vantelle/vantelle/internal/directory"
)

// Directory is what a Resolver reads. Its methods and their errors are those
// of directory.Store; directory.ErrNotFound stands for "there is none" and any
// other error for a failure.
type Directory interface {
	KeyByHash(ctx context.Context, kind directory.KeyKind, hash string) (directory.Key, error)
	CustomersByCode(ctx context.Context, dossier, code string) ([]directory.Customer, error)
	Entrant(ctx context.Context, dossier, customerID string) (directory.Entrant, error)
}

// Resolver finds out who is asking. Set its fields before the first use; it may
// then be used by many goroutines. It remembers who was let in where the
// directory tells when it has changed.
type Resolver struct {
	Store Directory

	// HasDossier says which dossiers there are, so that an absent one and
	// one that a key does not open are refused at the same step. Nil takes
	// every name for one that exists, and leaves the absent to the caller.
	HasDossier func(dossier string) bool

	// RefuseDormant says in which dossiers a customer whom the ERP calls
	// dormant may not enter. Nil lets them in everywhere. Where they enter they
	// read, and write nothing: their Caller is ReadOnly.
	RefuseDormant func(dossier string) bool

	// AllowDemoKeys accepts the keys that everybody knows.
	AllowDemoKeys bool

	memory memory
}

// Backend finds the customer for whom a portal's backend asks. bearer is the
// key itself (see BearerToken); customer, contact and actor are the values of
// the headers, as they came. On error the Caller is nobody.
//
// Errors, in the order in which they are looked for: ErrUnauthorized,
// ErrNoSuchDossier, *HeaderError, ErrAmbiguous, ErrNoAccess. Any other is a
// failure of the directory.
func (r *Resolver) Backend(ctx context.Context, dossier, bearer, customer, contact, actor string) (Caller, error) {
	store, tells := r.Store.(revised)
	if !tells {
		return r.backend(ctx, dossier, bearer, customer, contact, actor)
	}
	revision, err := store.Revision(ctx)
	if err != nil { // asking will say what is wrong
		return r.backend(ctx, dossier, bearer, customer, contact, actor)
	}
	q := ask(dossier, bearer, customer, contact, actor)
	if c, ok := r.memory.recall(q, revision); ok {
		return c, nil
	}
	c, err := r.backend(ctx, dossier, bearer, customer, contact, actor)
	if err != nil {
		return Caller{}, err
	}
	r.memory.keep(q, revision, c)
	return c, nil
}

// backend is Backend without what it remembers.
func (r *Resolver) backend(ctx context.Context, dossier, bearer, customer, contact, actor string) (Caller, error) {
	key, err := r.key(ctx, directory.KeyBackend, bearer)
	if err != nil {
		return Caller{}, err
	}
	if dossier == "" || !opens(key.Dossiers, dossier) || (r.HasDossier != nil && !r.HasDossier(dossier)) {
		return Caller{}, ErrNoSuchDossier
	}
	name, err := parseCustomer(customer)
	if err != nil {
		return Caller{}, err
	}
	if contact, err = decode(HeaderContact, contact); err != nil {
		return Caller{}, err
	}
	if actor, err = decode(HeaderActor, actor); err != nil {
		return Caller{}, err
	}
	entrant, err := r.entrant(ctx, dossier, name)
	if err != nil {
		return Caller{}, err
	}
	c := Caller{
		Dossier:   dossier,
		KeyID:     key.ID,
		KeyName:   key.Name,
		Developer: key.Developer,
		Customer:  entrant.Customer,
		Access:    entrant.Access,
		Contact:   contact,
		Actor:     actor,
		ReadOnly:  entrant.Customer.State == directory.CustomerDormant,
	}
	if !c.Valid() {
		return Caller{}, ErrNoAccess
	}
	return c, nil
}

// Admin finds the administrator to whom a key belongs. Errors: ErrUnauthorized;
// any other is a failure of the directory.
func (r *Resolver) Admin(ctx context.Context, bearer string) (Admin, error) {
	key, err := r.key(ctx, directory.KeyAdmin, bearer)
	if err != nil {
		return Admin{}, err
	}
	return Admin{KeyID: key.ID, Name: key.Name, Dossiers: key.Dossiers}, nil
}

// Integrator finds who may take requests from the outbox: an integrator, or an
// administrator. What it gives must open nothing but the outbox. Errors are
// those of Admin.
func (r *Resolver) Integrator(ctx context.Context, bearer string) (Admin, error) {
	if WellFormed(directory.KeyAdmin, bearer) {
		return r.Admin(ctx, bearer)
	}
	key, err := r.key(ctx, directory.KeyIntegrator, bearer)
	if err != nil {
		return Admin{}, err
	}
	return Admin{KeyID: key.ID, Name: key.Name, Dossiers: key.Dossiers}, nil
}

// key looks a bearer key up.
func (r *Resolver) key(ctx context.Context, kind directory.KeyKind, bearer string) (directory.Key, error) {
	if !WellFormed(kind, bearer) || (IsDemo(bearer) && !r.AllowDemoKeys) {
		return directory.Key{}, ErrUnauthorized
	}
	key, err := r.Store.KeyByHash(ctx, kind, HashKey(bearer))
	if errors.Is(err, directory.ErrNotFound) {
		return directory.Key{}, ErrUnauthorized
	}
	if err != nil {
		return directory.Key{}, fmt.Errorf("look up %s key: %w", kind, err)
	}
	if key.ID == "" || key.Kind != kind || key.DisabledAt != nil {
		return directory.Key{}, ErrUnauthorized
	}
	return key, nil
}

// entrant reads the customer and its access. A code only leads to the id: what
// the customer may do is read afterwards, in one consistent read.
func (r *Resolver) entrant(ctx context.Context, dossier string, name customerName) (directory.Entrant, error) {
	id := name.id
	if id == "" {
		found, err := r.Store.CustomersByCode(ctx, dossier, name.code)
		switch {
		case err != nil:
			return directory.Entrant{}, fmt.Errorf("look up customer by code in dossier %s: %w", dossier, err)
		case len(found) == 0:
			return directory.Entrant{}, ErrNoAccess
		case len(found) > 1:
			return directory.Entrant{}, r.ambiguous(ctx, dossier, found)
		}
		id = found[0].ID
	}
	entrant, err := r.entrantByID(ctx, dossier, id)
	if err != nil {
		return directory.Entrant{}, err
	}
	// Between the two reads a synchronisation may have given the code away.
	if entrant.Customer.ID != id || (name.code != "" && entrant.Customer.Code != name.code) {
		return directory.Entrant{}, ErrNoAccess
	}
	return entrant, nil
}

// ambiguous is why none of several customers with one code is let in. Where
// none of them might enter by his id, the answer must not tell that they are there.
func (r *Resolver) ambiguous(ctx context.Context, dossier string, found []directory.Customer) error {
	why := ErrNoAccess
	for _, c := range found {
		entrant, err := r.entrantByID(ctx, dossier, c.ID)
		switch {
		case err == nil && entrant.Access.State == directory.AccessGranted:
			why = ErrAmbiguous
		case err != nil && !errors.Is(err, ErrNoAccess):
			return err
		}
	}
	return why
}

// entrantByID reads a customer and its access, unless a dormant one may not enter.
func (r *Resolver) entrantByID(ctx context.Context, dossier, id string) (directory.Entrant, error) {
	entrant, err := r.Store.Entrant(ctx, dossier, id)
	if errors.Is(err, directory.ErrNotFound) {
		return directory.Entrant{}, ErrNoAccess
	}
	if err != nil {
		return directory.Entrant{}, fmt.Errorf("look up access in dossier %s: %w", dossier, err)
	}
	if entrant.Customer.State == directory.CustomerDormant && r.RefuseDormant != nil && r.RefuseDormant(dossier) {
		return directory.Entrant{}, ErrNoAccess
	}
	return entrant, nil
}
