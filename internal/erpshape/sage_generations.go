package erpshape

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/internal/demo"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

//go:embed sage_generations.txt
var sageGenerations string

// SageGenerations are the generations of Sage 100 that LoadSageGeneration
// makes, the oldest first: A knows no prospects, C has no CT_DateCreate.
func SageGenerations() []string { return []string{"A", "B", "C"} }

// SageFreeColumn is a column that the site of a dossier made by
// LoadSageGeneration added to F_COMPTET; Alpha has SageFreeValue in it, the
// others an empty text.
const (
	SageFreeColumn = "N° Région d'été"
	SageFreeValue  = "Île-de-France"
)

// SageColumns gives the columns of every table of a generation, with the types
// of SQL Server.
func SageColumns(generation string) map[string]map[string]string {
	tables, table := map[string]map[string]string{}, ""
	for line := range strings.Lines(sageGenerations) {
		letters, columns, listed := strings.Cut(strings.TrimRight(line, "\n"), " ")
		switch {
		case letters == "" || letters == "#":
		case !listed:
			table = letters
		case strings.Contains(letters, generation):
			if tables[table] == nil {
				tables[table] = map[string]string{}
			}
			for column := range strings.SplitSeq(columns, "; ") {
				name, declared, _ := strings.Cut(column, " ")
				old, recent, differ := strings.Cut(declared, "|")
				if differ && generation == "C" {
					old = recent
				}
				tables[table][name] = old
			}
		}
	}
	return tables
}

// LoadSageGeneration makes the dossier of LoadSage as a generation of Sage 100
// has it: with every table and column of that generation, and no other but
// SageFreeColumn and those that LoadSage adds for its site. Statistics and
// families are filled in for Alpha.
func LoadSageGeneration(ctx context.Context, db *sql.DB, dialect catalog.Engine, schema, generation string) error {
	if err := LoadSage(ctx, db, dialect, schema); err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("make a Sage dossier of generation %s: %w", generation, err)
	}
	defer tx.Rollback()
	l := &loader{ctx: ctx, tx: tx, key: "cbMarq", rows: map[string]int{}}
	if schema != "" {
		l.prefix = quote(schema) + "."
	}
	reshapeSage(l, dialect, SageColumns(generation))
	l.run([]string{
		fmt.Sprintf(`ALTER TABLE %s"F_COMPTET" ADD COLUMN %s varchar(40) DEFAULT ''`, l.prefix, quote(SageFreeColumn)),
		fmt.Sprintf(`UPDATE %s"F_COMPTET" SET %s = '%s', "CT_Statistique01" = 'Sud' WHERE "CT_Num" = '%s'`, l.prefix, quote(SageFreeColumn), SageFreeValue, SageAlpha),
	})
	l.add("P_STATISTIQUE", row{"S_Intitule": "Zone", "cbIndice": 1})
	l.add("F_FAMCLIENT", row{"CT_Num": SageAlpha, "FA_CodeFamille": "OR", "FC_Remise": 5})
	if l.err == nil {
		l.err = tx.Commit()
	}
	if l.err != nil {
		return fmt.Errorf("make a Sage dossier of generation %s: %w", generation, l.err)
	}
	return nil
}

// reshapeSage takes away the columns of other generations and adds the tables
// that LoadSage does without.
func reshapeSage(l *loader, dialect catalog.Engine, tables map[string]map[string]string) {
	loaded := schemaColumns(demo.Schema())
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		columns := tables[table]
		if here, ok := loaded[table]; ok {
			for _, column := range here {
				if _, stays := columns[column]; !stays && !sageSiteColumn(column) {
					l.run([]string{fmt.Sprintf("ALTER TABLE %s%s DROP COLUMN %s", l.prefix, quote(table), quote(column))})
				}
			}
			continue
		}
		var list []string
		for _, column := range slices.Sorted(maps.Keys(columns)) {
			list = append(list, quote(column)+" "+sageType(dialect, columns[column]))
		}
		l.run([]string{fmt.Sprintf("CREATE TABLE %s%s (%s)", l.prefix, quote(table), strings.Join(list, ", "))})
	}
}

// sageSiteColumn tells whether LoadSage's site added a column: Sage's own names
// have no blanks.
func sageSiteColumn(name string) bool { return strings.Contains(name, " ") }

// schemaColumns lists the columns of each table of a schema file.
func schemaColumns(text string) map[string][]string {
	tables, table := map[string][]string{}, ""
	for line := range strings.Lines(text) {
		if name, ok := strings.CutPrefix(line, `CREATE TABLE "`); ok {
			table, _, _ = strings.Cut(name, `"`)
		} else if column := columnLine.FindStringSubmatch(strings.TrimRight(line, "\n")); column != nil {
			tables[table] = append(tables[table], column[1])
		}
	}
	return tables
}

// sageType spells a type of SQL Server for an engine.
func sageType(dialect catalog.Engine, declared string) string {
	name, size, _ := strings.Cut(declared, "(")
	if size == "max)" {
		declared = map[string]string{"varchar": "text", "varbinary": "varbinary"}[name]
	}
	if dialect == catalog.Postgres {
		return postgresType(declared)
	}
	return declared
}
