package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/vantelle/vantelle/internal/access"
	"github.com/vantelle/vantelle/profiles"
)

// profileCmd is the commands on profiles. They work on the directory itself; a
// service that runs beside them takes what they change with its next request.
type profileCmd struct {
	List      profileListCmd      `cmd:"" help:"List the profiles in force."`
	History   profileHistoryCmd   `cmd:"" help:"List a profile's versions with author and note, the newest first."`
	Export    profileExportCmd    `cmd:"" help:"Write a profile, or a version of it, as YAML."`
	Import    profileImportCmd    `cmd:"" help:"Put a profile from a YAML file in force, after validating it; --dry-run only looks."`
	Diff      profileDiffCmd      `cmd:"" help:"Compare two profiles or versions: NAME, NAME@3, NAME@shipped."`
	Duplicate profileDuplicateCmd `cmd:"" help:"Make a profile of another name from one; --restrict makes a copy that may only take away."`
	Undo      profileUndoCmd      `cmd:"" help:"Put an earlier version in force again, as a new version."`
	Reset     profileResetCmd     `cmd:"" help:"Put the shipped standard in force again; the version before stays in history."`
	Levels    profileLevelsCmd    `cmd:"" help:"Set levels of modules: quotes=none invoices=read '*=none'."`
	Licences  profileLicencesCmd  `cmd:"" help:"List the licence types, the cheapest first, with what each offers at most."`
	Licence   profileLicenceCmd   `cmd:"" help:"Make, change or delete a licence type: light '*=read' orders=none --price-class 1."`
	Defaults  profileDefaultsCmd  `cmd:"" help:"Show or set which profile accesses have that name none: bijou '*=B2B' light='B2B small'."`
	Users     profileUsersCmd     `cmd:"" help:"List who has a profile, with their dossiers."`
	Transfer  profileTransferCmd  `cmd:"" help:"Give users of one profile another: all of them, or one customer's in one dossier."`
	Delete    profileDeleteCmd    `cmd:"" help:"Take a profile out of force that nobody has."`
	Test      profileTestCmd      `cmd:"" help:"Run policy tests: what named customers must see and must not."`
	Why       profileWhyCmd       `cmd:"" help:"Say which rule lets a customer see a table, a column or a row, or hides it."`
	Changes   profileChangesCmd   `cmd:"" help:"Count what a real customer gains and loses from one profile to another."`
}

// me is who works at the command line.
func (w *world) me() access.Administrator {
	return access.Administrator{KeyID: "cli", Name: cmp.Or(w.getenv("USER"), w.getenv("USERNAME"), "command line")}
}

// withRules opens the rooms for a command on profiles, and tells what refuses a
// change finding by finding.
func (f configFlag) withRules(w *world, do func(ctx context.Context, r *rooms) error) (err error) {
	ctx, cancel := w.context()
	defer cancel()
	cfg, err := f.load(w)
	if err != nil {
		return err
	}
	r, err := openRooms(ctx, cfg, w.quietLogger())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	err = do(ctx, r)
	var refused *access.RefusedError
	if errors.As(err, &refused) {
		w.sayFindings(refused.Findings)
		fmt.Fprintln(w.stderr, "Nothing was changed; the version in force stays.")
		return errSaid
	}
	return err
}

func (w *world) sayFindings(all []profiles.Finding) {
	s := w.styleFor(w.stderr)
	for _, f := range all {
		word := s.faint("warning")
		if f.Severity == profiles.Error {
			word = s.red("refused")
		}
		fmt.Fprintf(w.stderr, "%s %s: %s\n", word, f.Code, printable(f.String()))
	}
}

// saySaved tells what became of a new version.
func (w *world) saySaved(saved access.Saved) {
	w.sayFindings(saved.Findings)
	for _, c := range saved.Changes {
		fmt.Fprintln(w.stdout, printable(c.Text))
	}
	if saved.DryRun {
		fmt.Fprintln(w.stdout, "Nothing was changed: this was a dry run.")
		return
	}
	fmt.Fprintf(w.stdout, "Profile %s is in force as version %d.\n", saved.Profile.Name, saved.Profile.Version)
}

// changeFlags are the flags of every command that makes a version.
type changeFlags struct {
	Note   string   `help:"Why; kept in the history." placeholder:"TEXT"`
	Accept []string `help:"A finding to accept, by its code: dossier_unreachable, empties_views, erp_changed, table_lost." placeholder:"CODE"`
	DryRun bool     `help:"Validate and compare, and change nothing."`
}

