package profiles

import (
	"maps"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/internal/strictyaml"
)

// checkFollows sees to it that tables follow listed tables, by pairs of
// columns, and never in a circle: at the end of every way stands a table whose
// own rows say whose they are.
func checkFollows(p *Profile, complain complaint) {
	keys := slices.Sorted(maps.Keys(p.Tables))
	for _, key := range keys {
		f := p.Tables[key].Follows
		if f == nil {
			continue
		}
		path := strictyaml.Path("tables", key) + ".follows"
		if listed := listedTable(keys, f.Table); listed != "" {
			f.Table = listed
		} else if f.Table == "" {
			complain(path+".table", "say which table's rows decide")
		} else {
			complain(path+".table", "there is no table %s in this profile%s", f.Table, strictyaml.DidYouMean(f.Table, keys))
		}
		if len(f.On) == 0 {
			complain(path+".on", "say which columns match: [[column here, column there], …]")
		}
		for i, pair := range f.On {
			if strings.TrimSpace(pair[0]) == "" || strings.TrimSpace(pair[1]) == "" {
				complain(strictyaml.Item(path+".on", i), "give a column here and a column there")
			}
		}
	}
	for _, key := range keys {
		if circle := followsCircle(p, key); circle != nil {
			complain(strictyaml.Path("tables", key)+".follows", "the tables follow each other in a circle, so nothing says whose rows these are: %s", strings.Join(circle, " → "))
		}
	}
}

// listedTable finds the key of a table as written, else without regard to case.
func listedTable(keys []string, name string) string {
	if slices.Contains(keys, name) {
		return name
	}
	for _, k := range keys {
		if strings.EqualFold(k, name) {
			return k
		}
	}
	return ""
}

// followsCircle gives the circle that begins and ends at a table, or nil. It
// reports every circle once, at its first table by name.
func followsCircle(p *Profile, start string) []string {
	way := []string{start}
	for key := start; len(way) <= len(p.Tables); {
		f := p.Tables[key].Follows
		if f == nil {
			return nil
		}
		key = f.Table
		way = append(way, key)
		if key == start {
			if slices.Min(way) != start {
				return nil
			}
			return way
		}
	}
	return nil
}
