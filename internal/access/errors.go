package access

import (
	"errors"
	"fmt"

	"github.com/vantelle/vantelle/internal/directory"
)

// The refusals that an administrator's front tells apart with errors.Is.
var (
	// ErrNobody: no administrator was given.
	ErrNobody = errors.New("an administrator is needed for this")
	// ErrNotFound: the customer, its access, or the dossier does not exist
	// for this administrator.
	ErrNotFound = directory.ErrNotFound
	// ErrConflict: the access is not at the version that was given. Read it
	// again and decide anew.
	ErrConflict = directory.ErrConflict
)

// FieldError says that one field of a Request cannot be taken.
type FieldError struct {
	Field   string // as the admin API spells it: "customer_id", "profile", "note", "version"
	Problem string // for the administrator
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Problem }

// StateError says that the access is not in a state from which the change can
// be made.
type StateError struct {
	Change string // "grant", "suspend", "resume" or "revoke"
	State  directory.AccessState
	Hint   string // what to do instead
}

func (e *StateError) Error() string {
	return fmt.Sprintf("cannot %s an access that is %s: %s", e.Change, e.State, e.Hint)
}
