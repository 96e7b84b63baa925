package access

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/vantelle/vantelle/internal/directory"
)

// maxNote is the longest note kept, in characters.
const maxNote = 1000

// Service carries out the use cases. Set its fields before the first use; it
// may then be used by many goroutines.
//
// Every method can return ErrNobody, ErrNotFound (also for a dossier that the
// administrator does not look after) and errors of the store. The changes also
// return *FieldError, *StateError and ErrConflict.
type Service struct {
	Store Store
	// CheckProfile says whether a profile ("" for the default one) may be
	// given in a dossier. Its error is worded for the administrator.
	CheckProfile func(ctx context.Context, dossier, profile string) error
	// CheckAccess says whether licence type and levels of an access fit its
	// profile; nil where neither is offered, and both are refused then.
	CheckAccess func(ctx context.Context, a directory.Access) error
	Now         func() time.Time
}

// Grant lets the customer enter with the profile, or gives another profile or
// note to a customer who may already enter.
func (s *Service) Grant(ctx context.Context, by Administrator, r Request) (directory.Access, error) {
	return s.change(ctx, by, r, "grant", func(a *directory.Access) error {
		switch a.State {
		case "", directory.AccessGranted, directory.AccessRevoked:
		case directory.AccessPending:
			return &StateError{"grant", a.State, "it awaits a colleague's approval"}
		default:
			return &StateError{"grant", a.State, "resume it, then change it"}
		}
		if err := s.CheckProfile(ctx, r.Dossier, r.Profile); err != nil {
			return &FieldError{"profile", err.Error()}
		}
		a.State, a.Profile, a.Licence, a.Levels = directory.AccessGranted, r.Profile, r.Licence, r.Levels
		if s.CheckAccess != nil {
			return s.CheckAccess(ctx, *a)
		}
		if r.Licence != "" || len(r.Levels) > 0 {
			return &FieldError{"levels", "are not offered here"}
		}
		return nil
	})
}

// Suspend closes the dossier to the customer until Resume. An access that the
// synchronisation has suspended becomes suspended by an administrator, so that
// the customer's return no longer lifts it.
func (s *Service) Suspend(ctx context.Context, by Administrator, r Request) (directory.Access, error) {
	return s.change(ctx, by, r, "suspend", func(a *directory.Access) error {
		switch {
		case a.State == directory.AccessRevoked:
			return &StateError{"suspend", a.State, "it opens nothing already"}
		case a.State == directory.AccessSuspended && a.SuspendedBy == directory.SuspendedByAdministrator:
			return &StateError{"suspend", a.State, "there is nothing to do"}
		case a.State != directory.AccessSuspended:
			a.SuspendedFrom = a.State
		}
		a.State, a.SuspendedBy = directory.AccessSuspended, directory.SuspendedByAdministrator
		return nil
	})
}

// Resume lifts a suspension, whoever made it: the access is again what it was,
// granted or awaiting approval. For a suspension by the synchronisation this is
// the administrator's word that the customer who returned is the same one.
func (s *Service) Resume(ctx context.Context, by Administrator, r Request) (directory.Access, error) {
	return s.change(ctx, by, r, "resume", func(a *directory.Access) error {
		if a.State != directory.AccessSuspended {
			return &StateError{"resume", a.State, "it is not suspended"}
		}
		switch a.SuspendedFrom {
		case directory.AccessGranted, directory.AccessPending:
			a.State = a.SuspendedFrom
		default:
			return &StateError{"resume", a.State, "what it was before is not known; revoke it and grant it anew"}
		}
		return nil
	})
}

// Revoke closes the dossier to the customer until a new Grant.
func (s *Service) Revoke(ctx context.Context, by Administrator, r Request) (directory.Access, error) {
	return s.change(ctx, by, r, "revoke", func(a *directory.Access) error {
		if a.State == directory.AccessRevoked {
			return &StateError{"revoke", a.State, "there is nothing to do"}
		}
		a.State = directory.AccessRevoked
		return nil
	})
}

