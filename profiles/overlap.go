package profiles

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqlparse"
	"github.com/vantelle/vantelle/internal/strictyaml"
)

// Overlaps warns of two modules of one table that may claim the same row: a row
// is then shown while either may be read, so that closing one of them does not
// hide it. Modules are surely apart where they want one column to be of
// different values (x = 1 and x IN (2, 3)); what cannot be told is no warning,
// except where one of them claims every row.
func Overlaps(p *Profile) []Finding {
	var all []Finding
	for _, key := range slices.Sorted(maps.Keys(p.Tables)) {
		t := p.Tables[key]
		names := slices.Sorted(maps.Keys(t.Modules))
		for i, a := range names {
			for _, b := range names[i+1:] {
				if shared := overlap(t.Modules[a], t.Modules[b]); shared != "" {
					all = append(all, Finding{Severity: Warning, Code: "modules_overlap", Place: strictyaml.Path("tables", key, "modules"),
						Message: fmt.Sprintf("modules %s and %s overlap: %s; such a row is shown while either may be read", a, b, shared),
						Remedy:  "make the conditions exclude each other, or give both modules the same level"})
				}
			}
		}
	}
	return all
}

// overlap words what two conditions both claim; empty where they are apart or
// it cannot be told.
func overlap(a, b Condition) string {
	if a.SQL == "" || b.SQL == "" {
		if a.SQL == b.SQL {
			return "both claim every row"
		}
		return "one of them claims every row"
	}
	x, y := values(a), values(b)
	shared := ""
	for _, name := range slices.Sorted(maps.Keys(x)) {
		theirs, both := y[name]
		if !both {
			continue
		}
		var common []string
		for _, v := range x[name] {
			if slices.Contains(theirs, v) {
				common = append(common, v)
			}
		}
		if len(common) == 0 {
			return ""
		}
		shared = fmt.Sprintf("both claim rows with %s = %s", name, strings.Join(common, ", "))
	}
	if shared != "" && (len(x) > 1 || len(y) > 1 || rests(a) || rests(b)) && oneLine(a.SQL) != oneLine(b.SQL) {
		return "" // further conditions may keep them apart
	}
	return shared
}

// rests tells whether a condition demands more than values of columns.
func rests(c Condition) bool {
	x, err := sqlparse.ParseExpr(c.SQL, sqlparse.DefaultLimits())
	if err != nil {
		return true
	}
	return slices.ContainsFunc(flatten(x), func(part sqlast.Expr) bool { _, _, ok := pins(part); return !ok })
}

// values gives the values that a condition allows its columns, by column.
func values(c Condition) map[string][]string {
	x, err := sqlparse.ParseExpr(c.SQL, sqlparse.DefaultLimits())
	if err != nil {
		return nil
	}
	found := map[string][]string{}
	for _, part := range flatten(x) {
		if name, list, ok := pins(part); ok {
			found[name] = append(found[name], list...)
		}
	}
	return found
}

// pins reads column = constant and column IN (constants).
func pins(x sqlast.Expr) (column string, list []string, ok bool) {
	switch x := x.(type) {
	case *sqlast.Binary:
		if x.Op != "=" {
			return "", nil, false
		}
		if name, isName := x.X.(*sqlast.Name); isName && constant(x.Y) {
			return strings.ToLower(sqlast.FormatExpr(name)), []string{sqlast.FormatExpr(x.Y)}, true
		}
	case *sqlast.InList:
		name, isName := x.X.(*sqlast.Name)
		if x.Not || !isName {
			return "", nil, false
		}
		for _, v := range x.List {
			if !constant(v) {
				return "", nil, false
			}
			list = append(list, sqlast.FormatExpr(v))
		}
		return strings.ToLower(sqlast.FormatExpr(name)), list, true
	}
	return "", nil, false
}

func constant(x sqlast.Expr) bool {
	switch x.(type) {
	case *sqlast.Number, *sqlast.String, *sqlast.TypedLiteral, *sqlast.Bool:
		return true
	}
	return false
}
