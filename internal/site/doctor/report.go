package doctor

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// report is the JSON form, version 1. What is in it stays; more may come.
type report struct {
	Version  int              `json:"version"`
	Worst    Severity         `json:"worst"`
	Counts   map[Severity]int `json:"counts"`
	Findings []Finding        `json:"findings"` // in the order they were made
}

// WriteJSON writes findings for programs.
func WriteJSON(out io.Writer, findings []Finding) error {
	r := report{Version: 1, Worst: Worst(findings), Counts: countBySeverity(findings), Findings: findings}
	if r.Findings == nil {
		r.Findings = []Finding{}
	}
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(r); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

func countBySeverity(findings []Finding) map[Severity]int {
	counts := map[Severity]int{OK: 0, Note: 0, Warning: 0, Error: 0}
	for _, f := range findings {
		counts[f.Severity]++
	}
	return counts
}

// WriteText writes findings for people: what belongs together under one
// heading, the remedy below what it is for. colour dresses a text for a
// severity, or gives it back as it is.
func WriteText(out io.Writer, findings []Finding, colour func(Severity, string) string) error {
	var b strings.Builder
	heading := ""
	for _, f := range findings {
		if h := headingOf(f); h != heading {
			if heading != "" {
				b.WriteByte('\n')
			}
			fmt.Fprintf(&b, "%s\n", h)
			heading = h
		}
		fmt.Fprintf(&b, "  %s %s  %s\n", colour(f.Severity, fmt.Sprintf("%-7s", f.Severity)), f.Code, oneLine(f.What))
		if f.Remedy != "" {
			for line := range strings.SplitSeq(f.Remedy, "\n") {
				fmt.Fprintf(&b, "          %s\n", oneLine(line))
			}
		}
	}
	counts := countBySeverity(findings)
	fmt.Fprintf(&b, "\n%s, %s, %s, %d ok\n", counted(counts[Error], "error"), counted(counts[Warning], "warning"), counted(counts[Note], "note"), counts[OK])
	_, err := io.WriteString(out, b.String())
	return err
}

func headingOf(f Finding) string {
	if f.Dossier != "" {
		return "dossier " + f.Dossier
	}
	return "installation"
}

// oneLine keeps what an ERP or a file says from moving the cursor or making
// lines of its own.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return ' '
		}
		return r
	}, text)
}
