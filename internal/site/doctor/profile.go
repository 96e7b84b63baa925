package doctor

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/filter/view"
)

// hider tells which tables of a name exist and are hidden from the login.
type hider interface {
	hidden(ctx context.Context, name string) ([]string, error)
}

// checkProblems tells what of the profile this dossier cannot satisfy. Columns
// that are missing are normal among generations of an ERP, and so are tables of
// modules that a site did not buy; a table that is there and may not be read is
// a right that somebody forgot.
func checkProblems(ctx context.Context, h hider, v *view.View) []Finding {
	var all []Finding
	columns := map[string][]string{}
	for _, p := range v.Problems {
		if !p.Fatal {
			columns[p.Table] = append(columns[p.Table], p.Column)
			continue
		}
		hidden, err := h.hidden(ctx, lastPart(p.Table))
		switch {
		case err != nil && !errors.Is(err, errNotTold):
			all = append(all, unknown("profile.unknown", "whether table "+p.Table+" exists", err)...)
		case len(hidden) > 0:
			all = append(all, found(Warning, "rights.missing", "Give the login the right to SELECT from it, or take the table out of the profile.",
				"profile %s shows table %s, which the login may not read (%s)", v.Profile.Name, p.Table, some(hidden)))
		default:
			all = append(all, found(Note, "profile.table_unavailable", "", "profile %s: table %s is unavailable: %s", v.Profile.Name, p.Table, p.Msg))
		}
	}
	for _, table := range slices.Sorted(maps.Keys(columns)) {
		slices.Sort(columns[table])
		all = append(all, found(Note, "profile.columns_left_out", "", "profile %s: table %s has no %s here", v.Profile.Name, table, some(slices.Compact(columns[table]))))
	}
	if len(v.Tables) == 0 {
		return append(all, found(Error, "profile.empty", "Choose a profile made for this ERP, or give the login the right to read its tables.", "no table of profile %s is available here", v.Profile.Name))
	}
	return append(all, fine("profile.bound", "profile %s shows %s", v.Profile.Name, counted(len(v.Tables), "table")))
}

// lastPart is a table's name without its schema.
func lastPart(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }
