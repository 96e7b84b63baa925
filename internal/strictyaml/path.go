package strictyaml

import (
	"strconv"
	"strings"
)

// Path joins keys to the path that messages name: tables.F_ARTICLE.rows. A key
// that could be misread, such as one with a dot, is quoted.
func Path(keys ...string) string {
	path := ""
	for _, k := range keys {
		path = Sub(path, k)
	}
	return path
}

// Sub is the path of a key below another path.
func Sub(path, key string) string {
	if key == "" || strings.ContainsFunc(key, unusualInKey) {
		key = strconv.Quote(key)
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

// Item is the path of the i-th entry, from 0, of the list at path.
func Item(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

func unusualInKey(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '_', r == '-', r == '*', r > 0x7f:
		return false
	}
	return true
}

// parent is the path above, empty for the top. Quoted keys may hold dots and
// brackets, so it walks from the left.
func parent(path string) string {
	last := 0
	for i := 0; i < len(path); {
		switch path[i] {
		case '"':
			if q, err := strconv.QuotedPrefix(path[i:]); err == nil {
				i += len(q)
				continue
			}
		case '.', '[':
			last = i
		}
		i++
	}
	return path[:last]
}
