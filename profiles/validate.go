package profiles

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/internal/strictyaml"
)

var (
	profileName = regexp.MustCompile(`^[\pL\pN][\pL\pN _.-]{0,63}$`)
	moduleName  = regexp.MustCompile(`^[a-z_]+$`)
	erps        = []string{"sage100", "dolibarr", "odoo", "custom"}
)

// complaint notes a mistake at a key path.
type complaint func(path, format string, args ...any)

// check looks at a profile's structure and complains of everything that would
// make it unclear who sees what. It changes nothing but the spelling of
// Follows.Table, which becomes the followed table's key.
func check(p *Profile, complain complaint) {
	if !profileName.MatchString(p.Name) {
		complain("profile", "give the profile a name of up to 64 letters, digits, spaces, dots, dashes and underscores")
	}
	if !slices.Contains(erps, p.ERP) {
		complain("erp", "say which ERP this is for: %s%s", strings.Join(erps, ", "), strictyaml.DidYouMean(p.ERP, erps))
	}
	checkTitle(p.Title, "title", complain)
	if p.Extends != "" && p.Extends == p.Name {
		complain("extends", "a profile cannot restrict itself: name another one, or leave extends out")
	}
	for name, module := range p.Modules {
		checkTitle(module.Title, strictyaml.Path("modules", name, "title"), complain)
		if !moduleName.MatchString(name) {
			complain(strictyaml.Path("modules", name), "the name of a module is made of the letters a to z and underscores")
		}
	}
	if len(p.Tables) == 0 {
		complain("tables", "no table is listed, so the profile shows nothing")
	}
	checkTableNames(p, complain)
	for _, key := range slices.Sorted(maps.Keys(p.Tables)) {
		checkTable(p, key, complain)
	}
	checkFollows(p, complain)
	checkResources(p, complain)
	checkRequests(p, complain)
	checkDashboard(p, complain)
}

func checkTitle(t Text, path string, complain complaint) {
	if (t.FR == "") != (t.EN == "") {
		complain(path, "give the title in both languages: {fr: …, en: …}")
	}
}

// checkTableNames refuses keys that could mean the same table.
func checkTableNames(p *Profile, complain complaint) {
	var seen []string // keys in the order of the file
	for _, key := range slices.SortedFunc(maps.Keys(p.Tables), func(a, b string) int {
		return cmp.Or(cmp.Compare(p.Tables[a].Line, p.Tables[b].Line), cmp.Compare(a, b))
	}) {
		t := p.Tables[key]
		path := strictyaml.Path("tables", key)
		if t.Name == "" || strings.HasPrefix(key, ".") || strings.ContainsAny(key, "\n\t") || strings.TrimSpace(key) != key {
			complain(path, "the name of a table is NAME or schema.NAME")
		}
		for _, earlier := range seen {
			other := p.Tables[earlier]
			switch {
			case !strings.EqualFold(t.Name, other.Name):
			case strings.EqualFold(t.Schema, other.Schema):
				complain(path, "this is the same table as %s on line %d, in other letters", earlier, other.Line)
			case t.Schema == "" || other.Schema == "":
				complain(path, "this could be the same table as %s on line %d: give both their schema", earlier, other.Line)
			}
		}
		seen = append(seen, key)
	}
}

func checkTable(p *Profile, key string, complain complaint) {
	t := p.Tables[key]
	path := strictyaml.Path("tables", key)
	checkTitle(t.Title, path+".title", complain)
	checkOwner(t, path, complain)
	checkParameters(t, path, complain)
	if t.Seek.SQL != "" && t.Rows.SQL == "" {
		complain(path+".seek", "seek says what rows says in another form: give rows")
	}
	for name := range t.Modules {
		if _, ok := p.Modules[name]; !ok {
			complain(strictyaml.Sub(path+".modules", name), "there is no such module in this profile%s", strictyaml.DidYouMean(name, slices.Sorted(maps.Keys(p.Modules))))
		}
	}
	checkColumns(p, key, complain)
	checkFilters(t, path, complain)
	checkRequireFilter(t, path, complain)
	checkWrites(t, path, complain)
}

