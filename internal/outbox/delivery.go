package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/directory"
)

// Carrier brings one request to who does it. It may be asked to bring the same
// one again, by the same ID.
type Carrier interface {
	// Carry gives the word that came back at once: done or refused, or the zero
	// Word where it comes later. After an error the request waits for another try.
	Carry(ctx context.Context, d Document) (Word, error)
}

// Word is what became of a request.
type Word struct {
	State  directory.RequestState // done, refused, or empty for later
	Number string
	Reason string
}

// Delivery brings the requests of one dossier to a Carrier, one after the other,
// the oldest first, until each is there: at least once, because who stops
// between bringing and writing it down brings again.
type Delivery struct {
	Dossier string
	Kinds   []string // empty for all
	By      string   // how the history names it: "folder", "webhook"
	Store   directory.RequestStore
	Carrier Carrier
	Log     zerolog.Logger
	// Waits are how long a request waits after each failure; the last one
	// stands for all further ones. nil for the usual ones.
	Waits []time.Duration
	// Every is how often it is looked whether something waits; 0 for 5 s.
	Every time.Duration
	// Wake, where it is not nil, says that something has come.
	Wake <-chan struct{}
}

// The usual waits, and how long a request that is being brought is left to it.
var usualWaits = []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour}

const carrying = 5 * time.Minute

// Run brings what waits until drain is closed or ctx ends.
func (d *Delivery) Run(ctx context.Context, drain <-chan struct{}) error {
	every := d.Every
	if every == 0 {
		every = 5 * time.Second
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		d.RunOnce(ctx, drain)
		select {
		case <-drain:
			return nil
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-d.Wake:
		}
	}
}

// RunOnce brings all that waits now.
func (d *Delivery) RunOnce(ctx context.Context, drain <-chan struct{}) {
	for {
		select {
		case <-drain:
			return
		default:
		}
		if ctx.Err() != nil {
			return
		}
		// One at a time: what is taken and not yet brought would wait for the
		// lease's end where the service stops.
		taken, err := d.Store.TakeRequests(ctx, directory.RequestTaking{Dossier: d.Dossier, Kinds: d.Kinds, By: d.By, Lease: carrying, Limit: 1})
		if err != nil {
			if ctx.Err() == nil {
				d.Log.Error().Err(err).Str("dossier", d.Dossier).Msg("the outbox cannot be read; it is tried again")
			}
			return
		}
		if len(taken) == 0 {
			return
		}
		d.bring(ctx, taken[0])
	}
}

func (d *Delivery) bring(ctx context.Context, r directory.Request) {
	log := d.Log.With().Str("dossier", d.Dossier).Str("request", r.ID).Str("to", d.By).Logger()
	s := directory.RequestSettling{Dossier: r.Dossier, ID: r.ID, To: directory.RequestTaken, By: d.By, Lease: r.Lease}
	doc, err := DocumentOf(r, true)
	if err == nil {
		var word Word
		bounded, cancel := context.WithTimeout(ctx, carrying/2)
		word, err = d.Carrier.Carry(bounded, doc)
		cancel()
		if word.State != "" {
			s.To, s.Number, s.Reason = word.State, word.Number, word.Reason
		}
	}
	if err != nil {
		s.To, s.Number, s.Reason, s.Wait = directory.RequestReceived, "", err.Error(), d.wait(r.Attempts)
		if ctx.Err() != nil {
			s.Reason, s.Wait = "the service stopped meanwhile", 0
		}
		log.Warn().Err(err).Int("attempt", r.Attempts).Dur("again_in", s.Wait).Msg("a request could not be brought")
	}
	// What is known is written down even where the service is told to stop.
	written, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if _, err := d.Store.SettleRequest(written, s); err != nil && !errors.Is(err, directory.ErrConflict) {
		log.Error().Err(err).Msg("what became of a request could not be written down; it will be brought again")
		return
	}
	log.Debug().Str("state", string(s.To)).Msg("a request was brought")
}

func (d *Delivery) wait(attempt int) time.Duration {
	waits := d.Waits
	if waits == nil {
		waits = usualWaits
	}
	return waits[min(max(attempt, 1), len(waits))-1]
}

// check refuses a word that nobody could give over the API either.
func (w Word) check() error {
	switch w.State {
	case "":
		return nil
	case directory.RequestDone, directory.RequestRefused:
		if err := CheckWord(directory.RequestSettling{To: w.State, Number: w.Number, Reason: w.Reason}); err != nil {
			return fmt.Errorf("the answer says %s: %w", w.State, err)
		}
		return nil
	}
	return fmt.Errorf("the answer has the state %.20q, which is neither done nor refused", string(w.State))
}
