package adminapi

import (
	"errors"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

func TestExplain(t *testing.T) {
	h := newHouse(t)
	h.imports("run-1", customer("BAGUES", "BAGUES", "Bagues"), customer("7", "TWICE", "One"), customer("8", "TWICE", "Other"), customer("SAPHIR", "SAPHIR", "Saphir"))
	h.ask(keyAll, "PUT", "/admin/v1/dossiers/bijou/customers/BAGUES/access", `{"profile": "B2B"}`).want(t, 201, "")
	h.gate.answer = Explanation{Engine: "postgres", Profile: "B2B", SQL: "SELECT 1 WHERE x = $1", Params: []string{"the identity's :customer (text)"}}
	const path = "/admin/v1/dossiers/bijou/explain"

	got := h.ask(keyAll, "POST", path, `{"customer": "BAGUES", "sql": "SELECT ?", "params": [12345678901234567890.10], "engine": "postgres"}`).want(t, 200, "")
	if got.at("decision") != "allowed" || got.at("sql") != "SELECT 1 WHERE x = $1" || got.at("params", 0) != "the identity's :customer (text)" {
		t.Errorf("got %s", got.text)
	}
	if strings.Contains(got.text, "12345678901234567890") {
		t.Error("the explanation tells a parameter's value")
	}
	asked := h.gate.asked
	if !asked.Caller.Valid() || asked.Caller.Customer.ID != "BAGUES" || asked.Caller.KeyID != "k-all" || asked.Front != "explain" || h.gate.engine != catalog.Postgres {
		t.Errorf("the gate was asked %+v for %s", asked, h.gate.engine)
	}

	h.gate.err = refusal.At(7, refusal.UnknownName, "there is no column Secret")
	refused := h.ask(keyAll, "POST", path, `{"customer": "id:BAGUES", "sql": "SELECT Secret"}`).want(t, 200, "unknown_name")
	if refused.at("decision") != "refused" || refused.at("position") != 7.0 || refused.at("sql") != nil {
		t.Errorf("a refusal is %s", refused.text)
	}
	h.gate.err = refusal.New(refusal.Syntax, "nothing to run")
	if refused = h.ask(keyAll, "POST", path, `{"customer": "BAGUES", "sql": ""}`).want(t, 200, "sql_syntax"); refused.at("position") != nil {
		t.Errorf("a refusal without a place (%d) has one: %s", sqlast.NoPos, refused.text)
	}
	h.gate.err = refusal.Because(errors.New("dial 10.0.0.7"), refusal.Unavailable, "the ERP does not answer")
	if down := h.ask(keyAll, "POST", path, `{"customer": "BAGUES", "sql": "SELECT 1"}`).want(t, 503, "erp_unavailable"); strings.Contains(down.text, "10.0.0.7") {
		t.Errorf("the cause is told: %s", down.text)
	}
	h.gate.err = errors.New("should not be asked")

	for sentence, c := range map[string]struct {
		body   string
		status int
		code   string
	}{
		"a customer without an access is refused, with a hint": {`{"customer": "SAPHIR", "sql": "SELECT 1"}`, 200, "no_access"},
		"an unknown code too":             {`{"customer": "bagues", "sql": "SELECT 1"}`, 200, "no_access"},
		"a code that two customers carry": {`{"customer": "TWICE", "sql": "SELECT 1"}`, 409, "ambiguous_customer"},
		"an engine that does not exist":   {`{"customer": "BAGUES", "sql": "SELECT 1", "engine": "oracle"}`, 400, "bad_request"},
		"nobody":                          {`{"customer": "", "sql": "SELECT 1"}`, 400, "bad_request"},
		"nobody by an empty id":           {`{"customer": "id:", "sql": "SELECT 1"}`, 400, "bad_request"},
	} {
		t.Run(sentence, func(t *testing.T) {
			a := h.ask(keyAll, "POST", path, c.body).want(t, c.status, c.code)
			if c.status == 200 && a.at("hint") == nil {
				t.Errorf("no hint in %s", a.text)
			}
		})
	}
}
