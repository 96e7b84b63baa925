package adminapi

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/sync/syncrun"
)

// Syncs is what the API asks of the synchronisation; see syncrun.Manager.
type Syncs interface {
	Request(dossier string, o syncrun.Options) (run directory.Run, joined bool, err error)
	Cancel(runID, by string) error
	// DryRun tells what a run would do; the caller closes the plan. The run's
	// Error says why it would be stopped, which is no error of the call.
	DryRun(ctx context.Context, dossier string, o syncrun.Options) (directory.Run, directory.Plan, error)
	Status(dossier string) (syncrun.Status, error)
	Subscribe(dossier string) (events <-chan syncrun.Event, cancel func())
}

// runState is a run, with where it stands while it runs.
type runState struct {
	directory.Run
	Progress *syncrun.Progress `json:"progress,omitempty"`
}

// startSync answers 202 whether it started a run or joined one: either way the
// run at Location is the one to follow.
func (a *api) startSync(w http.ResponseWriter, r *http.Request, d scope) error {
	if err := readQuery(r).err; err != nil {
		return err
	}
	body, err := readOptionalBody[struct {
		Full           bool `json:"full"`
		AllowEmpty     bool `json:"allow_empty"`
		AcceptDatabase bool `json:"accept_database"`
		DryRun         bool `json:"dry_run"`
	}](w, r)
	if err != nil {
		return err
	}
	o := syncrun.Options{Trigger: syncrun.TriggerManual, AskedBy: d.who.Name, Full: body.Full, AllowEmpty: body.AllowEmpty, AcceptDatabase: body.AcceptDatabase}
	if body.DryRun {
		return a.dryRun(w, r, d, o)
	}
	run, joined, err := a.Syncs.Request(d.Name, o)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/admin/v1/runs/"+url.PathEscape(run.ID))
	return reply(w, r, http.StatusAccepted, struct {
		Run    runState `json:"run"`
		Joined bool     `json:"joined"`
	}{a.live(run), joined})
}

// dryRun answers with all that a run would do, record by record, as long as that
// is.
func (a *api) dryRun(w http.ResponseWriter, r *http.Request, d scope, o syncrun.Options) error {
	o.DryRun = true
	run, plan, err := a.Syncs.DryRun(r.Context(), d.Name, o)
	if err != nil {
		return err
	}
	defer func() { _ = plan.Close() }() // it was only looked at
	head, err := json.Marshal(struct {
		DryRun  bool             `json:"dry_run"`
		Stopped string           `json:"stopped,omitempty"`
		Counts  directory.Counts `json:"counts"`
	}{true, run.Error, plan.Counts})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(append(head[:len(head)-1], `,"changes":[`...)) // who has gone gets no answer
	before := ""
	for part, err := range plan.Parts() {
		if err != nil {
			panic(http.ErrAbortHandler) // half of it must not look like all
		}
		for _, c := range part.Changes {
			text, err := json.Marshal(c)
			if err != nil {
				panic(http.ErrAbortHandler)
			}
			_, _ = w.Write(append([]byte(before), text...))
			before = ","
		}
	}
	_, _ = w.Write([]byte("]}\n"))
	return nil
}

func (a *api) listRuns(w http.ResponseWriter, r *http.Request, d scope) error {
	q := readQuery(r, "limit")
	limit := q.limit()
	if q.err != nil {
		return q.err
	}
	runs, err := a.Directory.Runs(r.Context(), d.Name, limit)
	if err != nil {
		return err
	}
	list := struct {
		Runs []runState `json:"runs"`
	}{Runs: make([]runState, len(runs))}
	for i, run := range runs {
		list.Runs[i] = a.live(run)
	}
	return reply(w, r, http.StatusOK, list)
}

func (a *api) showRun(w http.ResponseWriter, r *http.Request, who identity.Admin) error {
	if err := readQuery(r).err; err != nil {
		return err
	}
	run, err := a.runFor(r, who)
	if err != nil {
		return err
	}
	return reply(w, r, http.StatusOK, a.live(run))
}

func (a *api) listChanges(w http.ResponseWriter, r *http.Request, who identity.Admin) error {
	q := readQuery(r, "after", "limit")
	limit, after := q.limit(), q.seq("after")
	if q.err != nil {
		return q.err
	}
	run, err := a.runFor(r, who)
	if err != nil {
		return err
	}
	changes, err := a.Directory.Changes(r.Context(), run.ID, after, limit+1)
	if err != nil {
		return err
	}
	changes, more := cut(changes, limit)
	page := struct {
		Changes []directory.Change `json:"changes"`
		Next    int                `json:"next,omitempty"` // for after; absent on the last page
	}{Changes: changes}
	if more {
		page.Next = changes[len(changes)-1].Seq
	}
	return reply(w, r, http.StatusOK, page)
}

// runFor finds the run that the path names, for an administrator of its
// dossier: for others it is not there.
func (a *api) runFor(r *http.Request, who identity.Admin) (directory.Run, error) {
	run, err := a.Directory.Run(r.Context(), r.PathValue("run"))
	if err != nil {
		return directory.Run{}, missing(err, "no such run")
	}
	if _, served := a.names[run.Dossier]; !served || !who.MayEnter(run.Dossier) {
		return directory.Run{}, notFound("no such run")
	}
	return run, nil
}

// live adds to a run where it stands, if it is under way in this process.
func (a *api) live(run directory.Run) runState {
	s := runState{Run: run}
	if run.State != directory.RunRunning {
		return s
	}
	status, err := a.Syncs.Status(run.Dossier)
	if err == nil && status.Progress != nil && status.Progress.RunID == run.ID {
		s.Progress = status.Progress
	}
	return s
}
