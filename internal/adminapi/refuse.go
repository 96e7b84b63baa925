package adminapi

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/internal/access"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/httpjson"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/profiles"
	"github.com/vantelle/vantelle/sync/syncrun"
)

// maxBody is the largest body that a call takes, in bytes.
const maxBody = 256 << 10

// problemOf gives an error of the rooms below its place in the table of codes.
// What is not listed is internal: its text goes to the log alone.
func problemOf(err error) error {
	var (
		problem *httpjson.Problem
		field   *access.FieldError
		state   *access.StateError
		refused *refusal.Error
	)
	if p := ruleProblem(err); p != nil {
		return p
	}
	switch {
	case errors.As(err, &problem):
		return problem
	case errors.Is(err, identity.ErrUnauthorized), errors.Is(err, access.ErrNobody):
		return &httpjson.Problem{Code: httpjson.Unauthorized, Detail: identity.ErrUnauthorized.Error(), Cause: err}
	case errors.Is(err, identity.ErrNoSuchDossier):
		return &httpjson.Problem{Code: httpjson.NoSuchDossier, Cause: err}
	case errors.As(err, &field):
		return &httpjson.Problem{Code: httpjson.BadRequest, Detail: field.Error(), Members: map[string]any{"field": field.Field}, Cause: err}
	case errors.As(err, &state):
		return &httpjson.Problem{Code: httpjson.Conflict, Detail: state.Error(), Members: map[string]any{"state": state.State}, Cause: err}
	case errors.Is(err, syncrun.ErrBusy):
		return &httpjson.Problem{Code: httpjson.Conflict, Detail: syncrun.ErrBusy.Error(), Cause: err}
	case errors.Is(err, syncrun.ErrNotRunning):
		return &httpjson.Problem{Code: httpjson.Conflict, Detail: syncrun.ErrNotRunning.Error(), Cause: err}
	case errors.Is(err, syncrun.ErrStopped):
		return &httpjson.Problem{Code: httpjson.Conflict, Detail: "the service is stopping: ask again once it has started", Cause: err}
	case errors.Is(err, directory.ErrNoLeader):
		return &httpjson.Problem{Code: httpjson.Conflict, Detail: directory.ErrNoLeader.Error(), Cause: err}
	case errors.Is(err, directory.ErrUnavailable):
		return &httpjson.Problem{Code: httpjson.DirectoryUnavailable, Detail: directory.ErrUnavailable.Error() +
			": where something was to be changed, look whether it was, and ask again", RetryAfter: retryDirectory, Cause: err}
	case errors.Is(err, directory.ErrConflict):
		return &httpjson.Problem{Code: httpjson.PreconditionFailed,
			Detail: "somebody changed it in the meantime: read it again, and send its ETag as If-Match", Cause: err}
	case errors.As(err, &refused):
		return refusalProblem(refused)
	}
	return err
}

// retryDirectory is when to ask again where the directory was away: its server
// restarts, or its connections moved.
const retryDirectory = 2 * time.Second

// refusalProblem tells an administrator what the gate told the requester; the
// cause stays in the log.
func refusalProblem(refused *refusal.Error) *httpjson.Problem {
	p := &httpjson.Problem{Code: httpjson.Code(refused.Code), Detail: refused.Detail, Cause: refused.Cause}
	if refused.Pos != sqlast.NoPos {
		p.Members = map[string]any{"position": refused.Pos}
	}
	return p
}

// findingsProblem says why something does not take effect, finding by finding.
func findingsProblem(findings []profiles.Finding, cause error) error {
	detail := "nothing was changed"
	for _, f := range findings {
		if f.Severity == profiles.Error {
			detail = f.String()
			break
		}
	}
	return &httpjson.Problem{Code: httpjson.RuleRefused, Detail: detail, Members: map[string]any{"findings": findings}, Cause: cause}
}

func conflict(detail string, cause error) error {
	return &httpjson.Problem{Code: httpjson.Conflict, Detail: detail, Cause: cause}
}

func refuse(w http.ResponseWriter, r *http.Request, err error) {
	httpjson.WriteProblem(w, r, problemOf(err))
}

func badRequest(format string, args ...any) error {
	return httpjson.Errorf(httpjson.BadRequest, format, args...)
}

func notFound(detail string) error { return httpjson.Errorf(httpjson.NotFound, "%s", detail) }

func stale(detail string) error { return httpjson.Errorf(httpjson.PreconditionFailed, "%s", detail) }

func preconditionRequired(detail string) error {
	return httpjson.Errorf(httpjson.PreconditionRequired, "%s", detail)
}

// missing words the absence of a record; other errors pass as they are.
func missing(err error, detail string) error {
	if errors.Is(err, directory.ErrNotFound) {
		return &httpjson.Problem{Code: httpjson.NotFound, Detail: detail, Cause: err}
	}
	return err
}

// readBody reads the body strictly into a T.
func readBody[T any](w http.ResponseWriter, r *http.Request) (T, error) {
	return httpjson.Decode[T](w, r, maxBody)
}

// readOptionalBody is readBody, and the zero T for a request without a body.
func readOptionalBody[T any](w http.ResponseWriter, r *http.Request) (T, error) {
	var none T
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return none, httpjson.ProblemOf(r, err)
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return none, nil
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return readBody[T](w, r)
}

// reply answers with a value as JSON; it returns nil, as a handler that has answered.
func reply(w http.ResponseWriter, r *http.Request, status int, v any) error {
	httpjson.Write(w, r, status, v)
	return nil
}

// elsewhere answers a path that leads nowhere; which ones exist is told to
// administrators only.
func elsewhere(w http.ResponseWriter, r *http.Request) {
	httpjson.WriteProblem(w, r, httpjson.Errorf(httpjson.NotFound, "there is nothing at this path: the API is under /admin/v1/"))
}
