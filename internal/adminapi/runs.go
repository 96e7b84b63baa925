package adminapi

import (
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
	}](w, r)
	if err != nil {
		return err
	}
	run, joined, err := a.Syncs.Request(d.Name, syncrun.Options{Trigger: syncrun.TriggerManual, AskedBy: d.who.Name,
		Full: body.Full, AllowEmpty: body.AllowEmpty, AcceptDatabase: body.AcceptDatabase})
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/admin/v1/runs/"+url.PathEscape(run.ID))
	return reply(w, r, http.StatusAccepted, struct {
		Run    runState `json:"run"`
		Joined bool     `json:"joined"`
	}{a.live(run), joined})
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
