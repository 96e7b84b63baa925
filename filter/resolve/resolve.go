// Package resolve turns the names of a syntax tree into what they stand for,
// gives every expression one type, and refuses what it cannot: a name that the
// view does not have, operands of different families, an expression that could
// fail on a row.
//
// It never learns what is hidden. A request is resolved against the visible
// tables and columns only, so that a hidden column and one that does not exist
// give the same answer (promise 4); a row policy is resolved against the whole
// catalog, because a policy may use what the customer may not see.
//
// Read next: scope.go (how a name is found), coerce.go (how types meet),
// group.go (what GROUP BY allows).
package resolve

import (
	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqlfunc"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// Lookup finds a table by name; nil where there is none. schema may be empty.
type Lookup func(schema, name string) *catalog.Table

// ValueKind is what is known of a parameter's value when a statement is
// compiled: the kind of JSON value it is.
type ValueKind uint8

// The kinds of value.
const (
	NoValue       ValueKind = iota // the parameter was not given
	NullValue                      // null
	BoolValue                      // true, false
	IntValue                       // a number without fraction, of at most 64 bits
	NumberValue                    // any other number
	TextValue                      // a string of at most ShortText bytes
	LongTextValue                  // a longer string
)

// ShortText is how many bytes a text that a request gives mostly has at most. A
// plan knows whether its texts are longer, as they cost what they are long; how
// long they are it does not know, or there would be a plan for each.
const ShortText = 1000

// Options say what a query is resolved against.
type Options struct {
	Engine  catalog.Engine  // whose rules decide what can fail
	Version sqlfunc.Version // of the engine; zero where it is not known
	Tables  Lookup
	// Resources finds a resource by any of its names, without regard to case;
	// nil where there is none, and where the function is nil.
	Resources func(name string) *Resource
	Params    []ValueKind
	Named     map[string]ValueKind
	MaxJoins  int // at most maxTables, and that where it is 0
	MaxNodes  int // expressions and columns that resolving may make; 0 is DefaultNodes
	// MaxList and MaxParams bound the elements of a list of the request and its
	// Params, whether it came as text or as a tree; 0 is no bound.
	MaxList, MaxParams int
}

// DefaultNodes bounds what a request can grow into: a star or a CTE that is
// used twice doubles the columns of what it stands in.
const DefaultNodes = 20_000

// Query resolves a request. Errors are *refusal.Error.
func Query(q *sqlast.Query, opt Options) (*querytree.Query, error) {
	r := &resolver{opt: opt, used: make([]bool, len(opt.Params)), usedNames: map[string]bool{}}
	if err := r.checkParams(); err != nil {
		return nil, err
	}
	out, err := r.query(q, nil, nil)
	if err != nil {
		return nil, err
	}
	if err := r.checkWork(out); err != nil {
		return nil, err
	}
	if err := checkWidth(out); err != nil {
		return nil, err
	}
	return out, r.checkUsed()
}

// checkParams refuses too many values.
func (r *resolver) checkParams() error {
	if most := r.opt.MaxParams; most > 0 && len(r.opt.Params) > most {
		return refusal.New(refusal.LimitExceeded, "the request has more than %d parameters", most)
	}
	return nil
}

// checkList refuses a list of the request that is too long; those of a resource are
// the profile's own.
func (r *resolver) checkList(x *sqlast.InList) error {
	if most := r.opt.MaxList; most > 0 && len(x.List) > most && !r.inResource {
		return refusal.At(x.X.Pos(), refusal.LimitExceeded, "an IN list has more than %d elements", most)
	}
	return nil
}

// checkUsed refuses values that the statement does not use.
func (r *resolver) checkUsed() error {
	for i, used := range r.used {
		if !used {
			return refusal.New(refusal.ParamMismatch, "parameter %d has a value, but the statement does not use it", i+1)
		}
	}
	for name := range r.opt.Named {
		if !r.usedNames[name] {
			return refusal.New(refusal.ParamMismatch, "parameter %q has a value, but the statement does not use it", name)
		}
	}
	return nil
}

// Condition resolves a row condition about self, for a row policy. Its tables
// are those of the whole catalog and are read as they are; its named
// parameters are attributes of the identity. Errors are *refusal.Error.
func Condition(x sqlast.Expr, self *querytree.Self, opt Options) (querytree.Expr, error) {
	r := &resolver{opt: opt, policy: true}
	rel := &relation{name: "self", source: self, table: self.Table}
	s := &scope{from: joined{rels: []*relation{rel}, cols: rel.columns()}}
	out, err := r.condition(x, s)
	if err != nil {
		return nil, err
	}
	return out, r.checkWork(nil)
}

type resolver struct {
	opt    Options
	policy bool
	// inResource: what is being resolved is the profile's text of a resource,
	// not the request's.
	inResource bool
	used       []bool
	usedNames  map[string]bool
	joins      int
	arms       int
	nodes      int
	worked     int        // characters, see work
	looked     int        // characters, see look
	asked      int        // characters, see asks
	dearAt     sqlast.Pos // where they became too many
	depth      int
	reads      int // tables that are read, see read
	within     int // queries that are being resolved, each in the one before
	deepest    int // the most of them, see reach
	written    []writtenAt
	refs       []querytree.ColumnRef // see columnRef
}

// maxTables is how many joins a statement may have whatever the options say;
// SQLite gives up at 64 tables.
const maxTables = 60

// spend counts what resolving makes.
func (r *resolver) spend(n int, at sqlast.Pos) error {
	most := r.opt.MaxNodes
	if most <= 0 {
		most = DefaultNodes
	}
	if r.nodes += n; r.nodes > most {
		return refusal.At(at, refusal.LimitExceeded, "the statement stands for more than %d columns and expressions", most)
	}
	return nil
}

// param makes a parameter of the request, or of the identity in a policy.
func (r *resolver) param(p *sqlast.Param) (querytree.Expr, error) {
	if r.inResource {
		return nil, refusal.At(p.At, refusal.ParamMismatch, "a resource takes no parameters: its tables are filtered for the customer already")
	}
	if r.policy {
		if p.Name == "" {
			return nil, refusal.At(p.At, refusal.ParamMismatch, "a row condition knows named parameters only, such as :customer")
		}
		slot := querytree.Slot{Kind: querytree.SlotIdentity, Name: p.Name}
		return &querytree.Param{Slot: slot, T: sqltype.Type{Kind: sqltype.Text}}, nil
	}
	slot, kind := querytree.Slot{Kind: querytree.SlotPosition, Ordinal: p.Ordinal}, NoValue
	if p.Name != "" {
		slot = querytree.Slot{Kind: querytree.SlotNamed, Name: p.Name}
		kind = r.opt.Named[p.Name]
		r.usedNames[p.Name] = true
	} else if p.Ordinal <= len(r.opt.Params) {
		kind = r.opt.Params[p.Ordinal-1]
		r.used[p.Ordinal-1] = true
	}
	t, ok := defaultTypes[kind]
	if !ok {
		if p.Name != "" {
			return nil, refusal.At(p.At, refusal.ParamMismatch, "parameter %q has no value: give it in params", p.Name)
		}
		return nil, refusal.At(p.At, refusal.ParamMismatch, "parameter %d has no value: params has %d", p.Ordinal, len(r.opt.Params))
	}
	out := &querytree.Param{Slot: slot, T: t}
	if kind == TextValue {
		out.Chars = ShortText
	}
	return out, nil
}

// defaultTypes are the types of parameters where the context asks for none.
var defaultTypes = map[ValueKind]sqltype.Type{
	NullValue:     {Kind: sqltype.Null},
	BoolValue:     {Kind: sqltype.Bool},
	IntValue:      {Kind: sqltype.Int, Bits: 64},
	NumberValue:   {Kind: sqltype.Decimal, Precision: sqltype.MaxDigits, Scale: sqltype.MaxDigits / 2},
	TextValue:     {Kind: sqltype.Text},
	LongTextValue: {Kind: sqltype.Text},
}
