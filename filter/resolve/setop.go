package resolve

import (
	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltype"
)

// maxArms is how many set operations a statement may have; SQLite gives up at 500.
const maxArms = 200

func (r *resolver) setOp(b *sqlast.SetOp, outer *scope, ctes *cteScope) (querytree.Body, error) {
	if r.arms++; r.arms > maxArms {
		return nil, refusal.At(b.At, refusal.LimitExceeded, "more than %d set operations", maxArms)
	}
	left, err := r.operand(b.Left, outer, ctes)
	if err != nil {
		return nil, err
	}
	right, err := r.operand(b.Right, outer, ctes)
	if err != nil {
		return nil, err
	}
	lo, ro := left.Output(), right.Output()
	if len(lo) != len(ro) {
		return nil, refusal.At(b.At, refusal.TypeMismatch, "both sides of a set operation need the same number of columns: %d and %d", len(lo), len(ro))
	}
	out := &querytree.SetOp{Op: setOperators[b.Op], All: b.All, Left: left, Right: right}
	if b.All && b.Op != sqlast.Union {
		return nil, refusal.At(b.At, refusal.Unsupported, "%s ALL is not offered", out.Op)
	}
	for i := range lo {
		t, ok := sqltype.Unify(lo[i].Type, ro[i].Type)
		if !ok {
			lt, rt := itemOf(left, i), itemOf(right, i)
			if t, ok = meet(lt, rt); !ok {
				return nil, refusal.At(b.At, refusal.TypeMismatch, "column %d is %s on one side and %s on the other", i+1, lo[i].Type.Kind, ro[i].Type.Kind)
			}
			t = roomFor(roomFor(t, lt), rt)
		}
		if err := r.convertColumn(left, i, t, b.At); err != nil {
			return nil, err
		}
		if err := r.convertColumn(right, i, t, b.At); err != nil {
			return nil, err
		}
		out.Columns = append(out.Columns, querytree.Column{Label: lo[i].Label, Type: t, NotNull: lo[i].NotNull && ro[i].NotNull, Weight: lo[i].Weight + ro[i].Weight, Work: lo[i].Work + ro[i].Work, Looked: lo[i].Looked + ro[i].Looked})
	}
	return out, nil
}

var setOperators = map[sqlast.SetOperator]string{sqlast.Union: "UNION", sqlast.Intersect: "INTERSECT", sqlast.Except: "EXCEPT"}

// operand resolves one side of a set operation.
func (r *resolver) operand(b sqlast.Body, outer *scope, ctes *cteScope) (querytree.Body, error) {
	body, inner, err := r.body(b, outer, ctes)
	if err != nil {
		return nil, err
	}
	if sel, ok := body.(*querytree.Select); ok {
		return body, r.checkGrouping(sel, nil, inner)
	}
	return body, nil
}

func itemOf(b querytree.Body, i int) querytree.Expr {
	if sel, ok := b.(*querytree.Select); ok {
		return sel.Items[i]
	}
	return nil
}

// convertColumn makes the i-th column of a body have type t.
func (r *resolver) convertColumn(b querytree.Body, i int, t sqltype.Type, at sqlast.Pos) error {
	switch b := b.(type) {
	case *querytree.Select:
		if b.Columns[i].Type.Kind == t.Kind && b.Columns[i].Type.Kind != sqltype.Null {
			b.Columns[i].Type = t
			return nil
		}
		x, err := r.coerce(b.Items[i], t, at)
		if err != nil {
			return err
		}
		b.Items[i], b.Columns[i].Type = x, t
	case *querytree.SetOp:
		if err := r.convertColumn(b.Left, i, t, at); err != nil {
			return err
		}
		if err := r.convertColumn(b.Right, i, t, at); err != nil {
			return err
		}
		b.Columns[i].Type = t
	case *querytree.Query:
		return r.convertColumn(b.Body, i, t, at)
	}
	return nil
}
