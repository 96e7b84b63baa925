package resolve

import (
	"strings"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// Write resolves an INSERT, UPDATE or DELETE. keyOf gives the columns that tell
// the rows of a visible table apart, of the catalog and maybe hidden; none where
// nothing does. Whether any of it may be written is filter/authorize's to say.
// Errors are *refusal.Error.
func Write(w *sqlast.Write, opt Options, keyOf func(*catalog.Table) []*catalog.Column) (*querytree.Write, error) {
	r := &resolver{opt: opt, used: make([]bool, len(opt.Params)), usedNames: map[string]bool{}}
	rw := &writeResolver{resolver: r, ast: w, out: &querytree.Write{Kind: querytree.WriteKind(w.Kind), Given: w.Given}}
	if err := r.checkParams(); err != nil {
		return nil, err
	}
	target, err := rw.target()
	if err != nil {
		return nil, err
	}
	rw.out.Table, rw.out.Key = target.table, keyOf(target.table)
	if rw.targets, err = rw.columns(target); err != nil {
		return nil, err
	}
	switch w.Kind {
	case sqlast.Insert:
		err = rw.insert()
	default:
		err = rw.find(target)
	}
	if err != nil {
		return nil, err
	}
	asked := []*querytree.Query{rw.out.Source}
	for _, row := range rw.out.Rows {
		asked = append(asked, row.Query)
	}
	if err := r.checkWork(asked...); err != nil {
		return nil, err
	}
	if err := rw.back(); err != nil {
		return nil, err
	}
	return rw.out, r.checkUsed()
}

type writeResolver struct {
	*resolver
	ast     *sqlast.Write
	out     *querytree.Write
	targets []*catalog.Column
}

// writeTarget is the table of a write, or the resource, as one FROM names it.
type writeTarget struct {
	joined
	table *catalog.Table
	inner *resourceUse // of a resource; else nil
}

// target resolves the table that is written; each call makes a use of its own.
func (r *writeResolver) target() (*writeTarget, error) {
	j, err := r.tableName(r.ast.Table, &scope{})
	if err != nil {
		return nil, err
	}
	rel := j.rels[0]
	t := &writeTarget{joined: j, table: rel.table, inner: rel.resource}
	if t.inner != nil {
		if t.table = t.inner.resource.Table; t.table == nil {
			return nil, refusal.At(r.ast.Table.At, refusal.ReadOnly, "%s is put together from several tables, and can only be read", clip(rel.name))
		}
	}
	return t, nil
}

// scan is the use of the table itself.
func (t *writeTarget) scan() *querytree.Scan {
	if t.inner != nil {
		return t.inner.body.From.(*querytree.Scan)
	}
	return t.source.(*querytree.Scan)
}

// key gives the key's columns as expressions of the block that reads the
// target, and, of a resource, as those of its own block.
func (t *writeTarget) key(key []*catalog.Column) (outer, inner []querytree.Expr) {
	scan := t.scan()
	for _, k := range key {
		col := k
		for _, c := range t.table.Columns {
			if c.Name == k.Name {
				col = c // the view's own: it must not be read twice
			}
		}
		use(scan, col)
		own := &querytree.ColumnRef{Source: scan, Col: col, T: col.Type, NotNull: !col.Nullable}
		inner = append(inner, own)
		if t.inner == nil {
			outer = append(outer, own)
			continue
		}
		body := t.inner.body
		addItem(body, own, col.Name, price{nodes: 1})
		t.inner.names = append(t.inner.names, col.Name)
		outer = append(outer, &querytree.ColumnRef{Source: t.source, Index: len(body.Items) - 1, T: col.Type, NotNull: own.NotNull})
	}
	return outer, inner
}

// columns resolves the columns that are written to those of the table.
func (r *writeResolver) columns(t *writeTarget) ([]*catalog.Column, error) {
	if r.ast.Kind == sqlast.Delete {
		return nil, nil
	}
	names := r.ast.Columns
	if len(names) == 0 && !r.ast.Given {
		return nil, refusal.At(r.ast.Table.At, refusal.Unsupported, "name the columns: INSERT INTO %s (column, …) …", clip(r.ast.Table.Name[len(r.ast.Table.Name)-1].Name))
	}
	var out []*catalog.Column
	seen := map[*catalog.Column]bool{}
	for _, n := range names {
		found := r.matchAny(t.cols, n)
		if len(found) != 1 {
			return nil, refusal.At(n.At, refusal.UnknownName, "there is no column %s", clip(n.Name))
		}
		c := r.stored(t, found[0])
		if c == nil {
			return nil, columnRefusal(n, "%s is computed and cannot be written", clip(n.Name))
		}
		if seen[c] {
			return nil, refusal.At(n.At, refusal.UnknownName, "column %s is given twice", clip(n.Name))
		}
		seen[c] = true
		out = append(out, c)
	}
	r.out.Columns = out
	return out, r.spend(len(out), r.ast.At)
}

func columnRefusal(n sqlast.Ident, format string, args ...any) error {
	e := refusal.At(n.At, refusal.ReadOnly, format, args...)
	e.Column = n.Name
	return e
}

// stored gives the column of the table that a column of the target is; nil for
// one that a resource computes or decodes.
func (r *writeResolver) stored(t *writeTarget, c joinColumn) *catalog.Column {
	if strings.HasPrefix(c.name, JoinKey) {
		return nil // for fronts alone, and never to be written
	}
	if t.inner == nil {
		return t.table.Columns[c.index]
	}
	name, ok := t.inner.resource.Columns[c.index].X.(*sqlast.Name)
	if !ok || len(name.Parts) != 2 || name.Parts[0].Name != "self" {
		return nil
	}
	for _, col := range t.table.Columns {
		if col.Name == name.Parts[1].Name {
			return col
		}
	}
	return nil
}

// insert resolves what an INSERT puts in.
func (r *writeResolver) insert() error {
	switch {
	case r.ast.Given:
		return nil
	case r.ast.Query != nil:
		q, err := r.query(r.ast.Query, nil, nil)
		if err != nil {
			return err
		}
		if err := r.width(len(q.Output()), r.ast.Query.At); err != nil {
			return err
		}
		for i, c := range q.Output() {
			if err := assignable(c.Type, r.targets[i], r.ast.Query.At); err != nil {
				return err
			}
		}
		r.out.Source = q
		return nil
	}
	for _, values := range r.ast.Rows {
		if err := r.width(len(values), values[0].Pos()); err != nil {
			return err
		}
		sel := &querytree.Select{}
		row := querytree.Row{}
		for i, x := range values {
			v, err := r.value(x, r.targets[i], &scope{}, sel)
			if err != nil {
				return err
			}
			row.Values = append(row.Values, v)
		}
		if len(sel.Items) > 0 {
			row.Query = &querytree.Query{Body: sel}
		}
		r.out.Rows = append(r.out.Rows, row)
	}
	return nil
}

func (r *writeResolver) width(n int, at sqlast.Pos) error {
	if n != len(r.targets) {
		return refusal.At(at, refusal.TypeMismatch, "%d values for %d columns", n, len(r.targets))
	}
	return nil
}

// value resolves what a column gets: a constant as it is, anything else as an
// item of sel.
func (r *writeResolver) value(x sqlast.Expr, c *catalog.Column, s *scope, sel *querytree.Select) (querytree.Value, error) {
	before := r.mark()
	v, err := r.expr(x, s)
	if err != nil {
		return querytree.Value{}, err
	}
	if err := r.spend(1, x.Pos()); err != nil {
		return querytree.Value{}, err
	}
	switch v.(type) {
	case *querytree.Param, *querytree.Number, *querytree.Bool, *querytree.Null:
		return querytree.Value{Constant: v}, nil
	}
	if err := assignable(v.Type(), c, x.Pos()); err != nil {
		return querytree.Value{}, err
	}
	addItem(sel, v, c.Name, r.since(before))
	return querytree.Value{Item: len(sel.Items) - 1}, nil
}

// assignable refuses a computed value of a family that its column does not take.
func assignable(t sqltype.Type, c *catalog.Column, at sqlast.Pos) error {
	switch {
	case t.Kind == c.Type.Kind, t.Kind == sqltype.Null, t.Numeric() && c.Type.Numeric(),
		t.Kind == sqltype.Date && c.Type.Kind == sqltype.Timestamp, t.Kind == sqltype.Text && c.Type.Kind == sqltype.JSON:
		return nil
	}
	e := refusal.At(at, refusal.TypeMismatch, "%s takes %s, not %s", c.Name, c.Type.Kind, t.Kind)
	e.Column = c.Name
	return e
}

// find makes the query that finds the rows of an UPDATE or DELETE, and computes
// what they get.
func (r *writeResolver) find(t *writeTarget) error {
	s := &scope{from: t.joined}
	sel := &querytree.Select{From: t.source}
	keys, _ := t.key(r.out.Key)
	for i, k := range keys {
		addItem(sel, k, r.out.Key[i].Name, price{nodes: 1})
	}
	if r.ast.Where != nil {
		var err error
		if sel.Where, err = r.condition(r.ast.Where, s); err != nil {
			return err
		}
	}
	for i, x := range r.ast.Set {
		v, err := r.value(x, r.targets[i], s, sel)
		if err != nil {
			return err
		}
		r.out.Values = append(r.out.Values, v)
	}
	q := &querytree.Query{Body: sel}
	for i := range r.out.Key { // writes take their locks in one order, and come back in it
		q.OrderBy = append(q.OrderBy, querytree.Order{Output: i, NotNull: true})
	}
	r.out.Source = q
	return nil
}

// back makes the queries that read written rows again, through the view.
func (r *writeResolver) back() error {
	if len(r.out.Key) == 0 {
		return nil // authorize refuses it
	}
	for _, n := range querytree.KeySizes {
		t, err := r.target()
		if err != nil {
			return err
		}
		if len(r.ast.Returning) == 0 && t.inner == nil {
			return nil
		}
		sel := &querytree.Select{From: t.source}
		keys, own := t.key(r.out.Key)
		for i, k := range keys {
			addItem(sel, k, r.out.Key[i].Name, price{nodes: 1})
		}
		if err := r.selectList(&sqlast.Select{At: r.ast.At, Items: r.ast.Returning}, sel, &scope{from: t.joined}); err != nil {
			return err
		}
		if t.inner != nil {
			t.inner.body.Where = and(t.inner.body.Where, querytree.KeyIs(own, n))
		} else {
			sel.Where = querytree.KeyIs(own, n)
		}
		r.out.Output = sel.Columns[len(keys):]
		r.out.Silent = len(r.ast.Returning) == 0
		r.out.Back = append(r.out.Back, &querytree.Query{Body: sel})
	}
	return nil
}
