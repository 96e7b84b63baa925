package execute

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// take makes what a request gave a value of a column, or says what is wanted.
// data tells that x is a JSON value; else a column of JSON takes its text.
func take(x any, t sqltype.Type, data bool) (any, error) {
	if t.Kind == sqltype.JSON && data && x != nil {
		text, err := json.Marshal(x)
		return string(text), err
	}
	switch x := x.(type) {
	case nil:
		return nil, nil
	case bool:
		if t.Kind == sqltype.Bool {
			return x, nil
		}
		return nil, fmt.Errorf("%s is wanted, not true or false", t.Kind)
	case int64:
		return takeNumber(strconv.FormatInt(x, 10), t)
	case json.Number:
		return takeNumber(x.String(), t)
	case string:
		return takeText(x, t)
	}
	return nil, fmt.Errorf("%s is wanted, not a list or an object", t.Kind)
}

func takeNumber(text string, t sqltype.Type) (any, error) {
	if !t.Numeric() {
		return nil, fmt.Errorf("%s is wanted, not a number", t.Kind)
	}
	canonical, _, err := sqltype.ParseNumber(text)
	if err != nil {
		return nil, fmt.Errorf("a number of at most %d digits is wanted", sqltype.MaxDigits)
	}
	return sqltype.Parse(canonical, t)
}

// longestWritten is how many bytes a text may have that a customer writes: he can read
// it again many times in a row, and longer ones are files.
const longestWritten = 1 << 20

func takeText(text string, t sqltype.Type) (any, error) {
	if t.Kind != sqltype.Binary && len(text) > longestWritten {
		return nil, errors.New("a text of at most 1 MiB is wanted")
	}
	if !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0 {
		return nil, errors.New("text must be valid UTF-8 without NUL")
	}
	switch t.Kind {
	case sqltype.Binary:
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, errors.New("bytes in base64 are wanted")
		}
		return raw, nil
	case sqltype.JSON:
		if !json.Valid([]byte(text)) {
			return nil, errors.New("JSON is wanted")
		}
		return text, nil
	}
	return sqltype.Parse(text, t)
}

// adopt makes a computed value one of a column: exactly, or it says what is wanted.
func adopt(x any, from, to sqltype.Type) (any, error) {
	switch v := x.(type) {
	case nil:
		return nil, nil
	case float64:
		if to.Kind == sqltype.Float {
			return v, nil
		}
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, errors.New("a number is wanted")
		}
		if to.Numeric() {
			return takeNumber(strconv.FormatFloat(v, 'f', -1, 64), to)
		}
	case int64:
		return take(v, to, false)
	case string:
		if from.Kind == sqltype.Decimal && to.Kind == sqltype.Int {
			v = wholeOnly(v)
		}
		if from.Kind == sqltype.Decimal {
			return takeNumber(v, to)
		}
		return takeText(v, to)
	}
	return x, nil
}

// wholeOnly leaves out zeros behind the point.
func wholeOnly(digits string) string {
	if whole, fraction, ok := strings.Cut(digits, "."); ok && strings.Trim(fraction, "0") == "" {
		return whole
	}
	return digits
}

// fitsColumn tells what is wrong with a value for its column; "" for nothing.
// What an engine would round, cut or refuse is refused here, where the row and
// the column can be named.
func fitsColumn(x any, c *catalog.Column, engine catalog.Engine) string {
	t := c.Type
	switch v := x.(type) {
	case nil:
		if !c.Nullable {
			return "a value is wanted"
		}
	case int64:
		if low, high := reach(c, engine); v < low || v > high {
			return "a whole number from " + strconv.FormatInt(low, 10) + " to " + strconv.FormatInt(high, 10) + " is wanted"
		}
	case float64:
		if t.Bits == 32 && math.Abs(v) > math.MaxFloat32 {
			return "the number is too large"
		}
	case string:
		switch t.Kind {
		case sqltype.Decimal:
			return fitsDecimal(v, t)
		case sqltype.Text:
			return fitsText(v, t, engine)
		}
	case time.Time:
		if t.Coarse && v.Year() < 1753 {
			return "a year from 1753 on is wanted"
		}
	}
	return ""
}

// reach is how far the whole numbers of a column go.
func reach(c *catalog.Column, engine catalog.Engine) (low, high int64) {
	bits := c.Type.Bits
	switch {
	case engine == catalog.MariaDB && strings.Contains(strings.ToLower(c.Native), "unsigned") && bits >= 16 && bits <= 64:
		return 0, int64(1)<<(bits/2) - 1 // the type is as wide as a signed one that holds it
	case bits == 0 || bits >= 64:
		return math.MinInt64, math.MaxInt64
	case engine == catalog.SQLServer && bits == 8: // tinyint
		return 0, math.MaxUint8
	}
	return -(int64(1) << (bits - 1)), int64(1)<<(bits-1) - 1
}

func fitsDecimal(digits string, t sqltype.Type) string {
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(digits, "-"), ".")
	fraction = strings.TrimRight(fraction, "0")
	whole = strings.TrimLeft(whole, "0")
	switch {
	case t.Precision == 0:
	case len(fraction) > t.Scale:
		return "a number with at most " + strconv.Itoa(t.Scale) + " digits behind the point is wanted"
	case len(whole) > t.Precision-t.Scale:
		return "a number with at most " + strconv.Itoa(t.Precision-t.Scale) + " digits before the point is wanted"
	}
	return ""
}

func fitsText(text string, t sqltype.Type, engine catalog.Engine) string {
	n := utf8.RuneCountInString(text)
	if engine == catalog.SQLServer {
		n = len(utf16.Encode([]rune(text)))
		if !t.National {
			encoded, ok := inCodePage(text, t.CodePage)
			if !ok {
				return "a character of it is not in the database's code page"
			}
			n = len(encoded)
		}
	}
	if t.Length > 0 && n > t.Length {
		return "a text of at most " + strconv.Itoa(t.Length) + " characters is wanted"
	}
	return ""
}

// blank tells whether a value is none for a column that must be given.
func blank(x any) bool {
	text, ok := x.(string)
	return x == nil || ok && strings.TrimSpace(text) == ""
}

// same tells whether two values of one column are the same, letter by letter.
func same(a, b any) bool {
	if x, ok := a.(time.Time); ok {
		y, ok := b.(time.Time)
		return ok && x.Equal(y)
	}
	if x, ok := a.([]byte); ok {
		y, ok := b.([]byte)
		return ok && string(x) == string(y)
	}
	return a == b
}

// keyText makes a key comparable.
func keyText(cells []any) string {
	var b strings.Builder
	for _, x := range cells {
		switch v := x.(type) {
		case time.Time:
			x = v.UnixNano()
		case []byte:
			x = string(v)
		}
		fmt.Fprintf(&b, "%T %q\x00", x, fmt.Sprint(x))
	}
	return b.String()
}
