package resolve

import (
	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// Resource is a name over a table, or over a query, whose columns are
// expressions. A request reads it as if it had written
//
//	(SELECT column, … FROM table AS self WHERE where) AS name
//
// with the columns that it uses. So a resource shows nothing that its tables do
// not, and what of it can fail is fenced like anything else of the request.
type Resource struct {
	Name    string
	Table   *catalog.Table // as the view shows it; nil with Query
	Query   *sqlast.Query
	Where   sqlast.Expr // nil for every row
	Columns []ResourceColumn
}

// ResourceColumn is one column: an expression over self. A name that begins
// with JoinKey is one that no text of a request can spell, and is no part of *.
type ResourceColumn struct {
	Name string
	X    sqlast.Expr
}

// JoinKey begins the names of columns that fronts may use to tie rows of
// resources together, and requests may not: no text of a request holds it.
const JoinKey = "\x00"

// VeilKey begins the names by which a resource's own expressions, and nothing
// else, read the hidden columns that its author computes it of. It begins with
// JoinKey.
const VeilKey = JoinKey + "hidden "

// resourceUse is a resource as one FROM clause uses it: the columns that
// nothing has asked for are not resolved, and not in the statement.
type resourceUse struct {
	resource *Resource
	inner    *scope // self
	body     *querytree.Select
	items    []int    // by column of the resource: its place in the body, 1-based; 0 where unused
	names    []string // of the body's items
}

// resource makes the relation of a resource that FROM names.
func (r *resolver) resource(res *Resource, name string, at sqlast.Pos) (*relation, error) {
	use := &resourceUse{resource: res, body: &querytree.Select{}, items: make([]int, len(res.Columns))}
	saved := r.inResource
	r.inResource = true
	defer func() { r.inResource = saved }()
	self := &relation{name: "self", table: res.Table}
	if res.Query != nil {
		q, err := r.inner(res.Query, nil, nil)
		if err != nil {
			return nil, err
		}
		if self.labels, err = columnNames(q, nil, at); err != nil {
			return nil, err
		}
		self.source, self.output = &querytree.Derived{Query: q}, q.Output()
	} else {
		self.source = &querytree.Scan{Table: res.Table}
		if err := r.read(1, at); err != nil {
			return nil, err
		}
	}
	use.inner = &scope{from: joined{source: self.source, rels: []*relation{self}, cols: self.columns()}}
	use.body.From = self.source
	if res.Where != nil {
		var err error
		if use.body.Where, err = r.condition(res.Where, use.inner); err != nil {
			return nil, err
		}
	}
	return &relation{name: name, resource: use, source: &querytree.Derived{Query: &querytree.Query{Body: use.body}}}, nil
}

// item gives the place, in the resource's SELECT, of one of its columns, and
// puts it there the first time.
func (u *resourceUse) item(r *resolver, column int) (int, error) {
	if u.items[column] > 0 {
		return u.items[column] - 1, nil
	}
	saved := r.inResource
	r.inResource = true
	defer func() { r.inResource = saved }()
	before := r.mark()
	c := u.resource.Columns[column]
	x, err := r.expr(c.X, u.inner)
	if err != nil {
		return 0, err
	}
	if x, err = r.settle(x, c.X.Pos()); err != nil {
		return 0, err
	}
	addItem(u.body, x, c.Name, r.since(before))
	r.worked, r.looked = before.worked, before.looked
	u.names = append(u.names, c.Name)
	u.items[column] = len(u.body.Items)
	return len(u.body.Items) - 1, nil
}

// CheckResource resolves every column of a resource, and its rows, as a request
// would. types and errs have an element for each column; err is what makes the
// whole of it useless. Errors are *refusal.Error.
func CheckResource(res *Resource, opt Options) (types []querytree.Column, errs []error, err error) {
	fresh := func() *resolver { return &resolver{opt: opt} }
	if _, err := fresh().resource(res, res.Name, sqlast.NoPos); err != nil {
		return nil, nil, err
	}
	types, errs = make([]querytree.Column, len(res.Columns)), make([]error, len(res.Columns))
	for i := range res.Columns {
		r := fresh()
		rel, err := r.resource(res, res.Name, sqlast.NoPos)
		if err != nil {
			return nil, nil, err
		}
		at, err := rel.resource.item(r, i)
		if err != nil {
			errs[i] = err
			continue
		}
		types[i] = rel.resource.body.Columns[at]
		if k := types[i].Type.Kind; k == sqltype.Null {
			errs[i] = refusal.New(refusal.TypeMismatch, "the column has no type")
		}
	}
	return types, errs, nil
}
