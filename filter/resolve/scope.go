package resolve

import (
	"strings"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqlfunc"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// scope is what a name of one SELECT block may stand for. outer is the block
// around a subquery.
type scope struct {
	outer *scope
	ctes  *cteScope
	from  joined

	// What expressions of the clause being resolved may hold, and did.
	aggregates, windows bool
	sawAggregate        bool
	inAggregate         bool
}

// cteScope is a chain of CTEs, the newest first.
type cteScope struct {
	outer *cteScope
	name  string
	cte   *querytree.CTE
	names []string // of its columns
}

func (c *cteScope) find(name string) *cteScope {
	for s := c; s != nil; s = s.outer {
		if s.name == name {
			return s
		}
	}
	for s := c; s != nil; s = s.outer {
		if strings.EqualFold(s.name, name) {
			return s
		}
	}
	return nil
}

// relation is one named source of a FROM clause.
type relation struct {
	name     string // alias, or the table's name
	schema   string // empty where an alias was given
	source   querytree.Source
	table    *catalog.Table // of a Scan, RawScan or Self; else nil
	labels   []string       // the columns' names where table is nil
	output   []querytree.Column
	nullable bool // on the null side of an outer join
	all      []joinColumn
}

// joined is what a FROM clause, or a part of it, offers: relations for
// qualified names, and columns, in order, for bare names and for *.
type joined struct {
	source querytree.Source
	rels   []*relation
	cols   []joinColumn
}

// joinColumn is a column of a relation or, with both, one that USING merged
// in a FULL JOIN.
type joinColumn struct {
	name  string
	rel   *relation
	index int
	both  []joinColumn
}

// columns gives the relation's columns; the slice is shared.
func (rel *relation) columns() []joinColumn {
	if rel.all != nil {
		return rel.all
	}
	n := len(rel.labels)
	if rel.table != nil {
		n = len(rel.table.Columns)
	}
	cols := make([]joinColumn, n)
	for i := range cols {
		name := ""
		if rel.table != nil {
			name = rel.table.Columns[i].Name
		} else {
			name = rel.labels[i]
		}
		cols[i] = joinColumn{name: name, rel: rel, index: i}
	}
	rel.all = cols
	return cols
}

// reference makes the expression for a column and notes that it is used.
func (c joinColumn) reference() querytree.Expr {
	if c.both != nil {
		l, r := c.both[0].reference(), c.both[1].reference()
		t, _ := sqltype.Unify(l.Type(), r.Type())
		return &querytree.Call{Func: sqlfunc.Lookup("COALESCE"), Args: []querytree.Expr{l, r}, T: t}
	}
	if t := c.rel.table; t != nil {
		col := t.Columns[c.index]
		if scan, ok := c.rel.source.(*querytree.Scan); ok {
			use(scan, col)
		}
		return &querytree.ColumnRef{Source: c.rel.source, Col: col, T: col.Type, NotNull: !col.Nullable && !c.rel.nullable}
	}
	out := c.rel.output[c.index]
	return &querytree.ColumnRef{Source: c.rel.source, Index: c.index, T: out.Type, NotNull: out.NotNull && !c.rel.nullable}
}

func use(s *querytree.Scan, col *catalog.Column) {
	for _, u := range s.Used {
		if u == col {
			return
		}
	}
	s.Used = append(s.Used, col)
}

// match finds the columns called name among cols: those exactly so called,
// else those that differ by case only.
func match(cols []joinColumn, name string) []joinColumn {
	var found []joinColumn
	for _, c := range cols {
		if c.name == name {
			found = append(found, c)
		}
	}
	if found != nil {
		return found
	}
	for _, c := range cols {
		if strings.EqualFold(c.name, name) {
			found = append(found, c)
		}
	}
	return found
}

// relation finds the relation that a qualifier of one or two parts names.
func (j *joined) relation(parts []sqlast.Ident) *relation {
	name, schema := parts[len(parts)-1].Name, ""
	if len(parts) == 2 {
		schema = parts[0].Name
	}
	for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
		var found *relation
		for _, rel := range j.rels {
			if !same(rel.name, name) || schema != "" && !strings.EqualFold(rel.schema, schema) {
				continue
			}
			if found != nil {
				return nil
			}
			found = rel
		}
		if found != nil {
			return found
		}
	}
	return nil
}

// column resolves a column's name, in this block or one around it.
func (r *resolver) column(n *sqlast.Name, s *scope) (querytree.Expr, error) {
	last := n.Parts[len(n.Parts)-1]
	unknown := refusal.At(n.Pos(), refusal.UnknownName, "there is no column %s", dotted(n.Parts))
	if len(n.Parts) > 3 {
		return nil, unknown
	}
	for at := s; at != nil; at = at.outer {
		cols := at.from.cols
		if len(n.Parts) > 1 {
			rel := at.from.relation(n.Parts[:len(n.Parts)-1])
			if rel == nil {
				continue
			}
			cols = rel.columns()
		} else if r.policy && s.outer != nil {
			// In a policy's subquery a bare name could come to mean the
			// outer row once the inner table loses the column.
			return nil, refusal.At(n.Pos(), refusal.UnknownName,
				"in a subquery of a row condition every column is written with its table: self.%s for the row itself", last.Name)
		}
		switch found := match(cols, last.Name); {
		case len(found) > 1:
			return nil, refusal.At(n.Pos(), refusal.UnknownName, "column %s is ambiguous: write it with its table", dotted(n.Parts))
		case len(found) == 1:
			if at != s && s.inAggregate {
				return nil, refusal.At(n.Pos(), refusal.Unsupported, "a column of an outer query inside an aggregate is not offered")
			}
			x := found[0].reference()
			if ref, ok := x.(*querytree.ColumnRef); ok {
				r.at[ref] = n.Pos()
			}
			return x, nil
		case len(n.Parts) > 1:
			return nil, unknown
		}
	}
	return nil, unknown
}

func dotted(parts []sqlast.Ident) string {
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = p.Name
	}
	return clip(strings.Join(names, "."))
}

// clip keeps a message short where a request's own text is quoted in it.
func clip(s string) string {
	if runes := []rune(s); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return s
}
