package erp

import (
	"reflect"
	"testing"

	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

func TestSQLiteTypes(t *testing.T) {
	for declared, want := range map[string]sqltype.Type{
		"smallint":           {Kind: sqltype.Int, Bits: 16},
		"int":                {Kind: sqltype.Int, Bits: 32},
		"INTEGER":            {Kind: sqltype.Int, Bits: 32},
		"bigint":             {Kind: sqltype.Int, Bits: 64},
		"tinyint":            {Kind: sqltype.Int, Bits: 8},
		"bit":                {Kind: sqltype.Bool},
		"boolean":            {Kind: sqltype.Bool},
		"NUMERIC(24, 6)":     {Kind: sqltype.Decimal, Precision: 24, Scale: 6},
		"numeric":            {Kind: sqltype.Decimal},
		"decimal(10)":        {Kind: sqltype.Decimal, Precision: 10},
		"real":               {Kind: sqltype.Float, Bits: 64},
		"double  precision":  {Kind: sqltype.Float, Bits: 64},
		"varchar(17)":        {Kind: sqltype.Text, Length: 17},
		"nvarchar(max)":      {Kind: sqltype.Text},
		"char(4)":            {Kind: sqltype.Text, Length: 4},
		"text":               {Kind: sqltype.Text},
		"date":               {Kind: sqltype.Date},
		"datetime":           {Kind: sqltype.Timestamp},
		"smalldatetime":      {Kind: sqltype.Timestamp},
		"datetime2(7)":       {Kind: sqltype.Timestamp},
		"timestamp":          {Kind: sqltype.Timestamp},
		"datetimeoffset":     {Kind: sqltype.Timestamp, Zoned: true},
		"time":               {Kind: sqltype.Time},
		"varbinary(18)":      {Kind: sqltype.Binary},
		"image":              {Kind: sqltype.Binary},
		"uniqueidentifier":   {Kind: sqltype.UUID},
		"jsonb":              {Kind: sqltype.JSON},
		"money":              {Kind: sqltype.Decimal, Precision: 19, Scale: 4},
		"":                   {Kind: sqltype.Other},
		"geography":          {Kind: sqltype.Other},
		"varchar(-1)":        {Kind: sqltype.Text},
		"unsigned big thing": {Kind: sqltype.Other},
	} {
		if got := sqliteType(declared); got != want {
			t.Errorf("%q is %+v, want %+v", declared, got, want)
		}
	}
}

func TestSQLiteCatalog(t *testing.T) {
	db := open(t, catalog.SQLite, sqliteFile(t, `
		CREATE TABLE parent (id INTEGER PRIMARY KEY, code varchar(17) NOT NULL COLLATE NOCASE UNIQUE, "n° pièce" text);
		CREATE TABLE child (
			a int NOT NULL, -- COLLATE wrong, COLLATE wrong
			b int, /* , c COLLATE wrong */ note text DEFAULT 'x, y COLLATE z' collate rtrim,
			parent int REFERENCES Parent, gone int REFERENCES nowhere(id),
			doubled int GENERATED ALWAYS AS (b * 2),
			CHECK (note COLLATE NOCASE <> 'q'),
			PRIMARY KEY (b, a), FOREIGN KEY (a) REFERENCES parent(id));
		CREATE UNIQUE INDEX part ON child (b) WHERE b > 0;
		CREATE UNIQUE INDEX expr ON child (lower(note));
		CREATE UNIQUE INDEX whole ON child (note, a);
		CREATE TABLE bare (x, y integer primary key desc) ;
		CREATE VIEW v AS SELECT id, code AS c FROM parent;
		CREATE TABLE short_lived (a); CREATE VIEW broken AS SELECT a FROM short_lived; DROP TABLE short_lived;
		CREATE VIRTUAL TABLE docs USING fts5(body);`))
	c := mustCatalog(t, db)

	var names []string
	for _, table := range c.Tables {
		names = append(names, table.Name)
	}
	if want := []string{"bare", "child", "parent", "v"}; !reflect.DeepEqual(names, want) {
		t.Fatalf("tables = %q, want %q", names, want)
	}
	parent, child, view := c.Table("", "PARENT"), c.Table("", "child"), c.Table("", "v")
	id := parent.Column("id")
	if id.Type != (sqltype.Type{Kind: sqltype.Int, Bits: 64}) || id.Nullable {
		t.Errorf("id = %+v", id)
	}
	code := parent.Column("code")
	if code.Collation != "NOCASE" || code.Nullable || code.Native != "varchar(17)" || code.Position != 1 {
		t.Errorf("code = %+v", code)
	}
	if !reflect.DeepEqual(parent.Unique, [][]string{{"code"}}) || !reflect.DeepEqual(parent.PrimaryKey, []string{"id"}) {
		t.Errorf("keys of parent: %v, %v", parent.PrimaryKey, parent.Unique)
	}
	if !reflect.DeepEqual(child.PrimaryKey, []string{"b", "a"}) || !reflect.DeepEqual(child.Unique, [][]string{{"note", "a"}}) {
		t.Errorf("keys of child: %v, %v", child.PrimaryKey, child.Unique)
	}
	if child.Column("note").Collation != "RTRIM" || child.Column("a").Collation != "" || child.Column("doubled") == nil {
		t.Errorf("columns of child: %+v, %+v", child.Column("note"), child.Column("a"))
	}
	for _, k := range child.ForeignKeys {
		if k.RefTable != "parent" || !reflect.DeepEqual(k.RefColumns, []string{"id"}) {
			t.Errorf("foreign key %+v", k)
		}
	}
	if len(child.ForeignKeys) != 2 {
		t.Errorf("foreign keys = %+v", child.ForeignKeys)
	}
	if !view.View || len(view.Columns) != 2 || !view.Columns[0].Nullable {
		t.Errorf("view = %+v", view)
	}
	if c.Version == "" || c.Table("", "bare").Column("x").Type.Kind != sqltype.Other {
		t.Errorf("version %q", c.Version)
	}
	if again := mustCatalog(t, db); again.Fingerprint() != c.Fingerprint() {
		t.Error("two reads of one shape differ in fingerprint")
	}
}
