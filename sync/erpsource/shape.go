package erpsource

import (
	"slices"
	"strings"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// MissingError says that a dossier lacks what its ERP cannot be read without,
// or that the login may not read it, which looks the same from here.
type MissingError struct {
	Table   string
	Columns []string // empty: the table itself
}

// Error names the table and columns and says what to do.
func (e *MissingError) Error() string {
	what := "table " + e.Table
	switch len(e.Columns) {
	case 0:
	case 1:
		what = "column " + e.Columns[0] + " of " + what
	default:
		what = "columns " + strings.Join(e.Columns, ", ") + " of " + what
	}
	return what + ": not there, or the login may not read it: check that the dossier's database and kind of ERP are right, and grant SELECT"
}

// table is one table under an alias in a statement.
type table struct {
	shape *shape
	*catalog.Table
	name, alias string
	missing     []string
}

// table finds a table; nil where there is none.
func (s *shape) table(name, alias string) *table {
	t := s.catalog.Table("", name)
	if t == nil {
		return nil
	}
	if !slices.Contains(s.read, t.Name) {
		s.read = append(s.read, t.Name)
	}
	return &table{shape: s, Table: t, name: name, alias: alias}
}

// must is table with an error where there is none.
func (s *shape) must(name, alias string) (*table, error) {
	if t := s.table(name, alias); t != nil {
		return t, nil
	}
	return nil, &MissingError{Table: name}
}

// has tells whether the table is there with a column.
func (t *table) has(column string) bool { return t != nil && t.Column(column) != nil }

// from spells the table in a FROM clause.
func (t *table) from() string {
	return t.shape.db.Quote(t.Schema, t.Name) + " " + t.shape.db.Quote(t.alias)
}

// col spells a column that the statement cannot do without. Where the table
// lacks it, err says so afterwards.
func (t *table) col(name string) string {
	c := t.Column(name)
	if c == nil {
		if !slices.Contains(t.missing, name) {
			t.missing = append(t.missing, name)
		}
		return "NULL"
	}
	return t.shape.db.Quote(t.alias, c.Name)
}

// text spells a required column as text.
func (t *table) text(name string) string { return t.shape.db.AsText(t.col(name)) }

// opt spells a column as text, or as NULL where the table lacks it: generations
// of an ERP differ by dozens of columns.
func (t *table) opt(name string) string {
	if !t.has(name) {
		return "NULL"
	}
	return t.text(name)
}

// flag spells a boolean column with the value that it has where it is NULL or
// where the table lacks it.
func (t *table) flag(name, otherwise string) string {
	if !t.has(name) {
		return otherwise
	}
	return "COALESCE(" + t.col(name) + ", " + otherwise + ")"
}

// err names the required columns that were not there.
func (t *table) err() error {
	if len(t.missing) > 0 {
		return &MissingError{Table: t.name, Columns: t.missing}
	}
	return nil
}
