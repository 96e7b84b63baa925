package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/vantelle/vantelle/internal/erpshape"
	"github.com/vantelle/vantelle/internal/typegen"
)

// described gives a customer's OpenAPI document, which a library judges.
func (h *house) described(customer string) (*openapi3.T, []byte) {
	h.t.Helper()
	got := h.requests("GET", customer, "openapi.json", "")
	if got.status != 200 {
		h.t.Fatalf("%d %s", got.status, got.body)
	}
	body := []byte(got.body)
	doc, err := openapi3.NewLoader().LoadFromData(body)
	if err == nil {
		err = doc.Validate(h.t.Context())
	}
	if err != nil {
		h.t.Fatalf("%v in %s", err, body)
	}
	return doc, body
}

// TestProduct25_TheDescriptionSaysWhatMayBeSent compares what the description
// says of a form with what the portal does with it: they must agree. The
// entries that come back fit it too.
func TestProduct25_TheDescriptionSaysWhatMayBeSent(t *testing.T) {
	taking(t, func(t *testing.T, h *house) {
		doc, _ := h.described(erpshape.SageAlpha)
		form := doc.Paths.Value("/requests").Post.RequestBody.Value.Content["application/json"].Schema.Value
		entry := doc.Paths.Value("/requests/{id}").Get.Responses.Value("200").Value.Content["application/json"].Schema.Value
		for body, fits := range map[string]bool{
			anOrder: true,
			`{"kind": "order", "fields": {"delivery_date": "2026-12-24", "partial": false}, "lines": [{"article": "ART00", "quantity": 1}]}`: true,
			`{"kind": "quote-request", "fields": {"subject": "Pompe"}}`:                                                                      true,
			`{"kind": "order", "fields": {}, "lines": []}`:                                                                                   false,
			`{"kind": "order", "lines": [{"article": "ART00"}]}`:                                                                             false,
			`{"kind": "order", "lines": [{"article": "ART00", "quantity": 0}]}`:                                                              false,
			`{"kind": "order", "lines": [{"article": "ART00", "quantity": "2"}]}`:                                                            false,
			`{"kind": "order", "lines": [{"article": "ART00", "quantity": 1, "price": 0.01}]}`:                                               false,
			`{"kind": "order", "fields": {"delivery_date": "tomorrow"}, "lines": [{"article": "ART00", "quantity": 1}]}`:                     false,
			`{"kind": "quote-request", "fields": {}}`:                                                                                        false,
			`{"kind": "quote-request"}`:        false,
			`{"kind": "ransom", "fields": {}}`: false,
			`{"kind": "message", "fields": {"text": "` + strings.Repeat("x", 2001) + `"}}`: false,
		} {
			var value any
			if err := json.Unmarshal([]byte(body), &value); err != nil {
				t.Fatal(err)
			}
			err := form.VisitJSON(value, openapi3.EnableFormatValidation())
			answer := h.send(erpshape.SageAlpha, body)
			if taken := answer.status == 201; taken != fits || (err == nil) != fits {
				t.Errorf("%.80s: the portal answers %d, the description says %v", body, answer.status, err)
			}
			if !fits {
				continue
			}
			if err := json.Unmarshal([]byte(answer.body), &value); err != nil {
				t.Fatal(err)
			}
			if err := entry.VisitJSON(value, openapi3.EnableFormatValidation()); err != nil {
				t.Errorf("%s: %v", answer.body, err)
			}
		}
	})
}

// TestProduct25_TheDescriptionOffersWhatTheLevelAllows: a form whose module is
// below full is not described, and none of it where the module is none.
func TestProduct25_TheDescriptionOffersWhatTheLevelAllows(t *testing.T) {
	taking(t, func(t *testing.T, h *house) {
		for level, want := range map[string][2]bool{"full": {true, true}, "read": {false, true}, "none": {false, false}} {
			h.puts("MINE", strings.Replace(ordering, "en: Ordering}, level: full", "en: Ordering}, level: "+level, 1)).ok(200)
			doc, body := h.described(erpshape.SageAlpha)
			sent, read := strings.Contains(string(body), `"x-request":"order"`), strings.Contains(string(body), "delivery_address")
			if sent != want[0] || read != want[1] {
				t.Errorf("at %s: to be sent %v, to be read %v", level, sent, read)
			}
			if doc.Paths.Value("/requests") == nil {
				t.Errorf("at %s the other kinds are gone too", level)
			}
		}
	})
}

// TestProduct25_TypesOfFormsAreSent has PHP send an order that it built from
// the types made of the description, and TypeScript's compiler refuse a wrong one.
func TestProduct25_TypesOfFormsAreSent(t *testing.T) {
	taking(t, typesOfForms)
}

func typesOfForms(t *testing.T, h *house) {
	_, document := h.described(erpshape.SageAlpha)
	folder := t.TempDir()
	for _, language := range typegen.Languages() {
		made, err := typegen.Generate(document, language)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "types."+language), []byte(made), 0o600); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(made, "OrderRequestLine") || !strings.Contains(made, "QuoteRequest") {
			t.Errorf("%s: no forms in %s", language, made)
		}
	}
	if _, err := exec.LookPath("php"); err != nil {
		t.Log("PHP is not here: its types are not used")
	} else {
		script := `require $argv[1]; use Vantelle\{OrderRequest, OrderRequestFields, OrderRequestLine};
			echo json_encode(new OrderRequest(new OrderRequestFields(reference: 'PO 7'), [new OrderRequestLine('ART00', 2)]));`
		out, err := exec.CommandContext(t.Context(), "php", "-r", script, filepath.Join(folder, "types.php")).CombinedOutput()
		if err != nil {
			t.Fatalf("php: %v\n%s", err, out)
		}
		if e := h.send(erpshape.SageAlpha, string(out)).entry(t); e.Fields["reference"] != "PO 7" || len(e.Lines) != 1 {
			t.Errorf("PHP sent %s, kept as %v", out, e)
		}
	}
	tsc := filepath.Join(os.Getenv("VANTELLE_TEST_POSTGREST_JS"), "typescript", "bin", "tsc")
	if _, err := os.Stat(tsc); err != nil {
		t.Log("TypeScript is not here: its types are not compiled")
		return
	}
	use := `import type { Sent, Requests } from './types'
export const order: Sent = { kind: 'order', fields: { reference: 'PO 1' }, lines: [{ article: 'ART00', quantity: 2 }] }
export const state = (r: Requests) => r.state === 'done' ? r.number : r.reason
// @ts-expect-error: a line has a quantity
export const short: Sent = { kind: 'order', fields: {}, lines: [{ article: 'ART00' }] }
// @ts-expect-error: there is no such kind
export const none: Sent = { kind: 'ransom', fields: {} }
`
	if err := os.WriteFile(filepath.Join(folder, "use.ts"), []byte(use), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "node", tsc, "--strict", "--noEmit", "--target", "es2020", "--moduleResolution", "node",
		"--ignoreDeprecations", "5.0", filepath.Join(folder, "use.ts"), filepath.Join(folder, "types.ts")).CombinedOutput()
	if err != nil {
		t.Errorf("tsc: %v\n%s", err, out)
	}
}
