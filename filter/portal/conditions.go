package portal

import (
	"strings"

	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
)

// Bounds on one request's conditions, so that reading them costs little. The
// gate has the configured limits on what comes out.
const (
	maxDepth = 16   // and(or(and(…)))
	maxTerms = 5000 // elements of one list, values of one request
)

// conditions turns PostgREST's filters into conditions. Every value becomes a
// parameter, so that requests which differ by their values share one plan.
type conditions struct {
	params []any
}

// comparisons are the operators that compare a column with one value.
var comparisons = map[string]string{
	"eq": "=", "neq": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<=",
	"isdistinct": "IS DISTINCT FROM",
}

// elsewhere are PostgREST's operators that have no meaning on every engine.
var elsewhere = map[string]bool{
	"match": true, "imatch": true, "fts": true, "plfts": true, "phfts": true, "wfts": true,
	"cs": true, "cd": true, "ov": true, "sl": true, "sr": true, "nxr": true, "nxl": true, "adj": true,
}

const operators = "eq, neq, gt, gte, lt, lte, isdistinct, like, ilike, in or is, with not. before it to turn it round"

// filter reads one key=value that is not one of the reserved words: the key is
// a column, the value an operator and what it compares with, taken as it is.
// whole is the key as the request has it, for messages.
func (c *conditions) filter(key, whole, value string) (sqlast.Expr, error) {
	k := &scanner{param: shorten(whole), text: key}
	name, err := k.name("a column's name")
	if err != nil {
		return nil, err
	}
	switch rest := k.rest(); {
	case strings.HasPrefix(rest, "->"):
		return nil, noJSONPath(k.param)
	case strings.HasPrefix(rest, "."):
		return nil, refusal.New(refusal.Unsupported, "%s: nothing called %s is embedded here: embed it with select=*,%s(*), or put the name of a column that holds a dot in double quotes", k.param, shorten(name), shorten(name))
	case rest != "":
		return nil, k.unexpected("the end of the column's name; put a name with such a character in double quotes")
	}
	s := &scanner{param: k.param, text: value}
	x, err := c.operation(s, name, func() string {
		rest := s.rest()
		s.at = len(s.text)
		return rest
	})
	if err != nil {
		return nil, err
	}
	if !s.done() {
		return nil, s.unexpected("the end of the value")
	}
	return x, nil
}

// logic reads and=(…), or=(…) and their negations.
func (c *conditions) logic(op, value string) (sqlast.Expr, error) {
	s := &scanner{param: op, text: value}
	x, err := c.group(s, op, 1)
	if err != nil {
		return nil, err
	}
	if !s.done() {
		return nil, s.unexpected("the end of the value")
	}
	return x, nil
}

// group reads the parentheses of a logic tree; op is what stood before them.
func (c *conditions) group(s *scanner, op string, depth int) (sqlast.Expr, error) {
	if depth > maxDepth {
		return nil, refusal.New(refusal.LimitExceeded, "%s: conditions are nested more than %d deep", s.param, maxDepth)
	}
	s.blanks()
	if !s.accept("(") {
		return nil, s.unexpected("an opening parenthesis")
	}
	var xs []sqlast.Expr
	for {
		x, err := c.term(s, depth)
		if err != nil {
			return nil, err
		}
		xs = append(xs, x)
		if len(xs) > maxTerms {
			return nil, tooMany(s.param)
		}
		s.blanks()
		if s.accept(",") {
			continue
		}
		if !s.accept(")") {
			return nil, s.unexpected("a comma or a closing parenthesis")
		}
		s.blanks()
		break
	}
	bare, negated := strings.CutPrefix(op, "not.")
	x := combine(strings.ToUpper(bare), xs)
	if negated {
		return negate(x), nil
	}
	return x, nil
}

// groups are how a logic tree begins inside another.
var groups = []string{"and", "or", "not.and", "not.or"}

