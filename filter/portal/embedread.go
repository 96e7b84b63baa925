package portal

import (
	"errors"
	"io"
	"slices"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
)

// A page with embedded rows is read with a statement for itself and one for
// each embedded table. They are not one moment of the ERP: where a row of the
// page is missing in a later statement the page is read anew, so often.
const maxAttempts = 3

// errMoved says that the page changed between two statements.
var errMoved = errors.New("the page's rows changed while they were read")

// treeRow is one row, encoded but for the rows embedded in it.
type treeRow struct {
	cells []byte // "name":value,… or, for CSV, value,…
	kids  [][]*treeRow
}

// level is a table of the tree as it is read: the page's, or an embedded one.
type level struct {
	embed   *embed // nil for the page's
	columns []filter.Column
	writers []cellWriter
	rows    map[string]*treeRow // by path
	subs    []*level
}

// readRelated reads a page with what is embedded in it.
func (p *portal) readRelated(v *visit, r *reading, enc encoding, first, size int64) (*page, error) {
	for attempt := 1; ; attempt++ {
		pg, err := p.readTree(v, r, enc, first, size)
		if !errors.Is(err, errMoved) {
			return pg, err
		}
		if attempt == maxAttempts {
			return nil, refusal.Because(err, refusal.Unavailable, "the rows change faster than they can be read together: try again")
		}
	}
}

func (p *portal) readTree(v *visit, r *reading, enc encoding, first, size int64) (*page, error) {
	t := &treeReader{portal: p, visit: v, reading: r, first: first, size: size}
	switch enc := enc.(type) {
	case *csvEncoding:
		t.csv = true
	case *objectEncoding:
		t.numbersAsStrings = enc.numbersAsStrings
	case *arrayEncoding:
		t.numbersAsStrings = enc.numbersAsStrings
	}
	rows, keys, top, more, err := t.page()
	if err != nil {
		return nil, err
	}
	for i, e := range r.embeds {
		sub, err := t.embedded(nil, e, top, i)
		if err != nil {
			return nil, err
		}
		top.subs = append(top.subs, sub)
	}
	if r.attached != nil {
		if err := t.rowFiles(r.table, rows, keys); err != nil {
			return nil, err
		}
		top.subs = append(top.subs, r.attached.level())
	}
	pg := &page{kind: enc.contentType(), more: more, rows: int64(len(rows))}
	pg.endsAt(r, t.ends, t.last)
	pg.body, err = t.write(enc, top, rows)
	if err == nil && len(pg.body) > p.Limits.PageBytes {
		err = tooManyBytes(p.Limits.PageBytes, pg.rows)
	}
	return pg, err
}

// treeReader reads one page with what is embedded in it.
type treeReader struct {
	*portal
	*visit
	*reading
	first, size      int64
	csv              bool
	numbersAsStrings bool
	bytes            int // of all cells so far

	ends []filter.Column // the columns of the page's order
	last []any           // its last row's cells there
}

// page reads the rows of the page itself. fileKeys are by whose values their files
// are asked for; none where they are not.
func (t *treeReader) page() (rows []*treeRow, fileKeys []string, top *level, more bool, err error) {
	s := &statement{}
	var keys []sqlast.Item
	for i, name := range t.shape.key {
		keys = append(keys, as(of(t.table, name), generated("p", i)))
	}
	places, named := t.portal.placeItems(t.reading), t.attached.items(t.table)
	answer, err := t.portal.ask(t.visit, t.reading.page(s, t.items, slices.Concat(keys, places, named), t.first, t.size+1), s)
	if err != nil {
		return nil, nil, nil, false, err
	}
	defer answer.Close()
	top = t.newLevel(nil, answer.Columns[:len(answer.Columns)-len(keys)-len(places)-len(named)])
	paths := pathWriters(answer.Columns[len(top.columns) : len(top.columns)+len(keys)])
	ends := len(top.columns) + len(keys)
	t.ends, t.last = answer.Columns[ends:ends+len(places)], make([]any, len(places))
	cut, err := t.each(answer, func(cells []any) error {
		if int64(len(rows)) == t.size {
			more = true
			return io.EOF
		}
		path, err := appendPath(nil, paths, cells[len(top.columns):])
		if err != nil {
			return err
		}
		row, err := t.newRow(top, cells[:len(top.columns)], t.csv, len(t.embeds))
		if err != nil {
			return err
		}
		copy(t.last, cells[ends:ends+len(places)])
		if len(named) > 0 {
			fileKeys = append(fileKeys, fileKeyOf(cells[ends+len(places)]))
		}
		rows = append(rows, row)
		top.rows[string(path)] = row
		return nil
	})
	return rows, fileKeys, top, more || cut, err
}

