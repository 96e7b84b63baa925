package oracle

import (
	"math/big"
	"strings"
	"unicode/utf8"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// situation is what a condition is evaluated in: who asks, and the current row
// of every table that the condition reads.
type situation struct {
	world *world
	asks  customer
	rows  map[*binding]row
}

func (s *situation) param(name string, like *term) value {
	id := map[string]string{"customer": s.asks.id, "customer_code": s.asks.code, "contact": s.asks.contact, "attr_zone": s.asks.zone}[name]
	if like != nil && like.kindOf() == kindInt {
		return decimal(id)
	}
	return text(id)
}

// kindOf is the family of a term, as far as one needs to know it.
func (t *term) kindOf() kind {
	switch t.op {
	case "column":
		return t.col.kind
	case "value":
		return t.value.kind
	case "+", "-", "*", "LENGTH":
		return kindInt
	case "COALESCE", "NULLIF":
		return t.args[0].kindOf()
	case "CASE":
		return t.args[1].kindOf()
	case "scalar":
		if t.sub.agg == "COUNT" {
			return kindInt
		}
		return t.sub.items[0].kindOf()
	}
	return kindText
}

// values evaluates operands that meet, so that a parameter takes the family of
// the others.
func (s *situation) values(args ...*term) []value {
	var like *term
	for _, a := range args {
		if a.op != "param" {
			like = a
			break
		}
	}
	out := make([]value, len(args))
	for i, a := range args {
		if a.op == "param" {
			out[i] = s.param(a.name, like)
		} else {
			out[i] = s.eval(a)
		}
	}
	return out
}

func (s *situation) eval(t *term) value {
	switch t.op {
	case "column":
		row, bound := s.rows[t.from]
		if !bound {
			panic("oracle: a column of a table that is not being read")
		}
		if row == nil {
			return null // the null side of LEFT JOIN
		}
		return row[t.col.index]
	case "value":
		return t.value
	case "param":
		return s.param(t.name, nil)
	case "AND", "OR":
		return s.logic(t)
	case "NOT":
		return not(s.eval(t.args[0]))
	case "IS NULL":
		return truth(s.eval(t.args[0]).null() != t.not)
	case "EXISTS":
		found := false
		s.each(t.sub, func() bool { found = true; return false })
		return truth(found != t.not)
	case "IN":
		return s.in(t)
	case "IN QUERY":
		return s.inQuery(t)
	case "BETWEEN":
		v := s.values(t.args...)
		both := and(compared(">=", v[0], v[1]), compared("<=", v[0], v[2]))
		return negated(t.not, both)
	case "LIKE", "ILIKE":
		return s.like(t)
	case "ROW =":
		half := len(t.args) / 2
		all := truth(true)
		for i := range half {
			v := s.values(t.args[i], t.args[half+i])
			all = and(all, compared("=", v[0], v[1]))
		}
		return all
	case "=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM":
		v := s.values(t.args...)
		return compared(t.op, v[0], v[1])
	}
	return s.compute(t)
}

func (s *situation) compute(t *term) value {
	if t.op == "CASE" { // condition, then, else
		if s.eval(t.args[0]).yes() {
			return s.eval(t.args[1])
		}
		return s.eval(t.args[2])
	}
	if t.op == "scalar" {
		return s.scalar(t.sub)
	}
	v := s.values(t.args...)
	switch t.op {
	case "COALESCE":
		for _, x := range v {
			if !x.null() {
				return x
			}
		}
		return null
	case "NULLIF":
		if compared("=", v[0], v[1]).yes() {
			return null
		}
		return v[0]
	}
	for _, x := range v {
		if x.null() {
			return null
		}
	}
	switch t.op {
	case "LENGTH":
		return integer(int64(utf8.RuneCountInString(v[0].text)))
	case "||":
		return text(v[0].text + v[1].text)
	case "SUBSTRING": // text, from, length
		runes := []rune(v[0].text)
		from := min(int(v[1].num.Num().Int64())-1, len(runes))
		part := string(runes[from:min(from+int(v[2].num.Num().Int64()), len(runes))])
		if s.world.dialect.sqlserver { // which takes no account of blanks at the end, where this is compared
			part = strings.TrimRight(part, " ")
		}
		return text(part)
	case "+", "-", "*":
		out := value{kind: kindDec, num: new(big.Rat)}
		switch t.op {
		case "+":
			out.num.Add(v[0].num, v[1].num)
		case "-":
			out.num.Sub(v[0].num, v[1].num)
		default:
			out.num.Mul(v[0].num, v[1].num)
		}
		return out
	}
	panic("oracle: a condition that nobody evaluates: " + t.op)
}

// The logic of three values: NULL is unknown.

func not(v value) value {
	if v.null() {
		return null
	}
	return truth(v.no())
}

func negated(yes bool, v value) value {
	if yes {
		return not(v)
	}
	return v
}

func and(a, b value) value {
	switch {
	case a.no() || b.no():
		return truth(false)
	case a.null() || b.null():
		return null
	}
	return truth(true)
}

func or(a, b value) value { return not(and(not(a), not(b))) }

func (s *situation) logic(t *term) value {
	out := truth(t.op == "AND")
	for _, a := range t.args {
		if t.op == "AND" {
			out = and(out, s.eval(a))
		} else {
			out = or(out, s.eval(a))
		}
	}
	return out
}

func compared(op string, a, b value) value {
	unknown := a.null() || b.null()
	c := 0
	if !unknown {
		c = a.compare(b)
	}
	switch op {
	case "IS DISTINCT FROM":
		return truth(unknown && a.null() != b.null() || c != 0)
	case "IS NOT DISTINCT FROM":
		return truth(a.null() == b.null() && c == 0)
	}
	if unknown {
		return null
	}
	switch op {
	case "=":
		return truth(c == 0)
	case "<>":
		return truth(c != 0)
	case "<":
		return truth(c < 0)
	case "<=":
		return truth(c <= 0)
	case ">":
		return truth(c > 0)
	case ">=":
		return truth(c >= 0)
	}
	panic("oracle: a comparison that nobody makes: " + op)
}

func (s *situation) in(t *term) value {
	v := s.values(t.args...)
	any := truth(false)
	for _, x := range v[1:] {
		any = or(any, compared("=", v[0], x))
	}
	return negated(t.not, any)
}

func (s *situation) inQuery(t *term) value {
	any := truth(false)
	s.each(t.sub, func() bool {
		all := truth(true)
		for i, item := range t.sub.items {
			v := s.values(t.args[i], item)
			all = and(all, compared("=", v[0], v[1]))
		}
		any = or(any, all)
		return true
	})
	return negated(t.not, any)
}

func (s *situation) scalar(q *subquery) value {
	n, best := int64(0), null
	s.each(q, func() bool {
		n++
		if q.agg != "COUNT" {
			v := s.eval(q.items[0])
			if !v.null() && (best.null() || (v.compare(best) > 0) == (q.agg == "MAX") && v.compare(best) != 0) {
				best = v
			}
		}
		return true
	})
	if q.agg == "COUNT" {
		return integer(n)
	}
	return best
}

// each calls f with every combination of rows that q's condition lets through,
// until f says false.
func (s *situation) each(q *subquery, f func() bool) {
	inner := &situation{world: s.world, asks: s.asks, rows: make(map[*binding]row, len(s.rows)+len(q.from))}
	for b, x := range s.rows {
		inner.rows[b] = x
	}
	var walk func(i int) bool
	walk = func(i int) bool {
		if i == len(q.from) {
			if q.where != nil && !inner.eval(q.where).yes() {
				return true
			}
			return f()
		}
		met := false
		for _, x := range q.from[i].table.rows {
			inner.rows[q.from[i]] = x
			if i == 1 && q.on != nil && !inner.eval(q.on).yes() {
				continue
			}
			met = true
			if !walk(i + 1) {
				return false
			}
		}
		if i == 1 && q.left && !met {
			inner.rows[q.from[i]] = nil
			return walk(i + 1)
		}
		return true
	}
	// The situation of f is the inner one.
	outer := *s
	*s = *inner
	inner = s
	walk(0)
	*s = outer
}

// like matches args[0] with the pattern args[1] and the escape character in
// name. SQLite's LIKE takes no account of the case of ASCII letters, and ILIKE,
// which only REST says, of that of any.
func (s *situation) like(t *term) value {
	v := s.values(t.args...)
	if v[0].null() || v[1].null() {
		return null
	}
	subject, pattern := v[0].text, v[1].text
	switch {
	case t.op == "ILIKE":
		subject, pattern = strings.ToLower(subject), strings.ToLower(pattern)
	case s.world.dialect.engine == catalog.SQLite:
		subject, pattern = s.world.dialect.fold(subject), s.world.dialect.fold(pattern)
	}
	return negated(t.not, truth(matches([]rune(subject), []rune(pattern), t.name)))
}

func matches(subject, pattern []rune, escape string) bool {
	if len(pattern) == 0 {
		return len(subject) == 0
	}
	p, rest := pattern[0], pattern[1:]
	switch {
	case escape != "" && strings.HasPrefix(escape, string(p)) && len(rest) > 0:
		return len(subject) > 0 && subject[0] == rest[0] && matches(subject[1:], rest[1:], escape)
	case p == '%':
		for i := 0; i <= len(subject); i++ {
			if matches(subject[i:], rest, escape) {
				return true
			}
		}
		return false
	}
	return len(subject) > 0 && (p == '_' || p == subject[0]) && matches(subject[1:], rest, escape)
}