// term reads one element of a logic tree: a tree again, or col.op.value.
func (c *conditions) term(s *scanner, depth int) (sqlast.Expr, error) {
	s.blanks()
	for _, op := range groups {
		if strings.HasPrefix(s.rest(), op) && strings.HasPrefix(strings.TrimLeft(s.rest()[len(op):], " \t"), "(") {
			s.at += len(op)
			return c.group(s, op, depth+1)
		}
	}
	name, err := s.name("a condition (col.op.value, and(…) or or(…))")
	if err != nil {
		return nil, err
	}
	switch rest := s.rest(); {
	case strings.HasPrefix(rest, "->"):
		return nil, noJSONPath(s.param)
	case !s.accept("."):
		return nil, s.unexpected("a dot and an operator after " + shorten(name))
	}
	return c.operation(s, name, s.element)
}

// operation reads [not.]op.value. scalar reads a single value, whose extent
// depends on where it stands.
func (c *conditions) operation(s *scanner, name string, scalar func() string) (sqlast.Expr, error) {
	negated := s.accept("not.")
	start := s.at
	op := s.word()
	every, many := s.accept("(all)"), false
	if !every {
		many = s.accept("(any)")
	}
	if op == "" || !s.accept(".") {
		return nil, c.noOperator(s, start, op)
	}
	var x sqlast.Expr
	var err error
	switch {
	case every || many:
		x, err = c.quantified(s, name, op, every, start)
	case comparisons[op] != "":
		x, err = c.comparison(name, comparisons[op], scalar())
	case op == "like" || op == "ilike":
		x, err = c.like(name, op == "ilike", scalar())
	case op == "in":
		x, err = c.in(s, name)
	case op == "is":
		x, err = is(s, name)
	default:
		return nil, c.noOperator(s, start, op)
	}
	if err != nil {
		return nil, err
	}
	if negated {
		return negate(x), nil
	}
	return x, nil
}

// noOperator refuses what stands where an operator should.
func (c *conditions) noOperator(s *scanner, start int, op string) error {
	if elsewhere[op] {
		return refusal.New(refusal.Unsupported, "%s: the operator %s is not offered: use %s", s.param, op, operators)
	}
	if comparisons[op] != "" || op == "like" || op == "ilike" || op == "in" || op == "is" {
		return s.unexpected("a dot and a value after the operator " + op)
	}
	s.at = start
	return s.unexpected("an operator: " + operators)
}

// comparison compares a column with a value.
func (c *conditions) comparison(name, op, value string) (sqlast.Expr, error) {
	p, err := c.param(value)
	if err != nil {
		return nil, err
	}
	return &sqlast.Binary{At: sqlast.NoPos, Op: op, X: column(name), Y: p}, nil
}

// quantified compares a column with each value of a list in braces:
// like(any).{a*,b*} is one of them, like(all).{…} every one.
func (c *conditions) quantified(s *scanner, name, op string, every bool, start int) (sqlast.Expr, error) {
	like := op == "like" || op == "ilike"
	if !like && comparisons[op] == "" || op == "neq" || op == "isdistinct" {
		s.at = start
		return nil, s.unexpected("eq, gt, gte, lt, lte, like or ilike before (any) and (all)")
	}
	s.blanks()
	if !s.accept("{") {
		return nil, s.unexpected("a list in braces")
	}
	var xs []sqlast.Expr
	for {
		var x sqlast.Expr
		var err error
		if value := s.listed(); like {
			x, err = c.like(name, op == "ilike", value)
		} else {
			x, err = c.comparison(name, comparisons[op], value)
		}
		if err != nil {
			return nil, err
		}
		xs = append(xs, x)
		if s.accept(",") {
			continue
		}
		if !s.accept("}") {
			return nil, s.unexpected("a comma or a closing brace")
		}
		s.blanks()
		if every {
			return combine("AND", xs), nil
		}
		return combine("OR", xs), nil
	}
}

