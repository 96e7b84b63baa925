package erp

import (
	"strings"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// shape gathers what the catalogs of servers tell row by row.
type shape struct {
	tables []*catalog.Table
	byName map[[2]string]*catalog.Table
}

// table gives the table of a name, made when it is first met.
func (s *shape) table(schema, name string, view bool) *catalog.Table {
	key := [2]string{schema, name}
	if t := s.byName[key]; t != nil {
		return t
	}
	if s.byName == nil {
		s.byName = map[[2]string]*catalog.Table{}
	}
	t := &catalog.Table{Schema: schema, Name: name, View: view}
	s.byName[key] = t
	s.tables = append(s.tables, t)
	return t
}

// uniqueColumn is one column of a primary or unique key.
type uniqueColumn struct {
	Schema  string `db:"schema_name"`
	Table   string `db:"table_name"`
	Key     string `db:"key_name"`
	Primary bool   `db:"is_primary"`
	Column  string `db:"column_name"` // empty for what is no column: dropUnreadableKeys then drops the key
}

// unique adds keys whose columns stand together, in the key's order. Tables
// that are not known, because the login may not read them, are passed over.
func (s *shape) unique(columns []uniqueColumn) {
	for i, u := range columns {
		t := s.byName[[2]string{u.Schema, u.Table}]
		if t == nil {
			continue
		}
		before := uniqueColumn{}
		if i > 0 {
			before = columns[i-1]
		}
		switch {
		case u.Primary:
			t.PrimaryKey = append(t.PrimaryKey, u.Column)
		case before.Schema == u.Schema && before.Table == u.Table && before.Key == u.Key:
			last := len(t.Unique) - 1
			t.Unique[last] = append(t.Unique[last], u.Column)
		default:
			t.Unique = append(t.Unique, []string{u.Column})
		}
	}
}

// foreignColumn is one column of a foreign key.
type foreignColumn struct {
	Schema    string `db:"schema_name"`
	Table     string `db:"table_name"`
	Key       string `db:"key_name"`
	RefSchema string `db:"ref_schema"`
	RefTable  string `db:"ref_table"`
	Column    string `db:"column_name"`
	RefColumn string `db:"ref_column"`
	OnDelete  string `db:"on_delete"`
	OnUpdate  string `db:"on_update"`
	Checked   bool   `db:"checked"`
}

// foreign adds foreign keys, as unique does. Of those of tables that are not known
// it notes where they point, and what they carry on.
func (s *shape) foreign(columns []foreignColumn) {
	for i, f := range columns {
		t := s.byName[[2]string{f.Schema, f.Table}]
		first := i == 0 || columns[i-1].Schema != f.Schema || columns[i-1].Table != f.Table || columns[i-1].Key != f.Key
		if t == nil {
			if to := s.byName[[2]string{f.RefSchema, f.RefTable}]; to != nil && first {
				to.Outside = append(to.Outside, catalog.OutsideKey{Table: strings.TrimPrefix(f.Schema+"."+f.Table, "."), OnDelete: referentialAction(f.OnDelete), OnUpdate: referentialAction(f.OnUpdate)})
			}
			continue
		}
		if first {
			t.ForeignKeys = append(t.ForeignKeys, catalog.ForeignKey{RefSchema: f.RefSchema, RefTable: f.RefTable,
				OnDelete: referentialAction(f.OnDelete), OnUpdate: referentialAction(f.OnUpdate), Checked: f.Checked})
		}
		k := &t.ForeignKeys[len(t.ForeignKeys)-1]
		k.Columns = append(k.Columns, f.Column)
		k.RefColumns = append(k.RefColumns, f.RefColumn)
	}
}

// hidden notes on every table that foreign keys may point at it which the login cannot
// see: a delete may be carried on, and a change of what is unique beside the primary
// key. The right is the one that would show them.
func (s *shape) hidden(right string) {
	for _, t := range s.tables {
		key := catalog.OutsideKey{Table: "tables whose keys this login cannot see (give it " + right + ")", OnDelete: "CASCADE"}
		if len(t.Unique) > 0 {
			key.OnUpdate = "CASCADE"
		}
		t.Outside = append(t.Outside, key)
	}
}

// referentialAction is what a foreign key does to the rows that point, as
// catalog.ForeignKey says it; the engines spell it in four ways.
func referentialAction(word string) string {
	switch strings.ReplaceAll(strings.ToUpper(word), "_", " ") {
	case "CASCADE", "C":
		return "CASCADE"
	case "SET NULL", "N":
		return "SET NULL"
	case "SET DEFAULT", "D":
		return "SET DEFAULT"
	}
	return ""
}
