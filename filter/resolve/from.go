package resolve

import (
	"slices"
	"strings"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
)

// fromClause resolves the comma list of FROM into s.
func (r *resolver) fromClause(list []sqlast.Table, s *scope) error {
	for i, t := range list {
		j, err := r.tableExpr(t, s)
		if err != nil {
			return err
		}
		if i == 0 {
			s.from = j
			continue
		}
		if s.from, err = r.combine(t.Pos(), s.from, j); err != nil {
			return err
		}
		s.from.source = &querytree.Join{Kind: "CROSS", Left: s.from.source, Right: j.source}
	}
	return nil
}

// combine puts two parts of a FROM clause side by side; the left's source stays.
func (r *resolver) combine(at sqlast.Pos, a, b joined) (joined, error) {
	most := maxTables
	if r.opt.MaxJoins > 0 {
		most = min(most, r.opt.MaxJoins)
	}
	if r.joins++; r.joins > most {
		return joined{}, refusal.At(at, refusal.LimitExceeded, "more than %d joins", most)
	}
	for _, x := range a.rels {
		for _, y := range b.rels {
			if r.sameName(x.name, y.name) && (x.schema == "" || y.schema == "" || strings.EqualFold(x.schema, y.schema)) {
				return joined{}, refusal.At(at, refusal.UnknownName, "two tables are called %s here: give one an alias", clip(x.name))
			}
		}
	}
	if err := r.spend(len(a.cols)+len(b.cols), at); err != nil {
		return joined{}, err
	}
	return joined{
		source: a.source,
		rels:   slices.Concat(a.rels, b.rels),
		cols:   slices.Concat(a.cols, b.cols),
	}, nil
}

func (r *resolver) tableExpr(t sqlast.Table, s *scope) (joined, error) {
	switch t := t.(type) {
	case *sqlast.TableName:
		return r.tableName(t, s)
	case *sqlast.Derived:
		return r.derived(t, s)
	case *sqlast.Join:
		return r.join(t, s)
	}
	return joined{}, refusal.At(t.Pos(), refusal.Unsupported, "this form of table is not offered")
}

func (r *resolver) tableName(t *sqlast.TableName, s *scope) (joined, error) {
	made := &struct { // in one piece: most tables are base tables
		relation
		scan querytree.Scan
		rels [1]*relation
	}{relation: relation{name: r.spelled(t.Alias)}}
	rel := &made.relation
	unknown := func() error { // made only where it is needed
		return refusal.At(t.At, refusal.UnknownName, "there is no table %s", dotted(t.Name))
	}
	schema := ""
	switch len(t.Name) {
	case 1:
	case 2:
		schema = t.Name[0].Name
	default:
		return joined{}, unknown() // another database: outside the view nothing exists
	}
	cte, table := r.table(s.ctes, schema, t.Name[len(t.Name)-1])
	if cte != nil {
		if err := r.read(max(cte.reads, 1), t.At); err != nil {
			return joined{}, err
		}
		if err := r.reach(cte.deep, t.At); err != nil {
			return joined{}, err
		}
		if cte.named {
			r.work(cte.price.worked, t.At)
			r.look(cte.price.looked + nodeText*cte.price.nodes)
		}
		cte.named = true
		rel.source, rel.labels, rel.output = &querytree.CTERef{CTE: cte.cte}, cte.names, cte.cte.Columns
		if rel.name == "" {
			rel.name = cte.name
		}
		return joined{source: rel.source, rels: []*relation{rel}, cols: rel.columns()}, nil
	}
	if table == nil {
		res := r.resourceNamed(schema, t.Name[len(t.Name)-1])
		if res == nil {
			return joined{}, unknown()
		}
		if rel.name == "" {
			rel.name = t.Name[0].Name
		}
		rel, err := r.resource(res, rel.name, t.At)
		if err != nil {
			return joined{}, err
		}
		return joined{source: rel.source, rels: []*relation{rel}, cols: rel.columns()}, nil
	}
	if err := r.read(1, t.At); err != nil {
		return joined{}, err
	}
	if rel.table = table; r.policy {
		rel.source = &querytree.RawScan{Table: table}
	} else {
		made.scan.Table = table
		rel.source = &made.scan
	}
	if rel.name == "" {
		rel.name, rel.schema = table.Name, table.Schema
	}
	made.rels[0] = rel
	return joined{source: rel.source, rels: made.rels[:], cols: rel.columns()}, nil
}

