package syncrun

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func zone(t interface{ Fatal(...any) }, name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// In 2026 Paris goes from 02:00 CET to 03:00 CEST on 29 March, at 01:00 UTC,
// and back from 03:00 CEST to 02:00 CET on 25 October, at 01:00 UTC.
func TestScheduleAcrossDaylightSaving(t *testing.T) {
	paris := zone(t, "Europe/Paris")
	for name, c := range map[string]struct {
		spec, from string
		want       []string // in UTC
	}{
		"a time that the jump leaves out runs at its end": {"30 2 * * *", "2026-03-28T00:00:00Z",
			[]string{"2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"}},
		"several such times run once": {"0,20,40 2 * * *", "2026-03-28T02:00:00Z",
			[]string{"2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"}},
		"and not again with the time at its end": {"0 2,3 * * *", "2026-03-28T03:00:00Z",
			[]string{"2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z", "2026-03-30T01:00:00Z"}},
		"a time that comes twice runs the first time": {"30 2 * * *", "2026-10-24T12:00:00Z",
			[]string{"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}},
		"asked between the two, it waits for the next day": {"30 2 * * *", "2026-10-25T01:10:00Z",
			[]string{"2026-10-26T01:30:00Z"}},
		"the last time before the clock is set back": {"59 2 * * *", "2026-10-24T12:00:00Z",
			[]string{"2026-10-25T00:59:00Z", "2026-10-26T01:59:00Z"}},
		"every hour goes on through the jump": {"0 * * * *", "2026-03-28T23:30:00Z",
			[]string{"2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"}},
		"every hour goes on through the hour that comes twice": {"0 * * * *", "2026-10-24T23:30:00Z",
			[]string{"2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z"}},
		"every quarter of an hour too": {"*/15 * * * *", "2026-10-25T00:40:00Z",
			[]string{"2026-10-25T00:45:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:15:00Z", "2026-10-25T01:30:00Z", "2026-10-25T01:45:00Z", "2026-10-25T02:00:00Z"}},
		"every quarter of an hour, in spring": {"*/15 * * * *", "2026-03-29T00:40:00Z",
			[]string{"2026-03-29T00:45:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:15:00Z"}},
		"half past every hour": {"30 * * * *", "2026-10-25T00:00:00Z",
			[]string{"2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z"}},
		"every two hours": {"0 */2 * * *", "2026-10-24T21:00:00Z",
			[]string{"2026-10-24T22:00:00Z", "2026-10-25T00:00:00Z", "2026-10-25T03:00:00Z"}},
		"an interval knows no clock": {"@every 90m", "2026-03-29T00:00:00Z",
			[]string{"2026-03-29T01:30:00Z", "2026-03-29T03:00:00Z"}},
		"midnight every day": {"@daily", "2026-03-28T12:00:00Z",
			[]string{"2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"}},
		"a weekday": {"0 6 * * 1", "2026-10-24T00:00:00Z",
			[]string{"2026-10-26T05:00:00Z", "2026-11-02T05:00:00Z"}},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := ParseSchedule(c.spec, paris)
			if err != nil {
				t.Fatal(err)
			}
			at, err := time.Parse(time.RFC3339, c.from)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for range c.want {
				at = s.Next(at)
				got = append(got, at.UTC().Format(time.RFC3339))
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestScheduleWhereMidnightIsMissing(t *testing.T) {
	// Santiago jumps from 00:00 to 01:00 on 6 September 2026, at 04:00 UTC.
	s, err := ParseSchedule("@daily", zone(t, "America/Santiago"))
	if err != nil {
		t.Fatal(err)
	}
	got := s.Next(time.Date(2026, 9, 5, 12, 0, 0, 0, time.UTC)).UTC()
	if want := time.Date(2026, 9, 6, 4, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestScheduleMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "five fields",
		"* * * *":                    "five fields",
		"61 * * * *":                 "five fields",
		"0 0 31 2 *":                 "no such day",
		"CRON_TZ=Asia/Tokyo 0 0 * *": "time zone in the dossier's settings",
		"TZ=x":                       "time zone in the dossier's settings",
		"@sometimes":                 "@every 15m",
	} {
		if _, err := ParseSchedule(text, time.UTC); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), text) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// Over any stretch of time a schedule of set hours runs once for every day on
// which the clock shows its time, and every next time lies ahead.
func TestScheduleSkipsAndDoublesNothing(t *testing.T) {
	zones := []string{"Europe/Paris", "America/Santiago", "Australia/Lord_Howe", "America/New_York", "UTC", "Africa/Casablanca"}
	rapid.Check(t, func(t *rapid.T) {
		loc := zone(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		hour, minute := rapid.IntRange(0, 23).Draw(t, "hour"), rapid.IntRange(0, 59).Draw(t, "minute")
		daily, err := ParseSchedule(strings.Join([]string{itoa(minute), itoa(hour), "* * *"}, " "), loc)
		if err != nil {
			t.Fatal(err)
		}
		year, month, day := 2026, time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 28).Draw(t, "day")
		// No zone changes its clock at the place where the stretch begins and ends.
		begin, end := time.Date(year, month, day, 13, 7, 30, 0, loc), time.Date(year, month, day+40, 13, 7, 30, 0, loc)
		runs, at := 0, begin
		for {
			next := daily.Next(at)
			if !next.After(at) {
				t.Fatalf("after %s comes %s", at, next)
			}
			if at = next; !at.Before(end) {
				break
			}
			runs++
		}
		if runs != 40 {
			t.Fatalf("%d runs in 40 days from %s", runs, begin)
		}
		quarter, err := ParseSchedule("*/15 * * * *", loc)
		if err != nil {
			t.Fatal(err)
		}
		at = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 365*24*60).Draw(t, "minutes")) * time.Minute)
		if next := quarter.Next(at); next.Sub(at) > 15*time.Minute || !next.After(at) || next.In(loc).Minute()%15 != 0 {
			t.Fatalf("a quarter of an hour after %s is %s", at, next)
		}
	})
}

func itoa(n int) string { return string(rune('0'+n/10)) + string(rune('0'+n%10)) }
