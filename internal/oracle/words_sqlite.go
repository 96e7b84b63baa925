package oracle

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"time"

	"modernc.org/sqlite"
)

// The words of the portal's that SQLite has none for (words.go), in Go. Only
// the judge's own connections know them.

// sqliteDriver is the name of a driver whose SQLite knows them.
const sqliteDriver = "sqlite of the judge"

func init() {
	d := &sqlite.Driver{}
	teach(d)
	sql.Register(sqliteDriver, d)
}

// teach has the connections of a driver know the words.
func teach(d *sqlite.Driver) {
	for name, f := range map[string]func([]driver.Value) driver.Value{
		"judge_dec":   func(a []driver.Value) driver.Value { return real64(readDecimal(a[0])) },
		"judge_int":   func(a []driver.Value) driver.Value { return whole(readWhole(a[0])) },
		"judge_day":   func(a []driver.Value) driver.Value { return readDay(a[0]) },
		"judge_whole": func(a []driver.Value) driver.Value { return whole(fit(round(exact(a[0]), 0), a[1].(int64))) },
		"judge_size":  func(a []driver.Value) driver.Value { return real64(size(exact(a[0]), a[1].(int64), a[2].(int64))) },
		"judge_digits": func(a []driver.Value) driver.Value {
			if x := exact(a[0]); x != nil {
				return x.FloatString(int(a[1].(int64)))
			}
			return nil
		},
		"judge_mean":  func(a []driver.Value) driver.Value { return real64(cutOff(exact(a[0]), 6)) },
		"judge_word":  func(a []driver.Value) driver.Value { return written(a[0]) },
		"judge_move":  func(a []driver.Value) driver.Value { return moved(a[0], a[1].(string), int(a[2].(int64))) },
		"judge_trunc": func(a []driver.Value) driver.Value { return moment(truncated(a[0], a[1].(string))) },
		"judge_diff":  func(a []driver.Value) driver.Value { return borders(a[0], a[1], a[2].(string)) },
		"judge_last":  func(a []driver.Value) driver.Value { return lastDay(a[0]) },
	} {
		d.MustRegisterDeterministicScalarFunction(name, int32(sqliteArgs[name]), func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
			return f(args), nil
		})
	}
}

var sqliteArgs = map[string]int{"judge_dec": 1, "judge_int": 1, "judge_day": 1, "judge_whole": 2, "judge_size": 3, "judge_digits": 2, "judge_mean": 1, "judge_word": 1,
	"judge_move": 3, "judge_trunc": 2, "judge_diff": 3, "judge_last": 1}

var aDecimal = regexp.MustCompile(`^[-+]?[0-9]{1,18}(\.[0-9]{1,19})?$`)

// readDecimal reads a text that is a number; nil for none.
func readDecimal(x driver.Value) *big.Rat {
	s, ok := x.(string)
	if s = strings.Trim(s, " "); !ok || !aDecimal.MatchString(s) {
		return nil
	}
	r, _ := new(big.Rat).SetString(s)
	return r
}

// readWhole reads a text that is a whole number.
func readWhole(x driver.Value) *big.Rat {
	if s, ok := x.(string); !ok || strings.Contains(s, ".") {
		return nil
	}
	return readDecimal(x)
}

func readDay(x driver.Value) driver.Value {
	s, _ := x.(string)
	if t, err := time.Parse("2006-01-02", s); err != nil || t.Year() == 0 {
		return nil
	}
	return s
}

// exact is the value of a number; nil for NULL.
func exact(x driver.Value) *big.Rat {
	switch x := x.(type) {
	case int64:
		return new(big.Rat).SetInt64(x)
	case float64:
		return new(big.Rat).SetFloat64(x)
	}
	return nil
}

// round rounds to so many decimals, halves away from zero.
func round(x *big.Rat, decimals int64) *big.Rat {
	if x == nil {
		return nil
	}
	r, _ := new(big.Rat).SetString(x.FloatString(int(decimals)))
	return r
}

func power(base, n int64) *big.Rat {
	return new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(base), big.NewInt(n), nil))
}

// fit gives x where a whole number of so many bits holds it.
func fit(x *big.Rat, bits int64) *big.Rat {
	if high := power(2, bits-1); x == nil || x.Cmp(high) >= 0 || x.Cmp(new(big.Rat).Neg(high)) < 0 {
		return nil
	}
	return x
}

