package profiles

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/filter/sqlfunc"
	"github.com/vantelle/vantelle/internal/strictyaml"
)

var (
	resourceName = regexp.MustCompile(`^\pL[\pL\pN_]{0,63}$`)
	plainName    = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)
)

// checkResources complains of every resource that would be unclear, that could
// be taken for another one or for a table, or that names what its table does
// not show. It changes nothing but the spelling of the tables and resources
// that are named, which become keys.
func checkResources(p *Profile, complain complaint) {
	keys := slices.SortedFunc(maps.Keys(p.Resources), func(a, b string) int {
		return cmp.Or(cmp.Compare(p.Resources[a].Line, p.Resources[b].Line), cmp.Compare(a, b))
	})
	checkResourceNames(p, keys, complain)
	for _, key := range keys {
		r := p.Resources[key]
		checkResource(p, key, &r, complain)
		p.Resources[key] = r
	}
	for _, key := range keys {
		checkRelations(p, key, complain)
	}
}

// checkResourceNames refuses names that could mean two things.
func checkResourceNames(p *Profile, keys []string, complain complaint) {
	taken := map[string]string{} // folded name: what it is
	for name, t := range p.Tables {
		taken[strings.ToLower(t.Name)] = "the table " + name
	}
	for _, key := range keys {
		path := strictyaml.Path("resources", key)
		if !plainName.MatchString(key) {
			complain(path, "the name of a resource is made of the letters a to z, digits and underscores")
		}
		own := map[string]bool{}
		names := p.Resources[key].Names()
		for i, name := range names {
			at := path
			switch first := len(names) - len(p.Resources[key].Synonyms); {
			case i >= first:
				at = strictyaml.Item(path+".synonyms", i-first)
			case i == 1:
				at = path + ".name"
			}
			folded := strings.ToLower(name)
			switch what, twice := taken[folded]; {
			case !resourceName.MatchString(name):
				complain(at, "the name of a resource is made of letters, digits and underscores, up to 64")
			case own[folded]:
				complain(at, "the resource is called %s twice", name)
			case twice:
				complain(at, "%s is already %s", name, what)
			default:
				taken[folded] = "the resource " + key
			}
			own[folded] = true
		}
	}
}

// Names gives every name of a resource: its English one, its French one where
// it differs, its synonyms.
func (r Resource) Names() []string {
	names := []string{r.Name.EN}
	if r.Name.FR != "" && !strings.EqualFold(r.Name.FR, r.Name.EN) {
		names = append(names, r.Name.FR)
	}
	return append(names, r.Synonyms...)
}

func checkResource(p *Profile, key string, r *Resource, complain complaint) {
	path := strictyaml.Path("resources", key)
	checkTitle(r.Title, path+".title", complain)
	tables := slices.Sorted(maps.Keys(p.Tables))
	listed := listedTable(tables, r.Table)
	if listed != "" {
		r.Table = listed
	}
	switch {
	case r.Table == "" && r.Query.SQL == "":
		complain(path, "say which table the resource is a part of")
	case r.Table != "" && r.Query.SQL != "":
		complain(path+".query", "a resource is a part of a table or a query, not both")
	case r.Query.SQL != "" && r.Where.SQL != "":
		complain(path+".where", "write the condition into the query")
	case r.Table != "" && listed == "":
		complain(path+".table", "there is no table %s in this profile%s", r.Table, strictyaml.DidYouMean(r.Table, tables))
	}
	if len(r.Columns) == 0 {
		complain(path, "the resource has no column")
	}
	for _, name := range r.ColumnOrder {
		checkResourceColumn(p, *r, name, strictyaml.Sub(path+".columns", name), complain)
	}
	seen := map[string]bool{}
	for i, name := range r.Search {
		at := strictyaml.Item(path+".search", i)
		switch _, known := r.Columns[name]; {
		case !known:
			complain(at, "the resource has no column %s%s", name, strictyaml.DidYouMean(name, r.ColumnOrder))
		case seen[name]:
			complain(at, "%s is already named above", name)
		}
		seen[name] = true
	}
	if _, known := r.Columns[r.Key]; r.Key != "" && !known {
		complain(path+".key", "the resource has no column %s%s", r.Key, strictyaml.DidYouMean(r.Key, r.ColumnOrder))
	}
	if len(r.Files) > 0 && r.Query.SQL != "" {
		complain(path+".files", "files belong to the rows of a table: a resource that is a query has none")
	}
	for _, name := range slices.Sorted(maps.Keys(r.Files)) {
		checkFileSource(r.Files[name], name, strictyaml.Sub(path+".files", name), complain)
	}
}

func checkResourceColumn(p *Profile, r Resource, name, path string, complain complaint) {
	c := r.Columns[name]
	checkTitle(c.Label, path+".label", complain)
	if !plainName.MatchString(name) {
		complain(path, "the name of a column of a resource is made of the letters a to z, digits and underscores")
	}
	if len(c.From) == 0 && c.Computed.SQL == "" {
		complain(path, "say where the column comes from: from with a column of the table, or computed with an expression")
	}
	if t, ok := p.Tables[r.Table]; ok {
		for _, from := range c.From {
			checkShown(t, r.Table, from, path+".from", complain)
		}
	}
	for i, h := range c.UsesHidden {
		at := strictyaml.Item(path+".uses_hidden", i)
		switch _, known := p.Tables[h.Table]; {
		case c.Computed.SQL == "":
			complain(at, "only what is computed can be made of hidden columns: give computed")
		case h.Table == "" || h.Column == "":
			complain(at, "write the column with its table, as TABLE.COLUMN")
		case !known:
			complain(at, "there is no table %s in this profile%s", h.Table, strictyaml.DidYouMean(h.Table, slices.Sorted(maps.Keys(p.Tables))))
		}
	}
	checkLanguages(c, path, complain)
	if len(c.Values) == 0 {
		if c.Other != nil {
			complain(path+".other", "other is for what values does not list: give values")
		}
		return
	}
	if _, taken := r.Columns[name+LabelSuffix]; taken {
		complain(path+".values", "the column with the labels is called %s, and there is already one", name+LabelSuffix)
	}
	for _, v := range c.Values {
		checkValue(v, strictyaml.Sub(path+".values", v.Stored), complain)
	}
	if c.Other != nil {
		checkValue(*c.Other, path+".other", complain)
	}
}

