package oracle

import (
	"database/sql"
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"strings"
)

// node is a piece of a query's text: words of its own and pieces within. The
// tree says how the query can be made smaller when it has found a bug.
type node struct {
	text  string
	other *string // what stands in place of text when the engine itself is asked
	fixed bool    // is never made smaller: the two writings must stay alike
	kids  []*node
	param *value  // stands for a parameter with this value
	count bool    // the parameter counts rows: it is a whole number and never NULL
	drop  bool    // may be left out
	alts  []*node // may stand here instead, being smaller
	world bool    // the name of the schema stands here
}

// piece joins words (strings) and nodes.
func piece(parts ...any) *node {
	n := &node{}
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			n.kids = append(n.kids, &node{text: p})
		case *node:
			if p != nil {
				n.kids = append(n.kids, p)
			}
		}
	}
	return n
}

// spelled is written one way for the gate and another for the engine itself,
// where the portal's spelling is not the engine's.
func spelled(gate, engine string) *node { return &node{text: gate, other: &engine} }

// optional marks a piece that may be left out.
func optional(parts ...any) *node {
	n := piece(parts...)
	n.drop = true
	return n
}

// or names smaller pieces that may stand for n.
func (n *node) or(alts ...*node) *node {
	n.alts = append(n.alts, alts...)
	return n
}

// flat is n's text for the gate, and flatEngine for the engine; false where n
// holds a parameter or a schema, which no text of its own can be.
func (n *node) flat() (string, bool) { return n.flatten(false) }

func (n *node) flatEngine() (string, bool) { return n.flatten(true) }

func (n *node) flatten(engine bool) (string, bool) {
	out := n.text
	if engine && n.other != nil {
		out = *n.other
	}
	ok := n.param == nil && !n.world
	for _, k := range n.kids {
		s, fine := k.flatten(engine)
		out, ok = out+s, ok && fine
	}
	return out, ok
}

func joinNodes(sep string, nodes []*node) *node {
	n := &node{}
	for i, x := range nodes {
		if i > 0 {
			n.kids = append(n.kids, &node{text: sep})
		}
		n.kids = append(n.kids, x)
	}
	return n
}

// query is one request: its text's tree and how its answer is compared.
type query struct {
	root        *node
	ordered     bool // a total order was asked
	unsorted    bool // the engine itself does not keep to the order that is asked
	anyColumns  bool // the engine's own order of * differs from the portal's
	foldLabels  bool // labels may differ by case
	backwards   bool // $n are numbered from the last to the first
	spoiled     string
	secret      *node // where that is named
	spoiledName string
	named       bool // parameters are named
	noisy       bool // comments and line breaks stand here and there
	lazy        bool // spoiled in a WITH element, which SQLite and MariaDB do not read before it is used
}

// asked is a query as text, with its parameters.
type asked struct {
	text   string
	params []value
	named  bool
}

// write gives the text for the gate; schema stands where a table is named with
// its schema.
func (q *query) write(d dialect, schema string) asked { return q.spell(d, schema, false) }

// engineText gives the text for the engine itself. It is the same, byte for
// byte, but for the words that the engine spells otherwise, and for parameters
// on MariaDB: a value says there what type it has, a question mark does not.
func (q *query) engineText(d dialect, schema string) asked { return q.spell(d, schema, true) }

func (q *query) spell(d dialect, schema string, engine bool) asked {
	total := q.root.params()
	var (
		b   strings.Builder
		out = asked{named: q.named}
	)
	out.params = make([]value, total)
	next := 0
	var walk func(n *node)
	walk = func(n *node) {
		text := n.text
		if engine && n.other != nil {
			text = *n.other
		}
		b.WriteString(q.noise(d.spelling(text), b.Len()))
		if n.world {
			b.WriteString(schema)
		}
		if n.param != nil {
			i := next
			if q.backwards && d.postgres {
				i = total - 1 - next
			}
			next++
			out.params[i] = d.adapt(*n.param)
			switch {
			case engine && d.mariadb:
				b.WriteString(n.param.literal())
			case d.postgres:
				b.WriteString("$" + strconv.Itoa(i+1))
			case q.named:
				b.WriteString(":" + name(i))
			default:
				b.WriteByte('?')
			}
		}
		for _, k := range n.kids {
			walk(k)
		}
	}
	walk(q.root)
	if out.text = b.String(); engine && d.mariadb {
		out.params = nil
	}
	return out
}

// noise puts comments where blanks are, by the place at which they stand.
func (q *query) noise(word string, at int) string {
	if !q.noisy || len(word) < 3 || word[0] != ' ' {
		return word
	}
	switch at % 5 {
	case 0:
		return "\n\t" + word
	case 1:
		return " /* it's \"[`; -- */" + word
	case 2:
		return " -- ' /* \n" + word
	}
	return word
}

// name is what the i-th parameter is called where parameters have names.
func name(i int) string { return "v" + strconv.Itoa(i+1) + "_x" }

func (n *node) params() int {
	total := 0
	if n.param != nil {
		total++
	}
	for _, k := range n.kids {
		total += k.params()
	}
	return total
}

// revalue gives the parameters other values, also of other kinds, under the
// same text. It tells whether there was one.
func (n *node) revalue(r *rand.Rand, d dialect) bool {
	changed := false
	if n.param != nil && !n.count {
		switch {
		case chance(r, 40):
			*n.param, changed = null, true
		case n.param.kind == kindInt && !d.postgres: // PostgreSQL has taken it for an integer
			*n.param, changed = decimal(n.param.text+".5"), true
		case n.param.kind == kindDec:
			*n.param, changed = integer(int64(r.IntN(9))), true
		}
	}
	for _, k := range n.kids {
		changed = k.revalue(r, d) || changed
	}
	return changed
}

// gateValues are the parameters as a front would hand them to the gate.
func (a asked) gateValues() []any {
	out := make([]any, len(a.params))
	for i, v := range a.params {
		switch v.kind {
		case kindNull:
		case kindInt:
			out[i] = v.num.Num().Int64()
		case kindDec, kindFloat:
			out[i] = json.Number(v.text)
		default:
			out[i] = v.text
		}
	}
	return out
}

// engineValues are the same for the engine itself. PostgreSQL takes text for
// every type and reads it as the type that it inferred.
func (a asked) engineValues(d dialect) []any {
	out := make([]any, len(a.params))
	for i, v := range a.params {
		switch {
		case v.null():
		case d.postgres || !v.kind.numeric() && v.kind != kindFloat:
			out[i] = v.text
		case v.kind == kindInt:
			out[i] = v.num.Num().Int64()
		default:
			out[i], _ = v.num.Float64()
		}
		if a.named {
			out[i] = sql.Named(name(i), out[i])
		}
	}
	return out
}
