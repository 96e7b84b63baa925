package doctor

import (
	"context"
	"strings"
)

// rights are what a login may do beyond reading.
type rights struct {
	Login string
	// Powers are over the server or the database as a whole, in its own words.
	Powers []string
	// Writable are tables whose rows it may change.
	Writable []string
	// OwnFile: the database is a file that this process's account may change.
	OwnFile bool
}

type rightsTeller interface {
	rights(ctx context.Context) (rights, error)
}

// checkRights finds what a login may do that Vantelle never does. Sessions are
// read-only in any case; a password that leaks is not.
func checkRights(ctx context.Context, s rightsTeller) []Finding {
	r, err := s.rights(ctx)
	if err != nil {
		return unknown("rights.unknown", "what the login may do", err)
	}
	const remedy = "Make a login that may only read: vantelle init prints the statements for it."
	var all []Finding
	if len(r.Powers) > 0 {
		all = append(all, found(Warning, "rights.powers", remedy, "the login %s has rights it never needs: %s", r.Login, strings.Join(r.Powers, ", ")))
	}
	if len(r.Writable) > 0 {
		all = append(all, found(Warning, "rights.write", remedy, "the login %s may change rows of %s: %s", r.Login, counted(len(r.Writable), "table"), some(r.Writable)))
	}
	if r.OwnFile {
		all = append(all, found(Note, "rights.file_writable", "", "the account that runs this may write to the file; it is opened for reading only"))
	}
	if len(all) == 0 {
		all = append(all, fine("rights.read_only", "the login may read and no more"))
	}
	return all
}
