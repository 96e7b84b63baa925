package portal

import (
	"errors"
	"net/http"
	"time"
)

// patientWriter gives the client so long for each piece that it is sent, and then
// ends the connection: who does not read must not hold what others wait for. It
// writes for one request, and everything that answers one goes through it.
type patientWriter struct {
	http.ResponseWriter
	control  *http.ResponseController
	patience time.Duration
	end      time.Time // when the last piece must have left; zero for no such time

	code int   // the status; 0 while there is none
	sent int64 // bytes of the body
	err  error // why no more could be written
}

func newPatientWriter(w http.ResponseWriter, patience time.Duration) *patientWriter {
	return &patientWriter{ResponseWriter: w, control: http.NewResponseController(w), patience: patience}
}

// WriteHeader implements http.ResponseWriter.
func (w *patientWriter) WriteHeader(code int) {
	w.code = code
	w.ResponseWriter.WriteHeader(code)
}

// Write implements http.ResponseWriter; b is one piece.
func (w *patientWriter) Write(b []byte) (int, error) {
	then := time.Now().Add(w.patience)
	if !w.end.IsZero() && w.end.Before(then) {
		then = w.end
	}
	if err := w.control.SetWriteDeadline(then); err != nil && !errors.Is(err, http.ErrNotSupported) {
		w.err = err
		return 0, err
	}
	if w.code == 0 {
		w.code = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.sent += int64(n)
	if err != nil {
		w.err = err
	}
	return n, err
}

// Unwrap lets http.ResponseController reach flushing and deadlines.
func (w *patientWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// readUntil says until when the request may be read; with the zero time for ever.
func (w *patientWriter) readUntil(t time.Time) error {
	if err := w.control.SetReadDeadline(t); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return &goneError{err}
	}
	return nil
}

// write sends a body that is whole. It keeps its place until its last piece has
// left: all but the first must have by the end of the request's time.
func (v *visit) write(body []byte) error {
	for len(body) > 0 {
		piece := body[:min(len(body), flushAt)]
		if _, err := v.w.Write(piece); err != nil {
			return &cutError{&goneError{err}}
		}
		body = body[len(piece):]
		v.w.end, _ = v.r.Context().Deadline()
	}
	return nil
}
