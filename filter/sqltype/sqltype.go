// Package sqltype names the types that a value can have on its way through
// Vantelle: in an ERP's catalog, in a request's expressions and in an answer.
//
// It is deliberately coarser than any one engine's type system. Two values may
// be compared when their types are of one family; what an engine would convert
// silently, Vantelle converts itself or refuses (filter/doc.go, promise 8).
package sqltype

import "strconv"

// Kind is the family of a type.
type Kind uint8

// The kinds. Null is the type of a bare NULL and unifies with every other.
// Other is anything Vantelle can hand on as text but never computes with.
const (
	Null Kind = iota
	Bool
	Int
	Decimal
	Float
	Text
	Date
	Timestamp
	Time
	Binary
	UUID
	JSON
	Other
)

var kindNames = [...]string{"null", "boolean", "integer", "decimal", "float", "text", "date", "timestamp", "time", "binary", "uuid", "json", "other"}

// String gives the kind's name as the portal's catalog prints it.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "kind(" + strconv.Itoa(int(k)) + ")"
}

// Type is a kind with the facts that decide whether an operation on it can
// fail and how a parameter of it is bound.
type Type struct {
	Kind Kind
	// Bits is the width of Int (8, 16, 32, 64) and Float (32, 64).
	Bits uint8
	// Precision and Scale are those of Decimal; Precision 0 is unconstrained.
	Precision, Scale int
	// Length is the declared length of Text in characters; 0 is unbounded.
	Length int
	// Grown is how many characters a computed Text can have at most; 0 for a
	// text that nothing has made longer than it is stored or given.
	Grown int
	// Fixed marks blank-padded text, char(n).
	Fixed bool
	// National marks text that travels as UTF-16 on SQL Server, nvarchar.
	National bool
	// Folding marks Text of a collation that holds differing texts equal and that
	// PostgreSQL before 18 finds no pattern in (nondeterministic).
	Folding bool
	// Listed marks Text that MariaDB keeps as ENUM or SET: it sorts by the value's
	// number in the declared list, and compares by the text.
	Listed bool
	// CodePage is the Windows code page of Text that SQL Server keeps as
	// varchar in its database's own page; 0 elsewhere. A parameter for it is
	// sent in that page, or an index would not serve it.
	CodePage uint16
	// Coarse marks a Timestamp that SQL Server keeps in 300ths of a second,
	// its datetime; a finer parameter would hide the column from its index.
	Coarse bool
	// Zoned marks a Timestamp that carries an offset.
	Zoned bool
	// Raw marks JSON that PostgreSQL keeps as it came (json): a text in it can be
	// one that it cannot read out. What is kept as jsonb is checked when written.
	// It marks Other, too, of a type whose values PostgreSQL cannot tell apart, as
	// it cannot those of json: xml and the geometric ones.
	Raw bool
	// Count marks an Int parameter that may not be negative, such as LIMIT's.
	Count bool
}

// Numeric tells whether t is Int, Decimal or Float.
func (t Type) Numeric() bool { return t.Kind == Int || t.Kind == Decimal || t.Kind == Float }

// String gives the type as the portal's catalog prints it: "decimal(24,6)".
func (t Type) String() string {
	switch {
	case t.Kind == Decimal && t.Precision > 0:
		return "decimal(" + strconv.Itoa(t.Precision) + "," + strconv.Itoa(t.Scale) + ")"
	case t.Kind == Text && t.Length > 0:
		return "text(" + strconv.Itoa(t.Length) + ")"
	case t.Kind == Int && t.Bits > 0:
		return "int" + strconv.Itoa(int(t.Bits))
	}
	return t.Kind.String()
}
