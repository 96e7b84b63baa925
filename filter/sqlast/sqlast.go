// Package sqlast is the syntax tree of the portal's SQL: what a request says,
// as it was written, with the place of every node. It knows no table, no
// column and no type (that is filter/resolve's side of the house), and what
// it cannot express cannot be asked of an ERP.
//
// Nodes are made by filter/sqlparse from text, or by a front (filter/portal)
// from a REST request, and never changed afterwards.
package sqlast

// Pos is a byte offset into the request's text; NoPos marks a node that was
// not written as text.
type Pos int

// NoPos is the position of nodes that come from no text.
const NoPos Pos = -1

// Node is anything in the tree.
type Node interface{ Pos() Pos }

// Ident is a name. Name has its quotes removed and doubled quotes undone.
type Ident struct {
	At     Pos
	Name   string
	Quoted bool
}

// Pos is where the name starts.
func (i Ident) Pos() Pos { return i.At }

// Query is a whole query or subquery: a body with its CTEs, order and limits.
type Query struct {
	At      Pos
	With    []*CTE
	Body    Body
	OrderBy []*OrderItem
	Limit   Expr // TOP, LIMIT, FETCH; nil for none
	Offset  Expr // nil for none
}

// CTE is one WITH element. Columns may be empty.
type CTE struct {
	At        Pos
	Name      Ident
	Columns   []Ident
	Query     *Query
	Recursive bool // WITH RECURSIVE was written
}

// OrderItem is one ORDER BY element.
type OrderItem struct {
	X     Expr
	Desc  bool
	Nulls NullsOrder
}

// NullsOrder says where ORDER BY puts NULLs.
type NullsOrder uint8

// Where NULLs go; NullsDefault is first when ascending, last when descending, on every engine.
const (
	NullsDefault NullsOrder = iota
	NullsFirst
	NullsLast
)

// Body is *Select, *SetOp or a parenthesised *Query.
type Body interface {
	Node
	body()
}

// Select is one SELECT block. From is the comma list (each may be a join
// tree); it is empty for a SELECT without FROM.
type Select struct {
	At       Pos
	Distinct bool
	Items    []Item
	From     []Table
	Where    Expr
	GroupBy  []Expr // an ordinal is a *Number; see Grouping, too
	Having   Expr
}

// SetOp combines two bodies.
type SetOp struct {
	At          Pos
	Op          SetOperator
	All         bool
	Left, Right Body
}

// SetOperator is UNION, INTERSECT or EXCEPT.
type SetOperator uint8

// The set operators.
const (
	Union SetOperator = iota
	Intersect
	Except
)

// Item is *Star or *ExprItem.
type Item interface {
	Node
	item()
}

// Star is * or t.*; Table is empty for a bare star.
type Star struct {
	At    Pos
	Table []Ident
}

// ExprItem is an expression of the select list; Alias.Name is "" without one.
type ExprItem struct {
	X     Expr
	Alias Ident
}

// Table is *TableName, *Derived or *Join.
type Table interface {
	Node
	table()
}

// TableName is a table, view, resource or CTE by name, with one to three parts.
type TableName struct {
	At    Pos
	Name  []Ident
	Alias Ident
}

// Derived is a subquery in FROM.
type Derived struct {
	At      Pos
	Query   *Query
	Alias   Ident
	Columns []Ident
	Lateral bool
}

// Join joins two tables. CROSS APPLY is an Inner join to a Lateral Derived
// without condition, OUTER APPLY a Left one.
type Join struct {
	At          Pos
	Kind        JoinKind
	Natural     bool
	Left, Right Table
	On          Expr
	Using       []Ident
}

// JoinKind is the kind of a Join.
type JoinKind uint8

// The kinds of join.
const (
	Inner JoinKind = iota
	Left
	Right
	Full
	Cross
)

// Expr is an expression.
type Expr interface {
	Node
	expr()
}

