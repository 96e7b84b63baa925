package demo

import (
	"hash/fnv"
	"time"
)

// dice gives the same throws on every machine and with every version of Go:
// a splitmix64 generator seeded by a name, so that one part of the dossier can
// change without moving the others.
type dice struct{ state uint64 }

func newDice(name string) *dice {
	h := fnv.New64a()
	h.Write([]byte(name))
	return &dice{state: h.Sum64()}
}

func (d *dice) next() uint64 {
	d.state += 0x9e3779b97f4a7c15
	z := d.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// n throws 0 … limit-1; limit must be positive.
func (d *dice) n(limit int) int { return int(d.next() % uint64(limit)) }

// between throws low … high, both included.
func (d *dice) between(low, high int) int { return low + d.n(high-low+1) }

// percent is true in p of a hundred throws.
func (d *dice) percent(p int) bool { return d.n(100) < p }

func pick[T any](d *dice, from []T) T { return from[d.n(len(from))] }

// today is the day on which the dossier stands still.
var today = time.Date(2026, time.January, 31, 0, 0, 0, 0, time.UTC)

// noDate is what Sage stores for "no date".
const noDate = "1900-01-01 00:00:00"

// daysAgo is a day before today, moved from a Sunday to the Saturday before.
func daysAgo(days int) time.Time {
	t := today.AddDate(0, 0, -days)
	if t.Weekday() == time.Sunday {
		t = t.AddDate(0, 0, -1)
	}
	return t
}

// stamp is a moment as the dossier stores it.
func stamp(t time.Time) string { return t.Format("2006-01-02 15:04:05") }

// cents is an amount of money; the dossier stores it with two decimals.
type cents int64

func (c cents) euros() float64 { return float64(c) / 100 }

// percentOf gives rate per cent of c, rounded half away from zero.
func (c cents) percentOf(rate int) cents { return divide(c*cents(rate), 100) }

// divide rounds half away from zero, as Sage does.
func divide(a cents, by int64) cents {
	half := cents(by / 2)
	if a < 0 {
		return (a - half) / cents(by)
	}
	return (a + half) / cents(by)
}