func checkLanguages(c ResourceColumn, path string, complain complaint) {
	path += ".by_language"
	if len(c.ByLanguage.FR)+len(c.ByLanguage.EN) == 0 {
		return
	}
	if len(c.From) == 0 || len(c.Values) > 0 {
		complain(path, "by_language is for a column of the table (from) without values")
	}
	for _, l := range []struct {
		name  string
		names []string
	}{{"fr", c.ByLanguage.FR}, {"en", c.ByLanguage.EN}} {
		if len(l.names) == 0 {
			complain(path, "say for both languages, fr and en, where their texts stand: {fr: [fr_FR, en_US], en: [en_US, fr_FR]}")
		}
		for i, name := range l.names {
			if !sqlfunc.IsKey(name) {
				complain(strictyaml.Item(path+"."+l.name, i), "expected the name of a language as the ERP writes it, such as fr_FR")
			}
		}
	}
}

// checkShown complains of a column that a table does not show.
func checkShown(t Table, table, column, path string, complain complaint) {
	for _, listed := range t.ColumnOrder {
		if strings.EqualFold(listed, column) {
			if c := t.Columns[listed]; c.Hidden && c.Module == "" {
				complain(path, "%s hides %s, and a resource shows nothing that its table does not", table, listed)
			}
			return
		}
	}
	if !t.OtherColumns {
		complain(path, "%s does not show a column %s%s", table, column, strictyaml.DidYouMean(column, t.ColumnOrder))
	}
}

func checkValue(v Value, path string, complain complaint) {
	switch {
	case !plainName.MatchString(v.Code):
		complain(path+".code", "give a code made of the letters a to z, digits and underscores")
	case v.Label.FR == "" || v.Label.EN == "":
		complain(path, "give the label in both languages: {code: …, fr: …, en: …}")
	}
}

func checkRelations(p *Profile, key string, complain complaint) {
	r := p.Resources[key]
	resources := slices.Sorted(maps.Keys(p.Resources))
	for _, name := range slices.Sorted(maps.Keys(r.Relations)) {
		path := strictyaml.Sub(strictyaml.Path("resources", key)+".relations", name)
		relation := r.Relations[name]
		to, known := p.Resources[relation.To]
		switch {
		case !plainName.MatchString(name):
			complain(path, "the name of a relation is made of the letters a to z, digits and underscores")
		case r.Columns[name].Line != 0:
			complain(path, "the resource has a column of that name")
		case relation.To == "":
			complain(path+".to", "say which resource the rows belong to")
		case !known:
			complain(path+".to", "there is no resource %s in this profile%s", relation.To, strictyaml.DidYouMean(relation.To, resources))
		}
		if len(relation.On) == 0 {
			complain(path+".on", "say which columns match: [[column here, column there], …]")
		}
		for i, pair := range relation.On {
			at := strictyaml.Item(path+".on", i)
			if strings.TrimSpace(pair[0]) == "" || strings.TrimSpace(pair[1]) == "" {
				complain(at, "give a column here and a column there")
				continue
			}
			if t, ok := p.Tables[r.Table]; ok {
				checkShown(t, r.Table, pair[0], at, complain)
			}
			if t, ok := p.Tables[to.Table]; ok {
				checkShown(t, to.Table, pair[1], at, complain)
			}
		}
	}
}

func checkFileSource(f FileSource, name, path string, complain complaint) {
	given := 0
	for _, way := range []bool{len(f.Path) > 0, f.Bytes != "", f.Pattern != ""} {
		if way {
			given++
		}
	}
	_, err := f.parts()
	switch {
	case !plainName.MatchString(name):
		complain(path, "the name of a source of files is made of the letters a to z, digits and underscores")
	case given == 0:
		complain(path, "say where the files are: path with the columns that make it, pattern with a path that names columns in braces, or bytes with the column that holds the content")
	case given > 1 && f.Bytes != "":
		complain(path+".bytes", "the content is in a column or at a path, not both")
	case given > 1:
		complain(path+".pattern", "give path or pattern, not both")
	case err != nil:
		complain(path+".pattern", "%v", err)
	case f.Bytes == "" && f.Root == "":
		complain(path+".root", "say below which of the dossier's roots the path is: a name, which the configuration gives a folder")
	case f.Table == "" && (len(f.On) > 0 || f.Where.SQL != ""):
		complain(path, "on and where belong to a table of files: give table")
	case f.Table != "" && len(f.On) == 0:
		complain(path+".on", "say which columns match: [[column here, column there], …]")
	}
	for i, pair := range f.On {
		if strings.TrimSpace(pair[0]) == "" || strings.TrimSpace(pair[1]) == "" {
			complain(strictyaml.Item(path+".on", i), "give a column here and a column there")
		}
	}
}
