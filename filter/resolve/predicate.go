package resolve

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltype"
)

func (r *resolver) predicate(x sqlast.Expr, s *scope) (querytree.Expr, error) {
	switch x := x.(type) {
	case *sqlast.Is:
		return r.is(x, s)
	case *sqlast.Between:
		return r.between(x, s)
	case *sqlast.InList:
		return r.inList(x, s)
	case *sqlast.InQuery:
		return r.inQuery(x.X, x.Not, x.Query, s)
	case *sqlast.Like:
		return r.like(x, s)
	case *sqlast.Quantified:
		switch {
		case x.Op == "=" && !x.All:
			return r.inQuery(x.X, false, x.Query, s)
		case x.Op == "<>" && x.All:
			return r.inQuery(x.X, true, x.Query, s)
		}
		return r.quantified(x, s)
	case *sqlast.Exists:
		return r.exists(x, s)
	}
	return nil, refusal.At(x.Pos(), refusal.Unsupported, "this condition is not offered")
}

func (r *resolver) is(x *sqlast.Is, s *scope) (querytree.Expr, error) {
	v, err := r.expr(x.X, s)
	if err != nil {
		return nil, err
	}
	if x.What == "NULL" {
		if v, err = r.settle(v, x.Pos()); err != nil {
			return nil, err
		}
	} else if v, err = r.truth(v, x.Pos()); err != nil {
		return nil, err
	}
	return &querytree.Is{X: v, Not: x.Not, What: x.What}, nil
}

