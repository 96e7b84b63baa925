package main

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/adminapi"
	"github.com/vantelle/vantelle/internal/erp"
)

// The states of an ERP, as adminapi.ERPState has them.
const (
	erpUnknown = "unknown"
	erpUp      = "up"
	erpDown    = "down"
)

// How often an ERP is looked at.
const (
	watchUp   = 30 * time.Second
	watchDown = 5 * time.Second
)

// watch knows whether one dossier's ERP answers. An ERP that is down is asked
// again until it answers, and its coming and going is logged once.
type watch struct {
	ping     func(context.Context) error
	log      zerolog.Logger
	now      func() time.Time
	onChange func(up bool) // for the metrics

	mu    sync.Mutex
	state adminapi.ERPState
}

func newWatch(ping func(context.Context) error, log zerolog.Logger, now func() time.Time, onChange func(up bool)) *watch {
	return &watch{ping: ping, log: log, now: now, onChange: onChange,
		state: adminapi.ERPState{State: erpUnknown, Hint: "It has not been asked yet."}}
}

// newWatches makes a watch for each dossier, and the gauge that shows them.
func newWatches(r *rooms) map[string]*watch {
	gauge := prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "vantelle", Name: "erp_up",
		Help: "1 while the dossier's ERP answers, 0 while it does not."}, []string{"dossier"})
	r.gather.MustRegister(gauge)
	all := map[string]*watch{}
	for name, db := range r.erps {
		up := gauge.WithLabelValues(name)
		ping := func(ctx context.Context) error {
			if err := db.Ping(ctx); err != nil {
				return err
			}
			_, err := r.worlds.Catalog(ctx, name) // cached; the first request finds it read
			return err
		}
		all[name] = newWatch(ping, r.log.With().Str("dossier", name).Logger(), r.now, func(answers bool) {
			if !answers {
				up.Set(0)
				return
			}
			up.Set(1)
			r.sayProblems(name)
		})
	}
	return all
}

// run looks at the ERP now and then until it is drained; see lifecycle.Background.
func (w *watch) run(ctx context.Context, drain <-chan struct{}) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-drain:
			cancel() // a look under way is not worth waiting for
		case <-ctx.Done():
		}
	}()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		wait := watchUp
		if w.look(ctx) != nil {
			wait = watchDown
		}
		timer.Reset(wait)
	}
}

// look asks the ERP once and keeps what it found.
func (w *watch) look(ctx context.Context) error {
	err := w.ping(ctx)
	if ctx.Err() != nil {
		return ctx.Err() // we gave up: that says nothing of the ERP
	}
	w.note(err)
	return err
}

func (w *watch) status() adminapi.ERPState {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state
}

func (w *watch) note(err error) {
	w.mu.Lock()
	next := adminapi.ERPState{State: erpUp, Since: w.state.Since}
	if err != nil {
		next.State, next.Hint = erpDown, hintFor(err)
	}
	news := next.State != w.state.State
	if news {
		at := w.now().UTC()
		next.Since = &at
	}
	w.state = next
	w.mu.Unlock()
	if !news {
		return
	}
	w.onChange(err == nil)
	if err != nil {
		w.log.Error().Err(err).Str("hint", next.Hint).Msg("the ERP does not answer; it is asked again until it does")
		return
	}
	w.log.Info().Msg("the ERP answers")
}

// hintFor never leaves an operator without a word.
func hintFor(err error) string {
	if hint := erp.Hint(err); hint != "" {
		return hint
	}
	return "It cannot be read; the log has the cause."
}

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
