package view

import (
	"reflect"
	"testing"

	"github.com/vantelle/vantelle/filter/resolve"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/profiles"
)

const related = `
profile: RELATED
title: {fr: Essai, en: Trial}
erp: custom
tables:
  heads:
    rows: owner = :customer
    columns: {number: {}, kind: {}}
  lines:
    rows: owner = :customer
    columns: {head: {}, article: {}}
  notes:
    rows: owner = :customer
    columns: {body: {}}
  stock:
    rows: owner = :customer
    columns: {article: {}}
resources:
  documents:
    name: {fr: pieces}
    table: heads
    columns:
      number: {from: number, label: {fr: Numéro, en: Number}}
    relations:
      lines: {to: document_lines, on: [[number, head]]}
  document_lines:
    name: {fr: lignes}
    table: lines
    columns:
      article: {from: article, label: {fr: Article, en: Article}}
`

func relatedView(t *testing.T) *View {
	t.Helper()
	p, err := profiles.Load("related.yaml", []byte(related))
	if err != nil {
		t.Fatal(err)
	}
	column := func(name string, nullable bool) *catalog.Column {
		return &catalog.Column{Name: name, Type: sqltype.Type{Kind: sqltype.Text, Length: 20}, Nullable: nullable}
	}
	float := column("weight", false)
	float.Type = sqltype.Type{Kind: sqltype.Float, Bits: 64}
	v := Bind(p, catalog.New(catalog.SQLite, "3", []*catalog.Table{
		{Name: "heads", PrimaryKey: []string{"number"}, Columns: []*catalog.Column{column("number", false), column("owner", false), column("kind", true)}},
		{Name: "lines", PrimaryKey: []string{"mark"}, Columns: []*catalog.Column{column("mark", false), column("owner", false), column("head", false), column("article", true)},
			ForeignKeys: []catalog.ForeignKey{{Columns: []string{"head"}, RefTable: "heads", RefColumns: []string{"number"}}}},
		{Name: "notes", PrimaryKey: []string{"weight"}, Unique: [][]string{{"kind"}, {"head"}}, Columns: []*catalog.Column{float, column("owner", false), column("head", false), column("kind", true), column("body", true)},
			ForeignKeys: []catalog.ForeignKey{{Columns: []string{"head"}, RefTable: "heads", RefColumns: []string{"number"}}}}, // hidden here
		{Name: "stock", Columns: []*catalog.Column{column("owner", false), column("article", true)}},
	}))
	if len(v.Problems) > 0 {
		t.Fatal(v.Problems)
	}
	return v
}

func TestRowKeys(t *testing.T) {
	v := relatedView(t)
	for name, want := range map[string][]string{
		"heads": {"number"},
		"lines": {resolve.JoinKey + "mark"}, // hidden
		"notes": {resolve.JoinKey + "head"}, // a float is no key, nor is what may be NULL
		"stock": nil,
	} {
		table := v.Table("", name)
		if got := table.RowKey(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
		if table.Visible.Column("mark") != nil || table.Visible.Column(resolve.JoinKey+"mark") != nil {
			t.Errorf("%s: the hidden key can be named", name)
		}
	}
	for name, want := range map[string][]string{
		"documents": {resolve.JoinKey + "number"},
		"lignes":    {resolve.JoinKey + "row mark"},
	} {
		if got := v.Resource(name).RowKey(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// TestAKeyThatIsShownInPart: its column that is shown is the same one for who
// names it and for the gate, or a statement would read it twice.
func TestAKeyThatIsShownInPart(t *testing.T) {
	p, err := profiles.Load("part.yaml", []byte("profile: P\nerp: custom\ntables: {lines: {rows: owner = :customer, columns: {head: {}, article: {}}}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	column := func(name string) *catalog.Column {
		return &catalog.Column{Name: name, Type: sqltype.Type{Kind: sqltype.Int, Bits: 32}}
	}
	v := Bind(p, catalog.New(catalog.SQLite, "3", []*catalog.Table{
		{Name: "lines", PrimaryKey: []string{"head", "place"}, Columns: []*catalog.Column{column("head"), column("place"), column("owner"), column("article")}},
	}))
	table := v.Table("", "lines")
	if got, want := table.RowKey(), []string{resolve.JoinKey + "head", resolve.JoinKey + "place"}; !reflect.DeepEqual(got, want) {
		t.Fatalf("the key is %q, want %q", got, want)
	}
	if key := table.Visible.RowKey; key[0] != table.Visible.Column("head") || table.Visible.Column("place") != nil {
		t.Errorf("head is two columns, or place can be named: %v", key)
	}
}

func TestLinks(t *testing.T) {
	v := relatedView(t)
	for name, want := range map[string][]Link{
		"heads":     {{Names: []string{"lines"}, Hints: []string{"head"}, To: []string{"lines"}, On: [][2]string{{"number", "head"}}}},
		"lines":     {{Names: []string{"heads"}, Hints: []string{"head"}, To: []string{"heads"}, On: [][2]string{{"head", "number"}}, One: true}},
		"notes":     nil, // the column of its foreign key is hidden
		"documents": {{Names: []string{"lines", "document_lines", "lignes"}, Hints: []string{"lines"}, To: []string{"document_lines"}, On: [][2]string{{resolve.JoinKey + "number", resolve.JoinKey + "head"}}}},
		"nowhere":   nil,
	} {
		if got := v.Links(name); !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", name, got, want)
		}
	}
}
