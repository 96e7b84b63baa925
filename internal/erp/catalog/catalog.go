// Package catalog is what Vantelle knows of one ERP database's shape: its
// tables and views with their columns, exact types, keys and collations, as
// the database itself reports them. It holds values only; internal/erp reads
// them.
//
// A Catalog is made once and never changed afterwards; it may be shared
// between goroutines.
package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sort"
	"strings"
	"unicode"

	"github.com/vantelle/vantelle/filter/sqltype"
)

// Engine is a kind of database server.
type Engine string

// The engines Vantelle speaks to.
const (
	SQLite    Engine = "sqlite"
	Postgres  Engine = "postgres"
	SQLServer Engine = "sqlserver"
	MariaDB   Engine = "mariadb"
)

// Catalog is one database's shape.
type Catalog struct {
	Engine  Engine
	Version string // the server's own version text
	Tables  []*Table
	// TablesPrefix is what the names of a Dolibarr's tables begin with, where the
	// configuration of the dossier says so; else empty. See DolibarrPrefix.
	TablesPrefix string

	exact, folded map[string][]*Table
	fingerprint   string
}

// Table is a base table or a view.
type Table struct {
	Schema  string // empty where the engine has none
	Name    string // in the catalog's own spelling
	View    bool
	Columns []*Column // in the catalog's order
	// RowKey is, for a table as a view shows it, the key that the view hides:
	// no request can name it; the gate pages and ties rows together by it. nil
	// where the table has none, or where its key can be seen.
	RowKey []*Column
	// Veiled are, for a table as a view shows it, hidden columns that resources
	// of the profile are computed of: no request can name them.
	Veiled      []*Column
	PrimaryKey  []string
	Unique      [][]string
	ForeignKeys []ForeignKey
	// NoRollback says that what is written to the table stays written when its
	// transaction is rolled back (MariaDB's MyISAM and Aria).
	NoRollback bool
	// Replaces says that a constraint of the table takes another row out, or
	// swallows the new one, where the two collide, and calls it done (SQLite's
	// ON CONFLICT REPLACE and IGNORE).
	Replaces bool
	// Kin says that rows of the table are another's, too, or another's its own:
	// partitions, and tables that inherit (PostgreSQL).
	Kin bool
	// Outside are foreign keys that point here from tables which the catalog does
	// not hold: of other schemas, or such as the login may not read.
	Outside []OutsideKey

	exact, folded map[string]*Column
}

// KeyAmong tells whether columns hold a whole key of the table, by which no two of
// its rows agree.
func (t *Table) KeyAmong(columns []string) bool {
	for _, key := range append([][]string{t.PrimaryKey}, t.Unique...) {
		if len(key) > 0 && !slices.ContainsFunc(key, func(name string) bool { return !slices.Contains(columns, name) }) {
			return true
		}
	}
	return false
}

// Column is one column of a Table.
type Column struct {
	Name      string // in the catalog's own spelling
	Native    string // the type as the database declares it
	Type      sqltype.Type
	Nullable  bool
	Collation string // empty for the database's default
	Computed  bool   // the database computes it, or numbers rows by it; it is not written
	Virtual   bool   // the database may compute it whenever it is read; not said by SQLite and MariaDB, whose Computed are all such
	Moves     bool   // the database changes it by itself whenever its row is written
	Default   bool   // a row that gives it no value gets one
	// Decides: the synchronisation makes of it who a customer is, or an attribute that
	// row conditions compare with.
	Decides  bool
	Position int // 0-based
}

// ForeignKey says that Columns of its table point at RefColumns of RefTable.
type ForeignKey struct {
	Columns    []string
	RefSchema  string
	RefTable   string
	RefColumns []string
	// OnDelete and OnUpdate say what the database does to this table's rows when
	// the row that they point at is deleted, or its RefColumns change: "CASCADE",
	// "SET NULL", "SET DEFAULT", or "" where it refuses.
	OnDelete, OnUpdate string
	// Checked says that the database has seen to it that every row there is points
	// at one. A key may hold for rows that are written since only, and none but SQL
	// Server tells.
	Checked bool
}

// OutsideKey is what is known of a foreign key of a table outside of the catalog.
type OutsideKey struct {
	Table              string // with its schema
	OnDelete, OnUpdate string // as of a ForeignKey
}

// New indexes tables and computes the catalog's fingerprint. It takes
// ownership of tables.
func New(engine Engine, version string, tables []*Table) *Catalog {
	c := &Catalog{Engine: engine, Version: version, Tables: tables,
		exact: map[string][]*Table{}, folded: map[string][]*Table{}}
	sort.SliceStable(tables, func(i, j int) bool {
		if tables[i].Schema != tables[j].Schema {
			return tables[i].Schema < tables[j].Schema
		}
		return tables[i].Name < tables[j].Name
	})
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00%s\x00", engine, version)
	for _, t := range tables {
		c.exact[t.Name] = append(c.exact[t.Name], t)
		f := Fold(t.Name)
		c.folded[f] = append(c.folded[f], t)
		t.exact, t.folded = map[string]*Column{}, map[string]*Column{}
		fmt.Fprintf(h, "T%q.%q %v %q %q %v %v %v %#v %#v\x00", t.Schema, t.Name, t.View, t.PrimaryKey, t.Unique, t.NoRollback, t.Replaces, t.Kin, t.ForeignKeys, t.Outside)
		for i, col := range t.Columns {
			col.Position = i
			t.exact[col.Name] = col
			f := Fold(col.Name)
			if _, twice := t.folded[f]; twice {
				t.folded[f] = nil // two columns that differ by case only: exact spelling needed
			} else {
				t.folded[f] = col
			}
			fmt.Fprintf(h, "C%q %q %v %q %v %v %v %v %v\x00", col.Name, col.Native, col.Nullable, col.Collation, col.Computed, col.Virtual, col.Default, col.Moves, col.Decides)
		}
	}
	c.fingerprint = hex.EncodeToString(h.Sum(nil)[:16])
	return c
}

// Fingerprint changes whenever a table, a key, a column or its type changes.
func (c *Catalog) Fingerprint() string { return c.fingerprint }

// Table finds a table by name, exactly spelled first, else without regard to
// case. schema may be empty. It returns nil where none or more than one match.
func (c *Catalog) Table(schema, name string) *Table {
	if t := pick(c.exact[name], schema); t != nil {
		return t
	}
	return pick(c.folded[Fold(name)], schema)
}

func pick(ts []*Table, schema string) *Table {
	var found *Table
	for _, t := range ts {
		if schema != "" && !strings.EqualFold(t.Schema, schema) {
			continue
		}
		if found != nil {
			return nil
		}
		found = t
	}
	return found
}

// Column finds a column by name, exactly spelled first, else without regard
// to case. It returns nil where none or more than one match.
func (t *Table) Column(name string) *Column {
	if c := t.exact[name]; c != nil {
		return c
	}
	return t.folded[Fold(name)]
}

// Fold is how names are compared without regard to case: two of which Fold makes
// the same are the same to strings.EqualFold, which the rules of profiles are
// compared with. Only the capital I with a dot has a small letter that it is not.
func Fold(name string) string {
	if !strings.ContainsRune(name, dottedI) {
		return strings.ToLower(name)
	}
	return strings.Map(func(r rune) rune {
		if r == dottedI {
			return r
		}
		return unicode.ToLower(r)
	}, name)
}

const dottedI = '\u0130'
