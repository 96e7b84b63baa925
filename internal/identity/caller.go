// Package identity answers one question: who is asking? It turns what came with
// a request (a bearer key, the headers that name the customer) into a Caller or
// an Admin, or refuses.
//
// It must never guess, trim or fold a customer's code, never tell apart the
// reasons for which a customer may not enter, and never give an answer that the
// directory would not give now: every change of an access or a key holds from
// the next request on, because every request asks the directory at least
// whether it has changed.
//
// Read caller.go for the answers, resolver.go for the way to them, memory.go for
// how they are remembered, key.go for the form of keys and header.go for the form
// of headers.
package identity

import (
	"slices"

	"github.com/vantelle/vantelle/internal/directory"
)

// Caller is a portal's backend acting for one customer in one dossier. It is
// handed on as a parameter and never changed: what it points to is shared with
// other requests. Its zero value is nobody.
type Caller struct {
	Dossier   string
	KeyID     string // of the backend key, for the audit
	KeyName   string
	Developer bool // the key may be told the real cause of a refusal
	Customer  directory.Customer
	Access    directory.Access

	// Membership is what the account that asks may do for this customer; zero
	// where a backend's key asks. It only takes away from Access.
	Membership directory.Membership

	// ReadOnly says that nothing may be written for this caller, whatever the
	// profile allows: an administrator sees with the customer's eyes, or the ERP
	// calls the customer dormant.
	ReadOnly bool

	// Contact is the ID of the customer's contact that the backend named and
	// Actor who, in the portal's own words, is sitting there. Either may be
	// empty. Only the key vouches for them: they go to the audit, and Actor
	// never into a decision.
	Contact string
	Actor   string
}

// Valid reports whether c is somebody who may enter: a key, a dossier, and a
// customer with a granted access to this very dossier.
func (c Caller) Valid() bool {
	return c.Dossier != "" && c.KeyID != "" && c.Customer.ID != "" &&
		c.Customer.Dossier == c.Dossier && c.Customer.RemovedAt == nil &&
		c.Access.Dossier == c.Dossier && c.Access.CustomerID == c.Customer.ID &&
		c.Access.State == directory.AccessGranted
}

// WhyReadOnly says, for the caller, why nothing is written for him; c is ReadOnly.
func (c Caller) WhyReadOnly() string {
	if c.Customer.State == directory.CustomerDormant {
		return "the ERP calls this customer dormant: he reads, and nothing is written for him"
	}
	return "you see with a customer's eyes, and may change nothing for him"
}

// Admin is an administrator, known by an administrator's key. Its zero value
// is nobody.
type Admin struct {
	KeyID    string
	Name     string
	Dossiers []string // those he looks after; empty means every one
}

// Valid reports whether a is somebody.
func (a Admin) Valid() bool { return a.KeyID != "" }

// MayEnter reports whether a looks after the dossier.
func (a Admin) MayEnter(dossier string) bool {
	return a.Valid() && dossier != "" && opens(a.Dossiers, dossier)
}

// opens reports whether a key's list of dossiers covers dossier.
func opens(dossiers []string, dossier string) bool {
	return len(dossiers) == 0 || slices.Contains(dossiers, dossier)
}
