package adminapi

import (
	"context"
	"database/sql"
	"net/http"
	"path/filepath"
	"sync"

	"github.com/rs/zerolog"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/portal"
	"github.com/vantelle/vantelle/internal/access"
	"github.com/vantelle/vantelle/internal/audit"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/internal/store"
	"github.com/vantelle/vantelle/internal/trial"
	"github.com/vantelle/vantelle/profiles"
)

// shop is what the calls on profiles work on: a true gate over a small ERP.
type shop struct {
	rules  *access.Profiles
	trial  *trial.Trial
	portal http.Handler
	audit  *heldAudit
}

// heldAudit keeps the gate's entries.
type heldAudit struct {
	mu      sync.Mutex
	entries []audit.Entry
}

func (a *heldAudit) Begin(_ context.Context, e audit.Entry) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.entries = append(a.entries, e)
	return nil
}

func (a *heldAudit) Finish(audit.Outcome) {}

// rules makes the shop. Each dossier's ERP has a table DOCS: that of bijou, a
// Sage, with five documents of BAGUES and one of CARAT, that of other, an Odoo,
// with one of XENON. The licence type connect is there, and no profile.
func (h *house) rules(db *store.DB) {
	h.t.Helper()
	bijou := h.openERP("bijou", "(1, 'BAGUES', 0, 'Q1', 1), (2, 'BAGUES', 0, 'Q2', 1), (3, 'BAGUES', 6, 'I1', 1), (4, 'BAGUES', 6, 'I2', 1), (5, 'BAGUES', 6, 'I3', 1), (6, 'CARAT', 6, 'I4', 1)")
	other := h.openERP("other", "(1, 'XENON', 6, 'X1', 1)")

	s := shop{audit: &heldAudit{}}
	s.rules = &access.Profiles{Store: db, Now: noon, Dossiers: []access.ProfileDossier{{Name: "bijou", ERP: "sage100"}, {Name: "other", ERP: "odoo"}}}
	holder, err := profiles.NewHolder(h.t.Context(), access.DirectorySource{Store: db})
	h.must(err)
	s.rules.Book = holder.Current
	worlds := filter.FollowWorlds(holder.Current, 0, filter.Dossier{ID: "bijou", ERP: "sage100", DB: bijou}, filter.Dossier{ID: "other", ERP: "odoo", DB: other})
	gate := filter.New(filter.Config{Worlds: worlds, Audit: s.audit})
	s.trial = &trial.Trial{Gate: gate, Catalogs: worlds, Directory: db, Dossiers: s.rules.Dossiers, Book: holder.Current}
	s.rules.Trial = s.trial
	s.portal = portal.New(portal.Config{Gate: gate, Logger: zerolog.Nop(), Identify: Viewer{Admins: &identity.Resolver{Store: db}, Customers: db}})
	_, err = db.PutLicence(h.t.Context(), directory.Licence{Name: "connect", PriceClass: 1, Ceiling: map[string]string{"*": "full"}, ChangedBy: "test", ChangedAt: noon()},
		directory.Act{By: "test", Noun: "licence", Object: "connect", Action: "create"})
	h.must(err)
	h.shop = s
}

// openERP makes an ERP with documents, and opens it as a dossier's.
func (h *house) openERP(dossier, documents string) *erp.DB {
	h.t.Helper()
	path := filepath.Join(h.t.TempDir(), "erp.db")
	raw, err := sql.Open("sqlite", path)
	h.must(err)
	_, err = raw.ExecContext(h.t.Context(), `CREATE TABLE DOCS (id INTEGER PRIMARY KEY, owner VARCHAR(17) NOT NULL, kind INTEGER NOT NULL, number VARCHAR(13) NOT NULL, cost INTEGER);
		INSERT INTO DOCS VALUES `+documents)
	h.must(err)
	h.must(raw.Close())
	settings := erp.DefaultSettings()
	settings.Name, settings.Engine, settings.DSN = dossier, catalog.SQLite, path
	live, err := erp.Open(settings, zerolog.Nop())
	h.must(err)
	h.t.Cleanup(func() { h.must(live.Close()) })
	return live
}

// prepareRules makes the profiles that the page's examples take for granted: one
// that ships with Vantelle, and one that nobody has.
func (h *house) prepareRules() {
	h.t.Helper()
	text := func(name string) []byte {
		return []byte("profile: " + name + "\nerp: sage100\ntables: {DOCS: {rows: owner = :customer, columns: {id: {}}}}\n")
	}
	p, err := profiles.Load("standard.yaml", text("STANDARD"))
	h.must(err)
	h.shop.rules.Shipped = []profiles.ShippedFile{{File: "standard.yaml", Profile: p, Text: text("STANDARD")}}
	h.must(h.shop.rules.Install(h.t.Context()))
	_, err = h.shop.rules.Put(h.t.Context(), access.Administrator{KeyID: "test"}, access.PutRequest{Text: string(text("UNUSED"))})
	h.must(err)
}
