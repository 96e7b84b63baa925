package syncrun

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Schedule is when a dossier is synchronised, in its own time zone.
//
// The parser is robfig/cron's; the next time is ours, because that library
// skips a time that a daylight-saving change jumps over. Here, a schedule with
// set hours runs at the end of the jump, once, for what it names within it, and
// at the first of the two for a time that comes twice as the clock is set back.
// A schedule of every hour follows the hours that pass, and runs in both.
type Schedule struct {
	spec  *cron.SpecSchedule
	every cron.Schedule // "@every 15m": independent of any clock
	zone  *time.Location
}

// ParseSchedule reads five cron fields (minute, hour, day of month, month, day
// of week), or a descriptor such as @daily or "@every 15m", in a time zone.
func ParseSchedule(text string, zone *time.Location) (*Schedule, error) {
	if strings.Contains(text, "TZ=") {
		return nil, fmt.Errorf("schedule %q: give the time zone in the dossier's settings, not here", text)
	}
	parser := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)
	parsed, err := parser.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("schedule %q: want five fields (minute hour day month weekday), @hourly, @daily, @weekly, @monthly or @every 15m: %w", text, err)
	}
	s := &Schedule{zone: zone}
	spec, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		s.every = parsed
		return s, nil
	}
	spec.Location = time.UTC // it is asked about clock faces only; see face
	s.spec = spec
	if spec.Next(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return nil, fmt.Errorf("schedule %q: %w", text, errors.New("there is no such day"))
	}
	return s, nil
}

// Next is the first time of the schedule after t.
func (s *Schedule) Next(t time.Time) time.Time {
	switch {
	case s.spec == nil:
		return s.every.Next(t)
	case s.everyHour():
		return s.nextInHours(t)
	default:
		return s.nextOnFace(t)
	}
}

const allHours = 1<<24 - 1

func (s *Schedule) everyHour() bool { return s.spec.Hour&allHours == allHours }

// face is what a clock in the zone shows at t, written as if it were UTC, in
// which no time is missing or doubled.
func (s *Schedule) face(t time.Time) time.Time {
	t = t.In(s.zone)
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// nextOnFace goes by what the clock shows, each time once.
func (s *Schedule) nextOnFace(t time.Time) time.Time {
	face := s.face(t)
	for {
		face = s.spec.Next(face)
		if face.IsZero() {
			return face
		}
		if at := s.first(face); at.After(t) {
			return at
		}
	}
}

// first is the first moment at which the clock shows face, or the end of the
// jump that leaves it out.
func (s *Schedule) first(face time.Time) time.Time {
	at := time.Date(face.Year(), face.Month(), face.Day(), face.Hour(), face.Minute(), face.Second(), 0, s.zone)
	begin, end := at.ZoneBounds()
	switch shown := s.face(at); {
	case shown.After(face): // Go went forward over the jump
		return begin
	case shown.Before(face): // or stayed before it
		return end
	}
	if begin.IsZero() {
		return at
	}
	// The same face an offset earlier: was it before the clock was set back?
	_, offset := begin.Add(-time.Nanosecond).Zone()
	if earlier := face.Add(-time.Duration(offset) * time.Second); earlier.Before(begin) {
		return earlier.In(s.zone)
	}
	return at
}

// nextInHours goes by the time that passes: from t on in the offset of t, and
// where that offset ends, from there in the next one.
func (s *Schedule) nextInHours(t time.Time) time.Time {
	from := t
	for {
		local := from.In(s.zone)
		_, offset := local.Zone()
		_, end := local.ZoneBounds()
		next := s.spec.Next(s.face(from))
		if next.IsZero() {
			return next
		}
		at := next.Add(-time.Duration(offset) * time.Second).In(s.zone)
		if end.IsZero() || at.Before(end) {
			return at
		}
		// The change itself is a time like any other: ask from just before it.
		if change := s.face(end).Add(-time.Second); s.spec.Next(change).Equal(change.Add(time.Second)) {
			return end
		}
		from = end
	}
}
