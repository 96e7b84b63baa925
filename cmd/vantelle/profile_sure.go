package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/vantelle/vantelle/internal/access"
	"github.com/vantelle/vantelle/internal/trial"
	"github.com/vantelle/vantelle/profiles"
)

type profileUsersCmd struct {
	configFlag
	Profile string `arg:"" help:"The profile."`
}

// Run lists who has the profile.
func (c *profileUsersCmd) Run(w *world) error {
	return c.withRules(w, func(ctx context.Context, r *rooms) error {
		users, err := r.rules.Users(ctx, w.me(), c.Profile)
		if err != nil {
			return err
		}
		for _, u := range users {
			line := fmt.Sprintf("%s %s %s (%s", u.Dossier, u.CustomerCode, u.CustomerName, u.State)
			if u.ByDefault {
				line += ", by default"
			}
			fmt.Fprintln(w.stdout, printable(line+prefixed(", account ", u.Account)+")"))
		}
		fmt.Fprintf(w.stdout, "(%s)\n", counted(len(users), "user"))
		return nil
	})
}

type profileTransferCmd struct {
	configFlag
	Dossier  string `help:"Only in this dossier." placeholder:"DOSSIER"`
	Customer string `help:"Only this customer's access, by id." placeholder:"ID"`
	Account  string `help:"Only this account's membership for the customer." placeholder:"ID"`
	Note     string `help:"Why; kept in the history." placeholder:"TEXT"`
	DryRun   bool   `help:"Show who would be transferred, and change nothing."`
	From     string `arg:"" help:"The profile that they have."`
	To       string `arg:"" help:"The profile that they get."`
}

// Run transfers the users, all of them in one act.
func (c *profileTransferCmd) Run(w *world) error {
	return c.withRules(w, func(ctx context.Context, r *rooms) error {
		done, err := r.rules.Transfer(ctx, w.me(), access.TransferRequest{From: c.From, To: c.To, Dossier: c.Dossier,
			Customer: c.Customer, Account: c.Account, Note: c.Note, DryRun: c.DryRun})
		if err != nil {
			return err
		}
		w.sayFindings(done.Findings)
		word := "transferred"
		if done.DryRun {
			word = "would be transferred"
		}
		fmt.Fprintf(w.stdout, "%s %s from %s to %s.\n", counted(len(done.Users), "user"), word, printable(c.From), printable(c.To))
		return nil
	})
}

type profileTestCmd struct {
	configFlag
	File    string `help:"A YAML file of a profile to test, instead of the one in force." placeholder:"FILE"`
	Tests   string `help:"A file of policy tests, instead of those beside the profile." placeholder:"FILE"`
	Profile string `arg:"" optional:"" help:"NAME, NAME@3 or NAME@shipped; of a file its own name."`
}

// Run runs the tests; one that fails is a failure of the command.
func (c *profileTestCmd) Run(w *world) error {
	return c.withRules(w, func(ctx context.Context, r *rooms) error {
		p, tests, err := c.subject(ctx, w, r)
		if err != nil {
			return err
		}
		book, err := r.book.Current(ctx)
		if err != nil {
			return err
		}
		outcomes, err := r.trial.RunTests(ctx, w.me(), p, book, cmpFile(c.Tests), tests)
		if err != nil {
			return err
		}
		s := w.styleFor(w.stdout)
		failed := 0
		for _, o := range outcomes {
			word := s.green("passed ")
			switch o.Result {
			case "failed":
				word = s.red("failed ")
				failed++
			case "skipped":
				word = s.faint("skipped")
			}
			fmt.Fprintf(w.stdout, "%s %s%s\n", word, printable(o.Name), printable(prefixed(": ", o.Message)))
		}
		fmt.Fprintf(w.stdout, "(%s, %d failed)\n", counted(len(outcomes), "test"), failed)
		if failed > 0 {
			return errSaid
		}
		return nil
	})
}

func cmpFile(name string) string {
	if name == "" {
		return "tests"
	}
	return name
}

// subject finds the profile to test, and its tests.
func (c *profileTestCmd) subject(ctx context.Context, w *world, r *rooms) (*profiles.Profile, string, error) {
	if (c.File == "") == (c.Profile == "") {
		return nil, "", errors.New("name a profile, or give --file")
	}
	var p *profiles.Profile
	if c.File != "" {
		text, err := os.ReadFile(c.File)
		if err != nil {
			return nil, "", err
		}
		if p, err = profiles.Load(c.File, text); err != nil {
			return nil, "", err
		}
	} else {
		var err error
		if p, _, err = r.rules.Resolve(ctx, w.me(), c.Profile); err != nil {
			return nil, "", err
		}
	}
	if c.Tests != "" {
		tests, err := os.ReadFile(c.Tests)
		return p, string(tests), err
	}
	version := p.Version
	if c.File != "" {
		stored, err := r.rules.Store.Profile(ctx, p.Name)
		if err != nil {
			return nil, "", fmt.Errorf("the file's profile has no tests beside it yet: give --tests: %w", err)
		}
		version = stored.Version
	}
	v, err := r.rules.Store.ProfileVersion(ctx, p.Name, version)
	if err == nil && v.Tests == "" {
		err = errors.New("it has no policy tests beside it: give --tests")
	}
	return p, v.Tests, err
}

