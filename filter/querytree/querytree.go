// Package querytree is a request after every name in it has been resolved: no
// name of the request is left, only pointers to catalog tables and columns, to
// sources of the same statement, and to parameters with one type each.
//
// filter/resolve makes the tree, filter/authorize decides about it and
// filter/sqlprint prints it. What this package cannot express cannot reach an
// ERP. A tree is never changed once made, and may be shared: a row policy is
// resolved once, when its profile is bound, and printed into many statements.
//
// A Scan is a base table as the request sees it. It can be printed only with
// the row policy that filter/authorize found for it; inside a row policy a
// RawScan reads the table as it is, because a policy may use what the customer
// may not see (promise 5).
package querytree

import (
	"github.com/vantelle/vantelle/filter/sqlfunc"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// Query is a body with its CTEs, order and limits.
type Query struct {
	With    []*CTE
	Body    Body
	OrderBy []Order
	Limit   Expr // nil, or a Number or Param of type Int
	Offset  Expr
	// Dear: what the statement computes on a row goes through more text, or is more
	// expressions, than is little, though no node of it does. Of the outermost query.
	Dear bool
}

// CTE is a WITH element; its columns are Columns. A Recursive one is a union of
// two blocks of which the right one uses the element itself, once.
type CTE struct {
	Query     *Query
	Columns   []Column
	Recursive bool
}

// Depth is the last item of both blocks of a Recursive CTE that is a UNION ALL,
// and no column of it: a count of the rounds that fails after MaxRounds. Of is
// the element in the block that uses it, nil in the other. It is Partial where a
// fence may stand around the tables of such a block: whether the element is
// computed, and fails, must not hang on rows of others.
type Depth struct {
	Of      *CTERef
	Partial bool
}

// MaxRounds is how deep a recursive WITH may go.
const MaxRounds = 1000

// Column is one output column of a body: the label the requester asked for,
// and its type. Labels are never printed; they are put back on the way out.
type Column struct {
	Label string
	Type  sqltype.Type
	// NotNull is known to hold; used to print ORDER BY without NULLS.
	NotNull bool
	// Weight is how many expressions the column stands for, those of the
	// subqueries it comes through included.
	Weight int
	// Work is how many characters computing the column goes through, and Looked
	// how many of stored texts are compared or matched.
	Work, Looked int
}

// Body is *Select, *SetOp or *Query (with an order or limit of its own).
type Body interface{ Output() []Column }

// Select is one block.
type Select struct {
	Distinct bool
	Items    []Expr
	Columns  []Column // one for each of Items
	From     Source   // nil for none
	Where    Expr     // nil for none
	GroupBy  []Expr
	// Sets are the grouping sets of ROLLUP, CUBE and GROUPING SETS, each the
	// indexes into GroupBy of what it groups by; nil is the one set of all.
	Sets    [][]int
	Grouped bool // GROUP BY, HAVING or an aggregate makes it so
	Having  Expr
}

// SetOp combines two bodies with the same number of columns.
type SetOp struct {
	Op          string // "UNION", "INTERSECT", "EXCEPT"
	All         bool
	Left, Right Body
	Columns     []Column
}

// Output gives the columns.
func (s *Select) Output() []Column { return s.Columns }

// Output gives the columns.
func (s *SetOp) Output() []Column { return s.Columns }

// Output gives the columns.
func (q *Query) Output() []Column { return q.Body.Output() }

// Order is an ORDER BY element. Output >= 0 orders by that output column
// (0-based), else X is the expression.
type Order struct {
	Output     int
	X          Expr
	Desc       bool
	NullsFirst bool
	NotNull    bool // no NULL can occur: the engine's own order of NULLs does not matter
}

// Source is *Scan, *RawScan, *Self, *Derived, *CTERef or *Join.
type Source interface{ source() }

// Scan is a base table as the request sees it: only through its row policy.
// Used lists the columns that the statement uses, in order of first use.
type Scan struct {
	Table *catalog.Table
	Used  []*catalog.Column
}

// RawScan is a base table inside a row policy: every row of it.
type RawScan struct {
	Table *catalog.Table
}

// Self is the row that a policy decides about. In the FROM of another policy
// that follows this one, it is the table itself.
type Self struct {
	Table *catalog.Table
}

// Derived is a subquery in FROM. One that is Lateral may use the sources to its
// left in the same FROM.
type Derived struct {
	Query   *Query
	Lateral bool
}

// CTERef is a use of a CTE.
type CTERef struct {
	CTE *CTE
}

// Join joins two sources. Kind is one of "INNER", "LEFT", "RIGHT", "FULL", "CROSS".
type Join struct {
	Kind        string
	Left, Right Source
	On          Expr // nil for CROSS
}

func (*Scan) source()    {}
func (*RawScan) source() {}
func (*Self) source()    {}
func (*Derived) source() {}
func (*CTERef) source()  {}
func (*Join) source()    {}

// Expr is an expression with one type.
type Expr interface{ Type() sqltype.Type }

// ColumnRef is a column of a source: Col for Scan, RawScan and Self; Index,
// 0-based, for Derived and CTERef.
type ColumnRef struct {
	Source Source
	Col    *catalog.Column
	Index  int
	T      sqltype.Type
	// NotNull: the column is declared so and no outer join can make it NULL.
	NotNull bool
}

// Number is a number that the request wrote, parsed and printed anew.
type Number struct {
	Text string // canonical: digits, at most one point, no exponent, a leading "-" when negative
	T    sqltype.Type
}

// Param is a bound value.
type Param struct {
	Slot  Slot
	T     sqltype.Type
	Chars int // how many characters a text has at most, where less is known than T says; else 0
}

// SlotKind says where a parameter's value comes from.
type SlotKind uint8

// The kinds of slot.
const (
	SlotLiteral  SlotKind = iota // Value, from the request's text
	SlotPosition                 // the request's parameter Ordinal, 1-based
	SlotNamed                    // the request's parameter Name
	SlotIdentity                 // the identity's attribute Name: "customer", "customer_code", "contact", "attr_…"
	SlotWritten                  // value Ordinal, 0-based, of those that a write has found or been given
)

// Slot is the source of a parameter's value; comparable, so that equal values
// of one type share one parameter.
type Slot struct {
	Kind    SlotKind
	Ordinal int
	Name    string
	Value   string // canonical text of a literal, to be converted to the parameter's type
}

// Null is a typed NULL.
type Null struct{ T sqltype.Type }

// Bool is TRUE or FALSE.
type Bool struct{ Value bool }

// Op is an operator of the function table applied to operands: comparison,
// logic, arithmetic, concatenation.
//
// Here and in Call, Convert and Like, Partial says that on the engine
// the request was resolved for the node can fail on a row. A statement that holds one reads every table of the
// request behind a fence (promise 8); a row policy never holds one.
type Op struct {
	Op      string // "AND", "OR", "NOT", "=", …, "+", "-", "*", "/", "%", "||"
	Args    []Expr
	T       sqltype.Type
	Partial bool
	// Guarded: the engine's own type may be too small for the result, and an
	// engine that cannot be fenced gives NULL where it is (SQL Server).
	Guarded bool
}

// Call is a function of the function table.
type Call struct {
	Func     *sqlfunc.Func
	Args     []Expr
	Unit     string // of DATE_TRUNC and its kin, or how a date is written out; "" for none
	Star     bool
	Distinct bool
	OrderBy  []Order // of an aggregate's values
	Filter   Expr
	Over     *Window
	T        sqltype.Type
	Partial  bool
}

// Window is an OVER clause.
type Window struct {
	PartitionBy []Expr
	OrderBy     []Order
	Frame       *Frame // nil for the usual one
}

// Frame is ROWS, RANGE or GROUPS BETWEEN Start AND End.
type Frame struct {
	Unit       string
	Start, End FrameBound
}

// FrameBound is one end of a Frame: Kind is "UNBOUNDED PRECEDING",
// "PRECEDING", "CURRENT ROW", "FOLLOWING" or "UNBOUNDED FOLLOWING"; N, a
// Number, is set for the two that count.
type FrameBound struct {
	Kind string
	N    Expr
}

// Convert makes a T of X: exactly and without a way to fail (Int to a wider
// Int, to Decimal or to Text, Decimal to a wider one), or else it is Partial.
type Convert struct {
	X       Expr
	T       sqltype.Type
	Partial bool
}

// Case is a CASE. Where Operand is given each When's Cond is a value that it is
// compared with, else a condition. Else may be nil.
type Case struct {
	Operand Expr
	Whens   []When
	Else    Expr
	T       sqltype.Type
}

// When is one arm.
type When struct{ Cond, Then Expr }

// Is tests for NULL (What "NULL"), or a truth value ("TRUE", "FALSE", "UNKNOWN").
type Is struct {
	X    Expr
	Not  bool
	What string
}

// Between is X BETWEEN Low AND High. It is a node of its own, and not two
// comparisons, because X would stand in the tree twice: twice inside twice
// grows without end.
type Between struct {
	X, Low, High Expr
	Not          bool
}

// InList is X IN (list).
type InList struct {
	X    Expr
	Not  bool
	List []Expr
}

// InQuery is (Row) IN (query).
type InQuery struct {
	Row   []Expr
	Not   bool
	Query *Query
}

// Quantified is X Op ANY (query) or, with All, X Op ALL (query).
type Quantified struct {
	X     Expr
	Op    string // "=", "<>", "<", "<=", ">", ">="
	All   bool
	Query *Query
}

// Like is X LIKE pattern ESCAPE escape; Escape 0 is no escape character.
type Like struct {
	X, Pattern  Expr
	Not         bool
	Insensitive bool
	Escape      rune
	Partial     bool // the pattern comes from a row
	Prefix      bool // the pattern is a literal that asks how a text begins
}

// Exists is EXISTS (query).
type Exists struct{ Query *Query }

// Subquery is a scalar subquery that cannot give more than one row.
type Subquery struct {
	Query *Query
	T     sqltype.Type
}

// Type gives the expression's type.
func (x *ColumnRef) Type() sqltype.Type { return x.T }
func (x *Number) Type() sqltype.Type    { return x.T }
func (x *Param) Type() sqltype.Type     { return x.T }
func (x *Null) Type() sqltype.Type      { return x.T }
func (x *Op) Type() sqltype.Type        { return x.T }
func (x *Call) Type() sqltype.Type      { return x.T }
func (x *Convert) Type() sqltype.Type   { return x.T }
func (x *Case) Type() sqltype.Type      { return x.T }
func (x *Subquery) Type() sqltype.Type  { return x.T }
func (*Bool) Type() sqltype.Type        { return boolean }
func (*Is) Type() sqltype.Type          { return boolean }
func (*Between) Type() sqltype.Type     { return boolean }
func (*InList) Type() sqltype.Type      { return boolean }
func (*InQuery) Type() sqltype.Type     { return boolean }
func (*Quantified) Type() sqltype.Type  { return boolean }
func (*Depth) Type() sqltype.Type       { return sqltype.Type{Kind: sqltype.Int, Bits: 64} }
func (*Like) Type() sqltype.Type        { return boolean }
func (*Exists) Type() sqltype.Type      { return boolean }

var boolean = sqltype.Type{Kind: sqltype.Bool}

// Policy is the row condition of one table: Where decides about Self. A nil
// Where lets nothing through; a table that everybody may see says so with a
// Bool.
type Policy struct {
	Table *catalog.Table
	Self  *Self
	Where Expr
}

// Reading is how a request reads one base table: the rows that the policy lets
// through and, where Fenced, behind a fence that no optimiser moves an
// expression of the request across. Pushed are conditions of the request itself
// that cannot fail and that every row which counts satisfies; they are tested
// beside the policy, so that indexes serve them on the far side of a fence.
// The zero Reading reads nothing.
type Reading struct {
	Policy *Policy
	Fenced bool
	Pushed []Expr
}