// like matches a column with a pattern.
func (c *conditions) like(name string, insensitive bool, value string) (sqlast.Expr, error) {
	p, err := c.param(pattern(value))
	if err != nil {
		return nil, err
	}
	return &sqlast.Like{X: column(name), Insensitive: insensitive, Pattern: p,
		Escape: &sqlast.String{At: sqlast.NoPos, Value: `\`}}, nil
}

// pattern makes a pattern of PostgREST's one with the escape character \. A *
// is any text, as % is. A backslash makes the next character plain; where that
// is plain anyway it goes, because not every engine takes it there. One at the
// end stays, and the gate refuses it.
func pattern(value string) string {
	if !strings.ContainsAny(value, `*\`) {
		return value
	}
	var b strings.Builder
	for i := 0; i < len(value); i++ {
		ch := value[i]
		switch {
		case ch == '*':
			ch = '%'
		case ch == '\\' && i+1 < len(value):
			i++
			if ch = value[i]; ch == '*' {
				ch = '%'
			}
			if ch == '%' || ch == '_' || ch == '\\' {
				b.WriteByte('\\')
			}
		}
		b.WriteByte(ch)
	}
	return b.String()
}

// in reads a list in parentheses. An empty list holds nothing, so that no row
// is in it; the column is named all the same, because one that does not exist
// must be refused whatever it is compared with.
func (c *conditions) in(s *scanner, name string) (sqlast.Expr, error) {
	s.blanks()
	if !s.accept("(") {
		return nil, s.unexpected("a list in parentheses after in.")
	}
	s.blanks()
	if s.accept(")") {
		s.blanks()
		return &sqlast.Binary{At: sqlast.NoPos, Op: "AND",
			X: &sqlast.Is{X: column(name), What: "NULL"},
			Y: &sqlast.Bool{At: sqlast.NoPos, Value: false}}, nil
	}
	list := &sqlast.InList{X: column(name)}
	for {
		p, err := c.param(s.element())
		if err != nil {
			return nil, err
		}
		list.List = append(list.List, p)
		if s.accept(",") {
			continue
		}
		if !s.accept(")") {
			return nil, s.unexpected("a comma or a closing parenthesis")
		}
		s.blanks()
		return list, nil
	}
}

// is reads null, not_null, true, false or unknown, in any case.
func is(s *scanner, name string) (sqlast.Expr, error) {
	start := s.at
	end := strings.IndexAny(s.rest(), ",)")
	if end < 0 {
		end = len(s.rest())
	}
	s.at += end
	what := strings.ToUpper(s.text[start:s.at])
	switch what {
	case "NULL", "TRUE", "FALSE", "UNKNOWN":
		return &sqlast.Is{X: column(name), What: what}, nil
	case "NOT_NULL":
		return &sqlast.Is{X: column(name), Not: true, What: "NULL"}, nil
	}
	s.at = start
	return nil, s.unexpected("null, not_null, true, false or unknown after is.")
}

// param makes a parameter of a value.
func (c *conditions) param(value string) (*sqlast.Param, error) {
	if len(c.params) >= maxTerms {
		return nil, refusal.New(refusal.LimitExceeded, "the request compares with more than %d values", maxTerms)
	}
	c.params = append(c.params, value)
	return &sqlast.Param{At: sqlast.NoPos, Ordinal: len(c.params)}, nil
}

// negate turns a condition round. Where it has a negated form of its own that
// one is used: IS NOT NULL reads better in a log than NOT … IS NULL.
func negate(x sqlast.Expr) sqlast.Expr {
	switch x := x.(type) {
	case *sqlast.Is:
		n := *x
		n.Not = !n.Not
		return &n
	case *sqlast.Like:
		n := *x
		n.Not = !n.Not
		return &n
	case *sqlast.InList:
		n := *x
		n.Not = !n.Not
		return &n
	}
	return &sqlast.Unary{At: sqlast.NoPos, Op: "NOT", X: x}
}

// combine joins conditions by AND or OR, as a balanced tree: a long list must
// not become a deep one.
func combine(op string, xs []sqlast.Expr) sqlast.Expr {
	if len(xs) == 1 {
		return xs[0]
	}
	half := (len(xs) + 1) / 2
	return &sqlast.Binary{At: sqlast.NoPos, Op: op, X: combine(op, xs[:half]), Y: combine(op, xs[half:])}
}
