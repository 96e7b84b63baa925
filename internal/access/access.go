// Package access holds the use cases on accesses: to grant one to a customer,
// to suspend, resume and revoke it, to list and count them. Each takes the
// administrator who asks as a parameter, and each change is kept with his name
// in the directory's history, in the same transaction.
//
// It must never be reachable for a portal's backend: there is no way to make an
// Administrator of an identity.Caller, and the zero Administrator is refused.
// What a customer may see is not decided here but by its profile.
//
// Read service.go for the use cases and errors.go for how they refuse.
package access

import (
	"context"
	"slices"

	"github.com/vantelle/vantelle/internal/directory"
)

// Administrator is who asks. Its fields are those of identity.Admin, which
// converts to it as it is: access.Administrator(admin).
type Administrator struct {
	KeyID    string
	Name     string
	Dossiers []string // those he looks after; empty means every one
}

// LooksAfter reports whether the administrator may change the dossier, and read
// what is in it: the others do not exist for him.
func (a Administrator) LooksAfter(dossier string) bool {
	return dossier != "" && (len(a.Dossiers) == 0 || slices.Contains(a.Dossiers, dossier))
}

// signature is how the history names the administrator: names are for people
// and may repeat, the key's id tells them apart.
func (a Administrator) signature() string {
	if a.Name == "" {
		return a.KeyID
	}
	return a.Name + " (" + a.KeyID + ")"
}

// Request asks for a change of one customer's access to one dossier.
type Request struct {
	Dossier    string
	CustomerID string
	Profile    string // of Grant alone; empty for the dossier's default profile
	Licence    string // of Grant alone: the licence type, empty for none
	// Levels is of Grant alone: what lowers the profile's levels, by module;
	// "*" is every module that is not named.
	Levels map[string]string
	Note   string // why; at most 1000 characters
	// Version is the version of the access that the administrator saw, 0
	// where he saw none (which only Grant accepts).
	Version int64
}

// Store is what the use cases need of the directory; methods and errors are
// those of directory.Store.
type Store interface {
	Access(ctx context.Context, dossier, customerID string) (directory.Access, error)
	ListAccesses(ctx context.Context, dossier string) ([]directory.Access, error)
	CountAccesses(ctx context.Context, dossier string) (granted, total int, err error)
	PutAccess(ctx context.Context, a directory.Access) (directory.Access, error)
}
