package profiles

import (
	"maps"
	"slices"

	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqlparse"
	"github.com/vantelle/vantelle/internal/strictyaml"
)

// Tile is one part of a customer's dashboard: a query of the portal's SQL over
// what he sees, which the gate runs as if he had asked it himself. It can show
// nothing that he could not have asked for.
type Tile struct {
	Name   string
	Title  Text
	Module string    // nobody has the tile for whom this module is off; empty for any
	SQL    Condition // one SELECT without parameters
	Line   int
}

// maxTiles bounds a dashboard: each tile is a statement of the ERP's.
const maxTiles = 30

func readDashboard(n strictyaml.Node) []Tile {
	m := n.Map()
	var tiles []Tile
	for _, name := range m.Keys() {
		t := m.Get(name).Map()
		tiles = append(tiles, Tile{Name: name, Title: readTitle(t.Get("title")), Module: t.Get("module").Text(), SQL: readCondition(t.Get("sql")), Line: m.Get(name).Line()})
		t.Done()
	}
	return tiles
}

func checkDashboard(p *Profile, complain complaint) {
	if len(p.Dashboard) > maxTiles {
		complain("dashboard", "a dashboard has at most %d tiles", maxTiles)
	}
	for _, t := range p.Dashboard {
		path := strictyaml.Path("dashboard", t.Name)
		if !plainName.MatchString(t.Name) {
			complain(path, "the name of a tile is made of a to z, digits and underscores")
		}
		checkTitle(t.Title, path+".title", complain)
		if _, known := p.Modules[t.Module]; t.Module != "" && !known {
			complain(path+".module", "there is no such module%s", strictyaml.DidYouMean(t.Module, slices.Sorted(maps.Keys(p.Modules))))
		}
		if t.SQL.SQL == "" {
			complain(path, "give the tile its query: sql: SELECT …")
			continue
		}
		query, err := sqlparse.ParseQuery(t.SQL.SQL, sqlparse.DefaultLimits())
		switch {
		case err != nil:
			complain(path+".sql", "this is no query of the portal's SQL: %v", err)
		case hasParameters(query):
			complain(path+".sql", "a tile has no parameters: whose rows it is about is the gate's to say")
		}
	}
}

func hasParameters(query *sqlast.Query) (found bool) {
	_ = sqlast.Walk(query, func(n sqlast.Node) (bool, error) { // nothing here fails
		_, param := n.(*sqlast.Param)
		found = found || param
		return !found, nil
	})
	return found
}

// dashboard tells which tiles differ.
func (d *difference) dashboard(from, to *Profile) {
	d.subject = "The dashboard"
	byName := func(p *Profile) map[string]Tile {
		tiles := map[string]Tile{}
		for _, t := range p.Dashboard {
			tiles[t.Name] = t
		}
		return tiles
	}
	a, b := byName(from), byName(to)
	for _, name := range union(a, b) {
		x, before := a[name]
		y, after := b[name]
		thing := "The dashboard: tile " + name
		if d.presence(before, after, thing, "") {
			d.value(thing, "module", x.Module, y.Module)
			d.value(thing, "query", x.SQL.SQL, y.SQL.SQL)
		}
	}
}
