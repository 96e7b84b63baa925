package doctor

import (
	"context"
	"errors"
	"time"

	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/config"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/site/grants"
	"github.com/vantelle/vantelle/profiles"
)

// Installation is everything that is looked at. The configuration was loaded
// without a mistake; Mistakes is for one that was not.
type Installation struct {
	ConfigFile string
	ConfigText []byte // the file as it is, to see which secrets stand in it
	Config     config.Config
	Book       *profiles.Book // nil where the profiles cannot be loaded, see BookErr
	BookErr    error
	Broken     []BrokenProfile // in force, and in no book
	Dossiers   []Dossier

	Now       func() time.Time
	FreeSpace func(folder string) (bytes uint64, err error) // FreeSpace outside tests
	Modes     bool                                          // whether files have the owner, group, others of Unix
}

// BrokenProfile is a version in force that this program cannot read: the
// customers who have it see nothing.
type BrokenProfile struct {
	Profile string
	Version int
	Err     error
}

// Dossier is one dossier to look at.
type Dossier struct {
	Name   string
	Config config.Dossier
	DB     *erp.DB // nil where it could not be opened, see Err
	Err    error
	// TrySource reads a little as the synchronisation would, and says what.
	TrySource func(ctx context.Context) (string, error)
}

// Diagnose runs every check. What it finds is in the order of the checks: the
// installation first, then dossier by dossier.
func Diagnose(ctx context.Context, in Installation) []Finding {
	all := []Finding{fine("config.valid", "%s has no mistake", in.ConfigFile)}
	all = append(all, checkProfiles(in)...)
	all = append(all, checkSecrets(in.Config, in.ConfigText)...)
	all = append(all, checkFiles(in)...)
	all = append(all, checkSpace(in)...)
	all = append(all, checkRoots(in)...)
	all = append(all, checkOutbox(in)...)
	kept := openDirectory(ctx, in.Config.Directory)
	defer kept.close()
	all = append(all, checkDirectory(ctx, kept)...)
	all = append(all, checkKeptKeys(ctx, kept)...)
	for _, d := range in.Dossiers {
		for _, f := range diagnoseDossier(ctx, in, d, kept) {
			f.Dossier = d.Name
			all = append(all, f)
		}
	}
	return all
}

// diagnoseDossier goes as far as it gets: nothing can be known of a server
// that does not answer, but what the directory holds still can.
func diagnoseDossier(ctx context.Context, in Installation, d Dossier, kept *kept) []Finding {
	all, cat := connect(ctx, d)
	if cat != nil {
		server := serverOf(d.DB, d.Config)
		all = append(all, checkVersion(cat)...)
		all = append(all, checkEncryption(ctx, server)...)
		all = append(all, checkClock(ctx, server, in.Now)...)
		bound, findings := bindProfile(in.Book, d.Config, cat)
		all = append(all, checkRights(ctx, server, grants.Needs(cat, d.Config.ERP, bound))...)
		all = append(all, checkSource(ctx, d)...)
		all = append(all, checkIsolation(ctx, d, cat)...)
		all = append(all, checkTracking(ctx, d, cat)...)
		all = append(all, findings...)
		if bound != nil {
			all = append(all, checkProblems(ctx, server, bound)...)
			all = append(all, checkCollation(ctx, server, d.Config.ERP, bound)...)
			all = append(all, checkIndexes(ctx, server, d.Config.ERP, bound)...)
		}
	}
	all = append(all, checkLastSync(ctx, kept, d, in.Now())...)
	return append(all, checkAccesses(ctx, kept, d.Name)...)
}

// connect signs in and reads the catalog; nil where it could not.
func connect(ctx context.Context, d Dossier) ([]Finding, *catalog.Catalog) {
	bad := func(err error) ([]Finding, *catalog.Catalog) {
		remedy := erp.Hint(err)
		if remedy == "" {
			remedy = "Correct dossiers." + d.Name + " in the configuration."
		}
		return []Finding{found(Error, "connection.failed", remedy, "%v", err)}, nil
	}
	if d.Err != nil {
		return bad(d.Err)
	}
	if err := d.DB.Ping(ctx); err != nil {
		return bad(err)
	}
	cat, err := d.DB.Catalog(ctx)
	if err != nil {
		return bad(err)
	}
	return []Finding{fine("connection.works", "%s answers, %s can be read", d.Config.Engine, counted(len(cat.Tables), "table"))}, cat
}

// checkProfiles tells whether the profiles can be loaded.
func checkProfiles(in Installation) []Finding {
	if in.BookErr != nil || in.Book == nil {
		remedy := "Let the directory be read from here."
		if in.Config.Profiles.InFiles() {
			remedy = "Correct the files in profiles.dir."
		}
		return []Finding{found(Error, "profiles.invalid", remedy, "the profiles cannot be loaded: %v", in.BookErr)}
	}
	all := []Finding{fine("profiles.valid", "%s", some(in.Book.Names()))}
	for _, b := range in.Broken {
		all = append(all, found(Error, "profiles.broken", "Put an earlier version of it in force with vantelle profile, or run the program that wrote it.",
			"version %d of %s is in force and cannot be read by this program, so its customers see nothing: %v", b.Version, b.Profile, b.Err))
	}
	return all
}

// Mistakes gives the findings for a configuration that could not be loaded.
func Mistakes(file string, err error) []Finding {
	var mistakes config.Mistakes
	if !errors.As(err, &mistakes) {
		return []Finding{found(Error, "config.unreadable", "Name the file with --config, or make one: vantelle init", "%v", err)}
	}
	var all []Finding
	for _, m := range mistakes {
		all = append(all, found(Error, "config.mistake", "Correct it in "+file+"; docs/configuration.md explains each key.", "%v", m))
	}
	return all
}

// checkSource tries what a synchronisation reads first.
func checkSource(ctx context.Context, d Dossier) []Finding {
	if d.TrySource == nil {
		return nil
	}
	text, err := d.TrySource(ctx)
	if err == nil {
		return []Finding{fine("source.readable", "%s", text)}
	}
	remedy := erp.Hint(err)
	if remedy == "" {
		remedy = "Give the login the right to read the table, or correct tables_prefix, sync_options or custom of dossiers." + d.Name + "."
	}
	return []Finding{found(Error, "source.unreadable", remedy, "customers and contacts cannot be read: %v", err)}
}

// bindProfile binds the profile that customers get here unless told otherwise.
func bindProfile(book *profiles.Book, d config.Dossier, cat *catalog.Catalog) (*view.View, []Finding) {
	if book == nil {
		return nil, nil // told already
	}
	p, ok := book.Get(d.DefaultProfile)
	switch {
	case !ok:
		return nil, []Finding{found(Error, "profile.missing", "Set default_profile to one of: "+some(book.Names())+".", "there is no profile %q", d.DefaultProfile)}
	case p.ERP != d.ERP:
		return nil, []Finding{found(Error, "profile.other_erp", "Set default_profile to a profile for "+d.ERP+".", "profile %s is for %s, and the dossier is a %s", p.Name, p.ERP, d.ERP)}
	}
	return view.Bind(p, cat, book.Beside(p)...), nil
}
