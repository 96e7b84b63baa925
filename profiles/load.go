package profiles

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/internal/strictyaml"
)

// Mistake is one thing that is wrong in a profile, with its place.
type Mistake = strictyaml.Mistake

// Mistakes is everything that is wrong in one or more profiles, as an error.
type Mistakes = strictyaml.Mistakes

// Load reads one profile from YAML and checks its structure. name says where
// it was read from, for messages and Profile.Source. The error is Mistakes:
// all of them at once. The conditions stay text; filter/view reads them.
func Load(name string, yaml []byte) (*Profile, error) {
	doc := strictyaml.Parse(name, yaml, strictyaml.Options{})
	if err := doc.Err(); err != nil {
		return nil, err
	}
	digest := sha256.Sum256(yaml)
	p := readProfile(doc.Root())
	p.Source, p.Digest = name, hex.EncodeToString(digest[:])
	check(p, func(path, format string, args ...any) {
		if !doc.FailedAt(path) {
			doc.Add(path, format, args...)
		}
	})
	if err := doc.Err(); err != nil {
		return nil, err
	}
	return p, nil
}

func readProfile(n strictyaml.Node) *Profile {
	m := n.Map()
	p := &Profile{
		Name:    m.Get("profile").Text(),
		Version: 1,
		Title:   readTitle(m.Get("title")),
		ERP:     m.Get("erp").Text(),
		Licence: m.Get("licence").Text(),
		Note:    m.Get("note").Text(),
		Extends: m.Get("extends").Text(),
		Modules: map[string]Module{},
		Tables:  map[string]Table{},

		Resources: map[string]Resource{},
		Requests:  map[string]RequestKind{},
	}
	modules := m.Get("modules").Map()
	for _, name := range modules.Keys() {
		p.Modules[name] = readModule(modules.Get(name))
	}
	tables := m.Get("tables").Map()
	for _, name := range tables.Keys() {
		p.Tables[name] = readTable(name, tables.Get(name))
	}
	hideByModule(p)
	resources := m.Get("resources").Map()
	for _, name := range resources.Keys() {
		p.Resources[name] = readResource(name, resources.Get(name))
	}
	requests := m.Get("requests").Map()
	for _, name := range requests.Keys() {
		p.Requests[name] = readRequestKind(name, requests.Get(name))
	}
	p.Dashboard = readDashboard(m.Get("dashboard"))
	m.Done()
	return p
}

func readTitle(n strictyaml.Node) Text {
	m := n.Map()
	t := Text{FR: m.Get("fr").Text(), EN: m.Get("en").Text()}
	m.Done()
	return t
}

func readModule(n strictyaml.Node) Module {
	m := n.Map()
	module := Module{Title: readTitle(m.Get("title")), Level: readLevel(m.Get("level"))}
	m.Done()
	return module
}

func readLevel(n strictyaml.Node) Level {
	const levels = "none, list, read or full"
	if !n.Given() {
		n.Fail("say what the module allows: %s", levels)
		return LevelNone
	}
	switch l := Level(n.Word()); l {
	case LevelNone, LevelList, LevelRead, LevelFull:
		return l
	case "no", "off", "false":
		n.Fail("expected %s, found %s; did you mean none?", levels, l)
	case "yes", "on", "true", "write", "all":
		n.Fail("expected %s, found %s; did you mean full?", levels, l)
	case "":
	default:
		n.Fail("expected %s, found %s", levels, l)
	}
	return LevelNone
}

func readTable(key string, n strictyaml.Node) Table {
	m := n.Map()
	t := Table{
		Title:         readTitle(m.Get("title")),
		Line:          n.Line(),
		OwnRows:       readCondition(m.Get("rows")),
		Filters:       readFilters(m.Get("filters")),
		Seek:          readCondition(m.Get("seek")),
		Public:        m.Get("public").Bool(),
		Follows:       readFollows(m.Get("follows")),
		Modules:       map[string]Condition{},
		Columns:       map[string]Column{},
		OtherColumns:  readOtherColumns(m.Get("other_columns")),
		RequireFilter: m.Get("require_filter").Texts(),
		Writes:        m.Get("writes").Texts(),
		Cascades:      m.Get("cascades").Texts(),
		Reads:         m.Get("reads").Texts(),
	}
	t.Schema, t.Name = SplitTableName(key)
	modules := m.Get("modules").Map()
	for _, name := range modules.Keys() {
		t.Modules[name] = readCondition(modules.Get(name))
	}
	columns := m.Get("columns").Map()
	t.ColumnOrder = slices.Clone(columns.Keys())
	for _, name := range t.ColumnOrder {
		t.Columns[name] = readColumn(columns.Get(name))
	}
	m.Done()
	t.foldFilters()
	return t
}

// SplitTableName splits a table's key at its first dot, as in schema.NAME.
func SplitTableName(key string) (schema, name string) {
	if schema, name, qualified := strings.Cut(key, "."); qualified {
		return schema, name
	}
	return "", key
}

func readCondition(n strictyaml.Node) Condition {
	text := n.Text()
	line, column := n.TextPlace()
	return Condition{SQL: strings.TrimSpace(text), Line: line, Column: column}
}

func readColumn(n strictyaml.Node) Column {
	m := n.Map()
	c := Column{
		Hidden:    m.Get("hidden").Bool(),
		ReadOnly:  m.Get("read_only").Bool(),
		Mandatory: m.Get("mandatory").Bool(),
		Module:    m.Get("module").Text(),
		Line:      n.Line(),
	}
	m.Done()
	return c
}

// hideByModule hides the columns of the modules that are off.
func hideByModule(p *Profile) {
	for _, t := range p.Tables {
		for name, c := range t.Columns {
			if module, ok := p.Modules[c.Module]; ok && !module.Level.AllowsReading() {
				c.Hidden, c.ReadOnly, c.Mandatory = true, false, false
				t.Columns[name] = c
			}
		}
	}
}

func readFollows(n strictyaml.Node) *Follows {
	if !n.Given() {
		return nil
	}
	m := n.Map()
	f := &Follows{Table: m.Get("table").Text(), On: readPairs(m.Get("on")), Line: n.Line()}
	m.Done()
	return f
}

func readOtherColumns(n strictyaml.Node) bool {
	switch word := n.Word(); word {
	case "shown":
		return true
	case "hidden", "":
	default:
		n.Fail("expected hidden or shown, found %s", word)
	}
	return false
}
