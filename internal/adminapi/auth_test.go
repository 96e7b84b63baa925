package adminapi

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/identity"
)

func TestOnlyAdministratorsAreLetIn(t *testing.T) {
	h := newHouse(t)
	for sentence, key := range map[string]string{
		"nobody":                              "",
		"an unknown key":                      "va_unknown",
		"a portal's key":                      "vk_everything",
		"the demonstration's key, where none": "va_demo",
	} {
		for _, path := range []string{"/admin/v1/dossiers", "/admin/v1/no/such/call", "/admin/v1/runs/x/events", "/admin/v1/dossiers/nowhere/customers"} {
			t.Run(sentence+" is refused at "+path, func(t *testing.T) {
				a := h.ask(key, "GET", path, "").want(t, 401, "unauthorized")
				if a.header.Get("WWW-Authenticate") != "Bearer" || a.header.Get("Cache-Control") != "no-store" {
					t.Errorf("headers are %v", a.header)
				}
			})
		}
	}
}

func TestOthersDossiersAreNotThere(t *testing.T) {
	h := newHouse(t)
	h.imports("run-1", customer("BAGUES", "BAGUES", "Bagues"))
	for _, call := range []string{
		"GET /admin/v1/dossiers/bijou", "POST /admin/v1/dossiers/bijou/sync", "GET /admin/v1/dossiers/bijou/runs",
		"GET /admin/v1/dossiers/bijou/customers", "GET /admin/v1/dossiers/bijou/customers/BAGUES", "GET /admin/v1/dossiers/bijou/accesses",
		"PUT /admin/v1/dossiers/bijou/customers/BAGUES/access", "DELETE /admin/v1/dossiers/bijou/customers/BAGUES/access",
		"POST /admin/v1/dossiers/bijou/customers/BAGUES/access/suspend", "POST /admin/v1/dossiers/bijou/customers/BAGUES/access/resume",
		"POST /admin/v1/dossiers/bijou/explain", "GET /admin/v1/runs/run-1", "GET /admin/v1/runs/run-1/events", "GET /admin/v1/runs/run-1/changes",
	} {
		t.Run(call, func(t *testing.T) {
			method, path, _ := strings.Cut(call, " ")
			others := h.ask(keyOther, method, path, "")
			absent := h.ask(keyOther, method, strings.NewReplacer("bijou", "nowhere", "run-1", "run-9").Replace(path), "")
			if others.status != 404 || others.status != absent.status || others.at("detail") != absent.at("detail") || others.at("code") != absent.at("code") {
				t.Errorf("somebody else's answers %s, an absent one %s", others.text, absent.text)
			}
		})
	}
	list := h.ask(keyOther, "GET", "/admin/v1/dossiers", "").want(t, 200, "")
	if list.at("dossiers", 0, "name") != "other" || list.at("dossiers", 1) != nil {
		t.Errorf("the list for an administrator of one dossier is %s", list.text)
	}
}

// brokenAdmins fails as a directory that cannot be read does.
type brokenAdmins struct{}

func (brokenAdmins) Admin(context.Context, string) (identity.Admin, error) {
	return identity.Admin{}, errors.New("disk /srv/secret-place is gone")
}

// nobodyAdmins gives an administrator without a key, and no error.
type nobodyAdmins struct{}

func (nobodyAdmins) Admin(context.Context, string) (identity.Admin, error) {
	return identity.Admin{}, nil
}

func TestAFailureToIdentifyLetsNobodyIn(t *testing.T) {
	for sentence, c := range map[string]struct {
		admins Admins
		status int
	}{
		"a directory that fails":      {brokenAdmins{}, 500},
		"an answer that names nobody": {nobodyAdmins{}, 401},
	} {
		t.Run(sentence, func(t *testing.T) {
			w := record(New(Config{Admins: c.admins, Health: &Health{}, Dossiers: []Dossier{{Name: "bijou"}}}), "GET", "/admin/v1/dossiers")
			if w.Code != c.status || strings.Contains(w.Body.String(), "secret-place") {
				t.Errorf("answered %d %s", w.Code, w.Body)
			}
		})
	}
}
