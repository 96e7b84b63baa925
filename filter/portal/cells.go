package portal

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/sqltype"
)

// The forms of dates and times. Fractions of a second appear where there are
// any, without trailing zeros.
const (
	dateForm      = "2006-01-02"
	timestampForm = "2006-01-02T15:04:05.999999999"
	timeForm      = "15:04:05.999999999"
)

// cellWriter appends the cells of one column. It allocates nothing per cell.
type cellWriter struct {
	key      []byte // the column's name as a JSON key with its colon
	typ      sqltype.Type
	asString bool // the column's numbers are written as JSON strings
}

// newCellWriters makes one for each column. numbersAsStrings is what a client
// asks for whose numbers are 64-bit floats: decimals and integers of 64 bits,
// which those would round, become strings.
func newCellWriters(columns []filter.Column, numbersAsStrings bool) []cellWriter {
	ws := make([]cellWriter, len(columns))
	for i, c := range columns {
		w := cellWriter{key: append(appendJSONString(nil, c.Name), ':'), typ: c.Type}
		wide := c.Type.Kind == sqltype.Decimal || c.Type.Kind == sqltype.Int && (c.Type.Bits == 0 || c.Type.Bits > 32)
		w.asString = numbersAsStrings && wide
		ws[i] = w
	}
	return ws
}

// appendJSON appends a cell as JSON. It fails on a value that filter.Rows does
// not give.
func (w *cellWriter) appendJSON(dst []byte, cell any) ([]byte, error) {
	switch v := cell.(type) {
	case nil:
		return append(dst, "null"...), nil
	case string:
		return w.appendJSONText(dst, v), nil
	case int64:
		if w.asString {
			dst = append(dst, '"')
			dst = strconv.AppendInt(dst, v, 10)
			return append(dst, '"'), nil
		}
		return strconv.AppendInt(dst, v, 10), nil
	case float64:
		return appendFloat(dst, v, w.typ.Bits), nil
	case bool:
		return strconv.AppendBool(dst, v), nil
	case time.Time:
		dst = append(dst, '"')
		dst = w.appendTime(dst, v)
		return append(dst, '"'), nil
	case []byte:
		dst = append(dst, '"')
		dst = base64.StdEncoding.AppendEncode(dst, v)
		return append(dst, '"'), nil
	}
	return dst, fmt.Errorf("write %s cell: unexpected %T", w.typ, cell)
}

// appendJSONText appends a cell that travels as text: a decimal's digits, a
// JSON value, or text.
func (w *cellWriter) appendJSONText(dst []byte, s string) []byte {
	switch w.typ.Kind {
	case sqltype.Decimal:
		if !w.asString && isJSONNumber(s) {
			return append(dst, s...)
		}
	case sqltype.JSON:
		start := len(dst)
		dst = append(dst, s...)
		if utf8.ValidString(s) && json.Valid(dst[start:]) {
			// Between its values a JSON text may hold line ends, and NDJSON
			// may not; inside its strings there are none.
			for i, b := range dst[start:] {
				if b == '\n' || b == '\r' {
					dst[start+i] = ' '
				}
			}
			return dst
		}
		dst = dst[:start]
	}
	return appendJSONString(dst, s)
}

// appendTime appends a date, a time or both, by the column's kind.
func (w *cellWriter) appendTime(dst []byte, t time.Time) []byte {
	switch w.typ.Kind {
	case sqltype.Date:
		return appendDay(dst, t)
	case sqltype.Time:
		return appendClock(dst, t)
	}
	if w.typ.Zoned {
		t = t.UTC()
	}
	dst = appendClock(append(appendDay(dst, t), 'T'), t)
	if w.typ.Zoned {
		dst = append(dst, 'Z')
	}
	return dst
}

// appendCSV appends a cell as a CSV field (RFC 4180). NULL is an empty field
// and an empty text a quoted one, so that the two can be told apart.
func (w *cellWriter) appendCSV(dst []byte, cell any) ([]byte, error) {
	switch v := cell.(type) {
	case nil:
		return dst, nil
	case string:
		return appendCSVText(dst, v), nil
	case int64:
		return strconv.AppendInt(dst, v, 10), nil
	case float64:
		start := len(dst)
		dst = appendFloat(dst, v, w.typ.Bits)
		if dst[start] == '"' { // NaN and the infinities need no quotes here
			copy(dst[start:], dst[start+1:])
			dst = dst[:len(dst)-2]
		}
		return dst, nil
	case bool:
		return strconv.AppendBool(dst, v), nil
	case time.Time:
		return w.appendTime(dst, v), nil
	case []byte:
		return base64.StdEncoding.AppendEncode(dst, v), nil
	}
	return dst, fmt.Errorf("write %s cell: unexpected %T", w.typ, cell)
}

// appendCSVText appends a text as a CSV field, quoted where it must be. Bytes
// that are no UTF-8 become U+FFFD.
func appendCSVText(dst []byte, s string) []byte {
	quote := s == "" || s[0] == ' ' || s[len(s)-1] == ' '
	for i := 0; i < len(s) && !quote; i++ {
		quote = s[i] == ',' || s[i] == '"' || s[i] == '\n' || s[i] == '\r'
	}
	if quote {
		dst = append(dst, '"')
	}
	for _, r := range s { // an invalid byte is read as U+FFFD
		if r == '"' {
			dst = append(dst, '"')
		}
		dst = utf8.AppendRune(dst, r)
	}
	if quote {
		dst = append(dst, '"')
	}
	return dst
}
