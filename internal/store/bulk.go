package store

import (
	"database/sql/driver"
	"fmt"
	"strings"
)

// chunk is how many rows or ids one statement takes. Longer statements gain
// little, and engines cap the number of parameters (PostgreSQL at 65535,
// SQLite at 32766).
const chunk = 200

// table is where put writes.
type table struct {
	name, columns string
	// key names the columns by which a row replaces one that is there already;
	// empty where a row that is there is an error.
	key     string
	dossier string // with a key: whose rows they all are
}

// rowValues gives the values of row i, in the order of a table's columns.
type rowValues func(i int) ([]any, error)

// plain gives a row in the types that drivers know.
func (r rowValues) plain(i int) ([]any, error) {
	values, err := r(i)
	for j := 0; err == nil && j < len(values); j++ {
		values[j], err = driver.DefaultParameterConverter.ConvertValue(values[j])
	}
	return values, err
}

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

// put writes n rows: in bulk where the engine can, else many at a time.
func (t tx) put(into table, n int, row rowValues) error {
	if n == 0 {
		return nil
	}
	if done, err := t.engine.bulk(t, into, n, row); done || err != nil {
		return err
	}
	full, err := t.PreparexContext(t.ctx, t.Rebind(into.insert(min(n, chunk))))
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
			_, err = t.exec(into.insert(end-start), args...)
		}
		if err != nil {
			return fmt.Errorf("rows %d to %d of %d: %w", start+1, end, n, err)
		}
	}
	return nil
}

// insert spells an insertion of several rows.
func (into table) insert(rows int) string {
	row := "(" + marks(strings.Count(into.columns, ",")+1) + ")"
	var b strings.Builder
	fmt.Fprintf(&b, "INSERT INTO %s (%s) VALUES %s", into.name, into.columns, row)
	for range rows - 1 {
		b.WriteString(", ")
		b.WriteString(row)
	}
	b.WriteString(into.onConflict())
	return b.String()
}

// onConflict spells that a row replaces the one with the same key.
func (into table) onConflict() string {
	if into.key == "" {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, " ON CONFLICT (%s) DO UPDATE SET ", into.key)
	for i, name := range strings.Split(into.columns, ",") {
		name = strings.TrimSpace(name)
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s = excluded.%s", name, name)
	}
	return b.String()
}
