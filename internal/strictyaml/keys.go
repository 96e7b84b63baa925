package strictyaml

import "go.yaml.in/yaml/v3"

// Map is a value made of keys. Who reads it asks for the keys that it knows
// and then calls Done, which notes all others as mistakes.
type Map struct {
	node   Node
	keys   []string
	values map[string]Node
	asked  []string
}

// Map reads keys with their values. It never gives nil; where the value is
// absent or something else it has no keys.
func (n Node) Map() *Map { return n.keys(false) }

func (n Node) keys(values bool) *Map {
	m := &Map{node: n, values: map[string]Node{}}
	if !n.plain() {
		return m
	}
	if n.y.Kind != yaml.MappingNode {
		if n.kind() == "nothing" {
			n.fail("expected keys, found nothing: write {} for none")
		} else {
			n.fail("expected keys, found %s", n.kind())
		}
		return m
	}
	for i := 0; i+1 < len(n.y.Content); i += 2 {
		m.add(n.y.Content[i], n.y.Content[i+1], values)
	}
	return m
}

func (m *Map) add(key, value *yaml.Node, values bool) {
	at := place{key.Line, key.Column}
	doc, path := m.node.doc, m.node.path
	k := Node{doc: doc, y: key, path: path}
	switch {
	case key.Kind == yaml.AliasNode || key.Anchor != "" || key.Style&yaml.TaggedStyle != 0 || key.ShortTag() == "!!merge":
		doc.unread[path] = true
		doc.mistake(at, path, "anchors, aliases, merge keys and tags are not used here")
		return
	case key.Kind != yaml.ScalarNode:
		doc.mistake(at, path, "a key must be text, found %s", k.kind())
		return
	case k.kind() != "text" && !(values && (k.kind() == "a number" || k.kind() == "true or false")):
		doc.mistake(at, path, "a key must be text, but without quotes YAML takes this one for %s: put it in quotes", k.kind())
		return
	}
	sub := Sub(path, key.Value)
	if _, twice := m.values[key.Value]; twice {
		doc.mistake(at, sub, "this key is already given on line %d", doc.places[sub].line)
		return
	}
	doc.places[sub] = at
	m.keys = append(m.keys, key.Value)
	m.values[key.Value] = Node{doc: doc, y: value, path: sub}
}

// Keys gives the keys as written. The caller reads the values with Get.
func (m *Map) Keys() []string { return m.keys }

// Get gives a key's value, which may be absent.
func (m *Map) Get(key string) Node {
	m.asked = append(m.asked, key)
	if n, ok := m.values[key]; ok {
		return n
	}
	return Node{doc: m.node.doc, path: Sub(m.node.path, key)}
}

// Done notes every key that nobody asked for as unknown.
func (m *Map) Done() {
	known := make(map[string]bool, len(m.asked))
	var unused []string
	for _, k := range m.asked {
		known[k] = true
		if _, given := m.values[k]; !given {
			unused = append(unused, k)
		}
	}
	for _, k := range m.keys {
		if !known[k] {
			// A key that is already there is no help: it cannot be meant.
			m.values[k].Fail("unknown key%s", DidYouMean(k, unused))
		}
	}
}
