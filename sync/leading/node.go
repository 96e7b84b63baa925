// Package leading keeps the synchronisation going on exactly one of the nodes
// that share a directory: the one that leads. The others hand what they are
// asked for to it, through the directory.
//
// It must never let a manager run whose store is not fenced by the lead, and
// never keep one running after the lead is lost.
//
// Read next: node.go (gaining and losing the lead), ask.go (runs asked of a
// node that does not lead), watch.go (what such a node tells of them), and
// internal/store/lead.go for how a lead is taken, kept and lost.
package leading

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/store"
	"github.com/vantelle/vantelle/sync/syncrun"
)

// Manager is what leads: see syncrun.Manager.
type Manager interface {
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
	Request(dossier string, o syncrun.Options) (run directory.Run, joined bool, err error)
	Cancel(runID, by string) error
	Status(dossier string) (syncrun.Status, error)
	Subscribe(dossier string) (events <-chan syncrun.Event, cancel func())
}

// Config is what a Node needs.
type Config struct {
	Store *store.DB
	// NewManager makes the manager of one lead, on a store that is fenced by
	// it. It is called again for each lead that this node gains.
	NewManager func(directory.SyncStore) (Manager, error)
	Dossiers   []string      // that the manager knows
	AtStart    []string      // of those, which to synchronise when a lead begins
	Address    string        // of this node's administrators' API
	Lease      time.Duration // after which a silent leader is replaced
	Log        zerolog.Logger
	// DryRunner makes what tells, on any node, what a run of a dossier would do.
	DryRunner func(dossier string) *syncrun.Runner
	Leads     func(bool) // told when a lead begins and ends; nil: nobody listens
}

// Node is this process among those that share a directory. It is a
// lifecycle.Service, and safe for concurrent use.
type Node struct {
	Config
	candidacy *store.Candidacy
	stopping  chan struct{}
	stopOnce  sync.Once
	ended     chan struct{} // closed when the node is at rest

	mu   sync.Mutex
	term *term // nil while another leads
}

// term is one lead with its manager.
type term struct {
	lead    *store.Lead
	manager Manager
}

// New prepares a node; Start lets it stand for the lead.
func New(c Config) *Node {
	if c.Leads == nil {
		c.Leads = func(bool) {}
	}
	return &Node{Config: c, stopping: make(chan struct{}), ended: make(chan struct{})}
}

// Start leads at once where nobody does, and otherwise waits for its turn in the
// background.
func (n *Node) Start(ctx context.Context) error {
	var err error
	if n.candidacy, err = n.Store.Stand(ctx, store.Candidate{Address: n.Address, Lease: n.Lease}); err != nil {
		return err
	}
	var led *store.LedError
	switch err := n.stand(ctx); {
	case errors.As(err, &led):
		n.Log.Info().Str("leader", led.Node).Str("address", led.Address).Msg("another node leads the synchronisation")
	case err != nil:
		return errors.Join(err, n.candidacy.Close())
	}
	go n.loop()
	return nil
}

// Stop ends the runs under way and gives the lead to the next node.
func (n *Node) Stop(ctx context.Context) error {
	if n.candidacy == nil {
		return nil
	}
	var err error
	n.stopOnce.Do(func() {
		// First the manager, within ctx; the loop then finds it at rest.
		if t := n.current(); t != nil {
			err = t.manager.Stop(ctx)
		}
		close(n.stopping)
	})
	select {
	case <-n.ended:
		return err
	case <-ctx.Done():
		return errors.Join(err, ctx.Err())
	}
}

func (n *Node) current() *term {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.term
}

func (n *Node) set(t *term) {
	n.mu.Lock()
	n.term = t
	n.mu.Unlock()
	n.Leads(t != nil)
}

// stand tries to lead; where that works the manager has started.
func (n *Node) stand(ctx context.Context) error {
	lead, err := n.candidacy.Try(ctx)
	if err != nil {
		return err
	}
	manager, err := n.NewManager(lead.Store())
	if err == nil {
		err = manager.Start(ctx)
	}
	if err != nil {
		lead.Release()
		return err
	}
	t := &term{lead, manager}
	n.set(t)
	if n.Store.Shared() {
		for _, name := range n.Dossiers {
			go n.tell(t, name) // ends with the manager
		}
		n.Log.Info().Int64("epoch", lead.Epoch()).Msg("this node leads the synchronisation")
	}
	for _, name := range n.AtStart {
		if _, _, err := manager.Request(name, syncrun.Options{Trigger: syncrun.TriggerManual, AskedBy: "start of the service"}); err != nil {
			n.Log.Error().Err(err).Str("dossier", name).Msg("the synchronisation at the start could not be started")
		}
	}
	return nil
}

// poll is how often a node looks whether it may lead, or is asked for a run.
func (n *Node) poll() time.Duration { return min(n.Lease/10, 250*time.Millisecond) }

