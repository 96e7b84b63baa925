package config

import (
	"testing"
	"time"
)

func TestSizes(t *testing.T) {
	good := map[string]Size{"0B": 0, "512B": 512, "64KiB": 64 << 10, "1 MiB": 1 << 20, "2GiB": 2 << 30, "1536B": 1536}
	for text, want := range good {
		var s Size
		if err := s.UnmarshalText([]byte(text)); err != nil || s != want {
			t.Errorf("%s: got %d, %v", text, s, err)
		}
		var again Size
		if err := again.UnmarshalText([]byte(s.String())); err != nil || again != s {
			t.Errorf("%s: printed as %s, read as %d, %v", text, s, again, err)
		}
	}
	for _, text := range []string{"", "64", "64KB", "1.5MiB", "-1B", "MiB", "64 kib", "9999999999GiB", "99999999999999999999B", "1MiB 2KiB"} {
		s := Size(7)
		if err := s.UnmarshalText([]byte(text)); err == nil || s != 7 {
			t.Errorf("%q was read as %d", text, s)
		}
	}
}

func TestDurations(t *testing.T) {
	good := map[string]time.Duration{"0": 0, "15s": 15 * time.Second, "1h30m": 90 * time.Minute, "400d": 9600 * time.Hour,
		"1d12h": 36 * time.Hour, "250ms": 250 * time.Millisecond, "90m": 90 * time.Minute}
	for text, want := range good {
		var d Duration
		if err := d.UnmarshalText([]byte(text)); err != nil || d.Std() != want {
			t.Errorf("%s: got %s, %v", text, d.Std(), err)
		}
		var again Duration
		if err := again.UnmarshalText([]byte(d.String())); err != nil || again != d {
			t.Errorf("%s: printed as %s, read as %s, %v", text, d, again.Std(), err)
		}
	}
	for _, text := range []string{"", "15", "15 s", "1.5h", "-1s", "400 days", "d", "1w", "s15", "999999d", "9999999999h", "106751d24h", "12h1d"} {
		d := Duration(7)
		if err := d.UnmarshalText([]byte(text)); err == nil || d != 7 {
			t.Errorf("%q was read as %s", text, d.Std())
		}
	}
}
