package erpsource

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// FilterColumn is a column in which the ERP's rows name their customer, and
// with which row filters compare something of the identity: "customer" is the id,
// "customer_code" the code, "attr_" and a name an attribute.
type FilterColumn struct{ Schema, Table, Column, Identity string }

// sameness is where an ERP keeps its ids, where they are text: what its
// database holds equal is not for us to guess.
type sameness struct {
	shape *shape
	from  string                                        // the FROM clause of everybody who has an id, customer or not
	expr  string                                        // the id in it, as text
	own   *catalog.Column                               // the id's own column; nil for an expression without one
	asked func(context.Context) ([]FilterColumn, error) // where else ids are compared; may be nil
}

// alike gives the ids that some column's collation holds equal to another's,
// each with the reason for which it cannot be taken: a row filter on one would
// match the other's rows too.
func (s *sameness) alike(ctx context.Context, r *reader) (map[string]string, error) {
	if s == nil {
		return nil, nil
	}
	columns, err := s.columns(ctx)
	if err != nil {
		return nil, err
	}
	found := map[string]string{}
	var done []string
	for _, c := range columns {
		compared, loose, err := s.shape.db.ComparedAs(ctx, r.tx, s.shape.catalog, c.column, s.expr)
		if err != nil {
			return nil, err
		}
		if !loose || slices.Contains(done, compared) {
			continue
		}
		done = append(done, compared)
		groups, err := r.raw(ctx, "SELECT MIN("+s.expr+") FROM "+s.from+" WHERE "+s.expr+" IS NOT NULL GROUP BY "+compared+" HAVING COUNT(*) > 1")
		if err != nil {
			return nil, fmt.Errorf("ask which ids %s holds equal: %w", c.name, err)
		}
		for _, g := range groups {
			ids, err := s.group(ctx, r, compared, g[0])
			if err != nil {
				return nil, fmt.Errorf("ask which ids %s holds equal: %w", c.name, err)
			}
			note(found, ids, c.name)
		}
	}
	return found, nil
}

