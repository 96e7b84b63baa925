package profiles

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Edit is a change of a profile's text that leaves everything else, comments
// included, as it was written.
type Edit struct {
	Name    *string // the profile's new name
	Extends *string // what it restricts
	Licence *string
	Note    *string
	Levels  Levels // the new levels of modules; "*" is every module that is not named
}

// Apply gives the changed text. A level of a module that the profile does not
// have is an error.
func (e Edit) Apply(text []byte) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("read the profile's text: %w", err)
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("the profile's text is no mapping")
	}
	root := doc.Content[0]
	for _, set := range []struct {
		key   string
		value *string
	}{{"profile", e.Name}, {"extends", e.Extends}, {"licence", e.Licence}, {"note", e.Note}} {
		if set.value != nil {
			setText(root, set.key, *set.value)
		}
	}
	if err := setLevels(root, e.Levels); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := errors.Join(encoder.Encode(&doc), encoder.Close()); err != nil {
		return nil, fmt.Errorf("write the profile's text: %w", err)
	}
	return out.Bytes(), nil
}

func setLevels(root *yaml.Node, levels Levels) error {
	if len(levels) == 0 {
		return nil
	}
	modules := child(root, "modules")
	if modules == nil || modules.Kind != yaml.MappingNode {
		return errors.New("the profile has no modules")
	}
	unused := maps.Clone(levels)
	delete(unused, EveryModule)
	for i := 0; i+1 < len(modules.Content); i += 2 {
		name := modules.Content[i].Value
		level, said := levels.of(name)
		delete(unused, name)
		if said {
			setText(modules.Content[i+1], "level", string(level))
		}
	}
	if len(unused) > 0 {
		return fmt.Errorf("the profile has no module %v", slices.Sorted(maps.Keys(unused)))
	}
	return nil
}

// child finds the value of a key.
func child(m *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return m.Content[i+1]
		}
	}
	return nil
}

// setText sets a key to a text, after the profile's name where it is new.
func setText(m *yaml.Node, key, value string) {
	var v yaml.Node
	v.SetString(value)
	if old := child(m, key); old != nil {
		v.HeadComment, v.LineComment, v.FootComment = old.HeadComment, old.LineComment, old.FootComment
		*old = v
		return
	}
	k := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}
	at := min(2, len(m.Content))
	m.Content = slices.Insert(m.Content, at, k, &v)
}
