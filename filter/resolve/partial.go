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

// What a statement computes on one row may go through so many characters and be
// total: littleText, less than ten microseconds, wherever it stands, for an engine
// may compute it on all rows of others that satisfy a condition; muchText, two or
// three milliseconds, where there is no fence, in a row policy and on SQL Server.
const (
	littleText = 1 << 10
	muchText   = 1 << 18
)

// nodeText is how many characters an expression counts for besides.
const nodeText = 2

// work counts the characters that computing goes through on a row. A text of the
// request put before a column, and made capitals of a thousand times, cannot fail;
// but CASE WHEN note LIKE 'a%' before it is answered in a second where somebody's
// hidden note matches, and at once where none does. See checkWork.
func (r *resolver) work(chars int, at sqlast.Pos) {
	if r.worked <= muchText && r.worked+chars > muchText {
		r.dearAt = at
	}
	r.worked += chars
}

// look counts characters of texts as they are stored, which are compared or
// matched: many such on one row are dear as well, but nobody makes the texts long for
// it, and a row policy, or SQL Server, does without a fence for them.
func (r *resolver) look(chars int) { r.looked += chars }

// uses counts what a column computes where it is used.
func (r *resolver) uses(c querytree.Column) {
	r.work(c.Work, sqlast.NoPos)
	r.look(c.Looked)
}

// price is what has been counted up to a point: expressions, characters that
// computing them goes through, and characters of stored texts.
type price struct{ nodes, worked, looked int }

// since gives what was counted since a point.
func (r *resolver) since(p price) price {
	return price{r.nodes - p.nodes, r.worked - p.worked, r.looked - p.looked}
}

// mark is the point up to which has been counted.
func (r *resolver) mark() price { return price{r.nodes, r.worked, r.looked} }

// again counts what engines write out, or compute, so many times more.
func (r *resolver) again(p price, times int, at sqlast.Pos) error {
	r.work(p.worked*times, at)
	r.look(p.looked * times)
	return r.spend(p.nodes*times, at)
}

// checkWork marks queries that are dear altogether, however cheap each part is: a
// column of a derived table that is used a thousand times is computed as often where
// a planner pulls the table up. Every table of the request is read behind a fence
// then, and only what is plain meets rows of others there. It refuses as partial does.
// What the outermost query gives is computed on rows that it has found already.
func (r *resolver) checkWork(queries ...*querytree.Query) error {
	little := r.asked + r.worked + r.looked + nodeText*r.nodes
	for _, q := range queries {
		if q != nil {
			for _, c := range q.Output() {
				little -= c.Work + c.Looked + nodeText*c.Weight
			}
		}
	}
	if little <= littleText && r.worked <= muchText {
		return nil
	}
	for _, q := range queries {
		if q != nil {
			q.Dear = true
		}
	}
	if r.worked <= muchText {
		return nil
	}
	return r.partial(r.dearAt, "going through so much text")
}
