package directory

import "time"

// RunState is where a synchronisation run stands.
type RunState string

// The states of a run.
const (
	RunRunning   RunState = "running"
	RunSucceeded RunState = "succeeded"
	RunFailed    RunState = "failed"
	RunCanceled  RunState = "canceled"
)

// Run is one synchronisation of one dossier.
type Run struct {
	ID         string     `db:"id" json:"id"`
	Dossier    string     `db:"dossier" json:"dossier"`
	Trigger    string     `db:"trigger" json:"trigger"` // "schedule", "manual", "start", "cli"
	AskedBy    string     `db:"asked_by" json:"asked_by,omitempty"`
	State      RunState   `db:"state" json:"state"`
	StartedAt  time.Time  `db:"started_at" json:"started_at"`
	FinishedAt *time.Time `db:"finished_at" json:"finished_at,omitempty"`
	Error      string     `db:"error" json:"error,omitempty"`
	Quarantine Quarantine `db:"quarantine" json:"quarantine,omitempty"` // set where the guard stopped its plan
	Counts
}

// Counts says what a run read and changed, in records.
type Counts struct {
	CustomersRead    int `db:"customers_read" json:"customers_read"`
	CustomersCreated int `db:"customers_created" json:"customers_created"`
	CustomersUpdated int `db:"customers_updated" json:"customers_updated"`
	CustomersRemoved int `db:"customers_removed" json:"customers_removed"`
	ContactsRead     int `db:"contacts_read" json:"contacts_read"`
	ContactsCreated  int `db:"contacts_created" json:"contacts_created"`
	ContactsUpdated  int `db:"contacts_updated" json:"contacts_updated"`
	ContactsRemoved  int `db:"contacts_removed" json:"contacts_removed"`
	Problems         int `db:"problems" json:"problems"` // records of the ERP that could not be taken; see the run's changes
}

// ChangeKind is what a run did to one record.
type ChangeKind string

// The kinds of change.
const (
	ChangeCreate  ChangeKind = "create"
	ChangeUpdate  ChangeKind = "update"
	ChangeRemove  ChangeKind = "remove"
	ChangeReturn  ChangeKind = "return"  // a removed record that came back
	ChangeProblem ChangeKind = "problem" // a record of the ERP that was not taken
	ChangeNote    ChangeKind = "note"    // of the run itself: how the ERP was read
)

// Change is one record's change in a run, or a note on the run itself.
type Change struct {
	RunID  string     `db:"run_id" json:"-"`
	Seq    int        `db:"seq" json:"seq"`
	Noun   string     `db:"noun" json:"noun"` // "customer", "contact" or "run"
	Record string     `db:"record" json:"record"`
	Kind   ChangeKind `db:"kind" json:"kind"`
	Detail string     `db:"detail" json:"detail,omitempty"` // which fields, or what is wrong; no values of personal data
}

// Fingerprint tells one ERP database from another (PRODUCT: dossier).
type Fingerprint struct {
	Value string `db:"fingerprint" json:"value"` // stable and comparable; empty where the ERP gave none
	Label string `db:"fingerprint_label" json:"label"`
}
