package profiles

import (
	"slices"
	"strings"

	"github.com/vantelle/vantelle/internal/strictyaml"
)

func readResource(key string, n strictyaml.Node) Resource {
	m := n.Map()
	name := readTitle(m.Get("name"))
	r := Resource{
		Name:      Text{EN: key, FR: name.FR},
		Synonyms:  m.Get("synonyms").Texts(),
		Title:     readTitle(m.Get("title")),
		Table:     m.Get("table").Text(),
		Query:     readCondition(m.Get("query")),
		Where:     readCondition(m.Get("where")),
		Columns:   map[string]ResourceColumn{},
		Relations: map[string]Relation{},
		Search:    m.Get("search").Texts(),
		Key:       m.Get("key").Text(),
		Files:     map[string]FileSource{},
		Line:      n.Line(),
	}
	if name.EN != "" && name.EN != key {
		r.Synonyms = append(r.Synonyms, name.EN)
	}
	columns := m.Get("columns").Map()
	r.ColumnOrder = slices.Clone(columns.Keys())
	for _, name := range r.ColumnOrder {
		r.Columns[name] = readResourceColumn(columns.Get(name))
	}
	relations := m.Get("relations").Map()
	for _, name := range relations.Keys() {
		r.Relations[name] = readRelation(relations.Get(name))
	}
	files := m.Get("files").Map()
	for _, name := range files.Keys() {
		r.Files[name] = readFileSource(files.Get(name))
	}
	m.Done()
	return r
}

func readResourceColumn(n strictyaml.Node) ResourceColumn {
	m := n.Map()
	c := ResourceColumn{
		From:     m.Get("from").TextOrTexts(),
		Computed: readCondition(m.Get("computed")),

		UsesHidden: readHiddenColumns(m.Get("uses_hidden")),
		ByLanguage: readLanguages(m.Get("by_language")),

		Label: readTitle(m.Get("label")),
		Line:  n.Line(),
	}
	values := m.Get("values").ValueMap()
	for _, stored := range values.Keys() {
		v := readValue(values.Get(stored))
		v.Stored = stored
		c.Values = append(c.Values, v)
	}
	if other := m.Get("other"); other.Given() {
		v := readValue(other)
		c.Other = &v
	}
	m.Done()
	return c
}

func readLanguages(n strictyaml.Node) Languages {
	m := n.Map()
	l := Languages{FR: m.Get("fr").TextOrTexts(), EN: m.Get("en").TextOrTexts()}
	m.Done()
	return l
}

// readHiddenColumns reads TABLE.COLUMN, or schema.TABLE.COLUMN.
func readHiddenColumns(n strictyaml.Node) []HiddenColumn {
	var out []HiddenColumn
	for _, text := range n.Texts() {
		at := strings.LastIndexByte(text, '.')
		out = append(out, HiddenColumn{text[:max(at, 0)], text[at+1:]})
	}
	return out
}

func readValue(n strictyaml.Node) Value {
	m := n.Map()
	v := Value{Code: m.Get("code").Text(), Label: Text{FR: m.Get("fr").Text(), EN: m.Get("en").Text()}}
	m.Done()
	return v
}

func readRelation(n strictyaml.Node) Relation {
	m := n.Map()
	r := Relation{To: m.Get("to").Text(), On: readPairs(m.Get("on")), One: m.Get("one").Bool(), Line: n.Line()}
	m.Done()
	return r
}

func readFileSource(n strictyaml.Node) FileSource {
	m := n.Map()
	f := FileSource{
		Table:   m.Get("table").Text(),
		On:      readPairs(m.Get("on")),
		Where:   readCondition(m.Get("where")),
		Path:    m.Get("path").TextOrTexts(),
		Bytes:   m.Get("bytes").Text(),
		Pattern: m.Get("pattern").Text(),
		Name:    m.Get("name").Text(),
		Type:    m.Get("type").Text(),
		Root:    m.Get("root").Text(),
		Line:    n.Line(),
	}
	m.Done()
	return f
}

// readPairs reads pairs of columns: [[column here, column there], …].
func readPairs(n strictyaml.Node) [][2]string {
	var pairs [][2]string
	for _, item := range n.List() {
		pair := item.Texts()
		if len(pair) != 2 {
			item.Fail("expected a pair: [column here, column there]")
			pair = []string{"", ""} // keeps the places of those that follow
		}
		pairs = append(pairs, [2]string{pair[0], pair[1]})
	}
	return pairs
}
