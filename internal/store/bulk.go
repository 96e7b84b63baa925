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

// tableRows are rows for one table, each in the order of the table's columns and
// in the types that drivers know.
type tableRows struct {
	into   table
	values [][]any
}

// makeRows makes n rows. It needs no database, so that rows can be made while
// others are written.
func makeRows(into table, n int, row func(i int) ([]any, error)) (tableRows, error) {
	made := tableRows{into, make([][]any, n)}
	for i := range made.values {
		values, err := row(i)
		for j := 0; err == nil && j < len(values); j++ {
			values[j], err = driver.DefaultParameterConverter.ConvertValue(values[j])
		}
		if err != nil {
			return tableRows{}, fmt.Errorf("row for %s: %w", into.name, err)
		}
		made.values[i] = values
	}
	return made, nil
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

// putAll writes rows of several tables, in order.
func (t tx) putAll(all []tableRows) error {
	for _, rows := range all {
		if err := t.put(rows); err != nil {
			return fmt.Errorf("put %s: %w", rows.into.name, err)
		}
	}
	return nil
}

// put writes rows: in bulk where the engine can, else many at a time.
func (t tx) put(rows tableRows) error {
	n, into := len(rows.values), rows.into
	if n == 0 {
		return nil
	}
	if done, err := t.engine.bulk(t, rows); done || err != nil {
		return err
	}
	full, err := t.PreparexContext(t.ctx, t.Rebind(into.insert(min(n, chunk))))
	if err != nil {
		return err
	}
	// Closing a statement of a transaction fails only with the transaction.
	defer func() { _ = full.Close() }()
	args := make([]any, 0, min(n, chunk)*len(rows.values[0]))
	for start := 0; start < n; start += chunk {
		end := min(start+chunk, n)
		args = args[:0]
		for _, values := range rows.values[start:end] {
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
