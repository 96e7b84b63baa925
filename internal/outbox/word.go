package outbox

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vantelle/vantelle/internal/directory"
)

// The limits of an integrator's word on a request.
const (
	MaxNumber = 100            // characters of the ERP's number
	MaxReason = 1_000          // characters of a reason, and of a note
	MaxWait   = 24 * time.Hour // of a lease, and of a request that was given back
)

// WordError says what is wrong with an integrator's word.
type WordError struct {
	Field  string // number, reason, note or wait
	Detail string
}

// Error names the field.
func (e *WordError) Error() string { return e.Field + ": " + e.Detail }

// CheckWord checks what people will read of a word on a request, and how long it
// is to wait. The error is a *WordError.
func CheckWord(s directory.RequestSettling) error {
	switch s.To {
	case directory.RequestDone:
		return checkText("number", s.Number, MaxNumber, true)
	case directory.RequestRefused:
		return checkText("reason", s.Reason, MaxReason, true)
	}
	if s.Wait < 0 || s.Wait > MaxWait {
		return &WordError{"wait", fmt.Sprintf("write 0 to %d seconds", int(MaxWait/time.Second))}
	}
	return checkText("note", s.Reason, MaxReason, false)
}

func checkText(field, text string, most int, needed bool) error {
	switch {
	case needed && strings.TrimSpace(text) == "":
		return &WordError{field, "it must be given"}
	case utf8.RuneCountInString(text) > most || !utf8.ValidString(text) || strings.ContainsFunc(text, func(c rune) bool { return c < ' ' && c != '\n' }):
		return &WordError{field, fmt.Sprintf("write up to %d characters, without control characters", most)}
	}
	return nil
}
