package portal

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/vantelle/vantelle/filter/authorize"
	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/httpjson"
)

// valuesOfRow is how many JSON values there may be for each row that a body may
// have: a body of 1000 rows at most has 500,000 values at most.
const valuesOfRow = 500

// offers tells whether what is called table, or a resource of that name, is written
// so.
func offers(world *view.View, table string, kind sqlast.WriteKind) bool {
	t := world.Table("", table)
	if r := world.Resource(table); t == nil && r != nil {
		t = r.Table
	}
	return t != nil && slices.Contains(authorize.Offered(t), querytree.WriteKind(kind))
}

// readRows takes a visit's body apart: which columns are written, and what each row
// has for them. Without columns= they are those of the first row, and every row must
// have the same; with it, what a row lacks is NULL. The body is read to where it
// exceeds a limit, and no further.
func readRows(v *visit, wanted []string, kind sqlast.WriteKind, most int) ([]sqlast.Ident, [][]any, error) {
	values := valuesOfRow * most
	in, err := httpjson.ReadObjects(v.r, v.body, values)
	if err != nil {
		return nil, nil, err
	}
	if in.IsList && kind == sqlast.Update {
		return nil, nil, httpjson.Errorf(httpjson.BadRequest, "the body must be one JSON object, with what the rows get")
	}
	b := &rowsBody{in: in, names: wanted, fixed: wanted != nil}
	for {
		row, err := b.row(len(b.rows))
		switch {
		case errors.Is(err, io.EOF):
			columns, err := b.columns()
			return columns, b.rows, err
		case errors.Is(err, httpjson.ErrNoObject):
			return nil, nil, b.refuse("must be a JSON object")
		case err != nil:
			return nil, nil, err
		case len(b.rows) == most:
			return nil, nil, refusal.New(refusal.LimitExceeded, "one request may write %d rows at most: do it in parts", most)
		case (len(b.rows)+1)*len(b.names) > values:
			return nil, nil, refusal.New(refusal.LimitExceeded, "one request may write %d values at most: do it in parts", values)
		}
		b.rows = append(b.rows, row)
	}
}

// rowsBody is a body of rows while it is read.
type rowsBody struct {
	in    *httpjson.Objects
	names []string // of the columns; nil before the first row, unless they are fixed
	fixed bool     // columns= names them
	at    map[string]int
	rows  [][]any
}

// row reads the next row, whose place is i.
func (b *rowsBody) row(i int) ([]any, error) {
	if i == 0 && !b.fixed {
		return b.first()
	}
	if b.at == nil {
		b.at = make(map[string]int, len(b.names))
		for at, name := range b.names {
			b.at[name] = at
		}
	}
	row, given := make([]any, len(b.names)), make([]bool, len(b.names))
	more := false
	err := b.in.Next(func(name string, value any) error {
		at, known := b.at[name]
		if !known {
			more = true
			return nil
		}
		row[at], given[at] = value, true
		return b.plain(name, value)
	})
	if err != nil || b.fixed {
		return row, err
	}
	if at := slices.Index(given, false); at >= 0 {
		return nil, b.refuse(fmt.Sprintf("lacks %s: all rows must have the same columns, or say columns=", strconv.Quote(shorten(b.names[at]))))
	}
	if more {
		return nil, b.refuse("has columns that the first one lacks: all rows must have the same columns, or say columns=")
	}
	return row, nil
}

// first reads the first row, which says what the columns are: in the order of their
// names, so that one statement serves all orders.
func (b *rowsBody) first() ([]any, error) {
	values := map[string]any{}
	err := b.in.Next(func(name string, value any) error {
		if len(b.names) == maxTerms {
			return tooMany("the body")
		}
		b.names = append(b.names, name)
		values[name] = value
		return b.plain(name, value)
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(b.names)
	row := make([]any, len(b.names))
	for i, name := range b.names {
		row[i] = values[name]
	}
	return row, nil
}

// plain refuses a text that no ERP takes.
func (b *rowsBody) plain(name string, value any) error {
	if text, ok := value.(string); ok && !plainText(text) {
		return b.refuse(fmt.Sprintf("holds the character NUL in %s, which no ERP takes", strconv.Quote(shorten(name))))
	}
	return nil
}

// columns are the names as a statement has them.
func (b *rowsBody) columns() ([]sqlast.Ident, error) {
	var columns []sqlast.Ident
	for _, n := range b.names {
		if !plainText(n) {
			return nil, httpjson.Errorf(httpjson.BadRequest, "a column's name must be UTF-8 without the character NUL")
		}
		columns = append(columns, ident(n))
	}
	return columns, nil
}

// refuse refuses the row that is being read, by its place where there are several.
func (b *rowsBody) refuse(why string) error {
	what := "the body"
	p := httpjson.Errorf(httpjson.BadRequest, "%s", "")
	if b.in.IsList {
		what = "row " + strconv.Itoa(len(b.rows)+1)
		p.Members = map[string]any{"row": len(b.rows) + 1}
	}
	p.Detail = what + " " + why
	return p
}
