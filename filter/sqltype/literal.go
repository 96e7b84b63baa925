package sqltype

import (
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"
)

// MaxDigits is how many digits a number in a request may have.
const MaxDigits = 38

var errNumber = errors.New("not a number")

// ParseNumber reads a decimal number, with an optional sign and exponent, and
// gives its canonical text (digits with at most one point, no exponent, no
// superfluous zeros before) and its type: Int where it has no fraction and
// fits 64 bits, else Decimal.
func ParseNumber(text string) (string, Type, error) {
	mantissa, exponent := text, 0
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		e, err := strconv.Atoi(text[i+1:])
		if err != nil || e > MaxDigits || e < -MaxDigits {
			return "", Type{}, errNumber
		}
		mantissa, exponent = text[:i], e
	}
	sign := ""
	if strings.HasPrefix(mantissa, "-") || strings.HasPrefix(mantissa, "+") {
		sign, mantissa = strings.TrimPrefix(mantissa[:1], "+"), mantissa[1:]
	}
	whole, frac, point := strings.Cut(mantissa, ".")
	if whole+frac == "" || !digits(whole) || !digits(frac) || len(whole)+len(frac) > 2*MaxDigits {
		return "", Type{}, errNumber
	}
	for ; exponent > 0; exponent-- {
		if frac == "" {
			whole += "0"
		} else {
			whole, frac = whole+frac[:1], frac[1:]
		}
	}
	for ; exponent < 0; exponent++ {
		point = true
		if whole == "" {
			frac = "0" + frac
		} else {
			whole, frac = whole[:len(whole)-1], whole[len(whole)-1:]+frac
		}
	}
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if len(whole)+len(frac) > MaxDigits {
		return "", Type{}, errNumber
	}
	if !point || frac == "" {
		if n, err := strconv.ParseInt(sign+whole, 10, 64); err == nil {
			bits := uint8(64)
			if n == int64(int32(n)) {
				bits = 32
			}
			return strconv.FormatInt(n, 10), Type{Kind: Int, Bits: bits}, nil
		}
		return sign + whole, Type{Kind: Decimal, Precision: len(whole)}, nil
	}
	return sign + whole + "." + frac, Type{Kind: Decimal, Precision: len(whole) + len(frac), Scale: len(frac)}, nil
}

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

var (
	dateLayouts = []string{"2006-01-02"}
	timeLayouts = []string{"15:04:05", "15:04:05.999999999", "15:04"}
	// A timestamp may be given as a date alone, and with a blank or a T.
	timestampLayouts = []string{"2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02", "2006-01-02 15:04", "2006-01-02T15:04"}
	zonedLayouts     = []string{time.RFC3339Nano, "2006-01-02 15:04:05Z07:00"}
)

var errYear = errors.New("a year from 0001 to 9999 is wanted")

// Parse reads text as a value of type t: nil error means that a value of t
// says exactly this. The results are int64, canonical decimal text, float64,
// string, time.Time (UTC), bool or []byte.
func Parse(text string, t Type) (any, error) {
	switch t.Kind {
	case Int:
		n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
		if err != nil {
			return nil, errors.New("a whole number of at most 64 bits is wanted")
		}
		return n, nil
	case Decimal:
		canonical, _, err := ParseNumber(strings.TrimSpace(text))
		if err != nil {
			return nil, errors.New("a number of at most 38 digits is wanted")
		}
		return canonical, nil
	case Float:
		f, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil || f-f != 0 {
			return nil, errors.New("a number is wanted")
		}
		return f, nil
	case Text:
		return text, nil
	case Date:
		return parseTime(text, dateLayouts, "a date as 2026-01-31 is wanted")
	case Time:
		for _, l := range timeLayouts {
			if v, err := time.Parse(l, text); err == nil {
				return v, nil
			}
		}
		return nil, errors.New("a time as 14:05:00 is wanted")
	case Timestamp:
		if t.Zoned {
			return parseTime(text, append(zonedLayouts, timestampLayouts...), "a time as 2026-01-31T14:05:00Z is wanted")
		}
		return parseTime(text, timestampLayouts, "a time as 2026-01-31 14:05:00 is wanted")
	case UUID:
		return parseUUID(text)
	case Bool:
		switch strings.ToLower(text) {
		case "true", "t", "1":
			return true, nil
		case "false", "f", "0":
			return false, nil
		}
		return nil, errors.New("true or false is wanted")
	}
	return nil, errors.New("a value of this type cannot be given")
}

// parseTime reads text by the one layout that fits it. Those of its length come
// first: a layout that does not fit costs more than one that does.
func parseTime(text string, layouts []string, want string) (any, error) {
	for _, asLong := range [...]bool{true, false} {
		for _, l := range layouts {
			if asLong != (len(l) == len(text)) {
				continue
			}
			if v, err := time.Parse(l, text); err == nil {
				if v = v.UTC(); v.Year() < 1 || v.Year() > 9999 {
					return nil, errYear
				}
				return v, nil
			}
		}
	}
	return nil, errors.New(want)
}

func parseUUID(text string) (any, error) {
	const want = "a UUID as 123e4567-e89b-12d3-a456-426614174000 is wanted"
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return nil, errors.New(want)
	}
	if raw, err := hex.DecodeString(strings.ReplaceAll(text, "-", "")); err != nil || len(raw) != 16 {
		return nil, errors.New(want)
	}
	return strings.ToLower(text), nil
}
