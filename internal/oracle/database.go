package oracle

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// database is one of a world's databases, for statements that are run as they
// are.
type database struct {
	conn   *sql.Conn
	schema string // the server's, which the connection searches; MariaDB calls it a database
	close  func()
}

// content is what a database is to hold of a world.
type content struct {
	tables  []*table
	columns func(*table) []*column
	rows    func(*table) []row
	analyse bool // the engine counts the rows
	words   bool // the judge's functions are there (words.go)
}

// everything is the whole ERP.
func (w *world) everything() content {
	return content{tables: w.tables, columns: func(t *table) []*column { return t.columns }, rows: func(t *table) []row { return t.rows }}
}

// reduced holds one asker's rows and visible columns and nothing else.
func (w *world) reduced(who int) content {
	return content{tables: w.shown, columns: w.profile.columns, rows: func(t *table) []row { return w.seen[who][t] }, words: true}
}

// wide holds the visible columns with everybody's rows: an answer that is the
// same there did not depend on the row filter.
func (w *world) wide() content {
	return content{tables: w.shown, columns: w.profile.columns, rows: func(t *table) []row { return t.rows }, words: true}
}

// statements build a database.
func (c content) statements(d dialect, prefix string) []string {
	var out []string
	for _, t := range c.tables {
		name := prefix + d.strict(t.name)
		columns := c.columns(t)
		out = append(out, t.ddl(d, name, columns))
		if s := t.insert(name, columns, c.rows(t)); s != "" {
			out = append(out, s)
		}
		if c.analyse && d.mariadb {
			out = append(out, "ANALYZE TABLE "+name+" PERSISTENT FOR ALL")
		} else if c.analyse {
			out = append(out, "ANALYZE "+name)
		}
	}
	return out
}

// functions make the judge's words, where they are wanted.
func (c content) functions(d dialect) []string {
	if !c.words {
		return nil
	}
	return d.words()
}

// openSQLite makes a database in a file, or in memory where path is empty.
func openSQLite(ctx context.Context, path string, c content) (*database, error) {
	if path == "" {
		path = ":memory:"
	}
	return openFile(ctx, sqliteDriver, path, c)
}

func openFile(ctx context.Context, driver, path string, c content) (*database, error) {
	db, err := sql.Open(driver, path)
	if err != nil {
		return nil, fmt.Errorf("open SQLite %s: %w", path, err)
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("open SQLite %s: %w", path, err)
	}
	out := &database{conn: conn, close: func() { _ = conn.Close(); _ = db.Close() }}
	script := append([]string{"PRAGMA synchronous = OFF", "BEGIN"}, c.statements(sqliteDialect, "")...)
	if err := out.run(ctx, append(script, "COMMIT")); err != nil {
		out.close()
		return nil, err
	}
	return out, nil
}

// openPostgres makes a schema of a server and a connection that searches it.
func openPostgres(ctx context.Context, server *sql.DB, schema string, c content) (*database, error) {
	conn, err := server.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	name := postgresDialect.strict(schema)
	out := &database{conn: conn, schema: schema, close: func() {
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), "DROP SCHEMA IF EXISTS "+name+" CASCADE")
		_ = conn.Close()
	}}
	script := append([]string{"DROP SCHEMA IF EXISTS " + name + " CASCADE", "CREATE SCHEMA " + name,
		"SET search_path = " + name, "SET TimeZone = 'UTC'"}, c.functions(postgresDialect)...)
	script = append(script, c.statements(postgresDialect, name+".")...)
	if err := out.run(ctx, script); err != nil {
		out.close()
		return nil, err
	}
	return out, nil
}

// openMariaDB makes a database of a server and a connection that works in it.
// Its session reads names, texts and || as the standard does, so that most of
// what the portal is asked can be asked of it unchanged.
func openMariaDB(ctx context.Context, server *sql.DB, name string, c content) (*database, error) {
	conn, err := server.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect to MariaDB: %w", err)
	}
	quoted := mariadbDialect.strict(name)
	out := &database{conn: conn, schema: name, close: func() {
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), "DROP DATABASE IF EXISTS "+quoted)
		_ = conn.Close()
	}}
	mode := "ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES"
	script := append([]string{
		"SET SESSION sql_mode = '" + mode + "'",
		"SET SESSION time_zone = '+00:00', SESSION div_precision_increment = 8, SESSION max_statement_time = 4",
		"DROP DATABASE IF EXISTS " + quoted, "CREATE DATABASE " + quoted, "USE " + quoted,
	}, c.functions(mariadbDialect)...)
	script = append(script, "SET SESSION sql_mode = '"+mode+",STRICT_TRANS_TABLES'")
	script = append(script, c.statements(mariadbDialect, quoted+".")...)
	if err := out.run(ctx, script); err != nil {
		out.close()
		return nil, err
	}
	return out, nil
}

func (d *database) run(ctx context.Context, script []string) error {
	for _, s := range script {
		if _, err := d.conn.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("%w in: %s", err, s)
		}
	}
	return nil
}

// answer is a result: labels and rows of values as a driver or the gate gave them.
type answer struct {
	labels []string
	rows   [][]any
}

// A query whose answer is larger, or takes longer, is not worth judging.
const (
	maxRows  = 3000
	patience = 3 * time.Second
)

var errTooLarge = errors.New("the answer is too large to be worth it")

// ask runs a query as it is. The error is errTooLarge where it is not worth it.
func (d *database) ask(ctx context.Context, text string, args []any) (*answer, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out, err := d.answer(ctx, text, args)
	if ctx.Err() != nil {
		return nil, errTooLarge
	}
	return out, err
}

func (d *database) answer(ctx context.Context, text string, args []any) (*answer, error) {
	rows, err := d.conn.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	out := &answer{}
	if out.labels, err = rows.Columns(); err != nil {
		return nil, err
	}
	for rows.Next() {
		cells := make([]any, len(out.labels))
		pointers := make([]any, len(cells))
		for i := range cells {
			pointers[i] = &cells[i]
		}
		if err := rows.Scan(pointers...); err != nil {
			return nil, err
		}
		for i, x := range cells {
			if b, ok := x.([]byte); ok {
				cells[i] = string(b)
			}
		}
		if out.rows = append(out.rows, cells); len(out.rows) > maxRows {
			return nil, errTooLarge
		}
	}
	return out, rows.Err()
}

// unknownName tells whether an engine refused a statement because of a name
// that it does not have, or has twice.
func unknownName(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.Code {
		case "42P01", "42703", "42702", "3F000", "42P09": // undefined table, column; ambiguous; no such schema
			return true
		}
		return false
	}
	var my *mysql.MySQLError
	if errors.As(err, &my) {
		switch my.Number {
		case 1146, 1054, 1052, 1049, 1109: // no such table, column; ambiguous; no such database; unknown table
			// MariaDB knows the columns of a grouped expression no longer in
			// HAVING, although they are there: that is a statement which it
			// refuses, not a name which it lacks.
			// And it takes a column that USING merged for two in GROUP BY.
			return !strings.HasSuffix(my.Message, "in 'HAVING'") && !strings.HasSuffix(my.Message, "in GROUP BY is ambiguous")
		}
		return false
	}
	text := err.Error()
	for _, sign := range []string{"no such table", "no such column", "ambiguous column", "cannot join using column"} {
		if strings.Contains(text, sign) {
			return true
		}
	}
	return false
}
