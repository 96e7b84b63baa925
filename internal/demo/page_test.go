package demo

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/internal/audit"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/profiles"
)

// Two customers in Sage's tables. Whatever is not of Bagues, or hidden from
// him, says STRANGER or 666.
const pageRows = `
INSERT INTO F_COMPTET (cbMarq, CT_Num, CT_Intitule, CT_Type, CT_Ville, CT_EMail, CT_Commentaire) VALUES
 (1, 'BAGUES', '<b>Bagues</b> & Alliances', 0, 'Paris', 'contact@bagues.example', 'STRANGER'),
 (2, 'CARAT', 'STRANGER <script>alert(1)</script>', 0, 'STRANGER', 'STRANGER', 'STRANGER'),
 (3, 'FOURNISSEUR', 'STRANGER', 1, 'STRANGER', 'STRANGER', 'STRANGER');
INSERT INTO F_CONTACTT (cbMarq, CT_No, CT_Num, CT_Nom, CT_Prenom, CT_EMail) VALUES
 (1, 1, 'BAGUES', 'Boivin', 'Loïc', 'loic@bagues.example'), (2, 2, 'CARAT', 'STRANGER', 'S', 'STRANGER');
INSERT INTO F_DOCENTETE (cbMarq, DO_Domaine, DO_Type, DO_Piece, DO_Date, DO_Ref, DO_Tiers, DO_Statut, DO_Provenance, DO_TotalHT, DO_TotalTTC, DO_NetAPayer, DO_MontantRegle, DO_Coord01) VALUES
 (1, 0, 7, 'FA1', '2026-01-05 00:00:00', 'R1', 'BAGUES', 2, 0, 1000, 1200.5, 1200.5, 200, 'STRANGER'),
 (2, 0, 1, 'BC1', '2026-01-06 00:00:00', 'R2', 'BAGUES', 1, 0, 50, 60, 60, 0, 'STRANGER'),
 (3, 0, 7, 'STRANGER1', '2026-01-07 00:00:00', 'STRANGER', 'CARAT', 2, 0, 666, 666, 666, 0, 'STRANGER'),
 (4, 0, 1, 'STRANGER2', '2026-01-08 00:00:00', 'STRANGER', 'CARAT', 1, 0, 666, 666, 666, 0, 'STRANGER'),
 (5, 1, 17, 'STRANGER3', '2026-01-08 00:00:00', 'STRANGER', 'BAGUES', 2, 0, 666, 666, 666, 0, 'STRANGER'),
 (6, 0, 0, 'STRANGER4', '2026-01-08 00:00:00', 'STRANGER', 'BAGUES', 0, 0, 666, 666, 666, 0, 'STRANGER');
INSERT INTO F_DOCLIGNE (cbMarq, DL_No, DO_Domaine, DO_Type, DO_Piece, PF_Num, DL_Ligne, AR_Ref, DL_Design, DL_Qte, DL_MontantHT, DL_PrixRU) VALUES
 (1, 1, 0, 7, 'FA1', '', 1, 'BAG-1', 'Bague', 3, 1000, 666), (2, 2, 0, 1, 'BC1', '', 1, 'BAG-1', 'Bague', 1, 50, 666),
 (3, 3, 0, 7, 'STRANGER1', '', 1, 'BAG-1', 'STRANGER', 666, 666, 666), (4, 4, 0, 1, 'STRANGER2', '', 1, 'BAG-1', 'STRANGER', 666, 666, 666);
INSERT INTO F_DOCREGL (cbMarq, DR_No, DO_Domaine, DO_Type, DO_Piece, DR_Date, DR_Montant, DR_Regle) VALUES
 (1, 1, 0, 7, 'FA1', '2026-02-05 00:00:00', 1000.5, 0), (2, 2, 0, 7, 'STRANGER1', '2026-02-06 00:00:00', 666, 0);
INSERT INTO F_ARTICLE (cbMarq, AR_Ref, AR_Design, FA_CodeFamille, AR_PrixAch, AR_Sommeil, AR_Publie) VALUES
 (1, 'BAG-1', 'Bague solitaire', 'BAGUES', 666, 0, 1), (2, 'OLD-1', 'STRANGER', 'BAGUES', 666, 1, 0);
`

type silentAudit struct{}

func (silentAudit) Begin(context.Context, audit.Entry) error { return nil }
func (silentAudit) Finish(audit.Outcome)                     {}

// pageConfig is the page over a small dossier with the true gate and the true
// profile.
func pageConfig(t *testing.T) Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "erp.db")
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.Exec(Schema() + pageRows); err != nil {
		t.Fatal(err)
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	settings := erp.DefaultSettings()
	settings.Name, settings.Engine, settings.DSN = Dossier, catalog.SQLite, path
	db, err := erp.Open(settings, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	book, err := profiles.Standard()
	if err != nil {
		t.Fatal(err)
	}
	worlds := filter.NewWorlds(func() *profiles.Book { return book }, 0, filter.Dossier{ID: Dossier, DB: db, DefaultProfile: "B2B"})
	names := map[string]string{Bagues: "<b>Bagues</b> & Alliances", Carat: "STRANGER <script>alert(1)</script>"}
	counts := UnfilteredCounts{DB: db.Portal().DB}
	return Config{
		Gate:       filter.New(filter.Config{Worlds: worlds, Audit: silentAudit{}}),
		Unfiltered: counts.Rows, Owners: counts.Customers, PortalURL: "http://127.0.0.1:8642",
		Caller: func(_ context.Context, code string) (identity.Caller, error) {
			name, ok := names[code]
			if !ok {
				return identity.Caller{}, identity.ErrNoAccess
			}
			return identity.Caller{Dossier: Dossier, KeyID: "k",
				Customer: directory.Customer{Dossier: Dossier, ID: code, Code: code, Name: name},
				Access:   directory.Access{Dossier: Dossier, CustomerID: code, State: directory.AccessGranted}}, nil
		},
	}
}

// visit asks the page and gives its answer.
func visit(h http.Handler, method, target, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://demo.test"+target, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// runAs asks as the page's script does.
func runAs(t *testing.T, h http.Handler, customer, query string, explain bool) runAnswer {
	t.Helper()
	body, err := json.Marshal(runRequest{customer, query, explain})
	if err != nil {
		t.Fatal(err)
	}
	w := visit(h, http.MethodPost, "/demo/api/run", string(body), "Content-Type", "application/json")
	var out runAnswer
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%d %s (%v)", w.Code, w.Body, err)
	}
	return out
}

func TestThePageInBothLanguages(t *testing.T) {
	h := Handler(pageConfig(t))
	for name, c := range map[string]struct{ target, accept, lang, shown, foreign string }{
		"English where nothing is said":            {"/demo/", "", "en", "Try to break it", "Essayez de"},
		"French where the browser wants it":        {"/demo/", "fr-FR,fr;q=0.9,en;q=0.8", "fr", "Essayez de le contourner", "Try to break"},
		"English where the browser wants it more":  {"/demo/", "fr;q=0.5, en-GB;q=0.9", "en", "Try to break it", "Essayez de"},
		"English where it wants neither":           {"/demo/", "de,nl", "en", "Try to break it", "Essayez de"},
		"the address wins over the browser":        {"/demo/?lang=fr", "en", "fr", "Essayez de le contourner", "Try to break"},
		"an unknown language is as good as none":   {"/demo/?lang=xx", "fr", "fr", "Essayez de le contourner", "Try to break"},
		"French keeps its punctuation to the word": {"/demo/?lang=fr", "", "fr", "Combien dois-je\u00a0?", "dois-je ?"},
	} {
		t.Run(name, func(t *testing.T) {
			w := visit(h, http.MethodGet, c.target, "", "Accept-Language", c.accept)
			page := w.Body.String()
			if w.Code != http.StatusOK || w.Header().Get("Content-Language") != c.lang || !strings.Contains(page, `<html lang="`+c.lang+`">`) {
				t.Fatalf("%d, language %q", w.Code, w.Header().Get("Content-Language"))
			}
			if !strings.Contains(page, c.shown) || strings.Contains(page, c.foreign) {
				t.Errorf("the page must say %q and not %q", c.shown, c.foreign)
			}
		})
	}
}

func TestNothingOnThePageIsMarkupOfACustomer(t *testing.T) {
	h := Handler(pageConfig(t))
	page := visit(h, http.MethodGet, "/demo/", "").Body.String()
	if strings.Contains(page, "<script>") || strings.Contains(page, "<b>Bagues") || !strings.Contains(page, "&lt;script&gt;alert(1)&lt;/script&gt;") {
		t.Error("a customer's name reaches the page as markup")
	}
	if strings.Contains(page, "ZgotmplZ") {
		t.Error("the template holds a value where it may not stand")
	}
	w := visit(h, http.MethodPost, "/demo/api/run", `{"customer":"CARAT","sql":"SELECT CT_Intitule FROM F_COMPTET"}`, "Content-Type", "application/json")
	if got := w.Header().Get("Content-Type"); got != "application/json" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("rows travel as %s, which a browser might take for a page", got)
	}
	script := read(t, "page.js")
	for _, word := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "DOMParser", "createContextualFragment", "srcdoc"} {
		if strings.Contains(script, word) {
			t.Errorf("page.js uses %s: answers are put in as text only", word)
		}
	}
}

func TestThePageKeepsToItsOwnPolicy(t *testing.T) {
	h := Handler(pageConfig(t))
	for _, target := range []string{"/demo/", "/demo/page.js", "/demo/page.css", "/demo/nothing", "/demo/api/run"} {
		header := visit(h, http.MethodGet, target, "").Header()
		policy := header.Get("Content-Security-Policy")
		for _, directive := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src 'self' data:", "frame-ancestors 'none'"} {
			if !strings.Contains(policy+";", directive+";") {
				t.Errorf("%s: the policy %q lacks %s", target, policy, directive)
			}
		}
		if strings.Contains(policy, "unsafe") || header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", target, header)
		}
	}
	page := visit(h, http.MethodGet, "/demo/", "").Body.String()
	for what, pattern := range map[string]string{
		"a script in the page": `<script[^>]*>[^<]`, "a style in the page": `<style|\sstyle=`, "a handler in the page": `\son[a-z]+=`,
		"something from elsewhere": `(?:src|href)="(?:https?:)?//`,
	} {
		if found := regexp.MustCompile(pattern).FindString(page); found != "" {
			t.Errorf("%s, which its policy forbids: %s", what, found)
		}
	}
	if found := regexp.MustCompile(`url\((?:"|')?https?:|@import`).FindString(read(t, "page.css")); found != "" {
		t.Errorf("page.css loads from elsewhere: %s", found)
	}
}

func TestAssetsAreSentAgainOnlyWhenTheyChange(t *testing.T) {
	h := Handler(pageConfig(t))
	for target, contentType := range map[string]string{"/demo/page.js": "text/javascript; charset=utf-8", "/demo/page.css": "text/css; charset=utf-8"} {
		first := visit(h, http.MethodGet, target, "")
		if first.Code != http.StatusOK || first.Header().Get("Content-Type") != contentType {
			t.Errorf("%s: %d %s", target, first.Code, first.Header().Get("Content-Type"))
		}
		if again := visit(h, http.MethodGet, target, "", "If-None-Match", first.Header().Get("ETag")); again.Code != http.StatusNotModified {
			t.Errorf("%s: sent again with %d", target, again.Code)
		}
	}
}

func TestThePageSaysWhenItHasNobodyToShow(t *testing.T) {
	c := pageConfig(t)
	for name, err := range map[string]error{"nobody may enter": identity.ErrNoAccess, "the directory fails": errors.New("disk full")} {
		c.Caller = func(context.Context, string) (identity.Caller, error) { return identity.Caller{}, err }
		w := visit(Handler(c), http.MethodGet, "/demo/", "")
		if w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "disk full") {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}

func TestEveryTextIsInBothLanguagesAndUsed(t *testing.T) {
	places := regexp.MustCompile(`\{\w+\}`)
	same := func(where string, s said) {
		if strings.TrimSpace(s.en) == "" || strings.TrimSpace(s.fr) == "" {
			t.Errorf("%s is missing in a language", where)
		}
		en, fr := map[string]bool{}, map[string]bool{}
		for _, p := range places.FindAllString(s.en, -1) {
			en[p] = true
		}
		for _, p := range places.FindAllString(s.fr, -1) {
			fr[p] = true
		}
		for p := range en {
			if !fr[p] {
				t.Errorf("%s has no %s in French", where, p)
			}
		}
		if len(en) != len(fr) {
			t.Errorf("%s has other places in French", where)
		}
	}
	for key, s := range texts {
		same(key, s)
	}
	for _, s := range append(examples(), attacks()...) {
		same(s.key+"'s title", s.title)
		same(s.key+"'s note", s.note)
	}

	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`\{\{t "([^"]+)"\}\}`).FindAllStringSubmatch(read(t, "page.html"), -1) {
		used[m[1]] = true
	}
	script := read(t, "page.js")
	for _, m := range regexp.MustCompile(`texts\.(\w+)|texts\['([^']+)'\]|fill\('([^']+)'`).FindAllStringSubmatch(script, -1) {
		used["js."+m[1]+m[2]+m[3]] = true
	}
	for _, m := range regexp.MustCompile(`counted\('([^']+)'`).FindAllStringSubmatch(script, -1) {
		used["js."+m[1]+".one"], used["js."+m[1]+".other"] = true, true
	}
	for key := range used {
		if _, ok := texts[key]; !ok {
			t.Errorf("the page uses the text %q, which is not in the table", key)
		}
	}
	for key := range texts {
		// Chosen at run time: by the refusal's code, the parameter's origin, the
		// table's kind.
		byName := regexp.MustCompile(`^js\.(why|from)\.|^js\.meter(\.nobody)?$|^js\.sees`).MatchString(key)
		if !used[key] && !byName {
			t.Errorf("no part of the page uses the text %q", key)
		}
	}
	if _, err := text("en", "no such text"); err == nil {
		t.Error("an unknown text is no mistake")
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	content, err := pageFiles.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
