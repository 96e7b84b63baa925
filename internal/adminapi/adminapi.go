// Package adminapi is the administrators' HTTP API: what a dossier's state is,
// its synchronisation, who may enter with which profile, and what the audit
// holds. It also gives the handlers for health and metrics.
//
// It decides nothing about an access and reads nothing of an ERP for a
// customer by itself: changes go through internal/access, which audits them,
// and explain asks the gate. It must never show a key, a password or a value
// of an ERP's row.
//
// Read routes (in this file) for the calls, docs/admin-api.md for their
// contract, auth.go for who is let in.
package adminapi

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/access"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/internal/trial"
)

// Config is what the API works on. Every field is required unless it says otherwise.
type Config struct {
	Admins Admins
	// Integrators finds out whose key may take requests; Outbox keeps them, and
	// Lease is how long they are the taker's where he does not say. nil: there is
	// no outbox.
	Integrators Integrators
	Outbox      directory.RequestStore
	Lease       time.Duration

	Directory Directory
	Accesses  Accesses
	Syncs     Syncs
	Dossiers  []Dossier // sorted by name
	ERP       func(dossier string) ERPState
	Profiles  Profiles
	Rules     *access.Profiles // profiles as they are kept, licence types, defaults, memberships
	Trial     *trial.Trial
	ViewAs    http.Handler // the portal's front for administrators: see Viewer
	Audit     Audit
	Files     *Files // what integrators push; nil: nothing can be
	Explainer Explainer
	Health    *Health
	Gatherer  prometheus.Gatherer
	Log       zerolog.Logger

	// Stopping is closed when the service begins to stop: open event streams
	// end then, so that they don't hold it up.
	Stopping <-chan struct{}
	// Heartbeat is the silence after which an event stream says that it
	// lives; 15 seconds where it is zero.
	Heartbeat time.Duration
}

// Admins finds out which administrator a bearer key belongs to.
// identity.ErrUnauthorized says nobody's; any other error is a failure.
type Admins interface {
	Admin(ctx context.Context, bearer string) (identity.Admin, error)
}

// Integrators finds out who may work on the outbox; the error is that of Admins.
type Integrators interface {
	Integrator(ctx context.Context, bearer string) (identity.Admin, error)
}

// Directory is what the API reads of the directory; its methods are those of
// directory.Store.
type Directory interface {
	directory.CustomerStore
	Entrant(ctx context.Context, dossier, customerID string) (directory.Entrant, error)
	Access(ctx context.Context, dossier, customerID string) (directory.Access, error)
	ListAccesses(ctx context.Context, dossier string) ([]directory.Access, error)
	CountAccesses(ctx context.Context, dossier string) (granted, total int, err error)
	Run(ctx context.Context, id string) (directory.Run, error)
	Runs(ctx context.Context, dossier string, limit int) ([]directory.Run, error)
	Changes(ctx context.Context, runID string, afterSeq, limit int) ([]directory.Change, error)
	LastSuccess(ctx context.Context, dossier string) (directory.Run, error)
	Fingerprint(ctx context.Context, dossier string) (directory.Fingerprint, error)
	Hold(ctx context.Context, dossier string) (directory.Hold, error)
	SettleQuarantine(ctx context.Context, runID string, to directory.Quarantine, by, note string, from ...directory.Quarantine) error
	Decisions(ctx context.Context, dossier string, open bool, limit int) ([]directory.Decision, error)
	Decision(ctx context.Context, id string) (directory.Decision, error)
	Decide(ctx context.Context, id string, v directory.Verdict, by, note string, at time.Time) (directory.Decision, error)
}

type api struct {
	Config
	names map[string]Dossier
}

// New gives the handler of the admin listener.
func New(c Config) http.Handler {
	if c.Heartbeat == 0 {
		c.Heartbeat = 15 * time.Second
	}
	a := &api{Config: c, names: map[string]Dossier{}}
	for _, d := range c.Dossiers {
		a.names[d.Name] = d
	}
	return a.routes()
}

