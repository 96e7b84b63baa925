package erpshape

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

//go:embed odoo_versions.txt
var odooVersions string

// OdooVersions are the versions of Odoo that LoadOdooVersion makes.
func OdooVersions() []int { return []int{16, 17, 18, 19} }

// OdooColumns gives the columns of every table of a version of Odoo, with
// their types; that of a column that is NOT NULL ends in an exclamation mark.
func OdooColumns(version int) map[string]map[string]string {
	tables, table := map[string]map[string]string{}, ""
	digit := fmt.Sprint(version % 10)
	for line := range strings.Lines(odooVersions) {
		digits, columns, listed := strings.Cut(strings.TrimRight(line, "\n"), " ")
		switch {
		case digits == "" || digits == "#":
		case !listed:
			table = digits
		case strings.Contains(digits, digit):
			if tables[table] == nil {
				tables[table] = map[string]string{}
			}
			for column := range strings.SplitSeq(columns, "; ") {
				name, declared, _ := strings.Cut(column, " ")
				tables[table][name] = declared
			}
		}
	}
	return tables
}

// LoadOdooVersion makes the database of LoadOdoo as a version of Odoo has it,
// in an empty PostgreSQL schema: with every table and column of that version
// that a portal may meet, and what more fills in.
func LoadOdooVersion(ctx context.Context, db *sql.DB, schema string, version int, more ...func(*Rows)) error {
	columns := OdooColumns(version)
	fill := func(l *loader) {
		l.columns = columns
		fillOdoo(l)
		for _, f := range more {
			f(&Rows{l: l, columns: columns})
		}
	}
	o := Options{Engine: catalog.Postgres, Schema: schema}
	d, err := read(odooSchemaOf(columns), o, func(_, declared string, _ bool) (string, error) { return declared, nil })
	if err == nil {
		err = load(ctx, db, d, o, "id", fill)
	}
	if err != nil {
		return fmt.Errorf("load Odoo %d database: %w", version, err)
	}
	return nil
}

// odooSchemaOf writes a version's tables in the form of the schema files. What
// Odoo's own code would fill in has a default.
func odooSchemaOf(columns map[string]map[string]string) string {
	var b strings.Builder
	for _, table := range slices.Sorted(maps.Keys(columns)) {
		fmt.Fprintf(&b, "CREATE TABLE \"%s\" (\n", table)
		for _, name := range slices.Sorted(maps.Keys(columns[table])) {
			declared, needed := strings.CutSuffix(columns[table][name], "!")
			if needed && name != "id" {
				declared += " DEFAULT " + odooDefault(declared)
			}
			fmt.Fprintf(&b, "  \"%s\" %s%s,\n", name, declared, map[bool]string{true: " NOT NULL"}[needed])
		}
		fmt.Fprintf(&b, "  CONSTRAINT \"%s_pkey\" PRIMARY KEY (\"id\")\n);\n\n", table)
	}
	return b.String()
}

func odooDefault(declared string) string {
	switch name, _, _ := strings.Cut(declared, "("); name {
	case "varchar", "text":
		return "''"
	case "bool":
		return "false"
	case "jsonb":
		return "'{}'"
	case "date", "timestamp":
		return "'2025-01-01'"
	}
	return "0"
}
