package outbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/profiles"
)

// Mistake is one thing that is wrong in a form.
type Mistake struct {
	Line   int    `json:"line,omitempty"`  // of the lines, from 1; 0 for the header
	Field  string `json:"field,omitempty"` // empty for the whole line or form
	Detail string `json:"detail"`
}

// FormError is all that is wrong in a form, the first mistakes first.
type FormError struct {
	Mistakes []Mistake
	// Missing says that the form is well filled in and names something that is
	// not there for this customer.
	Missing bool
}

// Error gives the first mistake.
func (e *FormError) Error() string { return e.Mistakes[0].sentence() }

func (m Mistake) sentence() string {
	var place []string
	if m.Line > 0 {
		place = append(place, fmt.Sprintf("line %d", m.Line))
	}
	if m.Field != "" {
		place = append(place, m.Field)
	}
	if len(place) == 0 {
		return m.Detail
	}
	return strings.Join(place, ", ") + ": " + m.Detail
}

// maxMistakes is how many mistakes are told of one form.
const maxMistakes = 50

func (e *FormError) add(line int, field, format string, args ...any) {
	if len(e.Mistakes) < maxMistakes {
		e.Mistakes = append(e.Mistakes, Mistake{line, field, fmt.Sprintf(format, args...)})
	}
}

func (e *FormError) or() error {
	if len(e.Mistakes) == 0 {
		return nil
	}
	return e
}

// sent is a form as it was sent.
type sent struct {
	fields any // nil where there are none, as below
	lines  any
}

// open takes a body apart and finds its kind. One that the profile lacks and one
// that the caller's level does not offer are refused alike.
func open(body any, p *profiles.Profile) (profiles.RequestKind, sent, error) {
	fail := func(format string, args ...any) (profiles.RequestKind, sent, error) {
		wrong := &FormError{}
		wrong.add(0, "", format, args...)
		return profiles.RequestKind{}, sent{}, wrong
	}
	object, ok := body.(map[string]any)
	if !ok {
		return fail("a request is a JSON object with kind, fields and lines")
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if key != "kind" && key != "fields" && key != "lines" {
			return fail("there is no %s in a request: it has kind, fields and lines", quoted(key))
		}
	}
	name, ok := object["kind"].(string)
	if !ok {
		return fail("say which kind of request it is")
	}
	kind, offered := p.Offers(name)
	if !offered {
		return profiles.RequestKind{}, sent{}, refusal.New(refusal.UnknownName, "there is no kind of request called %s here", quoted(name))
	}
	return kind, sent{object["fields"], object["lines"]}, nil
}

// quoted shows a name that somebody sent.
func quoted(name string) string {
	if !utf8.ValidString(name) || len(name) > 60 {
		return "that"
	}
	return fmt.Sprintf("%q", name)
}

// values are the checked fields of a header or a line, by name; absent ones are
// not in it.
type values map[string]string

// checked is a form that was checked.
type checked struct {
	kind   profiles.RequestKind
	header values
	lines  []values
}

// check checks a form against its kind. The error is a *FormError.
func check(kind profiles.RequestKind, form sent) (checked, error) {
	wrong := &FormError{}
	c := checked{kind: kind, header: checkFields(kind.Fields, form.fields, 0, wrong)}
	list, ok := form.lines.([]any)
	switch {
	case form.lines != nil && !ok:
		wrong.add(0, "lines", "expected a list")
	case kind.Lines == nil:
		if len(list) > 0 {
			wrong.add(0, "lines", "this kind of request has no lines")
		}
	case len(list) < kind.Lines.Min:
		wrong.add(0, "lines", "expected at least %d", kind.Lines.Min)
	case len(list) > kind.Lines.Max:
		wrong.add(0, "lines", "expected at most %d", kind.Lines.Max)
	default:
		for i, line := range list {
			if line == nil {
				wrong.add(i+1, "", "expected a JSON object")
				continue
			}
			c.lines = append(c.lines, checkFields(kind.Lines.Fields, line, i+1, wrong))
		}
	}
	return c, wrong.or()
}

func checkFields(fields []profiles.RequestField, sent any, line int, wrong *FormError) values {
	object, ok := sent.(map[string]any)
	if !ok && sent != nil {
		if line > 0 {
			wrong.add(line, "", "expected a JSON object")
		} else {
			wrong.add(0, "fields", "expected a JSON object")
		}
		return nil
	}
	out := values{}
	known := map[string]bool{}
	for i := range fields {
		f := &fields[i]
		known[f.Name] = true
		given := object[f.Name]
		if n, isNumber := given.(json.Number); isNumber {
			given = profiles.Digits(n)
		}
		if text, isText := given.(string); given == nil || isText && strings.TrimSpace(text) == "" {
			if f.Default != "" {
				out[f.Name] = f.Default
			} else if f.Mandatory {
				wrong.add(line, f.Name, "it must be given")
			}
			continue
		}
		value, err := f.Check(given)
		if err != nil {
			wrong.add(line, f.Name, "%v", err)
			continue
		}
		out[f.Name] = value
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if !known[name] {
			wrong.add(line, "", "there is no field %s", quoted(name))
		}
	}
	return out
}

// body writes a checked form as the JSON object that is kept: every field of the
// form, in its order; a text for texts, dates and enums, a number for numbers,
// true or false, null for what was not given.
func (c checked) body() (string, error) {
	b := []byte(`{"fields":`)
	var err error
	if b, err = appendFields(b, c.kind.Fields, c.header); err != nil {
		return "", err
	}
	b = append(b, `,"lines":[`...)
	for i, line := range c.lines {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = appendFields(b, c.kind.Lines.Fields, line); err != nil {
			return "", err
		}
	}
	return string(append(b, "]}"...)), nil
}

func appendFields(b []byte, fields []profiles.RequestField, v values) ([]byte, error) {
	b = append(b, '{')
	for i, f := range fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), f.Name...), '"', ':') // a name is made of a to z, digits and underscores
		value, given := v[f.Name]
		switch {
		case !given:
			b = append(b, "null"...)
		case f.Type == profiles.FieldNumber || f.Type == profiles.FieldBool:
			b = append(b, value...)
		default:
			text, err := json.Marshal(value)
			if err != nil {
				return nil, err
			}
			b = append(b, text...)
		}
	}
	return append(b, '}'), nil
}
