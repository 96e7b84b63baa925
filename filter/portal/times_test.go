package portal

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestTimesAreWrittenInTheirForms compares what is written by hand with the forms.
func TestTimesAreWrittenInTheirForms(t *testing.T) {
	same := func(fail func(string, ...any), at time.Time) {
		day, clock := string(appendDay(nil, at)), string(appendClock(nil, at))
		if want := at.Format(dateForm); day != want {
			fail("the day of %v is written %q, want %q", at, day, want)
		}
		if want := at.Format(timeForm); clock != want {
			fail("the time of %v is written %q, want %q", at, clock, want)
		}
	}
	for _, year := range []int{-1, 0, 1, 999, 1753, 2026, 9999, 10000, 294276} {
		for _, nanos := range []int{0, 1, 100, 120_000_000, 999_999_999} {
			same(t.Errorf, time.Date(year, 2, 9, 7, 5, 3, nanos, time.UTC))
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		at := time.Unix(rapid.Int64Range(-1<<37, 1<<39).Draw(rt, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(rt, "nanoseconds"))
		same(rt.Fatalf, at.In(time.FixedZone("", rapid.IntRange(-14*3600, 14*3600).Draw(rt, "offset"))))
	})
}
