// Package refusal is the one error type by which the gate says no: a code from
// a fixed list, a sentence for the requester that tells nothing he may not
// know, the place in his text, and a cause for the operator's log only.
package refusal

import (
	"errors"
	"fmt"

	"github.com/vantelle/vantelle/filter/sqlast"
)

// Code is a stable, documented word for a kind of refusal.
type Code string

// The codes. internal/httpjson maps each to an HTTP status.
const (
	Syntax         Code = "sql_syntax"        // not the portal's SQL
	Unsupported    Code = "sql_unsupported"   // SQL that Vantelle does not offer
	UnknownName    Code = "unknown_name"      // outside the view nothing exists
	TypeMismatch   Code = "type_mismatch"     // operands of different families
	CanFail        Code = "can_fail"          // an expression that could fail on somebody else's row
	LimitExceeded  Code = "limit_exceeded"    // larger than the configuration allows
	FilterRequired Code = "filter_required"   // the profile wants a column pinned
	ParamMismatch  Code = "param_mismatch"    // parameters missing, too many, or of the wrong type
	NoAccess       Code = "no_access"         // no identity, no rows
	Unavailable    Code = "erp_unavailable"   // the dossier's ERP does not answer
	Timeout        Code = "erp_timeout"       // the ERP took too long
	QueryFailed    Code = "query_failed"      // the ERP refused; the reason is in the log
	Cancelled      Code = "cancelled"         // the caller went away
	AuditDown      Code = "audit_unavailable" // no audit, no answer
	Internal       Code = "internal"

	// Of writes.
	ReadOnly      Code = "read_only"           // the profile lets this be read only
	ValueRefused  Code = "value_refused"       // a value that its column does not take
	RowRefused    Code = "row_refused"         // the row would not be the customer's afterwards
	Unreferenced  Code = "reference_not_found" // it points at nothing that is there
	Duplicate     Code = "duplicate_key"       // a row with this key is there already
	RuleViolation Code = "rule_violated"       // the ERP's own rules refuse the row
	Uncertain     Code = "outcome_unknown"     // the ERP went away during the commit
)

// Error is a refusal.
type Error struct {
	Code   Code
	Detail string     // for the requester
	Pos    sqlast.Pos // byte offset into his text; sqlast.NoPos for none
	Cause  error      // for the operator's log only
	Row    int        // of what is written, 1-based; 0 for none
	Column string     // of what is written; empty for none
}

// ErrUnidentified is a cause of NoAccess: the profile filters by something that the
// caller's identity does not have, or not in the ERP's form.
var ErrUnidentified = errors.New("the identity lacks it")

// Unidentified refuses an identity that lacks what the profile filters by. Which name
// that is, and what is wrong with it, only the log says: the filter may be hidden.
func Unidentified(name, why string) *Error {
	return Because(fmt.Errorf(":%s: %s: %w", name, why, ErrUnidentified), NoAccess, "the profile filters by something that this identity does not have")
}

// Error gives the requester's sentence; the cause is never in it.
func (e *Error) Error() string { return string(e.Code) + ": " + e.Detail }

// Unwrap gives the cause, for errors.Is.
func (e *Error) Unwrap() error { return e.Cause }

// At makes a refusal with a place.
func At(pos sqlast.Pos, code Code, format string, args ...any) *Error {
	return &Error{Code: code, Detail: fmt.Sprintf(format, args...), Pos: pos}
}

// New makes a refusal without a place.
func New(code Code, format string, args ...any) *Error {
	return At(sqlast.NoPos, code, format, args...)
}

// Because makes a refusal with a cause for the log.
func Because(cause error, code Code, format string, args ...any) *Error {
	e := New(code, format, args...)
	e.Cause = cause
	return e
}
