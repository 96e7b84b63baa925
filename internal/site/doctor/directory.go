package doctor

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/vantelle/vantelle/internal/config"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/internal/store"
)

// kept is the directory, opened to read only and never migrated: the service
// may be running on it.
type kept struct {
	db  *store.Look // nil where it is not there, is empty or cannot be opened
	err error
	// onServer: it is in a database that others look after.
	onServer bool
}

func openDirectory(ctx context.Context, d config.Directory) *kept {
	k := &kept{onServer: d.Driver == config.Postgres}
	k.db, k.err = store.LookAt(ctx, store.Config{Driver: string(d.Driver), Path: d.Path, DSN: d.DSN.Reveal()})
	return k
}

func (k *kept) close() {
	if k.db != nil {
		_ = k.db.Close() // it was only read
	}
}

// checkDirectory lets SQLite look at every page of the file; a server looks
// after its own.
func checkDirectory(ctx context.Context, k *kept) []Finding {
	if k.onServer {
		return checkSharedDirectory(ctx, k)
	}
	const remedy = "Stop the service, put the last good copy in its place (those beside it end in .bak), and synchronise."
	if errors.Is(k.err, fs.ErrNotExist) {
		return nil // told among the files
	}
	if k.err != nil {
		return []Finding{found(Error, "directory.unreadable", remedy, "the directory cannot be opened: %v", k.err)}
	}
	var said []string
	err := k.db.SelectContext(ctx, &said, "PRAGMA quick_check(5)")
	switch {
	case err != nil:
		return []Finding{found(Error, "directory.damaged", remedy, "the directory cannot be read: %v", err)}
	case len(said) != 1 || said[0] != "ok":
		return []Finding{found(Error, "directory.damaged", remedy, "the directory is damaged: %s", strings.Join(said, "; "))}
	}
	return []Finding{fine("directory.sound", "the directory's file is sound")}
}

// checkSharedDirectory tells whether this program can work on a directory that
// several nodes share.
func checkSharedDirectory(ctx context.Context, k *kept) []Finding {
	const remedy = "Correct directory.dsn, and let the database be reached from this machine."
	if k.err != nil {
		return []Finding{found(Error, "directory.unreachable", remedy, "the directory cannot be opened: %v", k.err)}
	}
	form, target, err := k.db.Form(ctx)
	switch {
	case err != nil:
		return []Finding{found(Error, "directory.unreachable", remedy, "the directory cannot be read: %v", err)}
	case form == 0:
		return []Finding{found(Note, "directory.empty", "", "%s holds no directory yet: it is made at the first start", k.db.Place)}
	case form < target:
		return []Finding{found(Error, "directory.old_form", "Stop every node, back the database up, run vantelle migrate --backed-up, and start the nodes again.",
			"the directory has form %d and this program needs form %d", form, target)}
	case form > target:
		return []Finding{found(Error, "directory.newer_form", "Run the program that migrated it.", "the directory has form %d and this program knows no later one than %d", form, target)}
	}
	return []Finding{fine("directory.reachable", "%s answers, form %d", k.db.Place, form)}
}

// empty reports whether there is nothing to be read from it.
func (k *kept) empty(ctx context.Context) bool {
	if k.db == nil {
		return true
	}
	form, _, err := k.db.Form(ctx)
	return err == nil && form == 0
}

// checkKeptKeys finds the demonstration's keys in the directory: everybody
// knows them.
func checkKeptKeys(ctx context.Context, k *kept) []Finding {
	if k.empty(ctx) {
		return nil
	}
	var names []string
	err := k.db.SelectContext(ctx, &names, k.db.Rebind("SELECT name FROM keys WHERE hash IN (?, ?) AND disabled_at IS NULL ORDER BY name"),
		identity.HashKey(identity.DemoBackendKey), identity.HashKey(identity.DemoAdminKey))
	switch {
	case err != nil:
		return unknown("keys.unknown", "which keys the directory knows", err)
	case len(names) > 0:
		return []Finding{found(Error, "keys.demonstration", "Use a directory of its own for real customers: this one was made by vantelle demo.", "the directory accepts the keys of the demonstration, which everybody knows: %s", strings.Join(names, ", "))}
	}
	return nil
}