// routes is the whole API on one screen.
func (a *api) routes() http.Handler {
	mux := http.NewServeMux()
	admin := func(pattern string, h handler) { mux.Handle(pattern, a.forAdmins(h)) }
	dossier := func(pattern string, h dossierHandler) { mux.Handle(pattern, a.forAdmins(a.inDossier(h))) }

	admin("GET /admin/v1/dossiers", a.listDossiers)
	dossier("GET /admin/v1/dossiers/{dossier}", a.showDossier)
	dossier("POST /admin/v1/dossiers/{dossier}/sync", a.startSync)
	dossier("GET /admin/v1/dossiers/{dossier}/runs", a.listRuns)
	dossier("GET /admin/v1/dossiers/{dossier}/decisions", a.listDecisions)
	dossier("POST /admin/v1/dossiers/{dossier}/decisions/{decision}", a.decide)
	admin("GET /admin/v1/runs/{run}", a.showRun)
	admin("POST /admin/v1/runs/{run}/cancel", a.cancelRun)
	admin("POST /admin/v1/runs/{run}/approve", a.approveRun)
	admin("POST /admin/v1/runs/{run}/reject", a.rejectRun)
	admin("GET /admin/v1/runs/{run}/events", a.followRun)
	admin("GET /admin/v1/runs/{run}/changes", a.listChanges)

	dossier("GET /admin/v1/dossiers/{dossier}/customers", a.listCustomers)
	dossier("GET /admin/v1/dossiers/{dossier}/customers/{customer}", a.showCustomer)
	dossier("PUT /admin/v1/dossiers/{dossier}/customers/{customer}/access", a.grant)
	dossier("DELETE /admin/v1/dossiers/{dossier}/customers/{customer}/access", a.revoke)
	dossier("POST /admin/v1/dossiers/{dossier}/customers/{customer}/access/suspend", a.suspend)
	dossier("POST /admin/v1/dossiers/{dossier}/customers/{customer}/access/resume", a.resume)
	dossier("GET /admin/v1/dossiers/{dossier}/accesses", a.listAccesses)
	dossier("POST /admin/v1/dossiers/{dossier}/explain", a.explain)

	admin("GET /admin/v1/profiles", a.listProfiles)
	admin("GET /admin/v1/profiles/{profile}", a.showProfile)
	admin("PUT /admin/v1/profiles/{profile}", a.putProfile)
	admin("DELETE /admin/v1/profiles/{profile}", a.deleteProfile)
	admin("GET /admin/v1/profiles/{profile}/text", a.showText)
	admin("GET /admin/v1/profiles/{profile}/versions", a.listVersions)
	admin("POST /admin/v1/profiles/{profile}/duplicate", a.duplicateProfile)
	admin("POST /admin/v1/profiles/{profile}/undo", a.undoProfile)
	admin("POST /admin/v1/profiles/{profile}/reset", a.resetProfile)
	admin("PUT /admin/v1/profiles/{profile}/levels", a.putLevels)
	admin("POST /admin/v1/profiles/{profile}/test", a.testProfile)
	admin("GET /admin/v1/profiles/{profile}/users", a.listProfileUsers)
	admin("POST /admin/v1/profiles/{profile}/transfer", a.transferUsers)
	admin("GET /admin/v1/profile-comparison", a.compareProfiles)
	admin("GET /admin/v1/licences", a.listLicences)
	admin("PUT /admin/v1/licences/{licence}", a.putLicence)
	admin("DELETE /admin/v1/licences/{licence}", a.deleteLicence)
	dossier("GET /admin/v1/dossiers/{dossier}/default-profiles", a.showDefaults)
	dossier("PUT /admin/v1/dossiers/{dossier}/default-profiles", a.putDefaults)
	dossier("GET /admin/v1/dossiers/{dossier}/customers/{customer}/memberships", a.listMemberships)
	dossier("PUT /admin/v1/dossiers/{dossier}/customers/{customer}/memberships/{account}", a.putMembership)
	dossier("DELETE /admin/v1/dossiers/{dossier}/customers/{customer}/memberships/{account}", a.deleteMembership)
	dossier("POST /admin/v1/dossiers/{dossier}/why", a.why)
	dossier("POST /admin/v1/dossiers/{dossier}/what-changes", a.whatChanges)
	dossier("GET /admin/v1/dossiers/{dossier}/customers/{customer}/view/{call...}", a.viewAs)
	dossier("POST /admin/v1/dossiers/{dossier}/customers/{customer}/view/{call...}", a.viewAs)
	dossier("GET /admin/v1/dossiers/{dossier}/files/{resource}/{key}", a.listFiles)
	dossier("PUT /admin/v1/dossiers/{dossier}/files/{resource}/{key}", a.putFile)
	dossier("DELETE /admin/v1/dossiers/{dossier}/files/{resource}/{key}", a.deleteFile)
	if a.Outbox != nil {
		outbox := func(pattern string, h dossierHandler) { mux.Handle(pattern, a.forIntegrators(a.inDossier(h))) }
		outbox("GET /admin/v1/dossiers/{dossier}/outbox", a.listRequests)
		outbox("GET /admin/v1/dossiers/{dossier}/outbox/{request}", a.showRequest)
		outbox("POST /admin/v1/dossiers/{dossier}/outbox/take", a.takeRequests)
		outbox("POST /admin/v1/dossiers/{dossier}/outbox/{request}/done", a.settleRequest(directory.RequestDone))
		outbox("POST /admin/v1/dossiers/{dossier}/outbox/{request}/refuse", a.settleRequest(directory.RequestRefused))
		outbox("POST /admin/v1/dossiers/{dossier}/outbox/{request}/return", a.settleRequest(directory.RequestReceived))
	}
	admin("GET /admin/v1/acts", a.listActs)
	admin("GET /admin/v1/audit", a.listAudit)
	admin("/admin/v1/", noSuchCall)

	mux.Handle("GET /metrics", a.metrics())
	mux.Handle("GET /healthz", a.Health.Live())
	mux.Handle("GET /readyz", a.Health.Ready())
	mux.HandleFunc("/", elsewhere)
	return mux
}
