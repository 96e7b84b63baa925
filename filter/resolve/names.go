package resolve

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// pass is one way of comparing names. Names are matched as the ERP's own
// catalog would match them: most engines do not tell case apart, so that a
// name means the nearest thing so called. To PostgreSQL "Code" and code are two
// names; there a name means first what is called exactly so, in any block
// around, and only where there is none what differs by case, so that people
// need not quote the mixed-case names of an ERP.
type pass uint8

const (
	nearest pass = iota // exactly, else but for case, in each block in turn
	exact
	folded
)

func (r *resolver) passes() []pass {
	if r.opt.Engine == catalog.Postgres {
		return passesOfPostgres[:]
	}
	return passesOfOthers[:]
}

// The passes, in order; never written to.
var (
	passesOfPostgres = [...]pass{exact, folded}
	passesOfOthers   = [...]pass{nearest}
)

// spelled is the name that an identifier means where case counts: PostgreSQL
// takes a name without quotes in small letters.
func (r *resolver) spelled(id sqlast.Ident) string {
	if r.opt.Engine == catalog.Postgres && !id.Quoted {
		return lowerASCII(id.Name)
	}
	return id.Name
}

// lowerASCII puts A to Z in small letters and leaves all others, as PostgreSQL does.
func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r - 'A' + 'a'
		}
		return r
	}, s)
}

// sameName tells whether two names of one FROM clause clash.
func (r *resolver) sameName(a, b string) bool {
	if r.opt.Engine == catalog.Postgres {
		return a == b
	}
	return strings.EqualFold(a, b)
}

// pick gives the positions in names that want means in a pass.
func (p pass) pick(n int, name func(int) string, want string) []int {
	var found []int
	if p != folded {
		for i := range n {
			if name(i) == want {
				found = append(found, i)
			}
		}
		if found != nil || p == exact {
			return found
		}
	}
	for i := range n {
		if strings.EqualFold(name(i), want) {
			found = append(found, i)
		}
	}
	return found
}

// match finds the columns that want means among cols.
func (r *resolver) match(cols []joinColumn, want sqlast.Ident, p pass) []joinColumn {
	return r.matchInto(nil, cols, want, p)
}

// matchInto is match with room for what it finds: most often that is one
// column, and this is on the way of every name of a request.
func (r *resolver) matchInto(found, cols []joinColumn, want sqlast.Ident, p pass) []joinColumn {
	name := r.spelled(want)
	for i := range cols {
		// nearest: code of one table and Code of another are ambiguous there
		if cols[i].name == name || p != exact && strings.EqualFold(cols[i].name, name) {
			found = append(found, cols[i])
		}
	}
	if p == nearest && len(found) > 1 {
		// One table can have both under a collation that tells case apart.
		var same []joinColumn
		for _, c := range found {
			if c.rel != found[0].rel {
				return found
			}
			if c.name == want.Name {
				same = append(same, c)
			}
		}
		if same != nil {
			return same
		}
	}
	return found
}

// byName are columns by their names, whatever their case: a join of wide tables by all
// their columns would go through all of them for each.
type byName map[string][]joinColumn

func columnsByName(cols []joinColumn) byName {
	named := make(byName, len(cols))
	for _, c := range cols {
		key := caseless(c.name)
		named[key] = append(named[key], c)
	}
	return named
}

// called gives the columns that may be meant by a name, in their order: all that match
// finds among all columns it finds among them.
func (n byName) called(name string) []joinColumn { return n[caseless(name)] }

// caseless gives the same text for all texts that strings.EqualFold takes for equal: of
// each letter the first in Unicode's order of those that are the same but for case.
func caseless(s string) string {
	return strings.Map(func(c rune) rune {
		if 'a' <= c && c <= 'z' {
			return c - 'a' + 'A'
		}
		if c < utf8.RuneSelf {
			return c
		}
		first := c
		for next := unicode.SimpleFold(c); next != c; next = unicode.SimpleFold(next) {
			first = min(first, next)
		}
		return first
	}, s)
}

// matchAny is match in the first pass that finds something.
func (r *resolver) matchAny(cols []joinColumn, want sqlast.Ident) []joinColumn {
	return r.matchAnyInto(nil, cols, want)
}

// matchAnyInto is matchAny with room for what it finds.
func (r *resolver) matchAnyInto(room, cols []joinColumn, want sqlast.Ident) []joinColumn {
	for _, p := range r.passes() {
		if found := r.matchInto(room, cols, want, p); len(found) > 0 {
			return found
		}
	}
	return nil
}

// relation finds the relation that a qualifier of one or two parts names; nil
// for none, and for more than one.
func (r *resolver) relation(j *joined, parts []sqlast.Ident, p pass) *relation {
	schema := ""
	if len(parts) == 2 {
		schema = parts[0].Name
	}
	want := r.spelled(parts[len(parts)-1])
	if p != folded {
		if found, any := named(j.rels, schema, func(name string) bool { return name == want }); any || p == exact {
			return found
		}
	}
	found, _ := named(j.rels, schema, func(name string) bool { return strings.EqualFold(name, want) })
	return found
}

// named finds the one relation of a schema, where one is given, whose name is
// meant; nil for several. any tells whether a name is meant in any schema.
func named(rels []*relation, schema string, meant func(name string) bool) (found *relation, any bool) {
	several := false
	for _, rel := range rels {
		if !meant(rel.name) {
			continue
		}
		any = true
		if schema != "" && !strings.EqualFold(rel.schema, schema) {
			continue
		}
		several = several || found != nil
		found = rel
	}
	if several {
		return nil, any
	}
	return found, any
}

func (r *resolver) relationAny(j *joined, parts []sqlast.Ident) *relation {
	for _, p := range r.passes() {
		if rel := r.relation(j, parts, p); rel != nil {
			return rel
		}
	}
	return nil
}

// cte finds the CTE that a name means.
func (r *resolver) cte(ctes *cteScope, want sqlast.Ident, p pass) *cteScope {
	var chain []*cteScope
	for s := ctes; s != nil; s = s.outer {
		chain = append(chain, s)
	}
	if found := p.pick(len(chain), func(i int) string { return chain[i].name }, r.spelled(want)); found != nil {
		return chain[found[0]]
	}
	return nil
}

// table finds the table or the CTE that a name means: exactly so called first,
// a CTE before a table, then but for case.
func (r *resolver) table(ctes *cteScope, schema string, want sqlast.Ident) (*cteScope, *catalog.Table) {
	for _, p := range r.passes() {
		if schema == "" {
			if c := r.cte(ctes, want, p); c != nil {
				return c, nil
			}
		}
		if t := r.opt.Tables(schema, r.spelled(want)); t != nil && (p != exact || t.Name == r.spelled(want)) {
			return nil, t
		}
		if t := r.opt.Tables(schema, want.Name); t != nil && p != exact {
			return nil, t
		}
	}
	return nil, nil
}
