package portal

import (
	"context"
	"errors"
	"net/http"
	"os"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/httpjson"
	"github.com/vantelle/vantelle/internal/identity"
)

// visit is one request on its way through the front.
type visit struct {
	w      *patientWriter
	r      *http.Request   // its context ends with the time limit
	body   []byte          // of the request, read to its end
	client context.Context // ends when the client goes away
	call   string
	who    identity.Caller
	place  *taken // his among those who are asked for at once
	sql    string // the portal's SQL, once it has been read; places in it are counted
}

// id is the request's, which its answer, the log and the audit carry.
func (v *visit) id() string { return httpjson.RequestID(v.r.Context()) }

// language is the one of labels that the visitor prefers.
func (v *visit) language() view.Language {
	if httpjson.PrefersFrench(v.r.Header.Get("Accept-Language")) {
		return view.French
	}
	return view.English
}

// handler answers a visit, or returns why it cannot. An error after bytes have
// left is a cutError or a toldError.
type handler func(v *visit) error

// cutError says that an answer failed after some of it had been sent.
type cutError struct{ cause error }

func (e *cutError) Error() string { return "answer cut off: " + e.cause.Error() }
func (e *cutError) Unwrap() error { return e.cause }

// toldError says the same where the answer itself has told the client.
type toldError struct{ cause error }

func (e *toldError) Error() string { return "answer ended early: " + e.cause.Error() }
func (e *toldError) Unwrap() error { return e.cause }

// goneError says that the client could not be written to.
type goneError struct{ cause error }

func (e *goneError) Error() string { return "write answer: " + e.cause.Error() }
func (e *goneError) Unwrap() error { return e.cause }

// call is what every call has in common: the caller, the time limit, and what
// becomes of an error.
func (p *portal) call(name string, h handler) http.Handler {
	return p.front(name, func(v *visit) error {
		var err error
		if v.who, err = p.identify(v.r); err != nil {
			return err
		}
		if v.place, err = p.admission.enter(v.r.Context(), v.who, func() error { return p.readBody(v) }); err != nil {
			return err
		}
		defer v.place.leave()
		return h(v)
	})
}

// readBody reads the request's body, which has the request's time to come.
func (p *portal) readBody(v *visit) error {
	limit := p.Limits.Body
	if writes := v.r.Method == http.MethodPost || v.r.Method == http.MethodPatch; writes && v.call == callRows {
		limit = p.Limits.RowsBody
	}
	until, _ := v.r.Context().Deadline()
	if err := v.w.readUntil(until); err != nil {
		return err
	}
	var err error
	if v.body, err = httpjson.ReadBody(v.w, v.r, limit); errors.Is(err, os.ErrDeadlineExceeded) {
		return errBodyLate
	} else if err != nil {
		return err
	}
	// Nothing is read any more. The server only watches for the client's going
	// away, and would take the end of this time for it.
	return v.w.readUntil(time.Time{})
}

// errBodyLate says that a request's body was not there in the request's time.
var errBodyLate = &httpjson.Problem{Code: httpjson.BadRequest, Detail: "the body took too long to come"}

// decode reads the body of a visit as JSON; see httpjson.Decode.
func decode[T any](v *visit, limit int64) (T, error) {
	if int64(len(v.body)) > limit {
		var zero T
		return zero, httpjson.ProblemOf(v.r, &http.MaxBytesError{Limit: limit})
	}
	return httpjson.DecodeBytes[T](v.r, v.body)
}

// front wraps h with what holds for known and unknown callers alike.
func (p *portal) front(name string, h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setHeaders(w.Header())
		ctx, cancel := context.WithTimeout(r.Context(), p.Limits.Time)
		defer cancel()
		v := &visit{w: newPatientWriter(w, p.Limits.Patience), r: r.WithContext(ctx), client: r.Context(), call: name}
		begun, outcome := time.Now(), httpjson.Internal // that of a panic
		defer func() { p.measure(v, string(outcome), time.Since(begun)) }()

		err := h(v)
		if err == nil {
			outcome = "ok"
			return
		}
		problem := v.problem(err)
		outcome = problem.Code
		var cut *cutError
		var told *toldError
		switch {
		case errors.As(err, &cut):
			v.logCut(err)
			panic(http.ErrAbortHandler) // the connection breaks: nobody takes the answer for whole
		case errors.As(err, &told):
			v.logCut(err)
		default:
			v.refuse(err, problem)
		}
	})
}

// measure counts an answered request.
func (p *portal) measure(v *visit, outcome string, took time.Duration) {
	if p.Metrics != nil {
		p.Metrics.Request(v.call, v.who.Dossier, outcome, took)
	}
}

// logCut tells the operator why an answer ended before its last row.
func (v *visit) logCut(err error) {
	log := zerolog.Ctx(v.client)
	level := zerolog.WarnLevel
	if v.client.Err() != nil {
		level = zerolog.DebugLevel // clients may hang up as they like
	}
	log.WithLevel(level).Err(operatorError(err)).Str("call", v.call).Msg("answer not finished")
}

// setHeaders sets what every answer of the front carries.
func setHeaders(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Authorization, Vantelle-Customer, Vantelle-Contact, Accept, Accept-Language")
	h.Set("X-Content-Type-Options", "nosniff")
}

// identify finds out who is asking.
func (p *portal) identify(r *http.Request) (identity.Caller, error) {
	given := func(name string) string { return r.Header.Get(name) }
	for _, name := range []string{"Authorization", identity.HeaderCustomer, identity.HeaderContact, identity.HeaderActor} {
		if len(r.Header.Values(name)) > 1 {
			return identity.Caller{}, &identity.HeaderError{Header: name, Problem: "is given more than once: give it once"}
		}
	}
	who, err := p.Identify.Backend(r.Context(), r.PathValue("dossier"), identity.BearerToken(given("Authorization")),
		given(identity.HeaderCustomer), given(identity.HeaderContact), given(identity.HeaderActor))
	if err != nil {
		return identity.Caller{}, err
	}
	if given(identity.HeaderActor) == "" && p.RequireActor(who.Dossier) {
		return identity.Caller{}, &identity.HeaderError{Header: identity.HeaderActor,
			Problem: "is missing: this dossier wants to know who at the customer's is asking"}
	}
	return who, nil
}

// still asks again whether the visitor may enter, for streams that outlive a
// change of his access.
func (p *portal) still(v *visit) func(context.Context) error {
	return func(context.Context) error {
		_, err := p.identify(v.r)
		return err
	}
}

// onlyMethods answers a method that a path does not have.
func (p *portal) onlyMethods(name, allowed string) http.Handler {
	return p.front(name, func(v *visit) error {
		v.w.Header().Set("Allow", allowed)
		return httpjson.Errorf(httpjson.MethodNotAllowed, "this path is asked with %s", allowed)
	})
}

// noSuchCall answers a path that leads nowhere.
func (p *portal) noSuchCall() http.Handler {
	return p.front(callNone, func(*visit) error {
		return httpjson.Errorf(httpjson.NotFound,
			"there is nothing at this path: under /v1/dossiers/{dossier} there are /catalog, /files/{resource}/{key}, /me/dashboard, /openapi.json, /requests, /rows/{table} and /sql")
	})
}
