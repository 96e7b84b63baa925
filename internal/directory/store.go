package directory

import (
	"context"
	"iter"
	"time"
)

// Store is the directory's storage, whole; consumers declare the part they
// use. Every method is one transaction. Records are sorted by ID in byte
// order. A nil error with fewer records never stands for a failed read.
type Store interface {
	CustomerStore
	AccessStore
	KeyStore
	SyncStore
	ProfileStore
	RequestStore
	Ping(ctx context.Context) error
	Close() error
}

// CustomerQuery selects customers of one dossier for an administrator.
type CustomerQuery struct {
	Dossier  string
	Search   string // in code, name, e-mail and city, without regard to case; empty for all
	Selected bool   // only those with an access that is not revoked
	After    string // ID to continue after, exclusive
	Limit    int    // 1 to 1000
}

// CustomerStore reads customers and contacts.
type CustomerStore interface {
	// Customer finds one by ID, removed or not. ErrNotFound.
	Customer(ctx context.Context, dossier, id string) (Customer, error)
	// CustomersByCode finds every customer, not removed, whose code is
	// exactly code; more than one is ambiguous and the caller refuses.
	CustomersByCode(ctx context.Context, dossier, code string) ([]Customer, error)
	ListCustomers(ctx context.Context, q CustomerQuery) ([]Customer, error)
	Contacts(ctx context.Context, dossier, customerID string) ([]Contact, error)
}

// AccessStore reads and changes accesses.
type AccessStore interface {
	// Entrant reads a customer and its access in one consistent read.
	// ErrNotFound where either is missing or the customer is removed.
	Entrant(ctx context.Context, dossier, customerID string) (Entrant, error)
	Access(ctx context.Context, dossier, customerID string) (Access, error)
	ListAccesses(ctx context.Context, dossier string) ([]Access, error)
	// PutAccess writes a and an audit entry in one transaction. a.Version is
	// the version the caller saw (0: it must not exist yet); the stored one
	// is a.Version+1. ErrConflict when it was changed meanwhile. ErrNotFound
	// when the customer is unknown or removed. ErrUndecided where there was none,
	// or a revoked one, and it is asked whether another company is there now.
	PutAccess(ctx context.Context, a Access) (Access, error)
	// CountAccesses gives granted and total (customers not removed).
	CountAccesses(ctx context.Context, dossier string) (granted, total int, err error)
	// Revision changes whenever an access, a key or a customer of any
	// dossier changed; a cheap read that lets caches be right.
	Revision(ctx context.Context) (int64, error)
}

// KeyStore reads and changes keys.
type KeyStore interface {
	// KeyByHash finds a key that is not disabled. ErrNotFound.
	KeyByHash(ctx context.Context, kind KeyKind, hash string) (Key, error)
	// SeedKeys makes the seeded keys of one kind be exactly those given
	// (matched by hash): others that were seeded are disabled.
	SeedKeys(ctx context.Context, kind KeyKind, keys []Key) error
}

// Plan is what a run will do, made by sync/reconcile. Each Change says why.
type Plan struct {
	Dossier        string
	PutCustomers   []Customer // to create, update or bring back
	DropCustomers  []string   // IDs to mark removed; their accesses are suspended by sync
	ReturnedAccess []string   // IDs of returned customers with unchanged identity: lift what the sync itself suspended
	// SuspendedAccess are IDs under which the ERP now holds another company
	// than the one the access was granted to: an access that is granted,
	// pending or suspended by sync becomes suspended by SuspendedByIdentity, so
	// that no later run lifts it.
	SuspendedAccess []string
	// Decisions are what administrators are asked; the store gives them their
	// ids, run and time, and passes over what is asked already, and customers who
	// have neither an access nor anything that another company must not find.
	Decisions []Decision
	// Fingerprint, where it is not nil, is remembered, and a Hold of the
	// dossier ends. Position, where it is not nil, is remembered.
	Fingerprint *Fingerprint
	Position    *Position
	// Before is what the directory held; the guard weighs the plan against it.
	Before Before
	// Backwards is how many customers the ERP shows with an older stamp than
	// they had.
	Backwards    int
	PutContacts  []Contact
	DropContacts []string
	Changes      []Change
	Counts       Counts
	// Tally counts the changes, by noun and kind.
	Tally map[ChangeClass]int

	// Spooled is the part of a large plan that does not fit into memory: what it
	// gives comes before PutCustomers, PutContacts and Changes. nil where all of
	// the plan is in memory. See Parts.
	Spooled Spooled
	// Amended are details of spooled changes that were found out later, by Seq.
	Amended map[int]string
}

// ChangeClass is a noun and what happened to it.
type ChangeClass struct {
	Noun string
	Kind ChangeKind
}

// Part is a piece of a plan.
type Part struct {
	PutCustomers []Customer
	PutContacts  []Contact
	Changes      []Change
}

// Spooled is a part of a plan that is kept elsewhere than in memory.
type Spooled interface {
	// Parts gives it in order. It may be called again.
	Parts() iter.Seq2[Part, error]
	// Close gives up what is kept. A second Close does nothing.
	Close() error
}

// Parts gives all that the plan puts and changes, in order, piece by piece: no
// more of it is in memory than is needed. After an error nothing follows.
func (p *Plan) Parts() iter.Seq2[Part, error] {
	return func(yield func(Part, error) bool) {
		if p.Spooled != nil {
			for part, err := range p.Spooled.Parts() {
				for i, c := range part.Changes {
					if detail, amended := p.Amended[c.Seq]; amended {
						part.Changes[i].Detail = detail
					}
				}
				if !yield(part, err) || err != nil {
					return
				}
			}
		}
		yield(Part{p.PutCustomers, p.PutContacts, p.Changes}, nil)
	}
}