// request is a change of the profile as it is now.
func (f changeFlags) request(ctx context.Context, r *rooms, name string) (access.PutRequest, error) {
	req := access.PutRequest{Name: name, Note: f.Note, Accept: f.Accept, DryRun: f.DryRun}
	stored, err := r.rules.Store.Profile(ctx, name)
	if err != nil && !errors.Is(err, access.ErrNotFound) {
		return req, err
	}
	req.Version = stored.Version
	return req, nil
}

type profileListCmd struct{ configFlag }

// Run lists the profiles in force.
func (c *profileListCmd) Run(w *world) error {
	return c.withRules(w, func(ctx context.Context, r *rooms) error {
		book, err := r.book.Current(ctx)
		if err != nil {
			return err
		}
		for _, name := range book.Names() {
			p, _ := book.Get(name)
			restricts := ""
			if p.Extends != "" {
				restricts = ", restricts " + p.Extends
			}
			fmt.Fprintf(w.stdout, "%s v%d (%s, %s%s)\n", printable(name), p.Version, p.ERP, cmp.Or(p.Licence, "no licence type"), printable(restricts))
		}
		return nil
	})
}

type profileHistoryCmd struct {
	configFlag
	Profile string `arg:"" help:"The profile."`
}

// Run lists the versions.
func (c *profileHistoryCmd) Run(w *world) error {
	return c.withRules(w, func(ctx context.Context, r *rooms) error {
		all, err := r.rules.Versions(ctx, w.me(), c.Profile)
		if err != nil {
			return err
		}
		for _, v := range all {
			fmt.Fprintf(w.stdout, "v%d %s %s by %s%s\n", v.Version, v.CreatedAt.Format("2006-01-02 15:04"), v.Origin, printable(v.Author), printable(prefixed(": ", v.Note)))
		}
		return nil
	})
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

type profileExportCmd struct {
	configFlag
	Out     string `help:"The file to write; standard output otherwise. An existing one is not overwritten." placeholder:"FILE"`
	Tests   string `help:"A file to write the profile's policy tests to." placeholder:"FILE"`
	Profile string `arg:"" help:"NAME, NAME@3 or NAME@shipped."`
}

// Run writes the text as it was written.
func (c *profileExportCmd) Run(w *world) error {
	return c.withRules(w, func(ctx context.Context, r *rooms) error {
		p, text, err := r.rules.Resolve(ctx, w.me(), c.Profile)
		if err != nil {
			return err
		}
		if c.Tests != "" {
			v, err := r.rules.Store.ProfileVersion(ctx, p.Name, p.Version)
			if err != nil {
				return err
			}
			if err := writeNew(c.Tests, v.Tests); err != nil {
				return err
			}
		}
		if c.Out != "" {
			return writeNew(c.Out, text)
		}
		_, err = fmt.Fprint(w.stdout, text)
		return err
	})
}

func writeNew(name, text string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

type profileImportCmd struct {
	configFlag
	changeFlags
	Tests string `help:"A file of policy tests to keep beside it; those of the version before otherwise." placeholder:"FILE"`
	File  string `arg:"" help:"The YAML file."`
}

// Run puts the file's profile in force.
func (c *profileImportCmd) Run(w *world) error {
	return c.withRules(w, func(ctx context.Context, r *rooms) error {
		text, err := os.ReadFile(c.File)
		if err != nil {
			return err
		}
		name := ""
		if p, err := profiles.Load(c.File, text); err == nil {
			name = p.Name
		}
		req, err := c.request(ctx, r, name)
		if err != nil {
			return err
		}
		req.Text = string(text)
		if c.Tests != "" {
			tests, err := os.ReadFile(c.Tests)
			if err != nil {
				return err
			}
			req.Tests = string(tests)
		} else if req.Version > 0 {
			v, err := r.rules.Store.ProfileVersion(ctx, name, req.Version)
			if err != nil {
				return err
			}
			req.Tests = v.Tests
		}
		saved, err := r.rules.Import(ctx, w.me(), c.File, req)
		if err != nil {
			return err
		}
		w.saySaved(saved)
		return nil
	})
}

type profileDiffCmd struct {
	configFlag
	Full bool   `help:"Every change, not a line for each table."`
	From string `arg:"" help:"NAME, NAME@3 or NAME@shipped."`
	To   string `arg:"" help:"NAME, NAME@3 or NAME@shipped."`
}

// Run compares two profiles.
func (c *profileDiffCmd) Run(w *world) error {
	return c.withRules(w, func(ctx context.Context, r *rooms) error {
		changes, err := r.rules.Compare(ctx, w.me(), c.From, c.To, c.Full)
		if err != nil {
			return err
		}
		for _, change := range changes {
			fmt.Fprintln(w.stdout, printable(change.Text))
		}
		if len(changes) == 0 {
			fmt.Fprintln(w.stdout, "They show the same.")
		}
		return nil
	})
}

type profileDuplicateCmd struct {
	configFlag
	changeFlags
	Restrict bool   `help:"The copy may only take away from the profile it is made of."`
	From     string `arg:"" help:"NAME, NAME@3 or NAME@shipped."`
	Name     string `arg:"" help:"The name of the copy."`
}

// Run makes the copy.
func (c *profileDuplicateCmd) Run(w *world) error {
	return c.withRules(w, func(ctx context.Context, r *rooms) error {
		saved, err := r.rules.Duplicate(ctx, w.me(), c.From, c.Restrict, access.PutRequest{Name: c.Name, Note: c.Note, Accept: c.Accept, DryRun: c.DryRun})
		if err != nil {
			return err
		}
		w.saySaved(saved)
		return nil
	})
}

type profileUndoCmd struct {
	configFlag
	changeFlags
	Profile string `arg:"" help:"The profile."`
	Version int    `arg:"" help:"The version to have in force again."`
}

// Run puts the old text in force.
func (c *profileUndoCmd) Run(w *world) error {
	return c.withRules(w, func(ctx context.Context, r *rooms) error {
		req, err := c.request(ctx, r, c.Profile)
		if err != nil {
			return err
		}
		saved, err := r.rules.Undo(ctx, w.me(), c.Version, req)
		if err != nil {
			return err
		}
		w.saySaved(saved)
		return nil
	})
}

type profileResetCmd struct {
	configFlag
	changeFlags
	Profile string `arg:"" help:"The profile."`
}

// Run puts the shipped text in force.
func (c *profileResetCmd) Run(w *world) error {
	return c.withRules(w, func(ctx context.Context, r *rooms) error {
		req, err := c.request(ctx, r, c.Profile)
		if err != nil {
			return err
		}
		saved, err := r.rules.Reset(ctx, w.me(), req)
		if err != nil {
			return err
		}
		w.saySaved(saved)
		return nil
	})
}

type profileLevelsCmd struct {
	configFlag
	changeFlags
	Profile string            `arg:"" help:"The profile."`
	Levels  map[string]string `arg:"" help:"MODULE=LEVEL; the module * is every one that is not named."`
}

// Run sets the levels.
func (c *profileLevelsCmd) Run(w *world) error {
	return c.withRules(w, func(ctx context.Context, r *rooms) error {
		req, err := c.request(ctx, r, c.Profile)
		if err != nil {
			return err
		}
		saved, err := r.rules.SetLevels(ctx, w.me(), access.LevelsOf(c.Levels), req)
		if err != nil {
			return err
		}
		w.saySaved(saved)
		return nil
	})
}

type profileDeleteCmd struct {
	configFlag
	Profile string `arg:"" help:"The profile."`
}

// Run deletes the profile; its versions stay.
func (c *profileDeleteCmd) Run(w *world) error {
	return c.withRules(w, func(ctx context.Context, r *rooms) error {
		stored, err := r.rules.Store.Profile(ctx, c.Profile)
		if err != nil {
			return err
		}
		if err := r.rules.Delete(ctx, w.me(), c.Profile, stored.Version); err != nil {
			return err
		}
		fmt.Fprintf(w.stdout, "Profile %s is no longer in force; its versions stay in history.\n", printable(c.Profile))
		return nil
	})
}

// valuesOf reads COLUMN=VALUE, the value as JSON where it is any.
func valuesOf(pairs []string) (map[string]any, error) {
	row := map[string]any{}
	for _, pair := range pairs {
		name, text, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--row %s: write COLUMN=VALUE", pair)
		}
		var value any
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&value); err != nil || d.More() {
			value = text
		}
		row[name] = value
	}
	return row, nil
}