// Name is a column reference with one to four parts.
type Name struct{ Parts []Ident }

// Number is a numeric literal as written, without sign: "12", "1.50", "1e6".
type Number struct {
	At   Pos
	Text string
}

// String is a text literal with its quotes undone.
type String struct {
	At    Pos
	Value string
}

// TypedLiteral is DATE '…', TIMESTAMP '…' or TIME '…'; Kind is upper case.
type TypedLiteral struct {
	At    Pos
	Kind  string
	Value string
}

// Bool is TRUE or FALSE.
type Bool struct {
	At    Pos
	Value bool
}

// Null is NULL.
type Null struct{ At Pos }

// Param is a parameter: by position (?, $1, @p1; Ordinal is 1-based) or by
// name (:name, @name; Ordinal is 0).
type Param struct {
	At      Pos
	Ordinal int
	Name    string
}

// Unary is an operator before its operand: "-", "+", "NOT".
type Unary struct {
	At Pos
	Op string
	X  Expr
}

// Binary is an operator between two operands, in its canonical spelling:
// "OR", "AND", "=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "||",
// "IS DISTINCT FROM", "IS NOT DISTINCT FROM".
type Binary struct {
	At   Pos // of the operator
	Op   string
	X, Y Expr
}

// Is is X IS [NOT] NULL, TRUE, FALSE or UNKNOWN; What is upper case.
type Is struct {
	X    Expr
	Not  bool
	What string
}

// Between is X [NOT] BETWEEN Low AND High.
type Between struct {
	X         Expr
	Not       bool
	Low, High Expr
}

// InList is X [NOT] IN (list). X may be a *Row, and then so are the elements.
type InList struct {
	X    Expr
	Not  bool
	List []Expr
}

// InQuery is X [NOT] IN (query). X may be a *Row.
type InQuery struct {
	X     Expr
	Not   bool
	Query *Query
}

// Like is X [NOT] LIKE Pattern [ESCAPE Escape]; Insensitive is ILIKE.
type Like struct {
	X           Expr
	Not         bool
	Insensitive bool
	Pattern     Expr
	Escape      Expr // nil for none: then no character escapes
}

// Grouping is an element of GROUP BY that stands for several sets of expressions
// to group by. Kind is "ROLLUP", "CUBE" or "GROUPING SETS"; a set may be empty in
// GROUPING SETS only.
type Grouping struct {
	At   Pos
	Kind string
	Sets [][]Expr
}

// Quantified is X op ANY|ALL (query).
type Quantified struct {
	X     Expr
	Op    string
	All   bool
	Query *Query
}

// Exists is EXISTS (query).
type Exists struct {
	At    Pos
	Query *Query
}

// Subquery is a scalar subquery.
type Subquery struct {
	At    Pos
	Query *Query
}

// Case is CASE [Operand] WHEN … THEN … [ELSE …] END.
type Case struct {
	At      Pos
	Operand Expr
	Whens   []When
	Else    Expr
}

// When is one arm of a Case.
type When struct{ Cond, Then Expr }

// Cast is CAST(X AS Type), CONVERT(Type, X), X::Type; Try is TRY_CAST or TRY_CONVERT.
type Cast struct {
	At   Pos
	X    Expr
	Type TypeName
	Try  bool
}

// TypeName is a type as written: Name is upper case with single blanks
// ("DOUBLE PRECISION"), Args its lengths.
type TypeName struct {
	At   Pos
	Name string
	Args []int
}

// Call is a function call. Name is as written; Star is COUNT(*).
type Call struct {
	Name     Ident
	Args     []Expr
	Star     bool
	Distinct bool
	OrderBy  []*OrderItem // inside the parentheses or WITHIN GROUP
	Filter   Expr
	Over     *Window
}

// Extract is EXTRACT(Field FROM X), DATEPART(Field, X); Field is upper case.
type Extract struct {
	At    Pos
	Field string
	X     Expr
}

