package setup

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ErrNoAnswer says that nobody answers: the input is at its end.
var ErrNoAnswer = errors.New("the input ended before every question was answered")

// maxAnswer bounds one answer; longer is no answer of a person.
const maxAnswer = 64 << 10

// Asker asks a person, line by line; a pipe may answer as well.
type Asker struct {
	in  *bufio.Reader
	out io.Writer
}

// NewAsker asks on out and hears on in.
func NewAsker(in io.Reader, out io.Writer) *Asker {
	return &Asker{in: bufio.NewReaderSize(io.LimitReader(in, 16*maxAnswer), 4096), out: out}
}

// Question is one question.
type Question struct {
	Text    string
	Explain string             // what the answer is for; a line, shown before the question
	Default string             // what an empty line stands for; empty for none
	Check   func(string) error // nil accepts everything that is not empty
}

// Ask asks until the answer is right, and explains what is wrong with one that
// is not. ErrNoAnswer at the end of the input.
func (a *Asker) Ask(q Question) (string, error) {
	if q.Explain != "" {
		fmt.Fprintf(a.out, "\n%s\n", q.Explain)
	}
	for {
		fmt.Fprint(a.out, q.Text)
		if q.Default != "" {
			fmt.Fprintf(a.out, " [%s]", q.Default)
		}
		fmt.Fprint(a.out, ": ")
		line, err := a.in.ReadString('\n')
		answer := strings.TrimSpace(line)
		if err != nil && answer == "" {
			fmt.Fprintln(a.out)
			return "", ErrNoAnswer
		}
		if answer == "" {
			answer = q.Default
		}
		wrong := errors.New("an answer is needed")
		if answer != "" {
			wrong = nil
			if q.Check != nil {
				wrong = q.Check(answer)
			}
		}
		if wrong == nil {
			return answer, nil
		}
		fmt.Fprintf(a.out, "  %v\n", wrong)
	}
}

// Confirm asks for a yes; an empty line is the default.
func (a *Asker) Confirm(text string, byDefault bool) (bool, error) {
	q := Question{Text: text + " (yes or no)", Default: "no", Check: func(s string) error {
		if yesNo(s) == "" {
			return errors.New("answer yes or no")
		}
		return nil
	}}
	if byDefault {
		q.Default = "yes"
	}
	answer, err := a.Ask(q)
	return yesNo(answer) == "yes", err
}

// Hidden asks for what is not to be seen: read reads it, or is nil where
// nobody looks on and a line is read as any other.
func (a *Asker) Hidden(text string, read func() (string, error)) (string, error) {
	if read == nil {
		return a.Ask(Question{Text: text})
	}
	fmt.Fprintf(a.out, "%s: ", text)
	answer, err := read()
	fmt.Fprintln(a.out)
	if err != nil {
		return "", fmt.Errorf("read what is typed: %w", err)
	}
	return answer, nil
}

func yesNo(s string) string {
	switch strings.ToLower(s) {
	case "y", "yes", "o", "oui":
		return "yes"
	case "n", "no", "non":
		return "no"
	}
	return ""
}
