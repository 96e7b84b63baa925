package portal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/httpjson"
	"github.com/vantelle/vantelle/internal/outbox"
	"github.com/vantelle/vantelle/profiles"
)

// headerKey is the portal's own name for a request, so that it may send it again.
const headerKey = "Idempotency-Key"

// maxRequestKey is how many characters it has at most.
const maxRequestKey = 200

// requestColumns are the columns of the resource requests, in their order.
var requestColumns = []string{"id", "kind", "state", "fields", "lines", "reason", "number", "received_at", "changed_at"}

// isRequests tells whether a table's name means the outbox: where the profile
// has kinds of request, no table and no resource is called so.
func (p *portal) isRequests(v *visit, table string) (bool, error) {
	if p.Outbox == nil || !strings.EqualFold(table, profiles.RequestsName) {
		return false, nil
	}
	world, err := p.Gate.View(v.r.Context(), v.who)
	if err != nil {
		return false, err
	}
	return len(world.Profile.Requests) > 0, nil
}

// sendRequest takes a request in. Under /rows it is asked back as PostgREST's
// clients do; elsewhere it always comes back.
func (p *portal) sendRequest(v *visit) error {
	if p.Outbox == nil {
		return noRequests()
	}
	form, ok := requestMedia().choose(v.r.Header.Values("Accept"))
	if !ok {
		return notAcceptable(requestMedia())
	}
	underRows := v.call == callRows
	params, err := splitQuery(v.r.URL.RawQuery)
	if err != nil {
		return err
	}
	columns := requestColumns
	for _, q := range params {
		switch {
		case underRows && q.key == "select":
			if columns, err = selected(q.value); err != nil {
				return err
			}
		case underRows && q.key == "columns": // the keys of the body, which it has itself
		default:
			return refusal.New(refusal.Unsupported, "%s means nothing where a request is sent", shorten(q.key))
		}
	}
	prefer := parseWritePrefer(v.r.Header)
	if prefer.upsert {
		return refusal.New(refusal.Unsupported, "a request is not changed: send another one")
	}
	key := v.r.Header.Get(headerKey)
	if len(v.r.Header.Values(headerKey)) > 1 || len(key) > maxRequestKey || strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r > '~' }) {
		return httpjson.Errorf(httpjson.BadRequest, "%s is given once, and is made of up to %d characters of ASCII", headerKey, maxRequestKey)
	}
	body, err := decode[any](v, p.Limits.Body)
	if err != nil {
		return err
	}
	if list, isList := body.([]any); isList && underRows {
		if len(list) != 1 {
			return httpjson.Errorf(httpjson.BadRequest, "send one request at a time: each is stored, or refused, for itself")
		}
		body = list[0]
	}
	r, fresh, err := p.Outbox.Submit(v.r.Context(), outbox.Submission{Caller: v.who, RequestID: v.id(), Key: key, Body: body})
	if err != nil {
		return requestError(err)
	}
	h := v.w.Header()
	h.Set("Location", "/v1/dossiers/"+pathName(v.who.Dossier)+"/"+profiles.RequestsName+"/"+r.ID)
	status := http.StatusCreated
	if !fresh {
		status = http.StatusOK
		h.Set("Idempotent-Replayed", "true")
	}
	if applied := prefer.applied(); underRows && applied != "" {
		h.Set("Preference-Applied", applied)
	}
	if underRows && !prefer.representation {
		h.Set("Content-Length", "0")
		v.w.WriteHeader(status)
		return nil
	}
	rows := []directory.Request{r}
	if !underRows {
		return p.sendRequests(v, status, mediaObject, mediaJSON, rows, columns)
	}
	return p.sendRequests(v, status, form, form, rows, columns)
}

// listRequests gives the caller's own requests.
func (p *portal) listRequests(v *visit) error {
	if p.Outbox == nil {
		return noRequests()
	}
	form, ok := requestMedia().choose(v.r.Header.Values("Accept"))
	if !ok {
		return notAcceptable(requestMedia())
	}
	q, columns, err := readRequestQuery(v.r.URL.RawQuery)
	if err != nil {
		return err
	}
	span, ok := parseRange(v.r.Header)
	if ok {
		span, ok = span.within(int64(q.Limit), int64(q.Offset))
	}
	if !ok {
		return outOfRange("The range has no row in common with limit and offset.")
	}
	size := min(span.size(p.Limits.Page, p.Limits.MaxPage), 999)
	q.Limit, q.Offset = int(size)+1, int(span.first)
	q.Bytes, q.NoBody = int64(p.Limits.PageBytes), !slices.Contains(columns, "fields") && !slices.Contains(columns, "lines")
	list, err := p.Outbox.List(v.r.Context(), outbox.Query{Caller: v.who, RequestID: v.id(), RequestQuery: q})
	if errors.Is(err, directory.ErrTooLarge) {
		return tooManyRequestBytes(p.Limits.PageBytes)
	}
	if err != nil {
		return err
	}
	more := len(list) > int(size)
	list = list[:min(len(list), int(size))]
	if (form == mediaObject || form == mediaObjectShort) && len(list) != 1 {
		return notOneRow(int64(len(list)))
	}
	pg := page{first: span.first, rows: int64(len(list))}
	v.w.Header().Set("Range-Unit", "items")
	v.w.Header().Set("Content-Range", pg.contentRange())
	status := http.StatusOK
	if more && (span.count == noLimit || size < span.count) {
		status = http.StatusPartialContent
	}
	return p.sendRequests(v, status, form, form, list, columns)
}

