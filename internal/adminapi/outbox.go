package adminapi

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/httpjson"
	"github.com/vantelle/vantelle/internal/outbox"
)

// maxTake is how many requests an integrator takes at once.
const maxTake = 100

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
	find := directory.RequestQuery{Dossier: d.Name, CustomerID: q.text("customer"), Former: true, After: q.text("after"), Limit: q.limit()}
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
	case take.Lease < time.Second || take.Lease > outbox.MaxWait:
		return badRequest("lease_seconds: write 1 to %d", int(outbox.MaxWait/time.Second))
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
		var wrong *outbox.WordError
		if errors.As(outbox.CheckWord(s), &wrong) {
			if wrong.Field == "wait" {
				wrong.Field = "wait_seconds"
			}
			return &httpjson.Problem{Code: httpjson.BadRequest, Detail: wrong.Error(), Members: map[string]any{"field": wrong.Field}}
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

// maxWaitSeconds is more than a request may wait: a longer wait is not counted
// in a time.Duration, which would overflow.
const maxWaitSeconds = int(outbox.MaxWait/time.Second) + 1

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
		return nil
	case directory.RequestRefused:
		body, err := readBody[struct {
			Lease  string `json:"lease"`
			Reason string `json:"reason"`
		}](w, r)
		if err != nil {
			return err
		}
		s.Lease, s.Reason = body.Lease, body.Reason
		return nil
	}
	body, err := readOptionalBody[struct {
		Lease string `json:"lease"`
		Note  string `json:"note"`
		Wait  int    `json:"wait_seconds"`
	}](w, r)
	if err != nil {
		return err
	}
	s.Lease, s.Reason, s.Wait = body.Lease, body.Note, time.Duration(min(max(body.Wait, -1), maxWaitSeconds))*time.Second
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
