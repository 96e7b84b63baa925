package layering

import (
	"bufio"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestEveryPackageImportsOnlyLowerFloors(t *testing.T) {
	tree := readTree(t, filepath.Join("..", ".."))
	if _, ok := tree["internal/directory"]; !ok {
		t.Fatal("the tree was not found")
	}
	for _, wrong := range Check(tree) {
		t.Error(wrong)
	}
}

// readTree reads the imports of every Go file, of all operating systems.
func readTree(t *testing.T, root string) map[string]Package {
	t.Helper()
	module := moduleName(t, filepath.Join(root, "go.mod"))
	tree := map[string]Package{}
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && path != root && (e.Name() == "testdata" || strings.HasPrefix(e.Name(), ".") || strings.HasPrefix(e.Name(), "_")):
			return fs.SkipDir
		case e.IsDir() || filepath.Ext(path) != ".go":
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		folder = filepath.ToSlash(folder)
		pkg := tree[folder]
		for _, spec := range file.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			imported, ours := strings.CutPrefix(name, module+"/")
			switch {
			case !ours:
			case strings.HasSuffix(path, "_test.go"):
				pkg.TestImports = append(pkg.TestImports, imported)
			case !slices.Contains(pkg.Imports, imported):
				pkg.Imports = append(pkg.Imports, imported)
			}
		}
		tree[folder] = pkg
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func moduleName(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if name, ok := strings.CutPrefix(lines.Text(), "module "); ok {
			return strings.TrimSpace(name)
		}
	}
	t.Fatalf("%s names no module", path)
	return ""
}

func TestCheckTellsWhatIsWrong(t *testing.T) {
	code := func(imports ...string) Package { return Package{Imports: imports} }
	cases := map[string]struct {
		tree map[string]Package
		want []string
	}{
		"a lower floor is fine":             {map[string]Package{"filter": code("filter/execute", "filter/sqltype")}, nil},
		"a package on no floor":             {map[string]Package{"internal/misc": code()}, []string{"internal/misc is on no floor: put it on one in internal/layering"}},
		"its own floor":                     {map[string]Package{"internal/config": code("filter/sqlast")}, []string{"internal/config (floor 1) imports filter/sqlast (floor 1): only lower floors may be imported"}},
		"a higher floor":                    {map[string]Package{"filter/view": code("filter")}, []string{"filter/view (floor 5) imports filter (floor 9): only lower floors may be imported"}},
		"tests may climb":                   {map[string]Package{"filter/view": {TestImports: []string{"cmd/vantelle"}}}, nil},
		"the directory imports nothing":     {map[string]Package{"internal/directory": code("filter/sqltype")}, []string{"internal/directory imports filter/sqltype: it must import nothing of ours"}},
		"sync does not know the filter":     {map[string]Package{"sync/syncrun": code("filter/sqlast")}, []string{"sync/syncrun imports filter/sqlast: filter and sync meet in the directory, never in each other"}},
		"nor the filter sync, in tests too": {map[string]Package{"filter": {TestImports: []string{"sync/reconcile"}}}, []string{"filter imports sync/reconcile: filter and sync meet in the directory, never in each other"}},
		"the names of types are for all":    {map[string]Package{"sync/erpsource": code("filter/sqltype")}, nil},
		"test packages stay in tests":       {map[string]Package{"cmd/vantelle": code("internal/erpshape")}, []string{"cmd/vantelle imports internal/erpshape, which is for tests only"}},
		"test packages may import any":      {map[string]Package{"internal/erpshape": code("internal/erp")}, nil},
		"an empty folder is fine":           {map[string]Package{}, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := Check(c.tree); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
