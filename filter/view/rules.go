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
	uses    map[string][]*use // of each table's row condition
	views   []*catalog.Table  // that row conditions read, or that are the profile's tables
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
	out := &rules{binder: whole, uses: map[string][]*use{}}
	for name, policy := range whole.policies {
		out.uses[name] = usesOf(policy.Where, policy.Self, own)
	}
	for _, name := range slices.Sorted(maps.Keys(out.uses)) {
		out.view(whole.policies[name].Table)
		for _, u := range out.uses[name] {
			out.view(u.table())
		}
	}
	return out
}

// view notes a table, if it is a view.
func (r *rules) view(t *catalog.Table) {
	if t.View && !slices.Contains(r.views, t) {
		r.views = append(r.views, t)
	}
}

// unbound gives the tables whose row conditions cannot be bound now, and name a table.
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
		if r.names(strings.Join(texts, "\n"), t) {
			out = append(out, name)
		}
	}
	return out
}

// names tells whether a text may read a table: it has its name, or that of a view.
func (r *rules) names(text string, t *catalog.Table) bool {
	text = strings.ToLower(text)
	apart := func(c rune) bool { return c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c) }
	words := strings.FieldsFunc(text, apart)
	return slices.ContainsFunc(r.v.Catalog.Tables, func(other *catalog.Table) bool {
		name := strings.ToLower(other.Name)
		said := slices.Contains(words, name) || strings.ContainsFunc(name, apart) && strings.Contains(text, name)
		return said && (other == t || other.View)
	})
}

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

// hung is on what row conditions hang: columns of tables, and tables that they ask for
// what is not there.
type hung struct {
	columns map[*catalog.Table]map[string]bool
	missing map[*catalog.Table]bool
}

func hanging(all []*rules) hung {
	on := hung{map[*catalog.Table]map[string]bool{}, map[*catalog.Table]bool{}}
	for _, of := range all {
		for _, uses := range of.uses {
			for _, u := range uses {
				t := u.table()
				if on.columns[t] == nil {
					on.columns[t] = map[string]bool{}
				}
				for _, p := range u.equal {
					on.columns[t][p.mine.Col.Name] = true
				}
				for _, c := range u.mentions {
					on.columns[t][c.Name] = true
				}
				on.missing[t] = on.missing[t] || !u.plain
			}
		}
	}
	return on
}
