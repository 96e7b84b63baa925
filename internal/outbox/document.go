package outbox

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
)

// Document is a request as integrators get it, over the API, by a webhook and in
// files.
type Document struct {
	ID       string                 `json:"id"`
	Dossier  string                 `json:"dossier"`
	Customer string                 `json:"customer"` // the id that the ERP's rows carry
	Contact  string                 `json:"contact,omitempty"`
	Actor    string                 `json:"actor,omitempty"` // who at the customer's, in the portal's words
	Kind     string                 `json:"kind"`
	Profile  string                 `json:"profile"` // whose form it was checked against
	Version  int                    `json:"profile_version"`
	State    directory.RequestState `json:"state"`

	ReceivedAt time.Time  `json:"received_at"`
	ChangedAt  time.Time  `json:"changed_at"`
	Reason     string     `json:"reason,omitempty"`
	Number     string     `json:"number,omitempty"`
	Attempts   int        `json:"attempts"`
	TakenBy    string     `json:"taken_by,omitempty"`
	Lease      string     `json:"lease,omitempty"` // the receipt, for who took it
	Until      *time.Time `json:"leased_until,omitempty"`
	Note       string     `json:"note,omitempty"`

	Fields json.RawMessage   `json:"fields"` // an object, in the order of the form
	Lines  []json.RawMessage `json:"lines"`  // objects
}

// DocumentOf gives a request as integrators get it. The receipt is only in it
// where it is the taker's.
func DocumentOf(r directory.Request, takers bool) (Document, error) {
	d := Document{ID: r.ID, Dossier: r.Dossier, Customer: r.CustomerID, Contact: r.Contact, Actor: r.Actor, Kind: r.Kind, Profile: r.Profile, Version: r.Version,
		State: r.State, ReceivedAt: r.ReceivedAt.UTC(), ChangedAt: r.ChangedAt.UTC(), Reason: r.Reason, Number: r.Number, Attempts: r.Attempts, TakenBy: r.TakenBy, Note: r.Note}
	if r.State == directory.RequestTaken {
		d.Until = r.Until
	}
	if takers {
		d.Lease = r.Lease
	}
	var form struct {
		Fields json.RawMessage
		Lines  []json.RawMessage
	}
	if err := json.Unmarshal([]byte(r.Body), &form); err != nil {
		return Document{}, fmt.Errorf("read request %s: %w", r.ID, err)
	}
	d.Fields, d.Lines = form.Fields, form.Lines
	if d.Lines == nil {
		d.Lines = []json.RawMessage{}
	}
	return d, nil
}
