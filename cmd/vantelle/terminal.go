package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

// isTerminal tells whether out is a terminal that a person looks at.
func isTerminal(out io.Writer) bool {
	f, ok := out.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// style colours words on a terminal, and leaves them alone anywhere else.
type style struct{ on bool }

// styleFor obeys NO_COLOR (no-color.org) and TERM=dumb.
func (w *world) styleFor(out io.Writer) style {
	return style{on: isTerminal(out) && w.getenv("NO_COLOR") == "" && w.getenv("TERM") != "dumb"}
}

func (s style) bold(t string) string  { return s.wrap("1", t) }
func (s style) green(t string) string { return s.wrap("32", t) }
func (s style) red(t string) string   { return s.wrap("31", t) }
func (s style) faint(t string) string { return s.wrap("2", t) }

func (s style) wrap(code, t string) string {
	if !s.on {
		return t
	}
	return "\x1b[" + code + "m" + t + "\x1b[0m"
}
