package strictyaml

import "go.yaml.in/yaml/v3"

// TextOrTexts reads a text, or a list of texts.
func (n Node) TextOrTexts() []string {
	switch {
	case n.y == nil:
		return nil
	case n.y.Kind == yaml.SequenceNode:
		return n.Texts()
	}
	if text := n.Text(); text != "" {
		return []string{text}
	}
	return nil
}

// ValueMap reads keys that are values of some column: numbers and booleans
// stand for themselves as written, without quotes too.
func (n Node) ValueMap() *Map { return n.keys(true) }
