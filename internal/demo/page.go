package demo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/httpjson"
	"github.com/vantelle/vantelle/internal/identity"
)

// Gate is what the page asks; *filter.Gate is one. Errors are *refusal.Error.
type Gate interface {
	Do(ctx context.Context, req filter.Request) (*filter.Answer, error)
	Explain(ctx context.Context, req filter.Request, engine catalog.Engine) (filter.Explanation, error)
}

// Config is what the demonstration's page works on.
type Config struct {
	Gate Gate

	// Caller finds a customer by code, as a portal's backend would be let in
	// for him. Its errors are those of identity.Resolver.
	Caller func(ctx context.Context, customerCode string) (identity.Caller, error)

	// Unfiltered counts the rows of a bare table, Owners the customers whose
	// rows they are, 0 where it holds nobody's. Both look past the gate, which
	// nothing but this page may do, and only with a table that the gate named.
	// nil shows no such number. UnfilteredCounts has both.
	Unfiltered func(ctx context.Context, table string) (int64, error)
	Owners     func(ctx context.Context, table string) (int64, error)

	PortalURL string // where a portal's backend would ask, "http://127.0.0.1:8642"
	Logger    zerolog.Logger
	Now       func() time.Time // nil is time.Now
}

//go:embed page.html page.css page.js
var pageFiles embed.FS

// contentPolicy lets the page load its own script and style, and ask its own
// server; nothing else, and nothing written into the page itself.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// page serves the demonstration.
type page struct {
	Config
	templates map[string]*template.Template // by language
	offered   []customer                    // Granted and NoAccess
}

// Handler serves the demonstration's page under /demo/: one request as two
// customers side by side, the SQL that ran, and attempts to break it. It is
// for demonstrations only; what it answers, it answers without a key.
func Handler(c Config) http.Handler {
	if c.Now == nil {
		c.Now = time.Now
	}
	p := &page{Config: c, templates: map[string]*template.Template{}, offered: offeredCustomers()}
	for _, lang := range []string{"en", "fr"} {
		t := template.FuncMap{"t": func(key string) (string, error) { return text(lang, key) }}
		p.templates[lang] = template.Must(template.New("page.html").Funcs(t).ParseFS(pageFiles, "page.html"))
	}

	mux := http.NewServeMux()
	mux.HandleFunc("GET /demo/{$}", p.show)
	mux.Handle("GET /demo/page.css", asset("page.css", "text/css; charset=utf-8"))
	mux.Handle("GET /demo/page.js", asset("page.js", "text/javascript; charset=utf-8"))
	mux.Handle("POST /demo/api/run", httpjson.Handle(maxBody, p.run))
	mux.HandleFunc("/demo/api/run", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", http.MethodPost)
		httpjson.WriteProblem(w, r, httpjson.Errorf(httpjson.MethodNotAllowed, "this path is asked with POST"))
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		httpjson.WriteProblem(w, r, httpjson.Errorf(httpjson.NotFound, "the demonstration is one page, at /demo/"))
	})
	own := http.NewCrossOriginProtection()
	own.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		httpjson.WriteProblem(w, r, httpjson.Errorf(httpjson.NoAccess, "only the demonstration's own page may ask here"))
	}))
	return guard(own.Handler(mux))
}

// guard sets what every answer of the demonstration carries.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// asset serves an embedded file, and again only when it has changed.
func asset(name, contentType string) http.Handler {
	content, err := pageFiles.ReadFile(name)
	if err != nil {
		panic(fmt.Sprintf("the demonstration lacks its own %s: %v", name, err)) // it is compiled in
	}
	sum := sha256.Sum256(content)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("ETag", tag)
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
	})
}

// choice is one customer in the page's selects.
type choice struct {
	Code, Name  string
	Access      bool
	Left, Right bool // selected at first on that side
}

// show renders the page in the reader's language.
func (p *page) show(w http.ResponseWriter, r *http.Request) {
	choices, err := p.choices(r.Context())
	if err != nil {
		httpjson.WriteProblem(w, r, &httpjson.Problem{Code: httpjson.ERPUnavailable, Detail: "the demonstration's customers cannot be read now: try again in a moment", Cause: err})
		return
	}
	lang := language(r)
	script, err := json.Marshal(scriptTexts(lang))
	if err != nil {
		httpjson.WriteProblem(w, r, err)
		return
	}
	var body bytes.Buffer
	err = p.templates[lang].Execute(&body, map[string]any{
		"Lang": lang, "Texts": string(script), "Customers": choices,
		"Examples": casesIn(lang, examples()), "Attacks": casesIn(lang, attacks()),
		"Engines": printedFor, "Calls": callNames, "PortalURL": p.PortalURL,
	})
	if err != nil {
		httpjson.WriteProblem(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", lang)
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Accept-Language")
	_, _ = w.Write(body.Bytes()) // who has gone cannot be told
}

// offeredCustomers are the customers that the page asks for: those whose
// access the demonstration grants, and one without.
func offeredCustomers() []customer {
	granted := Granted()
	return slices.DeleteFunc(planCustomers(), func(c customer) bool {
		return c.code != NoAccess && !slices.Contains(granted, c.code)
	})
}

// choices lists the customers as the directory has them. One without an access
// stays in the list: that he gets nothing is worth seeing.
func (p *page) choices(ctx context.Context) ([]choice, error) {
	var list []choice
	for _, c := range p.offered {
		who, err := p.Caller(ctx, c.code)
		switch {
		case err == nil:
			if len(list) == 0 { // the first request shall not pay for reading the ERP's catalog
				_, _ = p.Gate.Explain(ctx, filter.Request{Caller: who, Front: "demo", Text: "SELECT 1"}, "")
			}
			list = append(list, choice{Code: c.code, Name: who.Customer.Name, Access: true, Left: c.code == Bagues, Right: c.code == Carat})
		case errors.Is(err, identity.ErrNoAccess):
			if c.code == NoAccess {
				list = append(list, choice{Code: c.code, Name: c.name})
			}
		default:
			return nil, fmt.Errorf("find customer %s: %w", c.code, err)
		}
	}
	if !slices.ContainsFunc(list, func(c choice) bool { return c.Access }) {
		return nil, errors.New("no customer of the demonstration has an access")
	}
	// Whoever may enter comes first; the one who may not, last.
	slices.SortStableFunc(list, func(a, b choice) int {
		switch {
		case a.Access == b.Access:
			return 0
		case a.Access:
			return -1
		}
		return 1
	})
	return list, nil
}

// language is the page's: what the address asks for, else what the browser
// prefers, else English.
func language(r *http.Request) string {
	if asked := r.URL.Query().Get("lang"); asked == "en" || asked == "fr" {
		return asked
	}
	best, quality := "en", 0.0
	for item := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(item), ";")
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		q := weight(params)
		if (primary == "en" || primary == "fr") && q > quality {
			best, quality = primary, q
		}
	}
	return best
}

// weight reads "q=0.8"; what is not one counts as 1.
func weight(params string) float64 {
	value, ok := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
	q := 1.0
	if !ok {
		return q
	}
	if _, err := fmt.Sscanf(value, "%g", &q); err != nil {
		return 1
	}
	return q
}
