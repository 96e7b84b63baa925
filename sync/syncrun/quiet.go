package syncrun

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Quiet are the hours of a day in which nothing starts by itself and an ERP
// that does not answer raises no alarm: a backup runs, as planned. Its zero
// value has none.
type Quiet struct {
	spans []span
	zone  *time.Location
}

// span is from a minute of the day up to another, which may be on the next day.
type span struct{ from, to int }

var spanForm = regexp.MustCompile(`^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$`)

// ParseQuiet reads spans such as "22:30-01:00", in a time zone.
func ParseQuiet(texts []string, zone *time.Location) (Quiet, error) {
	q := Quiet{zone: zone}
	for _, text := range texts {
		m := spanForm.FindStringSubmatch(text)
		if m == nil || m[1]+m[2] == m[3]+m[4] {
			return Quiet{}, fmt.Errorf("quiet hours %q: want two different times of the day, such as 22:30-01:00", text)
		}
		minute := func(h, m string) int {
			hours, _ := strconv.Atoi(h) // the form says that they are digits
			minutes, _ := strconv.Atoi(m)
			return 60*hours + minutes
		}
		q.spans = append(q.spans, span{minute(m[1], m[2]), minute(m[3], m[4])})
	}
	return q, nil
}

// Until is when the quiet hours that t lies in are over; false where it lies in
// none.
func (q Quiet) Until(t time.Time) (end time.Time, quiet bool) {
	if len(q.spans) == 0 {
		return time.Time{}, false
	}
	local := t.In(q.zone)
	now := 60*local.Hour() + local.Minute()
	for _, s := range q.spans {
		days := 0
		switch {
		case s.from < s.to && (now < s.from || now >= s.to):
			continue
		case s.from > s.to && now < s.from && now >= s.to:
			continue
		case s.from > s.to && now >= s.from:
			days = 1
		}
		at := time.Date(local.Year(), local.Month(), local.Day()+days, s.to/60, s.to%60, 0, 0, q.zone)
		if at.After(end) {
			end = at
		}
	}
	return end, !end.IsZero()
}
