package profiles

import (
	"maps"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/filter/sqltoken"
)

// usualPrefix is what profiles for a Dolibarr write before the names of its
// tables, whatever stands there at the site. See Under.
const usualPrefix = "llx_"

// Under gives the profile for a Dolibarr whose tables' names begin with prefix:
// wherever a table is named with usualPrefix, in a key or in a condition, it is
// named with prefix. Titles, texts in quotes and columns stay as they are. The
// profile itself is left alone; it is the answer where nothing is to be changed.
func (p *Profile) Under(prefix string) *Profile {
	if prefix == usualPrefix {
		return p
	}
	u := under(prefix)
	q := *p
	q.Tables = make(map[string]Table, len(p.Tables))
	q.written = make(map[string]string, len(p.Tables))
	for key, t := range p.Tables {
		q.Tables[u.name(key)] = u.table(t)
		q.written[u.name(key)] = p.Written(key)
	}
	q.Resources = make(map[string]Resource, len(p.Resources))
	for key, r := range p.Resources {
		q.Resources[key] = u.resource(r)
	}
	q.Dashboard = slices.Clone(p.Dashboard)
	for i := range q.Dashboard {
		q.Dashboard[i].SQL = u.condition(q.Dashboard[i].SQL)
	}
	return &q
}

// Written gives the key that a key of Tables has in the text of the profile.
func (p *Profile) Written(key string) string {
	if as, renamed := p.written[key]; renamed {
		return as
	}
	return key
}

// under is the prefix that stands at the site.
type under string

// name gives the name of a table at the site.
func (u under) name(table string) string {
	if !begins(table, usualPrefix) || begins(string(u), usualPrefix) && begins(table, string(u)) { // named as at the site: llx_two_facture
		return table
	}
	return string(u) + table[len(usualPrefix):]
}

// begins tells whether something stands behind prefix in name.
func begins(name, prefix string) bool {
	return len(name) > len(prefix) && strings.EqualFold(name[:len(prefix)], prefix)
}

func (u under) names(tables []string) []string {
	renamed := slices.Clone(tables)
	for i, t := range renamed {
		renamed[i] = u.name(t)
	}
	return renamed
}

// condition renames the tables of a text of the portal's SQL. What is no such
// text stays as written: it is refused where it is bound.
func (u under) condition(c Condition) Condition {
	var out strings.Builder
	done, scanner := 0, sqltoken.NewScanner(c.SQL)
	for {
		token, err := scanner.Next()
		if err != nil {
			return c
		}
		if token.Kind == sqltoken.EOF {
			break
		}
		if token.Kind != sqltoken.Word && token.Kind != sqltoken.QuotedName {
			continue
		}
		written := token.Value()
		renamed := u.name(written)
		if renamed == written {
			continue
		}
		if token.Kind == sqltoken.QuotedName || !sqltoken.PlainName(renamed) {
			renamed = `"` + strings.ReplaceAll(renamed, `"`, `""`) + `"`
		}
		out.WriteString(c.SQL[done:token.At])
		out.WriteString(renamed)
		done = token.End
	}
	out.WriteString(c.SQL[done:])
	c.SQL = out.String()
	return c
}

func (u under) table(t Table) Table {
	t.Name = u.name(t.Name)
	t.Rows, t.OwnRows, t.Seek = u.condition(t.Rows), u.condition(t.OwnRows), u.condition(t.Seek)
	t.Filters = slices.Clone(t.Filters)
	for i := range t.Filters {
		t.Filters[i].Where = u.condition(t.Filters[i].Where)
	}
	if t.Follows != nil {
		follows := *t.Follows
		follows.Table = u.name(follows.Table)
		t.Follows = &follows
	}
	t.Modules = maps.Clone(t.Modules)
	for module, c := range t.Modules {
		t.Modules[module] = u.condition(c)
	}
	t.Cascades = u.names(t.Cascades)
	t.Reads = u.names(t.Reads)
	return t
}

func (u under) resource(r Resource) Resource {
	r.Table, r.Query, r.Where = u.name(r.Table), u.condition(r.Query), u.condition(r.Where)
	r.Columns = maps.Clone(r.Columns)
	for name, c := range r.Columns {
		c.Computed = u.condition(c.Computed)
		c.UsesHidden = slices.Clone(c.UsesHidden)
		for i := range c.UsesHidden {
			c.UsesHidden[i].Table = u.name(c.UsesHidden[i].Table)
		}
		r.Columns[name] = c
	}
	r.Files = maps.Clone(r.Files)
	for name, f := range r.Files {
		f.Table, f.Where = u.name(f.Table), u.condition(f.Where)
		r.Files[name] = f
	}
	return r
}
