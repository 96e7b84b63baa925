package config

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/vantelle/vantelle/internal/strictyaml"
)

// Validate gives everything that is wrong as Mistakes with key paths, or nil.
// It changes nothing, and opens nothing.
func (c Config) Validate() error {
	v := &validation{}
	v.portal(c.Portal)
	v.admin(c.Admin)
	if c.Portal.Listen == c.Admin.Listen && c.Portal.Listen != "" {
		v.add("admin.listen", "this is the portal's address too: administrators need one of their own")
	}
	v.storage(c)
	v.oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	v.oneOf("log.format", c.Log.Format, "json", "console")
	v.size("log.max_size", c.Log.MaxSize, 64*KiB, 1*GiB)
	v.between("log.keep", c.Log.Keep, 0, 1_000)
	if c.Profiles.Source != "" {
		v.oneOf("profiles.source", c.Profiles.Source, ProfilesInDirectory, ProfilesInFiles)
	}
	if c.Profiles.Source == ProfilesInDirectory && c.Profiles.Dir != "" {
		v.add("profiles.dir", "with source: directory no folder is read: import its files (vantelle profile import), or write source: files")
	}
	v.limits(c.Limits)
	v.size("files.size", c.Files.Size, 1*KiB, 16*GiB)
	if c.Files.Path == "" {
		v.add("files.path", "give the path of the folder that keeps pushed files")
	}
	v.between("sync.parallel", c.Sync.Parallel, 1, 64)
	if len(c.Dossiers) == 0 {
		v.add("dossiers", "no dossier is given: name at least one ERP database")
	}
	for _, id := range slices.Sorted(maps.Keys(c.Dossiers)) {
		v.dossier(id, c.Dossiers[id])
	}
	v.keys(c)
	v.webhooks(c.Webhooks)
	v.outbox(c)
	return v.mistakes.OrNil()
}

// validation collects mistakes.
type validation struct{ mistakes Mistakes }

func (v *validation) add(path, format string, args ...any) {
	v.mistakes = append(v.mistakes, strictyaml.Mistake{Path: path, Msg: fmt.Sprintf(format, args...)})
}

func (v *validation) oneOf(path, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		v.add(path, "expected %s%s", orList(allowed), strictyaml.DidYouMean(value, allowed))
	}
}

func orList(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

func (v *validation) between(path string, value, low, high int) {
	if value < low || value > high {
		v.add(path, "expected a number from %d to %d", low, high)
	}
}

func (v *validation) size(path string, value, low, high Size) {
	if value < low || value > high {
		v.add(path, "expected a size from %s to %s", low, high)
	}
}

func (v *validation) duration(path string, value, low, high Duration) {
	if value < low || value > high {
		v.add(path, "expected a duration from %s to %s", low, high)
	}
}

func (v *validation) storage(c Config) {
	v.directory(c.Directory)
	if c.Audit.Path == "" {
		v.add("audit.path", "give the path of the audit's folder")
	}
	if c.Audit.Path != "" && c.Directory.Driver == SQLite && filepath.Clean(c.Audit.Path) == filepath.Clean(c.Directory.Path) {
		v.add("audit.path", "this is the directory's path too: the audit is kept apart")
	}
	v.oneOf("directory.synchronous", string(c.Directory.Synchronous), string(SyncNormal), string(SyncFull))
	v.oneOf("audit.synchronous", string(c.Audit.Synchronous), string(SyncNormal), string(SyncFull))
	if c.Sync.Keep != 0 {
		v.duration("sync.keep", c.Sync.Keep, Duration(day), Duration(36_500*day))
	}
	if c.Audit.Keep != 0 {
		v.duration("audit.keep", c.Audit.Keep, Duration(day), Duration(36_500*day))
	}
}

// directory checks where the directory is; it repeats no dsn.
func (v *validation) directory(d Directory) {
	dsn := d.DSN.Reveal()
	v.duration("directory.lease", d.Lease, Duration(time.Second), Duration(10*time.Minute))
	switch {
	case d.Driver != SQLite && d.Driver != Postgres:
		v.oneOf("directory.driver", string(d.Driver), string(SQLite), string(Postgres))
	case d.Driver == Postgres && dsn == "":
		v.add("directory.dsn", "give dsn or dsn_file: the address of the PostgreSQL database that keeps the directory")
	case d.Driver == Postgres && !isPostgresURL(dsn):
		v.add("directory.dsn", expectedPostgresURL)
	case d.Driver == SQLite && dsn != "":
		v.add("directory.dsn", "this is for driver: postgres; driver: sqlite keeps the directory in the file path")
	case d.Driver == SQLite && d.Path == "":
		v.add("directory.path", "give the path of the directory's file")
	}
}

func (v *validation) limits(l Limits) {
	v.size("limits.text", l.Text, 1*KiB, 16*MiB)
	v.between("limits.depth", l.Depth, 4, 1_000)
	v.between("limits.nodes", l.Nodes, 100, 1_000_000)
	v.between("limits.joins", l.Joins, 1, 64)
	v.between("limits.in_list", l.InList, 1, 30_000)
	v.between("limits.params", l.Params, 1, 30_000)
	v.between("limits.rows", l.Rows, 1, 10_000_000)
	v.between("limits.writes", l.Writes, 1, 1_000_000)
	v.size("limits.bytes", l.Bytes, 1*KiB, 4*GiB)
	v.duration("limits.time", l.Time, Duration(time.Second), Duration(time.Hour))
	v.between("limits.page", l.Page, 1, 100_000)
	v.between("limits.load.dossier", l.Load.Dossier, 0, 100_000)
	v.between("limits.load.customer", l.Load.Customer, 0, 100_000)
	v.between("limits.load.queue", l.Load.Queue, 0, 100_000)
	v.duration("limits.load.wait", l.Load.Wait, 0, Duration(time.Minute))
	v.between("limits.load.key_rate", l.Load.KeyRate, 0, 1_000_000)
	v.between("limits.load.customer_rate", l.Load.CustomerRate, 0, 1_000_000)
	if l.Page > l.Rows {
		v.add("limits.page", "a page cannot have more rows than limits.rows allows")
	}
}
