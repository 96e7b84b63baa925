package oracle

import (
	"math/rand/v2"
	"strings"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// dialect is what the engines spell or do differently.
type dialect struct {
	engine    catalog.Engine
	postgres  bool
	mariadb   bool
	sqlserver bool // the gate's engine; what is asked is written for SQLite (sqlserver.go)
	babelfish bool // the SQL Server is Babelfish, which has limits of its own
}

var (
	sqliteDialect   = dialect{engine: catalog.SQLite}
	postgresDialect = dialect{engine: catalog.Postgres, postgres: true}
	mariadbDialect  = dialect{engine: catalog.MariaDB, mariadb: true}
)

// sqlite tells whether what is asked is written for SQLite.
func (d dialect) sqlite() bool { return !d.postgres && !d.mariadb }

// fold is how the engine makes names equal.
func (d dialect) fold(name string) string {
	if d.postgres {
		return name
	}
	if d.mariadb { // names of columns are compared without accents, too
		return unaccented.Replace(strings.ToLower(name))
	}
	if d.sqlserver {
		return strings.ToLower(name)
	}
	return strings.Map(func(r rune) rune { // ASCII only (sqlite.org/lang_keywords.html says nothing else folds)
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, name)
}

var unaccented = strings.NewReplacer("é", "e", "ö", "o", "ß", "s", "è", "e")

// plain names need no quotes on either engine, nor in the portal's SQL.
func plain(name string) bool {
	if reserved[strings.ToLower(name)] {
		return false
	}
	for i, r := range name {
		switch {
		case 'a' <= r && r <= 'z', r == '_':
		case '0' <= r && r <= '9' && i > 0:
		default:
			return false
		}
	}
	return name != ""
}

var reserved = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`order group select from where table user desc asc null true false limit offset
		join on using natural left right full cross inner outer union all and or not in is as by case when then else end
		index primary check default references unique values with having distinct exists between like set to do for
		end create drop top fetch only both leading trailing array any some current_date analyse analyze collate column
		constraint deferrable except grant initially intersect into lateral localtime placing returning session_user
		similar symmetric variadic verbose window add alter commit delete escape foreign if insert isnull notnull
		nothing raise transaction trigger update glob match regexp over filter current key lines keys rows interval condition`) {
		m[w] = true
	}
	return m
}()

// name writes an identifier as the engine reads it, quoted where needed and
// otherwise as it comes. SQLite is never given double quotes, in which it may
// see a string.
func (d dialect) name(r *rand.Rand, name string) string {
	if plain(name) && (!d.sqlite() || r.IntN(5) > 0) && r.IntN(4) > 0 {
		return name
	}
	return d.quoted(r, name)
}

// otherCase writes a name in letters of the other case where the engine reads
// it alike; else as name does.
func (d dialect) otherCase(r *rand.Rand, name string) string {
	if !plain(name) {
		return d.name(r, name)
	}
	return strings.ToUpper(name)
}

func (d dialect) quoted(r *rand.Rand, name string) string {
	switch {
	case d.postgres, d.mariadb && r.IntN(2) == 0: // the judge's own sessions of MariaDB read them as the standard says
		return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
	case d.sqlite() && !strings.Contains(name, "]") && r.IntN(2) == 0:
		return "[" + name + "]"
	}
	return "`" + strings.ReplaceAll(name, "`", "``") + "`"
}

// strict writes an identifier for the statements that build a database.
func (d dialect) strict(name string) string {
	if d.postgres {
		return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
	}
	return "`" + strings.ReplaceAll(name, "`", "``") + "`"
}

// portalName writes an identifier in any of the portal's three quotes.
func portalName(r *rand.Rand, name string) string {
	if plain(name) && r.IntN(3) > 0 {
		return name
	}
	switch r.IntN(3) {
	case 0:
		return "[" + strings.ReplaceAll(name, "]", "]]") + "]"
	case 1:
		return "`" + strings.ReplaceAll(name, "`", "``") + "`"
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}
