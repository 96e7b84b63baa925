package config

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/vantelle/vantelle/internal/strictyaml"
)

// minKeyLength is how many characters a key has at least after its prefix: 20
// of 64 possible ones are 120 bits.
const minKeyLength = 20

func (v *validation) keys(c Config) {
	ids := slices.Sorted(maps.Keys(c.Dossiers))
	names, keys := map[string]int{}, map[string]int{}
	for i, k := range c.Keys {
		path := strictyaml.Item("keys", i)
		v.named(path, k.Name, i, names)
		v.secretKey(path, "key", "vk_", k.Key, i, keys)
		v.opens(path, k.Dossiers, ids)
	}
}

// opens sees to it that a key names dossiers that there are.
func (v *validation) opens(path string, named, ids []string) {
	if len(named) == 0 {
		v.add(path+".dossiers", "name the dossiers that this key opens")
	}
	seen := map[string]bool{}
	for j, id := range named {
		at := strictyaml.Item(path+".dossiers", j)
		switch {
		case !slices.Contains(ids, id):
			v.add(at, "there is no such dossier%s", strictyaml.DidYouMean(id, ids))
		case seen[id]:
			v.add(at, "this dossier is already named")
		}
		seen[id] = true
	}
}

// named sees to it that the entries of a list have names of their own.
func (v *validation) named(path, name string, i int, names map[string]int) {
	if strings.TrimSpace(name) == "" {
		v.add(path+".name", "give a name, which the audit shows")
		return
	}
	if earlier, twice := names[name]; twice {
		v.add(path+".name", "this name is already that of entry %d", earlier+1)
		return
	}
	names[name] = i
}

// secretKey refuses keys that are missing, guessable, printed in a document or
// used twice. It never repeats a key.
func (v *validation) secretKey(path, name, prefix string, secret Secret, i int, keys map[string]int) {
	text := secret.Reveal()
	at := path + "." + name
	switch {
	case text == "":
		v.add(at, "give %s or %s_file: without it nobody could use this entry", name, name)
		return
	case !strings.HasPrefix(text, prefix):
		v.add(at, "expected a key that begins with %s", prefix)
	case strings.HasPrefix(text, prefix+"demo"):
		v.add(at, "this is the key of the demonstration, which everybody knows: make a random one")
	case len(text)-len(prefix) < minKeyLength:
		v.add(at, "this can be guessed: after %s there must be at least %d random characters", prefix, minKeyLength)
	case strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r >= unicode.MaxASCII }):
		v.add(at, "a key travels in a header: use letters, digits, - and _")
	}
	if earlier, twice := keys[text]; twice {
		v.add(at, "this is the key of entry %d too: each needs its own", earlier+1)
		return
	}
	keys[text] = i
}
