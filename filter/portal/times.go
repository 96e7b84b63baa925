package portal

import "time"

// The forms below are written by hand: every date of every row goes through here,
// and time.Time.AppendFormat takes its form apart anew for each.

// appendDay appends a date as dateForm says.
func appendDay(dst []byte, t time.Time) []byte {
	year, month, day := t.Date()
	if year < 0 || year > 9999 {
		return t.AppendFormat(dst, dateForm)
	}
	dst = append(appendTwo(appendTwo(dst, year/100), year%100), '-')
	dst = append(appendTwo(dst, int(month)), '-')
	return appendTwo(dst, day)
}

// appendClock appends a time of day as timeForm says.
func appendClock(dst []byte, t time.Time) []byte {
	hour, minute, second := t.Clock()
	dst = append(appendTwo(dst, hour), ':')
	dst = append(appendTwo(dst, minute), ':')
	dst = appendTwo(dst, second)
	fraction := t.Nanosecond()
	if fraction == 0 {
		return dst
	}
	dst = append(dst, '.')
	for unit := 100_000_000; fraction > 0; unit /= 10 {
		dst = append(dst, byte('0'+fraction/unit))
		fraction %= unit
	}
	return dst
}

// appendTwo appends two digits of a number below 100.
func appendTwo(dst []byte, n int) []byte { return append(dst, byte('0'+n/10), byte('0'+n%10)) }