// checkLastSync tells how old the directory's knowledge of a dossier is.
func checkLastSync(ctx context.Context, k *kept, d Dossier, now time.Time) []Finding {
	if k.empty(ctx) {
		return nil
	}
	var runs []struct {
		State string `db:"state"`
		Ended int64  `db:"finished_at"` // microseconds since 1970 UTC
		Error string `db:"error"`
	}
	// The last success, and the last run of any end.
	err := k.db.SelectContext(ctx, &runs, k.db.Rebind(`
SELECT state, finished_at, error FROM (SELECT * FROM runs WHERE dossier = ? AND state = 'succeeded' ORDER BY finished_at DESC LIMIT 1) AS good
UNION ALL
SELECT state, finished_at, error FROM (SELECT * FROM runs WHERE dossier = ? AND state <> 'running' ORDER BY finished_at DESC LIMIT 1) AS latest`), d.Name, d.Name)
	if err != nil {
		return unknown("sync.unknown", "when the dossier was synchronised last", err)
	}
	var all []Finding
	if n := len(runs); n > 0 && runs[n-1].State == string(directory.RunFailed) {
		all = append(all, found(Warning, "sync.failed", "See what it says; then: vantelle sync "+d.Name, "the last synchronisation failed: %s", runs[n-1].Error))
	}
	if len(runs) == 0 || runs[0].State != string(directory.RunSucceeded) {
		return append(all, found(Note, "sync.never", "vantelle sync --dry-run "+d.Name+" shows what it would do.", "the dossier was never synchronised"))
	}
	age := now.Sub(time.UnixMicro(runs[0].Ended)).Round(time.Second)
	if limit := stale(d.Config.Schedule, d.Config.TimeZone, now); limit > 0 && age > limit {
		return append(all, found(Warning, "sync.stale", "See that the service runs, then what it logs about the dossier.", "the last synchronisation that succeeded is %s old; the schedule is %q", age, d.Config.Schedule))
	}
	return append(all, fine("sync.recent", "the last synchronisation that succeeded is %s old", age))
}

// stale is the age from which a schedule has plainly been missed: three of its
// intervals, an hour at least. 0 for a dossier without a schedule.
func stale(schedule, zone string, now time.Time) time.Duration {
	s, err := cron.ParseStandard(schedule)
	if schedule == "" || err != nil {
		return 0
	}
	if loc, err := time.LoadLocation(zone); err == nil {
		now = now.In(loc)
	}
	// The widest of the coming gaps: a schedule may rest at night.
	var widest time.Duration
	at := s.Next(now)
	for range 200 {
		next := s.Next(at)
		if next.IsZero() {
			break
		}
		widest, at = max(widest, next.Sub(at)), next
	}
	return max(3*widest, time.Hour)
}

// checkAccesses counts who may enter, and who waits.
func checkAccesses(ctx context.Context, k *kept, dossier string) []Finding {
	if k.empty(ctx) {
		return nil
	}
	var rows []struct {
		State string `db:"state"`
		Count int    `db:"n"`
	}
	if err := k.db.SelectContext(ctx, &rows, k.db.Rebind("SELECT state, COUNT(*) AS n FROM accesses WHERE dossier = ? GROUP BY state"), dossier); err != nil {
		return unknown("access.unknown", "who may enter the dossier", err)
	}
	n := map[directory.AccessState]int{}
	for _, r := range rows {
		n[directory.AccessState(r.State)] = r.Count
	}
	counts := fine("access.counts", "accesses: %d granted, %d pending, %d suspended, %d revoked",
		n[directory.AccessGranted], n[directory.AccessPending], n[directory.AccessSuspended], n[directory.AccessRevoked])
	if waiting := n[directory.AccessPending] + n[directory.AccessSuspended]; waiting > 0 {
		counts.Severity, counts.Code = Note, "access.waiting"
		counts.Remedy = "Look at them: pending ones wait for an approval, suspended ones open nothing."
	}
	return []Finding{counts}
}
