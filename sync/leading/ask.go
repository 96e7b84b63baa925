package leading

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/sync/syncrun"
)

// NoLeaderError is returned where a run was asked for and no node took it up.
// It was taken back: nothing will come of it.
type NoLeaderError struct {
	Dossier string
	Last    directory.Leader // who led last
}

func (e *NoLeaderError) Error() string {
	last := "no node ever led"
	if e.Last.Node != "" {
		last = fmt.Sprintf("%s (%s) led last", e.Last.Node, e.Last.Address)
	}
	return fmt.Sprintf("synchronise %s: %v (%s)", e.Dossier, directory.ErrNoLeader, last)
}

// Unwrap makes it a directory.ErrNoLeader.
func (e *NoLeaderError) Unwrap() error { return directory.ErrNoLeader }

// asked is what the leader is to do, as directory.AskedRun carries it.
type asked struct {
	Full           bool   `json:"full,omitempty"`
	AllowEmpty     bool   `json:"allow_empty,omitempty"`
	AcceptDatabase bool   `json:"accept_database,omitempty"`
	Cancel         string `json:"cancel,omitempty"` // the run to cancel, instead of a new one
}

func encode(a asked) string {
	text, err := json.Marshal(a)
	if err != nil {
		panic(err) // it has nothing that cannot be written
	}
	return string(text)
}

// do does what a node asked.
func (t *term) do(a directory.AskedRun) (run directory.Run, joined bool, err error) {
	var what asked
	if a.Options != "" {
		if err := json.Unmarshal([]byte(a.Options), &what); err != nil {
			return directory.Run{}, false, fmt.Errorf("read what is asked: %w", err)
		}
	}
	if what.Cancel != "" {
		return directory.Run{ID: what.Cancel}, true, t.manager.Cancel(what.Cancel, a.AskedBy)
	}
	return t.manager.Request(a.Dossier, syncrun.Options{Trigger: syncrun.TriggerManual, AskedBy: a.AskedBy,
		Full: what.Full, AllowEmpty: what.AllowEmpty, AcceptDatabase: what.AcceptDatabase})
}

// errElsewhere begins what the leader said to a run that was asked of it.
var errElsewhere = errors.New("the node that leads answered")

// ask hands a run to the leader and waits for its answer: long enough for
// another to take over where the leader has just died.
func (n *Node) ask(a directory.AskedRun) (run directory.Run, joined bool, err error) {
	if !slices.Contains(n.Dossiers, a.Dossier) {
		return run, false, fmt.Errorf("synchronise %q: %w", a.Dossier, syncrun.ErrUnknownDossier)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*n.Lease)
	defer cancel()
	if err := n.Store.AskRun(ctx, a); err != nil {
		return run, false, err
	}
	for {
		a, err := n.Store.AskedRun(ctx, a.ID)
		switch {
		case err == nil && a.Answered:
			return n.answered(a)
		case err != nil && ctx.Err() == nil:
			n.Log.Debug().Err(err).Msg("whether an asked run is answered cannot be read")
		}
		select {
		case <-time.After(n.poll() / 2):
			continue
		case <-n.stopping:
		case <-ctx.Done():
		}
		return n.withdraw(a)
	}
}

// answered turns the leader's answer into what its manager gave it.
func (n *Node) answered(a directory.AskedRun) (run directory.Run, joined bool, err error) {
	if a.Error != "" {
		for _, known := range []error{syncrun.ErrBusy, syncrun.ErrNotRunning} {
			if strings.HasSuffix(a.Error, known.Error()) {
				return run, false, fmt.Errorf("%w: %w", errElsewhere, known)
			}
		}
		return run, false, fmt.Errorf("%w: %s", errElsewhere, a.Error)
	}
	ctx, cancel := context.WithTimeout(context.Background(), n.Lease)
	defer cancel()
	run, err = n.Store.Run(ctx, a.RunID)
	return run, a.Joined, err
}

// withdraw takes a run back that nobody took up, unless somebody just did.
func (n *Node) withdraw(a directory.AskedRun) (run directory.Run, joined bool, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), n.Lease)
	defer cancel()
	withdrawn, err := n.Store.WithdrawRun(ctx, a.ID)
	if err != nil {
		return run, false, err
	}
	if !withdrawn {
		if a, err = n.Store.AskedRun(ctx, a.ID); err != nil {
			return run, false, err
		}
		return n.answered(a)
	}
	last, err := n.Store.Leader(ctx)
	if err != nil {
		return run, false, err
	}
	return run, false, &NoLeaderError{Dossier: a.Dossier, Last: last}
}

// answer starts the runs that other nodes ask for. The answers are written in
// the lead's name: one who lost it answers nobody.
func (n *Node) answer(t *term) {
	ctx, cancel := context.WithTimeout(context.Background(), n.Lease)
	defer cancel()
	db := t.lead.Store()
	waiting, err := db.AskedRuns(ctx)
	if err != nil {
		n.Log.Warn().Err(err).Msg("runs that other nodes ask for cannot be read")
		return
	}
	for _, a := range waiting {
		run, joined, err := t.do(a)
		if errors.Is(err, directory.ErrDeposed) || errors.Is(err, syncrun.ErrStopped) {
			return // the next leader answers
		}
		a.RunID, a.Joined = run.ID, joined
		if err != nil {
			a.Error = err.Error()
		}
		if err := db.AnswerRun(ctx, a); err != nil {
			n.Log.Warn().Err(err).Msg("a run that another node asked for was started and could not be answered")
			return
		}
	}
	if len(waiting) > 0 {
		if err := db.ForgetAskedRuns(ctx, time.Now().Add(-time.Hour)); err != nil {
			n.Log.Debug().Err(err).Msg("old asked runs were not deleted")
		}
	}
}
