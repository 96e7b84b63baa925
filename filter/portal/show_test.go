package portal

import (
	"fmt"
	"strings"

	"github.com/vantelle/vantelle/filter/sqlast"
)

// showQuery writes a query of this front on one line, for tables of tests:
// every pair of parentheses is there, parameters are $n, names are quoted only
// where they hold something else than letters, digits and underscores. It
// panics on a node that this front must never make.
func showQuery(q *sqlast.Query) string {
	s := q.Body.(*sqlast.Select)
	if len(q.With) > 0 || s.Distinct || len(s.GroupBy) > 0 || s.Having != nil || len(s.From) != 1 {
		panic("a query that no request for rows asks for")
	}
	var b strings.Builder
	b.WriteString("SELECT " + showItems(s.Items) + " FROM ")
	from := s.From[0].(*sqlast.TableName)
	b.WriteString(showName(from.Name))
	if s.Where != nil {
		b.WriteString(" WHERE " + showExpr(s.Where))
	}
	for i, o := range q.OrderBy {
		b.WriteString([]string{" ORDER BY ", ", "}[min(i, 1)] + showExpr(o.X))
		if o.Desc {
			b.WriteString(" DESC")
		}
		b.WriteString([]string{"", " NULLS FIRST", " NULLS LAST"}[o.Nulls])
	}
	if q.Limit != nil {
		b.WriteString(" LIMIT " + showExpr(q.Limit))
	}
	if q.Offset != nil {
		b.WriteString(" OFFSET " + showExpr(q.Offset))
	}
	return b.String()
}

func showItems(items []sqlast.Item) string {
	var parts []string
	for _, item := range items {
		switch item := item.(type) {
		case *sqlast.Star:
			parts = append(parts, "*")
		case *sqlast.ExprItem:
			text := showExpr(item.X)
			if item.Alias.Name != "" {
				text += " AS " + showName([]sqlast.Ident{item.Alias})
			}
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, ", ")
}

func showName(parts []sqlast.Ident) string {
	var names []string
	for _, p := range parts {
		if !p.Quoted || p.At != sqlast.NoPos {
			panic("a name that is not quoted, or has a place: " + p.Name)
		}
		plain := strings.Trim(strings.ToLower(p.Name), "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
		if plain {
			names = append(names, p.Name)
		} else {
			names = append(names, fmt.Sprintf("%q", p.Name))
		}
	}
	return strings.Join(names, ".")
}

func showExpr(x sqlast.Expr) string {
	not := func(n bool) string {
		if n {
			return "NOT "
		}
		return ""
	}
	switch x := x.(type) {
	case *sqlast.Name:
		return showName(x.Parts)
	case *sqlast.Param:
		return fmt.Sprintf("$%d", x.Ordinal)
	case *sqlast.Bool:
		return strings.ToUpper(fmt.Sprint(x.Value))
	case *sqlast.Binary:
		return "(" + showExpr(x.X) + " " + x.Op + " " + showExpr(x.Y) + ")"
	case *sqlast.Unary:
		return "(" + x.Op + " " + showExpr(x.X) + ")"
	case *sqlast.Is:
		return "(" + showExpr(x.X) + " IS " + not(x.Not) + x.What + ")"
	case *sqlast.Like:
		if x.Escape.(*sqlast.String).Value != `\` {
			panic("a pattern with another escape")
		}
		op := "LIKE "
		if x.Insensitive {
			op = "ILIKE "
		}
		return "(" + showExpr(x.X) + " " + not(x.Not) + op + showExpr(x.Pattern) + ")"
	case *sqlast.InList:
		var list []string
		for _, e := range x.List {
			list = append(list, showExpr(e))
		}
		return "(" + showExpr(x.X) + " " + not(x.Not) + "IN (" + strings.Join(list, ", ") + "))"
	case *sqlast.Call:
		if x.Star && len(x.Args) == 0 {
			return x.Name.Name + "(*)"
		}
		if len(x.Args) == 1 {
			return x.Name.Name + "(" + showExpr(x.Args[0]) + ")"
		}
	case *sqlast.Cast:
		return "CAST(" + showExpr(x.X) + " AS " + x.Type.Name + ")"
	}
	panic(fmt.Sprintf("an expression that no request for rows asks for: %T", x))
}