// embedded reads the rows of e, which is the at-th table embedded in those of
// above, and what is embedded in them.
func (t *treeReader) embedded(chain []*embed, e *embed, above *level, at int) (*level, error) {
	s := &statement{}
	query, path, key := t.related(s, chain, e, t.first, t.size)
	answer, err := t.portal.ask(t.visit, query, s)
	if err != nil {
		return nil, err
	}
	defer answer.Close()
	shown := len(answer.Columns) - path - 1 - key
	l := t.newLevel(e, answer.Columns[:shown])
	paths := pathWriters(slices.Concat(answer.Columns[shown:shown+path], answer.Columns[shown+path+1:]))
	seen := make(map[string]bool, len(above.rows))
	cut, err := t.each(answer, func(cells []any) error {
		in, err := appendPath(nil, paths[:path], cells[shown:shown+path])
		if err != nil {
			return err
		}
		row := above.rows[string(in)]
		if row == nil {
			return nil // it came to the page after it was read
		}
		seen[string(in)] = true
		if there, _ := cells[shown+path].(int64); there == 0 && !(e.grouped && len(groupedBy(e.items)) == 0) {
			return nil
		}
		if e.link.One && len(row.kids[at]) > 0 {
			return nil
		}
		kid, err := t.newRow(l, cells[:shown], false, len(e.embeds))
		if err != nil {
			return err
		}
		row.kids[at] = append(row.kids[at], kid)
		if len(e.embeds) > 0 {
			own, err := appendPath(in, paths[path:], cells[shown+path+1:])
			if err != nil {
				return err
			}
			l.rows[string(own)] = kid
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case cut:
		return nil, refusal.New(refusal.LimitExceeded, "%s: more rows are embedded than one answer may have: ask for fewer rows, or give %s.limit", shorten(e.target), shorten(e.label))
	case len(seen) < len(above.rows):
		return nil, errMoved
	}
	chain = append(slices.Clone(chain), e)
	for i, sub := range e.embeds {
		next, err := t.embedded(chain, sub, l, i)
		if err != nil {
			return nil, err
		}
		l.subs = append(l.subs, next)
	}
	return l, nil
}

func (t *treeReader) newLevel(e *embed, columns []filter.Column) *level {
	return &level{embed: e, columns: columns, writers: newCellWriters(columns, t.numbersAsStrings), rows: map[string]*treeRow{}}
}

// each calls do for each row until it gives io.EOF. cut says that a cap of the
// gate ended the answer.
func (t *treeReader) each(answer *filter.Answer, do func(cells []any) error) (cut bool, err error) {
	ctx := t.r.Context()
	for {
		cells, err := answer.Rows.Next(ctx)
		if errors.Is(err, io.EOF) {
			return answer.Truncated(), answer.Close()
		}
		if err != nil {
			return false, err
		}
		if len(cells) != len(answer.Columns) {
			return false, errors.New("read rows: cells and columns differ in number")
		}
		if err := do(cells); errors.Is(err, io.EOF) {
			return false, answer.Close()
		} else if err != nil {
			return false, err
		}
	}
}

// newRow encodes a row. csv is of the page's own rows only: what is embedded is
// JSON in a cell.
func (t *treeReader) newRow(l *level, cells []any, csv bool, kids int) (*treeRow, error) {
	row := &treeRow{kids: make([][]*treeRow, kids)}
	var err error
	for i := range l.writers {
		if i > 0 {
			row.cells = append(row.cells, ',')
		}
		if csv {
			row.cells, err = l.writers[i].appendCSV(row.cells, cells[i])
		} else {
			row.cells = append(row.cells, l.writers[i].key...)
			row.cells, err = l.writers[i].appendJSON(row.cells, cells[i])
		}
		if err != nil {
			return nil, err
		}
	}
	if t.bytes += len(row.cells); t.bytes > t.Limits.PageBytes {
		return nil, tooManyBytes(t.Limits.PageBytes, int64(len(l.rows)))
	}
	return row, nil
}

func pathWriters(columns []filter.Column) []cellWriter { return newCellWriters(columns, false) }

// appendPath appends the cells of a key, so that two are the same bytes only
// where all cells are the same.
func appendPath(dst []byte, ws []cellWriter, cells []any) ([]byte, error) {
	var err error
	for i := range ws {
		if dst, err = ws[i].appendJSON(dst, cells[i]); err != nil {
			return nil, err
		}
		dst = append(dst, 0)
	}
	return dst, nil
}
