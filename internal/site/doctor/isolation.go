package doctor

import (
	"context"

	"github.com/vantelle/vantelle/internal/config"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/site/grants"
)

// checkIsolation tells whether what a synchronisation reads is the ERP at one
// moment. Where it is not, each run reads twice and takes nothing that changed in
// between.
func checkIsolation(ctx context.Context, d Dossier, cat *catalog.Catalog) []Finding {
	var tables []string
	for _, n := range grants.Needs(cat, d.Config.ERP) {
		tables = append(tables, n.Table.Name)
	}
	consistent, err := d.DB.Consistent(ctx, d.DB.Sync(), tables)
	if err != nil {
		return unknown("isolation.unknown", "whether the server keeps reads apart from changes", err)
	}
	if consistent {
		return []Finding{fine("isolation.consistent", "a synchronisation reads the ERP as it was at one moment")}
	}
	remedy := "Ask who looks after the ERP whether its customers' tables may be converted to InnoDB."
	if d.Config.Engine == config.SQLServer {
		remedy = "Ask who looks after the ERP whether ALTER DATABASE … SET ALLOW_SNAPSHOT_ISOLATION ON may be run on its database."
	}
	return []Finding{found(Note, "isolation.none", remedy, "the server does not keep reads apart from changes: each synchronisation reads twice, and takes nothing where the ERP changed in between")}
}
