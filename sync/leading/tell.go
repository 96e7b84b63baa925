package leading

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/sync/syncrun"
)

// tellEvery is how often the leader puts the progress of a run into the
// directory, for the other nodes.
const tellEvery = time.Second

// tell keeps the other nodes informed of a dossier's runs until its manager ends.
func (n *Node) tell(t *term, dossier string) {
	events, cancel := t.manager.Subscribe(dossier)
	defer cancel()
	var (
		last time.Time
		of   string // the run that was told of last
		at   syncrun.Phase
	)
	for e := range events {
		// How it ended is in the directory already; that it began, or goes on with
		// something else, is told at once.
		if e.Run != nil || e.Progress.RunID == of && e.Progress.Phase == at && time.Since(last) < tellEvery {
			continue
		}
		last, of, at = time.Now(), e.Progress.RunID, e.Progress.Phase
		text, err := json.Marshal(e.Progress)
		if err != nil {
			continue // it has nothing that cannot be written
		}
		ctx, cancel := context.WithTimeout(context.Background(), n.Lease)
		err = t.lead.Store().TellProgress(ctx, e.Progress.RunID, string(text))
		cancel()
		if err != nil {
			n.Log.Debug().Err(err).Str("run", e.Progress.RunID).Msg("the progress of a run cannot be told to other nodes")
		}
	}
}

// told is the progress of a run as the leader told it; nil where it told none.
func (n *Node) told(ctx context.Context, runID string) (*syncrun.Progress, error) {
	text, err := n.Store.Progress(ctx, runID)
	if errors.Is(err, directory.ErrNotFound) || err == nil && text == "" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var p syncrun.Progress
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return nil, err
	}
	return &p, nil
}
