package resolve

import (
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// partial is asked before a node is made that can fail on a row, or cost more
// there than its operands are long; the node is then marked Partial, and every
// table of the request is read behind a fence (promise 8). It refuses where a
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
// one row and be total: some milliseconds.
const dearText = 1 << 20

// dear counts the characters that computing goes through on a row, and tells
// whether they have become too many. A text of the request put before a column,
// and made capitals of a thousand times, cannot fail; but CASE WHEN note LIKE 'a%'
// before it is answered in a second where somebody's hidden note matches, and at
// once where none does. What comes after so much work is partial; what stands
// behind a fence with the conditions that are pushed there stays below it.
func (r *resolver) dear(chars int) bool {
	r.worked += chars
	return r.worked > dearText
}
