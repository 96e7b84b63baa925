// Package httpjson is how Vantelle's HTTP fronts read and write JSON: strict
// bodies, RFC 9457 problem documents with stable codes, request ids, the
// access log and the recovery from panics.
//
// It must never put the text of an unforeseen error into an answer, and never
// put a header, a query string or a body into the log.
//
// Read next: codes.go (the one table from codes to statuses), problem.go,
// decode.go, middleware.go.
package httpjson

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
)

// Handle makes a handler of a function: it decodes the body (see Decode),
// calls do, and writes the result as JSON with status 200, or its error as a
// problem document. Who asks is do's to find out, from the request.
func Handle[In, Out any](limit int64, do func(r *http.Request, in In) (Out, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		in, err := Decode[In](w, r, limit)
		if err != nil {
			WriteProblem(w, r, err)
			return
		}
		out, err := do(r, in)
		if err != nil {
			WriteProblem(w, r, err)
			return
		}
		Write(w, r, http.StatusOK, out)
	})
}

// HandleGet is Handle for requests without a body.
func HandleGet[Out any](do func(r *http.Request) (Out, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out, err := do(r)
		if err != nil {
			WriteProblem(w, r, err)
			return
		}
		Write(w, r, http.StatusOK, out)
	})
}

// Write answers with a value as JSON that is never cached. A value that is no
// JSON becomes an internal problem; nothing of it is sent.
func Write(w http.ResponseWriter, r *http.Request, status int, value any) {
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		WriteProblem(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(body.Len()))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body.Bytes()) // who has gone cannot be told
	}
}
