package sqlparse

import (
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltoken"
)

// ParseStatement reads a text that is exactly one query or one write, with or
// without a semicolon at its end: one of the two results is nil. The error is an
// *Error, and then both are.
func ParseStatement(text string, lim Limits) (*sqlast.Query, *sqlast.Write, error) {
	p, err := newParser(text, lim)
	if err != nil {
		return nil, nil, err
	}
	if !p.startsWrite() {
		q, err := ParseQuery(text, lim)
		return q, nil, err
	}
	p.writing = true
	w, err := p.write()
	if err != nil {
		return nil, nil, err
	}
	if p.isOp(";") {
		if p.ahead.Kind != sqltoken.EOF && p.ahead.Kind != sqltoken.Invalid {
			return nil, nil, p.unsupported(p.pos(), "a request is one statement: nothing may follow the semicolon")
		}
		p.advance()
	}
	if err := p.finish("the end of the statement"); err != nil {
		return nil, nil, err
	}
	return nil, w, nil
}

// startsWrite tells whether the text begins as a write does.
func (p *parser) startsWrite() bool {
	return p.is(sqltoken.INSERT) || p.is(sqltoken.UPDATE) || p.is(sqltoken.DELETE)
}

func (p *parser) write() (*sqlast.Write, error) {
	p.nodes++
	w := &sqlast.Write{At: p.pos()}
	var err error
	switch {
	case p.accept(sqltoken.INSERT):
		w.Kind = sqlast.Insert
		err = p.insert(w)
	case p.accept(sqltoken.UPDATE):
		w.Kind = sqlast.Update
		err = p.update(w)
	case p.accept(sqltoken.DELETE):
		w.Kind = sqlast.Delete
		err = p.delete(w)
	default:
		return nil, p.unexpected("INSERT, UPDATE or DELETE")
	}
	if err != nil {
		return nil, err
	}
	if !p.tok.Is("RETURNING") {
		return w, nil
	}
	p.advance()
	w.Returning, err = p.items()
	return w, err
}

// insert reads [INTO] table [(columns)] VALUES (…), … or a query.
func (p *parser) insert(w *sqlast.Write) error {
	if p.is(sqltoken.OR) || p.tok.Is("IGNORE") || p.tok.Is("OVERWRITE") {
		return p.unsupported(p.pos(), "INSERT that replaces or leaves out rows is not offered: a write is done whole or not at all")
	}
	p.accept(sqltoken.INTO)
	var err error
	if w.Table, err = p.target(); err != nil {
		return err
	}
	if p.isOp("(") && !p.ahead.Is("SELECT") && !p.ahead.Is("WITH") {
		if w.Columns, err = p.columnList(); err != nil {
			return err
		}
	}
	if err := p.noOutput(); err != nil {
		return err
	}
	switch {
	case p.tok.Is("DEFAULT"), p.tok.Is("SET"), p.tok.Is("OVERRIDING"):
		return p.unsupported(p.pos(), "INSERT is offered with VALUES or a SELECT")
	case p.accept(sqltoken.VALUES):
		err = p.rows(w)
	default:
		w.Query, err = p.query()
	}
	if err != nil {
		return err
	}
	if p.is(sqltoken.ON) || p.tok.Is("AS") && p.ahead.Kind == sqltoken.Word {
		return p.unsupported(p.pos(), "ON CONFLICT and ON DUPLICATE KEY are not offered: ask whether the row is there, then INSERT or UPDATE")
	}
	return nil
}

// rows reads (…), (…) of VALUES.
func (p *parser) rows(w *sqlast.Write) error {
	for {
		if err := p.expectOp("("); err != nil {
			return err
		}
		var row []sqlast.Expr
		for {
			x, err := p.given()
			if err != nil {
				return err
			}
			row = append(row, x)
			if !p.acceptOp(",") {
				break
			}
		}
		if err := p.expectOp(")"); err != nil {
			return err
		}
		w.Rows = append(w.Rows, row)
		if len(w.Rows) > p.lim.InList {
			return p.overLimit(p.tok.At, "more than %d rows in VALUES: use /rows for many", p.lim.InList)
		}
		if !p.acceptOp(",") {
			return nil
		}
	}
}

// given reads a value of VALUES or SET.
func (p *parser) given() (sqlast.Expr, error) {
	if p.tok.Is("DEFAULT") && (p.aheadIsOp(",") || p.aheadIsOp(")") || p.ahead.Kind == sqltoken.EOF || p.ahead.Keyword.Reserved()) {
		return nil, p.unsupported(p.pos(), "DEFAULT is not offered: leave the column out, or give its value")
	}
	return p.expr()
}

