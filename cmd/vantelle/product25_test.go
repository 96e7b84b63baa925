package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/vantelle/vantelle/internal/erpshape"
)

// ordering is mine with articles, addresses and invoices, and forms that name
// them.
var ordering = strings.Replace(mine, "tables:\n", `  ordering: {title: {fr: Commander, en: Ordering}, level: full}
  asking: {title: {fr: Devis, en: Quotes}, level: full}
tables:
  F_ARTICLE:
    rows: AR_Publie = 1
    public: true
    columns: {AR_Ref: {}, AR_Design: {}}
  F_LIVRAISON:
    rows: CT_Num = :customer
    columns: {LI_No: {}, LI_Ville: {}}
`, 1) + `resources:
  articles: {table: F_ARTICLE, columns: {number: {from: AR_Ref}}}
  addresses: {table: F_LIVRAISON, columns: {id: {from: LI_No}}}
  invoices: {table: F_DOCENTETE, where: DO_Type = 7, columns: {number: {from: DO_Piece}}}
requests:
  order:
    title: {fr: Commande, en: Order}
    module: ordering
    fields:
      reference: {type: text, max: 35}
      delivery_date: {type: date}
      delivery_address: {type: text, refers: {to: addresses, column: id}}
      partial: {type: bool, default: true}
    lines:
      max: 5
      fields:
        article: {type: text, mandatory: true, refers: {to: articles, column: number}}
        quantity: {type: number, mandatory: true, above: 0, decimals: 2}
  quote-request:
    title: {fr: Demande de devis, en: Quote request}
    module: asking
    fields: {subject: {type: text, mandatory: true}}
  message:
    module: asking
    fields:
      text: {type: text, mandatory: true, max: 2000}
      invoice: {type: text, refers: {to: invoices, column: number}}
`

// taking is a service on each kind of directory whose Alpha and Beta may order.
func taking(t *testing.T, test func(t *testing.T, h *house)) {
	onDirectories(t, func(t *testing.T, h *house) {
		h.puts("MINE", ordering).ok(200)
		test(t, h)
	})
}

func (h *house) requests(method, customer, path, body string, headers ...string) answer {
	h.t.Helper()
	return h.call(method, h.portal+"/v1/dossiers/sage/"+path, body, append(as(customer), headers...))
}

func (h *house) send(customer, body string, headers ...string) answer {
	h.t.Helper()
	return h.requests("POST", customer, "requests", body, headers...)
}

// entry is a request as its customer sees it.
type entry struct {
	ID, Kind, State string
	Fields          map[string]any
	Lines           []map[string]any
	Reason, Number  *string
}

func (a answer) entry(t *testing.T) entry {
	t.Helper()
	var e entry
	if err := json.Unmarshal([]byte(a.body), &e); err != nil || e.ID == "" {
		t.Fatalf("no request: %d %s, %v", a.status, a.body, err)
	}
	return e
}

func (h *house) listed(customer, query string) []entry {
	h.t.Helper()
	got := h.requests("GET", customer, "requests"+query, "")
	var list []entry
	if err := json.Unmarshal([]byte(got.body), &list); got.status != 200 || err != nil {
		h.t.Fatalf("%d %s, %v", got.status, got.body, err)
	}
	return list
}

