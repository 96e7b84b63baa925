package filter

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/filter/view"
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
}

// FileFound is a file that the ERP knows for a row. Whether it is where it
// should be only a look at the disk tells.
type FileFound struct {
	Source string // of the profile
	Root   string // which of the dossier's roots Path is below
	Path   string // as the ERP has it; empty where the content is in a column
	Name   string // what the ERP calls it; may be empty
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
	out := FileRow{Resource: f.resource.Name.EN}
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
				out.add(name, s, i, func(column string) (any, bool) {
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

// add adds a file that a row tells of, if it tells of one.
func (r *FileRow) add(name string, s profiles.FileSource, place int, value func(column string) (any, bool)) {
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
	r.Files = append(r.Files, f)
}

// finder makes the gate's own statements about one row's files.
type finder struct {
	g        *Gate
	req      FileRequest
	view     *view.View
	world    World
	resource profiles.Resource
	bound    *view.Resource
	column   string // the one that the key is compared with
	key      any
}

func (g *Gate) finder(ctx context.Context, r FileRequest) (*finder, error) {
	if !r.Caller.Valid() {
		return nil, g.refuse(nobody())
	}
	world, err := g.worlds.world(ctx, r.Caller, toFindFiles)
	if err != nil {
		return nil, g.refuse(err)
	}
	f := &finder{g: g, req: r, world: world, view: world.View, bound: world.View.Resource(r.Resource)}
	if f.bound == nil {
		return nil, ErrNoFile
	}
	f.resource = world.View.Profile.Resources[f.bound.Name]
	f.column = f.resource.FileKey()
	text := r.Key
	if id, by := strings.CutPrefix(text, "id:"); by && f.bound.Column("id") != nil {
		f.column, text = "id", id
	}
	c := f.bound.Column(f.column)
	if c == nil || text == "" {
		return nil, ErrNoFile
	}
	f.key = text
	if c.Type.Kind == sqltype.Int {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || strconv.FormatInt(n, 10) != text {
			return nil, ErrNoFile
		}
		f.key = n
	}
	return f, nil
}

func (f *finder) sources() []string { return slices.Sorted(maps.Keys(f.resource.Files)) }

// ownColumns adds the columns of a source that the resource's own table knows
// to a list, and says where they stand. ok is false where this dossier lacks
// one that the path, or the content, needs.
func (f *finder) ownColumns(name string, s profiles.FileSource, columns *[]string) (places map[string]int, ok bool) {
	places = map[string]int{}
	for _, column := range s.Columns() {
		c := f.bound.Column(profiles.RowColumn(name, column))
		if c == nil {
			if column != s.Name && column != s.Type {
				return nil, false
			}
			continue
		}
		if column == s.Bytes {
			continue // the content is for Content
		}
		places[column] = len(*columns)
		*columns = append(*columns, c.Name)
	}
	if s.Bytes != "" {
		// That there is some is enough: the key stands for it.
		places[s.Bytes] = 0
	}
	return places, true
}

func (f *finder) selectRows(columns []string) string {
	quoted := make([]string, len(columns))
	for i, c := range columns {
		quoted[i] = "r." + quoteName(c)
	}
	return "SELECT " + strings.Join(quoted, ", ") + " FROM " + quoteName(f.bound.Name) + " r WHERE r." + quoteName(f.column) + " = ? ORDER BY 1"
}

// fromTable asks a table of files for those of the rows.
func (f *finder) fromTable(ctx context.Context, name string, s profiles.FileSource, out *FileRow) error {
	statement, columns, ok := f.selectFrom(name, s, false)
	if !ok {
		return nil // this dossier has no such table or column
	}
	rows, err := f.ask(ctx, statement, maxFiles)
	if err != nil {
		return err
	}
	for i, row := range rows {
		out.add(name, s, i, func(column string) (any, bool) {
			if column == s.Bytes && s.Bytes != "" {
				return true, true // the statement leaves those without content out
			}
			at := slices.Index(columns, column)
			if at < 0 {
				return nil, false
			}
			return row[at], true
		})
	}
	return nil
}

// selectFrom makes the statement that reads a table of files; with the content,
// where it is asked for. columns are those of the answer.
func (f *finder) selectFrom(name string, s profiles.FileSource, content bool) (statement string, columns []string, ok bool) {
	schema, table := profiles.SplitTableName(s.Table)
	t := f.view.Table(schema, table)
	if t == nil {
		return "", nil, false
	}
	spelled := func(column string) string {
		if c := t.Visible.Column(column); c != nil {
			return c.Name
		}
		return ""
	}
	var on, inner []string
	for i, pair := range s.On {
		tie, there := f.bound.Column(profiles.TieColumn(name, i)), spelled(pair[1])
		if tie == nil || there == "" {
			return "", nil, false
		}
		on = append(on, "f."+quoteName(there)+" = r."+quoteName(tie.Name))
		inner = append(inner, there)
	}
	var items []string
	for _, column := range s.Columns() {
		c := spelled(column)
		if c == "" {
			if column != s.Name && column != s.Type {
				return "", nil, false
			}
			continue
		}
		inner = append(inner, c)
		if column == s.Bytes {
			on = append(on, "f."+quoteName(c)+" IS NOT NULL")
			if !content {
				continue
			}
		}
		items, columns = append(items, "f."+quoteName(c)), append(columns, column)
	}
	order := ""
	for i, column := range columns {
		if column != s.Bytes {
			order += ", " + strconv.Itoa(i+1)
		}
	}
	if len(items) == 0 {
		items, columns = append(items, "r."+quoteName(f.column)), append(columns, "")
	}
	slices.Sort(inner)
	inner = slices.Compact(inner)
	for i := range inner {
		inner[i] = "self." + quoteName(inner[i])
	}
	from := quoteName(t.Visible.Name)
	if t.Visible.Schema != "" {
		from = quoteName(t.Visible.Schema) + "." + from
	}
	where := ""
	if s.Where.SQL != "" {
		where = " WHERE (" + s.Where.SQL + ")"
	}
	statement = "SELECT " + strings.Join(items, ", ") + " FROM " + quoteName(f.bound.Name) + " r JOIN (SELECT " + strings.Join(inner, ", ") + " FROM " + from +
		" self" + where + ") f ON " + strings.Join(on, " AND ") + " WHERE r." + quoteName(f.column) + " = ?"
	if order != "" {
		statement += " ORDER BY " + order[2:]
	}
	return statement, columns, true
}

// ask runs one of the gate's statements. What the key cannot be compared with
// is no row.
func (f *finder) ask(ctx context.Context, statement string, most int) ([][]any, error) {
	answer, err := f.open(ctx, statement, most)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Close() }() // all was read
	var all [][]any
	for {
		row, err := answer.Rows.Next(ctx)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, slices.Clone(row))
	}
}

func (f *finder) open(ctx context.Context, statement string, most int) (*Answer, error) {
	answer, err := f.g.do(ctx, Request{Caller: f.req.Caller, RequestID: f.req.RequestID, Front: "files", Text: statement,
		Params: []any{f.key}, MaxRows: most, Still: f.req.Still}, f.world)
	var refused *refusal.Error
	if !errors.As(err, &refused) {
		return answer, err
	}
	switch refused.Code {
	case refusal.ParamMismatch: // the key is none of this column
		return nil, ErrNoFile
	case refusal.NoAccess, refusal.Unavailable, refusal.Timeout, refusal.QueryFailed, refusal.Cancelled, refusal.AuditDown, refusal.LimitExceeded:
		return nil, err
	}
	// The profile's own words do not hold here. They name what nobody may know.
	return nil, refusal.Because(fmt.Errorf("files of resource %s: %w", f.bound.Name, err), refusal.Internal, "the files cannot be looked up")
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
		g.audit.Finish(audit.Outcome{ID: entry.ID, Rows: bytes, Millis: g.now().Sub(started).Milliseconds(), Code: code(err)})
	}, nil
}

func quoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// cellText gives a cell as a part of a path or a name; NULL is nothing.
func cellText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case []byte:
		return hex.EncodeToString(v)
	case time.Time:
		return v.Format(time.DateOnly)
	}
	return fmt.Sprint(v)
}
