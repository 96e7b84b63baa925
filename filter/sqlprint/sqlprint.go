// Package sqlprint writes a resolved query as SQL of one engine. It is the
// only place of the house that makes SQL text for an ERP, and it makes it from
// three things only: its own keywords, the catalog's identifiers, and numbers
// that were parsed. Everything else is a parameter (promise 1).
//
// A base table is printed as the projection of its row policy, at the place
// where the table stands (promise 3); a Scan for which the caller has no
// policy is an error, never a bare table. Every name printed is a catalog
// name qualified by an alias that is unique in the statement, or such an alias.
//
// Read next: query.go, expr.go, dialect.go with one file per engine.
package sqlprint

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// Statement is SQL text for one engine with what its parameters stand for, in
// the order of their numbers.
type Statement struct {
	SQL     string
	Params  []Param
	Columns []querytree.Column
}

// Param is one parameter: where its value comes from, and its one type.
type Param struct {
	Slot querytree.Slot
	Type sqltype.Type
	// Pattern: it is a LIKE pattern. What an engine takes for a wildcard
	// beyond % and _ is made an ordinary character when it is bound.
	Pattern bool
	Escape  rune // of the pattern; 0 for none
}

// ErrNoPolicy is what printing a Scan without a row policy gives.
var ErrNoPolicy = errors.New("sqlprint: a table without a row policy is never printed")

// Unsupported is what an engine cannot say.
type Unsupported struct{ Msg string }

func (e *Unsupported) Error() string { return e.Msg }

// ErrTooLong is what a statement gives that would be printed without end: some
// engines want an operand twice, and twice inside twice grows fast.
var ErrTooLong = errors.New("the statement is too long once it is printed")

// maxNodes is how many expressions, sources and columns are printed at most.
const maxNodes = 100_000

// Readings says how each scan is read.
type Readings func(*querytree.Scan) querytree.Reading

// Print writes q for an engine.
func Print(q *querytree.Query, readings Readings, engine catalog.Engine) (*Statement, error) {
	d := dialectOf(engine)
	if d == nil {
		return nil, &Unsupported{fmt.Sprintf("no SQL is printed for %s in this version", engine)}
	}
	p := &printer{dialect: d, readings: readings, buf: make([]byte, 0, 1024),
		aliases: map[querytree.Source]string{}, ctes: map[*querytree.CTE]string{}}
	if err := p.query(q, true); err != nil {
		return nil, err
	}
	if p.recursion && p.topClause() { // SQL Server stops after 100 rounds unless told otherwise
		p.put(" OPTION (MAXRECURSION " + strconv.Itoa(querytree.MaxRounds+1) + ")")
	}
	return p.statement(q.Output()), nil
}

// statement is what was printed, whose answer has these columns.
func (p *printer) statement(columns []querytree.Column) *Statement {
	if p.positional() {
		p.spread()
	}
	p.out.SQL, p.out.Columns = string(p.buf), columns
	return &p.out
}

type printer struct {
	dialect
	readings Readings
	buf      []byte
	out      Statement
	aliases  map[querytree.Source]string
	ctes     map[*querytree.CTE]string
	params   map[Param]int // numbers, once there are more than fewParams
	tables   int           // counts aliases of what the request sees: t1, t2, …
	nodes    int           // counts what is printed
	rows     int           // counts aliases of base tables in projections and policies: r1, r2, …
	// level counts the derived tables around what is being printed, levels
	// says at which one each alias was given: see alone.
	level  int
	levels map[querytree.Source]int
	// having is the block whose HAVING is being printed, for an engine that
	// wants the select list's aliases there; else nil.
	having *querytree.Select
	// dear: the statement is so altogether, see querytree.Query.
	dear bool
	// recursion: the statement has a WITH element that uses itself.
	recursion bool
	// in is the grouping set that is being printed by itself; else nil.
	in *armOf
	// locking: what a row policy reads is locked until the transaction ends.
	locking  bool
	unknown  unknown // what NULL acts as, where the condition being printed stands
	belowNot bool    // whether a NOT stands around it
}

func (p *printer) put(s string) { p.buf = append(p.buf, s...) }

func (p *printer) name(s string) { p.buf = p.quote(p.buf, s) }

func (p *printer) tableAlias(s querytree.Source) string {
	p.tables++
	a := "t" + strconv.Itoa(p.tables)
	p.alias(s, a)
	return a
}

func (p *printer) rowAlias(s querytree.Source) string {
	p.rows++
	a := "r" + strconv.Itoa(p.rows)
	p.alias(s, a)
	return a
}

func (p *printer) alias(s querytree.Source, a string) {
	p.aliases[s] = a
	if !p.seesOut() {
		if p.levels == nil {
			p.levels = map[querytree.Source]int{}
		}
		p.levels[s] = p.level
	}
}

// output is the alias of an output column, 0-based.
func output(i int) string { return "c" + strconv.Itoa(i+1) }

// param prints a parameter; equal values of one type share one number, so that
// a grouped expression is the same wherever it stands.
func (p *printer) param(key Param) {
	n := p.numberOf(key)
	if n == 0 {
		p.out.Params = append(p.out.Params, key)
		n = len(p.out.Params)
		if p.params != nil {
			p.params[key] = n
		}
	}
	p.buf = p.placeholder(p.buf, n, key.Type)
}

// fewParams is how many parameters are looked through one by one; for most
// statements that is all of them, and cheaper than a map.
const fewParams = 16

// numberOf is the number under which a parameter was printed before, 0 for none.
func (p *printer) numberOf(key Param) int {
	if len(p.out.Params) <= fewParams {
		for i := range p.out.Params {
			if p.out.Params[i] == key {
				return i + 1
			}
		}
		return 0
	}
	if p.params == nil {
		p.params = make(map[Param]int, 4*fewParams)
		for i, known := range p.out.Params {
			p.params[known] = i + 1
		}
	}
	return p.params[key]
}

// mark stands around a parameter's number until spread has put a question mark
// in its place; no identifier holds it.
const mark = 0

// spread turns numbered parameters into positional ones: one for each place,
// in the order of the text, which is not the order in which it was printed.
func (p *printer) spread() {
	numbered := p.out.Params
	p.out.Params = nil
	text := make([]byte, 0, len(p.buf))
	for i := 0; i < len(p.buf); i++ {
		if p.buf[i] != mark {
			text = append(text, p.buf[i])
			continue
		}
		n := 0
		for i++; p.buf[i] != mark; i++ {
			n = 10*n + int(p.buf[i]-'0')
		}
		p.out.Params = append(p.out.Params, numbered[n-1])
		text = append(text, '?')
	}
	p.buf = text
}

// baseTable prints a table's qualified name.
func (p *printer) baseTable(t *catalog.Table) {
	schema := t.Schema
	if schema == "" {
		schema = p.defaultSchema()
	}
	if schema != "" {
		p.name(schema)
		p.put(".")
	}
	p.name(t.Name)
}
