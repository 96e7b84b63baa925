package directory

import "time"

// AccessState says whether an access opens the dossier.
type AccessState string

// The states of an access. Only AccessGranted opens anything.
const (
	AccessGranted   AccessState = "granted"
	AccessPending   AccessState = "pending"   // awaits a colleague's approval
	AccessSuspended AccessState = "suspended" // see SuspendedBy
	AccessRevoked   AccessState = "revoked"
)

// SuspensionCause says who suspended an access, so that only he lifts it.
type SuspensionCause string

// The causes of a suspension.
const (
	SuspendedBySync          SuspensionCause = "sync"
	SuspendedByAdministrator SuspensionCause = "administrator"
	SuspendedByIdentity      SuspensionCause = "identity" // another company may stand under the id; a Decision lifts it
	SuspendedByApproval      SuspensionCause = "approval" // a colleague has to approve it again
)

// Access is the fact that one customer may enter one dossier, with a profile.
type Access struct {
	Dossier     string          `db:"dossier" json:"dossier"`
	CustomerID  string          `db:"customer_id" json:"customer_id"`
	Profile     string          `db:"profile" json:"profile"`           // empty: the dossier's default profile
	Licence     string          `db:"licence" json:"licence,omitempty"` // licence type, which chooses the default profile
	State       AccessState     `db:"state" json:"state"`
	SuspendedBy SuspensionCause `db:"suspended_by" json:"suspended_by,omitempty"`
	// SuspendedFrom is what the access was before it was suspended, granted
	// or pending, and becomes again when the suspension is lifted.
	SuspendedFrom AccessState `db:"suspended_from" json:"suspended_from,omitempty"`

	// Levels lowers the levels of the profile's modules for this customer;
	// "*" stands for the modules that are not named.
	Levels map[string]string `db:"-" json:"levels,omitempty"`

	Note      string    `db:"note" json:"note,omitempty"`
	ChangedBy string    `db:"changed_by" json:"changed_by"`
	ChangedAt time.Time `db:"changed_at" json:"changed_at"`
	Version   int64     `db:"version" json:"version"` // 1 at creation, +1 at each change; the ETag
}

// Entrant is what the gate needs to know of a customer who knocks: one read,
// one consistent answer.
type Entrant struct {
	Customer Customer
	Access   Access
}
