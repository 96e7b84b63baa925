package demo

import (
	"context"
	"database/sql"
	"fmt"
)

// UnfilteredCounts counts rows of the demonstration's tables past the gate:
// what a portal without one stands on. It gives numbers only, of a fixed list
// of tables, and must never be used for anything but the demonstration's page.
type UnfilteredCounts struct{ DB *sql.DB }

// Rows counts the rows of a table of the dossier. It is a Config's Unfiltered.
func (c UnfilteredCounts) Rows(ctx context.Context, table string) (int64, error) {
	if _, ok := owners[table]; !ok {
		return 0, fmt.Errorf("count %s: it is no table of the demonstration's page", table)
	}
	return c.count(ctx, table, "SELECT COUNT(*) FROM main."+table)
}

// Customers counts the customers whose rows a table holds: 0 for a table that
// belongs to nobody, such as the catalogue. It is a Config's Owners.
func (c UnfilteredCounts) Customers(ctx context.Context, table string) (int64, error) {
	from, ok := owners[table]
	if !ok {
		return 0, fmt.Errorf("count the customers of %s: it is no table of the demonstration's page", table)
	}
	if from == "" {
		return 0, nil
	}
	return c.count(ctx, table, "SELECT COUNT(DISTINCT c.CT_Num) FROM main.F_COMPTET c WHERE c.CT_Type = 0 AND c.CT_Num IN (SELECT "+from+")")
}

func (c UnfilteredCounts) count(ctx context.Context, table, statement string) (int64, error) {
	var n int64
	if err := c.DB.QueryRowContext(ctx, statement).Scan(&n); err != nil {
		return 0, fmt.Errorf("count %s: %w", table, err)
	}
	return n, nil
}

// ofHeader is the customer of the document to which a row belongs.
const ofHeader = "h.DO_Tiers FROM main.F_DOCENTETE h JOIN main.%s x ON x.DO_Domaine = h.DO_Domaine AND x.DO_Type = h.DO_Type AND x.DO_Piece = h.DO_Piece WHERE h.DO_Domaine = 0"

// owners lists the tables of the demonstration that the standard profile shows, each with what
// finds its customers; nothing for those that are nobody's.
var owners = map[string]string{
	"P_DOSSIER": "", "F_ARTICLE": "", "F_FAMILLE": "", "F_COLLABORATEUR": "", "F_ARTSTOCK": "", "F_DEPOT": "", "F_TAXE": "",
	"P_DEVISE": "", "P_REGLEMENT": "", "P_EXPEDITION": "", "P_UNITE": "",
	"F_COMPTET":    "x.CT_Num FROM main.F_COMPTET x WHERE x.CT_Type = 0",
	"F_CONTACTT":   "x.CT_Num FROM main.F_CONTACTT x",
	"F_LIVRAISON":  "x.CT_Num FROM main.F_LIVRAISON x",
	"F_ARTCLIENT":  "x.CT_Num FROM main.F_ARTCLIENT x",
	"F_DOCENTETE":  "x.DO_Tiers FROM main.F_DOCENTETE x WHERE x.DO_Domaine = 0",
	"F_DOCLIGNE":   fmt.Sprintf(ofHeader, "F_DOCLIGNE"),
	"F_DOCREGL":    fmt.Sprintf(ofHeader, "F_DOCREGL"),
	"F_REGLECH":    fmt.Sprintf(ofHeader, "F_REGLECH"),
	"F_CREGLEMENT": "x.CT_NumPayeur FROM main.F_CREGLEMENT x WHERE x.RG_Type = 0",
	"F_ECRITUREC":  "x.CT_Num FROM main.F_ECRITUREC x",
	"F_ABONNEMENT": "x.CT_Num FROM main.F_ABONNEMENT x WHERE x.AB_TypeTiers = 0",
	"F_ABOENTETE":  "s.CT_Num FROM main.F_ABONNEMENT s JOIN main.F_ABOENTETE x ON x.AB_No = s.AB_No WHERE s.AB_TypeTiers = 0",
	"F_ABOLIGNE":   "s.CT_Num FROM main.F_ABONNEMENT s JOIN main.F_ABOLIGNE x ON x.AB_No = s.AB_No WHERE s.AB_TypeTiers = 0",
	"F_ABOPERIODE": "s.CT_Num FROM main.F_ABONNEMENT s JOIN main.F_ABOPERIODE x ON x.AB_No = s.AB_No WHERE s.AB_TypeTiers = 0",
}