// group reads everybody whose id is held equal to one.
func (s *sameness) group(ctx context.Context, r *reader, compared, id string) ([]string, error) {
	rows, err := r.raw(ctx, r.tx.Rebind("SELECT "+s.expr+" FROM "+s.from+" WHERE "+compared+" = ?"), id)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, row := range rows {
		ids = append(ids, strings.TrimRight(row[0], " "))
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// note words why each of ids cannot be taken. One id several times is another
// trouble, which the reader of the records tells.
func note(found map[string]string, ids []string, column string) {
	for i, id := range ids {
		if len(ids) < 2 || found[id] != "" {
			continue
		}
		others := slices.Concat(ids[:i], ids[i+1:])
		shown := others[:min(len(others), 3)]
		found[id] = fmt.Sprintf("the ERP's database holds its id equal to %q in %s: rows of one would be shown to the other; none of them is taken until one has another id",
			strings.Join(shown, `", "`), column)
	}
}

type comparedColumn struct {
	name   string
	column *catalog.Column
}

// columns are the id's own column and those that filters use, as far as the
// dossier has them.
func (s *sameness) columns(ctx context.Context) ([]comparedColumn, error) {
	var all []comparedColumn
	if s.own != nil {
		all = append(all, comparedColumn{s.own.Name, s.own})
	}
	if s.asked == nil {
		return all, nil
	}
	asked, err := s.asked(ctx)
	if err != nil {
		return nil, fmt.Errorf("find the columns that filters compare with a customer: %w", err)
	}
	for _, f := range asked {
		if c, found := f.in(s.shape.catalog); found && f.Identity == identityID {
			all = append(all, c)
		}
	}
	return all, nil
}

// in finds the column, as far as the dossier has it.
func (f FilterColumn) in(c *catalog.Catalog) (comparedColumn, bool) {
	if t := c.Table(f.Schema, f.Table); t != nil {
		if column := t.Column(f.Column); column != nil {
			return comparedColumn{t.Name + "." + column.Name, column}, true
		}
	}
	return comparedColumn{}, false
}

// The parts of an identity, as row filters name them.
const (
	identityID        = "customer"
	identityCode      = "customer_code"
	identityAttribute = "attr_"
)

// alike adds to found the customers whose codes or attributes some column that a
// row filter holds against them takes for equal to somebody else's. Two codes are
// never the same customer's; an attribute may be shared, so that its values are
// different only where its own column says so.
func (p *plan) alike(ctx context.Context, s *shape, r *reader, ask func(context.Context) ([]FilterColumn, error), found map[string]string) (map[string]string, error) {
	if ask == nil {
		return found, nil
	}
	asked, err := ask(ctx)
	if err != nil {
		return nil, fmt.Errorf("find the columns that filters compare with a customer: %w", err)
	}
	var done []string
	for _, f := range asked {
		c, there := f.in(s.catalog)
		value, differs, kept := p.customers.identity(s, f.Identity)
		if !there || !kept {
			continue
		}
		compared, loose, err := s.db.ComparedAs(ctx, r.tx, s.catalog, c.column, value)
		if err != nil {
			return nil, err
		}
		if !loose || slices.Contains(done, compared) {
			continue
		}
		done = append(done, compared)
		if found == nil {
			found = map[string]string{}
		}
		if err := p.valuesAlike(ctx, r, f.Identity, c.name, value, differs, compared, found); err != nil {
			return nil, fmt.Errorf("ask which values %s holds equal: %w", c.name, err)
		}
	}
	return found, nil
}

func (p *plan) valuesAlike(ctx context.Context, r *reader, identity, column, value, differs, compared string, found map[string]string) error {
	groups, err := r.raw(ctx, "SELECT MIN("+value+")"+p.customers.bodyAnd(value+" IS NOT NULL")+" GROUP BY "+compared+" HAVING COUNT(DISTINCT "+differs+") > 1")
	if err != nil {
		return err
	}
	id := p.customers.exprs[slices.Index(p.customers.names, "id")]
	for _, g := range groups {
		rows, err := r.raw(ctx, r.tx.Rebind("SELECT "+id+", "+value+p.customers.bodyAnd(compared+" = ?")), g[0])
		if err != nil {
			return err
		}
		what := "code"
		if name, attribute := strings.CutPrefix(identity, identityAttribute); attribute {
			what = "attribute " + name
		}
		for _, row := range rows {
			given := strings.TrimRight(row[0], " ")
			other := slices.IndexFunc(rows, func(o []string) bool { return o[1] != row[1] })
			if found[given] != "" || other < 0 {
				continue
			}
			found[given] = fmt.Sprintf("the ERP's database holds its %s equal to %q in %s: rows of one would be shown to the other; none of them is taken until they are spelled apart, or alike",
				what, rows[other][1], column)
		}
	}
	return nil
}

// identity spells the code or an attribute of the customers that the statement
// reads, and what tells two values apart. Attributes that are not columns of it,
// which come from other records, are none.
func (s *statement) identity(sh *shape, name string) (value, differs string, kept bool) {
	of := ""
	switch attribute, is := strings.CutPrefix(name, identityAttribute); {
	case is:
		of = attributePrefix + attribute
	case name == identityCode:
		of = "code"
	}
	i := slices.Index(s.names, of)
	if of == "" || i < 0 {
		return "", "", false
	}
	value = s.exprs[i]
	if name == identityCode {
		return value, sh.db.ByteOrder("rtrim(" + value + ")"), true
	}
	if column := castColumn.FindStringSubmatch(value); column != nil && sh.db.Engine() == catalog.MariaDB {
		return value, column[1], true // the cast has the session's collation, and the column its own
	}
	return value, value, true
}

// castColumn is a column of MariaDB as text.
var castColumn = regexp.MustCompile("^CAST\\(((?:`[^`]+`\\.)*`[^`]+`) AS CHAR\\)$")
