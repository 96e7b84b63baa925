package view

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/profiles"
)

// rules are what a profile says of every row of its tables, whatever the levels.
type rules struct {
	*binder                   // of the profile
	sibling bool              // it is for the same kind of ERP as the view's
	rows    map[string]*asked // by each table's row condition
	files   []*fileRule
	views   []*catalog.Table // that are the profile's tables, or those of files, or that conditions read
}

// fileRule says by which rows files are found.
type fileRule struct {
	what     string
	source   profiles.FileSource
	resource *catalog.Table // nil where it is a query's
	table    *catalog.Table // whose rows the source reads; nil where there is none such now
	where    querytree.Expr
	asked    *asked // nil where the condition cannot be bound, and gives no files now
}

func (b *binder) allRules(p *profiles.Profile) *rules {
	whole := &binder{v: &View{Profile: p, Catalog: b.v.Catalog}, policies: map[string]*querytree.Policy{}, failed: map[string]bool{}, whole: true}
	for name := range p.Tables {
		whole.policy(name)
	}
	own := map[*querytree.Self]querytree.Expr{}
	if p == b.v.Profile { // what another says need not hold of what this one lets customers write
		for _, policy := range whole.policies {
			own[policy.Self] = policy.Where
		}
	}
	out := &rules{binder: whole, sibling: p.ERP == b.v.Profile.ERP, rows: map[string]*asked{}}
	for name, policy := range whole.policies {
		out.rows[name] = askedBy(policy.Where, policy.Self, own)
	}
	for _, name := range slices.Sorted(maps.Keys(out.rows)) {
		out.view(whole.policies[name].Table)
		for _, u := range out.rows[name].uses {
			out.view(u.table())
		}
	}
	for _, resource := range slices.Sorted(maps.Keys(p.Resources)) {
		r := p.Resources[resource]
		for _, source := range slices.Sorted(maps.Keys(r.Files)) {
			f := out.fileRule(resource, r.Table, r.Files[source])
			out.files = append(out.files, f)
			if f.table != nil {
				out.view(f.table)
			}
			if f.asked != nil {
				for _, u := range f.asked.uses {
					out.view(u.table())
				}
			}
		}
	}
	return out
}

func (r *rules) fileRule(resource, table string, source profiles.FileSource) *fileRule {
	f := &fileRule{what: "files of " + resource, source: source, resource: r.v.Catalog.Table(profiles.SplitTableName(table))}
	if f.table = f.resource; source.Table != "" {
		f.table = r.v.Catalog.Table(profiles.SplitTableName(source.Table))
	}
	if f.table == nil {
		return f
	}
	self := &querytree.Self{Table: f.table}
	where, err := r.condition(source.Where, &querytree.Policy{Table: f.table, Self: self})
	if err != nil {
		return f
	}
	f.where, f.asked = where, askedBy(where, self, nil)
	return f
}

// view notes a table, if it is a view.
func (r *rules) view(t *catalog.Table) {
	if t.View && !slices.Contains(r.views, t) {
		r.views = append(r.views, t)
	}
}

// unbound gives the tables whose row conditions cannot be bound now, and may read a
// table; of a view that is not there, by what it is said to read.
func (r *rules) unbound(t *catalog.Table) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(r.v.Profile.Tables)) {
		rule := r.v.Profile.Tables[name]
		if !r.failed[name] {
			continue
		}
		texts := []string{rule.Rows.SQL, rule.Seek.SQL}
		for _, m := range rule.Modules {
			texts = append(texts, m.SQL)
		}
		if rule.Follows != nil {
			texts = append(texts, rule.Follows.Table)
		}
		reads := r.mayRead
		if r.v.Catalog.Table(rule.Schema, rule.Name) == nil { // perhaps never
			reads = r.names
		}
		if reads(strings.Join(texts, "\n"), t) || slices.ContainsFunc(rule.Reads, func(n string) bool { return r.v.Catalog.Table(profiles.SplitTableName(n)) == t }) {
			out = append(out, name)
		}
	}
	return out
}

// mayRead tells whether a condition that cannot be bound now may read a table. What
// another kind of ERP has is not here, and does not come back; of the same one it may
// be a view that is made anew just now.
func (r *rules) mayRead(text string, t *catalog.Table) bool {
	return r.names(text, t) || r.sibling && slices.Contains(wordsOf(text), "select")
}

// names tells whether a text may read a table: it has its name, or that of a view.
func (r *rules) names(text string, t *catalog.Table) bool {
	words := wordsOf(text)
	return slices.ContainsFunc(r.v.Catalog.Tables, func(other *catalog.Table) bool {
		name := strings.ToLower(other.Name)
		said := slices.Contains(words, name) || strings.ContainsFunc(name, betweenWords) && strings.Contains(strings.ToLower(text), name)
		return said && (other == t || other.View)
	})
}

func wordsOf(text string) []string { return strings.FieldsFunc(strings.ToLower(text), betweenWords) }

func betweenWords(c rune) bool { return c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c) }

// readBy gives the tables that the profile says a view reads; nil where it says
// nothing, or something that is not known here.
func (r *rules) readBy(v *catalog.Table) []*catalog.Table {
	var out []*catalog.Table
	for _, rule := range r.v.Profile.Tables {
		if r.v.Catalog.Table(rule.Schema, rule.Name) != v {
			continue
		}
		for _, name := range rule.Reads {
			t := r.v.Catalog.Table(profiles.SplitTableName(name))
			if t == nil || t.View { // what that one reads nobody has said here
				return nil
			}
			out = append(out, t)
		}
	}
	return out
}
