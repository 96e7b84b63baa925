package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/outbox"
)

// outboxCmd is the commands on what customers asked for. They work on the
// directory itself, beside a service or without one.
type outboxCmd struct {
	List   outboxListCmd   `cmd:"" help:"List requests, the oldest first: those that are open, or in a state."`
	Show   outboxShowCmd   `cmd:"" help:"Show a request with its fields and lines, as JSON."`
	Take   outboxTakeCmd   `cmd:"" help:"Take the oldest requests that wait, and print them as JSON, one a line; nobody else gets them for a while."`
	Done   outboxDoneCmd   `cmd:"" help:"Say that a request is in the ERP, and under which number."`
	Refuse outboxRefuseCmd `cmd:"" help:"Refuse a request; the customer reads the reason."`
	Return outboxReturnCmd `cmd:"" help:"Give a request back, so that it can be taken again."`
}

type outboxListCmd struct {
	configFlag
	State   []string `help:"received, taken, refused or done; several with commas. The open ones otherwise." enum:"received,taken,refused,done" default:"received,taken"`
	Kind    []string `help:"Only these kinds."`
	Limit   int      `help:"At most so many." default:"100"`
	Dossier string   `arg:"" help:"The dossier."`
}

// Run lists a line for each request.
func (c *outboxListCmd) Run(w *world) error {
	return c.on(w, c.Dossier, func(ctx context.Context, r *rooms) error {
		q := directory.RequestQuery{Dossier: c.Dossier, Kinds: c.Kind, Limit: min(max(c.Limit, 1), 1000)}
		for _, s := range c.State {
			q.States = append(q.States, directory.RequestState(s))
		}
		list, err := r.store.Requests(ctx, q)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			fmt.Fprintln(w.stdout, "there is no such request")
		}
		for _, q := range list {
			printRequest(w.stdout, q)
		}
		return nil
	})
}

type outboxShowCmd struct {
	configFlag
	Dossier string `arg:"" help:"The dossier."`
	ID      string `arg:"" name:"id" help:"The request."`
}

// Run shows all of a request.
func (c *outboxShowCmd) Run(w *world) error {
	return c.on(w, c.Dossier, func(ctx context.Context, r *rooms) error {
		q, err := r.store.Request(ctx, c.Dossier, c.ID)
		if err != nil {
			return noRequest(err, c.Dossier, c.ID)
		}
		return writeDocument(w.stdout, q, false, "  ")
	})
}

type outboxTakeCmd struct {
	configFlag
	Limit   int           `help:"At most so many." default:"1"`
	Kind    []string      `help:"Only these kinds."`
	Lease   time.Duration `help:"For how long they are yours." default:"5m"`
	Dossier string        `arg:"" help:"The dossier."`
}

// Run takes requests. Nothing is printed where none waits.
func (c *outboxTakeCmd) Run(w *world) error {
	if c.Lease < time.Second {
		return errors.New("--lease: write at least 1s")
	}
	return c.on(w, c.Dossier, func(ctx context.Context, r *rooms) error {
		list, err := r.store.TakeRequests(ctx, directory.RequestTaking{Dossier: c.Dossier, Kinds: c.Kind, By: atTerminal(), Lease: c.Lease, Limit: min(max(c.Limit, 1), 100)})
		if err != nil {
			return err
		}
		for _, q := range list {
			if err := writeDocument(w.stdout, q, true, ""); err != nil {
				return err
			}
		}
		return nil
	})
}

type outboxDoneCmd struct {
	configFlag
	Number  string `help:"The ERP's number." required:""`
	Lease   string `help:"The receipt of the taking; needed where somebody else has it."`
	Dossier string `arg:"" help:"The dossier."`
	ID      string `arg:"" name:"id" help:"The request."`
}

// Run settles a request as done.
func (c *outboxDoneCmd) Run(w *world) error {
	return c.settle(w, directory.RequestSettling{Dossier: c.Dossier, ID: c.ID, To: directory.RequestDone, Lease: c.Lease, Number: c.Number})
}

type outboxRefuseCmd struct {
	configFlag
	Reason  string `help:"Why, for the customer." required:""`
	Lease   string `help:"The receipt of the taking; needed where somebody else has it."`
	Dossier string `arg:"" help:"The dossier."`
	ID      string `arg:"" name:"id" help:"The request."`
}

// Run settles a request as refused.
func (c *outboxRefuseCmd) Run(w *world) error {
	return c.settle(w, directory.RequestSettling{Dossier: c.Dossier, ID: c.ID, To: directory.RequestRefused, Lease: c.Lease, Reason: c.Reason})
}

type outboxReturnCmd struct {
	configFlag
	Note    string        `help:"Why, for integrators."`
	Wait    time.Duration `help:"For so long nobody takes it."`
	Lease   string        `help:"The receipt of the taking; needed where somebody else has it."`
	Dossier string        `arg:"" help:"The dossier."`
	ID      string        `arg:"" name:"id" help:"The request."`
}

// Run gives a request back.
func (c *outboxReturnCmd) Run(w *world) error {
	return c.settle(w, directory.RequestSettling{Dossier: c.Dossier, ID: c.ID, To: directory.RequestReceived, Lease: c.Lease, Reason: c.Note, Wait: c.Wait})
}

// on opens the rooms for a command on a dossier's requests.
func (f configFlag) on(w *world, dossier string, do func(context.Context, *rooms) error) error {
	ctx, cancel := w.context()
	defer cancel()
	return f.withRooms(ctx, w, dossier, func(r *rooms) error { return do(ctx, r) })
}

func (f configFlag) settle(w *world, s directory.RequestSettling) error {
	if err := outbox.CheckWord(s); err != nil {
		return fmt.Errorf("--%w", err)
	}
	return f.on(w, s.Dossier, func(ctx context.Context, r *rooms) error {
		s.By = atTerminal()
		q, err := r.store.SettleRequest(ctx, s)
		if err != nil {
			return noRequest(err, s.Dossier, s.ID)
		}
		printRequest(w.stdout, q)
		return nil
	})
}

func noRequest(err error, dossier, id string) error {
	if errors.Is(err, directory.ErrNotFound) {
		return fmt.Errorf("dossier %s has no request %s", dossier, id)
	}
	return err
}

func printRequest(out io.Writer, q directory.Request) {
	what := string(q.State)
	switch {
	case q.State == directory.RequestDone:
		what += ", " + q.Number
	case q.State == directory.RequestRefused:
		what += ": " + q.Reason
	case q.State == directory.RequestTaken:
		what += " by " + q.TakenBy
	}
	fmt.Fprintf(out, "%s  %s  %s  customer %s  %s\n", q.ID, q.ReceivedAt.UTC().Format(time.RFC3339), printable(q.Kind), printable(q.CustomerID), printable(what))
}

func writeDocument(out io.Writer, q directory.Request, takers bool, indent string) error {
	doc, err := outbox.DocumentOf(q, takers)
	if err != nil {
		return err
	}
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	return e.Encode(doc)
}
