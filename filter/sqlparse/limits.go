package sqlparse

// Limits bounds what a text may cost. A field that is zero or negative takes
// its default.
type Limits struct {
	Bytes  int // length of the text; 64 KiB
	Tokens int // words and signs; 20000
	Depth  int // nesting of parentheses, subqueries, calls, CASE, casts, NOT and signs; 60, at most 1000
	Nodes  int // nodes of the tree; 20000
	InList int // elements of one IN list; 5000
	Params int // parameters, and the highest number of one; 2000
}

// DefaultLimits is what a zero Limits means.
func DefaultLimits() Limits {
	return Limits{Bytes: 64 << 10, Tokens: 20000, Depth: 60, Nodes: 20000, InList: 5000, Params: 2000}
}

const (
	// maxDepth holds whatever the Limits say, so that the parser's own
	// recursion stays within some hundred kilobytes of stack.
	maxDepth = 1000

	// maxChain is how many operators, joins or set operations may stand
	// side by side. A chain grows its tree to the left, one level for each, and
	// every later walk recurses that deep; Depth does not count them, because a
	// list of a few hundred ORs is an honest request.
	maxChain = 2000
)

func (l Limits) orDefault() Limits {
	d := DefaultLimits()
	pick := func(given, standard int) int {
		if given <= 0 {
			return standard
		}
		return given
	}
	return Limits{
		Bytes:  pick(l.Bytes, d.Bytes),
		Tokens: pick(l.Tokens, d.Tokens),
		Depth:  min(pick(l.Depth, d.Depth), maxDepth),
		Nodes:  pick(l.Nodes, d.Nodes),
		InList: pick(l.InList, d.InList),
		Params: pick(l.Params, d.Params),
	}
}

// enter goes one level down; every rule that can contain itself does so, and
// leaves again when it is done. After an error nobody leaves: the parse is over.
func (p *parser) enter() error {
	p.depth++
	if p.depth > p.lim.Depth {
		return p.overLimit(p.tok.At, "the text nests deeper than %d levels", p.lim.Depth)
	}
	return nil
}

func (p *parser) leave() { p.depth-- }

// link refuses the n-th element of a chain when it is one too many.
func (p *parser) link(n int) error {
	if n >= maxChain {
		return p.overLimit(p.tok.At, "more than %d operators, joins or queries stand in one chain", maxChain)
	}
	return nil
}

func (p *parser) tooManyNodes() *Error {
	return p.overLimit(p.tok.At, "the text has more than %d parts", p.lim.Nodes)
}
