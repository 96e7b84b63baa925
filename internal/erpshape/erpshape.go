// Package erpshape fills databases with small, hand-made ERP dossiers for
// tests: Sage 100 and Odoo, with their real table and column names and types,
// and with the rows that a nearly right filter gets wrong.
//
// It is used by tests only. Nothing that ships may import it.
//
// Read next: sage.go and odoo.go (who is in there), postgres.go (a database for
// a test).
package erpshape

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// row is one row by column name; columns it does not name get their default.
type row map[string]any

// ddl is a schema file taken apart: what is run before the rows are there, and
// the keys that are added after.
type ddl struct{ before, after []string }

var (
	columnLine = regexp.MustCompile(`^  "([^"]+)" (.+?)( NOT NULL)?(,?)$`)
	foreignKey = regexp.MustCompile(`^  (CONSTRAINT "[^"]+" FOREIGN KEY \("([^"]+)"\) REFERENCES .+?),?$`)
	uniqueLine = regexp.MustCompile(`^  UNIQUE \(`)
	tableName  = regexp.MustCompile(`\b(TABLE|ON|REFERENCES) "`)
)

// read takes a schema file apart for an engine. Tables get the schema's name
// in front where one is given; typ spells a column's type, with its default.
func read(text string, o Options, typ func(column, declared string, references bool) (string, error)) (ddl, error) {
	engine, schema := o.Engine, o.Schema
	qualify := func(s string) string { return s }
	if schema != "" {
		qualify = func(s string) string {
			return tableName.ReplaceAllString(s, `$1 `+strings.ReplaceAll(quote(schema), "$", "$$")+`."`)
		}
	}
	referencing, table := references(text), ""
	var d ddl
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		key := foreignKey.FindStringSubmatch(line)
		column := columnLine.FindStringSubmatch(line)
		switch {
		case line == "", strings.HasPrefix(line, "--"):
		case key != nil && engine == catalog.SQLite:
			b.WriteString(line + "\n")
		case key != nil:
			d.after = append(d.after, qualify(fmt.Sprintf(`ALTER TABLE "%s" ADD %s`, table, key[1])))
		case column != nil:
			declared, err := typ(column[1], column[2], referencing[table+"."+column[1]])
			if err != nil {
				return ddl{}, err
			}
			if o.Collation != nil {
				declared = collated(declared, o.Collation(table, column[1]))
			}
			fmt.Fprintf(&b, "  %s %s%s%s\n", quote(column[1]), declared, column[3], column[4])
		case engine == catalog.SQLServer && uniqueLine.MatchString(line):
			// SQL Server takes two NULLs for equal; no test asks for these keys there.
		case strings.HasPrefix(line, "ALTER TABLE") && engine == catalog.SQLite:
			// SQLite adds no key to a table that is there; no test asks for these there.
		case strings.HasPrefix(line, "ALTER TABLE"):
			d.after = append(d.after, qualify(line))
		default:
			if name, ok := strings.CutPrefix(line, `CREATE TABLE "`); ok {
				table, _, _ = strings.Cut(name, `"`)
			}
			b.WriteString(qualify(line) + "\n")
			if strings.HasSuffix(line, ";") {
				d.before = append(d.before, b.String())
				b.Reset()
			}
		}
	}
	return d, nil
}

// references lists the columns that are foreign keys, as table.column.
func references(text string) map[string]bool {
	found, table := map[string]bool{}, ""
	for line := range strings.Lines(text) {
		if name, ok := strings.CutPrefix(line, `CREATE TABLE "`); ok {
			table, _, _ = strings.Cut(name, `"`)
		}
		if key := foreignKey.FindStringSubmatch(strings.TrimRight(line, "\n")); key != nil {
			found[table+"."+key[2]] = true
		}
	}
	return found
}

// loader adds rows in one transaction. The first error stops it.
type loader struct {
	ctx    context.Context // of the one load this loader serves
	tx     *sql.Tx
	engine catalog.Engine
	prefix string // the schema, quoted, with its dot
	page   bool   // whether texts are kept in a code page
	key    string // numbered from 1 where a row does not give it
	rows   map[string]int
	err    error

	columns map[string]map[string]string // by table, where rows may name columns that a version lacks; else nil
}

// load makes the tables of d, fills them, and adds the keys.
func load(ctx context.Context, db *sql.DB, d ddl, o Options, key string, fill func(*loader)) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	l := &loader{ctx: ctx, tx: tx, engine: o.Engine, key: key, rows: map[string]int{}}
	if o.Schema != "" {
		l.prefix = quote(o.Schema) + "."
	}
	l.run(d.before)
	fill(l)
	l.run(d.after)
	if l.err != nil {
		return l.err
	}
	return tx.Commit()
}

func (l *loader) run(statements []string) {
	for _, s := range statements {
		if l.err != nil {
			return
		}
		if _, err := l.tx.ExecContext(l.ctx, s); err != nil {
			l.err = fmt.Errorf("run %q: %w", s, err)
		}
	}
}

// add writes one row.
func (l *loader) add(table string, r row) {
	if l.err != nil {
		return
	}
	l.rows[table]++
	if _, given := r[l.key]; !given {
		r[l.key] = l.rows[table]
	}
	l.insert(table, r)
}

// insert writes one row as it is.
func (l *loader) insert(table string, r row) {
	if l.err != nil {
		return
	}
	names := slices.Sorted(maps.Keys(r))
	if l.columns != nil {
		names = slices.DeleteFunc(names, func(name string) bool { _, there := l.columns[table][name]; return !there })
	}
	columns, marks, values := make([]string, len(names)), make([]string, len(names)), []any{}
	for i, name := range names {
		columns[i], marks[i] = quote(name), "NULL" // a parameter of no type is refused by SQL Server
		if value := r[name]; value != nil {
			if l.page {
				value = ofCodePage(value)
			}
			values = append(values, value)
			marks[i] = mark(l.engine, len(values))
		}
	}
	text := fmt.Sprintf("INSERT INTO %s%s (%s) VALUES (%s)", l.prefix, quote(table), strings.Join(columns, ", "), strings.Join(marks, ", "))
	if _, err := l.tx.ExecContext(l.ctx, text, values...); err != nil {
		l.err = fmt.Errorf("insert a row of %s: %w", table, err)
	}
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
