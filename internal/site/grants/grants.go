// Package grants says what a login must be allowed on an ERP's database, and
// spells the statements that allow it that and no more.
package grants

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// PasswordPlace stands in a script where somebody must write a password.
const PasswordPlace = "CHOOSE-A-LONG-PASSWORD"

// Script gives the statements that make a login which may read some tables of a
// database, write what needs say of them, and do nothing else. They are for
// whoever administers the ERP's server: Vantelle never runs them. Empty for an
// engine without logins.
func Script(engine catalog.Engine, database, login string, needs []Need) string {
	var lines []string
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	schemas := map[string]bool{}
	for _, n := range needs {
		schemas[n.Table.Schema] = true
	}
	switch engine {
	case catalog.Postgres:
		role := quoted(login, `"`, `"`)
		say("CREATE ROLE %s LOGIN PASSWORD '%s' NOSUPERUSER NOCREATEDB NOCREATEROLE;", role, PasswordPlace)
		say("ALTER ROLE %s SET default_transaction_read_only = on;", role)
		say("GRANT CONNECT ON DATABASE %s TO %s;", quoted(database, `"`, `"`), role)
		for _, schema := range slices.Sorted(maps.Keys(schemas)) {
			say("GRANT USAGE ON SCHEMA %s TO %s;", quoted(schema, `"`, `"`), role)
		}
		for _, n := range needs {
			say("GRANT SELECT%s ON %s.%s TO %s;", n.list(`"`, `"`), quoted(n.Table.Schema, `"`, `"`), quoted(n.Table.Name, `"`, `"`), role)
			n.sayPostgresWrites(say, role, login)
		}
	case catalog.MariaDB:
		// Instead of '%', which is any machine, name the one that Vantelle runs on.
		user := "'" + strings.ReplaceAll(login, "'", "''") + "'@'%'"
		say("CREATE USER %s IDENTIFIED BY '%s';", user, PasswordPlace)
		if carriesOn(needs) {
			say("-- So that it sees which foreign keys carry a delete or an update on to other tables.")
			say("GRANT PROCESS ON *.* TO %s;", user)
		}
		for _, n := range needs {
			say("GRANT SELECT%s ON %s.%s TO %s;", n.list("`", "`"), quoted(database, "`", "`"), quoted(n.Table.Name, "`", "`"), user)
			for _, write := range n.writes("`", "`") {
				say("GRANT %s ON %s.%s TO %s;", write, quoted(database, "`", "`"), quoted(n.Table.Name, "`", "`"), user)
			}
		}
	case catalog.SQLServer:
		user := quoted(login, "[", "]")
		say("USE [master];")
		say("CREATE LOGIN %s WITH PASSWORD = N'%s', DEFAULT_DATABASE = %s;", user, PasswordPlace, quoted(database, "[", "]"))
		say("USE %s;", quoted(database, "[", "]"))
		say("CREATE USER %s FOR LOGIN %s;", user, user)
		if carriesOn(needs) {
			say("-- So that it sees which foreign keys carry a delete or an update on to other tables.")
			say("GRANT VIEW DEFINITION TO %s;", user)
		}
		for _, n := range needs {
			say("GRANT SELECT%s ON %s.%s TO %s;", n.list("[", "]"), quoted(n.Table.Schema, "[", "]"), quoted(n.Table.Name, "[", "]"), user)
			for _, write := range n.writes("[", "]") {
				say("GRANT %s ON %s.%s TO %s;", write, quoted(n.Table.Schema, "[", "]"), quoted(n.Table.Name, "[", "]"), user)
			}
		}
	default:
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

// carriesOn tells whether something is needed that foreign keys can carry on.
func carriesOn(needs []Need) bool {
	return slices.ContainsFunc(needs, func(n Need) bool { return n.Delete || len(n.Update) > 0 })
}

// quoted spells a name as an identifier that no name can break out of.
func quoted(name, open, shut string) string {
	return open + strings.ReplaceAll(name, shut, shut+shut) + shut
}

// list spells the columns of a need in parentheses; nothing for all of them.
func (n Need) list(open, shut string) string {
	if len(n.Columns) == 0 {
		return ""
	}
	return " " + inParentheses(n.Columns, open, shut)
}

func inParentheses(columns []string, open, shut string) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = quoted(c, open, shut)
	}
	return "(" + strings.Join(names, ", ") + ")"
}

// writes spells the rights that a need has beyond reading.
func (n Need) writes(open, shut string) []string {
	var all []string
	if n.Insert {
		all = append(all, "INSERT")
	}
	if len(n.Update) > 0 {
		all = append(all, "UPDATE "+inParentheses(n.Update, open, shut))
	}
	if n.Delete {
		all = append(all, "DELETE")
	}
	return all
}

// sayPostgresWrites adds what PostgreSQL wants besides: a right to change a
// column of whatever is locked, and the use of the sequences that number rows.
func (n Need) sayPostgresWrites(say func(format string, args ...any), role, login string) {
	schema, name := quoted(n.Table.Schema, `"`, `"`), quoted(n.Table.Name, `"`, `"`)
	for _, write := range n.writes(`"`, `"`) {
		say("GRANT %s ON %s.%s TO %s;", write, schema, name, role)
	}
	if n.Locked && len(n.Update) == 0 {
		column := n.Table.Columns[0].Name
		if len(n.Table.PrimaryKey) > 0 {
			column = n.Table.PrimaryKey[0]
		}
		say("-- Rows of %s are locked while a write that depends on them runs, which PostgreSQL allows to those only who may change a column.", strings.ReplaceAll(n.Table.Name, "\n", " "))
		say("GRANT UPDATE (%s) ON %s.%s TO %s;", quoted(column, `"`, `"`), schema, name, role)
	}
	if n.Insert {
		say("-- The sequences that number its rows, if it has any.")
		say("DO $$ DECLARE s regclass; BEGIN FOR s IN SELECT d.objid::regclass FROM pg_depend AS d JOIN pg_class AS c ON c.oid = d.objid WHERE c.relkind = 'S' AND d.deptype = 'a' AND d.refobjid = (%s)::regclass LOOP EXECUTE format('GRANT USAGE ON SEQUENCE %%s TO %%I', s, %s); END LOOP; END $$;",
			literal(schema+"."+name), literal(login))
	}
}

// literal spells a text as PostgreSQL reads it, within a body between $$ too.
func literal(text string) string {
	return "'" + strings.ReplaceAll(strings.ReplaceAll(text, "'", "''"), "$$", "$'||'$") + "'"
}
