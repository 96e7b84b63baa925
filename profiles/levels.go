package profiles

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// Levels says, by module, at what level something stands; the module "*"
// stands for those that are not named. Of a lowering a module that is named
// nowhere keeps its level; of a ceiling it is not offered (see Licence).
type Levels map[string]Level

// EveryModule is the name in Levels of the modules that are not named.
const EveryModule = "*"

var ranks = map[Level]int{LevelNone: 0, "": 0, LevelList: 1, LevelRead: 2, LevelFull: 3}

// Known tells whether l is one of the four levels.
func (l Level) Known() bool {
	return l != "" && slices.Contains([]Level{LevelNone, LevelList, LevelRead, LevelFull}, l)
}

// Above tells whether l allows more than other. What is no level allows nothing.
func (l Level) Above(other Level) bool { return ranks[l] > ranks[other] }

// lowered is the lower one of two levels.
func (l Level) lowered(to Level) Level {
	if l.Above(to) {
		if to == "" || !to.Known() {
			return LevelNone
		}
		return to
	}
	return l
}

// String spells levels so that two are the same when, and only when, their texts
// are: {"invoices": "read", "quotes": "none"}.
func (ls Levels) String() string {
	b := []byte{'{'}
	for i, module := range slices.Sorted(maps.Keys(ls)) {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = strconv.AppendQuote(append(strconv.AppendQuote(b, module), ": "...), string(ls[module]))
	}
	return string(append(b, '}'))
}

// of is what ls says of a module, and whether it says anything.
func (ls Levels) of(module string) (Level, bool) {
	if l, named := ls[module]; named {
		return l, true
	}
	l, named := ls[EveryModule]
	return l, named
}

// Check says what is wrong with levels that are to lower a profile, sorted; a
// module that the profile lacks is a mistake, so that a misspelt one is found.
func (ls Levels) Check(p *Profile) []string {
	var wrong []string
	for _, module := range slices.Sorted(maps.Keys(ls)) {
		if _, known := p.Modules[module]; !known && module != EveryModule {
			wrong = append(wrong, fmt.Sprintf("profile %s has no module %q; it has: %v", p.Name, module, slices.Sorted(maps.Keys(p.Modules))))
		} else if !ls[module].Known() {
			wrong = append(wrong, fmt.Sprintf("module %s: %q is none of none, list, read, full", module, ls[module]))
		}
	}
	return wrong
}

// Raised gives the modules, sorted, for which ls stands above the profile: such
// a lowering lowers nothing.
func (ls Levels) Raised(p *Profile) []string {
	var raised []string
	for _, module := range slices.Sorted(maps.Keys(ls)) {
		if m, known := p.Modules[module]; known && ls[module].Above(m.Level) {
			raised = append(raised, module)
		}
	}
	return raised
}

// Lowered gives the profile with the levels of its modules lowered by each of
// the lowerings in turn; none of them can raise one. Where nothing is lowered
// it is the profile itself. Its digest is another one then, and the same for
// everybody whose levels come out the same.
func (p *Profile) Lowered(by ...Levels) *Profile {
	if !slices.ContainsFunc(by, func(ls Levels) bool { return len(ls) > 0 }) {
		return p
	}
	modules := maps.Clone(p.Modules)
	changed := false
	for name, m := range modules {
		level := m.Level
		for _, ls := range by {
			if l, said := ls.of(name); said {
				level = level.lowered(l)
			}
		}
		if level != m.Level {
			m.Level = level
			modules[name] = m
			changed = true
		}
	}
	if !changed {
		return p
	}
	lowered := *p
	lowered.Modules = modules
	lowered.Tables = maps.Clone(p.Tables)
	for key, t := range lowered.Tables {
		t.Columns = maps.Clone(t.Columns)
		lowered.Tables[key] = t
	}
	hideByModule(&lowered) // a column may belong to a module that is off now
	h := sha256.New()
	fmt.Fprintf(h, "lowered\x00%s", p.Digest)
	for _, name := range slices.Sorted(maps.Keys(modules)) {
		fmt.Fprintf(h, "\x00%s=%s", name, modules[name].Level)
	}
	lowered.Digest = hex.EncodeToString(h.Sum(nil))
	return &lowered
}
