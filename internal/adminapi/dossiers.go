package adminapi

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/identity"
)

// Dossier is what the configuration says of a dossier.
type Dossier struct {
	Name           string
	Title          string
	ERP            string // sage100, dolibarr, odoo or custom
	Engine         string // as catalog.Engine names it
	DefaultProfile string // empty: none, each access names its own
}

// ERPState says whether a dossier's ERP answers.
type ERPState struct {
	State string     `json:"state"` // "up", "down", or "unknown" before the first try
	Hint  string     `json:"hint,omitempty"`
	Since *time.Time `json:"since,omitempty"`
}

// scope is a dossier with the administrator who looks after it.
type scope struct {
	Dossier
	who identity.Admin
}

type dossierState struct {
	Name           string          `json:"name"`
	Title          string          `json:"title,omitempty"`
	ERP            erpState        `json:"erp"`
	Fingerprint    string          `json:"fingerprint,omitempty"` // the label: company and SIRET
	DefaultProfile string          `json:"default_profile,omitempty"`
	Accesses       accessCount     `json:"accesses"`
	LastRun        *directory.Run  `json:"last_run"`     // of any outcome; null before the first
	LastSuccess    *time.Time      `json:"last_success"` // when the last succeeded run finished
	NextSync       *time.Time      `json:"next_sync"`    // null without a schedule
	Syncing        bool            `json:"syncing"`
	Hold           *directory.Hold `json:"hold,omitempty"`    // the dossier is closed
	Waits          string          `json:"waits,omitempty"`   // for an administrator: plan or database
	Down           bool            `json:"down,omitempty"`    // the ERP is asked seldom, because it does not answer
	Planned        bool            `json:"planned,omitempty"` // it is down as planned
}

type erpState struct {
	Kind   string `json:"kind"`
	Engine string `json:"engine"`
	ERPState
}

type accessCount struct {
	Granted int `json:"granted"`
	Total   int `json:"total"`
}

func (a *api) listDossiers(w http.ResponseWriter, r *http.Request, who identity.Admin) error {
	if err := readQuery(r).err; err != nil {
		return err
	}
	list := struct {
		Dossiers []dossierState `json:"dossiers"`
	}{Dossiers: []dossierState{}}
	for _, d := range a.Dossiers {
		if !who.MayEnter(d.Name) {
			continue
		}
		state, err := a.stateOf(r.Context(), d)
		if err != nil {
			return err
		}
		list.Dossiers = append(list.Dossiers, state)
	}
	return reply(w, r, http.StatusOK, list)
}

func (a *api) showDossier(w http.ResponseWriter, r *http.Request, d scope) error {
	if err := readQuery(r).err; err != nil {
		return err
	}
	state, err := a.stateOf(r.Context(), d.Dossier)
	if err != nil {
		return err
	}
	return reply(w, r, http.StatusOK, state)
}

func (a *api) stateOf(ctx context.Context, d Dossier) (dossierState, error) {
	s := dossierState{Name: d.Name, Title: d.Title, DefaultProfile: d.DefaultProfile,
		ERP: erpState{Kind: d.ERP, Engine: d.Engine, ERPState: a.ERP(d.Name)}}
	var err error
	if s.Accesses.Granted, s.Accesses.Total, err = a.Directory.CountAccesses(ctx, d.Name); err != nil {
		return dossierState{}, err
	}
	runs, err := a.Directory.Runs(ctx, d.Name, 1)
	if err != nil {
		return dossierState{}, err
	}
	if len(runs) > 0 {
		s.LastRun = &runs[0]
		s.Syncing = runs[0].State == directory.RunRunning
	}
	switch last, err := a.Directory.LastSuccess(ctx, d.Name); {
	case err == nil:
		s.LastSuccess = last.FinishedAt
	case !errors.Is(err, directory.ErrNotFound):
		return dossierState{}, err
	}
	switch f, err := a.Directory.Fingerprint(ctx, d.Name); {
	case err == nil:
		s.Fingerprint = f.Label
	case !errors.Is(err, directory.ErrNotFound):
		return dossierState{}, err
	}
	switch h, err := a.Directory.Hold(ctx, d.Name); {
	case err == nil:
		s.Hold = &h
	case !errors.Is(err, directory.ErrNotFound):
		return dossierState{}, err
	}
	status, err := a.Syncs.Status(d.Name)
	if err != nil {
		return dossierState{}, err
	}
	s.Waits, s.Down, s.Planned = status.Waits, status.Down, status.Planned
	if status.NextAt != nil {
		next := status.NextAt.UTC() // the schedule thinks in the dossier's zone
		s.NextSync = &next
	}
	return s, nil
}
