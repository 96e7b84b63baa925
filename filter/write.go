package filter

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"

	"github.com/vantelle/vantelle/filter/authorize"
	"github.com/vantelle/vantelle/filter/execute"
	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/resolve"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqlprint"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/audit"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// WrongCount says that a write was about another number of rows than asked for.
type WrongCount = execute.WrongCount

// defaultWritten is how many rows one write may touch where Limits say nothing.
const defaultWritten = 1000

// Written is how many rows one write may touch.
func (g *Gate) Written() int {
	if g.limits.Written <= 0 {
		return defaultWritten
	}
	return g.limits.Written
}

// write does a compiled write for its caller. It is audited before it runs, and
// its outcome once it is committed or rolled back.
func (g *Gate) write(ctx context.Context, req Request, world World, plan *plan) (*Answer, error) {
	entry := g.entry(req, world.View, plan.tables, plan.digest)
	entry.Action = plan.write.Kind.String()
	if req.Caller.ReadOnly {
		return nil, g.deny(ctx, entry, refusal.New(refusal.ReadOnly, "%s", req.Caller.WhyReadOnly()))
	}
	if err := dataFits(req, plan.write); err != nil {
		return nil, g.deny(ctx, entry, err)
	}
	leave, look, err := g.turn(ctx, req.Caller, world.DB.WriteConnections(), true)
	if err != nil {
		return nil, g.refuse(err)
	}
	defer leave()
	defer look.giveBack()
	if err := g.audit.Begin(ctx, entry); err != nil {
		return nil, g.refuse(refusal.Because(err, refusal.AuditDown, "the audit log cannot be written, so nothing is written"))
	}
	started := g.now()
	bounds := execute.WriteBounds{Bounds: g.bounds(req, world), Written: g.Written(), Data: req.Rows, Begun: look.answered, Last: req.Still, Exactly: req.Exactly, AtMost: req.AtMost}
	done, err := plan.write.Do(ctx, world.DB, values(req), bounds)
	took, n := g.now().Sub(started), int64(0)
	if done != nil {
		n = done.Affected
	}
	g.metrics.ERPQuery(req.Caller.Dossier, int(n), took)
	g.audit.Finish(audit.Outcome{ID: entry.ID, Time: entry.Time, Rows: n, Millis: took.Milliseconds(), Code: code(err)})
	g.worlds.Failed(req.Caller.Dossier, err)
	if err != nil {
		return nil, g.refuse(err)
	}
	return &Answer{Columns: plan.columns, Rows: &writtenRows{rows: done.Rows}, Truncated: func() bool { return false },
		Wrote: true, Affected: done.Affected}, nil
}

// dataFits refuses data that is not of the statement's width.
func dataFits(req Request, w *execute.Write) error {
	if w.Given && w.Kind == querytree.Update && len(req.Rows) != 1 || !w.Given && len(req.Rows) > 0 {
		return refusal.New(refusal.ParamMismatch, "one row of values is wanted")
	}
	width := 0
	for _, c := range w.Columns {
		if c.Given {
			width++
		}
	}
	for i, row := range req.Rows {
		if len(row) != width {
			e := refusal.New(refusal.ParamMismatch, "row %d has %d values for %d columns", i+1, len(row), width)
			e.Row = i + 1
			return e
		}
	}
	return nil
}

// writtenRows are rows that a write has read back.
type writtenRows struct{ rows [][]any }

func (r *writtenRows) Next(context.Context) ([]any, error) {
	if len(r.rows) == 0 {
		return nil, io.EOF
	}
	row := r.rows[0]
	r.rows = r.rows[1:]
	return row, nil
}

func (r *writtenRows) Close() error { return nil }

