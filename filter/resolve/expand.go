package resolve

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqlfunc"
)

// expand resolves a function that stands for other expressions: they are made
// here, in the portal's own SQL, so that they mean the same on every engine.
func (r *resolver) expand(x *sqlast.Call, f *sqlfunc.Func, s *scope) (querytree.Expr, error) {
	made, ok := expansions[f.Name]
	if !ok {
		return nil, refusal.At(x.Pos(), refusal.Unsupported, "%s is not offered", f.Name)
	}
	for i, a := range x.Args {
		switch f.Arg(i) {
		case sqlfunc.Count:
			if _, err := countArgument(a, f, i); err != nil {
				return nil, err
			}
		case sqlfunc.Written:
			if _, err := written(a, f, i); err != nil {
				return nil, err
			}
		}
	}
	return r.expr(made(maker{x.Pos(), x}, x.Args), s)
}

// maker makes nodes that stand where a call was written.
type maker struct {
	at   sqlast.Pos
	call *sqlast.Call
}

func (m maker) fn(name string, args ...sqlast.Expr) sqlast.Expr {
	return &sqlast.Call{Name: sqlast.Ident{At: m.at, Name: name}, Args: args}
}

// over makes an aggregate with the FILTER and OVER of the call.
func (m maker) over(name string, arg sqlast.Expr) sqlast.Expr {
	return &sqlast.Call{Name: sqlast.Ident{At: m.at, Name: name}, Args: []sqlast.Expr{arg}, Distinct: m.call.Distinct, Filter: m.call.Filter, Over: m.call.Over}
}

func (m maker) number(n int) sqlast.Expr { return &sqlast.Number{At: m.at, Text: strconv.Itoa(n)} }
func (m maker) text(s string) sqlast.Expr {
	return &sqlast.String{At: m.at, Value: s}
}

func (m maker) op(x sqlast.Expr, op string, y sqlast.Expr) sqlast.Expr {
	return &sqlast.Binary{At: m.at, Op: op, X: x, Y: y}
}

func (m maker) null(x sqlast.Expr, not bool) sqlast.Expr {
	return &sqlast.Is{X: x, Not: not, What: "NULL"}
}

// choose makes CASE operand WHEN … END of pairs; els may be nil.
func (m maker) choose(operand, els sqlast.Expr, pairs ...sqlast.Expr) sqlast.Expr {
	c := &sqlast.Case{At: m.at, Operand: operand, Else: els}
	for i := 0; i+1 < len(pairs); i += 2 {
		c.Whens = append(c.Whens, sqlast.When{Cond: pairs[i], Then: pairs[i+1]})
	}
	return c
}

// names makes CASE part(x) WHEN first THEN name … END.
func (m maker) names(part string, x sqlast.Expr, first int, names string) sqlast.Expr {
	var pairs []sqlast.Expr
	for i, n := range strings.Fields(names) {
		pairs = append(pairs, m.number(first+i), m.text(n))
	}
	return m.choose(m.fn(part, x), nil, pairs...)
}

// extreme makes GREATEST or LEAST: each argument in turn is the result where
// it is not NULL and none after it is larger, or smaller.
func (m maker) extreme(op string, a []sqlast.Expr) sqlast.Expr {
	var pairs []sqlast.Expr
	for i := range a[:len(a)-1] {
		cond := m.null(a[i], true)
		for _, b := range a[i+1:] {
			cond = m.op(cond, "AND", m.op(m.null(b, false), "OR", m.op(a[i], op, b)))
		}
		pairs = append(pairs, cond, a[i])
	}
	return m.choose(nil, a[len(a)-1], pairs...)
}

// decode makes CASE WHEN of DECODE's pairs; NULL equals NULL.
func (m maker) decode(a []sqlast.Expr) sqlast.Expr {
	var els sqlast.Expr
	if len(a)%2 == 0 {
		els = a[len(a)-1]
	}
	var pairs []sqlast.Expr
	for i := 1; i+1 < len(a); i += 2 {
		eq := m.op(a[0], "=", a[i])
		if _, ok := a[i].(*sqlast.Null); ok {
			eq = m.null(a[0], false)
		}
		pairs = append(pairs, eq, a[i+1])
	}
	return m.choose(nil, els, pairs...)
}

// runes is how many characters a text that the request wrote has; -1 for what is none.
func runes(x sqlast.Expr) int {
	s, ok := x.(*sqlast.String)
	if !ok {
		return -1
	}
	return utf8.RuneCountInString(s.Value)
}

func count(x sqlast.Expr) int {
	n, _ := x.(*sqlast.Number)
	return small(n.Text)
}