// Row is (a, b, …) with at least two items.
type Row struct {
	At    Pos
	Items []Expr
}

// Window is an OVER clause.
type Window struct {
	At          Pos
	PartitionBy []Expr
	OrderBy     []*OrderItem
	Frame       *Frame
}

// Frame is ROWS|RANGE|GROUPS BETWEEN Start AND End.
type Frame struct {
	Unit       string
	Start, End FrameBound
}

// FrameBound is one end of a Frame: Kind is "UNBOUNDED PRECEDING",
// "PRECEDING", "CURRENT ROW", "FOLLOWING" or "UNBOUNDED FOLLOWING"; N is set
// for the two that count.
type FrameBound struct {
	Kind string
	N    Expr
}

// Pos is where the node starts.
func (x *Query) Pos() Pos        { return x.At }
func (x *CTE) Pos() Pos          { return x.At }
func (x *Select) Pos() Pos       { return x.At }
func (x *SetOp) Pos() Pos        { return x.At }
func (x *Star) Pos() Pos         { return x.At }
func (x *ExprItem) Pos() Pos     { return x.X.Pos() }
func (x *OrderItem) Pos() Pos    { return x.X.Pos() }
func (x *TableName) Pos() Pos    { return x.At }
func (x *Derived) Pos() Pos      { return x.At }
func (x *Join) Pos() Pos         { return x.At }
func (x *Name) Pos() Pos         { return x.Parts[0].At }
func (x *Number) Pos() Pos       { return x.At }
func (x *String) Pos() Pos       { return x.At }
func (x *TypedLiteral) Pos() Pos { return x.At }
func (x *Bool) Pos() Pos         { return x.At }
func (x *Null) Pos() Pos         { return x.At }
func (x *Param) Pos() Pos        { return x.At }
func (x *Unary) Pos() Pos        { return x.At }
func (x *Binary) Pos() Pos       { return x.At }
func (x *Is) Pos() Pos           { return x.X.Pos() }
func (x *Between) Pos() Pos      { return x.X.Pos() }
func (x *InList) Pos() Pos       { return x.X.Pos() }
func (x *InQuery) Pos() Pos      { return x.X.Pos() }
func (x *Like) Pos() Pos         { return x.X.Pos() }
func (x *Grouping) Pos() Pos     { return x.At }
func (x *Quantified) Pos() Pos   { return x.X.Pos() }
func (x *Exists) Pos() Pos       { return x.At }
func (x *Subquery) Pos() Pos     { return x.At }
func (x *Case) Pos() Pos         { return x.At }
func (x *Cast) Pos() Pos         { return x.At }
func (x *Call) Pos() Pos         { return x.Name.At }
func (x *Extract) Pos() Pos      { return x.At }
func (x *Row) Pos() Pos          { return x.At }

func (*Query) body()  {}
func (*Select) body() {}
func (*SetOp) body()  {}

func (*Star) item()     {}
func (*ExprItem) item() {}

func (*TableName) table() {}
func (*Derived) table()   {}
func (*Join) table()      {}

func (*Name) expr()         {}
func (*Number) expr()       {}
func (*String) expr()       {}
func (*TypedLiteral) expr() {}
func (*Bool) expr()         {}
func (*Null) expr()         {}
func (*Param) expr()        {}
func (*Unary) expr()        {}
func (*Binary) expr()       {}
func (*Is) expr()           {}
func (*Between) expr()      {}
func (*InList) expr()       {}
func (*InQuery) expr()      {}
func (*Like) expr()         {}
func (*Grouping) expr()     {}
func (*Quantified) expr()   {}
func (*Exists) expr()       {}
func (*Subquery) expr()     {}
func (*Case) expr()         {}
func (*Cast) expr()         {}
func (*Call) expr()         {}
func (*Extract) expr()      {}
func (*Row) expr()          {}
