package adminapi

import (
	"strings"
	"testing"
)

func TestAccessIsGrantedAndChangedOnTheVersionSeen(t *testing.T) {
	h := newHouse(t)
	h.imports("run-1", customer("BAGUES", "BAGUES", "Bagues & Fils"), customer("OR/1", "OR/1", "Or"))
	path := "/admin/v1/dossiers/bijou/customers/BAGUES/access"

	first := h.ask(keyAll, "PUT", path, `{"profile": "B2B", "note": "asked by phone"}`).want(t, 201, "")
	if first.header.Get("ETag") != `"1"` || first.at("state") != "granted" || !strings.Contains(first.at("changed_by").(string), "Camille") {
		t.Fatalf("the first grant answered %s with ETag %s", first.text, first.header.Get("ETag"))
	}
	h.ask(keyAll, "PUT", path, `{"profile": ""}`).want(t, 428, "precondition_required")
	h.ask(keyAll, "PUT", path, `{"profile": ""}`, "If-None-Match", "*").want(t, 412, "precondition_failed")
	h.ask(keyAll, "PUT", path, `{"profile": ""}`, "If-Match", `"7"`).want(t, 412, "precondition_failed")
	h.ask(keyAll, "PUT", path, `{"profile": ""}`, "If-Match", `*`).want(t, 412, "precondition_failed")
	h.ask(keyAll, "PUT", path, `{"profile": ""}`, "If-Match", `W/"1"`).want(t, 412, "precondition_failed")
	h.ask(keyAll, "PUT", path, `{"profile": ""}`, "If-None-Match", `"1"`).want(t, 400, "bad_request")
	second := h.ask(keyAll, "PUT", path, `{"profile": "", "note": "the default will do"}`, "If-Match", `"1"`).want(t, 200, "")
	if second.header.Get("ETag") != `"2"` || second.at("profile") != "" {
		t.Fatalf("the second grant answered %s", second.text)
	}

	h.ask(keyAll, "POST", path+"/suspend", "").want(t, 428, "precondition_required")
	suspended := h.ask(keyAll, "POST", path+"/suspend", `{"note": "unpaid"}`, "If-Match", `"2"`).want(t, 200, "")
	if suspended.at("state") != "suspended" || suspended.at("suspended_by") != "administrator" || suspended.at("note") != "unpaid" {
		t.Fatalf("suspend answered %s", suspended.text)
	}
	again := h.ask(keyAll, "POST", path+"/suspend", "", "If-Match", `"3"`).want(t, 409, "conflict")
	if again.at("state") != "suspended" {
		t.Errorf("a second suspend doesn't say the state: %s", again.text)
	}
	h.ask(keyAll, "POST", path+"/resume", "", "If-Match", `"3"`).want(t, 200, "")
	revoked := h.ask(keyAll, "DELETE", path+"?note=moved", "", "If-Match", `"4"`).want(t, 200, "")
	if revoked.at("state") != "revoked" || revoked.at("note") != "moved" || revoked.header.Get("ETag") != `"5"` {
		t.Fatalf("revoke answered %s", revoked.text)
	}
	h.ask(keyAll, "PUT", path, `{"profile": "B2B"}`, "If-Match", `"5"`).want(t, 200, "")

	list := h.ask(keyAll, "GET", "/admin/v1/dossiers/bijou/accesses", "").want(t, 200, "")
	if list.at("granted") != 1.0 || list.at("total") != 2.0 || list.at("accesses", 0, "customer_id") != "BAGUES" {
		t.Errorf("accesses are %s", list.text)
	}
}

func TestAccessRefusals(t *testing.T) {
	h := newHouse(t)
	h.imports("run-1", customer("OR/1", "OR/1", "Or"))
	const base = "/admin/v1/dossiers/bijou/customers/"
	for sentence, c := range map[string]struct {
		method, path, body, match string
		status                    int
		code                      string
	}{
		"an unknown customer is granted nothing":          {"PUT", "NOBODY/access", `{"profile": ""}`, "", 404, "not_found"},
		"an unknown profile is named as the mistake":      {"PUT", "OR%2F1/access", `{"profile": "B2C"}`, "", 400, "bad_request"},
		"a first grant does not change what is not there": {"PUT", "OR%2F1/access", `{"profile": ""}`, `"1"`, 412, "precondition_failed"},
		"an unknown key is refused":                       {"PUT", "OR%2F1/access", `{"profil": ""}`, "", 400, "bad_request"},
		"something after the body is refused":             {"PUT", "OR%2F1/access", `{"profile": ""} {}`, "", 400, "bad_request"},
		"a grant needs a body":                            {"PUT", "OR%2F1/access", "", "", 415, "unsupported_media_type"},
		"a body can be too large":                         {"PUT", "OR%2F1/access", `{"note": "` + strings.Repeat("x", maxBody) + `"}`, "", 413, "body_too_large"},
		"without an access there is nothing to revoke":    {"DELETE", "OR%2F1/access", "", "", 404, "not_found"},
		"nor to suspend":                                  {"POST", "OR%2F1/access/suspend", "", "", 404, "not_found"},
		"nor to resume":                                   {"POST", "OR%2F1/access/resume", "", "", 404, "not_found"},
		"an access cannot be read with POST":              {"POST", "OR%2F1/access", "", "", 404, "not_found"},
	} {
		t.Run(sentence, func(t *testing.T) {
			headers := []string{}
			if c.match != "" {
				headers = []string{"If-Match", c.match}
			}
			h.ask(keyAll, c.method, base+c.path, c.body, headers...).want(t, c.status, c.code)
		})
	}
	t.Run("an id with a slash in it is a customer like any other", func(t *testing.T) {
		h.ask(keyAll, "PUT", base+"OR%2F1/access", `{"profile": "B2B"}`, "If-None-Match", "*").want(t, 201, "")
	})
}
