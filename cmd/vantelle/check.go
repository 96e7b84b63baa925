package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/config"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/store"
	"github.com/vantelle/vantelle/profiles"
	"github.com/vantelle/vantelle/sync/erpsource"
)

type checkCmd struct {
	configFlag
	Show bool `help:"Print the whole configuration with its defaults, without its secrets."`
}

// checker prints findings and remembers whether one was bad.
type checker struct {
	w      *world
	style  style
	failed bool
}

// Run checks the configuration, then the profiles, then each dossier on its
// live ERP. It writes nothing.
func (c *checkCmd) Run(w *world) error {
	ctx, cancel := w.context()
	defer cancel()
	cfg, err := c.load(w)
	if err != nil {
		return err
	}
	if c.Show {
		text, err := cfg.Redacted()
		if err != nil {
			return err
		}
		fmt.Fprint(w.stdout, text)
	}
	k := &checker{w: w, style: w.styleFor(w.stdout)}
	k.ok("configuration", c.Config)
	k.directory(ctx, cfg.Directory)
	book, from, err := profilesAt(ctx, cfg, func(profile string, version int, err error) {
		k.bad("profiles", fmt.Sprintf("version %d of %s is in force and cannot be read by this program, so its customers see nothing: %v", version, profile, err),
			"Put an earlier version of it in force with vantelle profile, or run the program that wrote it.")
	})
	switch {
	case err != nil && cfg.Profiles.InFiles():
		k.bad("profiles", err.Error(), "Correct the files in "+cfg.Profiles.Dir+".")
	case err != nil:
		k.bad("profiles", err.Error(), "Let the directory be read from here.")
	default:
		k.ok("profiles", from+": "+versionsOf(book))
		for _, name := range sortedNames(cfg.Dossiers) {
			k.dossier(ctx, name, cfg.Dossiers[name], book)
		}
	}
	if k.failed {
		return errSaid
	}
	return nil
}

