package reconcile

import (
	"errors"

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
