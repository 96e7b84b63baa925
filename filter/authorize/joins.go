package authorize

import (
	"slices"
	"strings"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// mostTied is how many tables may be joined by their keys without a fence: what a
// row costs is then bounded by what hangs on it.
const mostTied = 4

// dearJoins tells whether a request joins tables so that a row may cost what its
// author makes it cost, while the row condition of a table is tested late: engines
// make a join of one that reads another table, and may make it after the request's
// own; and MariaDB tests any after what the request compares the row with, for each
// row of what it is joined to. Elsewhere a plain condition is tested where the row is
// read. Few tables that are joined by their keys, as lines are to their document,
// cost next to nothing.
func dearJoins(v *view.View, q *querytree.Query, readings map[*querytree.Scan]querytree.Reading) bool {
	late := false
	for _, r := range readings {
		querytree.WalkExpr(r.Policy.Where, querytree.Visitor{Query: func(*querytree.Query) { late = true }})
		if _, all := r.Policy.Where.(*querytree.Bool); !all && v.Catalog.Engine == catalog.MariaDB {
			late = true
		}
	}
	if !late {
		return false
	}
	dear := false
	querytree.WalkQuery(q, querytree.Visitor{Query: func(q *querytree.Query) {
		for _, sel := range blocks(q.Body, nil) {
			if sel.From != nil {
				dear = dear || !tied(v, sel)
			}
		}
	}})
	return dear
}

// tied tells whether the tables of a block are few, and each is joined to those
// before it by a whole key of one of both. A subquery is tied to nothing: it gives
// as many rows with one key as its author likes.
func tied(v *view.View, sel *querytree.Select) bool {
	sources, ties := joined(sel.From)
	ties = append(ties, tie{on: querytree.Conjuncts(sel.Where, nil)})
	if len(sources) > mostTied || len(sources) > 1 && slices.ContainsFunc(sources, func(s querytree.Source) bool { return tableOf(v, s) == nil }) {
		return false
	}
	known, rest := sources[:1:1], slices.Clone(sources[1:])
	for len(rest) > 0 {
		next := slices.IndexFunc(rest, func(s querytree.Source) bool {
			return slices.ContainsFunc(known, func(k querytree.Source) bool { return tiedTo(v, s, k, ties) })
		})
		if next < 0 {
			return false
		}
		known = append(known, rest[next])
		rest = slices.Delete(rest, next, next+1)
	}
	return true
}

// tie is conditions that rows are joined by: any rows, or those of left with those
// of right. What an outer join compares of one of its sides alone drops no row of it.
type tie struct {
	on          []querytree.Expr
	left, right []querytree.Source
}

// between tells whether the conditions are about rows of a and b.
func (t tie) between(a, b querytree.Source) bool {
	return t.left == nil || slices.Contains(t.left, a) && slices.Contains(t.right, b) || slices.Contains(t.left, b) && slices.Contains(t.right, a)
}

// joined gives what stands in a FROM clause, and what it is joined by.
func joined(s querytree.Source) ([]querytree.Source, []tie) {
	j, ok := s.(*querytree.Join)
	if !ok {
		return []querytree.Source{s}, nil
	}
	left, ties := joined(j.Left)
	right, more := joined(j.Right)
	own := tie{on: querytree.Conjuncts(j.On, nil)}
	if j.Kind != "INNER" && j.Kind != "CROSS" {
		own.left, own.right = left, right
	}
	return slices.Concat(left, right), append(append(ties, more...), own)
}

// tiedTo tells whether the conditions compare a whole key of one source with
// columns of the other, or what makes the rows of one follow the other's.
func tiedTo(v *view.View, a, b querytree.Source, ties []tie) bool {
	var ofA, ofB []string // columns that are compared, in pairs
	var conditions []querytree.Expr
	for _, t := range ties {
		if t.between(a, b) {
			conditions = append(conditions, t.on...)
		}
	}
	for _, c := range conditions {
		op, ok := c.(*querytree.Op)
		if !ok || op.Op != "=" {
			continue
		}
		x, okX := op.Args[0].(*querytree.ColumnRef)
		y, okY := op.Args[1].(*querytree.ColumnRef)
		if !okX || !okY {
			continue
		}
		if x.Source == b && y.Source == a {
			x, y = y, x
		}
		if x.Source == a && y.Source == b {
			ofA, ofB = append(ofA, columnName(x)), append(ofB, columnName(y))
		}
	}
	tableA, tableB := tableOf(v, a), tableOf(v, b)
	return tableA.KeyAmong(ofA) || tableB.KeyAmong(ofB) || follows(v, tableA, tableB, ofA, ofB) || follows(v, tableB, tableA, ofB, ofA)
}

// columnName is empty for what a derived table computes.
func columnName(c *querytree.ColumnRef) string {
	if c.Col == nil {
		return ""
	}
	return c.Col.Name
}

// tableOf gives the catalog's table; nil for a source that is none.
func tableOf(v *view.View, s querytree.Source) *catalog.Table {
	if scan, ok := s.(*querytree.Scan); ok {
		if t := v.Of(scan.Table); t != nil {
			return t.Catalog
		}
	}
	return nil
}

// follows tells whether the profile makes rows follow those of another table by
// the pairs of columns, as lines do their header: each has one there.
func follows(v *view.View, from, to *catalog.Table, columns, others []string) bool {
	for _, rule := range v.Profile.Tables {
		if rule.Follows == nil || !strings.EqualFold(rule.Name, from.Name) || !strings.EqualFold(v.Profile.Tables[rule.Follows.Table].Name, to.Name) {
			continue
		}
		return !slices.ContainsFunc(rule.Follows.On, func(on [2]string) bool {
			for i := range columns {
				if strings.EqualFold(columns[i], on[0]) && strings.EqualFold(others[i], on[1]) {
					return false
				}
			}
			return true
		})
	}
	return false
}
