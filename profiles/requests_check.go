package profiles

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Digits is a number as it was written, in JSON or in a profile.
type Digits string

// Check gives the canonical text of a value for the field: the text itself, a
// number without needless zeros, YYYY-MM-DD, true or false. value is a string, a
// bool or Digits; what the field does not take is an error that says why, in
// words for the person who filled in the form.
func (f *RequestField) Check(value any) (string, error) {
	switch f.Type {
	case FieldBool:
		if b, ok := value.(bool); ok {
			return fmt.Sprint(b), nil
		}
		return "", errors.New("expected true or false")
	case FieldNumber:
		return f.checkNumber(value)
	}
	text, ok := value.(string)
	if !ok {
		return "", errors.New("expected a text")
	}
	return f.checkText(text)
}

func (f *RequestField) checkNumber(value any) (string, error) {
	digits, ok := value.(Digits)
	if !ok {
		return "", errors.New("expected a number, without quotes")
	}
	n, ok := decimal(string(digits))
	switch {
	case !ok:
		return "", errors.New("expected a number of at most 18 digits, and 9 after the point, without an exponent")
	case f.Least != nil && n.Cmp(f.Least) < 0:
		return "", fmt.Errorf("expected at least %s", f.leastText)
	case f.Most != nil && n.Cmp(f.Most) > 0:
		return "", fmt.Errorf("expected at most %s", f.mostText)
	case f.Above != nil && n.Cmp(f.Above) <= 0:
		return "", fmt.Errorf("expected more than %s", f.aboveText)
	case !new(big.Rat).Mul(n, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(f.Decimals)), nil))).IsInt():
		if f.Decimals == 0 {
			return "", errors.New("expected a whole number")
		}
		return "", fmt.Errorf("expected at most %d digits after the point", f.Decimals)
	}
	text := n.FloatString(f.Decimals)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	if text == "-0" {
		text = "0"
	}
	return text, nil
}

func (f *RequestField) checkText(text string) (string, error) {
	switch {
	case !utf8.ValidString(text) || strings.ContainsFunc(text, forbidden):
		return "", errors.New("it holds a control character")
	case f.Type == FieldDate:
		if t, err := time.Parse(time.DateOnly, text); err != nil || t.Year() < 1900 {
			return "", errors.New("expected a date of the form YYYY-MM-DD")
		}
	case f.Type == FieldEnum:
		for _, v := range f.Values {
			if v == text {
				return text, nil
			}
		}
		return "", fmt.Errorf("expected one of %s", strings.Join(f.Values, ", "))
	case utf8.RuneCountInString(text) > f.Max:
		return "", fmt.Errorf("expected at most %d characters", f.Max)
	case f.Pattern != nil && !f.Pattern.MatchString(text):
		return "", fmt.Errorf("it does not have the form %s", f.patternText)
	}
	return text, nil
}

// forbidden tells whether a character has no place in a text that people wrote.
func forbidden(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r)
}
