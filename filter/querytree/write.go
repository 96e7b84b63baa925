package querytree

import (
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// Write is one INSERT, UPDATE or DELETE after every name in it has been
// resolved. What a write reads is a query like any other: its rows are found,
// and its values computed, by Source, through the row policies and the fences
// of a read. What it then does is said in keys and values.
type Write struct {
	Kind    WriteKind
	Table   *catalog.Table    // as the request sees it
	Key     []*catalog.Column // tells rows apart; may be hidden; empty where there is none
	Columns []*catalog.Column // written, of Table

	// Source finds what is written: of an UPDATE or DELETE the key first; then,
	// of an UPDATE, what Values computes of each row; of an INSERT from a SELECT
	// the columns. nil for an INSERT of Rows or of data.
	Source *Query
	// Values are those of an UPDATE, one for each of Columns. nil where they
	// come beside the statement.
	Values []Value
	// Rows are those of INSERT … VALUES.
	Rows []Row
	// Given: rows, or values, come beside the statement as data.
	Given bool

	// Back reads written rows back by their keys, the key first, for each of
	// KeySizes; nil where nothing is asked back. Through a resource it is always
	// there: a row must still be one of the resource's afterwards.
	Back   []*Query
	Output []Column // of Back, the key apart
	// Silent: nothing is asked back; Back only tells whether rows are there.
	Silent bool
}

// WriteKind is INSERT, UPDATE or DELETE.
type WriteKind uint8

// The kinds of Write. The zero WriteKind is none.
const (
	Insert WriteKind = iota + 1
	Update
	Delete
)

// String is the profile's word for the operation.
func (k WriteKind) String() string {
	return [...]string{"", "insert", "update", "delete"}[k]
}

// Value is what a column gets: Constant, a Param, Number, Bool or Null of the
// request, or else the output Item, 0-based, of a query.
type Value struct {
	Constant Expr
	Item     int
}

// Row is one row of VALUES. Query computes those of its values that are no
// constants; nil where all are.
type Row struct {
	Values []Value
	Query  *Query
}

// KeySizes are how many keys one statement about written rows takes: fewer are
// filled up by repeating the last, so that a statement's text does not depend
// on how many rows there are.
var KeySizes = [...]int{1, 50}

// KeyIs makes the condition that a row is one of n whose keys a write has
// found. Value j of key i is the written value i*len(columns)+j.
func KeyIs(columns []Expr, n int) Expr {
	boolType := boolean
	param := func(i, j int) Expr {
		t := columns[j].Type()
		t.Length, t.Grown, t.Precision, t.Scale = 0, 0, 0, 0
		return &Param{Slot: Slot{Kind: SlotWritten, Ordinal: i*len(columns) + j}, T: t}
	}
	if len(columns) == 1 {
		if n == 1 {
			return &Op{Op: "=", Args: []Expr{columns[0], param(0, 0)}, T: boolType}
		}
		in := &InList{X: columns[0]}
		for i := range n {
			in.List = append(in.List, param(i, 0))
		}
		return in
	}
	var any []Expr
	for i := range n {
		all := &Op{Op: "AND", T: boolType}
		for j, c := range columns {
			all.Args = append(all.Args, &Op{Op: "=", Args: []Expr{c, param(i, j)}, T: boolType})
		}
		any = append(any, all)
	}
	if n == 1 {
		return any[0]
	}
	return &Op{Op: "OR", Args: any, T: boolType}
}
