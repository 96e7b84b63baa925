package sqlast

import "fmt"

// Walk visits node and everything below it, parents first, children in the
// order of the canonical text. f says whether to go below the node; an error
// ends the walk and is returned as it is.
//
// Names (Ident), windows, frames and CASE arms are parts of the node that holds
// them: f does not see them, but sees the expressions in them. A nil node is
// not visited; a node of an unknown type is an error.
func Walk(node Node, f func(Node) (descend bool, err error)) error {
	w := walker{visit: f}
	w.node(node)
	return w.err
}

// walker stops at the first error: every method does nothing once err is set.
type walker struct {
	visit func(Node) (bool, error)
	err   error
}

func (w *walker) enter(n Node) bool {
	if w.err != nil {
		return false
	}
	descend, err := w.visit(n)
	w.err = err
	return descend && err == nil
}

func (w *walker) node(n Node) {
	switch n := n.(type) {
	case nil:
	case *Query:
		w.query(n)
	case *CTE:
		if w.enter(n) {
			w.query(n.Query)
		}
	case *OrderItem:
		if w.enter(n) {
			w.expr(n.X)
		}
	case Body:
		w.body(n)
	case Item:
		w.item(n)
	case Table:
		w.table(n)
	case Expr:
		w.expr(n)
	default:
		w.unknown(n)
	}
}

func (w *walker) query(q *Query) {
	if q == nil || !w.enter(q) {
		return
	}
	for _, c := range q.With {
		w.node(c)
	}
	w.body(q.Body)
	w.orderBy(q.OrderBy)
	w.expr(q.Limit)
	w.expr(q.Offset)
}

func (w *walker) body(b Body) {
	switch b := b.(type) {
	case nil:
	case *Query:
		w.query(b)
	case *SetOp:
		if w.enter(b) {
			w.body(b.Left)
			w.body(b.Right)
		}
	case *Select:
		if !w.enter(b) {
			return
		}
		for _, i := range b.Items {
			w.item(i)
		}
		for _, t := range b.From {
			w.table(t)
		}
		w.expr(b.Where)
		w.exprs(b.GroupBy)
		w.expr(b.Having)
	default:
		w.unknown(b)
	}
}

func (w *walker) item(i Item) {
	switch i := i.(type) {
	case nil:
	case *Star:
		w.enter(i)
	case *ExprItem:
		if w.enter(i) {
			w.expr(i.X)
		}
	default:
		w.unknown(i)
	}
}

func (w *walker) table(t Table) {
	switch t := t.(type) {
	case nil:
	case *TableName:
		w.enter(t)
	case *Derived:
		if w.enter(t) {
			w.query(t.Query)
		}
	case *Join:
		if w.enter(t) {
			w.table(t.Left)
			w.table(t.Right)
			w.expr(t.On)
		}
	default:
		w.unknown(t)
	}
}

func (w *walker) orderBy(items []*OrderItem) {
	for _, o := range items {
		w.node(o)
	}
}

func (w *walker) unknown(n Node) {
	if w.err == nil {
		w.err = fmt.Errorf("walk syntax tree: unknown node %T", n)
	}
}