// truth makes 1 or 0 of a condition, and NULL where it is UNKNOWN.
func (m maker) truth(cond sqlast.Expr) sqlast.Expr {
	return m.choose(nil, nil, cond, m.number(1), &sqlast.Unary{At: m.at, Op: "NOT", X: cond}, m.number(0))
}

var expansions = map[string]func(m maker, a []sqlast.Expr) sqlast.Expr{
	"IIF": func(m maker, a []sqlast.Expr) sqlast.Expr { return m.choose(nil, a[2], a[0], a[1]) },
	"NVL2": func(m maker, a []sqlast.Expr) sqlast.Expr {
		return m.choose(nil, a[2], m.null(a[0], true), a[1])
	},
	"CHOOSE": func(m maker, a []sqlast.Expr) sqlast.Expr {
		var pairs []sqlast.Expr
		for i, x := range a[1:] {
			pairs = append(pairs, m.number(i+1), x)
		}
		return m.choose(a[0], nil, pairs...)
	},
	"FIELD": func(m maker, a []sqlast.Expr) sqlast.Expr {
		var pairs []sqlast.Expr
		for i, x := range a[1:] {
			pairs = append(pairs, x, m.number(i+1))
		}
		return m.choose(a[0], m.number(0), pairs...)
	},
	"DECODE":     func(m maker, a []sqlast.Expr) sqlast.Expr { return m.decode(a) },
	"ZEROIFNULL": func(m maker, a []sqlast.Expr) sqlast.Expr { return m.fn("COALESCE", a[0], m.number(0)) },
	"NULLIFZERO": func(m maker, a []sqlast.Expr) sqlast.Expr { return m.fn("NULLIF", a[0], m.number(0)) },
	"GREATEST":   func(m maker, a []sqlast.Expr) sqlast.Expr { return m.extreme(">=", a) },
	"LEAST":      func(m maker, a []sqlast.Expr) sqlast.Expr { return m.extreme("<=", a) },
	"MOD":        func(m maker, a []sqlast.Expr) sqlast.Expr { return m.op(a[0], "%", a[1]) },
	"SQUARE":     func(m maker, a []sqlast.Expr) sqlast.Expr { return m.op(a[0], "*", a[0]) },
	"STUFF": func(m maker, a []sqlast.Expr) sqlast.Expr {
		from, length := count(a[1]), count(a[2])
		return m.op(m.op(m.fn("LEFT", a[0], m.number(from-1)), "||", a[3]), "||", m.fn("SUBSTRING", a[0], m.number(min(from+length, 10000))))
	},
	"STARTS_WITH": func(m maker, a []sqlast.Expr) sqlast.Expr {
		return m.op(m.fn("LEFT", a[0], m.number(runes(a[1]))), "=", a[1])
	},
	"ENDS_WITH": func(m maker, a []sqlast.Expr) sqlast.Expr {
		return m.op(m.fn("RIGHT", a[0], m.number(runes(a[1]))), "=", a[1])
	},
	"SPACE": func(m maker, a []sqlast.Expr) sqlast.Expr { return m.text(strings.Repeat(" ", count(a[0]))) },
	"CHAR":  func(m maker, a []sqlast.Expr) sqlast.Expr { return m.text(string(rune(count(a[0])))) },
	"MONTHNAME": func(m maker, a []sqlast.Expr) sqlast.Expr {
		return m.names("MONTH", a[0], 1, "January February March April May June July August September October November December")
	},
	"DAYNAME": func(m maker, a []sqlast.Expr) sqlast.Expr {
		return m.names("ISODOW", a[0], 1, "Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
	},
	"DATE": func(m maker, a []sqlast.Expr) sqlast.Expr {
		return &sqlast.Cast{At: m.at, X: a[0], Type: sqlast.TypeName{At: m.at, Name: "DATE"}}
	},
	"TOTAL": func(m maker, a []sqlast.Expr) sqlast.Expr { return m.fn("COALESCE", m.over("SUM", a[0]), m.number(0)) },
	"COUNT_IF": func(m maker, a []sqlast.Expr) sqlast.Expr {
		return m.over("COUNT", m.choose(nil, nil, a[0], m.number(1)))
	},
	"BOOL_AND": func(m maker, a []sqlast.Expr) sqlast.Expr {
		return m.op(m.over("MIN", m.truth(a[0])), "=", m.number(1))
	},
	"BOOL_OR": func(m maker, a []sqlast.Expr) sqlast.Expr {
		return m.op(m.over("MAX", m.truth(a[0])), "=", m.number(1))
	},
}
