package filter

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/audit"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/profiles"
)

// FileRequest asks which files belong to a row of a resource.
type FileRequest struct {
	Caller    identity.Caller
	RequestID string
	Resource  string // by any of its names
	// Key is the value of the resource's key column (profiles.Resource.FileKey),
	// or id: and the value of its column id.
	Key   string
	Still func(context.Context) error // as in Request
}

// FileRow is what the gate knows of the files of rows that the caller sees.
type FileRow struct {
	Resource string   // by its English name
	Keys     []string // of the rows, as the ERP spells them
	Files    []FileFound
	// SameForAll says that a key means the same to every customer: see
	// view.Resource.
	SameForAll bool
}

// FileFound is a file that the ERP knows for a row. Whether it is where it
// should be only a look at the disk tells.
type FileFound struct {
	Source string // of the profile
	Root   string // which of the dossier's roots Path is below
	Path   string // as the ERP has it; empty where the content is in a column
	Name   string // what the ERP calls it; may be empty
	Called string // the path by whose last part it is called where Name is empty
	Type   string // its media type in the ERP; may be empty

	place int // among the rows of its source, for the content
}

// maxFiles is how many files of one source and row are looked at.
const maxFiles = 200

// ErrNoFile says that there is no such file, or that the row is not there, or
// not the caller's, or in a module whose level opens no files: all are one.
var ErrNoFile = errors.New("there is no such file")

// Files looks up the files of a row, if the caller sees it and its module's
// level is read or full. Errors are ErrNoFile and *refusal.Error.
func (g *Gate) Files(ctx context.Context, r FileRequest) (FileRow, error) {
	f, err := g.finder(ctx, r)
	if err != nil {
		return FileRow{}, err
	}
	out := FileRow{Resource: f.resource.Name.EN, SameForAll: f.bound.SameForAll}
	// The rows come first: where there is none, nothing else is asked.
	columns := []string{f.resource.FileKey()}
	own := map[string]map[string]int{} // by source without a table: where its columns stand
	for _, name := range f.sources() {
		s := f.resource.Files[name]
		if s.Table != "" {
			continue
		}
		if places, ok := f.ownColumns(name, s, &columns); ok {
			own[name] = places
		}
	}
	rows, err := f.ask(ctx, f.selectRows(columns), 0)
	if err != nil {
		return FileRow{}, err
	}
	if len(rows) == 0 {
		return FileRow{}, ErrNoFile
	}
	for _, row := range rows {
		out.Keys = append(out.Keys, cellText(row[0]))
	}
	for _, name := range f.sources() {
		s := f.resource.Files[name]
		if places, ok := own[name]; ok {
			for i, row := range rows {
				out.add(name, s, i, f.called(s, out.Keys[i]), func(column string) (any, bool) {
					at, there := places[column]
					if !there {
						return nil, false
					}
					return row[at], true
				})
			}
			continue
		}
		if s.Table == "" {
			continue
		}
		if err := f.fromTable(ctx, name, s, &out); err != nil {
			return FileRow{}, err
		}
	}
	return out, nil
}

// add adds a file that a row tells of, if it tells of one. called is as of a
// FileFound; empty for its path.
func (r *FileRow) add(name string, s profiles.FileSource, place int, called string, value func(column string) (any, bool)) {
	text := func(column string) string {
		v, _ := value(column)
		return cellText(v)
	}
	f := FileFound{Source: name, Root: s.Root, Name: text(s.Name), Type: text(s.Type), place: place}
	if s.Bytes != "" {
		if v, there := value(s.Bytes); !there || v == nil {
			return
		}
		r.Files = append(r.Files, f)
		return
	}
	for _, part := range s.Parts() {
		if part.Column == "" {
			f.Path += part.Text
			continue
		}
		v := text(part.Column)
		if strings.TrimSpace(v) == "" && (s.Pattern != "" || len(s.Path) == 1) {
			return // no file, and no file of all rows
		}
		if s.Pattern != "" && (strings.ContainsAny(v, `/\`) || v == "." || v == "..") {
			return // a value is a part of a name
		}
		f.Path += v
	}
	if f.Called = f.Path; called != "" {
		f.Called = called
	}
	r.Files = append(r.Files, f)
}

// Content gives what a column holds as a file's content. Errors are ErrNoFile
// and *refusal.Error.
func (g *Gate) Content(ctx context.Context, r FileRequest, file FileFound) ([]byte, error) {
	f, err := g.finder(ctx, r)
	if err != nil {
		return nil, err
	}
	s, there := f.resource.Files[file.Source]
	if !there || s.Bytes == "" {
		return nil, ErrNoFile
	}
	var statement string
	at := -1
	if s.Table == "" {
		c := f.bound.Column(profiles.RowColumn(file.Source, s.Bytes))
		if c == nil {
			return nil, ErrNoFile
		}
		statement, at = f.selectRows([]string{f.resource.FileKey(), c.Name}), 1
	} else {
		var columns []string
		var ok bool
		if statement, columns, ok = f.selectFrom(file.Source, s, true); !ok {
			return nil, ErrNoFile
		}
		at = slices.Index(columns, s.Bytes)
	}
	rows, err := f.ask(ctx, statement, file.place+1)
	if err != nil {
		return nil, err
	}
	if len(rows) <= file.place {
		return nil, ErrNoFile
	}
	switch v := rows[file.place][at].(type) {
	case []byte:
		return slices.Clone(v), nil
	case string:
		return []byte(v), nil
	}
	return nil, ErrNoFile
}

// OpenFile writes down that a file is opened, before a byte of it leaves, and
// gives what tells how many have left when it is closed. name is what the file
// is shown as. Errors are *refusal.Error.
func (g *Gate) OpenFile(ctx context.Context, r FileRequest, row FileRow, name string) (done func(bytes int64, err error), err error) {
	world, err := g.worlds.world(ctx, r.Caller, toFindFiles)
	if err != nil {
		return nil, g.refuse(err)
	}
	digest := audit.Digest("files/" + row.Resource + "/" + strings.Join(row.Keys, ",") + "/" + name)
	entry := g.entry(Request{Caller: r.Caller, RequestID: r.RequestID, Front: "files"}, world.View, []string{row.Resource}, digest)
	entry.Action = audit.ActionFile
	if err := g.audit.Begin(ctx, entry); err != nil {
		return nil, g.refuse(refusal.Because(err, refusal.AuditDown, "the audit log cannot be written, so nothing is answered"))
	}
	started := g.now()
	return func(bytes int64, err error) {
		g.audit.Finish(audit.Outcome{ID: entry.ID, Time: entry.Time, Rows: bytes, Millis: g.now().Sub(started).Milliseconds(), Code: code(err)})
	}, nil
}
