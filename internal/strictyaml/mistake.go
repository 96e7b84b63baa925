package strictyaml

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Mistake is one thing that is wrong in a file, with the place of it.
type Mistake struct {
	File   string
	Line   int // 1-based; 0 where the place is unknown
	Column int // 1-based, in characters; 0 where unknown
	Path   string
	Msg    string // what is wrong and what to do; never a secret's value
}

// String gives "file:line:column: path: message", leaving out what is unknown.
func (m Mistake) String() string {
	var b strings.Builder
	b.WriteString(m.File)
	for _, n := range []int{m.Line, m.Column} {
		if n <= 0 {
			break
		}
		if b.Len() > 0 {
			b.WriteByte(':')
		}
		b.WriteString(strconv.Itoa(n))
	}
	for _, part := range []string{m.Path, m.Msg} {
		if part == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(": ")
		}
		b.WriteString(part)
	}
	return b.String()
}

// Mistakes is everything that is wrong, sorted by file, line and column. As an
// error it is never empty: see OrNil.
type Mistakes []Mistake

// Error gives one mistake a line.
func (ms Mistakes) Error() string {
	lines := make([]string, len(ms))
	for i, m := range ms {
		lines[i] = m.String()
	}
	return strings.Join(lines, "\n")
}

// OrNil gives ms, sorted, as an error, and a nil error where there is none.
func (ms Mistakes) OrNil() error {
	if len(ms) == 0 {
		return nil
	}
	slices.SortStableFunc(ms, func(a, b Mistake) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Msg, b.Msg))
	})
	return ms
}