// versionsOf names a book's profiles, with their versions where they have had several.
func versionsOf(book *profiles.Book) string {
	var names []string
	for _, name := range book.Names() {
		if p, _ := book.Get(name); p.Version > 1 {
			name = fmt.Sprintf("%s (version %d)", name, p.Version)
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

// directory looks at a directory that others may have made; a file of our own
// is made when it is needed.
func (k *checker) directory(ctx context.Context, d config.Directory) {
	if d.Driver != config.Postgres {
		return
	}
	look, err := store.LookAt(ctx, storeConfig(d, zerolog.Nop()))
	if err != nil {
		k.bad("directory", err.Error(), "Correct directory.dsn in the configuration, and let the database be reached from here.")
		return
	}
	defer func() { _ = look.Close() }() // it was only read
	switch form, target, err := look.Form(ctx); {
	case err != nil:
		k.bad("directory", err.Error(), "Give the user of directory.dsn the right to read its schema.")
	case form == 0:
		k.ok("directory", look.Place+" answers; it is empty, and gets its tables at the first start")
	case form < target:
		k.note("directory", fmt.Sprintf("%s has form %d and this program needs form %d: back it up, then run vantelle migrate --backed-up", look.Place, form, target))
	case form > target:
		k.bad("directory", fmt.Sprintf("%s has form %d, of a newer program", look.Place, form), "Run that program.")
	default:
		k.ok("directory", fmt.Sprintf("%s answers, form %d", look.Place, form))
	}
}

// dossier checks one dossier as far as it gets: what comes later cannot be
// known where something earlier fails.
func (k *checker) dossier(ctx context.Context, name string, d config.Dossier, book *profiles.Book) {
	label := "dossier " + name
	db, err := erp.Open(erpSettings(name, d), zerolog.Nop())
	if err != nil {
		k.bad(label, err.Error(), "Correct dossiers."+name+" in the configuration.")
		return
	}
	defer func() { _ = db.Close() }() // it was only read
	source, err := newSource(d, db, nil)
	if err != nil {
		k.bad(label, err.Error(), sourceRemedy(name, err))
	}
	if err := db.Ping(ctx); err != nil {
		k.bad(label, err.Error(), hintFor(err))
		return
	}
	cat, err := db.Catalog(ctx)
	if err != nil {
		k.bad(label, err.Error(), hintFor(err))
		return
	}
	k.ok(label, fmt.Sprintf("%s %s answers, %s", d.Engine, cat.Version, counted(len(cat.Tables), "table")))
	if source != nil {
		k.source(ctx, name, source)
		k.tracking(ctx, label, d.ERP, db, cat)
	}
	p, ok := book.Get(d.DefaultProfile)
	switch {
	case !ok:
		k.bad(label, fmt.Sprintf("there is no profile %q", d.DefaultProfile), "Set dossiers."+name+".default_profile to one of: "+strings.Join(book.Names(), ", ")+".")
	case p.ERP != d.ERP:
		k.bad(label, fmt.Sprintf("profile %s is for %s, and the dossier is a %s", p.Name, p.ERP, d.ERP), "Set dossiers."+name+".default_profile to a profile for "+d.ERP+".")
	}
	for _, profileName := range book.Names() {
		if p, _ := book.Get(profileName); p.ERP == d.ERP {
			k.view(label+", profile "+p.Name, view.Bind(p, cat, book.Beside(p)...), p.Name == d.DefaultProfile)
		}
	}
}

// source tells what a synchronisation would read.
func (k *checker) source(ctx context.Context, name string, source erpsource.Source) {
	label := "dossier " + name + ", synchronisation"
	text, err := sourceText(ctx, source)
	if err != nil {
		k.bad(label, err.Error(), sourceRemedy(name, err))
		return
	}
	k.ok(label, text)
}

// tracking tells whether a synchronisation can go by SQL Server's Change Tracking,
// and what switches it on.
func (k *checker) tracking(ctx context.Context, label, kind string, db *erp.DB, c *catalog.Catalog) {
	tables := erpsource.TrackedTables(kind, c)
	if len(tables) == 0 {
		return
	}
	tracking, not, snapshots, err := db.TrackingNow(ctx, tables)
	label += ", Change Tracking"
	switch {
	case err != nil:
		k.note(label, err.Error())
	case tracking != nil && !snapshots:
		k.note(label, "not used, change markers do: the database allows no snapshots. ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON;")
	case tracking != nil:
		k.ok(label, fmt.Sprintf("used, at version %d", tracking.Version))
	default:
		k.note(label, strings.TrimSpace("not used, change markers do: "+not.Reason+". "+not.Remedy))
	}
}

// sourceRemedy says what to do where a dossier's customers cannot be read.
func sourceRemedy(name string, err error) string {
	if hint := erp.Hint(err); hint != "" {
		return hint
	}
	return "Correct tables_prefix, sync_options or custom of dossiers." + name + " in the configuration, or give the ERP login the right to read those tables."
}

// view tells what of a profile the dossier's catalog cannot satisfy. A column
// that is missing is normal among generations of an ERP; that nothing is left
// of the profile that customers get is not.
func (k *checker) view(label string, v *view.View, isDefault bool) {
	for _, p := range v.Problems {
		place := p.Table
		if p.Column != "" {
			place += "." + p.Column
		}
		what := "left out"
		if p.Fatal {
			what = "table unavailable"
		}
		k.note(label, fmt.Sprintf("%s %s: %s", place, what, p.Msg))
	}
	unasked := filter.Unasked(v)
	for _, name := range slices.Sorted(maps.Keys(unasked)) {
		k.note(label, fmt.Sprintf("dashboard.%s left out: %v", name, unasked[name]))
	}
	if len(v.Tables) == 0 && isDefault {
		k.bad(label, "no table of it is available here", "Choose a profile made for this ERP, or give the ERP login the right to read its tables.")
		return
	}
	k.ok(label, counted(len(v.Tables), "table")+" available")
}

func (k *checker) ok(label, text string) {
	fmt.Fprintf(k.w.stdout, "%s   %s: %s\n", k.style.green("ok"), label, printable(text))
}

func (k *checker) note(label, text string) {
	fmt.Fprintf(k.w.stdout, "%s %s: %s\n", k.style.faint("note"), label, printable(text))
}

// bad prints what is wrong, a line for each mistake, and what to do.
func (k *checker) bad(label, text, remedy string) {
	k.failed = true
	for line := range strings.SplitSeq(text, "\n") {
		fmt.Fprintf(k.w.stdout, "%s  %s: %s\n", k.style.red("bad"), label, printable(line))
	}
	fmt.Fprintf(k.w.stdout, "     %s\n", remedy)
}
