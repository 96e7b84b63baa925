package erpsource

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strconv"
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
	// decides: attributes are made of it, which row filters compare with. A change
	// of it is seen at each read, whatever the markers say.
	decides bool
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

// read reads a lookup. The values of a key are sorted, so that two reads of the
// same rows give the same, in whatever order they come.
func (r *reader) read(ctx context.Context, l lookup) (map[string][]string, error) {
	rows, err := r.texts(ctx, l.sql)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", l.name, err)
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
	return found, nil
}

// besideOf is another one whenever what attributes are made of beside the
// customers is another; empty where there is nothing of the kind.
func (s *snapshot) besideOf(ctx context.Context) (string, error) {
	if s.beside != nil {
		return *s.beside, nil
	}
	var parts []string
	for _, l := range s.plan.lookups {
		if !l.decides {
			continue
		}
		found := s.lookups[l.name]
		if found == nil {
			var err error
			if found, err = s.read(ctx, l); err != nil {
				return "", err
			}
		}
		for _, key := range slices.Sorted(maps.Keys(found)) {
			parts = append(append(parts, l.name, key, strconv.Itoa(len(found[key]))), found[key]...)
		}
	}
	beside := ""
	if len(parts) > 0 {
		beside = digest(parts...)
	}
	s.beside = &beside
	return beside, nil
}

// load reads the lookups once.
func (r *reader) load(ctx context.Context, lookups []lookup) error {
	if r.lookups != nil {
		return nil
	}
	all := map[string]map[string][]string{}
	for _, l := range lookups {
		found, err := r.read(ctx, l)
		if err != nil {
			return err
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
