package resolve

import (
	"strconv"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqlfunc"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

func (r *resolver) window(x *sqlast.Call, out *querytree.Call, s *scope) error {
	s.windows = false
	defer func() { s.windows = true }()
	w := &querytree.Window{}
	for _, p := range x.Over.PartitionBy {
		v, err := r.expr(p, s)
		if err != nil {
			return err
		}
		if err := orderable(p.Pos(), v.Type()); err != nil {
			return err
		}
		w.PartitionBy = append(w.PartitionBy, v)
	}
	var err error
	if w.OrderBy, err = r.keys(x.Over.OrderBy, s); err != nil {
		return err
	}
	if len(w.OrderBy) == 0 && out.Func.Class == sqlfunc.Window {
		return refusal.At(x.Pos(), refusal.Unsupported, "%s needs ORDER BY in its OVER", out.Func.Name)
	}
	if x.Over.Frame != nil {
		if w.Frame, err = r.frame(x.Over, w.OrderBy); err != nil {
			return err
		}
	}
	out.Over = w
	return nil
}

// keys resolves an ORDER BY of a window or an aggregate.
func (r *resolver) keys(items []*sqlast.OrderItem, s *scope) ([]querytree.Order, error) {
	var out []querytree.Order
	for _, o := range items {
		v, err := r.expr(o.X, s)
		if err != nil {
			return nil, err
		}
		if err := orderable(o.Pos(), v.Type()); err != nil {
			return nil, err
		}
		switch v.(type) {
		case *querytree.Param, *querytree.Number, *querytree.Null, *querytree.Bool:
			return nil, refusal.At(o.Pos(), refusal.Unsupported, "ORDER BY a constant orders nothing: name a column")
		}
		ref, ok := v.(*querytree.ColumnRef)
		out = append(out, querytree.Order{Output: -1, X: v, Desc: o.Desc, NullsFirst: nullsFirst(o), NotNull: ok && ref.NotNull})
	}
	return out, nil
}

// frame resolves ROWS, RANGE and GROUPS. Without an order a frame is of rows
// that nobody chose; a RANGE over a distance needs one key that can be added to.
func (r *resolver) frame(over *sqlast.Window, order []querytree.Order) (*querytree.Frame, error) {
	f := over.Frame
	at := over.At
	counts := f.Start.N != nil || f.End.N != nil
	engine := r.opt.Engine
	switch {
	case len(order) == 0:
		return nil, refusal.At(at, refusal.Unsupported, "a window frame needs ORDER BY in its OVER")
	case f.Unit == "GROUPS" && (engine == catalog.MariaDB || engine == catalog.SQLServer):
		return nil, refusal.At(at, refusal.Unsupported, "GROUPS is not offered on this engine: use ROWS or RANGE")
	case f.Unit == "RANGE" && counts && engine == catalog.SQLServer:
		return nil, refusal.At(at, refusal.Unsupported, "RANGE over a distance is not offered on this engine: use ROWS")
	case f.Unit == "RANGE" && counts && (len(order) != 1 || !plainKey(order[0])):
		return nil, refusal.At(at, refusal.Unsupported, "RANGE over a distance needs one key in ORDER BY, a whole or decimal number, without NULLS")
	}
	out := &querytree.Frame{Unit: f.Unit}
	var err error
	if out.Start, err = frameBound(f.Start, at); err != nil {
		return nil, err
	}
	if out.End, err = frameBound(f.End, at); err != nil {
		return nil, err
	}
	return out, nil
}

func plainKey(o querytree.Order) bool {
	k := o.X.Type().Kind
	return (k == sqltype.Int || k == sqltype.Decimal) && (o.NotNull || o.NullsFirst != o.Desc)
}

// maxDistance is how far a frame may reach; an engine may keep as many rows.
const maxDistance = 1_000_000

func frameBound(b sqlast.FrameBound, at sqlast.Pos) (querytree.FrameBound, error) {
	out := querytree.FrameBound{Kind: b.Kind}
	if b.N == nil {
		return out, nil
	}
	if n, ok := b.N.(*sqlast.Number); ok {
		if v, err := strconv.Atoi(n.Text); err == nil && v >= 0 && v <= maxDistance {
			out.N = &querytree.Number{Text: strconv.Itoa(v), T: sqltype.Type{Kind: sqltype.Int, Bits: 32}}
			return out, nil
		}
		at = n.At
	}
	return out, refusal.At(at, refusal.CanFail, "the distance of a window frame is a whole number from 0 to %d, written out", maxDistance)
}
