package profiles

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"

	"github.com/vantelle/vantelle/internal/strictyaml"
)

func readRequestKind(key string, n strictyaml.Node) RequestKind {
	m := n.Map()
	k := RequestKind{Name: key, Title: readTitle(m.Get("title")), Module: m.Get("module").Text(), Line: n.Line()}
	k.Fields = readRequestFields(m.Get("fields"))
	if lines := m.Get("lines"); lines.Given() {
		l := lines.Map()
		k.Lines = &RequestLines{Min: 1, Max: 200, Line: lines.Line()}
		if least := l.Get("min"); least.Given() {
			k.Lines.Min = least.Int()
		}
		if most := l.Get("max"); most.Given() {
			k.Lines.Max = most.Int()
		}
		k.Lines.Fields = readRequestFields(l.Get("fields"))
		l.Done()
	}
	m.Done()
	return k
}

func readRequestFields(n strictyaml.Node) []RequestField {
	m := n.Map()
	var fields []RequestField
	for _, name := range m.Keys() {
		fields = append(fields, readRequestField(name, m.Get(name)))
	}
	return fields
}

func readRequestField(name string, n strictyaml.Node) RequestField {
	m := n.Map()
	f := RequestField{Name: name, Label: readTitle(m.Get("label")), Type: FieldType(m.Get("type").Word()), Mandatory: m.Get("mandatory").Bool(),
		Values: m.Get("values").Texts(), Line: n.Line()}
	most := m.Get("max")
	switch f.Type {
	case FieldText:
		f.Max = usualRequestText
		if most.Given() {
			f.Max = most.Int()
		}
		if least := m.Get("min"); least.Given() {
			least.Fail("a text has no min: where it must not be empty it is mandatory")
		}
		f.readPattern(m.Get("pattern"))
	case FieldNumber:
		f.Least, f.leastText = readBound(m.Get("min"))
		f.Most, f.mostText = readBound(most)
		f.Above, f.aboveText = readBound(m.Get("above"))
		f.Decimals = m.Get("decimals").Int()
	default:
		for _, key := range []string{"min", "max"} {
			if bound := m.Get(key); bound.Given() {
				bound.Fail("only texts and numbers have a %s", key)
			}
		}
	}
	if given := m.Get("default"); given.Given() {
		f.readDefault(given)
	}
	if refers := m.Get("refers"); refers.Given() {
		r := refers.Map()
		f.Refers = &Reference{To: r.Get("to").Text(), Column: r.Get("column").Text()}
		r.Done()
	}
	m.Done()
	return f
}

// readPattern reads what all of a text must match.
func (f *RequestField) readPattern(n strictyaml.Node) {
	f.patternText = n.Text()
	if f.patternText == "" {
		return
	}
	var err error
	if f.Pattern, err = regexp.Compile(`\A(?:` + f.patternText + `)\z`); err != nil {
		n.Fail("this is no regular expression of RE2")
	}
}

func readBound(n strictyaml.Node) (*big.Rat, string) {
	if !n.Given() {
		return nil, ""
	}
	text := n.Word()
	bound, ok := decimal(text)
	if !ok {
		n.Fail("expected a number in decimal digits")
	}
	return bound, text
}

var decimalText = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,9})?$`)

// decimal reads a number in decimal digits.
func decimal(text string) (*big.Rat, bool) {
	if !decimalText.MatchString(text) {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

// readDefault reads the value of who gives none, and refuses one that he could
// not give either.
func (f *RequestField) readDefault(n strictyaml.Node) {
	var given any
	switch f.Type {
	case FieldBool:
		given = n.Bool()
	case FieldNumber:
		given = Digits(n.Word())
	default:
		given = n.Text()
	}
	value, err := f.Check(given)
	if err != nil {
		n.Fail("%v", err)
		return
	}
	f.Default = value
}

// summary says what a field is, for comparisons.
func (f RequestField) summary() string {
	parts := []string{string(f.Type)}
	add := func(name, value string) {
		if value != "" {
			parts = append(parts, name+" "+value)
		}
	}
	if f.Mandatory {
		parts = append(parts, "mandatory")
	}
	if f.Type == FieldText {
		add("max", fmt.Sprint(f.Max))
	}
	add("max", f.mostText)
	add("min", f.leastText)
	add("above", f.aboveText)
	if f.Decimals > 0 {
		add("decimals", fmt.Sprint(f.Decimals))
	}
	add("pattern", f.patternText)
	add("values", strings.Join(f.Values, "|"))
	add("default", f.Default)
	if f.Refers != nil {
		add("refers to", f.Refers.To+"."+f.Refers.Column)
	}
	return strings.Join(parts, ", ")
}
