// Package sqlfunc is the function table: every function of the portal's SQL,
// its synonyms on the four engines, the types it takes and gives, whether it
// can fail on a row, and how each engine spells it.
//
// A function that is not in the table does not exist. A function is partial
// until the table says total for an engine: total means that no value of its
// argument types makes it fail or costs more than the value is long
// (filter/doc.go, promise 8).
package sqlfunc

import (
	"fmt"

	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// Class says where a function may stand.
type Class uint8

// The classes.
const (
	Scalar Class = iota
	Aggregate
	Window // needs OVER
)

// ArgKind is what a function wants of one argument.
type ArgKind uint8

// The kinds of argument.
const (
	Text     ArgKind = iota // text
	Exact                   // Int or Decimal
	Number                  // Int, Decimal or Float
	Temporal                // Date or Timestamp
	Ordered                 // anything that has an order and a minimum on every engine
	Same                    // any comparable type, one for all such arguments
	Any                     // anything
	Count                   // a number without sign or fraction, written in the request
)

// Func is one function.
type Func struct {
	Name     string // canonical, upper case
	Synonyms []string
	Class    Class
	Args     []ArgKind
	Variadic bool // the last of Args repeats
	Optional int  // how many of the last Args may be missing
	Result   func(args []sqltype.Type) sqltype.Type
	// Partial lists the engines on which it can fail on a row, or is not known not to.
	Partial []catalog.Engine
	// spell holds the templates: "" is every engine not named. {0} is the
	// first argument, {*} all of them with commas.
	spell map[catalog.Engine]string
	// floats holds the templates that differ where the first argument is a Float.
	floats map[catalog.Engine]string
	Doc    string
}

// Lookup finds a function by name or synonym, without regard to case.
func Lookup(name string) *Func {
	upper := []byte(name)
	for i, c := range upper {
		if 'a' <= c && c <= 'z' {
			upper[i] = c - 'a' + 'A' // of ASCII only: ſum is no SUM
		}
	}
	return byName[string(upper)]
}

// All gives the functions in the order of the table.
func All() []*Func { return table }

// CheckArity tells what is wrong with n arguments, or "".
func (f *Func) CheckArity(n int) string {
	least, most := len(f.Args)-f.Optional, len(f.Args)
	switch {
	case n < least, n > most && !f.Variadic:
		if f.Variadic {
			return fmt.Sprintf("%s takes at least %d arguments, not %d", f.Name, least, n)
		}
		if least == most {
			return fmt.Sprintf("%s takes %d arguments, not %d", f.Name, most, n)
		}
		return fmt.Sprintf("%s takes %d to %d arguments, not %d", f.Name, least, most, n)
	}
	return ""
}

// Arg gives what the function wants of its i-th argument, 0-based.
func (f *Func) Arg(i int) ArgKind {
	if i >= len(f.Args) {
		return f.Args[len(f.Args)-1]
	}
	return f.Args[i]
}

// PartialOn tells whether f can fail on a row of an engine.
func (f *Func) PartialOn(e catalog.Engine) bool {
	for _, p := range f.Partial {
		if p == e {
			return true
		}
	}
	return false
}

// Template gives how an engine spells f for arguments of the given types.
func (f *Func) Template(e catalog.Engine, args ...sqltype.Type) string {
	if len(args) > 0 && args[0].Kind == sqltype.Float {
		if s, ok := f.floats[e]; ok {
			return s
		}
	}
	if s, ok := f.spell[e]; ok {
		return s
	}
	if s, ok := f.spell[""]; ok {
		return s
	}
	if len(f.Args) == 0 {
		return f.Name + "()"
	}
	return f.Name + "({*})"
}

var byName = index()

func index() map[string]*Func {
	m := make(map[string]*Func, 2*len(table))
	for _, f := range table {
		for _, n := range append([]string{f.Name}, f.Synonyms...) {
			if m[n] != nil {
				panic("sqlfunc: two functions named " + n)
			}
			m[n] = f
		}
	}
	return m
}
