package syncrun

import "time"

// The events of a Notice.
const (
	EventQuarantined = "sync.quarantined" // the guard stopped a plan
	EventHeld        = "sync.held"        // the dossier is closed: it has another database
	EventDecision    = "sync.decision"    // an administrator is asked who is the same
	EventFailing     = "sync.failing"     // runs fail one after another, and are tried less often
	EventRecovered   = "sync.recovered"   // they do no longer
)

// Notice is news that somebody should hear of.
type Notice struct {
	Event   string    `json:"event"`
	Dossier string    `json:"dossier"`
	RunID   string    `json:"run_id,omitempty"`
	Text    string    `json:"text"` // for people; no personal data
	At      time.Time `json:"at"`
}

// CanceledError is the cause of a run's end that somebody asked for.
type CanceledError struct{ By string }

// Error names who asked.
func (e *CanceledError) Error() string { return "cancelled by " + e.By }
