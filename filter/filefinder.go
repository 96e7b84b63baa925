package filter

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/profiles"
)

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
	shows    *view.View // what requests see, of which the view of files has more
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
	if err := f.shown(ctx); err != nil {
		return nil, err
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

// shown refuses a resource, or a key of it, that is there for the gate alone: the
// view of files has hidden columns, and finding a row by one tells its value.
func (f *finder) shown(ctx context.Context) error {
	world, err := f.g.worlds.world(ctx, f.req.Caller, toRead)
	if err != nil {
		return f.g.refuse(err)
	}
	if r := world.View.Resource(f.req.Resource); r == nil || r.Column(f.column) == nil {
		return ErrNoFile
	}
	f.shows = world.View
	return nil
}

// called gives what the file of a pattern is called by where the last part of its path
// holds the value of a column that no request sees, which its own name would tell: the
// row's key, with the pattern's ending. Empty for others.
func (f *finder) called(s profiles.FileSource, key string) string {
	if s.Pattern == "" {
		return ""
	}
	parts := s.Parts()
	hidden := false
	for _, part := range parts {
		if part.Column == "" {
			hidden = hidden && !strings.Contains(part.Text, "/")
			continue
		}
		table := s.Table
		if table == "" {
			table = f.resource.Table
		}
		t := f.shows.Table(profiles.SplitTableName(table))
		hidden = hidden || t == nil || t.Visible.Column(part.Column) == nil
	}
	if !hidden {
		return ""
	}
	if last := parts[len(parts)-1]; last.Column == "" {
		key += path.Ext(last.Text)
	}
	return key
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
		out.add(name, s, i, f.called(s, out.Keys[0]), func(column string) (any, bool) {
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
