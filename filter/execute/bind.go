// Package execute runs a printed statement on an ERP: it binds every parameter
// with its one type, bounds the answer, and gives back typed rows. What an ERP
// says when it fails goes no further than the operator's log (promise 7).
package execute

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/resolve"
	"github.com/vantelle/vantelle/filter/sqlprint"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// Values are where parameters get their values from.
type Values struct {
	Params []any          // by position: nil, bool, int64, json.Number or string
	Named  map[string]any // by name
	// Identity gives an attribute of who asks. A missing or empty one
	// refuses the request: no identity, no rows (promise 6).
	Identity func(name string) (string, bool)
	// Written are values of their columns already: those that a write has found
	// or checked.
	Written []any
}

// Bind gives the driver's arguments for a statement, in order. Errors are
// *refusal.Error.
func Bind(st *sqlprint.Statement, v Values, engine catalog.Engine) ([]any, error) {
	args, bytes := make([]any, len(st.Params)), 0
	for i, p := range st.Params {
		x, err := value(p, v)
		if err != nil {
			return nil, err
		}
		if text, ok := x.(string); ok {
			if x, err = fit(text, p, engine); err != nil {
				return nil, err
			}
		}
		args[i] = encode(x, p.Type, engine)
		if bytes += size(args[i]); bytes > mostBound && engine == catalog.MariaDB {
			return nil, refusal.New(refusal.LimitExceeded, "the values of this request, each as often as it stands there, are more than %d MB", mostBound>>20)
		}
	}
	return args, nil
}

// Takes tells whether a request can give text as a value of a type on an engine.
func Takes(text string, t sqltype.Type, engine catalog.Engine) bool {
	p := sqlprint.Param{Type: t}
	x, err := parse(text, p)
	if s, ok := x.(string); ok && err == nil {
		_, err = fit(s, p, engine)
	}
	return err == nil
}

// mostBound is how many bytes of values MariaDB is sent with one statement, where
// a value travels once for each place. Its max_allowed_packet is 16 MiB as it comes;
// where it is less, the driver knows.
const mostBound = 12 << 20

func size(arg any) int {
	switch v := arg.(type) {
	case string:
		return len(v)
	case []byte:
		return len(v)
	}
	return 8
}

// fit makes a text fit what the engine would read into it, or refuses it.
func fit(text string, p sqlprint.Param, engine catalog.Engine) (string, error) {
	switch {
	case p.Pattern:
		if msg := resolve.CheckPattern(text, p.Escape); msg != "" {
			return "", mismatch(p, msg)
		}
		if engine == catalog.SQLServer {
			return plainBrackets(text, p.Escape), nil
		}
	case p.Type.Kind == sqltype.Decimal:
		if room, ok := decimalRoom[engine]; ok {
			whole, fraction, _ := strings.Cut(strings.TrimPrefix(text, "-"), ".")
			if len(whole) > room.whole || len(fraction) > room.fraction {
				return "", mismatch(p, "a number of at most "+strconv.Itoa(room.whole)+" digits before and "+strconv.Itoa(room.fraction)+" after the point is wanted")
			}
		}
	}
	return text, nil
}

// decimalRoom is what the decimal type has room for that filter/sqlprint casts
// parameters to on an engine.
var decimalRoom = map[catalog.Engine]struct{ whole, fraction int }{
	catalog.SQLServer: {19, 19},
	catalog.MariaDB:   {35, 30},
}

// plainBrackets makes [ an ordinary character of a pattern: T-SQL knows sets of
// characters, which nobody asked for here.
func plainBrackets(pattern string, escape rune) string {
	if escape == 0 {
		return strings.ReplaceAll(pattern, "[", "[[]")
	}
	return strings.ReplaceAll(pattern, "[", string(escape)+"[")
}

func value(p sqlprint.Param, v Values) (any, error) {
	switch p.Slot.Kind {
	case querytree.SlotLiteral:
		return parse(p.Slot.Value, p)
	case querytree.SlotIdentity:
		text, ok := v.Identity(p.Slot.Name)
		if !ok || strings.TrimSpace(text) == "" { // to some engines a blank is as good as nothing
			return nil, refusal.Unidentified(p.Slot.Name, "there is none")
		}
		if p.Type.Kind == sqltype.Binary {
			return textBytes(text, p)
		}
		x, err := parse(text, p)
		if err == nil && !sameText(x, text) {
			// An id comes from the ERP: "007" is nobody's way to write 7.
			err = mismatch(p, "it is not spelled as the ERP spells it")
		}
		return x, err
	case querytree.SlotPosition:
		if i := p.Slot.Ordinal - 1; i >= 0 && i < len(v.Params) {
			return given(v.Params[i], p)
		}
	case querytree.SlotWritten:
		if p.Slot.Ordinal < len(v.Written) {
			return v.Written[p.Slot.Ordinal], nil
		}
	case querytree.SlotNamed:
		if x, ok := v.Named[p.Slot.Name]; ok {
			return given(x, p)
		}
	}
	return nil, refusal.New(refusal.ParamMismatch, "%s has no value", describe(p.Slot))
}

