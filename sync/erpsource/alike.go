package erpsource

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// FilterColumn is a column in which the ERP's rows name their customer, and
// with which row filters compare the customer's id.
type FilterColumn struct{ Schema, Table, Column string }

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
		if t := s.shape.catalog.Table(f.Schema, f.Table); t != nil {
			if c := t.Column(f.Column); c != nil {
				all = append(all, comparedColumn{t.Name + "." + c.Name, c})
			}
		}
	}
	return all, nil
}
