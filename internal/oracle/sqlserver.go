package oracle

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"
	"sync"

	_ "github.com/microsoft/go-mssqldb" // the driver "sqlserver"
	"modernc.org/sqlite"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// SQL Server shares too little with the portal's SQL for a text of it to be
// asked of both. The gate stands before a SQL Server with everybody's rows, and
// what the customer may see is asked of SQLite, which reads the text as it is:
// a meaning that SQL Server gave a word of its own shows, too.

var sqlserverDialect = dialect{engine: catalog.SQLServer, sqlserver: true}

// adapt gives a value in a form that means the same on SQL Server: to it 'a'
// and 'a ' are one text, so no text ends in a blank, and a character beyond
// U+FFFF is two, so none is stored (filter/doc.go and docs/sql.md say so).
func (d dialect) adapt(v value) value {
	if d.sqlserver && v.kind == kindText {
		v.text = d.spelling(v.text)
		if s := strings.TrimRight(v.text, " "); s != v.text {
			v.text = s + strings.Repeat(".", len(v.text)-len(s))
		}
	}
	return v
}

// spelling writes characters beyond U+FFFF as one below.
func (d dialect) spelling(text string) string {
	if !d.sqlserver {
		return text
	}
	return strings.Map(func(r rune) rune {
		if r > 0xFFFF {
			return '€'
		}
		return r
	}, text)
}

// tsqlType is how a column is declared on SQL Server. Texts compare by their
// bytes. Owners are of one code page where the customers' ids are: their
// parameters travel as such.
func (w *world) tsqlType(c *column) string {
	base, size, sized := strings.Cut(c.native, "(")
	switch base {
	case "INTEGER":
		return "int"
	case "double":
		return "float"
	case "timestamp":
		return "datetime2(6)" // the other word is that of row versions
	case "varchar":
		if !sized || c.domain != domOwner || slices.ContainsFunc(w.customers, func(x customer) bool { return strings.ContainsFunc(x.id, func(r rune) bool { return r > 0xFF }) }) {
			base = "nvarchar"
		}
		return base + "(" + size + " COLLATE Latin1_General_BIN2"
	}
	return c.native
}

func bracketed(name string) string { return "[" + strings.ReplaceAll(name, "]", "]]") + "]" }

// tsql builds the tables in a schema.
func (w *world) tsql(schema string, c content) []string {
	var out []string
	for _, t := range c.tables {
		name := bracketed(schema) + "." + bracketed(t.name)
		var parts, key []string
		for _, x := range c.columns(t) {
			null := " NULL"
			if x.notNull {
				null = " NOT NULL"
			}
			parts = append(parts, bracketed(x.name)+" "+w.tsqlType(x)+null)
		}
		for _, k := range t.key {
			key = append(key, bracketed(k.name))
		}
		if key != nil {
			parts = append(parts, "PRIMARY KEY ("+strings.Join(key, ", ")+")")
		}
		out = append(out, "CREATE TABLE "+name+" ("+strings.Join(parts, ", ")+")")
		if rows := c.rows(t); len(rows) > 0 {
			out = append(out, tsqlInsert(name, rows))
		}
		if c.analyse && !w.dialect.babelfish { // which has no such statement
			out = append(out, "UPDATE STATISTICS "+name)
		}
	}
	return out
}

func tsqlInsert(name string, rows []row) string {
	var b strings.Builder
	b.WriteString("INSERT INTO " + name + " VALUES ")
	for i, x := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		for j, v := range x {
			b.WriteString(map[bool]string{true: "(", false: ", "}[j == 0])
			if v.kind == kindText {
				b.WriteByte('N')
			}
			b.WriteString(v.literal())
		}
		b.WriteByte(')')
	}
	return b.String()
}

// openSQLServer makes a schema of a database.
func (w *world) openSQLServer(ctx context.Context, server *sql.DB, schema string, c content) (*database, error) {
	conn, err := server.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect to SQL Server: %w", err)
	}
	out := &database{conn: conn, schema: schema, close: func() {
		for _, t := range c.tables {
			_, _ = conn.ExecContext(context.WithoutCancel(ctx), "DROP TABLE "+bracketed(schema)+"."+bracketed(t.name))
		}
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), "DROP SCHEMA "+bracketed(schema))
		_ = conn.Close()
	}}
	if err := out.run(ctx, append([]string{"CREATE SCHEMA " + bracketed(schema)}, w.tsql(schema, c)...)); err != nil {
		out.close()
		return nil, err
	}
	return out, nil
}

// besideSQLServer is the name of the driver of SQLite's whose LIKE tells small
// letters from capitals, and whose UPPER and LOWER know letters with accents, as
// both do on SQL Server.
var besideSQLServer = sync.OnceValue(func() string {
	const name = "sqlite beside SQL Server"
	d := &sqlite.Driver{}
	teach(d)
	for word, f := range map[string]func(string) string{"upper": strings.ToUpper, "lower": strings.ToLower} {
		d.MustRegisterDeterministicScalarFunction(word, 1, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
			switch x := args[0].(type) {
			case nil:
				return nil, nil
			case string:
				return f(x), nil
			default:
				return f(fmt.Sprint(x)), nil
			}
		})
	}
	sql.Register(name, d)
	return name
})

// openBeside makes the database in memory that a gate over SQL Server is
// compared with.
func openBeside(ctx context.Context, c content) (*database, error) {
	out, err := openFile(ctx, besideSQLServer(), ":memory:", c)
	if err != nil {
		return nil, err
	}
	if err := out.run(ctx, []string{"PRAGMA case_sensitive_like = ON"}); err != nil {
		out.close()
		return nil, err
	}
	return out, nil
}
