package portal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/files"
	"github.com/vantelle/vantelle/internal/filestore"
	"github.com/vantelle/vantelle/internal/httpjson"
)

// fileDocument is one file in the list of a row's files.
type fileDocument struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Size *int64 `json:"size"` // null where only reading it would tell
	URL  string `json:"url"`  // to be asked for at the same listener
}

// files answers with a file of a row, or with the list of the row's files
// where JSON is asked for. A file that is not there, a row that is not there,
// one that is not the caller's and one in a module that opens no files get the
// same answer.
func (p *portal) files(v *visit) error {
	if v.r.URL.RawQuery != "" {
		return httpjson.Errorf(httpjson.BadRequest, "a file is asked for without query parameters")
	}
	if p.Files == nil {
		return noSuchFile()
	}
	ask := filter.FileRequest{Caller: v.who, RequestID: v.id(), Resource: v.r.PathValue("resource"), Key: v.r.PathValue("key"), Still: p.still(v)}
	row, err := p.Files.Find(v.r.Context(), ask)
	if err != nil {
		return fileError(err)
	}
	name := v.r.PathValue("name")
	if name == "" && wantsList(v.r) {
		return p.listFiles(v, ask, row)
	}
	candidates := row.Preferred()
	if name != "" {
		candidates = nil
		if entry := row.Named(name); entry != nil {
			candidates = []*files.Entry{entry}
		}
	}
	for _, entry := range candidates {
		content, err := p.Files.Open(v.r.Context(), ask, row, entry)
		switch {
		case errors.Is(err, filter.ErrNoFile):
		case err != nil:
			return err
		default:
			return p.sendFile(v, ask, entry, content)
		}
	}
	return noSuchFile()
}

// filesOfMany tells which of several rows have files, so that a list needs one
// call. A row that is not there and one that is not the caller's have none.
func (p *portal) filesOfMany(v *visit) error {
	if _, ok := (media{mediaJSON}).choose(v.r.Header.Values("Accept")); !ok {
		return notAcceptable(media{mediaJSON})
	}
	params, err := splitQuery(v.r.URL.RawQuery)
	if err != nil {
		return err
	}
	if len(params) != 1 || params[0].key != "key" {
		return httpjson.Errorf(httpjson.BadRequest, "say for which rows: key=eq.… or key=in.(…)")
	}
	keys, err := oneOf(params[0])
	if err != nil {
		return err
	}
	resource := v.r.PathValue("resource")
	world, err := p.Gate.View(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	if r := world.Resource(resource); p.Files == nil || r == nil || r.FileKey == "" {
		return noSuchFile()
	}
	all := map[string][]fileDocument{}
	for _, key := range keys {
		if all[key] != nil {
			continue
		}
		list, err := p.filesOfKey(v, resource, key)
		if err != nil {
			return err
		}
		all[key] = append([]fileDocument{}, list...) // and no null
	}
	body, err := json.Marshal(map[string]any{"files": all})
	if err != nil {
		return fmt.Errorf("write lists of files: %w", err)
	}
	return v.sendJSON(body)
}

func fileError(err error) error {
	if errors.Is(err, filter.ErrNoFile) {
		return noSuchFile()
	}
	return err
}

// noSuchFile is the one answer to all that is not to be had.
func noSuchFile() error {
	return httpjson.Errorf(httpjson.NotFound, "there is no such file here for this customer")
}

// wantsList tells whether JSON is asked for by name.
func wantsList(r *http.Request) bool {
	for _, accept := range r.Header.Values("Accept") {
		for part := range strings.SplitSeq(accept, ",") {
			if t, _, err := mime.ParseMediaType(part); err == nil && t == mediaJSON {
				return true
			}
		}
	}
	return false
}

func (p *portal) listFiles(v *visit, ask filter.FileRequest, row files.Row) error {
	list, err := p.documentsOf(v, ask, row)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return noSuchFile()
	}
	body, err := json.Marshal(map[string]any{"files": list})
	if err != nil {
		return fmt.Errorf("write list of files: %w", err)
	}
	return v.sendJSON(body)
}

// documentsOf describes the files of a row that are there.
func (p *portal) documentsOf(v *visit, ask filter.FileRequest, row files.Row) ([]fileDocument, error) {
	var list []fileDocument
	base := "/v1/dossiers/" + url.PathEscape(v.who.Dossier) + "/files/" + url.PathEscape(ask.Resource) + "/" + url.PathEscape(ask.Key) + "/"
	for i := range row.Entries {
		e := &row.Entries[i]
		size, known, err := p.Files.Stat(v.r.Context(), ask, e)
		if errors.Is(err, filter.ErrNoFile) {
			continue // the ERP tells of it, and it is not there
		}
		if err != nil {
			return nil, err
		}
		doc := fileDocument{Name: e.Name, Type: e.Type, URL: base + url.PathEscape(e.Name)}
		if known {
			doc.Size = &size
		}
		list = append(list, doc)
	}
	return list, nil
}

// sendFile sends a file, or the ranges of it that are asked for. It counts for its
// customer to the end. It may take longer than an answer of rows: it ends when the
// client no longer reads, or too slowly, or may no longer enter.
func (p *portal) sendFile(v *visit, ask filter.FileRequest, e *files.Entry, content *files.Content) (err error) {
	in := &watchedReader{Content: content, client: v.client, still: ask.Still, last: time.Now()}
	defer func() { content.Close(v.w.sent, err) }()
	v.place.leaveDossier() // the ERP has no more to do with it
	if content.InMemory {
		back, err := p.held.take(heldBy{v.who.Dossier, v.who.Customer.ID}, content.Size, p.Files.MaxSize)
		if err != nil {
			return err
		}
		defer back()
	}
	v.w.end = time.Now().Add(p.Limits.Time + time.Duration(content.Size/p.Limits.FileRate)*time.Second)
	h := v.w.Header()
	h.Set("Content-Type", e.Type)
	h.Set("Content-Disposition", disposition(e))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("ETag", `"`+content.Tag+`"`)
	http.ServeContent(v.w, v.r, "", content.Modified, in)
	switch {
	case in.err != nil && v.w.code != 0:
		return &cutError{in.err}
	case in.err != nil:
		return in.err
	case v.w.err != nil:
		return &cutError{&goneError{v.w.err}}
	}
	return nil
}

// disposition names the file for browsers (RFC 6266): in ASCII for old ones, and
// in full. What may hold a script is never shown in a page.
func disposition(e *files.Entry) string {
	kind := "attachment"
	if filestore.Inline(e.Type) {
		kind = "inline"
	}
	plain := strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII || r < ' ' || r == '"' || r == '\\' || r == '%' {
			return '_'
		}
		return r
	}, e.Name)
	out := kind + `; filename="` + plain + `"`
	if plain != e.Name {
		out += "; filename*=UTF-8''" + extended(e.Name)
	}
	return out
}

// extended spells a text as RFC 8187 does.
func extended(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("!#$&+-.^_`|~", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// watchedReader reads a file for as long as the client is there and may enter.
type watchedReader struct {
	*files.Content
	client context.Context
	still  func(context.Context) error
	last   time.Time
	err    error // why it was ended
}

func (r *watchedReader) Read(b []byte) (int, error) {
	if r.err == nil {
		r.err = r.client.Err()
	}
	if now := time.Now(); r.err == nil && now.Sub(r.last) >= time.Second {
		r.err = r.still(r.client)
		r.last = now
	}
	if r.err != nil {
		return 0, r.err
	}
	return r.Content.Read(b)
}
