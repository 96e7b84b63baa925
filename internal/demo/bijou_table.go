package demo

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"strings"
)

//go:embed bijou_schema.sql
var schema string

// Schema is the DDL of the dossier: SQLite's spelling of Sage's tables, one
// column a line, identifiers in double quotes, foreign keys as constraints
// before the primary key. It is also the project's list of Sage's columns.
func Schema() string { return schema }

// definitions parts the schema into its tables and its indexes.
func definitions() (tables, indexes string) {
	var t, x strings.Builder
	for line := range strings.Lines(schema) {
		if strings.HasPrefix(line, "CREATE INDEX") || strings.HasPrefix(line, "CREATE UNIQUE INDEX") {
			x.WriteString(line)
		} else {
			t.WriteString(line)
		}
	}
	return t.String(), x.String()
}

// row is what the generator says of one row; every column it does not name is
// filled as Sage would.
type row map[string]any

// writer adds rows to the dossier. The first error stops it: later calls do
// nothing, and err says what happened.
type writer struct {
	ctx      context.Context // of the one Build this writer serves
	tx       *sql.Tx
	progress func(done, total int, what string)
	what     string
	done     int
	tables   map[string]*table
	err      error
}

// table is one table being filled.
type table struct {
	name    string
	columns []column
	index   map[string]int
	insert  *sql.Stmt
	values  []any
	rows    int
}

// column says how a column gets its value when a row does not name it.
type column struct {
	name  string
	fill  fill
	base  int // the column that a shadow or twin follows
	width int // of a right-aligned shadow
	empty any
}

type fill uint8

const (
	fillEmpty  fill = iota // column.empty
	fillMarq               // the row's number
	fillShadow             // the bytes of the base column, empty for NULL
	fillTwin               // the base column's number, NULL for 0
)

// add writes one row. A column that the table does not have is an error: the
// generator is wrong.
func (w *writer) add(name string, r row) {
	if w.err != nil {
		return
	}
	t := w.tables[name]
	if t == nil {
		if t, w.err = openTable(w.ctx, w.tx, name); w.err != nil {
			return
		}
		w.tables[name] = t
	}
	t.rows++
	if w.err = t.set(r); w.err != nil {
		return
	}
	if _, err := t.insert.ExecContext(w.ctx, t.values...); err != nil {
		w.err = fmt.Errorf("insert %s row %d: %w", name, t.rows, err)
		return
	}
	if w.done++; w.done%256 == 0 {
		w.progress(w.done, rowCount, w.what)
	}
}

// close releases the prepared statements.
func (w *writer) close() {
	for _, t := range w.tables {
		t.insert.Close()
	}
}

// set puts r, completed, into t.values.
func (t *table) set(r row) error {
	for i, c := range t.columns {
		t.values[i] = c.empty
	}
	for name, v := range r {
		i, ok := t.index[name]
		if !ok {
			return fmt.Errorf("table %s has no column %q", t.name, name)
		}
		t.values[i] = v
	}
	for i, c := range t.columns {
		if _, given := r[c.name]; given {
			continue
		}
		switch c.fill {
		case fillMarq:
			t.values[i] = t.rows
		case fillShadow:
			t.values[i] = shadow(t.values[c.base], c)
		case fillTwin:
			if v := t.values[c.base]; v != 0 {
				t.values[i] = v
			}
		}
	}
	return nil
}

// openTable reads the columns of a table and prepares its INSERT.
func openTable(ctx context.Context, tx *sql.Tx, name string) (*table, error) {
	t := &table{name: name, index: map[string]int{}}
	references, err := referencing(ctx, tx, name)
	if err != nil {
		return nil, fmt.Errorf("read foreign keys of %s: %w", name, err)
	}
	types := []string{}
	rows, err := tx.QueryContext(ctx, "SELECT name, lower(type) FROM pragma_table_info(?)", name)
	if err != nil {
		return nil, fmt.Errorf("read columns of %s: %w", name, err)
	}
	defer rows.Close()
	for rows.Next() {
		var c column
		var typ string
		if err := rows.Scan(&c.name, &typ); err != nil {
			return nil, fmt.Errorf("read columns of %s: %w", name, err)
		}
		t.index[c.name] = len(t.columns)
		t.columns = append(t.columns, c)
		types = append(types, typ)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read columns of %s: %w", name, err)
	}
	quoted := make([]string, len(t.columns))
	for i := range t.columns {
		t.columns[i].describe(types[i], t.index, references)
		quoted[i] = `"` + t.columns[i].name + `"`
	}
	t.values = make([]any, len(t.columns))
	t.insert, err = tx.PrepareContext(ctx, fmt.Sprintf(`INSERT INTO "%s" (%s) VALUES (?%s)`,
		name, strings.Join(quoted, ", "), strings.Repeat(", ?", len(quoted)-1)))
	if err != nil {
		return nil, fmt.Errorf("prepare insert into %s: %w", name, err)
	}
	return t, nil
}

// referencing gives the columns of a table that point at another one: Sage
// keeps NULL there, never an empty text.
func referencing(ctx context.Context, tx *sql.Tx, name string) (map[string]bool, error) {
	rows, err := tx.QueryContext(ctx, `SELECT "from" FROM pragma_foreign_key_list(?)`, name)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[string]bool{}
	for rows.Next() {
		var from string
		if err := rows.Scan(&from); err != nil {
			return nil, err
		}
		found[from] = true
	}
	return found, rows.Err()
}
