package portal

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/view"
)

// filesWord embeds the files of each row: files(*), or files(name,url). A
// relation of that name comes first.
const filesWord = "files"

// maxFileRows is how many rows of a page may tell of their files: each row costs
// the ERP statements of its own.
const maxFileRows = 100

// rowFiles says that a page's rows tell which files they have.
type rowFiles struct {
	embed  *embed
	key    string       // the column by whose value a row's files are asked for
	fields []fileMember // what is told of each; none where embed is silent
}

// fileMember is a member of a file's description, and what it is called.
type fileMember struct{ name, label string }

// fileMembers are those that there are, in the order of fileDocument.
var fileMembers = []string{"name", "type", "size", "url"}

// takeFiles takes files(…) out of what q embeds. nil where it isn't embedded,
// or where the resource has none: then it is a relation that nobody knows.
func takeFiles(q *rowsQuery, table string, world *view.View) (*rowFiles, error) {
	at := slices.IndexFunc(q.embeds, func(e *embed) bool { return strings.EqualFold(e.target, filesWord) && e.hint == "" })
	resource := world.Resource(table)
	if at < 0 || resource == nil || resource.FileKey == "" {
		return nil, nil
	}
	e := q.embeds[at]
	for _, l := range world.Links(table) {
		if slices.ContainsFunc(l.Names, func(n string) bool { return strings.EqualFold(n, filesWord) }) {
			return nil, nil
		}
	}
	if e.inner || e.spread || e.grouped || len(e.embeds) > 0 || len(e.filters) > 0 || e.order != nil || e.limit != noLimit || e.offset != 0 {
		return nil, refusal.New(refusal.Unsupported, "select: %s tells which files a row has, as files(*) or files(%s): it takes no condition, order, limit, !inner or aggregate",
			shorten(e.target), strings.Join(fileMembers, ","))
	}
	f := &rowFiles{embed: e, key: resource.FileKey}
	for _, item := range e.items {
		switch item := item.(type) {
		case *sqlast.Star:
			for _, name := range fileMembers {
				f.fields = append(f.fields, fileMember{name, name})
			}
		case *sqlast.ExprItem:
			name, ok := item.X.(*sqlast.Name)
			if !ok || !slices.Contains(fileMembers, name.Parts[0].Name) {
				return nil, refusal.New(refusal.UnknownName, "select: of a file there are %s", strings.Join(fileMembers, ", "))
			}
			f.fields = append(f.fields, fileMember{name.Parts[0].Name, cmp.Or(item.Alias.Name, name.Parts[0].Name)})
		}
	}
	var named []filter.Column
	for _, field := range f.fields {
		named = append(named, filter.Column{Name: field.label})
	}
	if err := distinctNames(named, ""); err != nil {
		return nil, err
	}
	q.embeds = slices.Delete(q.embeds, at, at+1)
	return f, nil
}

// level is where the files stand in the tree of an answer.
func (f *rowFiles) level() *level { return &level{embed: f.embed, rows: map[string]*treeRow{}} }

// items are the columns that must be read beside the page's.
func (f *rowFiles) items(table string) []sqlast.Item {
	if f == nil {
		return nil
	}
	return []sqlast.Item{as(of(table, f.key), generated("f", 0))}
}

// fileKeyOf spells the value of a row's file key; "" for none.
func fileKeyOf(cell any) string {
	switch v := cell.(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	}
	return ""
}

// rowFiles finds the files of the page's rows. keys are the rows' file keys, in
// the rows' order.
func (t *treeReader) rowFiles(table string, rows []*treeRow, keys []string) error {
	if len(rows) > maxFileRows {
		return refusal.New(refusal.LimitExceeded, "select: files are told of at most %d rows of a page: give limit", maxFileRows)
	}
	told := map[string][]*treeRow{}
	for i, row := range rows {
		key := keys[i]
		if key == "" || t.attached.embed.silent || t.Files == nil {
			row.kids = append(row.kids, nil)
			continue
		}
		list, known := told[key]
		if !known {
			documents, err := t.filesOfKey(t.visit, table, key)
			if err != nil {
				return err
			}
			for _, d := range documents {
				kid, err := t.attached.row(d)
				if err != nil {
					return err
				}
				list = append(list, kid)
			}
			told[key] = list
		}
		for _, kid := range list {
			if t.bytes += len(kid.cells); t.bytes > t.Limits.PageBytes {
				return tooManyBytes(t.Limits.PageBytes, int64(i))
			}
		}
		row.kids = append(row.kids, list)
	}
	return nil
}

// row writes the members of a file's description.
func (f *rowFiles) row(d fileDocument) (*treeRow, error) {
	values := map[string]any{"name": d.Name, "type": d.Type, "size": d.Size, "url": d.URL}
	row := &treeRow{}
	for i, field := range f.fields {
		if i > 0 {
			row.cells = append(row.cells, ',')
		}
		value, err := json.Marshal(values[field.name])
		if err != nil {
			return nil, err
		}
		row.cells = append(append(appendJSONString(row.cells, field.label), ':'), value...)
	}
	return row, nil
}

// filesOfKey describes the files of the row of a resource that has the key; none
// where it has none, is not there or is not the caller's.
func (p *portal) filesOfKey(v *visit, resource, key string) ([]fileDocument, error) {
	ask := filter.FileRequest{Caller: v.who, RequestID: v.id(), Resource: resource, Key: key, Still: p.still(v)}
	row, err := p.Files.Find(v.r.Context(), ask)
	if errors.Is(err, filter.ErrNoFile) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return p.documentsOf(v, ask, row)
}
