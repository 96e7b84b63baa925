package view_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/profiles"
)

func erp() *catalog.Catalog {
	text := sqltype.Type{Kind: sqltype.Text, Length: 17}
	number := sqltype.Type{Kind: sqltype.Int, Bits: 32}
	return catalog.New(catalog.SQLite, "3", []*catalog.Table{
		{Name: "docs", PrimaryKey: []string{"id"}, Columns: []*catalog.Column{{Name: "id", Type: number}, {Name: "owner", Type: text}, {Name: "cost", Type: number}, {Name: "note", Type: text}}},
		{Name: "lines", PrimaryKey: []string{"id"}, Columns: []*catalog.Column{{Name: "id", Type: number}, {Name: "doc", Type: number}, {Name: "word", Type: text}}},
		{Name: "other", Columns: []*catalog.Column{{Name: "x", Type: number}}},
	})
}

func bind(t *testing.T, tables string) *view.View {
	t.Helper()
	yaml := "profile: P\ntitle: {fr: P, en: P}\nerp: custom\nmodules:\n  on: {title: {fr: x, en: x}, level: list}\n  off: {title: {fr: x, en: x}, level: none}\ntables:\n" + tables
	p, err := profiles.Load("p.yaml", []byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	return view.Bind(p, erp())
}

func TestWhatCannotBeBoundIsOutOfTheViewAndNamed(t *testing.T) {
	for name, c := range map[string]struct{ tables, problem string }{
		"a table that is not there":               {"  gone: {rows: \"owner = :customer\", columns: {id: {}}}\n", "no such table"},
		"a filter on a column that is not there":  {"  docs: {rows: \"proprietor = :customer\", columns: {id: {}}}\n", "no column proprietor"},
		"a filter that can fail":                  {"  docs: {rows: \"note LIKE owner AND owner = :customer\", columns: {id: {}}}\n", "can fail"},
		"a filter that compares text and number":  {"  docs: {rows: \"owner = 12 AND owner = :customer\", columns: {id: {}}}\n", "cannot be compared"},
		"a filter with a bare name in a subquery": {"  docs: {rows: \"owner = :customer AND id IN (SELECT doc FROM lines)\", columns: {id: {}}}\n", "written with its table"},
		"a filter by a value of the request":      {"  docs: {rows: \"owner = :customer AND note = ?\", columns: {id: {}}}\n", "cannot be mixed"},
		"a filter that is not SQL":                {"  docs: {rows: \"owner = :customer AND\", columns: {id: {}}}\n", "line"},
		"a filter that is a statement":            {"  docs: {rows: \"owner = :customer; DELETE FROM docs\", columns: {id: {}}}\n", "line"},
		"a follower of a table that is out":       {"  docs: {rows: \"proprietor = :customer\", columns: {id: {}}}\n  lines: {follows: {table: docs, on: [[doc, id]]}, columns: {id: {}}}\n", "follows docs"},
		"follows columns of two families":         {"  docs: {rows: \"owner = :customer\", columns: {id: {}}}\n  lines: {follows: {table: docs, on: [[doc, owner]]}, columns: {id: {}}}\n", "cannot be compared"},
		"a pinned column that is not shown":       {"  docs: {rows: \"owner = :customer\", columns: {id: {}, gone: {}}, require_filter: [gone]}\n", "does not show it"},
		"only columns that are not there":         {"  docs: {rows: \"owner = :customer\", columns: {gone: {}}}\n", "no column"},
	} {
		v := bind(t, c.tables)
		bad := "docs"
		if strings.Contains(c.tables, "lines: {") {
			bad = "lines"
		} else if strings.Contains(c.tables, "gone") {
			bad = "gone"
		}
		if v.Table("", bad) != nil {
			t.Errorf("%s: the table is in the view", name)
		}
		if !slices.ContainsFunc(v.Problems, func(p view.Problem) bool { return p.Fatal && strings.Contains(p.Msg, c.problem) }) {
			t.Errorf("%s: problems are %+v, want %q", name, v.Problems, c.problem)
		}
	}
}

func TestOnlyWhatIsListedIsVisible(t *testing.T) {
	v := bind(t, "  docs: {rows: \"owner = :customer\", columns: {id: {}, note: {read_only: true}, cost: {hidden: true}, drifted: {}}}\n")
	docs := v.Table("", "DOCS")
	if docs == nil || v.Table("", "other") != nil || v.Table("", "lines") != nil || len(v.Tables) != 1 {
		t.Fatalf("tables are %+v", v.Tables)
	}
	var names []string
	for _, c := range docs.Visible.Columns {
		names = append(names, c.Name)
	}
	if strings.Join(names, " ") != "id note" || docs.Visible.Column("cost") != nil || docs.Visible.Column("owner") != nil {
		t.Errorf("visible are %v", names)
	}
	if !docs.Rule(docs.Visible.Column("note")).ReadOnly || strings.Join(docs.Key, "") != "id" {
		t.Errorf("rule or key lost: %+v", docs)
	}
	if len(v.Problems) != 1 || v.Problems[0].Fatal || v.Problems[0].Column != "drifted" {
		t.Errorf("problems are %+v", v.Problems)
	}
	shown := bind(t, "  docs: {rows: \"owner = :customer\", other_columns: shown, columns: {cost: {hidden: true}}}\n").Table("", "docs")
	if len(shown.Visible.Columns) != 3 || shown.Visible.Column("cost") != nil {
		t.Errorf("other_columns: shown gives %+v", shown.Visible.Columns)
	}
	hiddenKey := bind(t, "  docs: {rows: \"owner = :customer\", columns: {note: {}}}\n").Table("", "docs")
	if hiddenKey.Key != nil || hiddenKey.Visible.PrimaryKey != nil {
		t.Errorf("a hidden key is shown: %v", hiddenKey.Key)
	}
}

func TestTheDigestNamesWhatIsShown(t *testing.T) {
	const rule = "  docs: {rows: \"owner = :customer\", columns: {id: {}}}\n"
	a, b := bind(t, rule), bind(t, rule)
	if a.Digest() != b.Digest() {
		t.Error("one view, two digests")
	}
	if c := bind(t, strings.Replace(rule, "owner =", "note =", 1)); c.Digest() == a.Digest() {
		t.Error("two filters, one digest")
	}
}
