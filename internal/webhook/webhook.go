// Package webhook tells other programs of news by HTTP: one signed POST for
// each event, tried again for a while, in the order of the events.
//
// It must never hold up who has the news, never follow a redirect with it, and
// never log a secret. Read Sender.
package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/rs/zerolog"
)

// The header that carries the signature: "t=<unix seconds>,v1=<hex>", where v1
// is the HMAC-SHA-256, under the secret, of the time as written, a dot and the body.
const SignatureHeader = "Vantelle-Signature"

// Target is where news goes.
type Target struct {
	URL    string
	Secret string
	Events []string // those that are sent; empty for all
}

// Sender sends news to targets. Set it up with New; it is a lifecycle.Service.
type Sender struct {
	targets []Target
	client  *http.Client
	log     zerolog.Logger
	now     func() time.Time
	waits   []time.Duration // before each new try
	queue   chan message
	cancel  context.CancelFunc
	ended   chan struct{}
}

type message struct {
	event string
	body  []byte
}

// pending is how many messages wait at most; more are dropped, and logged.
const pending = 1000

// New makes a sender. client may be nil.
func New(targets []Target, client *http.Client, log zerolog.Logger) *Sender {
	return &Sender{targets: targets, client: Direct(client), log: log, now: time.Now, queue: make(chan message, pending),
		waits: []time.Duration{time.Second, 5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute}}
}

// Send queues news, as JSON, and returns at once.
func (s *Sender) Send(event string, news any) {
	if len(s.targets) == 0 {
		return
	}
	body, err := json.Marshal(news)
	if err != nil {
		s.log.Error().Err(err).Str("event", event).Msg("a webhook's message cannot be written")
		return
	}
	select {
	case s.queue <- message{event, body}:
	default:
		s.log.Error().Str("event", event).Msg("too many webhook messages wait; this one is not sent")
	}
}

// Start begins to send.
func (s *Sender) Start(ctx context.Context) error {
	ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	s.ended = make(chan struct{})
	go func() {
		defer close(s.ended)
		for {
			select {
			case <-ctx.Done():
				return
			case m := <-s.queue:
				for _, t := range s.targets {
					if len(t.Events) == 0 || slices.Contains(t.Events, m.event) {
						s.deliver(ctx, t, m)
					}
				}
			}
		}
	}()
	return nil
}

// Stop ends sending; what was not sent is told to the log.
func (s *Sender) Stop(ctx context.Context) error {
	if s.cancel == nil {
		return nil
	}
	s.cancel()
	select {
	case <-s.ended:
	case <-ctx.Done():
		return fmt.Errorf("stop the webhooks: %w", ctx.Err())
	}
	if n := len(s.queue); n > 0 {
		s.log.Warn().Int("messages", n).Msg("webhook messages were not sent before the service stopped")
	}
	return nil
}

// deliver tries until it is taken, refused for good, or out of tries.
func (s *Sender) deliver(ctx context.Context, t Target, m message) {
	log := s.log.With().Str("event", m.event).Str("host", hostOf(t.URL)).Logger()
	for try := 0; ; try++ {
		again, err := s.post(ctx, t, m)
		if err == nil {
			log.Debug().Msg("webhook message sent")
			return
		}
		if !again || try >= len(s.waits) {
			log.Error().Err(err).Int("tries", try+1).Msg("a webhook message could not be delivered")
			return
		}
		select {
		case <-ctx.Done():
			log.Warn().Err(err).Msg("a webhook message was not delivered before the service stopped")
			return
		case <-time.After(s.waits[try]):
		}
	}
}

// post sends once; again tells whether another try may help.
func (s *Sender) post(ctx context.Context, t Target, m message) (again bool, err error) {
	_, again, err = Post(ctx, s.client, t, Message{Event: m.event, Body: m.body}, s.now())
	return again, err
}

// Message is what is sent to a target: JSON.
type Message struct {
	Event string
	// ID, where it is given, is the same however often the message is sent: the
	// receiver knows by it what he has already (header Idempotency-Key).
	ID   string
	Body []byte
}

// maxAnswer is how much of an answer is read, in bytes.
const maxAnswer = 64 << 10

// Post sends a message once, signed at a time, and gives the body of the answer.
// again tells whether another try may help. client must not follow redirects:
// see Direct.
func Post(ctx context.Context, client *http.Client, t Target, m Message, at time.Time) (body []byte, again bool, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.URL, bytes.NewReader(m.Body))
	if err != nil {
		return nil, false, errors.New("the address cannot be read")
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "vantelle")
	r.Header.Set("Vantelle-Event", m.Event)
	if m.ID != "" {
		r.Header.Set("Idempotency-Key", m.ID)
	}
	if t.Secret != "" {
		r.Header.Set(SignatureHeader, Sign(t.Secret, at, m.Body))
	}
	answer, err := client.Do(r)
	if err != nil {
		var of *url.Error // its text holds the address, which may hold a secret
		if errors.As(err, &of) {
			err = of.Err
		}
		return nil, true, err
	}
	body, readErr := io.ReadAll(io.LimitReader(answer.Body, maxAnswer)) // to its end, so that the connection can be used again
	_ = answer.Body.Close()
	if answer.StatusCode/100 == 2 {
		if readErr != nil {
			return nil, true, errors.New("the answer was cut off")
		}
		return body, false, nil
	}
	busy := answer.StatusCode == http.StatusTooManyRequests || answer.StatusCode == http.StatusRequestTimeout
	return nil, busy || answer.StatusCode >= 500, fmt.Errorf("the answer is %s", answer.Status)
}

// Direct gives a client that follows no redirect: news goes where the
// configuration says, and nowhere else. client may be nil.
func Direct(client *http.Client) *http.Client {
	if client == nil {
		client = &http.Client{Timeout: 10 * time.Second}
	}
	direct := *client
	direct.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &direct
}

// Sign gives the signature of a body at a time.
func Sign(secret string, at time.Time, body []byte) string {
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write([]byte(stamp + ".")) // a hash never fails
	_, _ = mac.Write(body)
	return "t=" + stamp + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
