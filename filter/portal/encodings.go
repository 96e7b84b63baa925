package portal

import (
	"strconv"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
)

// tableEncoding is the JSON of /sql: {"columns":[…],"rows":[[…]],"truncated":false}.
type tableEncoding struct {
	numbersAsStrings bool
	cells            []cellWriter
	any              bool   // a row has been written
	affected         *int64 // of a write; else nil
}

func (e *tableEncoding) contentType() string { return mediaJSON + "; charset=utf-8" }

func (e *tableEncoding) begin(dst []byte, columns []filter.Column) ([]byte, error) {
	e.cells = newCellWriters(columns, e.numbersAsStrings)
	dst = append(dst, `{"columns":[`...)
	for i, c := range columns {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"name":`...)
		dst = appendJSONString(dst, c.Name)
		dst = append(dst, `,"type":`...)
		dst = appendJSONString(dst, c.Type.String())
		dst = append(dst, '}')
	}
	return append(dst, `],"rows":[`...), nil
}

func (e *tableEncoding) row(dst []byte, cells []any) ([]byte, error) {
	if err := checkWidth(e.cells, cells); err != nil {
		return dst, err
	}
	if e.any {
		dst = append(dst, ',')
	}
	e.any = true
	dst = append(dst, '[')
	for i := range e.cells {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err error
		if dst, err = e.cells[i].appendJSON(dst, cells[i]); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

func (e *tableEncoding) end(dst []byte, truncated bool) ([]byte, error) {
	if e.affected != nil {
		return append(strconv.AppendInt(append(dst, `],"affected":`...), *e.affected, 10), `,"truncated":false}`...), nil
	}
	if truncated {
		return append(dst, `],"truncated":true}`...), nil
	}
	return append(dst, `],"truncated":false}`...), nil
}

// linesEncoding is NDJSON: an object for each row, and a last line under
// linesNotice where the rows before it are not all.
type linesEncoding struct {
	numbersAsStrings bool
	cells            []cellWriter
}

// linesNotice is the one member of a line that is no row; no column may be
// called so.
const linesNotice = "vantelle"

func (e *linesEncoding) contentType() string { return mediaNDJSON + "; charset=utf-8" }

func (e *linesEncoding) begin(dst []byte, columns []filter.Column) ([]byte, error) {
	e.cells = newCellWriters(columns, e.numbersAsStrings)
	return dst, distinctNames(columns, linesNotice)
}

func (e *linesEncoding) row(dst []byte, cells []any) ([]byte, error) {
	dst, err := appendObject(dst, e.cells, cells)
	return append(dst, '\n'), err
}

func (e *linesEncoding) end(dst []byte, truncated bool) ([]byte, error) {
	if truncated {
		dst = append(dst, `{"`+linesNotice+`":{"truncated":true}}`+"\n"...)
	}
	return dst, nil
}

// csvEncoding is CSV with a header line (RFC 4180).
type csvEncoding struct{ cells []cellWriter }

func (e *csvEncoding) contentType() string { return mediaCSV + "; charset=utf-8" }

func (e *csvEncoding) begin(dst []byte, columns []filter.Column) ([]byte, error) {
	e.cells = newCellWriters(columns, false)
	for i, c := range columns {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendCSVText(dst, c.Name)
	}
	return append(dst, "\r\n"...), nil
}

func (e *csvEncoding) row(dst []byte, cells []any) ([]byte, error) {
	if err := checkWidth(e.cells, cells); err != nil {
		return dst, err
	}
	begins := len(dst)
	for i := range e.cells {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err error
		if dst, err = e.cells[i].appendCSV(dst, cells[i]); err != nil {
			return dst, err
		}
	}
	if len(e.cells) == 1 && len(dst) == begins {
		dst = append(dst, `""`...) // readers skip an empty line, and would lose the row
	}
	return append(dst, "\r\n"...), nil
}

// end refuses a cut: a CSV file has no place to say so.
func (e *csvEncoding) end(dst []byte, truncated bool) ([]byte, error) {
	if truncated {
		return dst, refusal.New(refusal.LimitExceeded, "the answer has more rows than one may have, and CSV cannot say that it was cut: ask for fewer rows, or for application/json or application/x-ndjson")
	}
	return dst, nil
}

// arrayEncoding is the JSON of /rows: [{…},{…}].
type arrayEncoding struct {
	numbersAsStrings bool
	cells            []cellWriter
	any              bool
}

func (e *arrayEncoding) contentType() string { return mediaJSON + "; charset=utf-8" }

func (e *arrayEncoding) begin(dst []byte, columns []filter.Column) ([]byte, error) {
	e.cells = newCellWriters(columns, e.numbersAsStrings)
	return append(dst, '['), distinctNames(columns, "")
}

func (e *arrayEncoding) row(dst []byte, cells []any) ([]byte, error) {
	if e.any {
		dst = append(dst, ',')
	}
	e.any = true
	return appendObject(dst, e.cells, cells)
}

func (e *arrayEncoding) end(dst []byte, _ bool) ([]byte, error) { return append(dst, ']'), nil }

// objectEncoding is a single row as an object. It writes the first row only;
// whoever uses it counts.
type objectEncoding struct {
	arrayEncoding
}

func (e *objectEncoding) contentType() string { return mediaObject + "; charset=utf-8" }

func (e *objectEncoding) begin(dst []byte, columns []filter.Column) ([]byte, error) {
	e.cells = newCellWriters(columns, e.numbersAsStrings)
	return dst, distinctNames(columns, "")
}

func (e *objectEncoding) row(dst []byte, cells []any) ([]byte, error) {
	if e.any {
		return dst, nil
	}
	e.any = true
	return appendObject(dst, e.cells, cells)
}

func (e *objectEncoding) end(dst []byte, _ bool) ([]byte, error) { return dst, nil }
