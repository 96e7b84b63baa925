package leading

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/sync/syncrun"
)

// Status tells where a dossier's synchronisation stands. On a node that does
// not lead that is what the directory knows: the progress of a run a second late,
// and not when the next is due.
func (n *Node) Status(dossier string) (syncrun.Status, error) {
	if t := n.current(); t != nil {
		return t.manager.Status(dossier)
	}
	if !slices.Contains(n.Dossiers, dossier) {
		return syncrun.Status{}, fmt.Errorf("status of %q: %w", dossier, syncrun.ErrUnknownDossier)
	}
	ctx, cancel := context.WithTimeout(context.Background(), n.Lease)
	defer cancel()
	s := syncrun.Status{Dossier: dossier}
	runs, err := n.Store.Runs(ctx, dossier, failuresShown)
	if err != nil {
		return syncrun.Status{}, err
	}
	if len(runs) > 0 && runs[0].State == directory.RunRunning {
		s.Running, runs = &runs[0], runs[1:]
	}
	if len(runs) > 0 {
		s.Last = &runs[0]
	}
	for _, r := range runs {
		if r.State != directory.RunFailed {
			break
		}
		s.Failures++
	}
	if s.Waits, err = syncrun.WaitsIn(ctx, n.Store, dossier); err != nil {
		return syncrun.Status{}, err
	}
	if s.Running != nil {
		if s.Progress, err = n.told(ctx, s.Running.ID); err != nil {
			return syncrun.Status{}, err
		}
	}
	success, err := n.Store.LastSuccess(ctx, dossier)
	switch {
	case err == nil:
		s.LastSuccess = &success
	case !errors.Is(err, directory.ErrNotFound):
		return syncrun.Status{}, err
	}
	return s, nil
}

// failuresShown bounds how far back failures are counted on a node that does
// not lead.
const failuresShown = 20

// watchEvery is how often a node that does not lead looks for news of a run.
const watchEvery = time.Second

// Subscribe watches a dossier's runs. On a node that does not lead they are seen
// in the directory, a second or two late.
func (n *Node) Subscribe(dossier string) (events <-chan syncrun.Event, cancel func()) {
	if t := n.current(); t != nil {
		return t.manager.Subscribe(dossier)
	}
	out := make(chan syncrun.Event, 1)
	if n.candidacy == nil || !slices.Contains(n.Dossiers, dossier) {
		close(out)
		return out, func() {}
	}
	ctx, stop := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		defer close(out)
		n.watch(ctx, dossier, out)
	})
	return out, func() { stop(); done.Wait() }
}

func (n *Node) watch(ctx context.Context, dossier string, out chan<- syncrun.Event) {
	every := time.NewTicker(watchEvery)
	defer every.Stop()
	following := ""
	for {
		if e := n.news(ctx, dossier, &following); e != nil {
			select {
			case out <- *e:
			case <-ctx.Done():
				return
			}
		}
		select {
		case <-every.C:
		case <-ctx.Done():
			return
		case <-n.stopping:
			return
		}
	}
}

// news is what is to be told of the run that is followed, or of a newer one.
func (n *Node) news(ctx context.Context, dossier string, following *string) *syncrun.Event {
	progress := func(r directory.Run) syncrun.Progress {
		if p, err := n.told(ctx, r.ID); err == nil && p != nil {
			return *p
		}
		return syncrun.Progress{RunID: r.ID, Dossier: dossier, StartedAt: r.StartedAt}
	}
	if *following != "" {
		r, err := n.Store.Run(ctx, *following)
		if err != nil {
			return nil // it is looked at again
		}
		if r.State == directory.RunRunning {
			return &syncrun.Event{Progress: progress(r)}
		}
		*following = ""
		return &syncrun.Event{Progress: progress(r), Run: &r}
	}
	runs, err := n.Store.Runs(ctx, dossier, 1)
	if err != nil || len(runs) == 0 || runs[0].State != directory.RunRunning {
		return nil
	}
	*following = runs[0].ID
	return &syncrun.Event{Progress: progress(runs[0])}
}