// update reads table SET column = value, … [WHERE …].
func (p *parser) update(w *sqlast.Write) error {
	if p.is(sqltoken.TOP) || p.is(sqltoken.OR) || p.tok.Is("IGNORE") || p.tok.Is("LOW_PRIORITY") {
		return p.unsupported(p.pos(), "UPDATE with options is not offered")
	}
	var err error
	if w.Table, err = p.target(); err != nil {
		return err
	}
	if p.isOp(",") || p.is(sqltoken.JOIN) || p.is(sqltoken.INNER) || p.is(sqltoken.LEFT) {
		return p.unsupported(p.pos(), "UPDATE of a join is not offered: use a subquery in SET or WHERE")
	}
	if !p.tok.Is("SET") {
		return p.unexpected("SET")
	}
	p.advance()
	for {
		if p.isOp("(") {
			return p.unsupported(p.pos(), "SET (a, b) = … is not offered: set each column by itself")
		}
		parts, _, err := p.dotted(false)
		if err != nil {
			return err
		}
		if len(parts) > 2 {
			return p.unsupported(parts[0].At, "SET names a column, with at most its table before it")
		}
		column := parts[len(parts)-1]
		if len(parts) == 2 && parts[0].Name != w.Table.Alias.Name && parts[0].Name != w.Table.Name[len(w.Table.Name)-1].Name {
			return p.unsupported(parts[0].At, "SET names columns of the table that is updated only")
		}
		if err := p.expectOp("="); err != nil {
			return err
		}
		x, err := p.given()
		if err != nil {
			return err
		}
		w.Columns, w.Set = append(w.Columns, column), append(w.Set, x)
		if !p.acceptOp(",") {
			break
		}
	}
	if err := p.noOutput(); err != nil {
		return err
	}
	if p.is(sqltoken.FROM) {
		return p.unsupported(p.pos(), "UPDATE … FROM is not offered: use a subquery in SET or WHERE")
	}
	return p.writeWhere(w)
}

// delete reads [FROM] table [WHERE …].
func (p *parser) delete(w *sqlast.Write) error {
	if p.is(sqltoken.TOP) || p.tok.Is("LOW_PRIORITY") || p.tok.Is("QUICK") {
		return p.unsupported(p.pos(), "DELETE with options is not offered")
	}
	p.accept(sqltoken.FROM)
	var err error
	if w.Table, err = p.target(); err != nil {
		return err
	}
	if err := p.noOutput(); err != nil {
		return err
	}
	if p.isOp(",") || p.is(sqltoken.USING) || p.is(sqltoken.FROM) || p.is(sqltoken.JOIN) || p.is(sqltoken.INNER) || p.is(sqltoken.LEFT) {
		return p.unsupported(p.pos(), "DELETE of a join is not offered: use a subquery in WHERE")
	}
	return p.writeWhere(w)
}

func (p *parser) writeWhere(w *sqlast.Write) (err error) {
	if p.accept(sqltoken.WHERE) {
		if p.tok.Is("CURRENT") && p.ahead.Is("OF") {
			return p.unsupported(p.pos(), "WHERE CURRENT OF is not offered")
		}
		if w.Where, err = p.expr(); err != nil {
			return err
		}
	}
	if p.is(sqltoken.ORDER) || p.is(sqltoken.LIMIT) {
		return p.unsupported(p.pos(), "%s with ORDER BY or LIMIT is not offered: say in WHERE which rows are meant", w.Kind)
	}
	return nil
}

// target reads the table that is written, and its alias.
func (p *parser) target() (*sqlast.TableName, error) {
	p.nodes++
	t := &sqlast.TableName{At: p.pos()}
	if !isName(p.tok) {
		return nil, p.unexpected("a table")
	}
	var err error
	if t.Name, _, err = p.dotted(false); err != nil {
		return nil, err
	}
	if len(t.Name) == maxParts {
		return nil, p.unsupported(t.At, "a table's name has at most three parts: linked servers are not offered")
	}
	if err := p.plainTable(); err != nil {
		return nil, err
	}
	switch {
	case p.tok.Kind == sqltoken.Word && (p.tok.Is("SET") || p.tok.Is("RETURNING") || p.tok.Is("OUTPUT") || p.tok.Is("DEFAULT") || p.tok.Is("OVERRIDING")):
	case p.accept(sqltoken.AS), isName(p.tok):
		if t.Alias, err = p.name(); err != nil {
			return nil, err
		}
	}
	return t, p.plainTable()
}

// noOutput refuses SQL Server's word for RETURNING, which stands elsewhere.
func (p *parser) noOutput() error {
	if p.tok.Is("OUTPUT") {
		return p.unsupported(p.pos(), "OUTPUT is not offered: write RETURNING at the end")
	}
	return nil
}
