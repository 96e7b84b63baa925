package oracle

import (
	"math/rand/v2"
	"strconv"
)

// author writes random conditions for a world's profile.
type author struct {
	r      *rand.Rand
	w      *world
	scope  []*binding // whose columns may be used, innermost last
	public bool       // the condition may not ask who the customer is
}

func (a *author) col(want func(*column) bool) *term {
	for range 12 {
		b := a.scope[len(a.scope)-1]
		if len(a.scope) > 1 && chance(a.r, 25) {
			b = pick(a.r, a.scope)
		}
		if c := pick(a.r, b.table.columns); c.domain != domFloat && want(c) { // a filter compares no floats
			return column1(b, c)
		}
	}
	return nil
}

func anyColumn(*column) bool { return true }

func ofKind(k kind) func(*column) bool { return func(c *column) bool { return c.kind == k } }

// literal gives a value that a column could hold.
func (a *author) literal(c *column) *term {
	if len(c.table.rows) > 0 && chance(a.r, 70) {
		if v := pick(a.r, c.table.rows)[c.index]; !v.null() {
			return constant(v)
		}
	}
	return constant(c.domain.sample(a.r, c.kind, a.w))
}

// sample is a value of a domain, never NULL.
func (d domain) sample(r *rand.Rand, k kind, w *world) value {
	for {
		if v := d.random(r, k, w); !v.null() {
			return v
		}
	}
}

// identity is a parameter that an owner column can be compared with.
func (a *author) identity(c *column) *term {
	if c.domain == domOwner && c.kind == kindText && chance(a.r, 12) {
		return parameter(pick(a.r, []string{"contact", "customer_code", "attr_zone"}))
	}
	return parameter("customer")
}

// owned is a condition that says whose a row is.
func (a *author) owned(depth int) *term {
	owner := a.col(func(c *column) bool { return c.domain == domOwner })
	if owner == nil || chance(a.r, 15) {
		if depth > 0 {
			if t := a.through(depth - 1); t != nil {
				return t
			}
		}
		if owner == nil {
			if a.w.ints {
				owner = a.col(ofKind(kindInt))
			} else {
				owner = a.col(ofKind(kindText))
			}
		}
		if owner == nil {
			return operation("=", parameter("customer"), constant(text(a.w.customers[0].id)))
		}
	}
	id := a.identity(owner.col)
	switch weighted(a.r, 60, 8, 6, 6, 8, 4, 4, 4) {
	case 1:
		return &term{op: "IN", args: []*term{owner, id, a.literal(owner.col)}}
	case 2:
		return operation("OR", operation("=", owner, id), &term{op: "IS NULL", args: []*term{owner}})
	case 3:
		return operation("IS NOT DISTINCT FROM", owner, id)
	case 4:
		return operation("=", id, owner)
	case 5:
		return operation("NOT", operation("<>", owner, id))
	case 6:
		return operation("=", operation("COALESCE", owner, a.literal(owner.col)), id)
	case 7:
		return operation("AND", operation("=", owner, id), &term{op: "IS NULL", args: []*term{owner}, not: true})
	}
	return operation("=", owner, id)
}

// through is a condition that finds the owner in another table, listed or not.
func (a *author) through(depth int) *term {
	here := a.scope[len(a.scope)-1]
	for range 10 {
		other := pick(a.r, a.w.tables)
		mine := a.col(func(c *column) bool { return c.table == here.table })
		if mine == nil {
			continue
		}
		var theirs []*column
		for _, c := range other.columns {
			if c.domain == mine.col.domain && c.kind == mine.col.kind && c.domain != domFloat {
				theirs = append(theirs, c)
			}
		}
		if len(theirs) == 0 {
			continue
		}
		link := pick(a.r, theirs)
		b := &binding{table: other, alias: a.alias()}
		sub := &author{r: a.r, w: a.w, scope: append(append([]*binding(nil), a.scope...), b), public: a.public}
		q := &subquery{from: []*binding{b}}
		if a.public {
			q.where = sub.random(depth)
		} else {
			q.where = sub.owned(depth)
		}
		if chance(a.r, 20) {
			q.where = operation("AND", q.where, sub.random(0))
		}
		if chance(a.r, 20) {
			a.second(sub, q)
		}
		not := chance(a.r, 12)
		if chance(a.r, 50) {
			q.where = operation("AND", operation("=", column1(b, link), mine), q.where)
			return &term{op: "EXISTS", sub: q, not: not}
		}
		q.items = []*term{column1(b, link)}
		return &term{op: "IN QUERY", args: []*term{mine}, sub: q, not: not}
	}
	return nil
}

// second joins another table to a subquery.
func (a *author) second(sub *author, q *subquery) {
	other := pick(a.r, a.w.tables)
	b := &binding{table: other, alias: sub.alias()}
	for _, b.alias = range []string{b.alias, "j1", "j2"} {
		if b.alias != q.from[0].alias {
			break
		}
	}
	first := q.from[0]
	for _, mine := range first.table.columns {
		for _, theirs := range other.columns {
			if mine.domain == theirs.domain && mine.kind == theirs.kind {
				q.from = append(q.from, b)
				q.on = operation("=", column1(b, theirs), column1(first, mine))
				q.left = chance(a.r, 40)
				return
			}
		}
	}
}

