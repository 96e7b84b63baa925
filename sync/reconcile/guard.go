package reconcile

import (
	"errors"
	"fmt"
	"strings"

	"github.com/vantelle/vantelle/internal/directory"
)

// ErrEmptySource is returned for a plan that would remove every customer
// because the ERP showed none at all, which a lost right or a wrong filter
// does more often than a business that ends.
var ErrEmptySource = errors.New("the ERP shows no customer at all, while the directory has some: nothing was changed; check the login's rights and the dossier's filter, or allow an empty source if this is meant")

// Guard looks at a plan before it is applied and refuses it with an error.
type Guard func(directory.Plan) error

// RefuseEmptySource is the Guard that returns ErrEmptySource.
func RefuseEmptySource(p directory.Plan) error {
	if p.Counts.CustomersRead == 0 && p.Counts.CustomersRemoved > 0 {
		return ErrEmptySource
	}
	return nil
}

// Limits are how much one run may take away by itself.
type Limits struct {
	// Removed is how many customers, contacts or granted accesses each may go
	// at once; 0 is no limit.
	Removed int
	// Share is which part of them, from 0 to 1; 0 is no limit. It does not
	// count below Spared.
	Share float64
	// Spared is how many may always go: of three customers one is a third.
	Spared int
}

// DefaultLimits suit a dossier of some hundreds or thousands of customers.
func DefaultLimits() Limits { return Limits{Removed: 200, Share: 0.1, Spared: 5} }

// TooMuchError says what a plan would have taken away beyond the limits.
type TooMuchError struct{ What []string }

// Error names what would go, and asks for a decision.
func (e *TooMuchError) Error() string {
	return "this run would take away " + strings.Join(e.What, " and ") +
		": nothing was changed, and the plan waits for an administrator to approve or reject it"
}

// Guard is RefuseEmptySource, and refuses with *TooMuchError what is beyond the
// limits.
func (l Limits) Guard() Guard {
	return func(p directory.Plan) error {
		if err := RefuseEmptySource(p); err != nil {
			return err
		}
		var much []string
		for _, x := range []struct {
			what     string
			gone, of int
		}{
			{"customers", p.Counts.CustomersRemoved, p.Before.Customers},
			{"contacts", p.Counts.ContactsRemoved, p.Before.Contacts},
			{"granted accesses", p.Before.AccessesLost, p.Before.Accesses},
		} {
			if l.exceeded(x.gone, x.of) {
				much = append(much, fmt.Sprintf("%d of %d %s", x.gone, x.of, x.what))
			}
		}
		if much == nil {
			return nil
		}
		return &TooMuchError{much}
	}
}

func (l Limits) exceeded(gone, of int) bool {
	if gone <= l.Spared {
		return false
	}
	return l.Removed > 0 && gone > l.Removed || l.Share > 0 && float64(gone) > l.Share*float64(of)
}
