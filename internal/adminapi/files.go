package adminapi

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/vantelle/vantelle/internal/filestore"
	"github.com/vantelle/vantelle/internal/httpjson"
)

// Files is where integrators push files for rows.
type Files struct {
	Pushed  filestore.Pushed
	MaxSize int64 // bytes
	// Resource gives the English name of a resource that a dossier's profiles
	// know, by any of its names; empty for none.
	Resource func(ctx context.Context, dossier, name string) (string, error)
	// SameForAll tells whether the keys of a resource, by its English name, mean the
	// same to every customer of a dossier: see view.Resource.
	SameForAll func(ctx context.Context, dossier, resource string) (bool, error)
}

// pushTime is how long an integrator may take to send a file.
const pushTime = 30 * time.Minute

type pushedFile struct {
	Name     string    `json:"name"`
	Size     int64     `json:"size"`
	Modified time.Time `json:"modified"`
}

// filesOf is the row whose files a call is about; owner is the company that stands
// under the customer's id now, as directory.Customer says it.
type filesOf struct{ resource, key, customer, owner string }

// rowOf gives the resource, the key and the customer that a call names. Where keys
// do not mean the same to every customer it has to name one: what is pushed for a
// number would be given to all who have a row of it.
func (a *api) rowOf(r *http.Request, d scope, customer string) (filesOf, error) {
	if a.Files == nil {
		return filesOf{}, notFound("files cannot be pushed here")
	}
	resource, err := a.Files.Resource(r.Context(), d.Name, r.PathValue("resource"))
	if err != nil {
		return filesOf{}, err
	}
	if resource == "" {
		return filesOf{}, notFound("no profile of this dossier's ERP has a resource of that name")
	}
	owner := ""
	if customer != "" {
		c, err := a.Directory.Customer(r.Context(), d.Name, customer)
		if err != nil {
			return filesOf{}, missing(err, "no such customer in this dossier: ?customer= takes his id")
		}
		owner = c.Owner()
	} else if same, err := a.Files.SameForAll(r.Context(), d.Name, resource); err != nil {
		return filesOf{}, err
	} else if !same {
		return filesOf{}, badRequest("name the customer whose row it is, by his id: ?customer=; in this ERP two customers may have %s of one key", resource)
	}
	return filesOf{resource, r.PathValue("key"), customer, owner}, nil
}

// file is what the acts call one of the row's files.
func (o filesOf) file(dossier, name string) string {
	row := dossier + "/" + o.resource + "/" + o.key
	if o.customer != "" {
		row += "/" + o.customer
	}
	return row + "/" + name
}

func (a *api) listFiles(w http.ResponseWriter, r *http.Request, d scope) error {
	q := readQuery(r, "customer")
	if q.err != nil {
		return q.err
	}
	of, err := a.rowOf(r, d, q.text("customer"))
	if err != nil {
		return err
	}
	list, err := a.Files.Pushed.List(d.Name, of.resource, of.key, of.owner)
	if err != nil {
		return err
	}
	out := []pushedFile{}
	for _, f := range list {
		out = append(out, pushedFile{f.Name, f.Size, f.Modified.UTC()})
	}
	return reply(w, r, http.StatusOK, map[string]any{"files": out})
}

// putFile keeps a file for a row: the body is its content.
func (a *api) putFile(w http.ResponseWriter, r *http.Request, d scope) error {
	q := readQuery(r, "name", "customer")
	if q.err != nil {
		return q.err
	}
	of, err := a.rowOf(r, d, q.text("customer"))
	if err != nil {
		return err
	}
	name := q.text("name")
	if name == "" {
		kind := filestore.Type("", r.Header.Get("Content-Type"))
		name = filestore.Name(of.key, "", kind)
	}
	if r.ContentLength > a.Files.MaxSize {
		return tooLarge(a.Files.MaxSize)
	}
	// A large file over a slow line takes longer than other bodies may.
	if err := http.NewResponseController(w).SetReadDeadline(time.Now().Add(pushTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	size, created, err := a.Files.Pushed.Put(d.Name, of.resource, of.key, of.owner, name, r.Body, a.Files.MaxSize, func() error {
		return a.Rules.Noted(r.Context(), mine(d.who), "file", of.file(d.Name, name), "push", nil)
	})
	switch {
	case errors.Is(err, filestore.ErrBadName):
		return badRequest("%v", err)
	case errors.Is(err, filestore.ErrTooLarge):
		return tooLarge(a.Files.MaxSize)
	case err != nil && r.Context().Err() != nil:
		return badRequest("the body was cut off: nothing was kept")
	case err != nil:
		return err
	}
	status := http.StatusOK
	if created {
		status = http.StatusCreated
	}
	return reply(w, r, status, map[string]any{"name": name, "size": size})
}

func (a *api) deleteFile(w http.ResponseWriter, r *http.Request, d scope) error {
	q := readQuery(r, "name", "customer")
	if q.err != nil {
		return q.err
	}
	if q.text("name") == "" {
		return badRequest("name the file: ?name=")
	}
	of, err := a.rowOf(r, d, q.text("customer"))
	if err != nil {
		return err
	}
	name := q.text("name")
	err = a.Files.Pushed.Delete(d.Name, of.resource, of.key, of.owner, name, func() error {
		return a.Rules.Noted(r.Context(), mine(d.who), "file", of.file(d.Name, name), "delete", nil)
	})
	if errors.Is(err, filestore.ErrNotFound) {
		return notFound("no such file was pushed")
	}
	if err != nil {
		return err
	}
	return reply(w, r, http.StatusOK, map[string]string{"deleted": name})
}

func tooLarge(most int64) error {
	return httpjson.Errorf(httpjson.BodyTooLarge, "a file may have %d bytes", most)
}
