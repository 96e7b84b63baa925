package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/adminapi"
	"github.com/vantelle/vantelle/internal/identity"
)

type queryCmd struct {
	configFlag
	Customer string   `help:"The customer to ask as: a code, or id: and an id." required:"" placeholder:"CODE"`
	Param    []string `help:"The value of the next parameter (?); may be given again." placeholder:"VALUE" sep:"none"`
	MaxRows  int      `help:"At most so many rows." placeholder:"N"`
	CSV      bool     `help:"Print CSV." xor:"form"`
	JSON     bool     `help:"Print one JSON object a line." xor:"form"`
	Dossier  string   `arg:"" help:"The dossier to ask."`
	SQL      string   `arg:"" help:"The query, in the portal's SQL."`
}

// Run asks the gate exactly as a portal would; the audit names the front cli.
func (c *queryCmd) Run(w *world) error {
	ctx, cancel := w.context()
	defer cancel()
	return c.withRooms(ctx, w, c.Dossier, func(r *rooms) error {
		who, err := cliCaller(ctx, r, c.Dossier, c.Customer)
		if err != nil {
			return err
		}
		answer, err := r.gate.Do(ctx, filter.Request{Caller: who, RequestID: rand.Text(), Front: "cli",
			Text: c.SQL, Params: textParams(c.Param), MaxRows: c.MaxRows})
		if err != nil {
			return sayRefusal(w, c.SQL, err)
		}
		n, err := c.print(ctx, w, answer)
		if err := errors.Join(err, answer.Close()); err != nil {
			return sayRefusal(w, c.SQL, err)
		}
		if !c.CSV && !c.JSON {
			fmt.Fprintf(w.stdout, "(%s)\n", counted(n, "row"))
		}
		if answer.Truncated() {
			fmt.Fprintf(w.stderr, "The answer was cut after %s; there are more.\n", counted(n, "row"))
		}
		return nil
	})
}

func (c *queryCmd) print(ctx context.Context, w *world, answer *filter.Answer) (int, error) {
	switch {
	case c.CSV:
		return printCSV(ctx, w.stdout, answer)
	case c.JSON:
		return printJSON(ctx, w.stdout, answer)
	}
	return printTable(ctx, w.stdout, w.styleFor(w.stdout), answer)
}

// withRooms opens the rooms for a command that works on one dossier, and
// closes them after do.
func (f configFlag) withRooms(ctx context.Context, w *world, dossier string, do func(*rooms) error) (err error) {
	cfg, err := f.load(w)
	if err != nil {
		return err
	}
	if _, err := dossierOf(cfg, dossier); err != nil {
		return err
	}
	r, err := openRooms(ctx, cfg, w.quietLogger())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	return do(r)
}

// cliCaller is the caller that a portal would be for the customer, in the name
// of the command line.
func cliCaller(ctx context.Context, r *rooms, dossier, customer string) (identity.Caller, error) {
	who, hint, err := adminapi.CallerFor(ctx, r.store, dossier, customer)
	if err != nil {
		return who, err
	}
	if hint != "" {
		return who, fmt.Errorf("%s: no access: %s", customer, hint)
	}
	who.KeyID, who.KeyName = "cli", "command line"
	return who, nil
}

func textParams(values []string) []any {
	params := make([]any, len(values))
	for i, v := range values {
		params[i] = v
	}
	return params
}

// sayRefusal tells a refusal the way a compiler does: the text, and a mark
// under the place. Its cause is for the operator, who is the one reading here.
func sayRefusal(w *world, sql string, err error) error {
	var refused *refusal.Error
	if !errors.As(err, &refused) {
		return err
	}
	s := w.styleFor(w.stderr)
	fmt.Fprintf(w.stderr, "%s %s: %s\n", s.red("refused"), refused.Code, refused.Detail)
	markPlace(w.stderr, sql, int(refused.Pos))
	if refused.Cause != nil {
		fmt.Fprintf(w.stderr, "cause: %s\n", printable(refused.Cause.Error()))
	}
	return errSaid
}

// markPlace prints the line of text that holds the byte pos, and a mark below it.
func markPlace(out io.Writer, text string, pos int) {
	if pos < 0 || pos > len(text) {
		return
	}
	begin := strings.LastIndexByte(text[:pos], '\n') + 1
	end := len(text)
	if i := strings.IndexByte(text[pos:], '\n'); i >= 0 {
		end = pos + i
	}
	column := utf8.RuneCountInString(text[begin:pos])
	fmt.Fprintf(out, "  %s\n  %s^\n", printable(text[begin:end]), strings.Repeat(" ", column))
}
