// Package doctor looks at an installation and says what is not as it should
// be, and what to do about it: the configuration, the files, the clock, and for
// each dossier the ERP's server, the login, the profile and the directory.
//
// It must never change anything, never print a secret, and never fail as a
// whole because one thing cannot be found out: that is a finding too.
//
// Each check is a function in a file of its own, over what it needs to know and
// nothing else. Read next: diagnose.go (which checks run, in which order),
// server.go (what an ERP's server is asked), then the check you look for.
package doctor

import (
	"fmt"
	"strings"
)

// Severity says how much a finding matters.
type Severity string

// The severities, from the least.
const (
	OK      Severity = "ok"      // looked at, and as it should be
	Note    Severity = "note"    // worth knowing; nothing need be done
	Warning Severity = "warning" // it works, and something should be done
	Error   Severity = "error"   // something does not work, or lets see what it must not
)

// rank orders severities; an unknown one is the worst.
func (s Severity) rank() int {
	for i, known := range []Severity{OK, Note, Warning, Error} {
		if s == known {
			return i
		}
	}
	return 4
}

// Finding is one thing that was found.
type Finding struct {
	Severity Severity `json:"severity"`
	Area     string   `json:"area"`              // the first part of Code
	Dossier  string   `json:"dossier,omitempty"` // empty for the installation as a whole
	Code     string   `json:"code"`              // stable: scripts may rely on it
	What     string   `json:"what"`
	Remedy   string   `json:"remedy,omitempty"` // what to do; never empty for a warning or an error
}

// found makes a finding; the area is what its code begins with.
func found(severity Severity, code, remedy, format string, args ...any) Finding {
	area, _, _ := strings.Cut(code, ".")
	return Finding{Severity: severity, Area: area, Code: code, What: fmt.Sprintf(format, args...), Remedy: remedy}
}

// fine tells that something is as it should be.
func fine(code, format string, args ...any) Finding { return found(OK, code, "", format, args...) }

// Worst gives the worst severity among findings; OK where there are none.
func Worst(findings []Finding) Severity {
	worst := OK
	for _, f := range findings {
		if f.Severity.rank() > worst.rank() {
			worst = f.Severity
		}
	}
	return worst
}

// ExitCode is what a command answers: 0 where nothing need be done, 1 where the
// worst is a warning, 2 where there is an error.
func ExitCode(findings []Finding) int { return min(max(0, Worst(findings).rank()-1), 2) }

// counted gives "1 table", "2 tables".
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// some names the first of many.
func some(names []string) string {
	const shown = 5
	if len(names) <= shown {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), len(names)-shown)
}
