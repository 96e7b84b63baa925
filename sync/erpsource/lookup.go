package erpsource

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// lookup is a table that is read whole before the records, so that a record is
// never doubled by a join.
type lookup struct {
	name string
	// sql gives text columns: a key, then the parts of one of its values.
	sql string
	// value makes a value of its parts; nil puts them one after the other.
	// One that comes out empty is left out.
	value func(parts []string) string
}

// texts reads text columns, cleaned.
func (r *reader) texts(ctx context.Context, text string) ([][]string, error) {
	rows, err := r.raw(ctx, text)
	for _, row := range rows {
		for i := range row {
			row[i] = cleaned(row[i])
		}
	}
	return rows, err
}

// raw reads text columns as they are; NULL is read as empty.
func (r *reader) raw(ctx context.Context, text string, args ...any) (out [][]string, err error) {
	rows, cancel, err := r.query(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer cancel()
	defer func() { _ = rows.Close() }() // a failed read shows in rows.Err
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	cells, target := make([]sql.NullString, len(names)), make([]any, len(names))
	for i := range cells {
		target[i] = &cells[i]
	}
	for rows.Next() {
		if err := rows.Scan(target...); err != nil {
			return nil, err
		}
		row := make([]string, len(cells))
		for i, c := range cells {
			row[i] = c.String
		}
		out = append(out, row)
	}
	return out, rows.Err()
}

// load reads the lookups once. The values of a key are sorted, so that two
// reads of the same rows give the same, in whatever order they come.
func (r *reader) load(ctx context.Context, lookups []lookup) error {
	if r.lookups != nil {
		return nil
	}
	all := map[string]map[string][]string{}
	for _, l := range lookups {
		rows, err := r.texts(ctx, l.sql)
		if err != nil {
			return fmt.Errorf("read %s: %w", l.name, err)
		}
		value := l.value
		if value == nil {
			value = inWords
		}
		found := map[string][]string{}
		for _, row := range rows {
			if v := value(row[1:]); v != "" {
				found[row[0]] = append(found[row[0]], v)
			}
		}
		for key, values := range found {
			slices.Sort(values)
			found[key] = slices.Compact(values)
		}
		all[l.name] = found
	}
	r.lookups = all
	return nil
}

// inWords puts the parts that are not empty one after the other.
func inWords(parts []string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(parts), func(p string) bool { return p == "" }), " ")
}

// firstPart is the first part that is not empty.
func firstPart(parts []string) string {
	for _, p := range parts {
		if p != "" {
			return p
		}
	}
	return ""
}

// all is everything that a lookup has under a key, sorted.
func (r *row) all(lookup, key string) []string { return r.lookups[lookup][strings.TrimSpace(key)] }

// found is what a lookup has under a value; empty where it has nothing.
func (r *row) found(lookup, name string) string {
	if values := r.all(lookup, r.text(name)); len(values) > 0 {
		return values[0]
	}
	return ""
}

// tags are the texts that are not empty, sorted, each once; nil for none.
func tags(lists ...[]string) []string {
	all := slices.DeleteFunc(slices.Concat(lists...), func(t string) bool { return t == "" })
	if len(all) == 0 {
		return nil
	}
	slices.Sort(all)
	return slices.Compact(all)
}
