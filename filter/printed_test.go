package filter_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/sqlc-dev/teesql/parser"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

var update = flag.Bool("update", false, "rewrite the golden files with what is printed now")

// TestPrinted holds what each engine is given for a request: testdata/printed
// has a file for each area, with a query, then the statement for each engine,
// or its refusal. Every T-SQL statement is also judged by a second parser.
func TestPrinted(t *testing.T) {
	r := newRig(t, ledger, shop)
	files, err := filepath.Glob("testdata/printed/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var out []txtar.File
		for i := 0; i < len(archive.Files); i++ {
			f := archive.Files[i]
			if !strings.HasPrefix(f.Name, "query") {
				continue
			}
			out = append(out, f)
			for _, engine := range printedEngines {
				got := printed(t, r, string(f.Data), engine)
				out = append(out, txtar.File{Name: string(engine), Data: []byte(got)})
			}
		}
		archive.Files = out
		golden(t, file, txtar.Format(archive), "TestPrinted")
	}
}

// golden compares with a file, or rewrites it with -update.
func golden(t *testing.T, file string, got []byte, test string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s differs from what is printed now; see go test ./filter -run %s -update\n%s", file, test, firstDifference(string(want), string(got)))
	}
}

func printed(t *testing.T, r *rig, query string, engine catalog.Engine) string {
	req := filter.Request{Caller: as("ANNA"), Text: query}
	for range strings.Count(query, "?") {
		req.Params = append(req.Params, int64(1))
	}
	x, err := r.gate.Explain(t.Context(), req, engine)
	if err != nil {
		return "refused: " + err.Error() + "\n"
	}
	if engine == catalog.SQLServer {
		if _, err := parser.Parse(t.Context(), strings.NewReader(x.SQL)); err != nil {
			t.Errorf("the second parser does not take this for T-SQL: %v\n%s", err, x.SQL)
		}
	}
	var b strings.Builder
	b.WriteString(x.SQL + "\n")
	for i, p := range x.Params {
		fmt.Fprintf(&b, "  %d: %s\n", i+1, p)
	}
	return b.String()
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range g {
		if i >= len(w) || w[i] != g[i] {
			was := "(nothing)"
			if i < len(w) {
				was = w[i]
			}
			return fmt.Sprintf("line %d\n want %s\n got  %s", i+1, was, g[i])
		}
	}
	return "it is shorter"
}
