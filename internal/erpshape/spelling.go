package erpshape

import (
	"fmt"
	"strings"

	"golang.org/x/text/encoding/charmap"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// Options say how a dossier is made.
type Options struct {
	Engine catalog.Engine
	Schema string // of the tables, for PostgreSQL and SQL Server; empty for the usual one
	Prefix string // dolibarr: what the names of its tables begin with
	// Collation gives a text column's collation as the engine spells it; nil,
	// and "", leave it to the database.
	Collation func(table, column string) string
}

// mark spells the i-th parameter of a statement.
func mark(engine catalog.Engine, i int) string {
	switch engine {
	case catalog.MariaDB:
		return "?"
	case catalog.SQLServer:
		return fmt.Sprintf("@p%d", i)
	}
	return fmt.Sprintf("$%d", i)
}

// collated puts a collation after a text type, before its default.
func collated(declared, collation string) string {
	name, _, _ := strings.Cut(declared, " ")
	kind, _, _ := strings.Cut(name, "(")
	if collation == "" || !strings.HasSuffix(kind, "char") && !strings.HasSuffix(kind, "text") {
		return declared
	}
	return name + " COLLATE " + collation + declared[len(name):]
}

// ofCodePage is what a column of Windows' Western European code page keeps of a
// text: a question mark for what is not in it.
func ofCodePage(v any) any {
	text, isText := v.(string)
	if !isText {
		return v
	}
	return strings.Map(func(r rune) rune {
		if _, known := charmap.Windows1252.EncodeRune(r); !known {
			return '?'
		}
		return r
	}, text)
}

// spelled gives the type of another engine in place of one, by its bare name;
// what follows the type, such as a default, stays.
func spelled(declared string, types map[string]string) string {
	name, rest, _ := strings.Cut(declared, " ")
	bare, _, _ := strings.Cut(name, "(")
	if to, listed := types[bare]; listed {
		name = to
	}
	return strings.TrimSpace(name + " " + rest)
}

// ofOdoo spells a type of Odoo's, which are PostgreSQL's, for another engine.
func ofOdoo(engine catalog.Engine, declared string) (string, error) {
	declared = strings.NewReplacer("timestamp without time zone", "timestamp", "double precision", "double").Replace(declared)
	switch engine {
	case catalog.SQLite:
		return spelled(declared, map[string]string{"int4": "int", "numeric": "numeric(24,6)", "timestamp": "datetime", "jsonb": "text", "bytea": "blob"}), nil
	case catalog.MariaDB:
		return spelled(declared, map[string]string{"int4": "int", "numeric": "numeric(24,6)", "timestamp": "datetime", "jsonb": "longtext", "bytea": "longblob",
			"boolean": "bit(1)", "text": "longtext", "varchar": sized(declared, "varchar", 120)}), nil
	case catalog.SQLServer:
		return spelled(declared, map[string]string{"int4": "int", "numeric": "numeric(24,6)", "timestamp": "datetime2(0)", "jsonb": "nvarchar(max)", "bytea": "varbinary(max)",
			"boolean": "bit", "text": "nvarchar(max)", "double": "float", "varchar": sized(declared, "nvarchar", 120)}), nil
	}
	return "", fmt.Errorf("no spelling for %s", engine)
}

// sized gives a type of texts its declared length, or another.
func sized(declared, name string, otherwise int) string {
	_, length, given := strings.Cut(declared, "(")
	length, _, _ = strings.Cut(length, ")")
	if !given {
		length = fmt.Sprint(otherwise)
	}
	return name + "(" + length + ")"
}

// ofDolibarr spells a type of Dolibarr's, which are MariaDB's, for another
// engine, with its default.
func ofDolibarr(engine catalog.Engine, declared string) (string, error) {
	switch engine {
	case catalog.SQLite, catalog.MariaDB:
		return declared, nil
	case catalog.Postgres:
		return spelled(declared, map[string]string{"tinyint": "smallint", "double": "double precision", "datetime": "timestamp", "mediumtext": "text", "int": "integer", "float": "real"}), nil
	case catalog.SQLServer:
		return spelled(declared, map[string]string{"tinyint": "smallint", "double": "float", "datetime": "datetime2(0)", "timestamp": "datetime2(0)", "mediumtext": "nvarchar(max)", "text": "nvarchar(max)",
			"integer": "int", "point": "varbinary(max)", "varchar": sized(declared, "nvarchar", 255)}), nil
	}
	return "", fmt.Errorf("no spelling for %s", engine)
}

// sageType spells a type of Sage's, which are SQL Server's, for another engine.
func sageType(engine catalog.Engine, declared string) (string, error) {
	name, size, _ := strings.Cut(declared, "(")
	if size == "max)" && engine != catalog.SQLServer {
		declared = map[string]string{"varchar": "text", "varbinary": "varbinary"}[name]
	}
	switch engine {
	case catalog.SQLite:
		return declared, nil
	case catalog.SQLServer: // a type without a length has room for one byte there
		return spelled(declared, map[string]string{"varchar": sized(declared, "varchar", 255), "varbinary": sized(declared, "varbinary", 900)}), nil
	case catalog.Postgres:
		return postgresType(declared), nil
	case catalog.MariaDB:
		return spelled(declared, map[string]string{"smalldatetime": "datetime", "uniqueidentifier": "char(36)", "nvarchar": sized(declared, "varchar", 255),
			"varchar": sized(declared, "varchar", 255), "varbinary": sized(declared, "varbinary", 900)}), nil
	}
	return "", fmt.Errorf("no spelling for %s", engine)
}
