package filter_test

import (
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/sqlc-dev/teesql/parser"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// TestPrintedWrites holds what each engine is given for a write: every statement
// of it, those about keys as for one row. Each batch for SQL Server is also
// judged by a second parser.
func TestPrintedWrites(t *testing.T) {
	const file = "testdata/printed_writes.txtar"
	w := workshopsOn(t, workshopERP, workshopProfile, catalog.SQLite)[catalog.SQLite]
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []txtar.File
	for _, f := range archive.Files {
		if !strings.HasPrefix(f.Name, "write") {
			continue
		}
		out = append(out, f)
		for _, engine := range printedEngines {
			req := filter.Request{Caller: as("ANNA"), Text: string(f.Data)}
			for range strings.Count(req.Text, "?") {
				req.Params = append(req.Params, int64(1))
			}
			x, err := w.gate.Explain(t.Context(), req, engine)
			text := x.SQL
			if err != nil {
				text = "refused: " + err.Error() + "\n"
			} else if engine == catalog.SQLServer {
				for _, batch := range strings.Split(strings.TrimSuffix(x.SQL, ";\n"), ";\n") {
					if _, err := parser.Parse(t.Context(), strings.NewReader(batch)); err != nil {
						t.Errorf("the second parser does not take this for T-SQL: %v\n%s", err, batch)
					}
				}
			}
			out = append(out, txtar.File{Name: string(engine), Data: []byte(text)})
		}
	}
	archive.Files = out
	golden(t, file, txtar.Format(archive), "TestPrintedWrites")
}
