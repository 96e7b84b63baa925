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
// author makes it cost, while the row condition of a table reads another one:
// engines make a join of such a condition, and may make it after the request's
// own. A plain condition is tested where the row is read. Few tables that are
// joined by their keys, as lines are to their document, cost next to nothing.
func dearJoins(v *view.View, q *querytree.Query, readings map[*querytree.Scan]querytree.Reading) bool {
	late := false
	for _, r := range readings {
		querytree.WalkExpr(r.Policy.Where, querytree.Visitor{Query: func(*querytree.Query) { late = true }})
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
// before it by a whole key of one of both.
func tied(v *view.View, sel *querytree.Select) bool {
	sources, conditions := joined(sel.From, nil, querytree.Conjuncts(sel.Where, nil))
	if len(sources) > mostTied {
		return false
	}
	known, rest := sources[:1:1], slices.Clone(sources[1:])
	for len(rest) > 0 {
		next := slices.IndexFunc(rest, func(s querytree.Source) bool {
			return slices.ContainsFunc(known, func(k querytree.Source) bool { return tiedTo(v, s, k, conditions) })
		})
		if next < 0 {
			return false
		}
		known = append(known, rest[next])
		rest = slices.Delete(rest, next, next+1)
	}
	return true
}

// joined gives what stands in a FROM clause, and the conditions that it is joined
// by, whatever the kind of the joins.
func joined(s querytree.Source, sources []querytree.Source, conditions []querytree.Expr) ([]querytree.Source, []querytree.Expr) {
	j, ok := s.(*querytree.Join)
	if !ok {
		return append(sources, s), conditions
	}
	sources, conditions = joined(j.Left, sources, querytree.Conjuncts(j.On, conditions))
	return joined(j.Right, sources, conditions)
}

// tiedTo tells whether the conditions compare a whole key of one source with
// columns of the other.
func tiedTo(v *view.View, a, b querytree.Source, conditions []querytree.Expr) bool {
	var pairs [][2]string // of a and b
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
			pairs = append(pairs, [2]string{columnName(x), columnName(y)})
		}
	}
	back := make([][2]string, len(pairs))
	for i, p := range pairs {
		back[i] = [2]string{p[1], p[0]}
	}
	return wholeKey(v, a, pairs) || wholeKey(v, b, back) || followed(v, a, b, pairs) || followed(v, b, a, back)
}

func columnName(c *querytree.ColumnRef) string {
	if c.Col == nil {
		return ""
	}
	return c.Col.Name
}

// wholeKey tells whether the first of each pair are a key of a table.
func wholeKey(v *view.View, s querytree.Source, pairs [][2]string) bool {
	t := tableOf(v, s)
	if t == nil {
		return false
	}
	for _, key := range append([][]string{t.Catalog.PrimaryKey}, t.Catalog.Unique...) {
		if len(key) > 0 && !slices.ContainsFunc(key, func(name string) bool {
			return !slices.ContainsFunc(pairs, func(p [2]string) bool { return p[0] == name })
		}) {
			return true
		}
	}
	return false
}

// followed tells whether the pairs are those by which the rows of a follow those
// of b, as lines do their header: a row of a has one there.
func followed(v *view.View, a, b querytree.Source, pairs [][2]string) bool {
	from, to := tableOf(v, a), tableOf(v, b)
	if from == nil || to == nil {
		return false
	}
	for name, rule := range v.Profile.Tables {
		if rule.Follows == nil || !is(from.Catalog, name) || !is(to.Catalog, rule.Follows.Table) {
			continue
		}
		return !slices.ContainsFunc(rule.Follows.On, func(on [2]string) bool {
			return !slices.ContainsFunc(pairs, func(p [2]string) bool { return strings.EqualFold(p[0], on[0]) && strings.EqualFold(p[1], on[1]) })
		})
	}
	return false
}

func is(t *catalog.Table, name string) bool {
	_, bare, qualified := strings.Cut(name, ".")
	return strings.EqualFold(t.Name, name) || qualified && strings.EqualFold(t.Name, bare)
}

func tableOf(v *view.View, s querytree.Source) *view.Table {
	scan, ok := s.(*querytree.Scan)
	if !ok {
		return nil
	}
	return v.Of(scan.Table)
}
