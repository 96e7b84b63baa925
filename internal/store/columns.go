package store

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
)

// micros is a time as the tables keep it: whole microseconds since 1970 UTC.
type micros struct{ time.Time }

// Value implements driver.Valuer.
func (m micros) Value() (driver.Value, error) { return m.UnixMicro(), nil }

// Scan implements sql.Scanner.
func (m *micros) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("a time is kept as an integer, not as %T", src)
	}
	m.Time = time.UnixMicro(n).UTC()
	return nil
}

// asStored is what comes back of a time that was stored.
func asStored(t time.Time) time.Time { return time.UnixMicro(t.UnixMicro()).UTC() }

// when unwraps a time that may be absent.
func (m *micros) when() *time.Time {
	if m == nil {
		return nil
	}
	t := m.Time
	return &t
}

// optional wraps a time that may be absent.
func optional(t *time.Time) *micros {
	if t == nil {
		return nil
	}
	return &micros{*t}
}

// jsonText keeps a list or a map in one column. What is empty is read as nil.
type jsonText[T []string | map[string]string | []directory.Address] struct{ v T }

// Value implements driver.Valuer.
func (j jsonText[T]) Value() (driver.Value, error) {
	if len(j.v) == 0 {
		return "", nil
	}
	text, err := json.Marshal(j.v)
	return string(text), err
}

// Scan implements sql.Scanner.
func (j *jsonText[T]) Scan(src any) error {
	var text []byte
	switch src := src.(type) {
	case string:
		text = []byte(src)
	case []byte:
		text = src
	default:
		return fmt.Errorf("a list is kept as text, not as %T", src)
	}
	j.v = nil
	if len(text) == 0 {
		return nil
	}
	return json.Unmarshal(text, &j.v)
}

// fold brings text to one case, for searches; unlike the engines' own
// functions it does so alike for every script on every engine.
func fold(text string) string { return strings.ToLower(strings.ToUpper(text)) }

// containing is the LIKE pattern, for ESCAPE '\', of texts that hold what was
// searched for.
func containing(search string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(fold(search)) + "%"
}

// aliased spells a list of columns as those of one table in a join, named so
// that sqlx finds the field of that name.
func aliased(table, field, columns string) string {
	var b strings.Builder
	for i, column := range strings.Split(columns, ",") {
		if i > 0 {
			b.WriteString(", ")
		}
		column = strings.TrimSpace(column)
		fmt.Fprintf(&b, `%s.%s AS "%s.%s"`, table, column, field, column)
	}
	return b.String()
}

// plainAliased spells a list of columns as those of one table in a join.
func plainAliased(table, columns string) string {
	names := strings.Split(columns, ",")
	for i, column := range names {
		names[i] = table + "." + strings.TrimSpace(column)
	}
	return strings.Join(names, ", ")
}
