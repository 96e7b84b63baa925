package adminapi

import (
	"errors"
	"net/http"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/httpjson"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/sync/syncrun"
)

// cancelRun ends a run that is under way; how it ended is told by the run.
func (a *api) cancelRun(w http.ResponseWriter, r *http.Request, who identity.Admin) error {
	if _, err := readOptionalBody[struct{}](w, r); err != nil {
		return err
	}
	run, err := a.runFor(r, who)
	if err != nil {
		return err
	}
	if err := a.Syncs.Cancel(run.ID, who.Name); err != nil {
		return err
	}
	return reply(w, r, http.StatusAccepted, a.live(run))
}

// approveRun lets the next run do what the guard stopped in this one, and asks
// for it.
func (a *api) approveRun(w http.ResponseWriter, r *http.Request, who identity.Admin) error {
	run, err := a.settle(w, r, who, directory.QuarantineApproved)
	if err != nil {
		return err
	}
	next, joined, err := a.Syncs.Request(run.Dossier, syncrun.Options{Trigger: syncrun.TriggerManual, AskedBy: who.Name})
	if err != nil {
		return err
	}
	return reply(w, r, http.StatusAccepted, struct {
		Approved directory.Run `json:"approved"`
		Run      runState      `json:"run"`
		Joined   bool          `json:"joined"`
	}{run, a.live(next), joined})
}

func (a *api) rejectRun(w http.ResponseWriter, r *http.Request, who identity.Admin) error {
	run, err := a.settle(w, r, who, directory.QuarantineRejected)
	if err != nil {
		return err
	}
	return reply(w, r, http.StatusOK, a.live(run))
}

// settle keeps an administrator's word on a stopped plan.
func (a *api) settle(w http.ResponseWriter, r *http.Request, who identity.Admin, to directory.Quarantine) (directory.Run, error) {
	body, err := readOptionalBody[struct {
		Note string `json:"note"`
	}](w, r)
	if err != nil {
		return directory.Run{}, err
	}
	run, err := a.runFor(r, who)
	if err != nil {
		return directory.Run{}, err
	}
	err = a.Directory.SettleQuarantine(r.Context(), run.ID, to, signature(who), body.Note, directory.QuarantineWaiting, directory.QuarantineRejected)
	if errors.Is(err, directory.ErrConflict) {
		return directory.Run{}, &httpjson.Problem{Code: httpjson.Conflict, Detail: "this run does not wait for anybody's word", Cause: err}
	}
	if err != nil {
		return directory.Run{}, err
	}
	run.Quarantine = to
	return run, nil
}

// signature is how the history names an administrator, as internal/access does.
func signature(who identity.Admin) string {
	if who.Name == "" {
		return who.KeyID
	}
	return who.Name + " (" + who.KeyID + ")"
}

func (a *api) listDecisions(w http.ResponseWriter, r *http.Request, d scope) error {
	q := readQuery(r, "all", "limit")
	limit, all := q.limit(), q.text("all")
	if q.err != nil {
		return q.err
	}
	if all != "" && all != "true" && all != "false" {
		return badRequest("all: write true or false")
	}
	list, err := a.Directory.Decisions(r.Context(), d.Name, all != "true", limit)
	if err != nil {
		return err
	}
	if list == nil {
		list = []directory.Decision{}
	}
	return reply(w, r, http.StatusOK, struct {
		Decisions []directory.Decision `json:"decisions"`
	}{list})
}

// decide answers whether two records are the same company.
func (a *api) decide(w http.ResponseWriter, r *http.Request, d scope) error {
	body, err := readBody[struct {
		Verdict directory.Verdict `json:"verdict"`
		Note    string            `json:"note"`
	}](w, r)
	if err != nil {
		return err
	}
	if body.Verdict != directory.VerdictSame && body.Verdict != directory.VerdictNotSame {
		return badRequest("verdict: write same or not_same")
	}
	q, err := a.Directory.Decision(r.Context(), r.PathValue("decision"))
	if err == nil && q.Dossier != d.Name {
		err = directory.ErrNotFound
	}
	if err != nil {
		return missing(err, "no such decision in this dossier")
	}
	q, err = a.Directory.Decide(r.Context(), q.ID, body.Verdict, signature(d.who), body.Note, time.Now())
	if errors.Is(err, directory.ErrConflict) {
		return &httpjson.Problem{Code: httpjson.Conflict, Detail: "it was answered already, or its customer is no longer there: read it again", Cause: err}
	}
	if err != nil {
		return err
	}
	return reply(w, r, http.StatusOK, q)
}