// checkOwner sees to it that the profile says whose the rows of a table are.
func checkOwner(t Table, path string, complain complaint) {
	owned := mentionsCustomer(t.Rows.SQL)
	switch {
	case t.Public && t.Follows != nil:
		complain(path+".public", "public says that everybody sees the rows, follows that only some do: remove one of them")
	case t.Public && owned:
		complain(path+".public", "public says that every customer sees the same rows, but rows asks who the customer is: remove public")
	case t.Public || t.Follows != nil || owned:
	case t.Rows.SQL == "":
		complain(path, "nothing says whose rows these are: give rows with the customer in it (such as CT_Num = :customer), follows with the table whose rows decide, or public: true where every customer may see them all")
	default:
		complain(path+".rows", "nothing says whose rows these are: the condition does not mention the customer (:customer, :customer_code, :contact or :attr_…); give public: true where every customer may see the rows that it leaves")
	}
}

// checkParameters refuses, before any database is asked, what nobody gives a
// value.
func checkParameters(t Table, path string, complain complaint) {
	check := func(c Condition, at string) {
		for _, name := range parameters(c.SQL) {
			if !namesCustomer(name) {
				complain(at, "there is no :%s: a condition knows :customer, :customer_code, :contact and :attr_… with the name of an attribute", name)
			}
		}
	}
	check(t.OwnRows, path+".rows")
	check(t.Seek, path+".seek")
	for _, name := range slices.Sorted(maps.Keys(t.Modules)) {
		check(t.Modules[name], strictyaml.Sub(path+".modules", name))
	}
	for i, f := range t.Filters {
		check(f.Where, strictyaml.Item(path+".filters", i)+".where")
	}
}

func checkColumns(p *Profile, key string, complain complaint) {
	t := p.Tables[key]
	path := strictyaml.Path("tables", key) + ".columns"
	shown := t.OtherColumns
	seen := map[string]string{}
	for _, name := range t.ColumnOrder {
		c := t.Columns[name]
		at := strictyaml.Sub(path, name)
		if strings.TrimSpace(name) != name || name == "" {
			complain(at, "the name of a column is empty or has spaces round it")
		}
		if earlier, twice := seen[strings.ToLower(name)]; twice {
			complain(at, "this is the same column as %s on line %d, in other letters", earlier, t.Columns[earlier].Line)
		} else {
			seen[strings.ToLower(name)] = name
		}
		if _, ok := p.Modules[c.Module]; c.Module != "" && !ok {
			complain(at+".module", "there is no such module in this profile%s", strictyaml.DidYouMean(c.Module, slices.Sorted(maps.Keys(p.Modules))))
		}
		switch {
		case c.Hidden && c.Mandatory:
			complain(at, "a column cannot be hidden and mandatory: who cannot see it cannot give it")
		case c.Hidden && c.ReadOnly:
			complain(at, "a hidden column needs no read_only: it can be neither seen nor written")
		case c.ReadOnly && c.Mandatory:
			complain(at, "a column cannot be read_only and mandatory: who may not write it cannot give it")
		}
		shown = shown || !c.Hidden
	}
	if !shown && !followed(p, key) {
		complain(path, "no column is shown: list the columns that customers may see, or give other_columns: shown")
	}
}

// followed tells whether another table's rows are decided by this one's, which
// then need not show anything itself.
func followed(p *Profile, key string) bool {
	for other, t := range p.Tables {
		if other != key && t.Follows != nil && strings.EqualFold(t.Follows.Table, key) {
			return true
		}
	}
	return false
}

func checkRequireFilter(t Table, path string, complain complaint) {
	seen := map[string]bool{}
	for i, name := range t.RequireFilter {
		at := strictyaml.Item(path+".require_filter", i)
		listed := ""
		for _, c := range t.ColumnOrder {
			if strings.EqualFold(c, name) {
				listed = c
			}
		}
		switch {
		case name == "":
			complain(at, "give the name of a column")
		case seen[strings.ToLower(name)]:
			complain(at, "%s is already named above", name)
		case listed != "" && t.Columns[listed].Hidden:
			complain(at, "%s is hidden, so no request can filter on it", name)
		case listed == "" && !t.OtherColumns:
			complain(at, "%s is not among the columns%s", name, strictyaml.DidYouMean(name, t.ColumnOrder))
		}
		seen[strings.ToLower(name)] = true
	}
}
