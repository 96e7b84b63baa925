package adminapi

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/vantelle/vantelle/internal/access"
	"github.com/vantelle/vantelle/internal/directory"
)

// Accesses is where accesses are changed; its methods and errors are those of
// access.Service.
type Accesses interface {
	Grant(ctx context.Context, by access.Administrator, r access.Request) (directory.Access, error)
	Suspend(ctx context.Context, by access.Administrator, r access.Request) (directory.Access, error)
	Resume(ctx context.Context, by access.Administrator, r access.Request) (directory.Access, error)
	Revoke(ctx context.Context, by access.Administrator, r access.Request) (directory.Access, error)
	List(ctx context.Context, by access.Administrator, dossier string) ([]directory.Access, error)
	Count(ctx context.Context, by access.Administrator, dossier string) (granted, total int, err error)
}

type accessList struct {
	Granted  int                `json:"granted"`
	Total    int                `json:"total"` // customers that are not removed
	Accesses []directory.Access `json:"accesses"`
}

func (a *api) listAccesses(w http.ResponseWriter, r *http.Request, d scope) error {
	if err := readQuery(r).err; err != nil {
		return err
	}
	by := access.Administrator(d.who)
	granted, total, err := a.Accesses.Count(r.Context(), by, d.Name)
	if err != nil {
		return err
	}
	list, err := a.Accesses.List(r.Context(), by, d.Name)
	if err != nil {
		return err
	}
	if list == nil {
		list = []directory.Access{}
	}
	return reply(w, r, http.StatusOK, accessList{Granted: granted, Total: total, Accesses: list})
}

// grant creates an access, or changes the profile or the note of one. A client
// that has not seen the access it would change is told to look first.
func (a *api) grant(w http.ResponseWriter, r *http.Request, d scope) error {
	body, err := readBody[struct {
		Profile string            `json:"profile"`
		Licence string            `json:"licence"`
		Levels  map[string]string `json:"levels"` // may only lower the profile's; * is every module not named
		Note    string            `json:"note"`
	}](w, r)
	if err != nil {
		return err
	}
	version, err := a.versionSeen(r, d)
	if err != nil {
		return err
	}
	stored, err := a.Accesses.Grant(r.Context(), access.Administrator(d.who), access.Request{
		Dossier: d.Name, CustomerID: r.PathValue("customer"),
		Profile: body.Profile, Licence: body.Licence, Levels: body.Levels, Note: body.Note, Version: version})
	if err != nil {
		return missing(err, "no such customer in this dossier")
	}
	status := http.StatusOK
	if stored.Version == 1 {
		status = http.StatusCreated
	}
	return replyAccess(w, r, status, stored)
}

// revoke answers with the access, which stays as revoked: the history of who
// could enter is never deleted.
func (a *api) revoke(w http.ResponseWriter, r *http.Request, d scope) error {
	q := readQuery(r, "note") // a DELETE carries no body
	if q.err != nil {
		return q.err
	}
	return a.change(w, r, d, q.text("note"), a.Accesses.Revoke)
}

func (a *api) suspend(w http.ResponseWriter, r *http.Request, d scope) error {
	return a.changeWithNote(w, r, d, a.Accesses.Suspend)
}

func (a *api) resume(w http.ResponseWriter, r *http.Request, d scope) error {
	return a.changeWithNote(w, r, d, a.Accesses.Resume)
}

type accessChange func(context.Context, access.Administrator, access.Request) (directory.Access, error)

func (a *api) changeWithNote(w http.ResponseWriter, r *http.Request, d scope, do accessChange) error {
	body, err := readOptionalBody[struct {
		Note string `json:"note"`
	}](w, r)
	if err != nil {
		return err
	}
	return a.change(w, r, d, body.Note, do)
}

func (a *api) change(w http.ResponseWriter, r *http.Request, d scope, note string, do accessChange) error {
	version, err := a.versionSeen(r, d)
	if err != nil {
		return err
	}
	if version == 0 {
		return notFound("this customer has no access in this dossier")
	}
	stored, err := do(r.Context(), access.Administrator(d.who), access.Request{
		Dossier: d.Name, CustomerID: r.PathValue("customer"), Note: note, Version: version})
	if err != nil {
		return missing(err, "this customer has no access in this dossier")
	}
	return replyAccess(w, r, http.StatusOK, stored)
}

func replyAccess(w http.ResponseWriter, r *http.Request, status int, stored directory.Access) error {
	w.Header().Set("ETag", etag(stored.Version))
	return reply(w, r, status, stored)
}

// versionSeen gives the version of the access that the client says it saw, 0
// where there is none.
func (a *api) versionSeen(r *http.Request, d scope) (int64, error) {
	current, err := a.Directory.Access(r.Context(), d.Name, r.PathValue("customer"))
	return matched(r, "access", current.Version, err)
}

// matched gives the version of an object that the client says it saw, 0 where
// there is none. Where there is one, If-Match must name it (RFC 6585 section 3,
// RFC 9110 section 13.1). err is that of reading the object.
func matched(r *http.Request, what string, current int64, err error) (int64, error) {
	exists := err == nil
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return 0, err
	}
	match, noneMatch := r.Header.Get("If-Match"), r.Header.Get("If-None-Match")
	switch {
	case match != "" && noneMatch != "":
		return 0, badRequest("send If-Match or If-None-Match, not both")
	case noneMatch != "" && noneMatch != "*":
		return 0, badRequest("If-None-Match can only be * here: it says that there is no %s yet", what)
	case exists && noneMatch == "*":
		return 0, stale("there is one already: read this " + what + ", and send its ETag as If-Match")
	case exists && match == "":
		return 0, preconditionRequired("send the ETag of the " + what + " you saw as If-Match, so that nobody's change is overwritten unseen")
	case exists && match != etag(current):
		return 0, stale("somebody changed this " + what + " in the meantime: read it again, and send its ETag as If-Match")
	case !exists && match != "":
		return 0, stale("there is no " + what + " to change: leave If-Match out to make the first")
	case !exists:
		return 0, nil
	}
	return current, nil
}

func etag(version int64) string {
	return `"` + strconv.FormatInt(version, 10) + `"`
}
