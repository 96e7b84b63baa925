package portal

import (
	"context"
	"net/http"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/files"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/httpjson"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/internal/outbox"
)

// Gate is the one way to an ERP. The errors of both methods are refusals
// (filter/refusal), or failures that only the log may tell.
type Gate interface {
	// Do answers a request. The answer must be closed.
	Do(ctx context.Context, r filter.Request) (*filter.Answer, error)
	// View is what the caller may ask for.
	View(ctx context.Context, who identity.Caller) (*view.View, error)
	// Written is how many rows one write may touch; at least 1.
	Written() int
}

// Identifier finds the customer for whom a portal's backend asks; its errors
// are those of identity.Resolver.
type Identifier interface {
	Backend(ctx context.Context, dossier, bearer, customer, contact, actor string) (identity.Caller, error)
}

// Metrics counts the requests that were answered; *telemetry.Metrics does.
// code is "ok" or a problem's, dossier empty where nobody was let in.
type Metrics interface {
	Request(front, dossier, code string, took time.Duration)
}

// Config is what the front works on. Gate and Identify are required.
type Config struct {
	Gate     Gate
	Identify Identifier
	Logger   zerolog.Logger
	Metrics  Metrics // nil: nothing is counted

	// RequireActor tells whether a dossier wants to know who at the
	// customer's is asking (Vantelle-Actor). Nil: none does.
	RequireActor func(dossier string) bool

	// Files gives the files of rows. Nil: there are none.
	Files *files.Library

	// Outbox takes requests in. Nil: none are taken.
	Outbox *outbox.Outbox

	// Cursors seals the places at which lists are continued; nil offers no
	// cursors, and refuses them.
	Cursors *CursorKey

	Limits Limits

	// Load bounds what is asked at once. Its zero value bounds nothing.
	Load Load
}

// Limits bound one request. A zero field has the default that DefaultLimits gives.
type Limits struct {
	Body      int64         // bytes of a request's body
	RowsBody  int64         // bytes of a body of rows to be written
	Time      time.Duration // from a request's first byte to its answer's last
	Patience  time.Duration // how long a client may take to read a piece of an answer
	Page      int64         // rows of /rows where the request doesn't say
	MaxPage   int64         // rows of /rows at most
	PageBytes int           // bytes of an answer of /rows at most
	FileRate  int64         // bytes of a file that a client reads in a second at least, once Time is over
}

// DefaultLimits are the limits that hold where the configuration is silent.
func DefaultLimits() Limits {
	return Limits{
		Body:      1 << 20,
		RowsBody:  16 << 20,
		Time:      60 * time.Second,
		Patience:  30 * time.Second,
		Page:      1000,
		MaxPage:   10_000,
		PageBytes: 32 << 20,
		FileRate:  64 << 10,
	}
}

// withDefaults fills in what is zero.
func (l Limits) withDefaults() Limits {
	d := DefaultLimits()
	if l.Body == 0 {
		l.Body = d.Body
	}
	if l.RowsBody == 0 {
		l.RowsBody = max(d.RowsBody, l.Body)
	}
	if l.Time == 0 {
		l.Time = d.Time
	}
	if l.Patience == 0 {
		l.Patience = d.Patience
	}
	if l.MaxPage == 0 {
		l.MaxPage = d.MaxPage
	}
	if l.Page == 0 {
		l.Page = d.Page
	}
	l.Page = min(l.Page, l.MaxPage)
	if l.PageBytes == 0 {
		l.PageBytes = d.PageBytes
	}
	if l.FileRate == 0 {
		l.FileRate = d.FileRate
	}
	return l
}

// portal is the front.
type portal struct {
	Config
	admission *admission
	held      held
}