// alias gives a name that nothing in scope has: some are those that the gate
// might make up itself.
func (a *author) alias() string {
	pool := append([]string{"t1", "r1", "c1", "w1", "T1", "x", "o", "r2", "t3", "order", "a b"}, a.w.tables[0].name, a.w.tables[1].name)
	for n := 0; ; n++ {
		name := pick(a.r, pool)
		if n > 20 {
			name = "z" + strconv.Itoa(n)
		}
		free := true
		for _, b := range a.scope {
			free = free && !foldEqual(b.alias, name)
		}
		if free && !foldEqual(name, "self") {
			return name
		}
	}
}

// random is any condition on what is in scope.
func (a *author) random(depth int) *term {
	if depth > 0 {
		switch weighted(a.r, 25, 15, 8, 12, 8, 32) {
		case 0:
			return operation("AND", a.random(depth-1), a.random(depth-1))
		case 1:
			return operation("OR", a.random(depth-1), a.random(depth-1))
		case 2:
			return operation("NOT", a.random(depth-1))
		case 3:
			if t := a.through(depth - 1); t != nil {
				return t
			}
		case 4:
			return a.counted()
		}
	}
	x := a.col(anyColumn)
	if x == nil {
		return constant(truth(true))
	}
	c := x.col
	switch weighted(a.r, 20, 12, 12, 8, 8, 8, 6, 6, 8, 6) {
	case 0:
		return operation(pick(a.r, []string{"=", "<>"}), x, a.literal(c))
	case 1:
		return &term{op: "IN", args: []*term{x, a.literal(c), a.literal(c)}, not: chance(a.r, 30)}
	case 2:
		return &term{op: "IS NULL", args: []*term{x}, not: chance(a.r, 50)}
	case 3:
		return operation(pick(a.r, []string{"IS DISTINCT FROM", "IS NOT DISTINCT FROM"}), x, a.literal(c))
	case 4:
		if c.kind != kindText {
			return &term{op: "BETWEEN", args: []*term{x, a.literal(c), a.literal(c)}, not: chance(a.r, 20)}
		}
	case 5:
		if y := a.col(func(o *column) bool { return o != c && o.kind == c.kind }); y != nil {
			return operation(pick(a.r, []string{"=", "<>", "IS DISTINCT FROM"}), x, y)
		}
	case 6:
		return operation("=", operation("CASE", &term{op: "IS NULL", args: []*term{x}}, a.literal(c), x), a.literal(c))
	case 7:
		if y := a.col(anyColumn); y != nil {
			return operation("ROW =", x, y, a.literal(c), a.literal(y.col))
		}
	case 8:
		if c.kind == kindText {
			return a.onText(x)
		}
		if !a.w.dialect.mariadb && (c.domain == domSmall || c.domain == domFlag || c.domain == domKey) { // arithmetic can fail on MariaDB, and no filter may
			return operation(pick(a.r, []string{"<", "<=", ">", ">="}), operation(pick(a.r, []string{"+", "-", "*"}), x, constant(integer(int64(a.r.IntN(5))))), a.literal(c))
		}
	case 9:
		return operation("=", operation("NULLIF", x, a.literal(c)), a.literal(c))
	}
	if c.kind == kindText { // the order of texts is the engine's affair
		return operation("=", operation("COALESCE", x, a.literal(c)), a.literal(c))
	}
	return operation(pick(a.r, []string{"<", "<=", ">", ">="}), x, a.literal(c))
}

func (a *author) onText(x *term) *term {
	switch a.r.IntN(4) {
	case 0:
		return operation(pick(a.r, []string{"<", ">="}), operation("LENGTH", x), constant(integer(int64(a.r.IntN(6)))))
	case 1:
		from, n := constant(integer(int64(1+a.r.IntN(2)))), constant(integer(int64(a.r.IntN(3))))
		return operation("=", operation("SUBSTRING", x, from, n), constant(text(pick(a.r, []string{"A", "B", "", "é", "it"}))))
	case 2:
		return operation("=", operation("||", x, constant(text("."))), operation("||", a.literal(x.col), constant(text("."))))
	}
	return randomLike(a.r, x)
}

func randomLike(r *rand.Rand, x *term) *term {
	t := &term{op: "LIKE", not: chance(r, 25)}
	pattern := pick(r, []string{"A%", "%a%", "_", "%b", "B_g%", "", "%", "%é%", "_%_"})
	if chance(r, 30) {
		t.name = pick(r, []string{"!", "#", "\\"})
		pattern = pick(r, []string{"%" + t.name + "%%", "_" + t.name + "_B", "100" + t.name + "%", t.name + t.name + "%"})
	}
	t.args = []*term{x, constant(text(pattern))}
	return t
}

// counted compares an aggregate over another table.
func (a *author) counted() *term {
	other := pick(a.r, a.w.tables)
	b := &binding{table: other, alias: a.alias()}
	sub := &author{r: a.r, w: a.w, scope: append(append([]*binding(nil), a.scope...), b), public: a.public}
	q := &subquery{from: []*binding{b}, agg: "COUNT", where: sub.random(0)}
	c := pick(a.r, other.columns)
	if c.kind != kindText && c.domain != domFloat && chance(a.r, 40) {
		q.agg, q.items = pick(a.r, []string{"MAX", "MIN"}), []*term{column1(b, c)}
		return operation(pick(a.r, []string{"<", "<=", ">", ">="}), &term{op: "scalar", sub: q}, a.literal(c))
	}
	return operation(pick(a.r, []string{"<", ">", "="}), &term{op: "scalar", sub: q}, constant(integer(int64(a.r.IntN(8)))))
}
