package setup

import (
	"fmt"
	"strings"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// PasswordPlace stands in a script where somebody must write a password.
const PasswordPlace = "CHOOSE-A-LONG-PASSWORD"

// Grants gives the statements that make a login which may read some tables of a
// database and do nothing else. They are for whoever administers the ERP's
// server: Vantelle never runs them. Empty for an engine without logins.
func Grants(engine catalog.Engine, database, login string, needs []Need) string {
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
		for _, schema := range sortedSet(schemas) {
			say("GRANT USAGE ON SCHEMA %s TO %s;", quoted(schema, `"`, `"`), role)
		}
		for _, n := range needs {
			say("GRANT SELECT%s ON %s.%s TO %s;", n.list(`"`, `"`), quoted(n.Table.Schema, `"`, `"`), quoted(n.Table.Name, `"`, `"`), role)
		}
	case catalog.MariaDB:
		// Instead of '%', which is any machine, name the one that Vantelle runs on.
		user := "'" + strings.ReplaceAll(login, "'", "''") + "'@'%'"
		say("CREATE USER %s IDENTIFIED BY '%s';", user, PasswordPlace)
		for _, n := range needs {
			say("GRANT SELECT%s ON %s.%s TO %s;", n.list("`", "`"), quoted(database, "`", "`"), quoted(n.Table.Name, "`", "`"), user)
		}
	case catalog.SQLServer:
		user := quoted(login, "[", "]")
		say("USE [master];")
		say("CREATE LOGIN %s WITH PASSWORD = N'%s', DEFAULT_DATABASE = %s;", user, PasswordPlace, quoted(database, "[", "]"))
		say("USE %s;", quoted(database, "[", "]"))
		say("CREATE USER %s FOR LOGIN %s;", user, user)
		for _, n := range needs {
			say("GRANT SELECT%s ON %s.%s TO %s;", n.list("[", "]"), quoted(n.Table.Schema, "[", "]"), quoted(n.Table.Name, "[", "]"), user)
		}
	default:
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
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
	names := make([]string, len(n.Columns))
	for i, c := range n.Columns {
		names[i] = quoted(c, open, shut)
	}
	return " (" + strings.Join(names, ", ") + ")"
}
