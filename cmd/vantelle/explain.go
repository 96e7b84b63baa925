package main

import (
	"fmt"
	"strings"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/internal/adminapi"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

type explainCmd struct {
	configFlag
	Customer string   `help:"The customer to explain for: a code, or id: and an id." required:"" placeholder:"CODE"`
	Param    []string `help:"The value of the next parameter (?); may be given again." placeholder:"VALUE" sep:"none"`
	Engine   string   `help:"Print the SQL for this engine: sqlite, postgres, sqlserver or mariadb. The dossier's own otherwise." enum:"sqlite,postgres,sqlserver,mariadb," default:""`
	Dossier  string   `arg:"" help:"The dossier to ask."`
	SQL      string   `arg:"" help:"The query, in the portal's SQL."`
}

// Run prints what the gate makes of the query, and runs nothing.
func (c *explainCmd) Run(w *world) error {
	ctx, cancel := w.context()
	defer cancel()
	return c.withRooms(ctx, w, c.Dossier, func(r *rooms) error {
		who, err := cliCaller(ctx, r, c.Dossier, c.Customer)
		if err != nil {
			return err
		}
		x, err := explainer{r.gate}.Explain(ctx, filter.Request{Caller: who, Front: "cli", Text: c.SQL, Params: textParams(c.Param)}, catalog.Engine(c.Engine))
		if err != nil {
			return sayRefusal(w, c.SQL, err)
		}
		printExplanation(w, who.Customer.Code, x)
		return nil
	})
}

func printExplanation(w *world, customer string, x adminapi.Explanation) {
	s := w.styleFor(w.stdout)
	line := func(label, text string) { fmt.Fprintf(w.stdout, "%s %s\n", s.bold(pad(label, 9, false)), text) }
	line("decision", s.green("allowed"))
	line("customer", customer)
	line("profile", x.Profile+" (view "+x.View+")")
	for _, t := range x.Tables {
		line("table", t.Name)
		line("  rows", t.Rows)
		line("  shown", strings.Join(t.Columns, ", "))
	}
	var columns []string
	for _, c := range x.Columns {
		columns = append(columns, c.Name+" "+c.Type)
	}
	line("answer", strings.Join(columns, ", "))
	for i, p := range x.Params {
		line(fmt.Sprintf("value %d", i+1), p)
	}
	fmt.Fprintf(w.stdout, "%s\n%s\n", s.bold(x.Engine), x.SQL)
}