// loop stands for the lead, and leads, until the node stops.
func (n *Node) loop() {
	defer close(n.ended)
	defer func() {
		if err := n.candidacy.Close(); err != nil {
			n.Log.Debug().Err(err).Msg("the connection that leads did not close cleanly")
		}
	}()
	for {
		if t := n.current(); t != nil {
			stopped := n.lead(t)
			n.depose(t)
			if stopped {
				return
			}
		}
		select {
		case <-n.stopping:
			return
		case <-time.After(n.poll()):
		}
		ctx, cancel := context.WithTimeout(context.Background(), n.Lease)
		err := n.stand(ctx)
		cancel()
		var led *store.LedError
		if err != nil && !errors.As(err, &led) {
			n.Log.Warn().Err(err).Msg("this node cannot stand for the lead of the synchronisation; it tries again")
		}
	}
}

// lead answers what other nodes ask until the lead is lost, or the node stops.
func (n *Node) lead(t *term) (stopped bool) {
	var asked <-chan time.Time
	if n.Store.Shared() {
		every := time.NewTicker(n.poll())
		defer every.Stop()
		asked = every.C
	}
	for {
		select {
		case <-n.stopping:
			return true
		case <-t.lead.Lost():
			return false
		case <-asked:
			n.answer(t)
		}
	}
}

// depose ends a term: its manager first, whose runs can change nothing any
// more, then the lead.
func (n *Node) depose(t *term) {
	n.set(nil)
	ctx, cancel := context.WithTimeout(context.Background(), n.Lease)
	defer cancel()
	if err := t.manager.Stop(ctx); err != nil {
		n.Log.Warn().Err(err).Msg("runs of a lead that is over do not end; they can change nothing")
	}
	t.lead.Release()
}

// Trigger is Request for a run as usual.
func (n *Node) Trigger(dossier, askedBy string) (run directory.Run, joined bool, err error) {
	return n.Request(dossier, syncrun.Options{Trigger: syncrun.TriggerManual, AskedBy: askedBy})
}

// Request starts a run of a dossier, or joins the one under way: here where
// this node leads, else on the node that does. Errors are those of
// syncrun.Manager, and *NoLeaderError.
func (n *Node) Request(dossier string, o syncrun.Options) (run directory.Run, joined bool, err error) {
	if t := n.current(); t != nil {
		run, joined, err = t.manager.Request(dossier, o)
		// In between the lead may have gone elsewhere.
		gone := errors.Is(err, directory.ErrDeposed) || errors.Is(err, syncrun.ErrStopped) || joined && n.isOver(run.ID)
		if !n.Store.Shared() || !gone {
			return run, joined, err
		}
	}
	if err := n.mayAsk("synchronise " + dossier); err != nil {
		return directory.Run{}, false, err
	}
	return n.ask(directory.AskedRun{ID: rand.Text(), Dossier: dossier, AskedBy: o.AskedBy, Options: encode(asked{Full: o.Full, AllowEmpty: o.AllowEmpty, AcceptDatabase: o.AcceptDatabase})})
}

// DryRun tells what a run of a dossier would do, on whatever node: nothing is
// written. The run's Error says why it would be stopped. The caller closes the
// plan. syncrun.ErrUnknownDossier.
func (n *Node) DryRun(ctx context.Context, dossier string, o syncrun.Options) (directory.Run, directory.Plan, error) {
	if !slices.Contains(n.Dossiers, dossier) {
		return directory.Run{}, directory.Plan{}, fmt.Errorf("synchronise %q: %w", dossier, syncrun.ErrUnknownDossier)
	}
	o.DryRun = true
	run, plan, err := n.DryRunner(dossier).RunOnce(ctx, o)
	if err != nil && ctx.Err() == nil { // what it says is the answer
		return run, plan, nil
	}
	return run, plan, err
}

// isOver tells whether a run that is under way here has ended for everybody
// else: who leads now has given it up, and this node has not noticed yet.
func (n *Node) isOver(runID string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), n.Lease)
	defer cancel()
	run, err := n.Store.Run(ctx, runID)
	return err == nil && run.State != directory.RunRunning
}

// Cancel ends a run that is under way, here or on the node that leads. Errors
// are those of syncrun.Manager, and *NoLeaderError.
func (n *Node) Cancel(runID, by string) error {
	if t := n.current(); t != nil {
		err := t.manager.Cancel(runID, by)
		if !n.Store.Shared() || !errors.Is(err, syncrun.ErrStopped) {
			return err
		}
	}
	if err := n.mayAsk("cancel run " + runID); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), n.Lease)
	defer cancel()
	run, err := n.Store.Run(ctx, runID)
	if err != nil {
		return err
	}
	_, _, err = n.ask(directory.AskedRun{ID: rand.Text(), Dossier: run.Dossier, AskedBy: by, Options: encode(asked{Cancel: runID})})
	return err
}

// mayAsk tells whether another node could do what this one does not.
func (n *Node) mayAsk(what string) error {
	select {
	case <-n.stopping:
		return fmt.Errorf("%s: %w", what, syncrun.ErrStopped)
	default:
	}
	if n.candidacy == nil || !n.Store.Shared() {
		return fmt.Errorf("%s: %w", what, syncrun.ErrStopped)
	}
	return nil
}
