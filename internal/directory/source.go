package directory

import (
	"errors"
	"time"
)

// ErrUnchanged stands in place of a record, under its ID, that the ERP says
// has not changed since the last read.
var ErrUnchanged = errors.New("unchanged since the last read")

// HoldReason says why a dossier is neither synchronised nor served.
type HoldReason string

// The reasons.
const (
	HoldOtherDatabase    HoldReason = "other_database"    // its fingerprint is another one
	HoldRestoredDatabase HoldReason = "restored_database" // it holds older records than it did
)

// Hold closes a dossier until an administrator confirms its database.
type Hold struct {
	Dossier string     `db:"dossier" json:"dossier"`
	Reason  HoldReason `db:"reason" json:"reason"`
	Detail  string     `db:"detail" json:"detail"` // what was known and what was seen
	RunID   string     `db:"run_id" json:"run_id"`
	Since   time.Time  `db:"since" json:"since"`
}

// Position is how far a dossier was read, so that the next read may pass over
// what has not changed since. Stamps are the ERP's own, as
// "2006-01-02 15:04:05" with or without a fraction, in the ERP's own clock.
type Position struct {
	Shape     string `json:"shape"`     // of the statements: another shape begins anew
	Customers string `json:"customers"` // the newest stamp among customers; empty for none
	Contacts  string `json:"contacts"`
	// CustomerIDs and ContactIDs say which ids the ERP's rows had, as their
	// number and a sum of their hashes; Alike which of them could not be taken.
	// Where they are the same, no row came or went.
	CustomerIDs string `json:"customer_ids,omitempty"`
	ContactIDs  string `json:"contact_ids,omitempty"`
	Alike       string `json:"alike,omitempty"`
	// Beside stands for what attributes are made of in tables beside the customers'.
	Beside string    `json:"beside,omitempty"`
	Now    string    `json:"now"`     // the ERP's clock at the read
	FullAt time.Time `json:"full_at"` // when everything was read last
	// TrackOf and TrackVersion are SQL Server's change tracking: of which
	// database, and up to which version; empty where it is not used.
	TrackOf      string `json:"track_of,omitempty"`
	TrackVersion int64  `json:"track_version,omitempty"`
}

// Quarantine says what became of a plan that the guard stopped.
type Quarantine string

// The states of a stopped plan; a run that was not stopped has none.
const (
	QuarantineWaiting    Quarantine = "waiting"
	QuarantineApproved   Quarantine = "approved" // the next run may do what this one would have
	QuarantineRejected   Quarantine = "rejected"
	QuarantineApplied    Quarantine = "applied"
	QuarantineSuperseded Quarantine = "superseded" // a later run had another plan, or none to stop
)
