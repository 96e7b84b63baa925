package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/erpshape"
)

// wishes is a table that the operator owns, in which customers write.
const wishes = `CREATE TABLE WISHES (ID INTEGER NOT NULL PRIMARY KEY, OWNER VARCHAR(17) NOT NULL, WISH VARCHAR(40), ANSWER VARCHAR(40), SCORE INT)`

// TestProduct19_FlagsHoldWhenWriting: a mandatory column must be given, a
// read-only one is left alone, a hidden one does not exist, and all that is told
// by name; what is right is written.
func TestProduct19_FlagsHoldWhenWriting(t *testing.T) {
	for _, driver := range []string{"sqlite", "postgres"} {
		t.Run(driver, func(t *testing.T) {
			where := directoryIn(t, driver)
			s := newSite(t)
			db := s.openERP()
			if _, err := db.ExecContext(t.Context(), wishes); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			s.write("vantelle.yaml", fmt.Sprintf(rulesSettings, where))
			h := &house{s.startSynced(), t}
			h.put("MINE", changed(t, "  F_DOCLIGNE:", wishing), "").ok(http.StatusCreated)
			for _, c := range []string{erpshape.SageAlpha, erpshape.SageBeta} {
				h.ask("PUT", "/dossiers/sage/customers/"+c+"/access", map[string]any{"profile": "MINE"}, "").ok(http.StatusCreated)
			}
			h.flagsHold()
		})
	}
}

// wishing is the rule of that table, before the next one.
const wishing = `  WISHES:
    rows: OWNER = :customer
    writes: [insert, update, delete]
    columns: {ID: {}, OWNER: {}, WISH: {mandatory: true}, ANSWER: {read_only: true}, SCORE: {hidden: true}}
  F_DOCLIGNE:`

func (h *house) flagsHold() {
	h.t.Helper()
	write := func(method, path, body string) answer {
		return h.requests(method, erpshape.SageAlpha, "rows/WISHES"+path, body, "Content-Type", "application/json", "Prefer", "return=representation")
	}
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		code, says         string
	}{
		"without the mandatory column":    {"POST", "", `{"ID": 1, "OWNER": "ALPHA"}`, 422, "value_refused", "WISH"},
		"with it blank":                   {"POST", "", `{"ID": 1, "OWNER": "ALPHA", "WISH": " "}`, 422, "value_refused", "WISH"},
		"with the read-only column":       {"POST", "", `{"ID": 1, "OWNER": "ALPHA", "WISH": "a", "ANSWER": "yes"}`, 403, "read_only", "ANSWER"},
		"with the hidden column":          {"POST", "", `{"ID": 1, "OWNER": "ALPHA", "WISH": "a", "SCORE": 9}`, 400, "unknown_name", "SCORE"},
		"with a column that is not there": {"POST", "", `{"ID": 1, "OWNER": "ALPHA", "WISH": "a", "NOTHING": 9}`, 400, "unknown_name", "NOTHING"},
		"for another customer":            {"POST", "", `{"ID": 1, "OWNER": "BETA", "WISH": "a"}`, 403, "row_refused", ""},
	} {
		if got := write(c.method, c.path, c.body); got.status != c.status || !strings.Contains(got.body, `"`+c.code+`"`) || !strings.Contains(got.body, c.says) {
			h.t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	if got := write("POST", "", `{"ID": 1, "OWNER": "ALPHA", "WISH": "a ring"}`); got.status != http.StatusCreated || !strings.Contains(got.body, `"WISH":"a ring"`) || strings.Contains(got.body, "SCORE") {
		h.t.Fatalf("what is right: %d %s", got.status, got.body)
	}
	for body, code := range map[string]string{`{"WISH": null}`: "value_refused", `{"ANSWER": "yes"}`: "read_only", `{"SCORE": 1}`: "unknown_name"} {
		if got := write("PATCH", "?ID=eq.1", body); !strings.Contains(got.body, `"`+code+`"`) {
			h.t.Errorf("a change to %s: %d %s", body, got.status, got.body)
		}
	}
	if got := h.requests("PATCH", erpshape.SageBeta, "rows/WISHES?ID=eq.1", `{"WISH": "mine"}`, "Content-Type", "application/json", "Prefer", "return=representation"); got.body != "[]" {
		h.t.Errorf("Beta changes Alpha's: %d %s", got.status, got.body)
	}
	if got := write("PATCH", "?ID=eq.1", `{"WISH": "two rings"}`); got.status != http.StatusOK || !strings.Contains(got.body, "two rings") {
		h.t.Errorf("a change: %d %s", got.status, got.body)
	}
}