// deliversTo gives the id of an address of a customer.
func deliversTo(t *testing.T, h *house, customer string) string {
	t.Helper()
	var id string
	db := h.openERP()
	defer db.Close()
	if err := db.QueryRowContext(t.Context(), "SELECT MIN(LI_No) FROM F_LIVRAISON WHERE CT_Num = ?", customer).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

const anOrder = `{"kind": "order", "fields": {"reference": "PO 1"}, "lines": [{"article": "ART00", "quantity": 2.50}, {"article": "ART01", "quantity": 1}]}`

// TestProduct25_AnOrderIsOneEntryThatItsCustomerFollows over real HTTP, on both
// kinds of directory.
func TestProduct25_AnOrderIsOneEntryThatItsCustomerFollows(t *testing.T) {
	taking(t, func(t *testing.T, h *house) {
		before := h.erpColumn("SELECT COUNT(*) || '' FROM F_DOCENTETE")
		sent := h.send(erpshape.SageAlpha, anOrder)
		e := sent.entry(t)
		if sent.status != 201 || sent.header.Get("Location") != "/v1/dossiers/sage/requests/"+e.ID || e.State != "received" || e.Kind != "order" || e.Number != nil || e.Reason != nil {
			t.Fatalf("%d %v %s", sent.status, sent.header, sent.body)
		}
		if fmt.Sprint(e.Fields) != "map[delivery_address:<nil> delivery_date:<nil> partial:true reference:PO 1]" || fmt.Sprint(e.Lines) != "[map[article:ART00 quantity:2.5] map[article:ART01 quantity:1]]" {
			t.Errorf("kept as %v %v", e.Fields, e.Lines)
		}
		if got := h.requests("GET", erpshape.SageAlpha, "requests/"+e.ID, ""); got.status != 200 || got.body != sent.body {
			t.Errorf("asked again it is %d %s", got.status, got.body)
		}
		second := h.send(erpshape.SageAlpha, `{"kind": "quote-request", "fields": {"subject": "Pompe"}}`).entry(t)
		if got := h.listed(erpshape.SageAlpha, ""); len(got) != 2 || got[0].ID != second.ID || got[1].ID != e.ID {
			t.Errorf("the list is %v", got)
		}
		for query, want := range map[string]string{"?kind=eq.order": e.ID, "?id=in.(" + e.ID + ",x)": e.ID, "?order=received_at.asc&limit=1": e.ID, "?limit=1": second.ID, "?offset=1": e.ID, "?state=eq.received&kind=eq.quote-request": second.ID} {
			if got := h.listed(erpshape.SageAlpha, query); len(got) != 1 || got[0].ID != want {
				t.Errorf("%s gives %v", query, got)
			}
		}
		if got := h.requests("GET", erpshape.SageAlpha, "requests?limit=1", ""); got.header.Get("Content-Range") != "0-0/*" {
			t.Errorf("the range is %s", got.header.Get("Content-Range"))
		}
		// Nothing was written to the ERP.
		if after := h.erpColumn("SELECT COUNT(*) || '' FROM F_DOCENTETE"); !slices.Equal(before, after) {
			t.Errorf("the ERP had %v documents, and has %v", before, after)
		}
		// Beta sees none of it, and cannot tell it from what is not there.
		if got := h.listed(erpshape.SageBeta, ""); len(got) != 0 {
			t.Errorf("Beta sees %v", got)
		}
		if got, absent := h.requests("GET", erpshape.SageBeta, "requests/"+e.ID, ""), h.requests("GET", erpshape.SageBeta, "requests/none", ""); got.same() != absent.same() || got.status != 404 {
			t.Errorf("Alpha's answers %s, an absent one %s", got.same(), absent.same())
		}
		if got := h.listed(erpshape.SageBeta, "?id=eq."+e.ID); len(got) != 0 {
			t.Errorf("Beta sees %v", got)
		}
		log := h.ask("GET", "/audit?dossier=sage&customer=ALPHA&limit=500", nil, "").ok(200)
		log.holds(`"action":"insert"`).holds(`"tables":["requests"]`)
		if strings.Contains(log.body, "PO 1") || strings.Contains(log.body, "ART00") {
			t.Error("the audit holds what was sent")
		}
		h.ask("GET", "/acts?noun=request", nil, "").ok(200).holds("sage/" + e.ID).holds(`"action":"receive"`)
	})
}

// TestProduct25_AnEntryNamesNothingThatIsNotItsCustomers: what is somebody
// else's, hidden or absent is one answer, with its field and line.
func TestProduct25_AnEntryNamesNothingThatIsNotItsCustomers(t *testing.T) {
	taking(t, func(t *testing.T, h *house) {
		own, theirs := deliversTo(t, h, erpshape.SageAlpha), deliversTo(t, h, erpshape.SageBeta)
		invoice := h.erpColumn("SELECT MIN(DO_Piece) FROM F_DOCENTETE WHERE DO_Tiers = '" + erpshape.SageAlpha + "' AND DO_Domaine = 0 AND DO_Type = 7")[0]
		other := h.erpColumn("SELECT MIN(DO_Piece) FROM F_DOCENTETE WHERE DO_Tiers = '" + erpshape.SageBeta + "' AND DO_Domaine = 0 AND DO_Type = 7")[0]
		hidden := h.erpColumn("SELECT MIN(AR_Ref) FROM F_ARTICLE WHERE AR_Publie = 0")
		order := func(address, article string) string {
			return fmt.Sprintf(`{"kind": "order", "fields": {"delivery_address": %q}, "lines": [{"article": "ART00", "quantity": 1}, {"article": %q, "quantity": 1}]}`, address, article)
		}
		h.send(erpshape.SageAlpha, order(own, "ART01")).want(t, 201, "")
		h.send(erpshape.SageAlpha, fmt.Sprintf(`{"kind": "message", "fields": {"text": "?", "invoice": %q}}`, invoice)).want(t, 201, "")
		absent := h.send(erpshape.SageAlpha, order("999999", "ART01"))
		absent.want(t, 409, "reference_not_found")
		if !strings.Contains(absent.body, `"field":"delivery_address"`) || strings.Contains(absent.body, `"line"`) || strings.Contains(absent.body, "999999") {
			t.Errorf("it answers %s", absent.body)
		}
		for _, address := range []string{theirs, "0" + own, own + " ", own + " OR 1=1", "-1", "1e0", "99999999999999999999"} {
			if got := h.send(erpshape.SageAlpha, order(address, "ART01")); got.same() != absent.same() {
				t.Errorf("the address %q answers %s, an absent one %s", address, got.same(), absent.same())
			}
		}
		none := h.send(erpshape.SageAlpha, order(own, "NOTHING"))
		none.want(t, 409, "reference_not_found")
		if !strings.Contains(none.body, `"line":2`) || !strings.Contains(none.body, `"field":"article"`) {
			t.Errorf("it answers %s", none.body)
		}
		for _, article := range append(hidden, "art01", "ART01' OR '1'='1", "ART0%") {
			if got := h.send(erpshape.SageAlpha, order(own, article)); article != "" && got.same() != none.same() {
				t.Errorf("the article %q answers %s, an absent one %s", article, got.same(), none.same())
			}
		}
		message := func(invoice string) answer {
			return h.send(erpshape.SageAlpha, fmt.Sprintf(`{"kind": "message", "fields": {"text": "?", "invoice": %q}}`, invoice))
		}
		if got, absent := message(other), message("FA000000"); got.same() != absent.same() || got.status != 409 {
			t.Errorf("Beta's invoice answers %s, an absent one %s", got.same(), absent.same())
		}
		if got := h.listed(erpshape.SageAlpha, ""); len(got) != 2 {
			t.Errorf("%d were kept", len(got))
		}
	})
}

// TestProduct25_BadFormsAreTold by field and line, all at once, and nothing of
// them is kept.
func TestProduct25_BadFormsAreTold(t *testing.T) {
	taking(t, func(t *testing.T, h *house) {
		for body, want := range map[string]struct {
			status int
			code   string
			holds  []string
		}{
			`{"kind": "order", "fields": {"delivery_date": "soon", "when": 1}, "lines": [{"article": "ART00", "quantity": 1}, {"article": " ", "quantity": 0}]}`: {422, "value_refused",
				[]string{`"field":"delivery_date"`, `"line":2`, `{"line":2,"field":"article","detail":"it must be given"}`, `{"line":2,"field":"quantity"`, `there is no field \"when\"`}},
			`{"kind": "order", "lines": []}`:                                                   {422, "value_refused", []string{`"field":"lines"`}},
			`{"kind": "order", "lines": [1]}`:                                                  {422, "value_refused", []string{`"line":1`}},
			`{"kind": "order", "lines": {"article": "ART00"}}`:                                 {422, "value_refused", nil},
			`{"kind": "order", "lines": [` + strings.Repeat(`{},`, 5) + `{}]}`:                 {422, "value_refused", []string{"at most 5"}},
			`{"kind": "order", "lines": [{"article": "ART00", "quantity": "2"}]}`:              {422, "value_refused", []string{`"field":"quantity"`}},
			`{"kind": "order", "lines": [{"article": "ART00", "quantity": 0.001}]}`:            {422, "value_refused", nil},
			`{"kind": "order", "lines": [{"article": "ART00", "quantity": 1e400}]}`:            {422, "value_refused", nil},
			`{"kind": "order", "lines": [{"article": "ART00", "quantity": 1, "quantity": 2}]}`: {400, "bad_request", nil},
			`{"kind": "quote-request", "fields": {"subject": "x"}, "lines": [{}]}`:             {422, "value_refused", []string{"no lines"}},
			`{"kind": "quote-request", "fields": {"subject": "\u0000"}}`:                       {422, "value_refused", nil},
			`{"kind": "refund"}`:            {400, "unknown_name", nil},
			`{"kind": 1}`:                   {422, "value_refused", nil},
			`{"kind": "order", "price": 1}`: {422, "value_refused", []string{"price"}},
			`[` + anOrder + `]`:             {422, "value_refused", nil},
			`{"kind": "order"`:              {400, "bad_request", nil},
			``:                              {400, "bad_request", nil},
			`{"kind": "message", "fields": {"text": "` + strings.Repeat("é", 2001) + `"}}`:  {422, "value_refused", []string{"2000"}},
			`{"kind": "message", "fields": {"text": "` + strings.Repeat("x", 2<<20) + `"}}`: {413, "body_too_large", nil},
		} {
			got := h.send(erpshape.SageAlpha, body, "Content-Type", "application/json")
			got.want(t, want.status, want.code)
			for _, text := range want.holds {
				if !strings.Contains(got.body, text) {
					t.Errorf("%.80s: %s lacks %s", body, got.body, text)
				}
			}
		}
		if got := h.listed(erpshape.SageAlpha, ""); len(got) != 0 {
			t.Errorf("%d were kept", len(got))
		}
		for _, method := range []string{"PATCH", "DELETE", "PUT"} {
			h.requests(method, erpshape.SageAlpha, "requests", "{}").want(t, 405, "method_not_allowed")
		}
		h.requests("PATCH", erpshape.SageAlpha, "rows/requests?id=eq.1", `{"state": "done"}`).want(t, 403, "read_only")
		h.requests("DELETE", erpshape.SageAlpha, "rows/requests?id=eq.1", "").want(t, 403, "read_only")
		for _, query := range []string{"?customer_id=eq.BETA", "?id=neq.1", "?order=kind", "?select=body", "?state=eq.", "?limit=x", "?id=eq.1&id=eq.2"} {
			if got := h.requests("GET", erpshape.SageAlpha, "requests"+query, ""); got.status != 400 {
				t.Errorf("%s answers %d %s", query, got.status, got.body)
			}
		}
	})
}

// TestProduct25_TheSameKeyIsTheSameRequest also where many come at once.
func TestProduct25_TheSameKeyIsTheSameRequest(t *testing.T) {
	taking(t, func(t *testing.T, h *house) {
		first := h.send(erpshape.SageAlpha, anOrder, "Idempotency-Key", "cart 7")
		first.want(t, 201, "")
		again := h.send(erpshape.SageAlpha, strings.ReplaceAll(anOrder, ", ", ",  "), "Idempotency-Key", "cart 7")
		if again.status != 200 || again.body != first.body || again.header.Get("Idempotent-Replayed") != "true" {
			t.Errorf("again it is %d %s", again.status, again.body)
		}
		h.send(erpshape.SageAlpha, strings.Replace(anOrder, "2.50", "3", 1), "Idempotency-Key", "cart 7").want(t, 409, "conflict")
		h.send(erpshape.SageBeta, anOrder, "Idempotency-Key", "cart 7").want(t, 201, "") // his own
		h.send(erpshape.SageAlpha, anOrder, "Idempotency-Key", strings.Repeat("x", 201)).want(t, 400, "bad_request")
		var wg sync.WaitGroup
		var mu sync.Mutex
		ids, created := map[string]bool{}, 0
		for range 8 {
			wg.Go(func() {
				got := h.send(erpshape.SageAlpha, anOrder, "Idempotency-Key", "cart 8")
				mu.Lock()
				defer mu.Unlock()
				ids[got.entry(t).ID] = true
				if got.status == http.StatusCreated {
					created++
				}
			})
		}
		wg.Wait()
		if len(ids) != 1 || created != 1 {
			t.Errorf("%d entries, %d created", len(ids), created)
		}
	})
}

// TestProduct25_LevelsAndAccessesHold: below full nothing is sent, at none
// nothing is read, and without an access neither.
func TestProduct25_LevelsAndAccessesHold(t *testing.T) {
	taking(t, func(t *testing.T, h *house) {
		id := h.send(erpshape.SageAlpha, anOrder).entry(t).ID
		unknown := h.send(erpshape.SageAlpha, `{"kind": "refus"}`)
		for _, level := range []string{"read", "list", "none"} {
			version := h.ask("GET", "/dossiers/sage/customers/ALPHA", nil, "").ok(200)
			h.ask("PUT", "/dossiers/sage/customers/ALPHA/access", map[string]any{"profile": "MINE", "levels": map[string]string{"ordering": level}}, accessTag(t, version)).ok(200)
			if got := h.send(erpshape.SageAlpha, anOrder); got.status != 400 || strings.ReplaceAll(got.same(), "order", "refus") != unknown.same() {
				t.Errorf("at %s an order answers %s, an unknown kind %s", level, got.same(), unknown.same())
			}
			if got := h.listed(erpshape.SageAlpha, ""); (len(got) == 1) != (level != "none") {
				t.Errorf("at %s the list is %v", level, got)
			}
			if got := h.requests("GET", erpshape.SageAlpha, "requests/"+id, ""); (got.status == 200) != (level != "none") {
				t.Errorf("at %s it answers %d", level, got.status)
			}
			if got := h.requests("GET", erpshape.SageAlpha, "catalog", ""); strings.Contains(got.body, `"kind":"order"`) || !strings.Contains(got.body, `"kind":"message"`) {
				t.Errorf("at %s the catalog is %s", level, got.body)
			}
		}
		h.send(erpshape.SageAlpha, `{"kind": "quote-request", "fields": {"subject": "still"}}`).want(t, 201, "")
		if got := h.requests("GET", erpshape.SageBeta, "catalog", ""); !strings.Contains(got.body, `"kind":"order"`) || !strings.Contains(got.body, `"refers_to":["articles","number"]`) {
			t.Errorf("Beta's catalog is %s", got.body)
		}
		// An administrator sees with the customer's eyes, and sends nothing.
		view := h.admin + "/admin/v1/dossiers/sage/customers/BETA/view/"
		h.call("GET", view+"requests", "", append(admin(), "Vantelle-Reason", "a call")).want(t, 200, "")
		if got := h.call("POST", view+"requests", anOrder, append(admin(), "Vantelle-Reason", "a call")); got.status != 404 || len(h.listed(erpshape.SageBeta, "")) != 0 {
			t.Errorf("an administrator's order answers %d %s", got.status, got.body)
		}
		version := h.ask("GET", "/dossiers/sage/customers/BETA", nil, "").ok(200)
		h.ask("DELETE", "/dossiers/sage/customers/BETA/access", nil, accessTag(t, version)).ok(200)
		h.send(erpshape.SageBeta, anOrder).want(t, 403, "no_access")
		h.requests("GET", erpshape.SageBeta, "requests", "").want(t, 403, "no_access")
		// A profile without forms has no outbox.
		h.puts("MINE", mine).ok(200)
		h.requests("GET", erpshape.SageAlpha, "rows/requests", "").want(t, 400, "unknown_name")
		if got := h.listed(erpshape.SageAlpha, ""); len(got) != 0 {
			t.Errorf("without forms there are %v", got)
		}
	})
}

// TestProduct25_RequestsAreRowsForPostgRESTsClients, as far as they go.
func TestProduct25_RequestsAreRowsForPostgRESTsClients(t *testing.T) {
	taking(t, func(t *testing.T, h *house) {
		made := h.requests("POST", erpshape.SageAlpha, "rows/requests?select=id,state", anOrder, "Prefer", "return=representation", "Accept", "application/vnd.pgrst.object+json")
		if e := made.entry(t); made.status != 201 || made.body != `{"id":"`+e.ID+`","state":"received"}` {
			t.Errorf("%d %s", made.status, made.body)
		}
		if got := h.requests("POST", erpshape.SageAlpha, `rows/requests?columns="kind","lines"`, "["+anOrder+"]", "Prefer", "return=minimal"); got.status != 201 || got.body != "" {
			t.Errorf("%d %s", got.status, got.body)
		}
		bad := h.requests("POST", erpshape.SageAlpha, "rows/requests", `{"kind": "order", "lines": []}`)
		if bad.status != 422 || !strings.Contains(bad.body, `"message":"lines: expected at least 1"`) {
			t.Errorf("%d %s", bad.status, bad.body)
		}
		list := h.requests("GET", erpshape.SageAlpha, "rows/requests?select=kind&order=received_at.desc", "")
		if list.body != `[{"kind":"order"},{"kind":"order"}]` {
			t.Errorf("%s", list.body)
		}
		if got := h.requests("GET", erpshape.SageAlpha, "rows/requests?id=eq.none", "", "Accept", "application/vnd.pgrst.object+json"); got.status != 406 || !strings.Contains(got.body, "PGRST116") {
			t.Errorf("%d %s", got.status, got.body)
		}
		h.requests("POST", erpshape.SageAlpha, "rows/requests", anOrder, "Prefer", "resolution=merge-duplicates").want(t, 400, "sql_unsupported")
	})
}
