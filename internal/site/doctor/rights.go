package doctor

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/site/grants"
)

// rights are what a login may do beyond reading.
type rights struct {
	Login string
	// Powers are over the server or the database as a whole, in its own words.
	Powers []string
	// Writable are tables whose rows it may change, as tableName says them.
	Writable []string
	// OwnFile: the database is a file that this process's account may change.
	OwnFile bool
}

type rightsTeller interface {
	rights(ctx context.Context) (rights, error)
}

// checkRights finds what a login may do that Vantelle never does, and what it
// may not do that the profile lets customers do. Sessions but those of writes are
// read-only in any case; a password that leaks is not.
func checkRights(ctx context.Context, s rightsTeller, needs []grants.Need) []Finding {
	r, err := s.rights(ctx)
	if err != nil {
		return unknown("rights.unknown", "what the login may do", err)
	}
	const remedy = "Make a login that may do what is needed and no more: vantelle grants prints the statements for it."
	written, locked := map[string]bool{}, map[string]bool{}
	for _, n := range needs {
		if n.Insert || n.Delete || len(n.Update) > 0 {
			written[tableName(n.Table)] = true
		}
		locked[tableName(n.Table)] = n.Locked
	}
	var all []Finding
	if len(r.Powers) > 0 {
		all = append(all, found(Warning, "rights.powers", remedy, "the login %s has rights it never needs: %s", r.Login, strings.Join(r.Powers, ", ")))
	}
	tooMany := slices.DeleteFunc(slices.Clone(r.Writable), func(name string) bool { return written[name] || locked[name] })
	if len(tooMany) > 0 {
		all = append(all, found(Warning, "rights.write", remedy, "the login %s may change rows of %s: %s", r.Login, counted(len(tooMany), "table"), some(tooMany)))
	}
	if r.OwnFile {
		all = append(all, found(Note, "rights.file_writable", "", "the account that runs this may write to the file; it is opened for reading only, but for customers' writes where the profile has any"))
	} else if missing := missingWrites(r, written); len(missing) > 0 {
		all = append(all, found(Warning, "rights.write_missing", "Give the login the right to: vantelle grants prints the statements.", "the profile lets customers write %s, and the login %s may not: %s", counted(len(missing), "table"), r.Login, some(missing)))
	}
	if len(all) == 0 && len(r.Writable) > 0 {
		return []Finding{fine("rights.as_needed", "the login may read, write the %s that customers write, and no more", counted(len(written), "table"))}
	}
	if len(all) == 0 {
		all = append(all, fine("rights.read_only", "the login may read and no more"))
	}
	return all
}

// missingWrites gives the tables of written that a login may not write. One with
// powers over the whole database may.
func missingWrites(r rights, written map[string]bool) []string {
	if len(r.Powers) > 0 {
		return nil
	}
	var missing []string
	for _, name := range slices.Sorted(maps.Keys(written)) {
		if !slices.Contains(r.Writable, name) {
			missing = append(missing, name)
		}
	}
	return missing
}

// tableName says a table as rights do.
func tableName(t *catalog.Table) string {
	if t.Schema == "" {
		return t.Name
	}
	return t.Schema + "." + t.Name
}
