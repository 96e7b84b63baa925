package oracle

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/vantelle/vantelle/filter/refusal"
)

// Babelfish stands in for SQL Server where there is none, and has faults of its
// own. What it alone cannot do is named here, and judged nowhere else.

// kept is a column's name as the server's catalog has it: Babelfish's has small
// letters only.
func (d dialect) kept(name string) string {
	if d.babelfish {
		return strings.ToLower(name)
	}
	return name
}

// keeps tells whether the server knows a name again: Babelfish reads no "]"
// within one, its QUOTENAME doubles an apostrophe and a quotation mark, and its
// catalog has but the letters of one code page.
func (d dialect) keeps(name string) bool {
	return !d.babelfish || !strings.ContainsFunc(name, func(r rune) bool { return r == ']' || r == '\'' || r == '"' || r > 0xFF })
}

// fishFaults are what Babelfish refuses and SQL Server runs: words of its error,
// and what the printed statement has that leads to it.
var fishFaults = []struct{ says, of string }{
	{"FULL JOIN is only supported with merge-joinable or hash-joinable join conditions", "FULL JOIN"},
	// The type of a product of two whole numbers has 39 digits to it, whatever they are.
	{"Arithmetic overflow error for data type numeric", " AS decimal(19, 0)) * CAST("},
}

var (
	errDied = errors.New("the server dies of it, which is Babelfish")
	errSlow = errors.New("the server takes too long, which is Babelfish")
)

// fishFault tells whether the gate failed by a fault of Babelfish's own, and
// gives that one.
func (s *stage) fishFault(ctx context.Context, a asked, who int, gateErr error) error {
	cause := errors.Unwrap(gateErr)
	if cause == nil || !s.world.dialect.babelfish {
		return nil
	}
	if codeOf(gateErr) == refusal.Timeout { // it may read a long statement for longer than one may take
		return errSlow
	}
	e, err := s.gate.Explain(ctx, s.request(a, who), "")
	if err != nil {
		return nil
	}
	for _, f := range fishFaults {
		if strings.Contains(cause.Error(), f.says) && strings.Contains(e.SQL, f.of) {
			return cause
		}
	}
	return nil
}

// died tells whether an error is what is left of a server that died: one
// statement takes the sessions of all others with it.
func (d dialect) died(err error) bool {
	if err == nil || !d.babelfish {
		return false
	}
	text := err.Error()
	if cause := errors.Unwrap(err); cause != nil {
		text += cause.Error()
	}
	return slices.ContainsFunc([]string{"recovery mode", "EOF", "bad connection", "connection reset", "broken pipe", "terminating connection", "starting up", "not yet accepting", "connection refused", "erp_unavailable"},
		func(words string) bool { return strings.Contains(text, words) })
}

// awake waits until the server answers again.
func awake(ctx context.Context, server *sql.DB) {
	for range 60 {
		time.Sleep(500 * time.Millisecond)
		if server.PingContext(ctx) == nil {
			return
		}
	}
}
