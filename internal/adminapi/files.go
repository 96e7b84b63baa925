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
}

// pushTime is how long an integrator may take to send a file.
const pushTime = 30 * time.Minute

type pushedFile struct {
	Name     string    `json:"name"`
	Size     int64     `json:"size"`
	Modified time.Time `json:"modified"`
}

// rowOf gives the resource and the key that a path names.
func (a *api) rowOf(r *http.Request, d scope) (resource, key string, err error) {
	if a.Files == nil {
		return "", "", notFound("files cannot be pushed here")
	}
	if resource, err = a.Files.Resource(r.Context(), d.Name, r.PathValue("resource")); err != nil {
		return "", "", err
	}
	if resource == "" {
		return "", "", notFound("no profile of this dossier's ERP has a resource of that name")
	}
	return resource, r.PathValue("key"), nil
}

func (a *api) listFiles(w http.ResponseWriter, r *http.Request, d scope) error {
	if err := readQuery(r).err; err != nil {
		return err
	}
	resource, key, err := a.rowOf(r, d)
	if err != nil {
		return err
	}
	list, err := a.Files.Pushed.List(d.Name, resource, key)
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
	q := readQuery(r, "name")
	if q.err != nil {
		return q.err
	}
	resource, key, err := a.rowOf(r, d)
	if err != nil {
		return err
	}
	name := q.text("name")
	if name == "" {
		kind := filestore.Type("", r.Header.Get("Content-Type"))
		name = filestore.Name(key, "", kind)
	}
	if r.ContentLength > a.Files.MaxSize {
		return tooLarge(a.Files.MaxSize)
	}
	// A large file over a slow line takes longer than other bodies may.
	if err := http.NewResponseController(w).SetReadDeadline(time.Now().Add(pushTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	size, created, err := a.Files.Pushed.Put(d.Name, resource, key, name, r.Body, a.Files.MaxSize, func() error {
		return a.Rules.Noted(r.Context(), mine(d.who), "file", d.Name+"/"+resource+"/"+key+"/"+name, "push", nil)
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
	q := readQuery(r, "name")
	if q.err != nil {
		return q.err
	}
	if q.text("name") == "" {
		return badRequest("name the file: ?name=")
	}
	resource, key, err := a.rowOf(r, d)
	if err != nil {
		return err
	}
	name := q.text("name")
	err = a.Files.Pushed.Delete(d.Name, resource, key, name, func() error {
		return a.Rules.Noted(r.Context(), mine(d.who), "file", d.Name+"/"+resource+"/"+key+"/"+name, "delete", nil)
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
