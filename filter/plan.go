package filter

import (
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/vantelle/vantelle/filter/authorize"
	"github.com/vantelle/vantelle/filter/execute"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/resolve"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqlfunc"
	"github.com/vantelle/vantelle/filter/sqlparse"
	"github.com/vantelle/vantelle/filter/sqlprint"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/audit"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// Limits bound a request (promise 10). A zero field is no limit of its own,
// but for the parser's, whose defaults are sqlparse.DefaultLimits.
type Limits struct {
	Parse sqlparse.Limits
	Joins int
	Rows  int
	Bytes int64
	Time  time.Duration
	// Plans is how many compiled plans are kept, of usualPlan bytes each: fewer
	// where they are larger. 0 is 1000.
	Plans int
	// Written is how many rows one write may touch; 0 is 1000.
	Written int
}

// plan is a request that was parsed, resolved, authorised and printed. It is
// shared between customers, for it holds none of their data: the customer is
// always a parameter (promise 12).
type plan struct {
	statement *sqlprint.Statement // of a read
	write     *execute.Write      // of a write; else nil
	tables    []string
	columns   []Column
	digest    string // by which the audit knows the request's text
}

// plans compiles requests and keeps what it compiled.
type plans struct {
	limits Limits
	cache  *otter.Cache[planKey, *plan]
}

func newPlans(l Limits) *plans {
	size := l.Plans
	if size <= 0 {
		size = 1000
	}
	return &plans{limits: l, cache: otter.Must(&otter.Options[planKey, *plan]{MaximumWeight: uint64(size) * usualPlan, Weigher: weight})}
}

// usualPlan is how many bytes a plan counts for at least. That of a page of a portal
// has fewer, and that of the widest statement there may be a hundred times as many:
// plans are counted by their weight, or one customer who varies wide statements would
// have the memory of the whole service.
const usualPlan = 16 * 1024

// weight tells about how many bytes a plan keeps alive, with the key by which it is
// found. The numbers per column and parameter are those of the structures on 64 bits,
// rounded up.
func weight(key planKey, p *plan) uint32 {
	const column, param, value = 256, 256, 1024
	bytes := len(key.text) + len(key.kinds) + column*len(p.columns)
	if p.write != nil {
		for _, row := range p.write.Rows {
			bytes += value * len(row.Values) // each an expression
		}
	}
	for _, st := range p.statements() {
		bytes += len(st.SQL) + column*len(st.Columns) + param*len(st.Params)
		for _, x := range st.Params {
			bytes += len(x.Slot.Value)
		}
	}
	return uint32(min(max(bytes, usualPlan), 1<<30))
}

// statements gives all that a plan runs.
func (p *plan) statements() []*sqlprint.Statement {
	if p.write == nil {
		return []*sqlprint.Statement{p.statement}
	}
	return p.write.Statements()
}

// of gives the plan of a request whose statement is text.
func (p *plans) of(w World, req Request, text string, m Metrics) (*plan, error) {
	key := keyOf(w, req, text)
	if cached, ok := p.cache.GetIfPresent(key); ok {
		m.Compiled("cached")
		return cached, nil
	}
	made, err := compile(w.View, req, w.View.Catalog.Engine, p.limits)
	if err != nil {
		m.Compiled("refused")
		return nil, err
	}
	m.Compiled("compiled")
	made.digest = audit.Digest(text)
	p.cache.Set(key, made)
	return made, nil
}

// compile takes a request to a printed statement of an engine.
func compile(v *view.View, req Request, engine catalog.Engine, l Limits) (*plan, error) {
	ast, write := req.Query, req.Write
	if ast == nil && write == nil {
		var err error
		if ast, write, err = sqlparse.ParseStatement(req.Text, l.Parse); err != nil {
			return nil, syntax(err)
		}
	}
	named := make(map[string]resolve.ValueKind, len(req.Named))
	for n, x := range req.Named {
		named[n] = kind(x)
	}
	var version sqlfunc.Version
	if engine == v.Catalog.Engine {
		version = sqlfunc.ParseVersion(v.Catalog.Version)
	}
	opt := resolve.Options{Engine: engine, Version: version, Tables: v.Lookup, Resources: v.ResourceFor(req.Language), Params: kinds(req.Params), Named: named, MaxJoins: l.Joins, MaxNodes: l.Parse.Nodes,
		MaxList: l.Parse.InList, MaxParams: l.Parse.Params}
	if write != nil {
		return compileWrite(v, write, opt)
	}
	tree, err := resolve.Query(ast, opt)
	if err != nil {
		return nil, err
	}
	decision, err := authorize.Decide(v, tree)
	if err != nil {
		return nil, err
	}
	st, err := sqlprint.Print(tree, decision.Reading, engine)
	if err != nil {
		return nil, unprinted(err)
	}
	return &plan{statement: st, tables: decision.Tables(), columns: columns(st)}, nil
}

// unprinted turns a printer's error into a refusal.
func unprinted(err error) error {
	var unsupported *sqlprint.Unsupported
	var refused *refusal.Error
	switch {
	case errors.As(err, &refused):
		return err
	case errors.As(err, &unsupported):
		return refusal.New(refusal.Unsupported, "%s", unsupported.Msg)
	case errors.Is(err, sqlprint.ErrTooLong):
		return refusal.New(refusal.LimitExceeded, "%v", err)
	}
	return refusal.Because(err, refusal.Internal, "the request could not be printed")
}

// syntax turns a parser's error into a refusal.
func syntax(err error) error {
	var e *sqlparse.Error
	if !errors.As(err, &e) {
		return refusal.Because(err, refusal.Syntax, "the statement cannot be read")
	}
	return refusal.At(e.Pos, refusal.Code(e.Code), "%s", e.Msg)
}

func kinds(values []any) []resolve.ValueKind {
	out := make([]resolve.ValueKind, len(values))
	for i, x := range values {
		out[i] = kind(x)
	}
	return out
}

func kind(x any) resolve.ValueKind {
	switch x := x.(type) {
	case nil:
		return resolve.NullValue
	case bool:
		return resolve.BoolValue
	case int64:
		return resolve.IntValue
	case json.Number:
		if _, err := strconv.ParseInt(x.String(), 10, 64); err == nil {
			return resolve.IntValue
		}
		return resolve.NumberValue
	case string:
		if len(x) > resolve.ShortText {
			return resolve.LongTextValue
		}
		return resolve.TextValue
	}
	return resolve.NoValue
}

// statement is the text that a request's plan and audit entry are known by.
func (r Request) statement() string {
	switch {
	case r.Query != nil:
		return sqlast.Format(r.Query)
	case r.Write != nil:
		return sqlast.FormatWrite(r.Write)
	}
	return r.Text
}