// compileWrite takes a write to the printed statements of an engine.
func compileWrite(v *view.View, w *sqlast.Write, opt resolve.Options) (*plan, error) {
	tree, err := resolve.Write(w, opt, func(visible *catalog.Table) []*catalog.Column {
		if t := v.Of(visible); t != nil && t.Writes != nil {
			return t.Writes.Key
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	decision, err := authorize.DecideWrite(v, tree)
	if err != nil {
		return nil, err
	}
	made, err := printWrite(tree, decision, opt.Engine)
	if err != nil {
		return nil, unprinted(err)
	}
	return &plan{write: made, tables: decision.Tables(), columns: columnsOf(made)}, nil
}

func columnsOf(w *execute.Write) []Column {
	if w.Silent {
		return nil
	}
	out := make([]Column, len(w.Output))
	for i, c := range w.Output {
		out[i] = Column{Name: c.Label, Type: c.Type}
	}
	return out
}

// printWrite prints every statement of a write.
func printWrite(tree *querytree.Write, d authorize.WriteDecision, engine catalog.Engine) (*execute.Write, error) {
	if !d.Allowed() {
		return nil, errors.New("a write that was not allowed is never printed")
	}
	table := d.Target()
	target := sqlprint.Target{Policy: table.Writes.Policy, Key: table.Writes.Key}
	out := &execute.Write{Kind: tree.Kind, Engine: engine, Keys: len(tree.Key), Values: tree.Values, Given: tree.Given, Silent: tree.Silent, Output: tree.Output}
	var columns []*catalog.Column
	for _, c := range d.Columns() {
		columns = append(columns, c.Column)
		out.Columns = append(out.Columns, execute.WriteColumn{Column: c.Column, Mandatory: c.Mandatory, Given: c.Given, Pin: c.Pin, OrNull: c.OrNull})
	}
	changed := columns[:len(columns):len(columns)]
	for len(changed) > 0 && tree.Kind == querytree.Update && !out.Columns[len(changed)-1].Given {
		changed = changed[:len(changed)-1]
	}
	p := &writePrinter{engine: engine, decision: d}
	out.Source = p.query(tree.Source)
	for _, row := range tree.Rows {
		out.Rows = append(out.Rows, execute.WriteRow{Values: row.Values, Query: p.query(row.Query)})
	}
	for i, n := range querytree.KeySizes {
		out.Lock = append(out.Lock, p.keep(sqlprint.LockRows(target, n, engine)))
		switch tree.Kind {
		case querytree.Update:
			out.Apply = append(out.Apply, p.keep(sqlprint.UpdateRows(target, changed, n, engine)))
		case querytree.Delete:
			out.Apply = append(out.Apply, p.keep(sqlprint.DeleteRows(target, n, engine)))
		}
		if kept := table.Writes.Kept; tree.Kind == querytree.Update && len(kept) > 0 {
			out.Kept = append(out.Kept, p.stored(kept, n))
		}
		if null := table.Writes.Null; tree.Kind == querytree.Insert && len(null) > 0 {
			out.Null = append(out.Null, p.stored(null, n))
		}
		if i < len(tree.Back) {
			out.Back = append(out.Back, p.query(tree.Back[i]))
		}
	}
	if tree.Kind == querytree.Insert {
		out.Insert = p.keep(sqlprint.InsertRow(target, columns, engine))
	}
	if tree.Kind != querytree.Delete {
		for _, ref := range table.Writes.References {
			out.References = append(out.References, p.reference(ref, columns)...)
		}
	}
	if tree.Kind == querytree.Insert {
		for _, l := range table.Writes.Leftovers {
			var sizes []*sqlprint.Statement
			for _, n := range querytree.KeySizes {
				sizes = append(sizes, p.leftover(l, n))
			}
			out.Leftovers = append(out.Leftovers, sizes)
		}
	}
	return out, p.err
}

// writePrinter keeps the first error of many statements.
type writePrinter struct {
	engine   catalog.Engine
	decision authorize.WriteDecision
	err      error
}

func (p *writePrinter) keep(st *sqlprint.Statement, err error) *sqlprint.Statement {
	if p.err == nil {
		p.err = err
	}
	return st
}

func (p *writePrinter) query(q *querytree.Query) *sqlprint.Statement {
	if q == nil {
		return nil
	}
	return p.keep(sqlprint.Print(q, p.decision.Reading(q), p.engine))
}

// reference makes the check of a foreign key of which the write sets a column. It
// must set all of them: what an UPDATE leaves as it is, and what a default fills in,
// is looked up by no key of ours, and might point at what is somebody else's.
func (p *writePrinter) reference(ref view.Reference, columns []*catalog.Column) []execute.WriteReference {
	out := execute.WriteReference{}
	given := false
	for _, from := range ref.Columns {
		for i, c := range columns {
			if c.Name != from.Name {
				continue
			}
			out.From = append(out.From, i)
			if g := p.decision.Columns()[i].Given; g || out.Name == "" {
				out.Name, given = c.Name, given || g
			}
		}
	}
	if len(out.From) == 0 || ref.To == nil {
		return nil
	}
	if len(out.From) < len(ref.Columns) {
		if p.err == nil && given {
			done := "changed"
			if p.decision.Kind() == querytree.Insert {
				done = "given"
			}
			e := refusal.New(refusal.ReadOnly, "%s can only be %s together with the other columns of its reference", out.Name, done)
			e.Column = out.Name
			p.err = e
		}
		return nil
	}
	out.Find, out.Types, out.Of = p.keep(sqlprint.FindReferenced(ref.To.Policy, ref.RefColumns, p.engine, true)), typesOf(ref.RefColumns), typesAt(columns, out.From)
	if p.engine != catalog.SQLite { // nobody else writes there
		out.First = p.keep(sqlprint.FindReferenced(ref.To.Policy, ref.RefColumns, p.engine, false))
	}
	return []execute.WriteReference{out}
}

// leftover finds those of n new rows under whose key something is left. It asks for
// the rows as they are there, and compares as conditions do: a trigger may have made
// another key of a given one, and two collations take other texts for the same.
func (p *writePrinter) leftover(l view.Leftover, n int) *sqlprint.Statement {
	row, left := &querytree.RawScan{Table: p.decision.Target().Catalog}, &querytree.RawScan{Table: l.In}
	var tied []querytree.Expr
	body := &querytree.Select{Distinct: true}
	for i, c := range l.Key {
		key := &querytree.ColumnRef{Source: row, Col: c, T: c.Type}
		body.Items = append(body.Items, key)
		body.Columns = append(body.Columns, querytree.Column{Label: "c" + strconv.Itoa(i), Type: c.Type})
		tied = append(tied, &querytree.Op{Op: "=", T: sqltype.Type{Kind: sqltype.Bool}, Args: []querytree.Expr{key, &querytree.ColumnRef{Source: left, Col: l.Columns[i], T: l.Columns[i].Type}}})
	}
	on := tied[0]
	if len(tied) > 1 {
		on = &querytree.Op{Op: "AND", Args: tied, T: sqltype.Type{Kind: sqltype.Bool}}
	}
	body.From, body.Where = &querytree.Join{Kind: "INNER", Left: row, Right: left, On: on}, querytree.KeyIs(body.Items, n)
	return p.query(&querytree.Query{Body: body})
}

// stored reads columns of n written rows as they are in the table, behind their keys.
func (p *writePrinter) stored(columns []*catalog.Column, n int) *sqlprint.Statement {
	target := p.decision.Target()
	row := &querytree.RawScan{Table: target.Catalog}
	var key []querytree.Expr
	body := &querytree.Select{From: row}
	for i, c := range slices.Concat(target.Writes.Key, columns) {
		ref := &querytree.ColumnRef{Source: row, Col: c, T: c.Type}
		if i < len(target.Writes.Key) {
			key = append(key, ref)
		}
		body.Items = append(body.Items, ref)
		body.Columns = append(body.Columns, querytree.Column{Label: "c" + strconv.Itoa(i), Type: c.Type})
	}
	body.Where = querytree.KeyIs(key, n)
	return p.query(&querytree.Query{Body: body})
}

func typesAt(columns []*catalog.Column, places []int) []sqltype.Type {
	var out []sqltype.Type
	for _, i := range places {
		out = append(out, columns[i].Type)
	}
	return out
}

func typesOf(columns []*catalog.Column) []sqltype.Type {
	var out []sqltype.Type
	for _, c := range columns {
		out = append(out, c.Type)
	}
	return out
}

// printed is a write's statements for people, in the order in which they run;
// those about keys as for one row.
func printed(w *execute.Write) string {
	var all, after []*sqlprint.Statement
	for _, left := range w.Leftovers {
		after = append(after, firsts(left)...)
	}
	for _, ref := range w.References {
		if ref.First != nil {
			all = append(all, ref.First)
		}
		all = append(all, ref.Find)
	}
	switch w.Kind {
	case querytree.Insert:
		after = append(append(after, firsts(w.Null)...), w.Lock[0])
		all = append(append(append([]*sqlprint.Statement{w.Source}, all...), w.Insert), after...)
	case querytree.Update:
		kept := firsts(w.Kept)
		all = slices.Concat([]*sqlprint.Statement{w.Source, w.Lock[0]}, kept, all, []*sqlprint.Statement{w.Apply[0]}, kept, []*sqlprint.Statement{w.Lock[0]})
	default:
		all = append([]*sqlprint.Statement{w.Source, w.Lock[0]}, w.Apply[0])
	}
	if len(w.Back) > 0 {
		all = append(all, w.Back[0])
	}
	text := ""
	for _, st := range all {
		if st != nil {
			text += st.SQL + ";\n"
		}
	}
	return text
}

// firsts are the statements for one row.
func firsts(sizes []*sqlprint.Statement) []*sqlprint.Statement { return sizes[:min(1, len(sizes))] }
