package filter_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter/portal"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/internal/typegen"
)

func describedBy(r *rig, headers ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequest("GET", "/v1/dossiers/d/openapi.json", nil)
	request.Header.Set("Authorization", "Bearer vk_x")
	request.Header.Set(identity.HeaderCustomer, "ANNA")
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	portal.New(portal.Config{Gate: r.gate, Identify: openDoor{}, Logger: zerolog.Nop()}).ServeHTTP(w, request)
	return w
}

// TestOpenAPI has a library judge the descriptions of three views: that of a
// shop, one of names that nobody would choose, and one with decoded values.
func TestOpenAPI(t *testing.T) {
	for name, r := range map[string]*rig{
		"depot":  newRig(t, strings.Join(spelled(depot), ";"), depotProfile),
		"odd":    newRig(t, attackedERP, attackedProfile),
		"scroll": newRig(t, strings.Join(spelled(scroll), ";"), scrollProfile),
	} {
		w := describedBy(r)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", name, w.Code, w.Body)
		}
		doc, err := openapi3.NewLoader().LoadFromData(w.Body.Bytes())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := doc.Validate(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		others := 1 // Problem
		if doc.Components.Schemas["RowFile"] != nil {
			others++
		}
		if doc.Paths.Len() < 1 || doc.Paths.Len() != len(doc.Components.Schemas)-others {
			t.Errorf("%s: %d paths, %d schemas", name, doc.Paths.Len(), len(doc.Components.Schemas))
		}
		for _, hidden := range append([]string{"cost", "margin", "owner", "buying", "wage", "mark", "secrets", "memo", `\u0000`}, nobodys...) {
			for _, quoted := range []string{`"` + hidden + `"`, "/" + hidden + `"`} {
				if strings.Contains(w.Body.String(), quoted) && !(name == "odd" && hidden == "owner") {
					t.Errorf("%s: the description tells of %s", name, hidden)
				}
			}
		}
		tag := w.Header().Get("ETag")
		if again := describedBy(r, "If-None-Match", tag); tag == "" || again.Code != http.StatusNotModified || again.Body.Len() > 0 {
			t.Errorf("%s: asked again: %d %s", name, again.Code, again.Body)
		}
		if french := describedBy(r, "If-None-Match", tag, "Accept-Language", "fr"); french.Code != http.StatusOK || french.Header().Get("ETag") == tag {
			t.Errorf("%s: in French: %d", name, french.Code)
		}
	}
}

func TestOpenAPISaysWhatIsThere(t *testing.T) {
	r := newRig(t, strings.Join(spelled(scroll), ";"), scrollProfile)
	for language, wants := range map[string][]string{
		"en": {`"title":"State"`, `{"code":"paid","label":"paid"}`, `"x-label-of":"state"`},
		"fr": {`"title":"État"`, `{"code":"paid","label":"payé"}`},
	} {
		body := describedBy(r, "Accept-Language", language).Body.String()
		for _, want := range wants {
			if !strings.Contains(body, want) {
				t.Errorf("%s: no %s in %s", language, want, body)
			}
		}
	}
	body := describedBy(newRig(t, strings.Join(spelled(depot), ";"), depotProfile)).Body.String()
	for _, want := range []string{`"/rows/invoices":`, `"lines":{"items":{"$ref":"#/components/schemas/invoice_lines"},"type":"array","x-embedded":true}`,
		`"date":{"format":"date","nullable":true,"title":"Date","type":"string","x-type":"date"}`, `"files":{"items":{"$ref":"#/components/schemas/RowFile"},"type":"array","x-embedded":true}`, `"projects":{"allOf":[{"$ref":"#/components/schemas/projects"}],"nullable":true,"x-embedded":true}`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in %s", want, body)
		}
	}
}

// TestTypesCompile makes types of real descriptions and has the languages' own
// tools read them: PHP's, and TypeScript's compiler.
func TestTypesCompile(t *testing.T) {
	folder := t.TempDir()
	for name, r := range map[string]*rig{
		"depot": newRig(t, strings.Join(spelled(depot), ";"), depotProfile),
		"odd":   newRig(t, attackedERP, attackedProfile),
	} {
		document := describedBy(r).Body.Bytes()
		for _, language := range typegen.Languages() {
			made, err := typegen.Generate(document, language)
			if err != nil {
				t.Fatal(err)
			}
			again, err := typegen.Generate(document, language)
			if err != nil || again != made {
				t.Errorf("%s: %s differs from one time to the next (%v)", name, language, err)
			}
			if err := os.WriteFile(filepath.Join(folder, name+"."+language), []byte(made), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	use := `import type { Rows, Invoices } from './depot'
const row: Rows['invoices'] = { number: 'F1', total: 1.5, date: null, lines: [{ article: 'RING', quantity: 2 }] }
const invoice: Invoices = row
export const first: string | null | undefined = invoice.lines?.[0]?.article
export const file: string | undefined = invoice.files?.[0]?.url
// @ts-expect-error: files are no table
export type NoTable = Rows['RowFile']
// @ts-expect-error: what is hidden is not there
invoice.cost
`
	if err := os.WriteFile(filepath.Join(folder, "use.ts"), []byte(use), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("php"); err != nil {
		t.Log("PHP is not here: its types are not read")
	} else {
		for _, name := range []string{"depot", "odd"} {
			if out, err := exec.CommandContext(t.Context(), "php", "-l", filepath.Join(folder, name+".php")).CombinedOutput(); err != nil {
				t.Errorf("php: %v\n%s", err, out)
			}
		}
		script := `require $argv[1]; $r = Vantelle\InvoicesRow::from(json_decode('{"number":"F1","total":1.5,"lines":[{"article":"RING","quantity":2}]}', true)); echo $r->number, $r->lines[0]->article;`
		out, err := exec.CommandContext(t.Context(), "php", "-r", script, filepath.Join(folder, "depot.php")).CombinedOutput()
		if err != nil || string(out) != "F1RING" {
			t.Errorf("php: %v\n%s", err, out)
		}
	}
	tsc := filepath.Join(os.Getenv("VANTELLE_TEST_POSTGREST_JS"), "typescript", "bin", "tsc")
	if _, err := os.Stat(tsc); err != nil {
		t.Log("TypeScript is not here: its types are not compiled")
		return
	}
	out, err := exec.CommandContext(t.Context(), "node", tsc, "--strict", "--noEmit", "--target", "es2020", "--moduleResolution", "node",
		"--ignoreDeprecations", "5.0", filepath.Join(folder, "use.ts"), filepath.Join(folder, "depot.ts"), filepath.Join(folder, "odd.ts")).CombinedOutput()
	if err != nil {
		t.Errorf("tsc: %v\n%s", err, out)
	}
}