// New gives the handler of the portal's listener: everything under /v1/, and a
// problem for every other path. It wraps itself in httpjson.Middleware. CORS is off for good: backend keys have no
// business in a browser.
func New(c Config) http.Handler {
	c.Limits = c.Limits.withDefaults()
	if c.RequireActor == nil {
		c.RequireActor = func(string) bool { return false }
	}
	p := &portal{Config: c, admission: newAdmission(c.Load)}
	return httpjson.Middleware{Log: c.Logger, Front: "portal"}.Wrap(p.routes())
}

// routes is the whole front on one screen.
func (p *portal) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /v1/dossiers/{dossier}/sql", p.call(callSQL, p.sql))
	mux.Handle("GET /v1/dossiers/{dossier}/rows/{table}", p.call(callRows, p.rows))
	mux.Handle("POST /v1/dossiers/{dossier}/rows/{table}", p.call(callRows, p.writeRows(sqlast.Insert)))
	mux.Handle("PATCH /v1/dossiers/{dossier}/rows/{table}", p.call(callRows, p.writeRows(sqlast.Update)))
	mux.Handle("DELETE /v1/dossiers/{dossier}/rows/{table}", p.call(callRows, p.writeRows(sqlast.Delete)))
	mux.Handle("POST /v1/dossiers/{dossier}/requests", p.call(callRequests, p.sendRequest))
	mux.Handle("GET /v1/dossiers/{dossier}/requests", p.call(callRequests, p.listRequests))
	mux.Handle("GET /v1/dossiers/{dossier}/requests/{id}", p.call(callRequests, p.showRequest))
	mux.Handle("GET /v1/dossiers/{dossier}/catalog", p.call(callCatalog, p.catalog))
	mux.Handle("GET /v1/dossiers/{dossier}/openapi.json", p.call(callOpenAPI, p.openapi))
	mux.Handle("GET /v1/dossiers/{dossier}/me/dashboard", p.call(callDashboard, p.dashboard))

	mux.Handle("GET /v1/dossiers/{dossier}/files/{resource}", p.call(callFiles, p.filesOfMany))
	mux.Handle("GET /v1/dossiers/{dossier}/files/{resource}/{key}", p.call(callFiles, p.files))
	mux.Handle("GET /v1/dossiers/{dossier}/files/{resource}/{key}/{name}", p.call(callFiles, p.files))

	mux.Handle("/v1/dossiers/{dossier}/sql", p.onlyMethods(callSQL, "POST"))
	mux.Handle("/v1/dossiers/{dossier}/rows/{table}", p.onlyMethods(callRows, "GET, HEAD, POST, PATCH, DELETE"))
	mux.Handle("/v1/dossiers/{dossier}/requests", p.onlyMethods(callRequests, "GET, HEAD, POST"))
	mux.Handle("/v1/dossiers/{dossier}/requests/{id}", p.onlyMethods(callRequests, "GET, HEAD"))
	mux.Handle("/v1/dossiers/{dossier}/catalog", p.onlyMethods(callCatalog, "GET, HEAD"))
	mux.Handle("/v1/dossiers/{dossier}/openapi.json", p.onlyMethods(callOpenAPI, "GET, HEAD"))
	mux.Handle("/v1/dossiers/{dossier}/me/dashboard", p.onlyMethods(callDashboard, "GET, HEAD"))
	mux.Handle("/v1/dossiers/{dossier}/files/{resource}", p.onlyMethods(callFiles, "GET, HEAD"))
	mux.Handle("/v1/dossiers/{dossier}/files/{resource}/{key}", p.onlyMethods(callFiles, "GET, HEAD"))
	mux.Handle("/v1/dossiers/{dossier}/files/{resource}/{key}/{name}", p.onlyMethods(callFiles, "GET, HEAD"))
	mux.Handle("/", p.noSuchCall())
	return mux
}

// The calls, as logs and metrics name them.
const (
	callSQL     = "sql"
	callRows    = "rows"
	callCatalog = "catalog"
	callOpenAPI = "openapi"
	callFiles   = "files"

	callRequests  = "requests"
	callDashboard = "dashboard"

	callNone = "none" // no such path
)
