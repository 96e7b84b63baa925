package querytree_test

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/sqlfunc"
	"github.com/vantelle/vantelle/filter/sqlprint"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

var (
	text  = sqltype.Type{Kind: sqltype.Text}
	truth = sqltype.Type{Kind: sqltype.Bool}
	one   = &querytree.Number{Text: "1", T: sqltype.Type{Kind: sqltype.Int, Bits: 32}}
	yes   = &querytree.Bool{Value: true}
	word  = &querytree.Param{Slot: querytree.Slot{Value: "x"}, T: text}
	query = &querytree.Query{Body: &querytree.Select{Items: []querytree.Expr{one}, Columns: []querytree.Column{{Label: "a"}}}}
	table = &querytree.Derived{Query: query}
)

// nodes has one of every expression and source, by the name of its type.
var nodes = map[string]any{
	"ColumnRef":  &querytree.ColumnRef{Source: table},
	"Number":     one,
	"Param":      word,
	"Null":       &querytree.Null{T: text},
	"Bool":       yes,
	"Op":         &querytree.Op{Op: "AND", Args: []querytree.Expr{yes, yes}, T: truth},
	"Call":       &querytree.Call{Func: sqlfunc.Lookup("UPPER"), Args: []querytree.Expr{word}, T: text},
	"Convert":    &querytree.Convert{X: one, T: text},
	"Case":       &querytree.Case{Whens: []querytree.When{{Cond: yes, Then: one}}, Else: one},
	"Between":    &querytree.Between{X: one, Low: one, High: one},
	"Is":         &querytree.Is{X: one, What: "NULL"},
	"InList":     &querytree.InList{X: one, List: []querytree.Expr{one}},
	"InQuery":    &querytree.InQuery{Row: []querytree.Expr{one}, Query: query},
	"Like":       &querytree.Like{X: word, Pattern: word},
	"Quantified": &querytree.Quantified{X: one, Op: "<", Query: query},
	"Depth":      &querytree.Depth{},
	"Exists":     &querytree.Exists{Query: query},
	"Subquery":   &querytree.Subquery{Query: query},

	"Scan":    &querytree.Scan{Table: users},
	"RawScan": &querytree.RawScan{Table: users},
	"Self":    &querytree.Self{Table: users},
	"Derived": table,
	"CTERef":  &querytree.CTERef{CTE: &querytree.CTE{Query: query}},
	"Join":    &querytree.Join{Kind: "CROSS", Left: table, Right: &querytree.Derived{Query: query}},
}

var users = &catalog.Table{Name: "users"}

// TestEveryNodeIsWalkedAndPrinted turns red when a node is added to the tree
// and not to everything that goes through it.
func TestEveryNodeIsWalkedAndPrinted(t *testing.T) {
	for _, name := range declared(t) {
		node, ok := nodes[name]
		if !ok {
			t.Errorf("%s: add one to nodes, and handle it in walk.go, equal.go and filter/sqlprint", name)
			continue
		}
		sel := &querytree.Select{Items: []querytree.Expr{one}, Columns: []querytree.Column{{Label: "a"}}, From: table}
		q := &querytree.Query{Body: sel}
		switch node := node.(type) {
		case querytree.Expr:
			if q, ok := node.(*querytree.Quantified); ok { // a value on not every engine
				sel.Where = q
			} else {
				sel.Items[0] = node
			}
			if !querytree.Equal(node, node) {
				t.Errorf("%s is not equal to itself", name)
			}
		case querytree.Source:
			sel.From = node
			if ref, ok := node.(*querytree.CTERef); ok {
				q.With = []*querytree.CTE{ref.CTE}
			}
		}
		visited := false
		querytree.WalkQuery(q, querytree.Visitor{
			Expr:   func(x querytree.Expr) { visited = visited || any(x) == node },
			Source: func(s querytree.Source) { visited = visited || any(s) == node },
		})
		if !visited {
			t.Errorf("%s is not visited", name)
		}
		for _, engine := range []catalog.Engine{catalog.SQLite, catalog.Postgres, catalog.MariaDB, catalog.SQLServer} {
			policy := &querytree.Policy{Table: users, Self: &querytree.Self{Table: users}, Where: yes}
			for _, fenced := range []bool{false, true} {
				reading := querytree.Reading{Policy: policy, Fenced: fenced}
				st, err := sqlprint.Print(q, func(*querytree.Scan) querytree.Reading { return reading }, engine)
				if err != nil {
					t.Errorf("%s on %s: %v", name, engine, err)
				} else if _, scan := node.(*querytree.Scan); scan && fenced != strings.Contains(st.SQL, fences[engine]) {
					t.Errorf("%s: a fence is asked for, %v: %s", engine, fenced, st.SQL)
				}
			}
		}
	}
}

var fences = map[catalog.Engine]string{
	catalog.SQLite: " LIMIT 9223372036854775807)", catalog.Postgres: " OFFSET 0)", catalog.MariaDB: " LIMIT 18446744073709551615)", catalog.SQLServer: "SELECT TOP (9223372036854775807) ",
}

// declared gives the names of the types that are expressions or sources.
func declared(t *testing.T) []string {
	file, err := parser.ParseFile(token.NewFileSet(), "querytree.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Recv == nil || f.Name.Name != "Type" && f.Name.Name != "source" {
			continue
		}
		if star, ok := f.Recv.List[0].Type.(*ast.StarExpr); ok {
			names = append(names, star.X.(*ast.Ident).Name)
		}
	}
	if len(names) < 20 {
		t.Fatalf("found only %v", names)
	}
	return names
}

// TestNoScanIsPrintedWithoutItsPolicy: the zero decision prints nothing.
func TestNoScanIsPrintedWithoutItsPolicy(t *testing.T) {
	q := &querytree.Query{Body: &querytree.Select{Items: []querytree.Expr{one}, Columns: []querytree.Column{{Label: "a"}},
		From: &querytree.Scan{Table: users}}}
	for name, policy := range map[string]*querytree.Policy{"none": nil, "one that says nothing": {Table: users, Self: &querytree.Self{}}} {
		if st, err := sqlprint.Print(q, func(*querytree.Scan) querytree.Reading { return querytree.Reading{Policy: policy} }, catalog.SQLite); !errors.Is(err, sqlprint.ErrNoPolicy) {
			t.Errorf("%s: %v, %v", name, st, err)
		}
	}
}
