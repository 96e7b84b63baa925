package profiles

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

const goodResources = "testdata/good/resources.yaml"

func loadResources(t *testing.T, change ...string) *Profile {
	t.Helper()
	data, err := os.ReadFile(goodResources)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for i := 0; i < len(change); i += 2 {
		if !strings.Contains(text, change[i]) {
			t.Fatalf("nothing to change: %s", change[i])
		}
		text = strings.Replace(text, change[i], change[i+1], 1)
	}
	p, err := Load("resources.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestLoadReadsResources(t *testing.T) {
	p := loadResources(t)
	if seek := p.Tables["F_DOCENTETE"].Seek; seek != (Condition{SQL: "cbDO_Tiers = :customer", Line: 6, Column: 11}) {
		t.Errorf("seek is %+v", seek)
	}
	want := map[string]Resource{
		"invoices": {
			Name: Text{FR: "factures", EN: "invoices"}, Synonyms: []string{"bills"}, Title: Text{FR: "Factures", EN: "Invoices"},
			Table: "F_DOCENTETE", Where: Condition{SQL: "DO_Type IN (6, 7)", Line: 17, Column: 12}, Line: 12,
			Columns: map[string]ResourceColumn{
				"number": {From: []string{"DO_Piece"}, Label: Text{FR: "N° de pièce", EN: "Number"}, Line: 19},
				"total": {From: []string{"DO_TotalTTC", "DO_TotalNet"}, Line: 20,
					Computed: Condition{SQL: "(SELECT SUM(l.DL_MontantTTC) FROM F_DOCLIGNE l WHERE l.DO_Piece = self.DO_Piece)", Line: 22, Column: 19}},
				"type": {From: []string{"DO_Type"}, Line: 23, Other: &Value{Code: "other", Label: Text{FR: "Autre", EN: "Other"}}, Values: []Value{
					{Stored: "6", Code: "invoice", Label: Text{FR: "Facture", EN: "Invoice"}},
					{Stored: "7", Code: "posted", Label: Text{FR: "Facture comptabilisée", EN: "Posted invoice"}},
				}},
			},
			ColumnOrder: []string{"number", "total", "type"}, Search: []string{"number"},
			Relations: map[string]Relation{"lines": {To: "invoice_lines", On: [][2]string{{"DO_Piece", "DO_Piece"}}, Line: 30}},
			Files: map[string]FileSource{"document": {Table: "F_DOCENTETEMEDIA", On: [][2]string{{"DO_Piece", "DO_Piece"}}, Where: Condition{SQL: "ME_Type = 0", Line: 36, Column: 16},
				Path: []string{"ME_Fichier"}, Name: "ME_Commentaire", Root: "documents", Line: 33}},
		},
		"invoice_lines": {
			Name: Text{EN: "invoice_lines"}, Table: "F_DOCLIGNE", Line: 40,
			Columns: map[string]ResourceColumn{"text": {From: []string{"DL_Design"}, Line: 42}}, ColumnOrder: []string{"text"},
			Relations: map[string]Relation{"invoice": {To: "invoices", On: [][2]string{{"DO_Piece", "DO_Piece"}}, One: true, Line: 43}},
			Files:     map[string]FileSource{},
		},
		"totals": {
			Name: Text{EN: "totals"}, Query: Condition{SQL: "SELECT SUM(h.DO_TotalTTC) AS due FROM F_DOCENTETE h", Line: 45, Column: 12}, Line: 44,
			Columns: map[string]ResourceColumn{"due": {From: []string{"due"}, Line: 46}}, ColumnOrder: []string{"due"},
			Relations: map[string]Relation{}, Files: map[string]FileSource{},
		},
	}
	if !reflect.DeepEqual(p.Resources, want) {
		t.Errorf("got\n%+v\nwant\n%+v", p.Resources, want)
	}
	if names := p.Resources["invoices"].Names(); !slices.Equal(names, []string{"invoices", "factures", "bills"}) {
		t.Errorf("the names are %q", names)
	}
}

func TestDiffTellsWhatChangesInResources(t *testing.T) {
	cases := map[string]struct {
		change []string
		want   []string
	}{
		"only labels":               {[]string{"en: Number", "en: No", "en: Posted invoice", "en: Posted"}, nil},
		"another name":              {[]string{"synonyms: [bills]", "synonyms: [facture, bills]"}, []string{`Resource invoices changes its other names from "bills, factures" to "bills, facture, factures".`}},
		"its rows":                  {[]string{"where: DO_Type IN (6, 7)", "where: DO_Type = 7"}, []string{`Resource invoices changes its condition from "DO_Type IN (6, 7)" to "DO_Type = 7".`}},
		"where a column is from":    {[]string{"from: [DO_TotalTTC, DO_TotalNet]", "from: DO_TotalTTC"}, []string{`Resource invoices: column total changes its source from "DO_TotalTTC, else DO_TotalNet, else (SELECT SUM(l.DL_MontantTTC) FROM F_DOCLIGNE l WHERE l.DO_Piece = self.DO_Piece)" to "DO_TotalTTC, else (SELECT SUM(l.DL_MontantTTC) FROM F_DOCLIGNE l WHERE l.DO_Piece = self.DO_Piece)".`}},
		"what a value means":        {[]string{"code: posted", "code: final"}, []string{`Resource invoices: column type changes its values from "6 = invoice, 7 = posted, others = other" to "6 = invoice, 7 = final, others = other".`}},
		"a relation":                {[]string{"one: true", "one: false"}, []string{`Resource invoice_lines: relation invoice changes its meaning from "one invoices (DO_Piece = DO_Piece)" to "many invoices (DO_Piece = DO_Piece)".`}},
		"its files":                 {[]string{"root: documents", "root: pdf"}, []string{`Resource invoices: files document changes its source from "path ME_Fichier below documents in F_DOCENTETEMEDIA (DO_Piece = DO_Piece) where \"ME_Type = 0\", name \"ME_Commentaire\", type \"\"" to "path ME_Fichier below pdf in F_DOCENTETEMEDIA (DO_Piece = DO_Piece) where \"ME_Type = 0\", name \"ME_Commentaire\", type \"\"".`}},
		"the search":                {[]string{"search: [number]", "search: [number, total]"}, []string{`Resource invoices changes its list of columns that a search looks into from "number" to "number, total".`}},
		"a resource more":           {[]string{"  totals:", "  sums: {table: F_DOCLIGNE, columns: {text: {from: DL_Design}}}\n  totals:"}, []string{"Resource sums is added."}},
		"a column less":             {[]string{"      number: {from: DO_Piece, label: {fr: N° de pièce, en: Number}}\n", "", "search: [number]", "search: []"}, []string{"Resource invoices loses the list of columns that a search looks into \"number\".", "Resource invoices: column number is removed."}},
		"the condition for indexes": {[]string{"    seek: cbDO_Tiers = :customer\n", ""}, []string{`Table F_DOCENTETE loses the condition for the index "cbDO_Tiers = :customer".`}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			from, to := loadResources(t), loadResources(t, c.change...)
			if got := Diff(from, to); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
			if back := Diff(to, from); len(back) != len(c.want) {
				t.Errorf("back: %q", back)
			}
		})
	}
}

func TestAColumnOfAModuleThatIsOffIsHidden(t *testing.T) {
	const text = `
profile: A
erp: sage100
modules: {links: {level: LEVEL}, invoices: {level: read}}
tables:
  F_DOCENTETE:
    rows: DO_Tiers = :customer
    columns: {DO_Piece: {}, DO_Link: {module: links, read_only: true}}
`
	for level, hidden := range map[string]bool{"none": true, "list": false, "full": false} {
		p, err := Load("a.yaml", []byte(strings.Replace(text, "LEVEL", level, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if c := p.Tables["F_DOCENTETE"].Columns["DO_Link"]; c.Hidden != hidden || c.ReadOnly == hidden || c.Module != "links" {
			t.Errorf("at the level %s it is %+v", level, c)
		}
		if p.Tables["F_DOCENTETE"].Columns["DO_Piece"].Hidden {
			t.Error("a column without a module is hidden")
		}
	}
}
