// Package sqlfunc is the function table: every function of the portal's SQL,
// its synonyms on the four engines, the types it takes and gives, whether it
// can fail on a row, how each engine spells it and from which version.
//
// A function that is not in the table does not exist. A function has one
// meaning, written in its Doc, whatever the engine: where an engine's own
// function of that name means something else, the template says what the table
// means. Total means that no value of its argument types makes it fail or
// costs more than the values are long; everything else is partial
// (filter/doc.go, promise 8).
//
// Read next: text.go, number.go, date.go, choice.go, aggregate.go and window.go,
// the table itself; conversion.go, what CAST is printed as; engine.go, versions.
package sqlfunc

import (
	"fmt"
	"strings"

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
	Exact                   // Int or Decimal; an Int is widened to Decimal
	Number                  // Int, Decimal or Float
	Real                    // any number, converted to Float
	Whole                   // Int
	Temporal                // Date or Timestamp
	Moment                  // Timestamp; a Date is its first moment
	Ordered                 // anything that has an order and a minimum on every engine
	Same                    // any comparable type, one for all such arguments
	Cond                    // a condition
	Any                     // anything
	Count                   // a whole number, written in the request
	Written                 // a text that is not empty, written in the request
	JSON                    // JSON; text too where the engine keeps JSON in text columns, which is all but PostgreSQL
	Key                     // a name in a JSON object, written in the request
	Unit                    // a word of Func.Units, with or without quotes; not an expression
	Pattern                 // how a date is written out, in quotes; not an expression
)

// Arg is what is known of one argument where a call is resolved.
type Arg struct {
	Type  sqltype.Type
	Chars int // of Text: how many characters it has at most
	Count int // of a Count argument
}

// Range bounds a Count argument.
type Range struct{ Least, Most int }

// Func is one function.
type Func struct {
	Name     string // canonical, upper case
	Synonyms []string
	Class    Class
	Args     []ArgKind
	Variadic bool // the last of Args repeats
	Optional int  // how many of the last Args may be missing
	Result   func(args []Arg) sqltype.Type
	// Doc is the one meaning, as docs/sql.md prints it.
	Doc string
	// Example is a call of it for docs/sql.md; "" makes one up.
	Example string

	// Expands: filter/resolve replaces a call by other expressions of the
	// portal's SQL, before any engine sees it.
	Expands bool
	// Ambiguous says what to write instead of a name that means different
	// things on different engines; such a function is never called.
	Ambiguous string
	// Refused says for an engine that lacks the function what to do instead.
	Refused map[catalog.Engine]string
	// Since is the first version of an engine that has what is printed.
	Since map[catalog.Engine]Version

	Counts map[int]Range // bounds of Count arguments, where they are not 0 to 10000
	Units  map[string]string
	Frame  bool // a Window function that takes ROWS and RANGE
	Order  bool // an aggregate that takes ORDER BY, inside or WITHIN GROUP
	// Distinct: an aggregate that takes DISTINCT. NoWindow: one that takes no OVER.
	Distinct, NoWindow bool
	// Chars is how many characters a text result has at most; nil: as many as
	// the longest text argument.
	Chars func(args []Arg) int

	// work is how many characters more than its arguments' the function goes
	// through; nil: none.
	work    func(e catalog.Engine, args []Arg) int
	partial func(e catalog.Engine, args []Arg) bool
	// spell holds the templates: "" is every engine not named. {0} is the first
	// argument, {0!} the same in parentheses unless it binds tightest, {*} all
	// of them with commas. An argument that is a Unit has no number. {over} is
	// where OVER and FILTER go, where that is not the end.
	spell spelling
	// shorter holds the templates that differ where an argument is missing.
	shorter spelling
	// floats holds the templates that differ where the first argument is a Float.
	floats spelling
	// days holds the templates that differ where the first argument is a Date.
	days spelling
	// units holds the templates that differ by unit.
	units map[string]spelling
	// write makes the template where it depends on the types.
	write func(e catalog.Engine, args []sqltype.Type) string
}

type spelling = map[catalog.Engine]string

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

// Area is a part of the table.
type Area struct {
	Title string
	Funcs []*Func
}

// Areas gives the table by its parts.
func Areas() []Area {
	return []Area{{"Text", textFuncs}, {"Numbers", numberFuncs}, {"Choice", choiceFuncs}, {"Dates and times", dateFuncs}, {"Aggregates", aggregateFuncs}, {"Windows", windowFuncs}}
}

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

// CountRange bounds the i-th argument, a Count.
func (f *Func) CountRange(i int) Range {
	if r, ok := f.Counts[i]; ok {
		return r
	}
	return Range{0, 10000}
}

// PartialOn tells whether f can fail, or grow dear, on a row of an engine for
// arguments of which this is known. Without arguments it tells whether any can.
func (f *Func) PartialOn(e catalog.Engine, args ...Arg) bool {
	return f.partial != nil && f.partial(e, args)
}

// Work is how many characters more than its arguments' f goes through on an engine.
func (f *Func) Work(e catalog.Engine, args ...Arg) int {
	if f.work == nil {
		return 0
	}
	return f.work(e, args)
}

// Template gives how an engine spells f for a unit ("" for none) and arguments
// of the given types.
func (f *Func) Template(e catalog.Engine, unit string, args ...sqltype.Type) string {
	return sized(f.template(e, unit, args), unit)
}

func (f *Func) template(e catalog.Engine, unit string, args []sqltype.Type) string {
	if f.write != nil {
		if s := f.write(e, args); s != "" {
			return s
		}
	}
	if s, ok := choose(f.units[unit], e); ok {
		return s
	}
	if len(args) < len(f.Args) {
		if s, ok := choose(f.shorter, e); ok {
			return s
		}
	}
	if len(args) > 0 {
		switch args[0].Kind {
		case sqltype.Float:
			if s, ok := f.floats[e]; ok {
				return s
			}
		case sqltype.Date:
			if s, ok := f.days[e]; ok {
				return s
			}
		}
	}
	if s, ok := choose(f.spell, e); ok {
		return s
	}
	if len(f.Args) == 0 {
		return f.Name + "()"
	}
	return f.Name + "({*})"
}

func choose(s spelling, e catalog.Engine) (string, bool) {
	if t, ok := s[e]; ok {
		return t, true
	}
	t, ok := s[""]
	return t, ok
}

// Copies is how many more times than once an engine's template holds the i-th
// argument: a planner may compute each of them.
func (f *Func) Copies(e catalog.Engine, unit string, i int, args ...sqltype.Type) int {
	template := f.Template(e, unit, args...)
	n := strings.Count(template, fmt.Sprintf("{%d}", i)) + strings.Count(template, fmt.Sprintf("{%d!}", i))
	return max(n-1, 0)
}

// table holds every function, byName finds them.
var (
	table  = slicesOf(textFuncs, numberFuncs, choiceFuncs, dateFuncs, aggregateFuncs, windowFuncs)
	byName = index()
)

func slicesOf(parts ...[]*Func) []*Func {
	var all []*Func
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

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
