package adminapi

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/httpjson"
	"github.com/vantelle/vantelle/internal/outbox"
)

// The bounds of what integrators say.
const (
	maxTake   = 100
	maxLease  = 24 * time.Hour
	maxNumber = 100   // characters of the ERP's number
	maxReason = 1_000 // characters of a reason or a note
)

func documents(list []directory.Request, takers bool) ([]outbox.Document, error) {
	docs := []outbox.Document{}
	for _, r := range list {
		d, err := outbox.DocumentOf(r, takers)
		if err != nil {
			return nil, err
		}
		docs = append(docs, d)
	}
	return docs, nil
}

func (a *api) listRequests(w http.ResponseWriter, r *http.Request, d scope) error {
	q := readQuery(r, "state", "kind", "customer", "after", "limit")
	find := directory.RequestQuery{Dossier: d.Name, CustomerID: q.text("customer"), After: q.text("after"), Limit: q.limit()}
	if kind := q.text("kind"); kind != "" {
		find.Kinds = []string{kind}
	}
	if state := directory.RequestState(q.text("state")); state != "" {
		if !slices.Contains([]directory.RequestState{directory.RequestReceived, directory.RequestTaken, directory.RequestRefused, directory.RequestDone}, state) {
			q.fail("state: write received, taken, refused or done")
		}
		find.States = []directory.RequestState{state}
	}
	if q.err != nil {
		return q.err
	}
	page := find.Limit
	find.Limit++ // one more says whether more follows
	list, err := a.Outbox.Requests(r.Context(), find)
	if err != nil {
		return err
	}
	docs, err := documents(list[:min(page, len(list))], false)
	if err != nil {
		return err
	}
	answer := map[string]any{"requests": docs}
	if len(list) > page {
		answer["next"] = docs[page-1].ID
	}
	return reply(w, r, http.StatusOK, answer)
}

func (a *api) showRequest(w http.ResponseWriter, r *http.Request, d scope) error {
	if err := readQuery(r).err; err != nil {
		return err
	}
	found, err := a.Outbox.Request(r.Context(), d.Name, r.PathValue("request"))
	if err != nil {
		return missing(err, "no such request in this dossier")
	}
	doc, err := outbox.DocumentOf(found, false)
	if err != nil {
		return err
	}
	return reply(w, r, http.StatusOK, doc)
}

// takeRequests gives the oldest that wait to an integrator, for a while.
func (a *api) takeRequests(w http.ResponseWriter, r *http.Request, d scope) error {
	body, err := readOptionalBody[struct {
		Limit int      `json:"limit"`
		Kinds []string `json:"kinds"`
		IDs   []string `json:"ids"`
		Lease *int     `json:"lease_seconds"`
	}](w, r)
	if err != nil {
		return err
	}
	take := directory.RequestTaking{Dossier: d.Name, Kinds: body.Kinds, IDs: body.IDs, By: signature(d.who), Lease: a.Lease, Limit: body.Limit}
	if take.Limit == 0 {
		take.Limit = 10
	}
	if body.Lease != nil {
		take.Lease = time.Duration(*body.Lease) * time.Second
	}
	switch {
	case take.Limit < 1 || take.Limit > maxTake:
		return badRequest("limit: write 1 to %d", maxTake)
	case take.Lease < time.Second || take.Lease > maxLease:
		return badRequest("lease_seconds: write 1 to %d", int(maxLease/time.Second))
	case len(take.Kinds) > maxTake || len(take.IDs) > maxTake:
		return badRequest("kinds, ids: name up to %d", maxTake)
	}
	list, err := a.Outbox.TakeRequests(r.Context(), take)
	if err != nil {
		return err
	}
	docs, err := documents(list, true)
	if err != nil {
		return err
	}
	return reply(w, r, http.StatusOK, map[string]any{"requests": docs})
}

// settleRequest takes an integrator's word on a request.
func (a *api) settleRequest(to directory.RequestState) dossierHandler {
	return func(w http.ResponseWriter, r *http.Request, d scope) error {
		s := directory.RequestSettling{Dossier: d.Name, ID: r.PathValue("request"), To: to, By: signature(d.who)}
		if err := readWord(w, r, &s); err != nil {
			return err
		}
		settled, err := a.Outbox.SettleRequest(r.Context(), s)
		if errors.Is(err, directory.ErrConflict) {
			return a.notSettled(r, s, err)
		}
		if err != nil {
			return missing(err, "no such request in this dossier")
		}
		doc, err := outbox.DocumentOf(settled, false)
		if err != nil {
			return err
		}
		return reply(w, r, http.StatusOK, doc)
	}
}

// readWord reads what belongs to one word, and refuses what belongs to another.
func readWord(w http.ResponseWriter, r *http.Request, s *directory.RequestSettling) error {
	switch s.To {
	case directory.RequestDone:
		body, err := readBody[struct {
			Lease  string `json:"lease"`
			Number string `json:"number"`
		}](w, r)
		if err != nil {
			return err
		}
		s.Lease, s.Number = body.Lease, body.Number
		return said("number", s.Number, maxNumber, true)
	case directory.RequestRefused:
		body, err := readBody[struct {
			Lease  string `json:"lease"`
			Reason string `json:"reason"`
		}](w, r)
		if err != nil {
			return err
		}
		s.Lease, s.Reason = body.Lease, body.Reason
		return said("reason", s.Reason, maxReason, true)
	}
	body, err := readOptionalBody[struct {
		Lease string `json:"lease"`
		Note  string `json:"note"`
		Wait  int    `json:"wait_seconds"`
	}](w, r)
	if err != nil {
		return err
	}
	if body.Wait < 0 || body.Wait > int(maxLease/time.Second) {
		return badRequest("wait_seconds: write 0 to %d", int(maxLease/time.Second))
	}
	s.Lease, s.Reason, s.Wait = body.Lease, body.Note, time.Duration(body.Wait)*time.Second
	return said("note", s.Reason, maxReason, false)
}

// said checks a text that people will read.
func said(field, text string, most int, needed bool) error {
	switch {
	case needed && strings.TrimSpace(text) == "":
		return &httpjson.Problem{Code: httpjson.BadRequest, Detail: field + ": it must be given", Members: map[string]any{"field": field}}
	case utf8.RuneCountInString(text) > most || strings.ContainsFunc(text, func(c rune) bool { return c < ' ' && c != '\n' }):
		p := httpjson.Errorf(httpjson.BadRequest, "%s: write up to %d characters, without control characters", field, most)
		p.Members = map[string]any{"field": field}
		return p
	}
	return nil
}

// notSettled says where a request is instead.
func (a *api) notSettled(r *http.Request, s directory.RequestSettling, cause error) error {
	p := &httpjson.Problem{Code: httpjson.Conflict, Detail: "somebody else has it, or had the last word: read it again", Cause: cause}
	if now, err := a.Outbox.Request(r.Context(), s.Dossier, s.ID); err == nil {
		p.Members = map[string]any{"state": now.State}
		switch {
		case now.State.Final():
			p.Detail = "it is " + string(now.State) + " already, and stays so"
		case now.TakenBy != "":
			p.Detail = "it was last taken by " + now.TakenBy + ", and not with this lease"
		}
	}
	return p
}
