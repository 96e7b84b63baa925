package portal

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/httpjson"
	"github.com/vantelle/vantelle/internal/identity"
)

// problem says what an error is for the client. Only refusals, the errors of
// identity and our own problems have something to say; of any other he learns
// the request's id and no more.
func (v *visit) problem(err error) *httpjson.Problem {
	if named := v.ending(err); named != nil {
		return named
	}
	var own *httpjson.Problem
	var refused *refusal.Error
	var header *identity.HeaderError
	var conventional *postgrestError
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &refused):
		p := &httpjson.Problem{Code: httpjson.Code(refused.Code), Detail: refused.Detail, Cause: operatorError(err)}
		if refused.Code == refusal.Unavailable {
			p.RetryAfter = retryUnavailable
		}
		if refused.Pos >= 0 && v.sql != "" {
			p.Members = place(v.sql, int(refused.Pos))
		}
		p.Members = written(p.Members, refused)
		return p
	case errors.Is(err, directory.ErrUnavailable):
		return &httpjson.Problem{Code: httpjson.DirectoryUnavailable, Detail: "who may enter cannot be looked up at the moment: ask again",
			RetryAfter: retryUnavailable, Cause: err}
	case errors.As(err, &conventional):
		return &httpjson.Problem{Code: httpjson.Code(conventional.code), Detail: conventional.message}
	case errors.Is(err, identity.ErrUnauthorized):
		return httpjson.Errorf(httpjson.Unauthorized, "%s", identity.ErrUnauthorized)
	case errors.Is(err, identity.ErrNoSuchDossier):
		return httpjson.Errorf(httpjson.NoSuchDossier, "%s", identity.ErrNoSuchDossier)
	case errors.Is(err, identity.ErrAmbiguous):
		return httpjson.Errorf(httpjson.AmbiguousCustomer, "%s", identity.ErrAmbiguous)
	case errors.Is(err, identity.ErrNoAccess):
		return httpjson.Errorf(httpjson.NoAccess, "%s", identity.ErrNoAccess)
	case errors.As(err, &header):
		return httpjson.Errorf(httpjson.BadRequest, "%s", header)
	}
	return httpjson.ProblemOf(v.r, err)
}

// retryUnavailable is when to try again where an ERP, or the directory, cannot be
// reached.
const retryUnavailable = 2 * time.Second

// ending names the end of our time limit and the client's going away, which
// reach us as whatever the layers below made of them; nil for neither.
func (v *visit) ending(err error) *httpjson.Problem {
	var gone *goneError
	var refused *refusal.Error
	var own *httpjson.Problem
	switch {
	case errors.Is(err, errBodyLate): // which net/http takes for the client's going away
		return errBodyLate
	case v.client.Err() != nil || errors.As(err, &gone):
		return &httpjson.Problem{Code: httpjson.Cancelled, Detail: "the client gave the request up", Cause: err}
	case errors.As(err, &refused) && refused.Code != refusal.Cancelled, errors.As(err, &own):
		return nil
	case errors.Is(v.r.Context().Err(), context.DeadlineExceeded):
		return &httpjson.Problem{Code: httpjson.ERPTimeout, Detail: "the answer took too long: ask for less, or narrow the conditions", Cause: err}
	}
	return nil
}

// operatorError is an error with the cause that a refusal keeps to itself.
func operatorError(err error) error {
	var refused *refusal.Error
	if errors.As(err, &refused) && refused.Cause != nil {
		return refused.Cause
	}
	return err
}

// written adds which row and which column of a write a refusal is about.
func written(members map[string]any, refused *refusal.Error) map[string]any {
	if members == nil && (refused.Row > 0 || refused.Column != "") {
		members = map[string]any{}
	}
	if refused.Row > 0 {
		members["row"] = refused.Row
	}
	if refused.Column != "" {
		members["column_name"] = refused.Column
	}
	return members
}

// place says where in text a byte offset is: position counts characters,
// column those of its line, all from 1.
func place(text string, offset int) map[string]any {
	before := strings.ToValidUTF8(text[:min(offset, len(text))], "\uFFFD")
	line := before[strings.LastIndexByte(before, '\n')+1:]
	return map[string]any{
		"position": utf8.RuneCountInString(before) + 1,
		"line":     strings.Count(before, "\n") + 1,
		"column":   utf8.RuneCountInString(line) + 1,
	}
}

// refuse answers with a problem. Under /rows it also carries the members that
// PostgREST's clients read.
func (v *visit) refuse(err error, p *httpjson.Problem) {
	h := v.w.Header()
	for _, name := range []string{"Content-Range", "Preference-Applied", "Range-Unit"} {
		if p.Code != codeRange {
			h.Del(name)
		}
	}
	var conventional *postgrestError
	if errors.As(err, &conventional) {
		conventional.write(v)
		return
	}
	if v.call == callRows {
		p = v.withPostgREST(p)
	}
	httpjson.WriteProblem(v.w, v.r, p)
}

// withPostgREST gives p's twin with PostgREST's message, details and hint; its
// code is the problem's own.
func (v *visit) withPostgREST(p *httpjson.Problem) *httpjson.Problem {
	twin := *p
	twin.Members = map[string]any{"message": p.Detail, "details": nil, "hint": nil}
	if p.Detail == "" || isInternal(p.Code) {
		twin.Members["message"] = httpjson.Title(v.r, p.Code)
	}
	for name, member := range p.Members {
		twin.Members[name] = member
	}
	return &twin
}

// isInternal tells whether a problem's detail is for the operator alone. A
// code that httpjson does not know is.
func isInternal(c httpjson.Code) bool {
	return httpjson.Status(c) == http.StatusInternalServerError
}

// The codes of PostgREST that its clients branch on. They stand where ours
// would, under /rows only.
const (
	codeSingular = "PGRST116"
	codeRange    = "PGRST103"
)

// postgrestError is one of the two refusals that must look like PostgREST's.
type postgrestError struct {
	status           int
	code             string
	title            string
	message, details string
	hint             string // null where it is empty
}

func (e *postgrestError) Error() string { return e.code + ": " + e.message + ": " + e.details }

// write answers with e as a problem document.
func (e *postgrestError) write(v *visit) {
	var hint any
	if e.hint != "" {
		hint = e.hint
	}
	body, _ := json.Marshal(map[string]any{ // texts and a number: it cannot fail
		"type": "urn:vantelle:problem:" + e.code, "title": e.title, "status": e.status, "code": e.code,
		"detail": e.message + ": " + e.details, "request_id": v.id(),
		"message": e.message, "details": e.details, "hint": hint,
	})
	h := v.w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	v.w.WriteHeader(e.status)
	if v.r.Method != http.MethodHead {
		_, _ = v.w.Write(body) // who has gone cannot be told
	}
}

// line is a problem as the last line of NDJSON carries it.
func (v *visit) line(p *httpjson.Problem) []byte {
	doc := map[string]any{"status": httpjson.Status(p.Code), "code": p.Code, "request_id": v.id()}
	if p.Detail != "" && !isInternal(p.Code) {
		doc["detail"] = p.Detail
	}
	body, _ := json.Marshal(doc) // texts and a number: it cannot fail
	return body
}

// notAcceptable refuses an Accept header, and says what there is.
func notAcceptable(m media) error {
	return httpjson.Errorf(httpjson.NotAcceptable, "this call answers with %s", strings.Join(m, ", "))
}
