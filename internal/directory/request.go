package directory

import (
	"context"
	"errors"
	"time"
)

// RequestState is how far a request has come.
type RequestState string

// The states of a request. It begins as received; refused and done are final.
const (
	RequestReceived RequestState = "received" // it waits for an integrator
	RequestTaken    RequestState = "taken"    // one has it
	RequestRefused  RequestState = "refused"  // with a reason
	RequestDone     RequestState = "done"     // with the ERP's number
)

// Final tells whether nothing comes after the state.
func (s RequestState) Final() bool { return s == RequestRefused || s == RequestDone }

// Request is an entry of the outbox: what a customer asked for, checked, with
// header and lines, waiting for an integrator to bring it into the ERP.
type Request struct {
	ID         string `db:"id"` // sorts by the time of its making
	Dossier    string `db:"dossier"`
	CustomerID string `db:"customer_id"`
	KeyID      string `db:"key_id"` // of the backend that brought it
	Contact    string `db:"contact"`
	Actor      string `db:"actor"`
	Kind       string `db:"kind"`
	Profile    string `db:"profile"` // whose form it was checked against
	Version    int    `db:"profile_version"`
	// Body is the checked form: a JSON object with fields and lines.
	Body string `db:"body"`
	// IdempotencyKey is what the portal calls it by, unique for the customer;
	// empty for none. Digest is of what came with it.
	IdempotencyKey string `db:"idempotency_key"`
	Digest         string `db:"digest"`

	State      RequestState `db:"state"`
	ReceivedAt time.Time    `db:"received_at"`
	ChangedAt  time.Time    `db:"changed_at"`
	Reason     string       `db:"reason"` // refused: why, for the customer
	Number     string       `db:"number"` // done: the ERP's
	Attempts   int          `db:"attempts"`
	TakenBy    string       `db:"taken_by"` // the last who took it
	// Lease is the receipt of the last taking; Until is when the request may be
	// taken by others if nothing is heard, nil for never.
	Lease string     `db:"lease"`
	Until *time.Time `db:"leased_until"`
	Note  string     `db:"note"` // why it was given back, for integrators
}

// RequestQuery selects requests of one dossier.
type RequestQuery struct {
	Dossier    string
	CustomerID string         // empty for everybody's
	Former     bool           // with CustomerID: also what companies asked for that stood under the id before
	IDs        []string       // empty for any, as below
	States     []RequestState //
	Kinds      []string       //
	After      string         // ID to continue after, exclusive, in the order asked for
	Newest     bool           // the newest first; else the oldest
	Offset     int
	Limit      int // 1 to 1000

	// NoBody leaves Body empty. Bytes is how many bytes the bodies may have
	// together; 0 is no bound.
	NoBody bool
	Bytes  int64
}

// RequestTaking says how requests are taken.
type RequestTaking struct {
	Dossier string
	Kinds   []string // empty for any
	IDs     []string // empty for any
	By      string
	// Lease is how long they are his who takes them; 0 until he gives word.
	Lease time.Duration
	Limit int // 1 to 1000
}

// RequestSettling is an integrator's word on a request.
type RequestSettling struct {
	Dossier, ID string
	// To is done, refused, received to give it back, or taken: it stays his to
	// whom it was handed over, until he gives word. That needs the receipt.
	To     RequestState
	By     string
	Lease  string        // the receipt of the taking; may be empty
	Number string        // done
	Reason string        // refused: for the customer; received: for integrators
	Wait   time.Duration // received: for so long nobody takes it
}

// RequestCount counts the requests of a dossier in one state.
type RequestCount struct {
	Dossier string       `db:"dossier"`
	State   RequestState `db:"state"`
	Count   int          `db:"n"`
	Oldest  time.Time    `db:"oldest"` // when the first of them was received
}

// ErrFull is returned where somebody has as many as he may.
var ErrFull = errors.New("as many as may be are open already")

// ErrTooLarge is returned where what was asked for has more bytes than it may.
var ErrTooLarge = errors.New("what was asked for has too many bytes")

// RequestStore keeps the outbox. A change of a request is kept with the act that
// tells of it, by noun "request" and object "dossier/id".
//
// A request is handed over at least once: whoever takes one has it for the time
// of his lease, and where nothing is heard it is as if it had not been taken.
// Leases are measured by the directory's clock, the same for every node.
type RequestStore interface {
	// AddRequest stores a request as received, unless the customer has one by
	// that IdempotencyKey: then it gives that one, and fresh is false.
	// ErrNotFound where the customer's access is not granted; ErrFull where most
	// of his requests are open.
	AddRequest(ctx context.Context, r Request, most int) (stored Request, fresh bool, err error)
	// Request finds one. ErrNotFound.
	Request(ctx context.Context, dossier, id string) (Request, error)
	// RequestByKey finds a customer's by its IdempotencyKey, none of a company
	// that stood under his id before. ErrNotFound.
	RequestByKey(ctx context.Context, dossier, customerID, key string) (Request, error)
	// Requests gives those that are asked for. ErrTooLarge, which no body was read for.
	Requests(ctx context.Context, q RequestQuery) ([]Request, error)
	// CountRequests counts those that are not final, by dossier and state.
	CountRequests(ctx context.Context) ([]RequestCount, error)
	// TakeRequests gives the oldest that wait, which nobody else gets while the
	// lease lasts. Those of a customer of whom it is asked whether he is another
	// company now wait for the answer.
	TakeRequests(ctx context.Context, t RequestTaking) ([]Request, error)
	// SettleRequest does what an integrator says. The same word a second time
	// changes nothing. ErrNotFound; ErrConflict where it was settled otherwise,
	// or somebody else has it.
	SettleRequest(ctx context.Context, s RequestSettling) (Request, error)
	// PruneRequests deletes those that were settled before a time, and gives
	// their number.
	PruneRequests(ctx context.Context, before time.Time) (int, error)
}
