// Package typegen makes types for a portal's language from the OpenAPI document
// of a view: an interface, a class or a record for each resource and table, with
// the columns that it has there and what can be embedded in its rows.
//
// It reads the document and knows nothing of what made it.
package typegen

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// Languages are those that Generate knows.
func Languages() []string { return []string{"csharp", "php", "ts"} }

// Generate makes the types of a document in one of Languages. The same document
// always gives the same text.
func Generate(document []byte, language string) (string, error) {
	var doc struct {
		OpenAPI    string `json:"openapi"`
		Components struct {
			Schemas map[string]*schema `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(document, &doc); err != nil {
		return "", fmt.Errorf("read the description: %w", err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.") {
		return "", fmt.Errorf("read the description: it is no OpenAPI 3 document: get it from /v1/dossiers/{dossier}/openapi.json")
	}
	var list []row
	taken := map[string]bool{}
	names := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(doc.Components.Schemas)) {
		if s := doc.Components.Schemas[key]; s.isRow() {
			name := unique(pascal(key), taken)
			names[key] = name
			list = append(list, row{name: name, from: s.Name, title: s.Title})
		}
	}
	i := 0
	for _, key := range slices.Sorted(maps.Keys(doc.Components.Schemas)) {
		if s := doc.Components.Schemas[key]; s.isRow() {
			list[i].members = s.members(names)
			i++
		}
	}
	sent := forms(doc.Components.Schemas, taken)
	switch language {
	case "ts":
		return typescript(list) + typescriptForms(sent), nil
	case "php":
		return php(list) + phpForms(sent), nil
	case "csharp":
		return csharp(list) + csharpForms(sent), nil
	}
	return "", fmt.Errorf("there is no language %q: there are %s", language, strings.Join(Languages(), ", "))
}

// schema is what of a schema matters here.
type schema struct {
	Name       string             `json:"x-name"`
	Columns    []string           `json:"x-columns"`
	Title      string             `json:"title"`
	Type       string             `json:"type"`
	Format     string             `json:"format"`
	Nullable   bool               `json:"nullable"`
	Embedded   bool               `json:"x-embedded"`
	Values     []value            `json:"x-values"`
	Properties map[string]*schema `json:"properties"`
	Items      *schema            `json:"items"`
	AllOf      []*schema          `json:"allOf"`
	Ref        string             `json:"$ref"`

	// What a form has.
	Request  string   `json:"x-request"`
	Fields   []string `json:"x-fields"`
	Required []string `json:"required"`
	Enum     []string `json:"enum"`
}

// isRow tells whether a schema is of rows: those under /rows have a name there,
// others are only embedded.
func (s *schema) isRow() bool { return s.Name != "" || s.Embedded }

type value struct {
	Code string `json:"code"`
}

// row is a type to be made.
type row struct {
	name, title string
	from        string // its name under /rows; empty for what is only embedded
	members     []member
}

// member is a column, or rows that can be embedded.
type member struct {
	name, title  string
	kind, format string // of a column
	values       []string
	nullable     bool
	row          string // the type of embedded rows; empty for a column
	many         bool
}

func (s *schema) members(names map[string]string) []member {
	var out []member
	embedded := slices.DeleteFunc(slices.Sorted(maps.Keys(s.Properties)), func(n string) bool { return slices.Contains(s.Columns, n) })
	for _, name := range append(slices.Clone(s.Columns), embedded...) {
		p := s.Properties[name]
		if p == nil {
			continue
		}
		m := member{name: name, title: p.Title, kind: p.Type, format: p.Format, nullable: p.Nullable, values: slices.Clone(p.Enum)}
		for _, v := range p.Values {
			m.values = append(m.values, v.Code)
		}
		if p.Embedded {
			target := p.Items
			if m.many = target != nil; !m.many && len(p.AllOf) > 0 {
				target = p.AllOf[0]
			}
			if target == nil {
				continue
			}
			if m.row = names[strings.TrimPrefix(target.Ref, "#/components/schemas/")]; m.row == "" {
				continue
			}
		}
		out = append(out, m)
	}
	return out
}

// pascal makes an identifier of any name: order_lines is OrderLines.
func pascal(name string) string {
	var b strings.Builder
	up := true
	for _, r := range name {
		if r >= unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			up = true
			continue
		}
		if b.Len() == 0 && unicode.IsDigit(r) {
			b.WriteByte('N')
		}
		if up {
			r = unicode.ToUpper(r)
		}
		b.WriteRune(r)
		up = false
	}
	if b.Len() == 0 {
		return "Unnamed"
	}
	return b.String()
}

// camel is pascal with a small letter in front.
func camel(name string) string {
	p := pascal(name)
	return strings.ToLower(p[:1]) + p[1:]
}

// unique gives a name that is not taken, however case is seen, and takes it.
func unique(name string, taken map[string]bool) string {
	out := name
	for i := 2; taken[strings.ToLower(out)]; i++ {
		out = fmt.Sprintf("%s%d", name, i)
	}
	taken[strings.ToLower(out)] = true
	return out
}

// line makes one line of a text, for a comment.
func line(text string) string {
	return strings.NewReplacer("*/", "* /", "\n", " ", "\r", " ", "\u2028", " ", "\u2029", " ").Replace(text)
}

const generated = "Made by vantelle types from a view's description. Do not edit."
