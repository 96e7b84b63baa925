package outbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/webhook"
)

// EventRequest is the event under which requests are sent (Vantelle-Event).
const EventRequest = "request.received"

// Webhook sends requests to an address, each by a signed POST of its Document.
// A 2xx says that the receiver has it; its body may say more: {"state": "done",
// "number": …} or {"state": "refused", "reason": …}.
type Webhook struct {
	Target webhook.Target
	Client *http.Client // nil for one that waits 30 s
}

// Carry implements Carrier.
func (w *Webhook) Carry(ctx context.Context, d Document) (Word, error) {
	body, err := json.Marshal(d)
	if err != nil {
		return Word{}, fmt.Errorf("write request %s: %w", d.ID, err)
	}
	client := w.Client
	if client == nil {
		client = &http.Client{Timeout: 30 * time.Second}
	}
	answer, _, err := webhook.Post(ctx, webhook.Direct(client), w.Target, webhook.Message{Event: EventRequest, ID: d.ID, Body: body}, time.Now())
	if err != nil {
		return Word{}, err
	}
	return readWord(answer)
}

// readWord reads what an answer says of a request. One that says nothing of it,
// whatever it is, says that the receiver has it.
func readWord(answer []byte) (Word, error) {
	var said struct {
		State  directory.RequestState `json:"state"`
		Number string                 `json:"number"`
		Reason string                 `json:"reason"`
	}
	if len(bytes.TrimSpace(answer)) == 0 || json.Unmarshal(answer, &said) != nil {
		return Word{}, nil
	}
	switch said.State {
	case "", directory.RequestTaken, directory.RequestReceived:
		return Word{}, nil
	}
	word := Word{State: said.State, Number: said.Number, Reason: said.Reason}
	if said.State == directory.RequestDone {
		word.Reason = ""
	} else {
		word.Number = ""
	}
	if err := word.check(); err != nil {
		return Word{}, err
	}
	return word, nil
}
