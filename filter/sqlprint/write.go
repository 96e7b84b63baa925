package sqlprint

import (
	"fmt"
	"strings"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// Target is the table of a write as it is printed: never without its row policy.
type Target struct {
	Policy *querytree.Policy
	Key    []*catalog.Column

	unlocked bool // what its statement reads stays free
}

// The statements of a write hold nothing of a request but the table and its
// columns: its rows are found by their keys, and all values are parameters,
// querytree.SlotWritten. Each tests the row policy beside the key.

// LockRows writes the statement that locks n rows and what the row policy reads
// of other tables, and gives the keys of those that are there and may be written.
func LockRows(t Target, n int, engine catalog.Engine) (*Statement, error) {
	return t.print(engine, func(p *printer) error {
		p.put("SELECT ")
		r := p.target(t)
		p.keyItems(t, r+".")
		p.put(" FROM ")
		p.baseTable(t.Policy.Table)
		p.put(" AS " + r)
		if engine == catalog.SQLServer {
			p.put(" WITH (UPDLOCK)")
		}
		p.put(" WHERE ")
		if err := p.keyAndPolicy(t, n); err != nil {
			return err
		}
		if engine == catalog.Postgres || engine == catalog.MariaDB {
			p.put(" FOR UPDATE")
		}
		return nil
	})
}

// InsertRow writes the statement that puts one row in and gives its key. Value i
// is of column i.
func InsertRow(t Target, columns []*catalog.Column, engine catalog.Engine) (*Statement, error) {
	return t.print(engine, func(p *printer) error {
		if engine == catalog.SQLServer {
			p.keyTable(t)
		}
		p.put("INSERT INTO ")
		p.baseTable(t.Policy.Table)
		if len(columns) > 0 || engine == catalog.MariaDB {
			p.put(" (")
			for i, c := range columns {
				if i > 0 {
					p.put(", ")
				}
				p.name(c.Name)
			}
			p.put(")")
		}
		if engine == catalog.SQLServer {
			p.put(" OUTPUT ")
			p.keyItems(t, "inserted.")
			p.put(" INTO @k")
		}
		if len(columns) > 0 || engine == catalog.MariaDB {
			p.put(" VALUES (")
			for i, c := range columns {
				if i > 0 {
					p.put(", ")
				}
				p.written(c, i)
			}
			p.put(")")
		} else {
			p.put(" DEFAULT VALUES")
		}
		if engine == catalog.SQLServer {
			p.put("; SELECT " + strings.Join(outputs(len(t.Key)), ", ") + " FROM @k")
			return nil
		}
		p.put(" RETURNING ")
		p.keyItems(t, "")
		return nil
	})
}

// UpdateRows writes the statement that gives n rows their values: value i of
// column i follows those of the keys.
func UpdateRows(t Target, columns []*catalog.Column, n int, engine catalog.Engine) (*Statement, error) {
	return t.print(engine, func(p *printer) error {
		p.put("UPDATE ")
		r := p.target(t)
		if engine == catalog.SQLServer {
			p.put(r)
		} else {
			p.baseTable(t.Policy.Table)
			p.put(" AS " + r)
		}
		p.put(" SET ")
		for i, c := range columns {
			if i > 0 {
				p.put(", ")
			}
			if engine == catalog.MariaDB {
				p.put(r + ".")
			}
			p.name(c.Name)
			p.put(" = ")
			p.written(c, n*len(t.Key)+i)
		}
		if engine == catalog.SQLServer {
			p.put(" FROM ")
			p.baseTable(t.Policy.Table)
			p.put(" AS " + r)
		}
		p.put(" WHERE ")
		return p.keyAndPolicy(t, n)
	})
}

// DeleteRows writes the statement that takes n rows out.
func DeleteRows(t Target, n int, engine catalog.Engine) (*Statement, error) {
	return t.print(engine, func(p *printer) error {
		p.put("DELETE ")
		r := p.target(t)
		if engine == catalog.SQLServer || engine == catalog.MariaDB {
			p.put(r + " ")
		}
		p.put("FROM ")
		p.baseTable(t.Policy.Table)
		p.put(" AS " + r + " WHERE ")
		return p.keyAndPolicy(t, n)
	})
}

// FindReferenced writes the statement that tells whether a row that a foreign
// key is to point at is visible, and locks it if lock says so. Value i is of
// column i.
func FindReferenced(policy *querytree.Policy, columns []*catalog.Column, engine catalog.Engine, lock bool) (*Statement, error) {
	t := Target{Policy: policy, Key: columns, unlocked: !lock}
	return t.print(engine, func(p *printer) error {
		p.put("SELECT 1 AS c1 FROM ")
		r := p.target(t)
		p.baseTable(t.Policy.Table)
		p.put(" AS " + r)
		if lock && engine == catalog.SQLServer {
			p.put(" WITH (UPDLOCK)")
		}
		p.put(" WHERE ")
		if err := p.keyAndPolicy(t, 1); err != nil {
			return err
		}
		if lock {
			p.put(p.shared())
		}
		return nil
	})
}

// print prints one statement.
func (t Target) print(engine catalog.Engine, write func(*printer) error) (*Statement, error) {
	d := dialectOf(engine)
	if d == nil {
		return nil, &Unsupported{fmt.Sprintf("no SQL is printed for %s in this version", engine)}
	}
	if t.Policy == nil || t.Policy.Where == nil || len(t.Key) == 0 {
		return nil, ErrNoPolicy
	}
	p := &printer{dialect: d, locking: !t.unlocked, aliases: map[querytree.Source]string{}, ctes: map[*querytree.CTE]string{},
		readings: func(*querytree.Scan) querytree.Reading { return querytree.Reading{} }}
	if err := write(p); err != nil {
		return nil, err
	}
	var key []querytree.Column
	for _, k := range t.Key {
		key = append(key, querytree.Column{Label: k.Name, Type: k.Type})
	}
	return p.statement(key), nil
}

// target gives the written table its alias.
func (p *printer) target(t Target) string { return p.rowAlias(t.Policy.Self) }

func (p *printer) keyItems(t Target, before string) {
	for i, k := range t.Key {
		if i > 0 {
			p.put(", ")
		}
		p.put(before)
		p.name(k.Name)
		p.put(" AS " + output(i))
	}
}

// keyAndPolicy prints the key's condition and the row policy.
func (p *printer) keyAndPolicy(t Target, n int) error {
	var key []querytree.Expr
	for _, k := range t.Key {
		key = append(key, &querytree.ColumnRef{Source: t.Policy.Self, Col: k, T: k.Type})
	}
	conditions := []querytree.Expr{querytree.KeyIs(key, n)}
	if always, ok := t.Policy.Where.(*querytree.Bool); !ok || !always.Value {
		conditions = append(conditions, t.Policy.Where)
	}
	p.unknown = actsAsFalse
	return p.chain("AND", conditions, andPrec)
}

// written prints a value that a column gets.
func (p *printer) written(c *catalog.Column, i int) {
	t := c.Type
	value := Param{Slot: querytree.Slot{Kind: querytree.SlotWritten, Ordinal: i}, Type: t}
	if t.Kind == sqltype.JSON && p.engine() == catalog.Postgres {
		p.put("CAST(")
		p.param(value)
		if strings.EqualFold(c.Native, "jsonb") {
			p.put(" AS jsonb)")
		} else {
			p.put(" AS json)")
		}
		return
	}
	p.param(value)
}

// keyTable prints the variable that SQL Server puts the key of an inserted row
// into: OUTPUT alone fails on a table with triggers.
func (p *printer) keyTable(t Target) {
	p.put("SET NOCOUNT ON; DECLARE @k TABLE (")
	for i, k := range t.Key {
		if i > 0 {
			p.put(", ")
		}
		p.put(output(i) + " " + k.Native)
		if k.Type.Kind == sqltype.Text {
			p.put(" COLLATE DATABASE_DEFAULT")
		}
	}
	p.put("); ")
}

func outputs(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = output(i)
	}
	return names
}

// shared gives the words that lock what a row policy reads until the write is
// committed: what let a row through must still be so then.
func (p *printer) shared() string {
	switch p.engine() {
	case catalog.Postgres:
		return " FOR SHARE"
	case catalog.MariaDB:
		return " LOCK IN SHARE MODE"
	}
	return ""
}
