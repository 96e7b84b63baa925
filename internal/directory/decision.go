package directory

import "time"

// DecisionKind says what a run could not know by itself.
type DecisionKind string

// The kinds of decision. Of the first three the access of CustomerID stays
// suspended by identity until somebody decides; of the others CustomerID is
// gone, and whether its access goes to OtherID is asked.
const (
	DecideReplaced   DecisionKind = "replaced"    // another company seems to stand under the id
	DecideReturned   DecisionKind = "returned"    // so it came back after it had been removed
	DecideCodeReused DecisionKind = "code_reused" // it carries the code that OtherID had before
	DecideRenamed    DecisionKind = "renamed"     // the same row of the ERP now has the id OtherID
	DecideMerged     DecisionKind = "merged"      // its contacts are now at OtherID
	DecideRecreated  DecisionKind = "recreated"   // OtherID was made with its number
)

// Verdict is an administrator's answer.
type Verdict string

// The verdicts; a decision that nobody answered has none.
const (
	VerdictSame    Verdict = "same"
	VerdictNotSame Verdict = "not_same"
)

// Decision is a question to an administrator: is this the same company?
type Decision struct {
	ID         string       `db:"id" json:"id"`
	Dossier    string       `db:"dossier" json:"dossier"`
	Kind       DecisionKind `db:"kind" json:"kind"`
	CustomerID string       `db:"customer_id" json:"customer_id"` // whose access is at stake
	OtherID    string       `db:"other_id" json:"other_id,omitempty"`
	RunID      string       `db:"run_id" json:"run_id"`
	Detail     string       `db:"detail" json:"detail"` // why it is asked; no personal data
	AskedAt    time.Time    `db:"asked_at" json:"asked_at"`

	Verdict   Verdict    `db:"verdict" json:"verdict,omitempty"`
	DecidedBy string     `db:"decided_by" json:"decided_by,omitempty"`
	DecidedAt *time.Time `db:"decided_at" json:"decided_at,omitempty"`
	Note      string     `db:"note" json:"note,omitempty"`
}
