package erpsource

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// odooTagLookups reads which tags partners have, how the tags are called, and
// the language of the company, which is that of the names people see.
func odooTagLookups(s *shape, partners *table, opts Options) []lookup {
	given, names := s.table("res_partner_res_partner_category_rel", "g"), s.table("res_partner_category", "t")
	if !given.has("partner_id") || !given.has("category_id") || !names.has("id") || !names.has("name") {
		return nil
	}
	out := []lookup{
		{name: "tags", sql: "SELECT " + given.text("partner_id") + ", " + given.text("category_id") + " FROM " + given.from()},
		{name: "tag names", sql: "SELECT " + names.text("id") + ", " + names.text("name") + " FROM " + names.from() + " WHERE " + names.flag("active", "TRUE")},
	}
	if o := s.table("res_company", "o"); o.has("id") && o.has("partner_id") && partners.has("lang") {
		company := "(SELECT MIN(" + o.col("id") + ") FROM " + o.from() + ")"
		if opts.Company != 0 {
			company = strconv.FormatInt(opts.Company, 10)
		}
		out = append(out, lookup{name: "languages", sql: "SELECT 'company', " + partners.text("lang") + " FROM " + partners.from() +
			" JOIN " + o.from() + " ON " + o.col("partner_id") + " = " + partners.col("id") + " WHERE " + o.col("id") + " = " + company})
	}
	return out
}

func odooTags(r *row) []string {
	language := firstPart(r.all("languages", "company"))
	var names []string
	for _, id := range r.all("tags", r.id) {
		if name := r.all("tag names", id); len(name) > 0 {
			names = append(names, translated(name[0], language))
		}
	}
	return tags(names)
}

// translated is a text that Odoo may keep in several languages, as
// {"en_US": "Gold", "fr_FR": "Or"}: in the language wanted, else in English,
// in which Odoo has every text, else in any.
func translated(text, language string) string {
	var in map[string]string
	if !strings.HasPrefix(text, "{") || json.Unmarshal([]byte(text), &in) != nil {
		return text
	}
	wanted := []string{in[language], in["en_US"]}
	for _, l := range slices.Sorted(maps.Keys(in)) {
		wanted = append(wanted, in[l])
	}
	return strings.TrimSpace(firstPart(wanted))
}
