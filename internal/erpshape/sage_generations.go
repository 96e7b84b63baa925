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
// families are filled in for Alpha. more may add rows of its own.
func LoadSageGeneration(ctx context.Context, db *sql.DB, dialect catalog.Engine, schema, generation string, more ...func(*Rows)) error {
	return MakeSageGeneration(ctx, db, Options{Engine: dialect, Schema: schema}, generation, more...)
}

// MakeSageGeneration is LoadSageGeneration on any engine.
func MakeSageGeneration(ctx context.Context, db *sql.DB, o Options, generation string, more ...func(*Rows)) error {
	columns := SageColumns(generation)
	others, err := otherSageTables(o, columns)
	if err != nil {
		return fmt.Errorf("load Sage dossier of generation %s: %w", generation, err)
	}
	fill := func(l *loader) {
		l.run(others)
		fillSage(l)
		for _, f := range more {
			f(&Rows{l: l, columns: columns})
		}
		for _, filled := range sageFilledColumns() {
			if _, stays := columns[filled[0]][filled[1]]; !stays {
				l.run([]string{fmt.Sprintf("ALTER TABLE %s%s DROP COLUMN %s", l.prefix, quote(filled[0]), quote(filled[1]))})
			}
		}
		free := "varchar(40) DEFAULT ''"
		if o.Collation != nil {
			free = collated(free, o.Collation("F_COMPTET", SageFreeColumn))
		}
		l.run([]string{
			fmt.Sprintf(`ALTER TABLE %s"F_COMPTET" ADD %s %s`, l.prefix, quote(SageFreeColumn), free),
			fmt.Sprintf(`UPDATE %s"F_COMPTET" SET %s = '%s', "CT_Statistique01" = 'Sud' WHERE "CT_Num" = '%s'`, l.prefix, quote(SageFreeColumn), SageFreeValue, SageAlpha),
		})
		l.add("P_STATISTIQUE", row{"S_Intitule": "Zone", "cbIndice": 1})
		l.add("F_FAMCLIENT", row{"CT_Num": SageAlpha, "FA_CodeFamille": "OR", "FC_Remise": 5})
	}
	// A column that goes again has no default, which SQL Server would keep.
	dropped := map[string]bool{}
	for _, filled := range sageFilledColumns() {
		_, stays := columns[filled[0]][filled[1]]
		dropped[filled[1]] = !stays
	}
	d, err := read(sageSchemaOf(columns), o, sageTypes(o.Engine, dropped))
	if err == nil {
		err = load(ctx, db, d, o, "cbMarq", fill)
	}
	if err != nil {
		return fmt.Errorf("load Sage dossier of generation %s: %w", generation, err)
	}
	return nil
}

// sageFilledColumns are the columns that fillSage fills and that some
// generation does not have: they go once the rows are there.
func sageFilledColumns() [][2]string {
	return [][2]string{{"F_COMPTET", "CT_Prospect"}, {"F_DOCENTETE", "DO_TotalTTC"}}
}

// sageSchemaOf is LoadSage's schema file without the columns of other
// generations. A column taken out one by one would cost a rewrite of its table.
func sageSchemaOf(columns map[string]map[string]string) string {
	var b strings.Builder
	table := ""
	for line := range strings.Lines(demo.Schema()) {
		if name, ok := strings.CutPrefix(line, `CREATE TABLE "`); ok {
			table, _, _ = strings.Cut(name, `"`)
		} else if column := columnLine.FindStringSubmatch(strings.TrimRight(line, "\n")); column != nil {
			_, listed := columns[table][column[1]]
			if !listed && !sageSiteColumn(column[1]) && !slices.Contains(sageFilledColumns(), [2]string{table, column[1]}) {
				continue
			}
		}
		b.WriteString(line)
	}
	return b.String()
}

// otherSageTables makes the tables that LoadSage does without.
func otherSageTables(o Options, tables map[string]map[string]string) ([]string, error) {
	prefix := ""
	if o.Schema != "" {
		prefix = quote(o.Schema) + "."
	}
	var statements []string
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		if strings.Contains(demo.Schema(), `CREATE TABLE "`+table+`"`) {
			continue
		}
		var list []string
		for _, column := range slices.Sorted(maps.Keys(tables[table])) {
			declared, err := sageType(o.Engine, tables[table][column])
			if err != nil {
				return nil, err
			}
			list = append(list, quote(column)+" "+declared)
		}
		statements = append(statements, fmt.Sprintf("CREATE TABLE %s%s (%s)", prefix, quote(table), strings.Join(list, ", ")))
	}
	return statements, nil
}

// sageSiteColumn tells whether LoadSage's site added a column: Sage's own names
// have no blanks.
func sageSiteColumn(name string) bool { return strings.Contains(name, " ") }

// sageTypes spells the types of LoadSage's schema file, with their defaults
// but for some columns.
func sageTypes(engine catalog.Engine, bare map[string]bool) func(column, declared string, references bool) (string, error) {
	return func(column, declared string, references bool) (string, error) {
		text, err := sageType(engine, declared)
		if err != nil || bare[column] {
			return text, err
		}
		return text + sageDefault(column, declared, references), nil
	}
}
