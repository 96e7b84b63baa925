package portal

import (
	"slices"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
)

// names gives the names of a level's columns in the answer.
func (l *level) names() []filter.Column {
	out := slices.Clone(l.columns)
	for _, sub := range l.subs {
		switch {
		case sub.embed.silent:
		case sub.embed.spread:
			out = append(out, sub.names()...)
		default:
			out = append(out, filter.Column{Name: sub.embed.label})
		}
	}
	return out
}

// check refuses names that an object could not tell apart.
func (l *level) check() error {
	if err := distinctNames(l.names(), ""); err != nil {
		return err
	}
	for _, sub := range l.subs {
		if err := sub.check(); err != nil {
			return err
		}
	}
	return nil
}

// write encodes the tree.
func (t *treeReader) write(enc encoding, top *level, rows []*treeRow) ([]byte, error) {
	if err := top.check(); err != nil {
		return nil, err
	}
	if t.csv {
		return t.writeCSV(top, rows)
	}
	dst := make([]byte, 0, t.bytes+t.bytes/4+64)
	if _, one := enc.(*objectEncoding); one {
		if len(rows) == 0 {
			return dst, nil
		}
		return top.appendObject(dst, rows[0]), nil
	}
	return top.appendList(dst, rows), nil
}

func (l *level) appendList(dst []byte, rows []*treeRow) []byte {
	dst = append(dst, '[')
	for i, row := range rows {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = l.appendObject(dst, row)
	}
	return append(dst, ']')
}

func (l *level) appendObject(dst []byte, row *treeRow) []byte {
	dst = append(dst, '{')
	dst = l.appendMembers(dst, row)
	return append(dst, '}')
}

// appendMembers appends a row's members; a nil row has every column, and each
// is null.
func (l *level) appendMembers(dst []byte, row *treeRow) []byte {
	start := len(dst)
	if row != nil {
		dst = append(dst, row.cells...)
	} else {
		for i := range l.writers {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(append(dst, l.writers[i].key...), "null"...)
		}
	}
	for i, sub := range l.subs {
		if sub.embed.silent {
			continue
		}
		if last := len(dst) - 1; len(dst) > start && dst[last] != ',' {
			dst = append(dst, ',')
		}
		var kids []*treeRow
		if row != nil {
			kids = row.kids[i]
		}
		if sub.embed.spread {
			before := len(dst)
			if dst = sub.appendMembers(dst, only(kids)); len(dst) == before && before > start {
				dst = dst[:before-1] // nothing came behind the comma
			}
			continue
		}
		dst = append(appendJSONString(dst, sub.embed.label), ':')
		dst = sub.appendValue(dst, kids)
	}
	return dst
}

// appendValue appends the rows that are embedded in one.
func (l *level) appendValue(dst []byte, kids []*treeRow) []byte {
	switch {
	case !l.embed.link.One:
		return l.appendList(dst, kids)
	case len(kids) == 0:
		return append(dst, "null"...)
	}
	return l.appendObject(dst, kids[0])
}

func only(kids []*treeRow) *treeRow {
	if len(kids) == 0 {
		return nil
	}
	return kids[0]
}

// writeCSV encodes the page's rows as CSV, with what is embedded as JSON in a
// cell.
func (t *treeReader) writeCSV(top *level, rows []*treeRow) ([]byte, error) {
	var dst []byte
	for i, c := range top.names() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendCSVText(dst, c.Name)
	}
	dst = append(dst, "\r\n"...)
	for _, row := range rows {
		dst = append(dst, row.cells...)
		for i, sub := range top.subs {
			switch {
			case sub.embed.silent:
				continue
			case sub.embed.spread:
				return nil, refusal.New(refusal.Unsupported, "select: %s cannot be spread (...) in CSV: leave the dots out, or ask for JSON", shorten(sub.embed.target))
			}
			if len(top.columns) > 0 || i > 0 {
				dst = append(dst, ',')
			}
			dst = appendCSVText(dst, string(sub.appendValue(nil, row.kids[i])))
		}
		dst = append(dst, "\r\n"...)
	}
	return dst, nil
}
