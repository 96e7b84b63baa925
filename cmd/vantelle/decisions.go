package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/vantelle/vantelle/internal/directory"
)

type decisionsCmd struct {
	configFlag
	All     bool   `help:"Show those that were answered, too."`
	Same    string `help:"Answer a decision: it is the same company." placeholder:"ID" xor:"answer"`
	NotSame string `help:"Answer a decision: it is another company." placeholder:"ID" xor:"answer"`
	Note    string `help:"Why."`
	Dossier string `arg:"" help:"The dossier."`
}

// Run shows what the synchronisation asks of administrators, or answers it. The
// directory is changed directly; a service that runs on it goes by it from the
// next request on.
func (c *decisionsCmd) Run(w *world) error {
	ctx, cancel := w.context()
	defer cancel()
	return c.withRooms(ctx, w, c.Dossier, func(r *rooms) error {
		if c.Same != "" || c.NotSame != "" {
			return c.answer(ctx, w.stdout, r)
		}
		all, err := r.store.Decisions(ctx, c.Dossier, !c.All, 1000)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			fmt.Fprintln(w.stdout, "nothing is asked")
		}
		for _, q := range all {
			printDecision(w.stdout, q)
		}
		return nil
	})
}

func (c *decisionsCmd) answer(ctx context.Context, out io.Writer, r *rooms) error {
	id, verdict := c.Same, directory.VerdictSame
	if c.NotSame != "" {
		id, verdict = c.NotSame, directory.VerdictNotSame
	}
	q, err := r.store.Decision(ctx, id)
	if errors.Is(err, directory.ErrNotFound) || err == nil && q.Dossier != c.Dossier {
		return fmt.Errorf("dossier %s has no decision %s", c.Dossier, id)
	}
	if err != nil {
		return err
	}
	if q, err = r.store.Decide(ctx, id, verdict, atTerminal(), c.Note, r.now()); err != nil {
		return err
	}
	printDecision(out, q)
	return nil
}

func printDecision(out io.Writer, q directory.Decision) {
	who := "customer " + q.CustomerID
	if q.OtherID != "" {
		who += " and customer " + q.OtherID
	}
	answer := "open"
	if q.Verdict != "" {
		answer = string(q.Verdict) + ", by " + q.DecidedBy
	}
	fmt.Fprintf(out, "%s  %s  %s: %s (%s)\n", q.ID, q.Kind, printable(who), printable(q.Detail), answer)
}