// showRequest gives one of the caller's own requests.
func (p *portal) showRequest(v *visit) error {
	if p.Outbox == nil {
		return noRequests()
	}
	if v.r.URL.RawQuery != "" {
		return httpjson.Errorf(httpjson.BadRequest, "one request is asked for without query parameters")
	}
	list, err := p.Outbox.List(v.r.Context(), outbox.Query{Caller: v.who, RequestID: v.id(), RequestQuery: directory.RequestQuery{IDs: []string{v.r.PathValue("id")}, Limit: 1}})
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return httpjson.Errorf(httpjson.NotFound, "there is no such request of this customer")
	}
	return p.sendRequests(v, http.StatusOK, mediaObject, mediaJSON, list, requestColumns)
}

func tooManyRequestBytes(most int) error {
	return refusal.New(refusal.LimitExceeded, "a list of requests may have %d bytes: ask for fewer, or without fields and lines", most)
}

// keepRequests refuses to change what was sent.
func (p *portal) keepRequests() error {
	return refusal.New(refusal.ReadOnly, "a request is not changed and not taken back once it was sent: send another one")
}

func noRequests() error {
	return httpjson.Errorf(httpjson.NotFound, "no requests are taken here")
}

func requestMedia() media { return media{mediaJSON, mediaObject, mediaObjectShort} }

// requestError words what the outbox refuses.
func requestError(err error) error {
	var form *outbox.FormError
	switch {
	case errors.As(err, &form):
		p := &httpjson.Problem{Code: httpjson.ValueRefused, Detail: form.Error(), Members: map[string]any{"errors": form.Mistakes}}
		if form.Missing {
			p.Code = httpjson.ReferenceNotFound
		}
		if first := form.Mistakes[0]; first.Field != "" || first.Line > 0 {
			p.Members["field"] = first.Field
			if first.Line > 0 {
				p.Members["line"] = first.Line
			}
		}
		return p
	case errors.Is(err, outbox.ErrKeyUsed):
		return &httpjson.Problem{Code: httpjson.Conflict, Detail: outbox.ErrKeyUsed.Error() + ": give each request a key of its own", Cause: err}
	case errors.Is(err, outbox.ErrFull):
		return &httpjson.Problem{Code: httpjson.TooManyRequests, Detail: "too many requests of this customer are waiting: try again once some are done", Cause: err, RetryAfter: time.Minute}
	}
	return err
}

// sendRequests answers with requests: as one object in the form of one.
func (p *portal) sendRequests(v *visit, status int, form, kind string, list []directory.Request, columns []string) error {
	var body bytes.Buffer
	single := form == mediaObject || form == mediaObjectShort
	if !single {
		body.WriteByte('[')
	}
	for i, r := range list {
		if i > 0 {
			body.WriteByte(',')
		}
		if err := writeRequest(&body, r, columns); err != nil {
			return err
		}
		if body.Len() > p.Limits.PageBytes {
			return tooManyRequestBytes(p.Limits.PageBytes)
		}
	}
	if !single {
		body.WriteByte(']')
	}
	return v.send(status, kind, body.Bytes())
}

// writeRequest writes a request as its customer sees it.
func writeRequest(out *bytes.Buffer, r directory.Request, columns []string) error {
	var form struct{ Fields, Lines json.RawMessage }
	if r.Body == "" { // it was not read, because no column wants it
	} else if err := json.Unmarshal([]byte(r.Body), &form); err != nil {
		return fmt.Errorf("read request %s: %w", r.ID, err)
	}
	optional := func(text string) any {
		if text == "" {
			return nil
		}
		return text
	}
	all := map[string]any{
		"id": r.ID, "kind": r.Kind, "state": r.State, "fields": form.Fields, "lines": form.Lines, "reason": optional(r.Reason), "number": optional(r.Number),
		"received_at": r.ReceivedAt.UTC().Format(time.RFC3339Nano), "changed_at": r.ChangedAt.UTC().Format(time.RFC3339Nano),
	}
	out.WriteByte('{')
	for i, name := range columns {
		if i > 0 {
			out.WriteByte(',')
		}
		value, err := json.Marshal(all[name])
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%q:%s", name, value)
	}
	out.WriteByte('}')
	return nil
}
