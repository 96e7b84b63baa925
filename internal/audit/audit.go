// Package audit keeps the append-only log of data access: who read what of
// whom, through which view, and what became of it. An entry is written before
// anything is run, and where it cannot be written nothing is run.
//
// It must never hold the text of a statement or a value of the ERP, never
// change or drop an entry except by retention, and never report an entry as
// written before it would survive the end of the process.
//
// Read audit.go for the nouns, log.go for the log, journal.go and record.go for
// where an entry is first, writer.go for how entries are brought into the month's
// file, monthfile.go for how they are kept there, leftovers.go for what a process
// leaves that is killed, read.go and retention.go for the administrator's side.
package audit

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// Decisions of an Entry.
const (
	Allow = "allow"
	Deny  = "deny"
)

// The Actions.
const (
	ActionRead   = "read"   // rows are read
	ActionFile   = "file"   // a file is opened; Digest is of its resource, key and name
	ActionInsert = "insert" // rows are put in
	ActionUpdate = "update" // rows are changed
	ActionDelete = "delete" // rows are taken out
)

// Entry says that somebody asked for data, and what was decided.
type Entry struct {
	ID         string    `json:"id"` // unique in the whole log; the caller draws it (NewID)
	Time       time.Time `json:"time"`
	RequestID  string    `json:"request_id,omitempty"`
	Dossier    string    `json:"dossier"`
	KeyID      string    `json:"key_id"`
	CustomerID string    `json:"customer_id"`
	Actor      string    `json:"actor,omitempty"`
	Contact    string    `json:"contact,omitempty"`
	Front      string    `json:"front"`            // "sql", "rows", …
	Action     string    `json:"action"`           // ActionRead, …
	Tables     []string  `json:"tables,omitempty"` // as the catalog spells them
	View       string    `json:"view,omitempty"`   // the profile's name, version and digest
	Decision   string    `json:"decision"`         // Allow or Deny
	Code       string    `json:"code,omitempty"`   // of the refusal, where denied
	Digest     string    `json:"digest,omitempty"` // of the statement: see Digest
}

// NewID draws an id for an entry of now: 26 characters that sort by the
// millisecond. Entries then arrive in the order of their index, so that a commit
// writes few pages, however many entries there are.
func NewID(now time.Time) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(now.UnixMilli())<<16)
	_, _ = rand.Read(b[6:]) // never fails: see crypto/rand
	return sortable.EncodeToString(b[:])
}

// sortable is the base 32 whose texts sort as their bytes do (RFC 4648 §7).
var sortable = base32.HexEncoding.WithPadding(base32.NoPadding)

// check refuses an entry that could not be found again or says nothing. The
// zero Entry is refused: an undecided request is not an allowed one.
func (e Entry) check() error {
	switch {
	case e.ID == "":
		return errors.New("audit entry has no id")
	case e.Time.IsZero():
		return fmt.Errorf("audit entry %s has no time", e.ID)
	case e.Decision != Allow && e.Decision != Deny:
		return fmt.Errorf("audit entry %s has no decision: %q is neither allow nor deny", e.ID, e.Decision)
	}
	return nil
}

// Outcome says how an allowed request ended. An entry without one belongs to a
// request that is under way, or whose end was lost with its process.
type Outcome struct {
	ID     string    `json:"id"` // of the Entry
	Time   time.Time `json:"-"`  // of the Entry, by which it is found; a reader leaves it out
	Rows   int64     `json:"rows"`
	Millis int64     `json:"millis"`
	Code   string    `json:"code,omitempty"` // of the error it ended with, empty where it succeeded
}

// Log is what the gate needs of the audit.
type Log interface {
	// Begin returns nil only after the entry is in the log for good. On any error the
	// caller must run nothing: the entry may or may not be in the log.
	Begin(ctx context.Context, e Entry) error
	// Finish hands an outcome over; it is written soon after. It does not
	// wait for the disk.
	Finish(o Outcome)
}

// Digest is the form in which the log knows a statement's text: its hex
// SHA-256, enough to recognise a statement one has, and no way back to it.
func Digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// ErrClosed is returned by a log that has been closed.
var ErrClosed = errors.New("the audit log is closed")
