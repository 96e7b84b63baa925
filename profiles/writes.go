package profiles

import (
	"slices"
	"strings"

	"github.com/vantelle/vantelle/internal/strictyaml"
)

// The operations that a table's writes may name.
const (
	Insert = "insert"
	Update = "update"
	Delete = "delete"
)

var operations = []string{Insert, Update, Delete}

// Allows tells whether customers may do an operation on rows of the table,
// levels apart.
func (t Table) Allows(operation string) bool { return slices.Contains(t.Writes, operation) }

// Writes tells whether customers may do anything but read by a profile.
func (p *Profile) Writes() bool {
	for _, t := range p.Tables {
		if len(t.Writes) > 0 {
			return true
		}
	}
	return false
}

// checkWrites refuses operations that there are not, and says early what could
// never be written.
func checkWrites(t Table, path string, complain complaint) {
	seen := map[string]bool{}
	for i, w := range t.Writes {
		at := strictyaml.Item(path+".writes", i)
		switch {
		case !slices.Contains(operations, w):
			complain(at, "%s is no operation: there are insert, update and delete%s", w, strictyaml.DidYouMean(w, operations))
		case seen[w]:
			complain(at, "%s is already named above", w)
		}
		seen[w] = true
	}
	if len(t.Writes) > 0 && t.Public {
		complain(path+".writes", "a table that every customer sees alike cannot be written: one customer would write for all of them")
	}
	if len(t.Cascades) > 0 && len(t.Writes) == 0 {
		complain(path+".cascades", "cascades says where writes are carried on to: give writes")
	}
	for key, names := range map[string][]string{"cascades": t.Cascades, "reads": t.Reads} {
		for i, name := range names {
			if strings.TrimSpace(name) == "" || strings.TrimSpace(name) != name {
				complain(strictyaml.Item(path+"."+key, i), "name a table of the ERP")
			}
		}
	}
}