// resourceNamed finds the resource that a name means; nil for none. Resources
// are made of tables, not of each other.
func (r *resolver) resourceNamed(schema string, want sqlast.Ident) *Resource {
	if schema != "" || r.policy || r.inResource || r.opt.Resources == nil {
		return nil
	}
	return r.opt.Resources(want.Name)
}

func (r *resolver) derived(t *sqlast.Derived, s *scope) (joined, error) {
	around := s.outer
	if t.Lateral {
		if err := r.lateral(t, s); err != nil {
			return joined{}, err
		}
		around = s
	}
	q, err := r.inner(t.Query, around, s.ctes)
	if err != nil {
		return joined{}, err
	}
	names, err := columnNames(q, t.Columns, t.At)
	if err != nil {
		return joined{}, err
	}
	rel := &relation{name: r.spelled(t.Alias), source: &querytree.Derived{Query: q, Lateral: t.Lateral}, labels: names, output: q.Output()}
	return joined{source: rel.source, rels: []*relation{rel}, cols: rel.columns()}, nil
}

// side resolves one side of a join. A join on the null side of an outer one is to an
// engine as deep as a query in it, see maxReach.
func (r *resolver) side(t sqlast.Table, null bool, s *scope) (joined, error) {
	if _, nested := t.(*sqlast.Join); nested && null {
		r.within++
		defer func() { r.within-- }()
		if err := r.reach(0, t.Pos()); err != nil {
			return joined{}, err
		}
	}
	return r.tableExpr(t, s)
}

func (r *resolver) join(t *sqlast.Join, s *scope) (joined, error) {
	left, err := r.side(t.Left, t.Kind == sqlast.Right || t.Kind == sqlast.Full, s)
	if err != nil {
		return joined{}, err
	}
	right, err := r.side(t.Right, t.Kind == sqlast.Left || t.Kind == sqlast.Full, r.besides(s, left, t))
	if err != nil {
		return joined{}, err
	}
	both, err := r.combine(t.At, left, right)
	if err != nil {
		return joined{}, err
	}
	node := &querytree.Join{Kind: joinKinds[t.Kind], Left: left.source, Right: right.source}
	using := t.Using
	if t.Natural {
		using = r.common(left.cols, right.cols)
	}
	switch {
	case len(using) > 0:
		if node.On, both.cols, err = r.mergeUsing(t, using, left, right); err != nil {
			return joined{}, err
		}
	case t.On != nil:
		on := &scope{outer: s.outer, ctes: s.ctes, from: both}
		if node.On, err = r.condition(t.On, on); err != nil {
			return joined{}, err
		}
	case t.Kind == sqlast.Left && applied(t.Right):
		node.On = &querytree.Bool{Value: true}
	case t.Natural && t.Kind == sqlast.Inner, t.Kind == sqlast.Inner && applied(t.Right):
		node.Kind = "CROSS" // nothing in common
	case t.Natural:
		node.On = &querytree.Bool{Value: true}
	case t.Kind != sqlast.Cross:
		return joined{}, refusal.At(t.At, refusal.Syntax, "%s JOIN needs ON or USING", node.Kind)
	}
	if t.Kind == sqlast.Left || t.Kind == sqlast.Full {
		setNullable(right.rels)
	}
	if t.Kind == sqlast.Right || t.Kind == sqlast.Full {
		setNullable(left.rels)
	}
	both.source = node
	return both, nil
}

var joinKinds = map[sqlast.JoinKind]string{
	sqlast.Inner: "INNER", sqlast.Left: "LEFT", sqlast.Right: "RIGHT", sqlast.Full: "FULL", sqlast.Cross: "CROSS",
}

func setNullable(rels []*relation) {
	for _, rel := range rels {
		rel.nullable = true
	}
}

// common gives the names that both sides of a NATURAL join have, in the left's order.
func (r *resolver) common(left, right []joinColumn) []sqlast.Ident {
	var names []sqlast.Ident
	seen := map[string]bool{}
	rights := columnsByName(right)
	for _, c := range left {
		if strings.HasPrefix(c.name, JoinKey) {
			continue
		}
		id := sqlast.Ident{Name: c.name, Quoted: true}
		if !seen[c.name] && r.match(rights.called(c.name), id, r.passes()[0]) != nil {
			seen[c.name] = true
			names = append(names, id)
		}
	}
	return names
}

// mergeUsing makes the condition of USING and the columns that the join shows:
// the merged ones first, then what is left of either side.
func (r *resolver) mergeUsing(t *sqlast.Join, using []sqlast.Ident, left, right joined) (querytree.Expr, []joinColumn, error) {
	// Two columns and their comparison for each name, counted before they are made.
	if err := r.spend(3*len(using), t.At); err != nil {
		return nil, nil, err
	}
	var (
		on        = make([]querytree.Expr, 0, len(using))
		merged    = make([]joinColumn, 0, len(left.cols)+len(right.cols))
		gone      = make(map[mergedColumn]bool, 2*len(using))
		atLeft    = columnsByName(left.cols)
		atRight   = columnsByName(right.cols)
		remaining = func(cols []joinColumn) {
			for _, c := range cols {
				if !gone[c.merged()] {
					merged = append(merged, c)
				}
			}
		}
	)
	for _, name := range using {
		spelled := r.spelled(name)
		l, r1 := r.matchAny(atLeft.called(spelled), name), r.matchAny(atRight.called(spelled), name)
		if len(l) == 0 || len(r1) == 0 {
			return nil, nil, refusal.At(t.At, refusal.UnknownName, "there is no column %s on both sides of the join", clip(name.Name))
		}
		if len(l) > 1 || len(r1) > 1 {
			return nil, nil, refusal.At(t.At, refusal.UnknownName, "column %s is ambiguous in USING", clip(name.Name))
		}
		a, err := r.reference(l[0])
		if err != nil {
			return nil, nil, err
		}
		b, err := r.reference(r1[0])
		if err != nil {
			return nil, nil, err
		}
		eq, err := r.compare("=", a, b, t.At)
		if err != nil {
			return nil, nil, err
		}
		on = append(on, eq)
		m := l[0]
		switch t.Kind {
		case sqlast.Right:
			m = r1[0]
		case sqlast.Full:
			m = joinColumn{rel: l[0].rel, index: l[0].index, both: []joinColumn{l[0], r1[0]}}
		}
		m.name = l[0].name
		merged = append(merged, m)
		gone[l[0].merged()], gone[r1[0].merged()] = true, true
	}
	remaining(left.cols)
	remaining(right.cols)
	if len(on) == 1 {
		return on[0], merged, nil
	}
	return boolean("AND", on...), merged, nil
}

// mergedColumn tells the columns of a join apart.
type mergedColumn struct {
	rel   *relation
	index int
	both  bool
}

func (c *joinColumn) merged() mergedColumn { return mergedColumn{c.rel, c.index, c.both != nil} }

func and(a, b querytree.Expr) querytree.Expr {
	if a == nil {
		return b
	}
	if op, ok := a.(*querytree.Op); ok && op.Op == "AND" {
		return boolean("AND", append(op.Args, b)...)
	}
	return boolean("AND", a, b)
}
