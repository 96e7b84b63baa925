package profiles

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// FileKey names the column by whose value the files of a row are asked for.
func (r Resource) FileKey() string {
	if r.Key != "" {
		return r.Key
	}
	for _, usual := range []string{"number", "id"} {
		if _, there := r.Columns[usual]; there {
			return usual
		}
	}
	return ""
}

// PathPart is a piece of a file's path: a text, or the value of a column.
type PathPart struct {
	Text   string
	Column string
}

// Parts gives the pieces that make the path of a source's files, in order; nil
// where the content is in a column.
func (f FileSource) Parts() []PathPart {
	parts, _ := f.parts() // checked when the profile was loaded
	return parts
}

func (f FileSource) parts() ([]PathPart, error) {
	if f.Pattern == "" {
		var parts []PathPart
		for i, column := range f.Path {
			if i > 0 {
				parts = append(parts, PathPart{Text: "/"})
			}
			parts = append(parts, PathPart{Column: column})
		}
		return parts, nil
	}
	var parts []PathPart
	rest, named := f.Pattern, false
	for rest != "" {
		text, after, open := strings.Cut(rest, "{")
		if text != "" {
			parts = append(parts, PathPart{Text: text})
		}
		if !open {
			break
		}
		column, behind, closed := strings.Cut(after, "}")
		if !closed || strings.TrimSpace(column) == "" || strings.Contains(text, "}") {
			return nil, fmt.Errorf("write each column in braces, as in invoices/{DO_Piece}.pdf")
		}
		parts, named, rest = append(parts, PathPart{Column: strings.TrimSpace(column)}), true, behind
	}
	if !named || strings.Contains(rest, "}") && !strings.Contains(rest, "{") {
		return nil, fmt.Errorf("a pattern names at least one column in braces, as in invoices/{DO_Piece}.pdf: else every row would have the same file")
	}
	return parts, nil
}

// Columns gives the columns that a source reads of the table that knows its
// files, without those that tie it to a row.
func (f FileSource) Columns() []string {
	var all []string
	for _, p := range f.Parts() {
		if p.Column != "" {
			all = append(all, p.Column)
		}
	}
	for _, c := range []string{f.Bytes, f.Name, f.Type} {
		if c != "" {
			all = append(all, c)
		}
	}
	return all
}

// TieColumn names the column that ForFiles adds to a resource for the i-th pair
// of a source's On; RowColumn the one for a column that the resource's own table
// holds. No request can name either: they are in no view that requests see.
func TieColumn(source string, i int) string { return "tie " + strconv.Itoa(i) + " of " + source }

// RowColumn is described with TieColumn.
func RowColumn(source, column string) string { return column + " of " + source }

// ForFiles gives the profile that files are looked up with. It shows what the
// sources of files need, hidden columns included, and is for the gate's own
// statements: no request may be resolved with it. Its row filters are those of
// p, but for modules of the level list, whose rows have no file to open.
func (p *Profile) ForFiles() *Profile {
	q := *p
	q.Modules, q.Tables, q.Resources = maps.Clone(p.Modules), map[string]Table{}, map[string]Resource{}
	for name, m := range q.Modules {
		if m.Level == LevelList {
			m.Level = LevelNone
			q.Modules[name] = m
		}
	}
	for key, t := range p.Tables {
		t.Columns = maps.Clone(t.Columns)
		t.RequireFilter = nil // the key pins the row
		q.Tables[key] = t
	}
	for key, r := range p.Resources {
		if r.Table == "" || r.FileKey() == "" {
			continue
		}
		q.Resources[key] = q.withFiles(r)
	}
	hideByModule(&q)
	sum := sha256.Sum256([]byte("files\x00" + p.Digest))
	q.Digest = hex.EncodeToString(sum[:])
	return &q
}

// withFiles shows what a resource's sources need, and gives the resource the
// columns for it.
func (p *Profile) withFiles(r Resource) Resource {
	whole := r.Columns
	r.Key = r.FileKey()
	r.Columns, r.ColumnOrder, r.Relations, r.Search = map[string]ResourceColumn{}, nil, nil, nil
	for _, name := range slices.Compact([]string{r.Key, "id"}) {
		if c, there := whole[name]; there {
			r.Columns[name], r.ColumnOrder = c, append(r.ColumnOrder, name)
		}
	}
	add := func(name, column string) {
		p.show(r.Table, column)
		r.Columns[name] = ResourceColumn{From: []string{column}}
		r.ColumnOrder = append(r.ColumnOrder, name)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Files)) {
		f := r.Files[name]
		if f.Table == "" {
			for _, column := range f.Columns() {
				add(RowColumn(name, column), column)
			}
			continue
		}
		for i, pair := range f.On {
			add(TieColumn(name, i), pair[0])
		}
		key := listedTable(slices.Sorted(maps.Keys(p.Tables)), f.Table)
		t, listed := p.Tables[key]
		if !listed {
			key = f.Table
			t = Table{Public: true, Columns: map[string]Column{}}
			t.Schema, t.Name = SplitTableName(key)
		}
		t.OtherColumns = true
		p.Tables[key] = t
		for column := range t.Columns {
			p.show(key, column)
		}
	}
	return r
}

// show shows a column of a table, unless the module that it belongs to is off.
func (p *Profile) show(table, column string) {
	t, ok := p.Tables[table]
	if !ok {
		return
	}
	for key, c := range t.Columns {
		if strings.EqualFold(key, column) {
			c.Hidden = false
			t.Columns[key] = c
			return
		}
	}
	t.Columns[column] = Column{}
}
