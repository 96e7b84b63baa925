package resolve

import (
	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// partial is asked before a node is made that can fail on a row; the node is then
// marked Partial, and every table of the request is read behind a fence (promise 8).
// So it is where a request is dear altogether: see checkWork. It refuses where a
// fence does not help: in a row policy, which itself runs on everybody's rows,
// and on SQL Server, whose optimiser is not known to respect one.
func (r *resolver) partial(at sqlast.Pos, what string) error {
	switch {
	case r.policy:
		return refusal.At(at, refusal.CanFail, "%s can fail on a row, and a row condition runs on everybody's rows", what)
	case r.opt.Engine == catalog.SQLServer:
		return refusal.At(at, refusal.CanFail, "%s can fail on a row and is not offered on this engine", what)
	}
	return nil
}

// dearText is how many characters what a statement computes may go through on
// one row and be total: two or three milliseconds.
const dearText = 1 << 18

// work counts the characters that computing goes through on a row. A text of the
// request put before a column, and made capitals of a thousand times, cannot fail;
// but CASE WHEN note LIKE 'a%' before it is answered in a second where somebody's
// hidden note matches, and at once where none does. See checkWork.
func (r *resolver) work(chars int, at sqlast.Pos) {
	if r.worked <= dearText && r.worked+chars > dearText {
		r.dearAt = at
	}
	r.worked += chars
}

// price is what has been counted up to a point: expressions, and characters
// that computing them goes through.
type price struct{ nodes, worked int }

// since gives what was counted since a point.
func (r *resolver) since(p price) price { return price{r.nodes - p.nodes, r.worked - p.worked} }

// mark is the point up to which has been counted.
func (r *resolver) mark() price { return price{r.nodes, r.worked} }

// again counts what engines write out, or compute, so many times more.
func (r *resolver) again(p price, times int, at sqlast.Pos) error {
	r.work(p.worked*times, at)
	return r.spend(p.nodes*times, at)
}

// checkWork marks queries that are dear altogether, however cheap each part is: a
// column of a derived table that is used a thousand times is computed as often where
// a planner pulls the table up. Every table of the request is read behind a fence
// then, and only what is plain meets rows of others there. It refuses as partial does.
func (r *resolver) checkWork(queries ...*querytree.Query) error {
	if r.worked <= dearText {
		return nil
	}
	for _, q := range queries {
		if q != nil {
			q.Dear = true
		}
	}
	return r.partial(r.dearAt, "going through so much text")
}
