package erp

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"io/fs"
	"net"
)

// Class is what kind of trouble an error of an ERP's database is.
type Class uint8

// The classes. The zero Class is Other.
const (
	Other         Class = iota // a mistake of ours, or a damaged database
	Transient                  // a lock, a deadlock: the same statement may pass in a moment
	Permission                 // the login may not do it, or may not sign in
	MissingObject              // a table or a column is not there
	Timeout                    // it took longer than it may
	Canceled                   // the caller gave up
	Unavailable                // the server or the database cannot be reached now
	Overflow                   // a number left its type, or a recursion went too deep
	Exhausted                  // a server that is there has no memory or disk left for it
	TooLarge                   // a server that is there does not take so large a message
)

var classNames = [...]string{"other", "transient", "permission", "missing object", "timeout", "canceled", "unavailable", "overflow", "exhausted", "too large"}

// String names the class for logs and metrics.
func (c Class) String() string {
	if int(c) < len(classNames) {
		return classNames[c]
	}
	return "other"
}

// Retryable tells whether the same thing may go well later with nobody
// having done anything about it here.
func (c Class) Retryable() bool {
	return c == Transient || c == Timeout || c == Unavailable || c == Exhausted
}

// diagnosis is what an error means.
type diagnosis struct {
	class Class
	hint  string
}

// Classify tells what kind of trouble err is. nil is Other.
func Classify(err error) Class { return diagnose(err).class }

// Hint says in one sentence what an operator can do about err. It never holds
// a secret, and it is empty where there is nothing to say.
func Hint(err error) string { return diagnose(err).hint }

const (
	hintUnreachable = "The server cannot be reached: check that it runs, its host name and port, and the firewall between."
	hintExhausted   = "The server has no memory or disk left for a statement: look for what else runs there, or give it more."
	hintMissing     = "A table or column that was there is not there any more: the ERP may have been updated; the catalog is read again by itself."
	hintSlow        = "The database took too long: look for locks and load there, or raise the statement timeout of the dossier."
)

func diagnose(err error) diagnosis {
	if err == nil {
		return diagnosis{}
	}
	// A caller that gives up shows as all kinds of errors below; that it
	// gave up is what counts.
	if errors.Is(err, context.Canceled) {
		return diagnosis{class: Canceled}
	}
	if errors.Is(err, ErrChangedMeanwhile) {
		return diagnosis{Transient, "It is tried again. On SQL Server, ALTER DATABASE … SET ALLOW_SNAPSHOT_ISOLATION ON keeps reads apart from changes; on MariaDB, tables of the engine InnoDB do."}
	}
	for _, e := range engines() {
		if d, mine := e.diagnose(err); mine {
			return d
		}
	}
	var netErr net.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return diagnosis{Timeout, hintSlow}
	case errors.Is(err, fs.ErrNotExist):
		return diagnosis{Unavailable, "The database file does not exist: check the path of the dossier."}
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &netErr):
		return diagnosis{Unavailable, hintUnreachable}
	}
	return diagnosis{}
}