// size rounds x to so many digits and decimals; nil where it has more.
func size(x *big.Rat, digits, decimals int64) *big.Rat {
	r := round(x, decimals)
	if r == nil || new(big.Rat).Abs(r).Cmp(power(10, digits-decimals)) >= 0 {
		return nil
	}
	return r
}

// cutOff leaves out what stands behind so many decimals. What a binary float
// lacks of a decimal is no decimal of its own.
func cutOff(x *big.Rat, decimals int64) *big.Rat {
	if x == nil {
		return nil
	}
	text := x.FloatString(int(decimals) + 5)
	r, _ := new(big.Rat).SetString(text[:len(text)-5])
	return r
}

func real64(x *big.Rat) driver.Value {
	if x == nil {
		return nil
	}
	f, _ := x.Float64()
	return f
}

func whole(x *big.Rat) driver.Value {
	if x == nil {
		return nil
	}
	return x.Num().Int64()
}

func written(x driver.Value) driver.Value {
	n, ok := x.(int64)
	if !ok {
		return nil
	}
	return fmt.Sprint(n != 0)
}

// when reads a stored date or time; false for NULL.
func when(x driver.Value) (time.Time, bool) {
	if t, ok := x.(time.Time); ok {
		return t.UTC(), true
	}
	s, _ := x.(string)
	for _, l := range []string{"2006-01-02 15:04:05", "2006-01-02"} {
		if t, err := time.Parse(l, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

func moment(t time.Time, ok bool) driver.Value {
	if !ok {
		return nil
	}
	return t.Format("2006-01-02 15:04:05")
}

// moved is a moment so many units later.
func moved(x driver.Value, unit string, n int) driver.Value {
	t, ok := when(x)
	if !ok {
		return nil
	}
	switch unit {
	case "year":
		t = later(t, 12*n)
	case "quarter":
		t = later(t, 3*n)
	case "month":
		t = later(t, n)
	case "week":
		t = t.AddDate(0, 0, 7*n)
	case "day":
		t = t.AddDate(0, 0, n)
	default:
		t = time.Unix(t.Unix()+int64(n)*seconds[unit], 0).UTC()
	}
	return moment(t, t.Year() >= 1 && t.Year() <= 9999)
}

var seconds = map[string]int64{"hour": 3600, "minute": 60, "second": 1}

// later is so many months later, on the month's last day where it has no such day.
func later(t time.Time, months int) time.Time {
	first := time.Date(t.Year(), t.Month()+time.Month(months), 1, t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
	return first.AddDate(0, 0, min(t.Day(), first.AddDate(0, 1, -1).Day())-1)
}

// truncated is the first moment of the unit that x is in.
func truncated(x driver.Value, unit string) (time.Time, bool) {
	t, ok := when(x)
	if !ok {
		return t, false
	}
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	switch unit {
	case "year":
		return time.Date(t.Year(), 1, 1, 0, 0, 0, 0, time.UTC), true
	case "quarter":
		return time.Date(t.Year(), (t.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC), true
	case "month":
		return day.AddDate(0, 0, 1-t.Day()), true
	case "week":
		return day.AddDate(0, 0, -(int(t.Weekday())+6)%7), true
	case "day":
		return day, true
	}
	return time.Unix(t.Unix()-t.Unix()%seconds[unit], 0).UTC(), true
}

// borders counts the borders of a unit between two moments.
func borders(from, to driver.Value, unit string) driver.Value {
	a, ok := truncated(from, unit)
	b, ok2 := truncated(to, unit)
	if !ok || !ok2 {
		return nil
	}
	months := int64(b.Year()-a.Year())*12 + int64(b.Month()-a.Month())
	switch unit {
	case "year":
		return months / 12
	case "quarter":
		return months / 3
	case "month":
		return months
	case "week":
		return (b.Unix() - a.Unix()) / (7 * 86400)
	case "day":
		return (b.Unix() - a.Unix()) / 86400
	}
	return (b.Unix() - a.Unix()) / seconds[unit]
}

func lastDay(x driver.Value) driver.Value {
	t, ok := when(x)
	if !ok {
		return nil
	}
	return time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Format("2006-01-02")
}