func (r *resolver) between(x *sqlast.Between, s *scope) (querytree.Expr, error) {
	before := r.nodes
	v, err := r.expr(x.X, s)
	if err != nil {
		return nil, err
	}
	if err := r.spend(r.nodes-before, x.Pos()); err != nil { // engines write it out as two comparisons
		return nil, err
	}
	bounds, err := r.exprs([]sqlast.Expr{x.Low, x.High}, s)
	if err != nil {
		return nil, err
	}
	xs := append([]querytree.Expr{v}, bounds...)
	out := &querytree.Between{X: xs[0], Low: xs[1], High: xs[2], Not: x.Not}
	for _, b := range []struct {
		op    string
		bound *querytree.Expr
	}{{">=", &out.Low}, {"<=", &out.High}} {
		if err := r.compareWith(&out.X, b.op, b.bound, x.Pos()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// compareWith checks that x can be compared with y and gives both their types.
// Where x is compared with several, it has the type that the first gave it.
func (r *resolver) compareWith(x *querytree.Expr, op string, y *querytree.Expr, at sqlast.Pos) error {
	cmp, err := r.compare(op, *x, *y, at)
	if err != nil {
		return err
	}
	args := cmp.(*querytree.Op).Args
	*x, *y = args[0], args[1]
	return nil
}

func (r *resolver) inList(x *sqlast.InList, s *scope) (querytree.Expr, error) {
	if row, ok := x.X.(*sqlast.Row); ok {
		return r.rowInList(x, row, s)
	}
	before := r.nodes
	v, err := r.expr(x.X, s)
	if err != nil {
		return nil, err
	}
	weight := r.nodes - before
	out := &querytree.InList{X: v, Not: x.Not, List: make([]querytree.Expr, len(x.List))}
	for i, item := range x.List {
		if out.List[i], err = r.expr(item, s); err != nil {
			return nil, err
		}
		if err := r.compareWith(&out.X, "=", &out.List[i], item.Pos()); err != nil {
			return nil, err
		}
		if !flexible(out.List[i]) {
			// Beside an element that is no value, engines write the list
			// out as comparisons, each with what is looked for.
			if err := r.spend(weight, item.Pos()); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func (r *resolver) rowInList(x *sqlast.InList, row *sqlast.Row, s *scope) (querytree.Expr, error) {
	left, err := r.exprs(row.Items, s)
	if err != nil {
		return nil, err
	}
	for i, v := range left {
		if _, column := v.(*querytree.ColumnRef); !column && !flexible(v) {
			return nil, refusal.At(row.Items[i].Pos(), refusal.Unsupported, "a row that is looked for in a list is made of columns and values")
		}
	}
	var any []querytree.Expr
	for _, item := range x.List {
		other, ok := item.(*sqlast.Row)
		if !ok || len(other.Items) != len(row.Items) {
			return nil, refusal.At(item.Pos(), refusal.TypeMismatch, "a row of %d values is wanted here", len(row.Items))
		}
		eq, err := r.rowsEqual(left, other.Items, s, item.Pos())
		if err != nil {
			return nil, err
		}
		any = append(any, eq)
	}
	out := any[0]
	if len(any) > 1 {
		out = boolean("OR", any...)
	}
	if x.Not {
		return boolean("NOT", out), nil
	}
	return out, nil
}

func (r *resolver) inQuery(x sqlast.Expr, not bool, q *sqlast.Query, s *scope) (querytree.Expr, error) {
	items := []sqlast.Expr{x}
	if row, ok := x.(*sqlast.Row); ok {
		items = row.Items
	}
	sub, err := r.query(q, s, s.ctes)
	if err != nil {
		return nil, err
	}
	out := sub.Output()
	if len(out) != len(items) {
		return nil, refusal.At(x.Pos(), refusal.TypeMismatch, "the subquery gives %d columns where %d are compared", len(out), len(items))
	}
	result := &querytree.InQuery{Not: not, Query: sub}
	for i, item := range items {
		v, err := r.expr(item, s)
		if err != nil {
			return nil, err
		}
		eq, err := r.compare("=", v, typed{out[i].Type}, x.Pos())
		if err != nil {
			return nil, err
		}
		result.Row = append(result.Row, eq.(*querytree.Op).Args[0])
	}
	return result, nil
}

// quantified resolves a comparison with any or all values of a subquery.
func (r *resolver) quantified(x *sqlast.Quantified, s *scope) (querytree.Expr, error) {
	if _, row := x.X.(*sqlast.Row); row {
		return nil, refusal.At(x.X.Pos(), refusal.Unsupported, "a row of values goes with = ANY and <> ALL only")
	}
	before := r.nodes
	v, err := r.expr(x.X, s)
	if err != nil {
		return nil, err
	}
	if err := r.spend(r.nodes-before, x.Pos()); err != nil { // SQLite is given it twice
		return nil, err
	}
	sub, err := r.query(x.Query, s, s.ctes)
	if err != nil {
		return nil, err
	}
	out := sub.Output()
	if len(out) != 1 {
		return nil, refusal.At(x.X.Pos(), refusal.TypeMismatch, "the subquery gives %d columns where one is compared", len(out))
	}
	cmp, err := r.compare(x.Op, v, typed{out[0].Type}, x.X.Pos())
	if err != nil {
		return nil, err
	}
	return &querytree.Quantified{X: cmp.(*querytree.Op).Args[0], Op: x.Op, All: x.All, Query: sub}, nil
}

func (r *resolver) exists(x *sqlast.Exists, s *scope) (querytree.Expr, error) {
	q := *x.Query
	if sel, ok := q.Body.(*sqlast.Select); ok && len(sel.GroupBy) == 0 && sel.Having == nil && !sel.Distinct && len(q.OrderBy) == 0 {
		if _, star := sel.Items[0].(*sqlast.Star); star && len(sel.Items) == 1 && len(sel.From) > 0 {
			// EXISTS (SELECT * …) asks for rows, not for every column.
			one := *sel
			one.Items = []sqlast.Item{&sqlast.ExprItem{X: &sqlast.Number{At: sel.At, Text: "1"}}}
			q.Body = &one
		}
	}
	sub, err := r.query(&q, s, s.ctes)
	if err != nil {
		return nil, err
	}
	return &querytree.Exists{Query: sub}, nil
}

// like resolves a pattern match. A pattern that comes from a row costs what its
// wildcards make it cost, so it is partial; and it has no escape character: it
// could end in one, and PostgreSQL tries patterns on its statistics of
// everybody's rows, where no fence stands.
func (r *resolver) like(x *sqlast.Like, s *scope) (querytree.Expr, error) {
	text := sqltype.Type{Kind: sqltype.Text}
	v, err := r.expr(x.X, s)
	if err != nil {
		return nil, err
	}
	if v.Type().Kind != sqltype.Text && v.Type().Kind != sqltype.Null {
		return nil, refusal.At(x.Pos(), refusal.TypeMismatch, "LIKE takes text, not %s", v.Type().Kind)
	}
	if v, err = r.coerce(v, text, x.Pos()); err != nil {
		return nil, err
	}
	p, err := r.expr(x.Pattern, s)
	if err != nil {
		return nil, err
	}
	computed := !flexible(p)
	if computed {
		if err := r.computedPattern(x, p); err != nil {
			return nil, err
		}
	}
	text = v.Type()
	text.Fixed = false // a pattern's blanks count
	if p, err = r.coerce(p, text, x.Pattern.Pos()); err != nil {
		return nil, err
	}
	out := &querytree.Like{X: v, Pattern: p, Not: x.Not, Insensitive: x.Insensitive, Partial: computed}
	if x.Escape != nil {
		e, ok := x.Escape.(*sqlast.String)
		if !ok || utf8.RuneCountInString(e.Value) > 1 {
			return nil, refusal.At(x.Escape.Pos(), refusal.Unsupported, "ESCAPE takes one character in quotes")
		}
		out.Escape, _ = utf8.DecodeRuneInString(e.Value)
		if e.Value == "" {
			out.Escape = 0
		}
	}
	if lit, ok := p.(*querytree.Param); ok && lit.Slot.Kind == querytree.SlotLiteral {
		if msg := CheckPattern(lit.Slot.Value, out.Escape); msg != "" {
			return nil, refusal.At(x.Pattern.Pos(), refusal.TypeMismatch, "%s", msg)
		}
	}
	return out, nil
}

// computedPattern checks a LIKE pattern that is no value of the request.
func (r *resolver) computedPattern(x *sqlast.Like, p querytree.Expr) error {
	if x.Escape != nil {
		return refusal.At(x.Escape.Pos(), refusal.CanFail, "ESCAPE goes with a pattern that is given as text or as a parameter: one from a row could end in the escape character, and fail")
	}
	if p.Type().Kind != sqltype.Text {
		return refusal.At(x.Pattern.Pos(), refusal.TypeMismatch, "LIKE takes text, not %s", p.Type().Kind)
	}
	return r.partial(x.Pattern.Pos(), "a LIKE pattern that comes from a row")
}

const (
	maxPattern   = 1000
	maxWildcards = 50
)

// CheckPattern tells what is wrong with a LIKE pattern, or "". PostgreSQL
// fails on a pattern that ends in an escape character, and does so on rows and
// statistics that the customer must not learn of; so it is refused beforehand,
// here for the request's text and where parameters are bound.
//
// A long pattern, or one with many wildcards, costs time and stack on every row
// it meets, the hidden ones included.
func CheckPattern(pattern string, escape rune) string {
	if utf8.RuneCountInString(pattern) > maxPattern || strings.Count(pattern, "%") > maxWildcards {
		return fmt.Sprintf("a LIKE pattern may have %d characters and %d %%", maxPattern, maxWildcards)
	}
	if escape == 0 {
		return ""
	}
	rest := pattern
	for rest != "" {
		r, n := utf8.DecodeRuneInString(rest)
		rest = rest[n:]
		if r != escape {
			continue
		}
		if rest == "" {
			return "the LIKE pattern ends in its escape character"
		}
		next, n := utf8.DecodeRuneInString(rest)
		if next != escape && !strings.ContainsRune("%_", next) {
			return "the escape character of LIKE may only stand before %, _ or itself"
		}
		rest = rest[n:]
	}
	return ""
}

// scalarSubquery resolves a subquery that stands for one value. One that could
// give two rows would fail on the row for which it does, or on SQLite take any
// of them; and behind a fence it would be counted through for every row.
func (r *resolver) scalarSubquery(x *sqlast.Subquery, s *scope) (querytree.Expr, error) {
	q, err := r.query(x.Query, s, s.ctes)
	if err != nil {
		return nil, err
	}
	out := q.Output()
	if len(out) != 1 {
		return nil, refusal.At(x.At, refusal.TypeMismatch, "a subquery that stands for a value gives one column, not %d", len(out))
	}
	if !atMostOne(q) {
		return nil, refusal.At(x.At, refusal.CanFail, "a subquery that stands for a value must not give two rows: use an aggregate, LIMIT 1, or pin a key of its table")
	}
	return &querytree.Subquery{Query: q, T: out[0].Type}, nil
}

// atMostOne tells whether a query cannot give two rows.
func atMostOne(q *querytree.Query) bool {
	if n, ok := q.Limit.(*querytree.Number); ok && (n.Text == "0" || n.Text == "1") {
		return true
	}
	switch b := q.Body.(type) {
	case *querytree.Query:
		return atMostOne(b)
	case *querytree.Select:
		return b.From == nil || b.Grouped && len(b.GroupBy) == 0 || keyPinned(b)
	}
	return false
}

// keyPinned tells whether a block reads one table and compares every column of
// one of its keys with something that is the same for all its rows.
func keyPinned(sel *querytree.Select) bool {
	scan, ok := sel.From.(*querytree.Scan)
	if !ok || sel.Where == nil {
		return false
	}
	pinned := map[string]bool{}
	conditions := []querytree.Expr{sel.Where}
	if op, ok := sel.Where.(*querytree.Op); ok && op.Op == "AND" {
		conditions = op.Args
	}
	for _, c := range conditions {
		op, ok := c.(*querytree.Op)
		if !ok || op.Op != "=" {
			continue
		}
		for i, side := range op.Args {
			ref, ok := side.(*querytree.ColumnRef)
			if ok && ref.Source == querytree.Source(scan) && !reads(op.Args[1-i], scan) && keepsApart(ref, op.Args[1-i]) {
				pinned[ref.Col.Name] = true
			}
		}
	}
	for _, key := range append([][]string{scan.Table.PrimaryKey}, scan.Table.Unique...) {
		if len(key) > 0 && !slices.ContainsFunc(key, func(col string) bool { return !pinned[col] }) {
			return true
		}
	}
	return false
}

// keepsApart tells whether a comparison of a key's column tells all values of
// the key apart. Another text column's collation might be the looser one.
func keepsApart(key *querytree.ColumnRef, with querytree.Expr) bool {
	if key.T.Kind != sqltype.Text {
		return key.T.Kind == with.Type().Kind
	}
	switch x := with.(type) {
	case *querytree.Param:
		return true
	case *querytree.ColumnRef:
		return x.Col != nil && x.Col.Collation == key.Col.Collation && x.T.CodePage == key.T.CodePage && x.T.National == key.T.National
	}
	return false
}

// reads tells whether x uses a column of s, or a subquery, which could.
func reads(x querytree.Expr, s querytree.Source) bool {
	found := false
	querytree.WalkExpr(x, querytree.Visitor{
		Expr: func(x querytree.Expr) {
			if ref, ok := x.(*querytree.ColumnRef); ok && ref.Source == s {
				found = true
			}
		},
		Query: func(*querytree.Query) { found = true },
	})
	return found
}
