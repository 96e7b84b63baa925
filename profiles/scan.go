package profiles

import (
	"slices"
	"strings"
)

// mentionsCustomer tells whether a condition holds a parameter that says who
// the customer is. It is a guard against forgetting, not a parser: what the
// condition means is read by filter/view, and a condition that mentions the
// customer may still be a wrong one.
func mentionsCustomer(sql string) bool {
	return slices.ContainsFunc(parameters(sql), namesCustomer)
}

// parameters gives the names behind a colon, outside quotes and comments, in
// their order.
func parameters(sql string) []string {
	var names []string
	for i := 0; i < len(sql); {
		switch c := sql[i]; {
		case c == '\'' || c == '"' || c == '`':
			i = after(sql, i+1, string(c))
		case c == '[':
			i = after(sql, i+1, "]")
		case strings.HasPrefix(sql[i:], "--"):
			i = after(sql, i+2, "\n")
		case strings.HasPrefix(sql[i:], "/*"):
			i = after(sql, i+2, "*/")
		case strings.HasPrefix(sql[i:], "::"): // a cast
			i += 2
		case c == ':':
			name := wordAt(sql, i+1)
			if name != "" {
				names = append(names, name)
			}
			i += 1 + len(name)
		default:
			i++
		}
	}
	return names
}

// after is the place behind the next end from i on, or the end of the text. A
// doubled quote ends one quoted text and begins the next, which is as good.
func after(sql string, i int, end string) int {
	at := strings.Index(sql[i:], end)
	if at < 0 {
		return len(sql)
	}
	return i + at + len(end)
}

func wordAt(sql string, i int) string {
	end := i
	for end < len(sql) && (sql[end] == '_' || sql[end] >= 0x80 ||
		'a' <= sql[end]|0x20 && sql[end]|0x20 <= 'z' || '0' <= sql[end] && sql[end] <= '9') {
		end++
	}
	return sql[i:end]
}

func namesCustomer(parameter string) bool {
	switch parameter {
	case "customer", "customer_code", "contact":
		return true
	}
	return strings.HasPrefix(parameter, "attr_") && len(parameter) > len("attr_")
}
