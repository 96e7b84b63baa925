package adminapi

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/vantelle/vantelle/internal/access"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/internal/trial"
	"github.com/vantelle/vantelle/profiles"
)

// whatChanges counts what a real customer gains and loses from one profile to
// another.
func (a *api) whatChanges(w http.ResponseWriter, r *http.Request, d scope) error {
	body, err := readBody[struct {
		Customer string `json:"customer"` // code, or id:ID
		From     string `json:"from"`     // NAME, NAME@VERSION, NAME@shipped
		To       string `json:"to"`
		Text     string `json:"text"` // YAML, instead of to: a version that is not stored yet
	}](w, r)
	if err != nil {
		return err
	}
	if body.Customer == "" || body.From == "" || (body.To == "") == (body.Text == "") {
		return badRequest("give customer, from, and to or text")
	}
	by := mine(d.who)
	from, _, err := a.Rules.Resolve(r.Context(), by, body.From)
	if err != nil {
		return missing(err, "there is no profile "+body.From)
	}
	var to *profiles.Profile
	if body.Text != "" {
		if to, err = profiles.Load("text", []byte(body.Text)); err != nil {
			return err
		}
	} else if to, _, err = a.Rules.Resolve(r.Context(), by, body.To); err != nil {
		return missing(err, "there is no profile "+body.To)
	}
	changes, err := a.Trial.WhatChanges(r.Context(), by, d.Name, body.Customer, from, to, nil)
	if err != nil {
		return err
	}
	return reply(w, r, http.StatusOK, changes)
}

// why says which rule lets a customer see something, or hides it.
func (a *api) why(w http.ResponseWriter, r *http.Request, d scope) error {
	body, err := readBody[struct {
		Customer string         `json:"customer"` // code, or id:ID
		Account  string         `json:"account"`
		Table    string         `json:"table"`
		Column   string         `json:"column"`
		Row      map[string]any `json:"row"` // values by column that pin one row
	}](w, r)
	if err != nil {
		return err
	}
	if body.Customer == "" || body.Table == "" {
		return badRequest("give customer and table")
	}
	answer, err := a.Trial.Why(r.Context(), mine(d.who), trial.Question{Dossier: d.Name, Customer: body.Customer, Account: body.Account,
		Table: body.Table, Column: body.Column, Row: body.Row})
	if err != nil {
		return err
	}
	return reply(w, r, http.StatusOK, answer)
}

// viewAs answers a call of the portal's API as the customer would have it. Why
// the administrator looks is written down before anything is shown.
func (a *api) viewAs(w http.ResponseWriter, r *http.Request, d scope) error {
	customer, call := r.PathValue("customer"), r.PathValue("call")
	if r.Method == http.MethodPost && call != "sql" {
		return notFound("with a customer's eyes one reads only: POST is for sql")
	}
	if _, err := a.Directory.Entrant(r.Context(), d.Name, customer); err != nil {
		return missing(err, "this customer has no access in this dossier, so there is nothing to see")
	}
	reason, err := url.PathUnescape(r.Header.Get("Vantelle-Reason"))
	if err != nil {
		return badRequest("Vantelle-Reason: percent-encode it as UTF-8")
	}
	if err := a.Rules.ViewAs(r.Context(), mine(d.who), d.Name, customer, reason, r.Method+" "+call); err != nil {
		return err
	}
	// The call goes on as it was written: a slash in a key is not one of the path.
	written := strings.SplitN(r.URL.EscapedPath(), "/", 9)[8] // behind /admin/v1/dossiers/{dossier}/customers/{customer}/view/
	inner := r.Clone(r.Context())
	inner.URL = &url.URL{Path: "/v1/dossiers/" + d.Name + "/" + call, RawPath: "/v1/dossiers/" + url.PathEscape(d.Name) + "/" + written, RawQuery: r.URL.RawQuery}
	inner.RequestURI = ""
	inner.Header.Set("Vantelle-Customer", "id:"+url.PathEscape(customer))
	inner.Header.Set("Vantelle-Actor", url.PathEscape("view as, by "+d.who.Name+": "+strings.TrimSpace(reason)))
	inner.Header.Del("Vantelle-Contact")
	a.ViewAs.ServeHTTP(w, inner)
	return nil
}

// listActs gives what administrators did, the newest first.
func (a *api) listActs(w http.ResponseWriter, r *http.Request, who identity.Admin) error {
	q := readQuery(r, "noun", "object", "before", "limit")
	limit, before := q.limit(), q.seq("before")
	if q.err != nil {
		return q.err
	}
	acts, err := a.Rules.Acts(r.Context(), mine(who), directory.ActQuery{Noun: q.text("noun"), Object: q.text("object"), Before: int64(before), Limit: limit + 1})
	if err != nil {
		return err
	}
	acts, more := cut(acts, limit)
	answer := struct {
		Acts []directory.Act `json:"acts"`
		Next int64           `json:"next,omitempty"` // send it as before
	}{Acts: acts}
	if more {
		answer.Next = acts[len(acts)-1].Seq
	}
	return reply(w, r, http.StatusOK, answer)
}

// Viewer finds the customer with whose eyes an administrator looks: what the
// portal's front asks instead of identity.Resolver. The caller is the
// customer's, the key the administrator's, and nothing may be written.
type Viewer struct {
	Admins    Admins
	Customers Customers
}

// Backend implements portal.Identifier.
func (v Viewer) Backend(ctx context.Context, dossier, bearer, customer, _, actor string) (identity.Caller, error) {
	who, err := v.Admins.Admin(ctx, bearer)
	if err != nil || !who.Valid() {
		return identity.Caller{}, errors.Join(err, identity.ErrUnauthorized)
	}
	if !who.MayEnter(dossier) {
		return identity.Caller{}, identity.ErrNoSuchDossier
	}
	name, err := url.PathUnescape(customer)
	if err != nil {
		return identity.Caller{}, err
	}
	c, hint, err := CallerFor(ctx, v.Customers, dossier, name)
	switch {
	case err != nil:
		return identity.Caller{}, err
	case hint != "":
		return identity.Caller{}, identity.ErrNoAccess
	}
	if c.Actor, err = url.PathUnescape(actor); err != nil {
		return identity.Caller{}, err
	}
	c.KeyID, c.KeyName, c.ReadOnly = who.KeyID, who.Name, true
	return c, nil
}

// ruleProblem gives the errors of the use cases on profiles their place in the
// table of codes; nil for others.
func ruleProblem(err error) error {
	var (
		refused  *access.RefusedError
		inUse    *access.InUseError
		mistakes profiles.Mistakes
	)
	switch {
	case errors.As(err, &refused):
		return findingsProblem(refused.Findings, err)
	case errors.As(err, &mistakes):
		return findingsProblem(profiles.MistakesAsFindings(mistakes), err)
	case errors.As(err, &inUse):
		return conflict(inUse.Error(), err)
	case errors.Is(err, access.ErrReadOnly), errors.Is(err, access.ErrForbidden):
		return conflict(rootText(err), err)
	case errors.Is(err, trial.ErrNoCustomer):
		return missing(directory.ErrNotFound, trial.ErrNoCustomer.Error())
	}
	return nil
}

func rootText(err error) string {
	if errors.Is(err, access.ErrReadOnly) {
		return access.ErrReadOnly.Error()
	}
	return access.ErrForbidden.Error()
}