type profileWhyCmd struct {
	configFlag
	Customer string   `help:"The customer: a code, or id: and an id." required:"" placeholder:"CODE"`
	Account  string   `help:"An account whose membership counts too." placeholder:"ID"`
	Column   string   `help:"A column of the table." placeholder:"COLUMN"`
	Row      []string `help:"COLUMN=VALUE that pins one row; may be given again." placeholder:"COLUMN=VALUE" sep:"none"`
	Dossier  string   `arg:"" help:"The dossier."`
	Table    string   `arg:"" help:"The table."`
}

// Run prints the rules in the order in which they are looked at.
func (c *profileWhyCmd) Run(w *world) error {
	row, err := valuesOf(c.Row)
	if err != nil {
		return err
	}
	return c.withRules(w, func(ctx context.Context, r *rooms) error {
		if _, err := dossierOf(r.cfg, c.Dossier); err != nil {
			return err
		}
		answer, err := r.trial.Why(ctx, w.me(), trial.Question{Dossier: c.Dossier, Customer: c.Customer, Account: c.Account, Table: c.Table, Column: c.Column, Row: row})
		if err != nil {
			return err
		}
		s := w.styleFor(w.stdout)
		for _, rule := range answer.Rules {
			word := s.green("lets ")
			if !rule.Lets {
				word = s.red("hides")
			}
			fmt.Fprintf(w.stdout, "%s %s: %s%s\n", word, printable(rule.Rule), printable(rule.Reason), printable(prefixed(": ", rule.Text)))
		}
		if answer.Sees {
			fmt.Fprintln(w.stdout, "The customer sees it.")
		} else {
			fmt.Fprintln(w.stdout, "The customer does not see it.")
		}
		return nil
	})
}

type profileChangesCmd struct {
	configFlag
	Customer string `help:"The customer: a code, or id: and an id." required:"" placeholder:"CODE"`
	Dossier  string `arg:"" help:"The dossier."`
	From     string `arg:"" help:"NAME, NAME@3 or NAME@shipped."`
	To       string `arg:"" help:"NAME, NAME@3, NAME@shipped, or a YAML file."`
}

// Run counts on the ERP, with progress.
func (c *profileChangesCmd) Run(w *world) error {
	return c.withRules(w, func(ctx context.Context, r *rooms) error {
		if _, err := dossierOf(r.cfg, c.Dossier); err != nil {
			return err
		}
		from, _, err := r.rules.Resolve(ctx, w.me(), c.From)
		if err != nil {
			return err
		}
		var to *profiles.Profile
		if text, err := os.ReadFile(c.To); err == nil {
			if to, err = profiles.Load(c.To, text); err != nil {
				return err
			}
		} else if to, _, err = r.rules.Resolve(ctx, w.me(), c.To); err != nil {
			return err
		}
		changes, err := r.trial.WhatChanges(ctx, w.me(), c.Dossier, c.Customer, from, to, func(done, total int) {
			if w.styleFor(w.stderr).on {
				fmt.Fprintf(w.stderr, "\r%d of %s", done, counted(total, "table"))
			}
		})
		if err != nil {
			return err
		}
		for _, t := range changes.Tables {
			fmt.Fprintf(w.stdout, "%s: %d rows gained, %d lost (%d before, %d after)%s\n", printable(t.Table), t.Gained, t.Lost, t.Before, t.After, remarksOf(t))
			if len(t.ColumnsGained) > 0 {
				fmt.Fprintf(w.stdout, "  columns gained: %v\n", t.ColumnsGained)
			}
			if len(t.ColumnsLost) > 0 {
				fmt.Fprintf(w.stdout, "  columns lost: %v\n", t.ColumnsLost)
			}
		}
		fmt.Fprintf(w.stdout, "(%s unchanged)\n", counted(changes.Same, "table"))
		return nil
	})
}

func remarksOf(t trial.TableChange) string {
	switch {
	case t.Unknown != "":
		return ", not counted: " + printable(t.Unknown)
	case t.Capped:
		return ", at least"
	case t.Estimated:
		return ", by count"
	}
	return ""
}
