package config

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Size is a number of bytes, written as 64KiB, 1MiB or 2GiB.
type Size int64

// The units of sizes.
const (
	B   Size = 1
	KiB      = 1024 * B
	MiB      = 1024 * KiB
	GiB      = 1024 * MiB
)

var (
	sizeForm     = regexp.MustCompile(`^(\d{1,18}) ?([A-Za-z]*)$`)
	durationForm = regexp.MustCompile(`^(?:(\d{1,6})d)?((?:\d+(?:h|m|s|ms))*)$`)
)

// UnmarshalText reads a size with its unit.
func (s *Size) UnmarshalText(text []byte) error {
	m := sizeForm.FindStringSubmatch(strings.TrimSpace(string(text)))
	if m == nil {
		return errors.New("expected a size such as 64KiB, 1MiB or 2GiB")
	}
	units := map[string]Size{"B": B, "KiB": KiB, "MiB": MiB, "GiB": GiB}
	unit, ok := units[m[2]]
	if !ok {
		return errors.New("give the size a unit: B, KiB, MiB or GiB")
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil || n > math.MaxInt64/int64(unit) {
		return errors.New("the size is too large")
	}
	*s = Size(n) * unit
	return nil
}

// String gives the size in the largest unit that it is a whole number of.
func (s Size) String() string {
	switch {
	case s != 0 && s%GiB == 0:
		return fmt.Sprintf("%dGiB", s/GiB)
	case s != 0 && s%MiB == 0:
		return fmt.Sprintf("%dMiB", s/MiB)
	case s != 0 && s%KiB == 0:
		return fmt.Sprintf("%dKiB", s/KiB)
	}
	return fmt.Sprintf("%dB", int64(s))
}

// MarshalText gives String.
func (s Size) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Duration is a span of time, written as 15s, 1h30m or 400d. A day is 24 hours.
type Duration time.Duration

const day = 24 * time.Hour

// UnmarshalText reads a duration with its units.
func (d *Duration) UnmarshalText(text []byte) error {
	written := strings.TrimSpace(string(text))
	if written == "0" {
		*d = 0
		return nil
	}
	m := durationForm.FindStringSubmatch(written)
	if written == "" || m == nil {
		return errors.New("expected a duration with units, such as 15s, 10m, 1h30m or 400d")
	}
	var days, rest time.Duration
	if m[1] != "" {
		n, err := strconv.Atoi(m[1])
		if err != nil || n > int(math.MaxInt64/day) {
			return errors.New("the duration is too long")
		}
		days = time.Duration(n) * day
	}
	if m[2] != "" {
		var err error
		if rest, err = time.ParseDuration(m[2]); err != nil || rest > math.MaxInt64-days {
			return errors.New("the duration is too long")
		}
	}
	*d = Duration(days + rest)
	return nil
}

// Std gives the duration as the standard library has it.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// String gives the duration as it is written, without parts that are zero.
func (d Duration) String() string {
	rest := time.Duration(d)
	if rest < 0 {
		return rest.String()
	}
	var b strings.Builder
	for _, u := range []struct {
		name string
		unit time.Duration
	}{{"d", day}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}, {"ms", time.Millisecond}} {
		if n := rest / u.unit; n > 0 {
			fmt.Fprintf(&b, "%d%s", n, u.name)
			rest -= n * u.unit
		}
	}
	if b.Len() == 0 {
		return "0"
	}
	return b.String()
}

// MarshalText gives String.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText takes a word as written.
func (w *Word) UnmarshalText(text []byte) error {
	*w = Word(text)
	return nil
}

// MarshalYAML writes true and false without quotes.
func (w Word) MarshalYAML() (any, error) {
	if w == "true" || w == "false" {
		return w == "true", nil
	}
	return string(w), nil
}
