// Package layering holds the floors of the house: which package may import
// which. A package imports only packages of lower floors, so the arrows of the
// design cannot turn round, and two packages of one floor do not know each
// other. Its test reads the whole tree and fails where that is broken.
//
// A new package must be put on a floor here: the lowest one above all that it
// imports. Where that seems impossible, the package probably does two things.
package layering

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Floors lists the packages of the module, floor by floor, the lowest first,
// by their folders. A folder may still be empty.
var Floors = [][]string{
	{ // what knows nothing of ours
		"filter/sqltype", "filter/sqltoken", "internal/directory", "internal/httpjson", "internal/lifecycle",
		"internal/telemetry", "internal/typegen", "internal/strictyaml", "internal/webhook", "internal/store/sqlitefile", "internal/filestore",
		"internal/fold", "internal/readahead", "internal/site/logfile", "internal/site/secret", "internal/site/service", "internal/site/release",
	},
	{"internal/erp/catalog", "filter/sqlast", "internal/config"},
	{"filter/sqlparse", "filter/sqlfunc", "filter/refusal"},
	{"filter/querytree", "profiles"},
	{"filter/resolve"},
	{"filter/view"},
	{"filter/authorize", "filter/sqlprint"},
	{"internal/erp", "internal/store", "internal/audit", "sync/spool"},
	{"internal/identity", "internal/access", "filter/execute", "sync/erpsource", "sync/reconcile"},
	{"filter", "sync/syncrun", "internal/site/grants"},    // the gate; a run; what a login needs
	{"internal/trial", "filter/files", "internal/outbox"}, // what asks the gate for an administrator; the files that it finds; what waits for the ERP
	{"filter/portal", "internal/adminapi", "sync/leading", "internal/site/doctor", "internal/site/setup"},
	{"internal/demo"},
	{"cmd/vantelle"},
}

// TestOnly lists the packages that only tests import. They may import any.
var TestOnly = []string{
	"internal/layering", "internal/store/storetest", "internal/erpshape", "internal/faultsql",
	"internal/oracle", "internal/teeth", "filter/sqlast/sqlasttest", "internal/bench", "internal/bench/figure",
}

// Alone lists the packages that import nothing of ours, whatever their floor.
var Alone = []string{"internal/directory", "filter/sqltype"}

// Package is what a package imports of ours, by folders.
type Package struct {
	Imports     []string // by its code
	TestImports []string // by its tests
}

// Check gives what is wrong with a tree of packages, by folders, sorted.
func Check(tree map[string]Package) []string {
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	floorOf := map[string]int{}
	for i, floor := range Floors {
		for _, p := range floor {
			if _, twice := floorOf[p]; twice || slices.Contains(TestOnly, p) {
				say("%s is listed twice", p)
			}
			floorOf[p] = i
		}
	}
	for _, p := range slices.Sorted(maps.Keys(tree)) {
		pkg := tree[p]
		for _, imported := range slices.Concat(pkg.Imports, pkg.TestImports) {
			if separated(p, imported) {
				say("%s imports %s: filter and sync meet in the directory, never in each other", p, imported)
			}
		}
		if slices.Contains(Alone, p) && len(pkg.Imports) > 0 {
			say("%s imports %s: it must import nothing of ours", p, strings.Join(pkg.Imports, ", "))
			continue
		}
		if slices.Contains(TestOnly, p) {
			continue
		}
		floor, listed := floorOf[p]
		if !listed {
			say("%s is on no floor: put it on one in internal/layering", p)
			continue
		}
		for _, imported := range pkg.Imports {
			below, known := floorOf[imported]
			switch {
			case slices.Contains(TestOnly, imported):
				say("%s imports %s, which is for tests only", p, imported)
			case known && below >= floor:
				say("%s (floor %d) imports %s (floor %d): only lower floors may be imported", p, floor, imported, below)
			}
		}
	}
	slices.Sort(wrong)
	return slices.Compact(wrong)
}

// separated tells whether one is of filter and the other of sync. The names of
// SQL types are no part of the filter's work and may be known everywhere.
func separated(a, b string) bool {
	in := func(p, house string) bool { return p == house || strings.HasPrefix(p, house+"/") }
	return in(a, "filter") && in(b, "sync") || in(a, "sync") && in(b, "filter") && b != "filter/sqltype"
}
