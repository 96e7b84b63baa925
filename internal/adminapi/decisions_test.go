package adminapi

import (
	"context"
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
)

func TestAStoppedPlanIsApprovedOrRejected(t *testing.T) {
	h := newHouse(t)
	h.imports("run-1", customer("CARAT", "CARAT", "Carat"))
	h.ask(keyAll, "POST", "/admin/v1/runs/run-1/approve", "").want(t, 409, "conflict")
	h.stopped("run-0")
	h.ask(keyAll, "POST", "/admin/v1/runs/nobody/approve", "").want(t, 404, "not_found")
	h.ask(keyAll, "POST", "/admin/v1/runs/run-0/approve", `{"why": "x"}`).want(t, 400, "bad_request")
	h.ask(keyAll, "POST", "/admin/v1/runs/run-0/reject", "").want(t, 200, "")
	got := h.ask(keyAll, "POST", "/admin/v1/runs/run-0/approve", `{"note": "meant"}`).want(t, 202, "")
	if got.at("approved", "quarantine") != "approved" || got.at("run", "id") != "run-live" || got.at("joined") != false {
		t.Errorf("got %s", got.text)
	}
	run, err := h.store.Run(context.Background(), "run-0")
	if err != nil || run.Quarantine != directory.QuarantineApproved {
		t.Errorf("run %+v, %v", run, err)
	}
	h.ask(keyAll, "POST", "/admin/v1/runs/run-0/reject", "").want(t, 409, "conflict")
}

func TestARunIsCancelled(t *testing.T) {
	h := newHouse(t)
	h.imports("run-1", customer("CARAT", "CARAT", "Carat"))
	h.ask(keyAll, "POST", "/admin/v1/runs/run-1/cancel", "").want(t, 409, "conflict")
	h.ask(keyAll, "POST", "/admin/v1/dossiers/bijou/sync", `{"full": true, "accept_database": true}`).want(t, 202, "")
	if o := h.syncs.asked; !o.Full || !o.AcceptDatabase || o.AllowEmpty || o.AskedBy != "Camille" {
		t.Errorf("asked %+v", o)
	}
	h.ask(keyAll, "POST", "/admin/v1/runs/run-live/cancel", "").want(t, 202, "")
	if !h.syncs.cancelled {
		t.Error("nothing was cancelled")
	}
}

func TestDecisionsAreAnsweredOnce(t *testing.T) {
	h := newHouse(t)
	h.imports("run-1", customer("CARAT", "CARAT", "Carat"))
	h.ask(keyAll, "PUT", "/admin/v1/dossiers/bijou/customers/CARAT/access", "{}").want(t, 201, "")
	if none := h.ask(keyAll, "GET", "/admin/v1/dossiers/bijou/decisions", "").want(t, 200, ""); none.text != "{\"decisions\":[]}\n" {
		t.Errorf("got %q", none.text)
	}
	h.suspected("run-2", "CARAT")
	path := "/admin/v1/dossiers/bijou/decisions/run-2-1"
	h.ask(keyAll, "POST", path, `{"verdict": "perhaps"}`).want(t, 400, "bad_request")
	h.ask(keyAll, "POST", "/admin/v1/dossiers/bijou/decisions/none", `{"verdict": "same"}`).want(t, 404, "not_found")
	h.ask(keyAll, "POST", path, `{"verdict": "not_same"}`).want(t, 200, "")
	h.ask(keyAll, "POST", path, `{"verdict": "same"}`).want(t, 409, "conflict")
	a, err := h.store.Access(context.Background(), "bijou", "CARAT")
	if err != nil || a.State != directory.AccessRevoked {
		t.Errorf("access %+v, %v", a, err)
	}
	if all := h.ask(keyAll, "GET", "/admin/v1/dossiers/bijou/decisions?all=true", "").want(t, 200, ""); all.at("decisions", 0, "verdict") != "not_same" {
		t.Errorf("got %s", all.text)
	}
}

func TestAClosedDossierSaysSo(t *testing.T) {
	h := newHouse(t)
	if err := h.store.SetHold(context.Background(), directory.Hold{Dossier: "bijou", Reason: directory.HoldOtherDatabase, Detail: "it was A, it is B"}); err != nil {
		t.Fatal(err)
	}
	if got := h.ask(keyAll, "GET", "/admin/v1/dossiers/bijou", "").want(t, 200, ""); got.at("hold", "reason") != "other_database" {
		t.Errorf("got %s", got.text)
	}
}
