package authorize

import "github.com/vantelle/vantelle/filter/querytree"

// dear tells whether a request that cannot fail asks a query for rows on which an
// engine may not have tested the row condition yet: one that stands in an
// expression (EXISTS, IN, ANY, ALL or a value), or is LATERAL. It costs what its
// author makes it cost, and the time that CASE WHEN note LIKE 'a%' THEN EXISTS (…)
// takes would tell of the notes of others.
func dear(q *querytree.Query) bool {
	asked := false
	querytree.WalkQuery(q, querytree.Visitor{
		Expr: func(x querytree.Expr) {
			querytree.Children(x, func(querytree.Expr) {}, func(*querytree.Query) { asked = true })
		},
		Source: func(s querytree.Source) {
			if d, ok := s.(*querytree.Derived); ok && d.Lateral {
				asked = true
			}
		},
	})
	return asked
}
