// Package figure measures and prints: contenders that take turns, medians over
// the rounds, and every number on a line of its own that a program can read.
//
// A machine that does other work as well disturbs every measurement. What is
// compared is therefore run in turns, round by round, and a comparison is the
// median of the rounds' own ratios: what slows one round slows both sides of it.
package figure

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// Figure is one measured number. Its line is
//
//	figure <name> <value> <unit> target <value>
type Figure struct {
	Name  string // dotted, the subject first: "compile.cold"
	Value float64
	Unit  string // without blanks: "us", "ns", "allocs", "MB", "req/s", "ratio"
	// Target is what the value is wanted to reach, in the same unit. nil:
	// nothing is promised of this number, and its line says "-".
	Target *float64
}

// Target makes the target of a Figure.
func Target(value float64) *float64 { return &value }

// String is the figure's line, without its end.
func (f Figure) String() string {
	target := "-"
	if f.Target != nil {
		target = number(*f.Target)
	}
	return fmt.Sprintf("figure %s %s %s target %s", f.Name, number(f.Value), f.Unit, target)
}

// Print writes figures, a line each.
func Print(w io.Writer, figures ...Figure) error {
	for _, f := range figures {
		if _, err := fmt.Fprintln(w, f); err != nil {
			return err
		}
	}
	return nil
}

// number is written without an exponent and without digits that no measurement
// of ours can mean.
func number(v float64) string {
	digits := 0
	for size := math.Abs(v); size < 100 && digits < 3; size *= 10 {
		digits++
	}
	text := strconv.FormatFloat(v, 'f', digits, 64)
	if digits > 0 { // 3.00 is 3, and 0.850 is 0.85
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	if short := strconv.FormatFloat(v, 'f', -1, 64); len(short) < len(text) {
		return short
	}
	return text
}
