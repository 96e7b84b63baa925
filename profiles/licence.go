package profiles

import (
	"cmp"
	"maps"
	"slices"
)

// Licence is a licence type: the ceiling and the price class of a family of
// profiles.
type Licence struct {
	Name       string
	Title      Text
	PriceClass int    // 1 is the cheapest
	Ceiling    Levels // by module; one that is named nowhere, not even as "*", is not offered
}

// Excess is a module whose level a licence type does not cover.
type Excess struct {
	Module  string `json:"module"`
	Level   Level  `json:"level"`
	Ceiling Level  `json:"ceiling"`
}

// Exceeded gives the modules of a profile whose level is above the ceiling, by name.
func (l Licence) Exceeded(p *Profile) []Excess {
	var all []Excess
	for _, module := range slices.Sorted(maps.Keys(p.Modules)) {
		ceiling, said := l.Ceiling.of(module)
		if !said {
			ceiling = LevelNone
		}
		if level := p.Modules[module].Level; level.Above(ceiling) {
			all = append(all, Excess{Module: module, Level: level, Ceiling: ceiling})
		}
	}
	return all
}

// Cheapest gives the licence type of the lowest price class that covers a
// profile, of equals the first by name; false where none does.
func Cheapest(p *Profile, all []Licence) (Licence, bool) {
	sorted := slices.SortedFunc(slices.Values(all), func(a, b Licence) int {
		return cmp.Or(cmp.Compare(a.PriceClass, b.PriceClass), cmp.Compare(a.Name, b.Name))
	})
	i := slices.IndexFunc(sorted, func(l Licence) bool { return len(l.Exceeded(p)) == 0 })
	if i < 0 {
		return Licence{}, false
	}
	return sorted[i], true
}
