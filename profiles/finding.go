package profiles

import "fmt"

// Severity says whether a finding keeps a version out.
type Severity string

// The severities: an Error keeps the version in force where it is.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Finding is one thing that an administrator should know of a profile before
// it takes effect.
type Finding struct {
	Severity Severity `json:"severity"`
	Code     string   `json:"code"`              // stable
	Dossier  string   `json:"dossier,omitempty"` // where it is so in one dossier only
	Place    string   `json:"place,omitempty"`   // file:line:column: or the key path
	Message  string   `json:"message"`
	Remedy   string   `json:"remedy,omitempty"`
}

// String gives the finding on one line.
func (f Finding) String() string {
	text := f.Message
	if f.Place != "" {
		text = f.Place + ": " + text
	}
	if f.Dossier != "" {
		text = "dossier " + f.Dossier + ": " + text
	}
	if f.Remedy != "" {
		text += " (" + f.Remedy + ")"
	}
	return text
}

// Refuses tells whether one of the findings is an error.
func Refuses(all []Finding) bool {
	for _, f := range all {
		if f.Severity == Error {
			return true
		}
	}
	return false
}

// MistakesAsFindings gives what Load found.
func MistakesAsFindings(ms Mistakes) []Finding {
	all := make([]Finding, len(ms))
	for i, m := range ms {
		place := m.File
		if m.Line > 0 {
			place = fmt.Sprintf("%s:%d:%d", m.File, m.Line, m.Column)
		}
		if m.Path != "" {
			place += ": " + m.Path
		}
		all[i] = Finding{Severity: Error, Code: "invalid", Place: place, Message: m.Msg}
	}
	return all
}
