package typegen

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// form is what is sent of one kind of request.
type form struct {
	name, kind, title string
	fields            part
	lines             *part // nil where it has none
	needsFields       bool
	needsLines        bool
}

// parts are the header and, where the form has lines, one of them.
func (f form) parts() []part {
	if f.lines == nil {
		return []part{f.fields}
	}
	return []part{f.fields, *f.lines}
}

// part is a form's header, or one of its lines.
type part struct {
	name   string
	fields []field // those that must be given first
}

// field is one field of a form.
type field struct {
	member
	required bool
}

// forms finds the kinds of request in a document, by their names.
func forms(schemas map[string]*schema, taken map[string]bool) []form {
	var out []form
	for _, key := range slices.Sorted(maps.Keys(schemas)) {
		s := schemas[key]
		if s.Request == "" {
			continue
		}
		name := unique(strings.TrimSuffix(pascal(s.Request), "Request")+"Request", taken)
		f := form{name: name, kind: s.Request, title: s.Title, needsFields: slices.Contains(s.Required, "fields"), needsLines: slices.Contains(s.Required, "lines")}
		f.fields = s.Properties["fields"].part(schemas, unique(name+"Fields", taken))
		if lines := s.Properties["lines"]; lines != nil {
			p := lines.Items.part(schemas, unique(name+"Line", taken))
			f.lines = &p
		}
		out = append(out, f)
	}
	return out
}

// part reads the fields of the schema that s refers to.
func (s *schema) part(schemas map[string]*schema, name string) part {
	out := part{name: name}
	if s == nil {
		return out
	}
	target := schemas[strings.TrimPrefix(s.Ref, "#/components/schemas/")]
	if target == nil {
		return out
	}
	var optional []field
	for _, n := range target.Fields {
		p := target.Properties[n]
		if p == nil {
			continue
		}
		f := field{member{name: n, title: p.Title, kind: p.Type, format: p.Format, values: p.Enum}, slices.Contains(target.Required, n)}
		if f.required {
			out.fields = append(out.fields, f)
		} else {
			optional = append(optional, f)
		}
	}
	out.fields = append(out.fields, optional...)
	return out
}

// typescriptForms makes an interface for each form, and one type for all.
func typescriptForms(list []form) string {
	if len(list) == 0 {
		return ""
	}
	var b strings.Builder
	var names []string
	for _, f := range list {
		for _, p := range f.parts() {
			p.typescript(&b)
		}
		fmt.Fprintf(&b, "\n/** %s */\nexport interface %s {\n  kind: %s\n  fields%s: %s\n", line(title(f.title, f.kind)), f.name, quote(f.kind), mark(f.needsFields), f.fields.name)
		if f.lines != nil {
			fmt.Fprintf(&b, "  lines%s: %s[]\n", mark(f.needsLines), f.lines.name)
		}
		b.WriteString("}\n")
		names = append(names, f.name)
	}
	fmt.Fprintf(&b, "\n/** What can be sent to /requests. */\nexport type Sent = %s\n", strings.Join(names, " | "))
	return b.String()
}

// mark is TypeScript's for a member that may be left out.
func mark(required bool) string {
	if required {
		return ""
	}
	return "?"
}

func (p part) typescript(b *strings.Builder) {
	fmt.Fprintf(b, "\nexport interface %s {\n", p.name)
	for _, f := range p.fields {
		if f.title != "" {
			fmt.Fprintf(b, "  /** %s */\n", line(f.title))
		}
		f.nullable = !f.required
		fmt.Fprintf(b, "  %s%s: %s\n", quote(f.name), mark(f.required), f.member.typescript())
	}
	b.WriteString("}\n")
}

// phpForms makes classes that json_encode writes as what is sent.
func phpForms(list []form) string {
	var b strings.Builder
	for _, f := range list {
		for _, p := range f.parts() {
			p.php(&b)
		}
		fmt.Fprintf(&b, "\n/** %s */\nfinal class %s implements \\JsonSerializable\n{\n", line(title(f.title, f.kind)), f.name)
		lines := ""
		if f.lines != nil {
			fmt.Fprintf(&b, "    /** @param list<%s> $lines */\n", f.lines.name)
			lines = ", public readonly array $lines = []"
		}
		fmt.Fprintf(&b, "    public function __construct(public readonly %s $fields%s)\n    {\n    }\n\n    public function jsonSerialize(): array\n    {\n        return ['kind' => %s, 'fields' => $this->fields%s];\n    }\n}\n",
			f.fields.name, lines, phpText(f.kind), map[bool]string{true: ", 'lines' => $this->lines"}[f.lines != nil])
	}
	return b.String()
}

func (p part) php(b *strings.Builder) {
	fmt.Fprintf(b, "\nfinal class %s implements \\JsonSerializable\n{\n    public function __construct(\n", p.name)
	taken := map[string]bool{"this": true}
	var pairs []string
	for _, f := range p.fields {
		name := unique(camel(f.name), taken)
		if f.title != "" {
			fmt.Fprintf(b, "        /** %s */\n", line(f.title))
		}
		kind, missing := f.member.php(), " = null"
		if f.required {
			kind, missing = strings.TrimPrefix(strings.TrimSuffix(kind, "|null"), "?"), ""
		}
		fmt.Fprintf(b, "        public readonly %s $%s%s,\n", kind, name, missing)
		pairs = append(pairs, "            "+phpText(f.name)+" => $this->"+name+",\n")
	}
	fmt.Fprintf(b, "    ) {\n    }\n\n    public function jsonSerialize(): object\n    {\n        return (object) array_filter([\n%s        ], static fn ($value) => $value !== null);\n    }\n}\n", strings.Join(pairs, ""))
}

// csharpForms makes records that System.Text.Json writes as what is sent.
func csharpForms(list []form) string {
	var b strings.Builder
	for _, f := range list {
		for _, p := range f.parts() {
			p.csharp(&b)
		}
		fmt.Fprintf(&b, "\n/// <summary>%s</summary>\npublic sealed record %s\n{\n    [JsonPropertyName(\"kind\")]\n    public string Kind => %s;\n    [JsonPropertyName(\"fields\")]\n    public %s%s Fields { get; init; }%s\n",
			xmlText(line(title(f.title, f.kind))), f.name, quote(f.kind), required(f.needsFields), f.fields.name, map[bool]string{false: " = new();"}[f.needsFields])
		if f.lines != nil {
			fmt.Fprintf(&b, "    [JsonPropertyName(\"lines\")]\n    public %sIReadOnlyList<%s> Lines { get; init; }%s\n", required(f.needsLines), f.lines.name, map[bool]string{false: " = [];"}[f.needsLines])
		}
		b.WriteString("}\n")
	}
	return b.String()
}

// required is C#'s word for a member that must be given.
func required(is bool) string {
	if is {
		return "required "
	}
	return ""
}

func (p part) csharp(b *strings.Builder) {
	fmt.Fprintf(b, "\npublic sealed record %s\n{\n", p.name)
	taken := map[string]bool{strings.ToLower(p.name): true}
	for _, f := range p.fields {
		if f.title != "" {
			fmt.Fprintf(b, "    /// <summary>%s</summary>\n", xmlText(line(f.title)))
		}
		absent := "?"
		if f.required {
			absent = ""
		} else {
			b.WriteString("    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]\n")
		}
		fmt.Fprintf(b, "    [JsonPropertyName(%s)]\n    public %s%s%s %s { get; init; }\n", quote(f.name), required(f.required), f.member.csharp(), absent, unique(pascal(f.name), taken))
	}
	b.WriteString("}\n")
}
