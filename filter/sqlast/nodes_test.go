package sqlast_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqlast/sqlasttest"
)

// nodeTypes reads from sqlast.go the names of all types that have a Pos method,
// so that a new node is noticed before anybody handles it.
func nodeTypes(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "sqlast.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Recv == nil || f.Name.Name != "Pos" {
			continue
		}
		receiver := f.Recv.List[0].Type
		if star, ok := receiver.(*ast.StarExpr); ok {
			receiver = star.X
		}
		names = append(names, receiver.(*ast.Ident).Name)
	}
	return names
}

func TestAllHasASampleOfEveryNodeType(t *testing.T) {
	have := map[string]bool{}
	for _, n := range sqlasttest.All() {
		have[reflect.Indirect(reflect.ValueOf(n)).Type().Name()] = true
	}
	types := nodeTypes(t)
	if len(types) < 30 {
		t.Fatalf("found only %d node types in sqlast.go", len(types))
	}
	for _, name := range types {
		if !have[name] {
			t.Errorf("sqlasttest.All has no %s", name)
		}
	}
}

func TestSamplesHaveEveryFieldSet(t *testing.T) {
	for _, n := range sqlasttest.All() {
		v := reflect.Indirect(reflect.ValueOf(n))
		name := v.Type().Name()
		for i := range v.NumField() {
			f := v.Type().Field(i)
			optional := f.Name == "Quoted" || name == "Param" // a Param has a number or a name
			if f.Type != reflect.TypeFor[sqlast.Pos]() && !optional && v.Field(i).IsZero() {
				t.Errorf("the sample of %s has no %s", name, f.Name)
			}
		}
	}
}

// below collects the nodes under v, v included, in the order of their fields;
// names are parts of nodes and are left out.
func below(v reflect.Value, into *[]sqlast.Node) {
	switch v.Kind() {
	case reflect.Interface:
		below(v.Elem(), into)
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		if n, ok := v.Interface().(sqlast.Node); ok {
			*into = append(*into, n)
		}
		below(v.Elem(), into)
	case reflect.Slice:
		for i := range v.Len() {
			below(v.Index(i), into)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			below(v.Field(i), into)
		}
	}
}

func TestWalkVisitsEveryNodeBelowEveryNode(t *testing.T) {
	for _, n := range sqlasttest.All() {
		if _, name := n.(sqlast.Ident); name {
			continue
		}
		var want, got []sqlast.Node
		below(reflect.ValueOf(n), &want)
		err := sqlast.Walk(n, func(n sqlast.Node) (bool, error) {
			got = append(got, n)
			return true, nil
		})
		if err != nil {
			t.Errorf("%T: %v", n, err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%T: Walk visited %s, the tree holds %s", n, kinds(got), kinds(want))
		}
	}
}

func kinds(nodes []sqlast.Node) string {
	var names []string
	for _, n := range nodes {
		names = append(names, strings.TrimPrefix(reflect.TypeOf(n).String(), "*sqlast."))
	}
	return strings.Join(names, " ")
}

// formatted puts a node of any type into a text.
func formatted(n sqlast.Node) string {
	one := &sqlast.ExprItem{X: &sqlast.Number{Text: "1"}}
	block := &sqlast.Select{Items: []sqlast.Item{one}}
	q := &sqlast.Query{Body: block}
	switch n := n.(type) {
	case sqlast.Ident:
		one.Alias = n
	case *sqlast.CTE:
		q.With = []*sqlast.CTE{n}
	case *sqlast.OrderItem:
		q.OrderBy = []*sqlast.OrderItem{n}
	case *sqlast.Query:
		q = n
	case sqlast.Body:
		q.Body = n
	case sqlast.Item:
		block.Items = []sqlast.Item{n}
	case sqlast.Table:
		block.From = []sqlast.Table{n}
	case sqlast.Expr:
		return sqlast.FormatExpr(n)
	}
	return sqlast.Format(q)
}

// TestFormatShowsEveryField changes each field of each node, one at a time, and
// wants to see the difference: what Format leaves out, a reader would not see.
func TestFormatShowsEveryField(t *testing.T) {
	for i, n := range sqlasttest.All() {
		typ := reflect.Indirect(reflect.ValueOf(n)).Type()
		plain := formatted(n)
		for f := range typ.NumField() {
			field := typ.Field(f)
			if field.Type == reflect.TypeFor[sqlast.Pos]() || typ.Name() == "Param" && field.Name == "Ordinal" {
				continue
			}
			changed := reflect.New(typ).Elem() // a copy, so that nothing shared changes
			changed.Set(reflect.Indirect(reflect.ValueOf(sqlasttest.All()[i])))
			if !change(changed.Field(f)) {
				t.Errorf("%s.%s: the test knows no change of a %s", typ.Name(), field.Name, field.Type)
			}
			var node sqlast.Node
			if reflect.ValueOf(n).Kind() == reflect.Pointer {
				node = changed.Addr().Interface().(sqlast.Node)
			} else {
				node = changed.Interface().(sqlast.Node)
			}
			if got := formatted(node); got == plain {
				t.Errorf("%s.%s changed, but not the text %s", typ.Name(), field.Name, got)
			}
		}
	}
}

// change gives a field another value: an optional or repeated part goes, a
// scalar becomes another one.
func change(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		v.SetZero()
	case reflect.Slice:
		v.Set(v.Slice(0, v.Len()-1))
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Int:
		v.SetInt(v.Int() + 1)
	case reflect.Uint8:
		v.SetUint(v.Uint() - 1)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).Type() != reflect.TypeFor[sqlast.Pos]() {
				return change(v.Field(i))
			}
		}
		return false
	default:
		return false
	}
	return true
}
