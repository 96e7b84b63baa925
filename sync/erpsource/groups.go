package erpsource

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Categories of Dolibarr and tags of Odoo may stand below others: "Sud" below
// "Zone". An attribute can be the one below a given other that a customer has:
// it is chosen as category:Zone on Dolibarr, and as tag:Zone on Odoo. Who has
// several of them has no such attribute, as who has none.

// grouped takes from the attributes that an operator chose those that are
// chosen by a category or a tag above: what stands above, by the attribute's name.
func grouped(chosen map[string]string, prefix string) (columns, groups map[string]string) {
	columns, groups = map[string]string{}, map[string]string{}
	for name, what := range chosen {
		if above, is := strings.CutPrefix(what, prefix); is {
			groups[name] = strings.TrimSpace(above)
			continue
		}
		columns[name] = what
	}
	return columns, groups
}

// groups has customers' attributes made by what they have below others. links is
// the table of who has which, names that of what they are called.
func (p *plan) groups(groups map[string]string, links *table, owner, link string, names *table, id, label, parent string) error {
	if len(groups) == 0 {
		return nil
	}
	if !links.has(owner) || !links.has(link) {
		return &MissingError{Table: links.called(), Columns: []string{owner, link}}
	}
	if !names.has(id) || !names.has(label) || !names.has(parent) {
		return &MissingError{Table: names.called(), Columns: []string{id, label, parent}}
	}
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		if slices.Contains(p.customers.names, attributePrefix+name) {
			return fmt.Errorf("attribute %s: this kind of ERP has one of this name already: choose another", name)
		}
	}
	above := *names
	above.alias = names.alias + "a"
	p.grouped = groups
	p.lookups = append(p.lookups, lookup{name: "groups", decides: true,
		value: func(parts []string) string { return strings.Join(parts, "\x00") },
		sql: "SELECT " + links.text(owner) + ", " + above.text(label) + ", " + names.text(label) + " FROM " + links.from() +
			" JOIN " + names.from() + " ON " + names.col(id) + " = " + links.col(link) +
			" JOIN " + above.from() + " ON " + above.col(id) + " = " + names.col(parent)})
	p.customers.remarks = func(r *row) (all []string) {
		for _, name := range slices.Sorted(maps.Keys(groups)) {
			if has := r.below(groups[name]); len(has) > 1 {
				all = append(all, fmt.Sprintf("it has several of %s (%s), and so no attribute %s", groups[name], strings.Join(has, ", "), name))
			}
		}
		return all
	}
	return nil
}

// called is a table's name, of one that may not be there.
func (t *table) called() string {
	if t == nil {
		return "of categories or tags"
	}
	return t.name
}

// below are what a customer has below another, by their names, sorted.
func (r *row) below(group string) (names []string) {
	language := firstPart(r.all("languages", "company"))
	for _, value := range r.all("groups", r.id) {
		if above, name, _ := strings.Cut(value, "\x00"); translated(above, language) == group {
			names = append(names, translated(name, language))
		}
	}
	return tags(names)
}

// groupedAttributes are the attributes made by what a customer has below others.
func (r *row) groupedAttributes(groups map[string]string) map[string]string {
	found := map[string]string{}
	for name, group := range groups {
		if has := r.below(group); len(has) == 1 {
			found[name] = has[0]
		}
	}
	return found
}
