// Package sqlasttest helps to test whatever handles syntax trees: one sample of
// every node type, random trees, and a comparison that ignores positions.
//
// It is for tests only; nothing of the service imports it.
package sqlasttest

import "github.com/vantelle/vantelle/filter/sqlast"

// All returns one sample of every node type with every field set, in no
// particular order. Push them through each switch over nodes: sqlast's own tests
// fail when a type is missing here.
//
// A sample is filled for the sake of its fields and need not make sense: its
// Call has a star and arguments.
func All() []sqlast.Node {
	q := query()
	cte := &sqlast.CTE{Name: id("c1"), Columns: ids("c2", "c3"), Query: query(), Recursive: true}
	order := &sqlast.OrderItem{X: col("o1"), Desc: true, Nulls: sqlast.NullsLast}
	block := &sqlast.Select{
		Distinct: true,
		Items:    []sqlast.Item{&sqlast.Star{Table: ids("s1")}, &sqlast.ExprItem{X: col("s2"), Alias: id("s3")}},
		From:     []sqlast.Table{table("s4"), table("s5")},
		Where:    col("s6"), GroupBy: exprs("s7", "s8"), Having: col("s9"),
	}
	full := &sqlast.Query{
		With: []*sqlast.CTE{cte}, Body: block, OrderBy: []*sqlast.OrderItem{order},
		Limit: num("10"), Offset: num("20"),
	}
	nodes := []sqlast.Node{
		full, cte, order, block,
		&sqlast.SetOp{Op: sqlast.Except, All: true, Left: query(), Right: query()},
		&sqlast.Star{Table: ids("t1", "t2")},
		&sqlast.ExprItem{X: col("i1"), Alias: id("i2")},
		table("n1"),
		&sqlast.Derived{Query: q, Alias: id("d1"), Columns: ids("d2", "d3"), Lateral: true},
		&sqlast.Join{Kind: sqlast.Full, Natural: true, Left: table("j1"), Right: table("j2"), On: col("j3"), Using: ids("j4")},
		id("name"),
	}
	for _, x := range expressions() {
		nodes = append(nodes, x)
	}
	return nodes
}

func expressions() []sqlast.Expr {
	call := &sqlast.Call{
		Name: id("f"), Args: exprs("a1", "a2"), Star: true, Distinct: true,
		OrderBy: []*sqlast.OrderItem{{X: col("a3")}}, Filter: col("a4"),
		Over: &sqlast.Window{
			PartitionBy: exprs("w1", "w2"), OrderBy: []*sqlast.OrderItem{{X: col("w3")}},
			Frame: &sqlast.Frame{
				Unit:  "ROWS",
				Start: sqlast.FrameBound{Kind: "PRECEDING", N: num("1")},
				End:   sqlast.FrameBound{Kind: "FOLLOWING", N: num("2")},
			},
		},
	}
	return []sqlast.Expr{
		&sqlast.Name{Parts: ids("p1", "p2")},
		num("1.5"),
		&sqlast.String{Value: "it's"},
		&sqlast.TypedLiteral{Kind: "DATE", Value: "2026-01-31"},
		&sqlast.Bool{Value: true},
		&sqlast.Null{},
		&sqlast.Param{Ordinal: 1},
		&sqlast.Param{Name: "p"},
		&sqlast.Unary{Op: "NOT", X: col("u1")},
		&sqlast.Binary{Op: "||", X: col("b1"), Y: col("b2")},
		&sqlast.Is{X: col("i1"), Not: true, What: "NULL"},
		&sqlast.Between{X: col("b1"), Not: true, Low: col("b2"), High: col("b3")},
		&sqlast.InList{X: col("l1"), Not: true, List: exprs("l2", "l3")},
		&sqlast.InQuery{X: col("q1"), Not: true, Query: query()},
		&sqlast.Like{X: col("k1"), Not: true, Insensitive: true, Pattern: col("k2"), Escape: col("k3")},
		&sqlast.Quantified{X: col("q1"), Op: "<", All: true, Query: query()},
		&sqlast.Grouping{Kind: "ROLLUP", Sets: [][]sqlast.Expr{exprs("g1"), exprs("g2", "g3")}},
		&sqlast.Exists{Query: query()},
		&sqlast.Subquery{Query: query()},
		&sqlast.Case{Operand: col("c1"), Whens: []sqlast.When{{Cond: col("c2"), Then: col("c3")}}, Else: col("c4")},
		&sqlast.Cast{X: col("x1"), Type: sqlast.TypeName{Name: "DECIMAL", Args: []int{12, 2}}, Try: true},
		call,
		&sqlast.Extract{Field: "YEAR", X: col("e1")},
		&sqlast.Row{Items: exprs("r1", "r2")},
	}
}

func query() *sqlast.Query {
	return &sqlast.Query{Body: &sqlast.Select{Items: []sqlast.Item{&sqlast.ExprItem{X: col("z1"), Alias: id("z2")}}}}
}

func id(name string) sqlast.Ident { return sqlast.Ident{Name: name} }

func ids(names ...string) []sqlast.Ident {
	var list []sqlast.Ident
	for _, n := range names {
		list = append(list, id(n))
	}
	return list
}

func col(name string) sqlast.Expr { return &sqlast.Name{Parts: ids(name)} }

func exprs(names ...string) []sqlast.Expr {
	var list []sqlast.Expr
	for _, n := range names {
		list = append(list, col(n))
	}
	return list
}

func num(text string) sqlast.Expr { return &sqlast.Number{Text: text} }

func table(name string) sqlast.Table {
	return &sqlast.TableName{Name: ids("dbo", name), Alias: id(name + "a")}
}
