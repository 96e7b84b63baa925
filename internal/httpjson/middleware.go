package httpjson

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/rs/zerolog"
)

// RequestIDHeader carries a request's id, in both directions.
const RequestIDHeader = "X-Request-Id"

// Middleware is what stands before every handler of a front.
type Middleware struct {
	Log   zerolog.Logger
	Front string           // named in the log: "portal" or "admin"
	Now   func() time.Time // time.Now where nil
	NewID func() string    // random where nil
}

// Wrap gives next a request id and a logger that carries it, writes one line
// to the access log for each request, and turns a panic into an internal
// problem. The line names method and path, status, bytes and duration, and
// nothing of the query, the headers or the bodies.
func (m Middleware) Wrap(next http.Handler) http.Handler {
	now, newID := m.Now, m.NewID
	if now == nil {
		now = time.Now
	}
	if newID == nil {
		newID = rand.Text
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := now()
		id := r.Header.Get(RequestIDHeader)
		if !saneID(id) {
			id = newID()
		}
		log := m.Log.With().Str("request_id", id).Logger()
		ctx := context.WithValue(log.WithContext(r.Context()), requestIDKey{}, id)
		r = r.WithContext(ctx)
		rec := &recorder{ResponseWriter: w}
		rec.Header().Set(RequestIDHeader, id)
		defer func() {
			log.Info().Str("front", m.Front).Str("method", r.Method).Str("path", r.URL.Path).
				Int("status", rec.status()).Int64("bytes", rec.bytes).
				Dur("duration_ms", now().Sub(begun)).Msg("request")
		}()
		defer recoverTo(rec, r)
		next.ServeHTTP(rec, r)
	})
}

// recoverTo answers a request whose handler panicked. Where the answer has
// begun it is cut off, so that nobody takes it for a whole one.
func recoverTo(rec *recorder, r *http.Request) {
	cause := recover()
	if cause == nil {
		return
	}
	if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(http.ErrAbortHandler)
	}
	zerolog.Ctx(r.Context()).Error().Bytes("stack", debug.Stack()).Str("panic", panicText(cause)).Msg("a handler panicked")
	if rec.code != 0 {
		panic(http.ErrAbortHandler)
	}
	WriteProblem(rec, r, errPanicked)
}

// panicText says what Go itself complained of; of any other value only the
// type, for it may hold a customer's data.
func panicText(cause any) string {
	if err, ok := cause.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("%T", cause)
}

var errPanicked = errors.New("the handler panicked")

type requestIDKey struct{}

// RequestID is the id that Wrap gave the request, empty without it.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// saneID tells whether an id from outside may stand in headers and logs.
func saneID(id string) bool {
	if len(id) < 8 || len(id) > 64 {
		return false
	}
	for _, c := range []byte(id) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return true
}

// recorder notes what was answered.
type recorder struct {
	http.ResponseWriter
	code  int // 0 while nothing is written
	bytes int64
}

func (rec *recorder) WriteHeader(code int) {
	if rec.code == 0 && code >= http.StatusOK { // 1xx may come before
		rec.code = code
	}
	rec.ResponseWriter.WriteHeader(code)
}

func (rec *recorder) Write(p []byte) (int, error) {
	if rec.code == 0 {
		rec.code = http.StatusOK
	}
	n, err := rec.ResponseWriter.Write(p)
	rec.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach flushing and deadlines.
func (rec *recorder) Unwrap() http.ResponseWriter { return rec.ResponseWriter }

// status is what net/http sends for a handler that wrote nothing.
func (rec *recorder) status() int {
	if rec.code == 0 {
		return http.StatusOK
	}
	return rec.code
}
