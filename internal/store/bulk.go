package store

import (
	"fmt"
	"strings"
)

// chunk is how many rows or ids one statement takes. Longer statements gain
// little, and engines cap the number of parameters (PostgreSQL at 65535,
// SQLite at 32766).
const chunk = 200

// marks spells n placeholders.
func marks(n int) string {
	return strings.TrimSuffix(strings.Repeat("?, ", n), ", ")
}

// inChunks calls do for the ids, some at a time, with as many placeholders.
func inChunks(ids []string, do func(marks string, ids []any) error) error {
	for start := 0; start < len(ids); start += chunk {
		part := ids[start:min(start+chunk, len(ids))]
		args := make([]any, len(part))
		for i, id := range part {
			args[i] = id
		}
		if err := do(marks(len(part)), args); err != nil {
			return err
		}
	}
	return nil
}

// put writes n rows, many at a time; row gives the values of one in the order
// of columns. With a key, a row that is there already is replaced; without one
// that is an error.
func (t tx) put(table, columns, key string, n int, row func(i int) ([]any, error)) error {
	if n == 0 {
		return nil
	}
	full, err := t.PreparexContext(t.ctx, t.Rebind(upsert(table, columns, key, min(n, chunk))))
	if err != nil {
		return err
	}
	// Closing a statement of a transaction fails only with the transaction.
	defer func() { _ = full.Close() }()
	for start := 0; start < n; start += chunk {
		end := min(start+chunk, n)
		var args []any
		for i := start; i < end; i++ {
			values, err := row(i)
			if err != nil {
				return err
			}
			args = append(args, values...)
		}
		if end-start == min(n, chunk) {
			_, err = full.ExecContext(t.ctx, args...)
		} else {
			_, err = t.exec(upsert(table, columns, key, end-start), args...)
		}
		if err != nil {
			return fmt.Errorf("rows %d to %d of %d: %w", start+1, end, n, err)
		}
	}
	return nil
}

// upsert spells an insertion of several rows, which replaces those with the
// same key where there is one.
func upsert(table, columns, key string, rows int) string {
	names := strings.Split(columns, ",")
	row := "(" + marks(len(names)) + ")"
	var b strings.Builder
	fmt.Fprintf(&b, "INSERT INTO %s (%s) VALUES %s", table, columns, row)
	for range rows - 1 {
		b.WriteString(", ")
		b.WriteString(row)
	}
	if key == "" {
		return b.String()
	}
	fmt.Fprintf(&b, " ON CONFLICT (%s) DO UPDATE SET ", key)
	for i, name := range names {
		name = strings.TrimSpace(name)
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s = excluded.%s", name, name)
	}
	return b.String()
}
