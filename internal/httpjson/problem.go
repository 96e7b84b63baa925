package httpjson

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/rs/zerolog"
)

// Problem is an error that a caller may read. Any other error is internal to
// him. It may be wrapped; the outermost Problem counts.
type Problem struct {
	Code       Code
	Detail     string         // for the caller: what is wrong and what to do; no value that is not his own
	Members    map[string]any // extension members, such as "position"; never named like a standard one
	RetryAfter time.Duration  // sent as Retry-After in whole seconds, rounded up; 0 sends none
	Cause      error          // for the log alone
}

// Errorf makes a Problem with a detail for the caller. It is not for wrapping:
// the text of an error from elsewhere may tell what the caller must not know.
func Errorf(code Code, format string, args ...any) *Problem {
	return &Problem{Code: code, Detail: fmt.Sprintf(format, args...)}
}

// Error gives code and detail, and the cause: it is for logs.
func (p *Problem) Error() string {
	s := string(p.Code)
	if p.Detail != "" {
		s += ": " + p.Detail
	}
	if p.Cause != nil {
		s += ": " + p.Cause.Error()
	}
	return s
}

// Unwrap gives the cause.
func (p *Problem) Unwrap() error { return p.Cause }

// ProblemOf gives the Problem that an error is for the caller of r: the one in
// it; Cancelled where the caller has gone; BodyTooLarge where reading his body
// was cut off; else Internal, with the error as its cause.
func ProblemOf(r *http.Request, err error) *Problem {
	var p *Problem
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &tooLarge):
		return &Problem{Code: BodyTooLarge, Detail: "at most " + strconv.FormatInt(tooLarge.Limit, 10) + " bytes are accepted", Cause: err}
	case errors.Is(r.Context().Err(), context.Canceled):
		return &Problem{Code: Cancelled, Cause: err}
	}
	return &Problem{Code: Internal, Cause: err}
}

// WriteProblem answers r with an error as an RFC 9457 problem document and
// logs its cause, with the logger in r's context, where there is one. The
// caller of an error that is no Problem learns the request's id and no more.
// It must be called before anything of the answer is written.
func WriteProblem(w http.ResponseWriter, r *http.Request, err error) {
	p := ProblemOf(r, err)
	code, m := meaningOf(p.Code)
	logProblem(r, code, m.status, p)

	body, marshalErr := json.Marshal(document(r, code, m, p))
	if marshalErr != nil { // a member that is no JSON
		zerolog.Ctx(r.Context()).Error().Err(marshalErr).Str("code", string(code)).Msg("a problem's members cannot be written")
		body, _ = json.Marshal(document(r, code, m, &Problem{Detail: p.Detail}))
	}
	h := w.Header()
	h.Del("Content-Length") // of the answer that this one replaces
	h.Del("Content-Encoding")
	h.Del("ETag")
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if !strings.Contains(strings.Join(h.Values("Vary"), ","), "Accept-Language") {
		h.Add("Vary", "Accept-Language")
	}
	if p.RetryAfter > 0 {
		h.Set("Retry-After", strconv.FormatInt(int64((p.RetryAfter+time.Second-1)/time.Second), 10))
	}
	if code == Unauthorized && h.Get("WWW-Authenticate") == "" {
		h.Set("WWW-Authenticate", "Bearer")
	}
	w.WriteHeader(m.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // who has gone cannot be told
	}
}

// Title is the short text for a code, in French where r prefers it to English.
func Title(r *http.Request, code Code) string {
	_, m := meaningOf(code)
	if PrefersFrench(r.Header.Get("Accept-Language")) {
		return m.fr
	}
	return m.en
}

// document is the problem's JSON form. The standard members win over members
// of the same name.
func document(r *http.Request, code Code, m meaning, p *Problem) map[string]any {
	doc := make(map[string]any, len(p.Members)+6)
	for k, v := range p.Members {
		doc[k] = v
	}
	doc["type"] = "urn:vantelle:problem:" + string(code)
	doc["title"] = Title(r, code)
	doc["status"] = m.status
	doc["code"] = code
	delete(doc, "detail")
	if p.Detail != "" && code != Internal {
		doc["detail"] = p.Detail
	}
	delete(doc, "request_id")
	if id := RequestID(r.Context()); id != "" {
		doc["request_id"] = id
	}
	return doc
}

func logProblem(r *http.Request, code Code, status int, p *Problem) {
	log := zerolog.Ctx(r.Context())
	level := zerolog.DebugLevel
	switch {
	case code == Internal || code == AuditUnavailable:
		level = zerolog.ErrorLevel
	case status >= http.StatusInternalServerError:
		level = zerolog.WarnLevel
	}
	log.WithLevel(level).Err(p.Cause).Str("code", string(code)).Str("detail", p.Detail).Msg("request refused")
}

// PrefersFrench tells whether an Accept-Language header puts French before
// English. English is the default.
func PrefersFrench(header string) bool {
	quality := func(language string) float64 {
		best := 0.0
		for item := range strings.SplitSeq(header, ",") {
			tag, params, _ := strings.Cut(strings.TrimSpace(item), ";")
			primary, _, _ := strings.Cut(tag, "-")
			if !strings.EqualFold(strings.TrimSpace(primary), language) {
				continue
			}
			q := 1.0
			if value, ok := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q="); ok {
				q, _ = strconv.ParseFloat(value, 64)
			}
			best = max(best, q)
		}
		return best
	}
	french, english := quality("fr"), quality("en")
	if french == english && french > 0 {
		header = strings.ToLower(header)
		return strings.Index(header, "fr") < strings.Index(header, "en")
	}
	return french > english
}
