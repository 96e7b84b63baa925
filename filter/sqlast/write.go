package sqlast

// Write is one INSERT, UPDATE or DELETE: a whole request.
type Write struct {
	At    Pos
	Kind  WriteKind
	Table *TableName

	// Columns are those of an INSERT, none for all of the table's in order, or
	// those that an UPDATE sets.
	Columns []Ident
	Rows    [][]Expr // of INSERT … VALUES
	Query   *Query   // of INSERT … SELECT
	Given   bool     // the rows of an INSERT, or the values of an UPDATE, come beside the statement as data
	Set     []Expr   // one for each of an UPDATE's Columns; nil where Given
	Where   Expr     // of UPDATE and DELETE; nil for every row

	Returning []Item // nil for none
}

// WriteKind is INSERT, UPDATE or DELETE.
type WriteKind uint8

// The kinds of Write. The zero WriteKind is none.
const (
	Insert WriteKind = iota + 1
	Update
	Delete
)

// String is the keyword.
func (k WriteKind) String() string {
	return [...]string{"", "INSERT", "UPDATE", "DELETE"}[k]
}

// Pos is where the statement starts.
func (x *Write) Pos() Pos { return x.At }

// FormatWrite is Format for a write. Rows that come beside it are written as
// the word GIVEN.
func FormatWrite(w *Write) string {
	var p printer
	p.put(w.Kind.String())
	switch w.Kind {
	case Insert:
		p.put(" INTO ")
		p.table(w.Table)
		if len(w.Columns) > 0 {
			p.put(" ")
			p.columns(w.Columns)
		}
		p.insertSource(w)
	case Update:
		p.put(" ")
		p.table(w.Table)
		p.put(" SET ")
		p.list(len(w.Columns), func(i int) {
			p.name(w.Columns[i])
			if w.Given {
				p.put(" = GIVEN")
				return
			}
			p.put(" = ")
			p.expr(w.Set[i], PrecOr)
		})
	case Delete:
		p.put(" FROM ")
		p.table(w.Table)
	}
	p.optional(" WHERE ", w.Where)
	if w.Returning != nil {
		p.put(" RETURNING ")
		p.list(len(w.Returning), func(i int) { p.item(w.Returning[i]) })
	}
	return p.String()
}

func (p *printer) insertSource(w *Write) {
	switch {
	case w.Given:
		p.put(" GIVEN")
	case w.Query != nil:
		p.put(" ")
		p.query(w.Query)
	default:
		p.put(" VALUES ")
		p.list(len(w.Rows), func(i int) {
			p.put("(")
			p.list(len(w.Rows[i]), func(j int) { p.expr(w.Rows[i][j], PrecOr) })
			p.put(")")
		})
	}
}
