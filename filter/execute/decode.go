package execute

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/vantelle/vantelle/filter/sqltype"
)

// decode makes what a driver gave a value of the column's type, as filter.Rows
// documents them, and tells about how many bytes it holds. What is right already is
// given on as it is: to put it into an interface anew costs an allocation, for each
// cell.
func decode(x any, t sqltype.Type, noDates []time.Time) (any, int, error) {
	if x == nil {
		return nil, 1, nil
	}
	switch t.Kind {
	case sqltype.Bool:
		return decodeBool(x)
	case sqltype.Int:
		return decodeInt(x)
	case sqltype.Decimal:
		if s, ok := x.(string); ok {
			return x, len(s), nil
		}
		s, err := decimalText(x)
		return s, len(s), err
	case sqltype.Float:
		return decodeFloat(x)
	case sqltype.Date, sqltype.Timestamp, sqltype.Time:
		if t.Kind != sqltype.Time && (zeroDate(x) || endless(x)) {
			return nil, 1, nil
		}
		if t.Kind == sqltype.Time {
			if s, ok := duration(x); ok {
				return s, len(s), nil
			}
		}
		v, err := decodeTime(x, t)
		if err != nil {
			return nil, 0, err
		}
		for _, none := range noDates {
			if t.Kind != sqltype.Time && v.Equal(none) {
				return nil, 1, nil
			}
		}
		if given, ok := x.(time.Time); ok && given == v {
			return x, 16, nil
		}
		return v, 16, nil
	case sqltype.Binary:
		switch v := x.(type) {
		case []byte:
			return x, len(v), nil
		case string:
			return []byte(v), len(v), nil
		}
		return nil, 0, unexpected(x, t)
	}
	if s, ok := x.(string); ok {
		return x, len(s), nil
	}
	if raw, ok := x.([]byte); ok && t.Kind == sqltype.UUID && len(raw) == 16 { // SQL Server
		x = [16]byte(raw)
	}
	s := text(x)
	return s, len(s), nil
}

func unexpected(x any, t sqltype.Type) error { return fmt.Errorf("%T for a column of type %s", x, t) }

func decodeBool(x any) (any, int, error) {
	switch v := x.(type) {
	case bool:
		return x, 1, nil
	case int64:
		return v != 0, 1, nil
	case []byte:
		if len(v) == 1 { // MariaDB's bit(1), and a condition over text
			return v[0] != 0 && v[0] != '0', 1, nil
		}
	}
	return nil, 0, unexpected(x, sqltype.Type{Kind: sqltype.Bool})
}

func decodeInt(x any) (any, int, error) {
	switch v := x.(type) {
	case int64:
		return x, 8, nil
	case float64: // SQLite, where a sum of whole numbers left 64 bits
		return int64(v), 8, nil
	case string, []byte: // PostgreSQL's EXTRACT is numeric, as are sums
		s := text(v)
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			if strings.Trim(s, "-") == "Infinity" || s == "NaN" {
				return nil, 1, nil
			}
			return nil, 0, unexpected(x, sqltype.Type{Kind: sqltype.Int})
		}
		return n, 8, nil
	}
	return nil, 0, unexpected(x, sqltype.Type{Kind: sqltype.Int})
}

// decimalText keeps every digit that the ERP stored.
func decimalText(x any) (string, error) {
	switch v := x.(type) {
	case []byte:
		return string(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case uint64: // MariaDB
		return strconv.FormatUint(v, 10), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	}
	return "", unexpected(x, sqltype.Type{Kind: sqltype.Decimal})
}

func decodeFloat(x any) (any, int, error) {
	switch v := x.(type) {
	case float64:
		return x, 8, nil
	case float32: // MariaDB; the shortest digits that mean it, as it shows them itself
		wide, err := strconv.ParseFloat(strconv.FormatFloat(float64(v), 'g', -1, 32), 64)
		return wide, 8, err
	case int64:
		return float64(v), 8, nil
	}
	return nil, 0, unexpected(x, sqltype.Type{Kind: sqltype.Float})
}

// zeroDate tells whether x is a date by which MariaDB means none: 0000-00-00,
// or one without a month or day.
func zeroDate(x any) bool {
	raw, ok := x.([]byte)
	return ok && len(raw) >= len("2026-00-00") && (string(raw[5:7]) == "00" || string(raw[8:10]) == "00")
}

// endless tells whether x is PostgreSQL's date without an end, infinity or -infinity.
func endless(x any) bool {
	switch v := x.(type) {
	case string, []byte:
		return strings.TrimPrefix(strings.ToLower(text(v)), "-") == "infinity"
	}
	return false
}

// duration reads a time that no clock shows, from 24:00:00 on or below zero, as
// MariaDB's TIME may be, and gives it as it is written, without superfluous zeros.
func duration(x any) (string, bool) {
	switch x.(type) {
	case string, []byte:
	default:
		return "", false
	}
	s := text(x)
	parts := strings.Split(strings.TrimPrefix(s, "-"), ":")
	if len(parts) != 3 {
		return "", false
	}
	whole, fraction, _ := strings.Cut(parts[2], ".")
	hours, err := strconv.ParseUint(parts[0], 10, 16)
	minutes, err2 := strconv.ParseUint(parts[1], 10, 8)
	seconds, err3 := strconv.ParseUint(whole, 10, 8)
	if err != nil || err2 != nil || err3 != nil || minutes > 59 || seconds > 59 || strings.Trim(fraction, "0123456789") != "" || hours < 24 && s[0] != '-' {
		return "", false
	}
	return strings.TrimSuffix(strings.TrimRight(strings.TrimSuffix(s, fraction), ".")+"."+strings.TrimRight(fraction, "0"), "."), true
}

// decodeTime reads times that a driver gives as text (SQLite) or as such.
func decodeTime(x any, t sqltype.Type) (time.Time, error) {
	switch v := x.(type) {
	case time.Time:
		if t.Zoned {
			return v.UTC(), nil
		}
		return v, nil
	case string, []byte:
		s := text(v)
		for _, layout := range []string{"2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999", "2006-01-02", "2006-01-02 15:04",
			time.RFC3339Nano, "15:04:05.999999999", "15:04"} {
			if parsed, err := time.Parse(layout, s); err == nil {
				return parsed, nil
			}
		}
	}
	return time.Time{}, unexpected(x, t)
}

func text(x any) string {
	switch v := x.(type) {
	case string:
		return v
	case []byte:
		return string(v)
	case [16]byte:
		h := hex.EncodeToString(v[:])
		return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
	case time.Time:
		return v.Format(time.RFC3339Nano)
	}
	return fmt.Sprint(x)
}
