package resolve

import (
	"slices"

	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// lateral checks that a derived table may use the sources to its left, which s
// holds.
func (r *resolver) lateral(t *sqlast.Derived, s *scope) error {
	switch {
	case r.policy:
		return refusal.At(t.At, refusal.Unsupported, "LATERAL and APPLY are not offered in a row condition: write a subquery")
	case r.opt.Engine == catalog.SQLite, r.opt.Engine == catalog.MariaDB:
		return refusal.At(t.At, refusal.Unsupported, "LATERAL and APPLY are not offered on this engine: join a derived table that groups by what it is joined with")
	case s.noLateral:
		return refusal.At(t.At, refusal.Unsupported, "LATERAL and APPLY stand to the right of a comma, or of a CROSS, INNER or LEFT JOIN")
	}
	return nil
}

// applied tells whether a joined table may go without a condition: what APPLY
// stands before.
func applied(t sqlast.Table) bool {
	d, ok := t.(*sqlast.Derived)
	return ok && d.Lateral
}

// besides is the scope of the right side of a join, which LATERAL there sees:
// what is to the left of the whole join, and the join's left side.
func (r *resolver) besides(s *scope, left joined, t *sqlast.Join) *scope {
	if !applied(t.Right) {
		return s
	}
	seen := *s
	seen.noLateral = t.Kind == sqlast.Right || t.Kind == sqlast.Full
	seen.from = joined{rels: slices.Concat(s.from.rels, left.rels), cols: slices.Concat(s.from.cols, left.cols)}
	return &seen
}