// change reads the access, lets apply edit it, and stores it on the version
// that the administrator saw.
func (s *Service) change(ctx context.Context, by Administrator, r Request, verb string, apply func(*directory.Access) error) (directory.Access, error) {
	none := directory.Access{}
	fail := func(err error) (directory.Access, error) {
		return none, fmt.Errorf("%s access of customer %s to dossier %s: %w", verb, r.CustomerID, r.Dossier, err)
	}
	if err := admit(by, r.Dossier); err != nil {
		return fail(err)
	}
	if err := r.check(verb == "grant"); err != nil {
		return fail(err)
	}
	a, err := s.Store.Access(ctx, r.Dossier, r.CustomerID)
	switch {
	case errors.Is(err, directory.ErrNotFound) && verb == "grant":
		// PutAccess tells whether the customer exists.
		a = directory.Access{Dossier: r.Dossier, CustomerID: r.CustomerID}
	case err != nil:
		return fail(err)
	}
	if a.Version != r.Version {
		return fail(ErrConflict)
	}
	was := a.State
	if err := apply(&a); err != nil {
		return fail(err)
	}
	if a.State != directory.AccessSuspended {
		a.SuspendedBy, a.SuspendedFrom = "", ""
	}
	a.Note, a.ChangedBy, a.ChangedAt = r.Note, by.signature(), s.Now()
	stored, err := s.Store.PutAccess(ctx, a)
	if errors.Is(err, directory.ErrUndecided) {
		err = &StateError{verb, was, "it is asked whether the customer is another company now: answer that decision first"}
	}
	if err != nil {
		return fail(err)
	}
	return stored, nil
}

// List gives the accesses of a dossier by customer id, revoked ones too.
func (s *Service) List(ctx context.Context, by Administrator, dossier string) ([]directory.Access, error) {
	if err := admit(by, dossier); err != nil {
		return nil, fmt.Errorf("list accesses of dossier %s: %w", dossier, err)
	}
	list, err := s.Store.ListAccesses(ctx, dossier)
	if err != nil {
		return nil, fmt.Errorf("list accesses of dossier %s: %w", dossier, err)
	}
	return list, nil
}

// Count gives how many customers of the dossier may enter, of how many.
func (s *Service) Count(ctx context.Context, by Administrator, dossier string) (granted, total int, err error) {
	if err := admit(by, dossier); err != nil {
		return 0, 0, fmt.Errorf("count accesses of dossier %s: %w", dossier, err)
	}
	granted, total, err = s.Store.CountAccesses(ctx, dossier)
	if err != nil {
		return 0, 0, fmt.Errorf("count accesses of dossier %s: %w", dossier, err)
	}
	return granted, total, nil
}

// admit refuses nobody, and administrators of other dossiers.
func admit(by Administrator, dossier string) error {
	if by.KeyID == "" {
		return ErrNobody
	}
	if !by.LooksAfter(dossier) {
		return ErrNotFound
	}
	return nil
}

// check looks for mistakes in the form of a request.
func (r Request) check(grant bool) error {
	switch {
	case r.CustomerID == "":
		return &FieldError{"customer_id", "is missing"}
	case !utf8.ValidString(r.Note) || strings.ContainsFunc(r.Note, forbiddenInNote):
		return &FieldError{"note", "must be plain text without control characters"}
	case utf8.RuneCountInString(r.Note) > maxNote:
		return &FieldError{"note", fmt.Sprintf("must not be longer than %d characters", maxNote)}
	case r.Version < 0, r.Version == 0 && !grant:
		return &FieldError{"version", "must be the version of the access that you saw"}
	case !grant && (r.Profile != "" || r.Licence != "" || len(r.Levels) > 0):
		return &FieldError{"profile", "can only be chosen when an access is granted"}
	}
	return nil
}

// forbiddenInNote lets a note have lines.
func forbiddenInNote(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }
