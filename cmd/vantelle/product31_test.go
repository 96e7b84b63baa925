package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vantelle/vantelle/internal/erpshape"
)

// filed is mine with resources whose rows have files: in a table beside them,
// by a pattern, in a column.
const filed = mine + `resources:
  invoices:
    name: {fr: factures}
    table: F_DOCENTETE
    where: DO_Type = 7
    columns: {number: {from: DO_Piece}}
    files:
      attached:
        table: T_FILES
        on: [[DO_Type, kind], [DO_Piece, piece]]
        where: sent = 1
        path: place
        name: title
        type: mime
        root: documents
      printed: {pattern: "Factures/{DO_Piece}.pdf", root: documents}
      kept:
        table: T_BLOBS
        on: [[DO_Piece, piece]]
        bytes: body
        name: title
  orders:
    name: {fr: commandes}
    table: F_DOCENTETE
    where: DO_Type = 1
    columns: {number: {from: DO_Piece}}
    files:
      printed: {pattern: "Commandes/{DO_Piece}.pdf", root: documents}
`

// library is a service with files on its disk, for Alpha and Beta.
type library struct {
	*house
	alpha, beta, order string // an invoice of each, an order of Alpha
}

func newLibrary(t *testing.T, profile string) *library {
	t.Helper()
	s := newSite(t)
	s.buildERP()
	db := s.openERP()
	piece := func(customer string, kind int) (p string) {
		if err := db.QueryRowContext(t.Context(), "SELECT MIN(DO_Piece) FROM F_DOCENTETE WHERE DO_Tiers = ? AND DO_Domaine = 0 AND DO_Type = ?", customer, kind).Scan(&p); err != nil {
			t.Fatal(err)
		}
		return p
	}
	l := &library{alpha: piece(erpshape.SageAlpha, 7), beta: piece(erpshape.SageBeta, 7), order: piece(erpshape.SageAlpha, 1)}
	for _, statement := range []string{
		"CREATE TABLE T_FILES (kind smallint, piece varchar(13), sent smallint, place varchar(259), title varchar(69), mime varchar(69))",
		"CREATE TABLE T_BLOBS (piece varchar(13), title varchar(69), body blob)",
		`INSERT INTO T_FILES VALUES (7, '` + l.alpha + `', 1, '\\SRV\GED\divers\plan été.pdf', 'Plan d''été.pdf', 'application/pdf'), (7, '` + l.alpha + `', 0, 'secret.pdf', 'not sent', ''),
		 (7, '` + l.alpha + `', 1, '..\..\outside.txt', 'outside.txt', ''), (7, '` + l.alpha + `', 1, 'page.html', 'page.html', 'text/html'), (7, '` + l.beta + `', 1, 'divers/beta.pdf', 'beta.pdf', '')`,
		`INSERT INTO T_BLOBS VALUES ('` + l.alpha + `', 'seal.png', x'89504e470d0a1a0a'), ('` + l.alpha + `', 'empty.png', NULL), ('` + l.beta + `', 'seal.png', x'00')`,
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s.write("outside.txt", "outside")
	for name, content := range map[string]string{
		"Factures/" + l.alpha + ".pdf": "invoice of Alpha", "Factures/" + l.beta + ".pdf": "invoice of Beta", "Commandes/" + l.order + ".pdf": "order of Alpha",
		"divers/plan été.pdf": "plan", "divers/beta.pdf": "beta", "secret.pdf": "secret", "page.html": "<script>",
	} {
		s.write("ged/"+name, content)
	}
	s.write("vantelle.yaml", strings.Replace(fmt.Sprintf(rulesSettings, "{path: vantelle.db}"), `schedule: ""}`, `schedule: "", files: [{root: documents, path: ged, from: ['\\SRV\GED']}]}`, 1)+"files: {size: 64MiB}\n")
	v := s.start()
	v.synchronise()
	l.house = &house{v, t}
	l.put("MINE", profile, "").ok(http.StatusCreated)
	for _, c := range []string{erpshape.SageAlpha, erpshape.SageBeta} {
		l.house.ask("PUT", "/dossiers/sage/customers/"+c+"/access", map[string]any{"profile": "MINE"}, "").ok(http.StatusCreated)
	}
	return l
}

func (l *library) get(customer, path string, headers ...string) answer {
	l.t.Helper()
	return l.call("GET", l.portal+"/v1/dossiers/sage/files/"+path, "", append(as(customer), headers...))
}

var requestIDs = regexp.MustCompile(`"request_id":"[^"]*"`)

// same is an answer without what differs between any two.
func (a answer) same() string {
	h := a.header.Clone()
	h.Del("Date")
	h.Del("X-Request-Id")
	return fmt.Sprint(a.status, h, requestIDs.ReplaceAllString(a.body, ""))
}

// TestProduct31_AFileIsThereOnlyWhereItsRowIsVisible over real HTTP: by each
// kind of source, and byte by byte the same answer where it is not.
func TestProduct31_AFileIsThereOnlyWhereItsRowIsVisible(t *testing.T) {
	l := newLibrary(t, filed)
	for path, want := range map[string][2]string{
		"invoices/" + l.alpha:                                          {"invoice of Alpha", "application/pdf"},
		"factures/" + l.alpha:                                          {"invoice of Alpha", "application/pdf"},
		"invoices/" + l.alpha + "/" + l.alpha + ".pdf":                 {"invoice of Alpha", "application/pdf"},
		"invoices/" + l.alpha + "/" + url.PathEscape("Plan d'été.pdf"): {"plan", "application/pdf"},
		"invoices/" + l.alpha + "/seal.png":                            {"\x89PNG\r\n\x1a\n", "image/png"},
		"invoices/" + l.alpha + "/page.html":                           {"<script>", "text/html"},
		"orders/" + l.order:                                            {"order of Alpha", "application/pdf"},
	} {
		got := l.get(erpshape.SageAlpha, path)
		if got.status != 200 || got.body != want[0] || got.header.Get("Content-Type") != want[1] || got.header.Get("Cache-Control") != "no-store" ||
			!strings.Contains(got.header.Get("Content-Security-Policy"), "sandbox") || got.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %q %v", path, got.status, got.body, got.header)
		}
		if head := l.call("HEAD", l.portal+"/v1/dossiers/sage/files/"+path, "", as(erpshape.SageAlpha)); head.status != 200 || head.body != "" || head.header.Get("Content-Length") != fmt.Sprint(len(want[0])) {
			t.Errorf("HEAD %s: %d %q", path, head.status, head.body)
		}
	}
	if got := l.get(erpshape.SageAlpha, "invoices/"+l.alpha+"/"+url.PathEscape("Plan d'été.pdf")).header.Get("Content-Disposition"); got != `inline; filename="Plan d'_t_.pdf"; filename*=UTF-8''Plan%20d%27%C3%A9t%C3%A9.pdf` {
		t.Errorf("Content-Disposition %s", got)
	}
	if got := l.get(erpshape.SageAlpha, "invoices/"+l.alpha+"/page.html").header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment") {
		t.Errorf("a page with a script is shown: %s", got)
	}
	list := l.get(erpshape.SageAlpha, "invoices/"+l.alpha, "Accept", "application/json")
	for _, want := range []string{`"name":"Plan d'été.pdf"`, `"size":4`, `"name":"seal.png"`, `"name":"page.html"`, l.alpha + ".pdf"} {
		if list.status != 200 || !strings.Contains(list.body, want) {
			t.Errorf("the list lacks %s: %d %s", want, list.status, list.body)
		}
	}
	for _, never := range []string{"not sent", "secret", "outside", "empty.png", "SRV", "ged", "T_FILES"} {
		if strings.Contains(list.body, never) {
			t.Errorf("the list tells of %s: %s", never, list.body)
		}
	}

	// Everything else is one answer, whatever is there.
	absent := l.get(erpshape.SageBeta, "invoices/FA999999")
	if absent.status != 404 || !strings.Contains(absent.body, `"code":"not_found"`) {
		t.Fatalf("a file that is not there: %d %s", absent.status, absent.body)
	}
	for _, path := range []string{
		"invoices/" + l.alpha, "invoices/" + l.alpha + "/" + l.alpha + ".pdf", "invoices/" + l.alpha + "/seal.png", "orders/" + l.order, // Alpha's
		"invoices/" + l.order, "orders/" + l.beta, // the wrong resource
		"invoices/" + l.beta + "/nothing.pdf", "invoices/" + l.beta + "/" + l.alpha + ".pdf",
		"nothing/" + l.beta, "F_DOCENTETE/" + l.beta, "T_FILES/1", "quotes/" + l.beta,
		"invoices/%20" + l.beta, "invoices/..%2F..%2Foutside.txt", "invoices/" + l.beta + "/..%2F" + l.alpha + ".pdf", "invoices/" + l.beta + "/..%5C" + l.alpha + ".pdf",
		"invoices/" + l.beta + "%00", "invoices/%FF", "invoices/'%20OR%201=1%20--", "invoices/id:1", "invoices/" + l.beta + "%2F..%2F" + l.alpha,
		"invoices/" + l.beta + "/beta.pdf::$DATA", "invoices/" + l.beta + "/CON", "invoices/%25", "invoices/" + strings.Repeat("x", 3000),
		"id of printed/" + l.beta, "invoices/" + l.beta + "/BETA.PDF",
	} {
		if got := l.get(erpshape.SageBeta, strings.ReplaceAll(path, " ", "%20")); got.same() != absent.same() {
			t.Errorf("%s\n answers %s\n, not  %s", path, got.same(), absent.same())
		}
	}
	for _, name := range []string{"outside.txt", "empty.png", "not%20sent.pdf", "secret.pdf"} {
		if got := l.get(erpshape.SageAlpha, "invoices/"+l.alpha+"/"+name); got.same() != absent.same() {
			t.Errorf("%s: %s", name, got.same())
		}
	}
	if got := l.get(erpshape.SageBeta, "invoices/"+l.beta); got.status != 200 || got.body != "invoice of Beta" {
		t.Errorf("Beta's own: %d %s", got.status, got.body)
	}
	l.get(erpshape.SageOmega, "invoices/"+l.alpha).want(t, 403, "no_access")
	l.call("POST", l.portal+"/v1/dossiers/sage/files/invoices/"+l.alpha, "{}", as(erpshape.SageAlpha)).want(t, 405, "method_not_allowed")
	l.get(erpshape.SageAlpha, "invoices/"+l.alpha+"?name=x").want(t, 400, "bad_request")
	// No request can name what files are looked up with.
	for _, q := range []string{"SELECT [DO_Piece of printed] FROM invoices", "SELECT place FROM T_FILES", "SELECT body FROM T_BLOBS", "SELECT [tie 0 of attached] FROM invoices"} {
		l.sql(erpshape.SageAlpha, q).want(t, 400, "unknown_name")
	}

	// Each file that was opened is in the audit, with nothing of its name.
	log := l.house.ask("GET", "/audit?dossier=sage&customer=ALPHA&limit=500", nil, "").ok(200)
	log.holds(`"action":"file"`).holds(`"front":"files"`)
	for _, never := range []string{l.alpha, "plan", "seal"} {
		if strings.Contains(log.body, never) {
			t.Errorf("the audit holds %s", never)
		}
	}
	if n := strings.Count(log.body, `"action":"file"`); n != 7*2+2 {
		t.Errorf("the audit has %d files opened", n)
	}
}

// TestProduct31_Ranges and conditional requests.
func TestProduct31_RangesOfAFile(t *testing.T) {
	l := newLibrary(t, filed)
	path := "invoices/" + l.alpha
	whole := l.get(erpshape.SageAlpha, path)
	for header, want := range map[string]string{"bytes=0-6": "invoice", "bytes=11-": "Alpha", "bytes=-5": "Alpha", "bytes=8-9": "of"} {
		got := l.get(erpshape.SageAlpha, path, "Range", header)
		if got.status != 206 || got.body != want {
			t.Errorf("%s: %d %q", header, got.status, got.body)
		}
	}
	if got := l.get(erpshape.SageAlpha, path, "Range", "bytes=100-"); got.status != 416 {
		t.Errorf("behind the end: %d", got.status)
	}
	tag := whole.header.Get("ETag")
	if got := l.get(erpshape.SageAlpha, path, "If-None-Match", tag); got.status != 304 || got.body != "" {
		t.Errorf("unchanged: %d %q", got.status, got.body)
	}
	if got := l.get(erpshape.SageAlpha, path, "If-Range", `"other"`, "Range", "bytes=0-1"); got.status != 200 || got.body != whole.body {
		t.Errorf("another version: %d %q", got.status, got.body)
	}
	if other := l.get(erpshape.SageBeta, "invoices/"+l.beta).header.Get("ETag"); other == tag {
		t.Error("two files have one tag")
	}
}

// TestProduct31_ALevelOfListOpensNoFile, and none at all neither.
func TestProduct31_ALevelOfListOpensNoFile(t *testing.T) {
	l := newLibrary(t, filed)
	absent := l.get(erpshape.SageAlpha, "invoices/FA999999").same()
	for _, level := range []string{"list", "none"} {
		version := l.house.ask("GET", "/dossiers/sage/customers/ALPHA", nil, "").ok(200)
		l.house.ask("PUT", "/dossiers/sage/customers/ALPHA/access", map[string]any{"profile": "MINE", "levels": map[string]string{"invoices": level}}, accessTag(t, version)).ok(200)
		if got := l.get(erpshape.SageAlpha, "invoices/"+l.alpha).same(); got != absent {
			t.Errorf("at level %s: %s", level, got)
		}
		rows := l.sql(erpshape.SageAlpha, "SELECT number FROM invoices")
		if has := strings.Contains(rows.body, l.alpha); has != (level == "list") {
			t.Errorf("at level %s the rows are %s", level, rows.body)
		}
		if got := l.get(erpshape.SageAlpha, "orders/"+l.order); got.status != 200 {
			t.Errorf("at level %s of invoices an order's file answers %d", level, got.status)
		}
	}
}

func accessTag(t *testing.T, r reply) string {
	t.Helper()
	access, _ := r.json["access"].(map[string]any)
	return fmt.Sprintf(`"%v"`, access["version"])
}

// TestProduct31_FilesThatAreTooLargeOrGone.
func TestProduct31_FilesThatAreTooLargeOrGone(t *testing.T) {
	l := newLibrary(t, filed)
	place := l.path("ged/Factures/" + l.alpha + ".pdf")
	if err := os.Truncate(place, 65<<20); err != nil {
		t.Fatal(err)
	}
	l.get(erpshape.SageAlpha, "invoices/"+l.alpha).want(t, 400, "limit_exceeded")
	if err := os.Rename(l.path("ged"), l.path("moved")); err != nil {
		t.Fatal(err)
	}
	got := l.get(erpshape.SageAlpha, "invoices/"+l.alpha)
	got.want(t, 503, "erp_unavailable")
	if strings.Contains(got.body, "ged") {
		t.Errorf("the answer tells where: %s", got.body)
	}
	// Nobody learns from it whose row it is.
	l.get(erpshape.SageBeta, "invoices/"+l.alpha).want(t, 404, "not_found")
}

// TestProduct31_ARevokedAccessEndsADownload while it goes on.
func TestProduct31_ARevokedAccessEndsADownload(t *testing.T) {
	l := newLibrary(t, filed)
	const size = 60 << 20
	if err := os.WriteFile(l.path("ged/Factures/"+l.alpha+".pdf"), bytes.Repeat([]byte("x"), size), 0o600); err != nil {
		t.Fatal(err)
	}
	res := l.open("GET", l.portal+"/v1/dossiers/sage/files/invoices/"+l.alpha, "", as(erpshape.SageAlpha))
	defer res.Body.Close()
	if _, err := io.ReadFull(res.Body, make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	version := l.house.ask("GET", "/dossiers/sage/customers/ALPHA", nil, "").ok(200)
	l.house.ask("DELETE", "/dossiers/sage/customers/ALPHA/access", nil, accessTag(t, version)).ok(200)
	time.Sleep(1100 * time.Millisecond) // it is asked every second
	n, err := io.Copy(io.Discard, res.Body)
	if err == nil || n >= size-1000 {
		t.Errorf("%d bytes came, %v", n, err)
	}
}

// TestProduct31_PushedFiles: what an integrator pushes is there for whom its
// row is visible.
func TestProduct31_PushedFiles(t *testing.T) {
	l := newLibrary(t, filed)
	push := func(resource, key, query, kind, body string) answer {
		if query == "" {
			query = "?"
		}
		query += "&customer=" + erpshape.SageAlpha
		return l.call("PUT", l.admin+"/admin/v1/dossiers/sage/files/"+resource+"/"+key+query, body, append(admin(), "Content-Type", kind))
	}
	content := strings.Repeat("pdf", 100_000)
	push("factures", l.alpha, "", "application/pdf", content).want(t, 201, "")
	push("invoices", l.alpha, "?name="+url.QueryEscape("Conditions générales.pdf"), "application/pdf", "one").want(t, 201, "")
	push("invoices", l.alpha, "?name="+url.QueryEscape("Conditions générales.pdf"), "application/pdf", "two").want(t, 200, "")
	got := l.get(erpshape.SageAlpha, "invoices/"+l.alpha)
	if got.status != 200 || sha256.Sum256([]byte(got.body)) != sha256.Sum256([]byte(content)) {
		t.Errorf("%d, %d bytes", got.status, len(got.body))
	}
	if got := l.get(erpshape.SageAlpha, "invoices/"+l.alpha+"/"+url.PathEscape("Conditions générales.pdf")); got.status != 200 || got.body != "two" {
		t.Errorf("%d %q", got.status, got.body)
	}
	// The printed one is still there, under another name.
	if got := l.get(erpshape.SageAlpha, "invoices/"+l.alpha+"/"+l.alpha+"%20(2).pdf"); got.body != "invoice of Alpha" {
		t.Errorf("%d %q", got.status, got.body)
	}
	// A number can be that of another customer's document too: whose it is has to be said.
	l.call("PUT", l.admin+"/admin/v1/dossiers/sage/files/invoices/"+l.alpha, "x", append(admin(), "Content-Type", "application/pdf")).want(t, 400, "bad_request")
	l.call("PUT", l.admin+"/admin/v1/dossiers/sage/files/invoices/"+l.alpha+"?customer=NOBODY", "x", append(admin(), "Content-Type", "application/pdf")).want(t, 404, "not_found")
	l.call("PUT", l.admin+"/admin/v1/dossiers/sage/files/invoices/"+l.alpha+"?customer="+erpshape.SageBeta, "of Beta", append(admin(), "Content-Type", "text/plain")).want(t, 201, "")
	l.call("PUT", l.admin+"/admin/v1/dossiers/sage/files/articles/ART00", "x", append(admin(), "Content-Type", "image/png")).want(t, 201, "")
	if got := l.get(erpshape.SageAlpha, "invoices/"+l.alpha+"/"+l.alpha+".txt"); got.status != 404 {
		t.Errorf("what was pushed for Beta: %d %q", got.status, got.body)
	}
	absent := l.get(erpshape.SageBeta, "invoices/FA999999").same()
	if got := l.get(erpshape.SageBeta, "invoices/"+l.alpha).same(); got != absent {
		t.Errorf("Beta gets %s", got)
	}
	if got := l.get(erpshape.SageAlpha, "orders/"+l.alpha).same(); got != absent {
		t.Errorf("as an order: %s", got)
	}
	for name, c := range map[string]struct {
		got  answer
		code string
		want int
	}{
		"a step up":           {push("invoices", l.alpha, "?name=..%2Fx", "application/pdf", "x"), "bad_request", 400},
		"a device":            {push("invoices", l.alpha, "?name=NUL", "application/pdf", "x"), "bad_request", 400},
		"a stream":            {push("invoices", l.alpha, "?name=a:b", "application/pdf", "x"), "bad_request", 400},
		"no such resource":    {push("invoicez", l.alpha, "", "application/pdf", "x"), "not_found", 404},
		"another parameter":   {push("invoices", l.alpha, "?nam=x", "application/pdf", "x"), "bad_request", 400},
		"too large":           {push("invoices", l.alpha, "?name=big.bin", "application/pdf", strings.Repeat("x", 65<<20)), "body_too_large", 413},
		"a portal's key":      {l.call("PUT", l.admin+"/admin/v1/dossiers/sage/files/invoices/"+l.alpha, "x", as("ALPHA")), "unauthorized", 401},
		"on the portal":       {l.call("PUT", l.portal+"/v1/dossiers/sage/files/invoices/"+l.alpha, "x", as("ALPHA")), "method_not_allowed", 405},
		"delete what is none": {l.call("DELETE", l.admin+"/admin/v1/dossiers/sage/files/invoices/"+l.alpha+"?customer="+erpshape.SageAlpha+"&name=none.pdf", "", admin()), "not_found", 404},
	} {
		t.Run(name, func(t *testing.T) { c.got.want(t, c.want, c.code) })
	}
	l.call("DELETE", l.admin+"/admin/v1/dossiers/sage/files/invoices/"+l.alpha+"?customer="+erpshape.SageAlpha+"&name="+l.alpha+".pdf", "", admin()).want(t, 200, "")
	if got := l.get(erpshape.SageAlpha, "invoices/"+l.alpha); got.body != "invoice of Alpha" {
		t.Errorf("after the deletion: %d %.40q", got.status, got.body)
	}
	l.house.ask("GET", "/acts?noun=file", nil, "").ok(200).holds(`"action":"push"`).holds(`"action":"delete"`).holds("Camille (").holds("sage/invoices/" + l.alpha)
	left, err := filepath.Glob(l.path("files/sage/invoices/*/.part-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("unfinished files stay: %v, %v", left, err)
	}
}