// textBytes gives the bytes by which the ERP keeps a text of the identity in a
// binary column: Sage's indexes are on such copies of its codes.
func textBytes(text string, p sqlprint.Param) (any, error) {
	if _, err := parse(text, sqlprint.Param{Slot: p.Slot, Type: sqltype.Type{Kind: sqltype.Text}}); err != nil {
		return nil, err
	}
	if p.Type.CodePage == 0 {
		return []byte(text), nil
	}
	encoded, ok := inCodePage(text, p.Type.CodePage)
	if !ok {
		return nil, mismatch(p, "a character of it is not in the database's code page")
	}
	return []byte(encoded), nil
}

// sameText tells whether a value of the identity is spelled as it would be printed.
func sameText(x any, text string) bool {
	switch v := x.(type) {
	case int64:
		return strconv.FormatInt(v, 10) == text
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64) == text
	case string:
		return v == text
	}
	return true
}

// given makes a value that the request gave have the parameter's type.
func given(x any, p sqlprint.Param) (any, error) {
	switch x := x.(type) {
	case nil:
		if p.Type.Count {
			return nil, mismatch(p, "a whole number is wanted")
		}
		return nil, nil
	case bool:
		if p.Type.Kind == sqltype.Bool {
			return x, nil
		}
		return nil, mismatch(p, "true and false are not "+p.Type.Kind.String())
	case int64:
		return parseNumber(strconv.FormatInt(x, 10), p)
	case json.Number:
		return parseNumber(x.String(), p)
	case string:
		return parse(x, p)
	}
	return nil, mismatch(p, "a value of this kind cannot be given")
}

func parseNumber(text string, p sqlprint.Param) (any, error) {
	if !p.Type.Numeric() {
		return nil, mismatch(p, "a number is not "+p.Type.Kind.String())
	}
	return parse(text, p)
}

func parse(text string, p sqlprint.Param) (any, error) {
	if len(text) > sqltype.AssumedChars {
		return nil, mismatch(p, "a text of at most "+strconv.Itoa(sqltype.AssumedChars)+" bytes is wanted")
	}
	if !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0 {
		return nil, mismatch(p, "text must be valid UTF-8 without NUL")
	}
	x, err := sqltype.Parse(text, p.Type)
	if err != nil {
		return nil, mismatch(p, err.Error())
	}
	if n, ok := x.(int64); ok && p.Type.Count && n < 0 {
		return nil, mismatch(p, "it may not be negative")
	}
	return x, nil
}

func mismatch(p sqlprint.Param, why string) error {
	if p.Slot.Kind == querytree.SlotIdentity {
		return refusal.Unidentified(p.Slot.Name, why)
	}
	return refusal.New(refusal.ParamMismatch, "%s: %s", describe(p.Slot), why)
}

func describe(s querytree.Slot) string {
	switch s.Kind {
	case querytree.SlotPosition:
		return "parameter " + strconv.Itoa(s.Ordinal)
	case querytree.SlotNamed:
		return "parameter " + s.Name
	}
	return "a value of the request"
}

const (
	dateForm      = "2006-01-02"
	timestampForm = "2006-01-02 15:04:05.999999999"
	clockForm     = "15:04:05.999999999"
)

// encode gives a value as the engine's driver takes it.
func encode(x any, t sqltype.Type, engine catalog.Engine) any {
	switch engine {
	case catalog.SQLServer:
		return encodeSQLServer(x, t)
	case catalog.MariaDB:
		return encodeMariaDB(x, t)
	}
	switch v := x.(type) {
	case time.Time:
		switch t.Kind {
		case sqltype.Date:
			return v.Format(dateForm)
		case sqltype.Time:
			return v.Format(clockForm)
		}
		if t.Zoned {
			return v.Format(time.RFC3339Nano)
		}
		return v.Format(timestampForm)
	case string:
		if t.Kind == sqltype.Decimal && engine == catalog.SQLite {
			// SQLite computes with binary floats, and so do its stored decimals.
			if n, err := strconv.ParseInt(v, 10, 64); err == nil {
				return n
			}
			f, _ := strconv.ParseFloat(v, 64)
			return f
		}
	}
	return x
}
