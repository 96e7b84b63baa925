package syncrun

import (
	"errors"
	"iter"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
)

// Phase is what a run is at.
type Phase string

// The phases of a run, in order.
const (
	PhaseWaiting    Phase = "waiting" // for other dossiers' runs to end
	PhaseConnecting Phase = "connecting"
	PhaseCustomers  Phase = "customers"
	PhaseContacts   Phase = "contacts"
	PhaseApplying   Phase = "applying"
)

// Progress is how far a run has come.
type Progress struct {
	RunID             string    `json:"run_id"`
	Dossier           string    `json:"dossier"`
	Phase             Phase     `json:"phase"`
	StartedAt         time.Time `json:"started_at"`
	CustomersRead     int       `json:"customers_read"`
	ContactsRead      int       `json:"contacts_read"`
	CustomersExpected int       `json:"customers_expected"` // 0 until the ERP was asked
	ContactsExpected  int       `json:"contacts_expected"`
	Changed           int       `json:"changed"` // records found changed so far
	Rate              float64   `json:"rate"`    // records a second, since the first one
	// Remaining is how many seconds the reading will still take at this rate;
	// nil where that cannot be known.
	Remaining *float64 `json:"remaining_seconds,omitempty"`
}

// progressEvery is how often a run says how far it is within a phase.
const progressEvery = 200 * time.Millisecond

// meter counts what a run reads and says so now and then. It belongs to the
// run's goroutine.
type meter struct {
	p        Progress
	now      func() time.Time
	publish  func(Progress)
	reading  time.Time // when the first record came
	lastSaid time.Time
}

func newMeter(run directory.Run, now func() time.Time, publish func(Progress)) *meter {
	return &meter{p: Progress{RunID: run.ID, Dossier: run.Dossier, StartedAt: run.StartedAt}, now: now, publish: publish}
}

func (m *meter) phase(p Phase) {
	m.p.Phase = p
	m.say(m.now())
}

// changes hears of what the comparison finds.
func (m *meter) changes(c directory.Counts) {
	m.p.Changed = c.CustomersCreated + c.CustomersUpdated + c.CustomersRemoved + c.ContactsCreated + c.ContactsUpdated + c.ContactsRemoved
}

// restart forgets what was read.
func (m *meter) restart() {
	m.p.CustomersRead, m.p.ContactsRead, m.p.Changed, m.p.Rate, m.p.Remaining = 0, 0, 0, 0, nil
	m.reading = time.Time{}
}

func (m *meter) say(now time.Time) {
	if elapsed := now.Sub(m.reading).Seconds(); !m.reading.IsZero() && elapsed > 0 {
		read := m.p.CustomersRead + m.p.ContactsRead
		m.p.Rate, m.p.Remaining = float64(read)/elapsed, nil
		if left := m.p.CustomersExpected + m.p.ContactsExpected - read; left >= 0 && m.p.Rate > 0 && m.p.Phase != PhaseApplying {
			seconds := float64(left) / m.p.Rate
			m.p.Remaining = &seconds
		}
	}
	m.lastSaid = now
	m.publish(m.p)
}

func (m *meter) count(n *int) {
	*n++
	now := m.now()
	if m.reading.IsZero() {
		m.reading = now
	}
	if now.Sub(m.lastSaid) >= progressEvery {
		m.say(now)
	}
}

// counted is seq with its records and problems counted in n.
func counted[T any](seq iter.Seq2[T, error], m *meter, phase Phase, n *int) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		m.phase(phase)
		for record, err := range seq {
			var problem *directory.Problem
			if err == nil || errors.As(err, &problem) {
				m.count(n)
			}
			if !yield(record, err) {
				return
			}
		}
	}
}
