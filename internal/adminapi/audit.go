package adminapi

import (
	"context"
	"net/http"

	"github.com/vantelle/vantelle/internal/audit"
	"github.com/vantelle/vantelle/internal/identity"
)

// Audit is where the log of data access is read; see audit.Files.
type Audit interface {
	// Read gives the entries that a query selects, the newest first.
	Read(ctx context.Context, q audit.Query) ([]audit.Record, error)
}

// listAudit gives the newest entries. An administrator of some dossiers must
// name one of them: the log of the others is not his.
func (a *api) listAudit(w http.ResponseWriter, r *http.Request, who identity.Admin) error {
	q := readQuery(r, "dossier", "customer", "from", "to", "limit")
	limit := q.limit()
	selected := audit.Query{Dossier: q.text("dossier"), CustomerID: q.text("customer"),
		From: q.instant("from"), To: q.instant("to"), Limit: limit + 1}
	if q.err != nil {
		return q.err
	}
	switch {
	case selected.Dossier == "" && len(who.Dossiers) > 0:
		return badRequest("dossier: name one of your dossiers")
	case selected.Dossier != "" && !who.MayEnter(selected.Dossier):
		return identity.ErrNoSuchDossier
	}
	records, err := a.Audit.Read(r.Context(), selected)
	if err != nil {
		return err
	}
	records, more := cut(records, limit)
	return reply(w, r, http.StatusOK, struct {
		Entries   []audit.Record `json:"entries"`
		Truncated bool           `json:"truncated"` // older ones exist: ask again with an earlier to
	}{records, more})
}
