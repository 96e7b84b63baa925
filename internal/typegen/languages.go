package typegen

import (
	"fmt"
	"strconv"
	"strings"
)

// quote writes a text as a literal that TypeScript, C# and JSON read alike.
func quote(text string) string { return strconv.QuoteToASCII(text) }

// typescript makes interfaces. Embedded rows are optional: they are there where
// a request selects them.
func typescript(list []row) string {
	var b strings.Builder
	b.WriteString("// " + generated + "\n")
	for _, r := range list {
		fmt.Fprintf(&b, "\n/** %s */\nexport interface %s {\n", line(title(r.title, r.from)), r.name)
		for _, m := range r.members {
			if m.title != "" {
				fmt.Fprintf(&b, "  /** %s */\n", line(m.title))
			}
			optional := ""
			if m.row != "" {
				optional = "?"
			}
			fmt.Fprintf(&b, "  %s%s: %s\n", quote(m.name), optional, m.typescript())
		}
		b.WriteString("}\n")
	}
	b.WriteString("\n/** Every name under /rows, with the type of its rows. */\nexport interface Rows {\n")
	for _, r := range list {
		if r.from != "" {
			fmt.Fprintf(&b, "  %s: %s\n", quote(r.from), r.name)
		}
	}
	b.WriteString("}\n")
	return b.String()
}

func (m member) typescript() string {
	t := "unknown"
	switch {
	case m.row != "" && m.many:
		return m.row + "[]"
	case m.row != "":
		return m.row + " | null"
	case len(m.values) > 0:
		var codes []string
		for _, v := range m.values {
			codes = append(codes, quote(v))
		}
		t = strings.Join(codes, " | ")
	case m.kind == "string", m.kind == "boolean":
		t = m.kind
	case m.kind == "integer", m.kind == "number":
		t = "number"
	}
	if m.nullable && t != "unknown" {
		t += " | null"
	}
	return t
}

func title(title, name string) string {
	switch {
	case title == "":
		return name
	case name == "":
		return title
	}
	return title + " (" + name + ")"
}

// php makes classes that are filled from a decoded row.
func php(list []row) string {
	var b strings.Builder
	b.WriteString("<?php\n// " + generated + "\ndeclare(strict_types=1);\n\nnamespace Vantelle;\n")
	for _, r := range list {
		fmt.Fprintf(&b, "\n/** %s */\nfinal class %sRow\n{\n    public function __construct(\n", line(title(r.title, r.from)), r.name)
		taken := map[string]bool{"this": true}
		var from []string
		for _, m := range r.members {
			name := unique(camel(m.name), taken)
			t, value := m.php(), "$row["+phpText(m.name)+"] ?? null"
			switch {
			case m.many:
				fmt.Fprintf(&b, "        /** @var list<%sRow>|null */\n", m.row)
				value = "isset($row[" + phpText(m.name) + "]) ? array_map(" + m.row + "Row::from(...), $row[" + phpText(m.name) + "]) : null"
			case m.row != "":
				value = "isset($row[" + phpText(m.name) + "]) ? " + m.row + "Row::from($row[" + phpText(m.name) + "]) : null"
			case m.title != "":
				fmt.Fprintf(&b, "        /** %s */\n", line(m.title))
			}
			fmt.Fprintf(&b, "        public readonly %s $%s,\n", t, name)
			from = append(from, "            "+value)
		}
		fmt.Fprintf(&b, "    ) {\n    }\n\n    /** @param array<string, mixed> $row a row as json_decode($body, true) gives it */\n    public static function from(array $row): self\n    {\n        return new self(\n%s,\n        );\n    }\n}\n", strings.Join(from, ",\n"))
	}
	return b.String()
}

func (m member) php() string {
	switch {
	case m.many:
		return "?array"
	case m.row != "":
		return "?" + m.row + "Row"
	case m.kind == "integer":
		return "?int"
	case m.kind == "number":
		return "int|float|null"
	case m.kind == "boolean":
		return "?bool"
	case m.kind == "string":
		return "?string"
	}
	return "mixed"
}

// phpText writes a text as a literal of PHP.
func phpText(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(text) + "'"
}

// csharp makes records for System.Text.Json.
func csharp(list []row) string {
	var b strings.Builder
	b.WriteString("// " + generated + "\n#nullable enable\nusing System.Collections.Generic;\nusing System.Text.Json;\nusing System.Text.Json.Serialization;\n\nnamespace Vantelle;\n")
	for _, r := range list {
		fmt.Fprintf(&b, "\n/// <summary>%s</summary>\npublic sealed record %sRow\n{\n", xmlText(line(title(r.title, r.from))), r.name)
		taken := map[string]bool{strings.ToLower(r.name) + "row": true}
		for _, m := range r.members {
			if m.title != "" {
				fmt.Fprintf(&b, "    /// <summary>%s</summary>\n", xmlText(line(m.title)))
			}
			fmt.Fprintf(&b, "    [JsonPropertyName(%s)]\n    public %s? %s { get; init; }\n", quote(m.name), m.csharp(), unique(pascal(m.name), taken))
		}
		b.WriteString("}\n")
	}
	return b.String()
}

func (m member) csharp() string {
	switch {
	case m.many:
		return "IReadOnlyList<" + m.row + "Row>"
	case m.row != "":
		return m.row + "Row"
	case m.kind == "integer" && m.format == "int64":
		return "long"
	case m.kind == "integer":
		return "int"
	case m.kind == "number":
		return "decimal"
	case m.kind == "boolean":
		return "bool"
	case m.kind == "string":
		return "string"
	}
	return "JsonElement"
}

func xmlText(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}