// Close gives up what the plan keeps elsewhere than in memory; nothing can be
// done with it afterwards. A second Close does nothing.
func (p *Plan) Close() error {
	if p.Spooled == nil {
		return nil
	}
	return p.Spooled.Close()
}

// Before is what the directory held when a plan was made.
type Before struct {
	Customers, Contacts int // not removed
	Accesses            int // granted
	AccessesLost        int // of those, how many the plan suspends
}

// SyncStore is what the synchronisation needs.
type SyncStore interface {
	// AllCustomers and AllContacts iterate over every record of a dossier,
	// removed ones too, sorted by ID in byte order.
	AllCustomers(ctx context.Context, dossier string) iter.Seq2[Customer, error]
	AllContacts(ctx context.Context, dossier string) iter.Seq2[Contact, error]
	// KnownCustomers and KnownContacts are the same, cheaper, with nothing but
	// what tells whether a record has changed: of a customer Dossier, ID, Code,
	// TechnicalID, FormerCodes, Stamp, Hash and RemovedAt, of a contact Dossier,
	// ID, CustomerID, Email, Hash and RemovedAt.
	KnownCustomers(ctx context.Context, dossier string) iter.Seq2[Customer, error]
	KnownContacts(ctx context.Context, dossier string) iter.Seq2[Contact, error]
	// PastCustomers are, as KnownCustomers gives them, those that are removed or
	// had other codes before.
	PastCustomers(ctx context.Context, dossier string) iter.Seq2[Customer, error]
	// CustomersByID and ContactsByID find those that are there, removed or not,
	// in any order.
	CustomersByID(ctx context.Context, dossier string, ids []string) ([]Customer, error)
	ContactsByID(ctx context.Context, dossier string, ids []string) ([]Contact, error)
	// Customer and Contact find one by ID, removed or not. ErrNotFound.
	Customer(ctx context.Context, dossier, id string) (Customer, error)
	Contact(ctx context.Context, dossier, id string) (Contact, error)
	// StartRun records a run as running.
	StartRun(ctx context.Context, r Run) error
	// ApplyPlan does all of plan, stores its changes and finishes the run as
	// succeeded, in one transaction.
	ApplyPlan(ctx context.Context, runID string, plan Plan, at time.Time) error
	// FinishRun finishes a run that failed or was cancelled.
	FinishRun(ctx context.Context, r Run) error
	// AbandonRuns marks runs that were left running by a stopped process as failed.
	AbandonRuns(ctx context.Context, at time.Time) (int, error)
	Run(ctx context.Context, id string) (Run, error)
	// Runs gives the newest runs of a dossier first.
	Runs(ctx context.Context, dossier string, limit int) ([]Run, error)
	// Changes gives a run's changes by Seq, after the given one.
	Changes(ctx context.Context, runID string, afterSeq, limit int) ([]Change, error)
	// LastSuccess is the last succeeded run. ErrNotFound.
	LastSuccess(ctx context.Context, dossier string) (Run, error)
	// Fingerprint is the one remembered for a dossier. ErrNotFound.
	Fingerprint(ctx context.Context, dossier string) (Fingerprint, error)
	SetFingerprint(ctx context.Context, dossier string, f Fingerprint) error

	// PruneRuns deletes the runs that ended before a time, with their changes, and
	// gives their number. What an administrator may still ask for stays: of each
	// dossier the last success and all after it, and plans that wait.
	PruneRuns(ctx context.Context, before time.Time) (int, error)

	// OpenAccesses are the ids of the customers whose access is granted, sorted.
	OpenAccesses(ctx context.Context, dossier string) ([]string, error)
	// Position is the one remembered for a dossier. ErrNotFound.
	Position(ctx context.Context, dossier string) (Position, error)
	// SetHold closes a dossier; it stays closed until a plan with a
	// fingerprint is applied. One that is closed already keeps its Since.
	SetHold(ctx context.Context, h Hold) error
	// Hold is that of a dossier. ErrNotFound.
	Hold(ctx context.Context, dossier string) (Hold, error)
	// QuarantineRun finishes a run whose plan the guard stopped as failed and
	// waiting, keeps the plan's changes, and supersedes what waited before.
	QuarantineRun(ctx context.Context, r Run, plan Plan) error
	// Quarantined is the newest run of a dossier that was stopped and whose
	// plan was neither applied nor superseded. ErrNotFound.
	Quarantined(ctx context.Context, dossier string) (Run, error)
	// SettleQuarantine gives the newest stopped plan of a dossier its next
	// state: ErrConflict where it is not in one of the states from. by and
	// note are kept with it.
	SettleQuarantine(ctx context.Context, runID string, to Quarantine, by, note string, from ...Quarantine) error
	// Decisions are those of a dossier, open ones only or all, the newest
	// first, at most limit.
	Decisions(ctx context.Context, dossier string, open bool, limit int) ([]Decision, error)
	// Decision finds one. ErrNotFound.
	Decision(ctx context.Context, id string) (Decision, error)
	// Decide answers a decision and does to the accesses what follows from it,
	// in one transaction. Where another company stands under an id now, it gets
	// nothing of what the one before left: memberships are deleted, open requests
	// refused, and the customer's Epoch is raised. ErrNotFound, ErrConflict where
	// it is answered already or its customer is no longer there.
	Decide(ctx context.Context, id string, v Verdict, by, note string, at time.Time) (Decision, error)
}
