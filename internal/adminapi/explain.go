package adminapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/httpjson"
	"github.com/vantelle/vantelle/internal/identity"
)

// Explainer says what the gate would make of a request without running it. A
// refusal is its error, of type *refusal.Error.
type Explainer interface {
	// Explain prints for engine; empty is the dossier's own.
	Explain(ctx context.Context, r filter.Request, engine catalog.Engine) (Explanation, error)
}

// Explanation is what the gate makes of a request.
type Explanation struct {
	Profile string           `json:"profile"`
	View    string           `json:"view"` // the view's digest, as in the audit
	Engine  string           `json:"engine"`
	Tables  []ExplainedTable `json:"tables"`
	SQL     string           `json:"sql"`     // what the ERP would get
	Params  []string         `json:"params"`  // where each value comes from, in the order of the SQL; no values
	Columns []ExplainedName  `json:"columns"` // of the answer
}

// ExplainedTable is a table that the request reads, as the customer has it.
type ExplainedTable struct {
	Name    string   `json:"name"`
	Rows    string   `json:"rows"`    // the profile's row filter
	Columns []string `json:"columns"` // that the profile shows
}

// ExplainedName is a column of the answer.
type ExplainedName struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// explained is the answer: the decision, and what belongs to it.
type explained struct {
	Decision string `json:"decision"` // "allowed" or "refused"

	Code     httpjson.Code `json:"code,omitempty"` // of a refusal, with what the requester would read
	Detail   string        `json:"detail,omitempty"`
	Position *sqlast.Pos   `json:"position,omitempty"` // byte offset into sql
	Hint     string        `json:"hint,omitempty"`     // for administrators only

	*Explanation
}

func (a *api) explain(w http.ResponseWriter, r *http.Request, d scope) error {
	body, err := readBody[struct {
		Customer string `json:"customer"` // code, or id:ID
		SQL      string `json:"sql"`
		Params   []any  `json:"params"`
		Engine   string `json:"engine"`
	}](w, r)
	if err != nil {
		return err
	}
	switch engine := catalog.Engine(body.Engine); engine {
	case "", catalog.SQLite, catalog.Postgres, catalog.SQLServer, catalog.MariaDB:
	default:
		return badRequest("engine: %q is none of sqlite, postgres, sqlserver, mariadb", body.Engine)
	}
	caller, hint, err := CallerFor(r.Context(), a.Directory, d.Name, body.Customer)
	if err != nil {
		return err
	}
	caller.KeyID, caller.KeyName, caller.Actor = d.who.KeyID, d.who.Name, d.who.Name
	if hint != "" {
		return reply(w, r, http.StatusOK, explained{Decision: "refused", Code: httpjson.NoAccess, Detail: identity.ErrNoAccess.Error(), Hint: hint})
	}
	explanation, err := a.Explainer.Explain(r.Context(), filter.Request{
		Caller: caller, RequestID: httpjson.RequestID(r.Context()), Front: "explain", Text: body.SQL, Params: body.Params,
	}, catalog.Engine(body.Engine))
	var refused *refusal.Error
	switch {
	case err == nil:
		return reply(w, r, http.StatusOK, explained{Decision: "allowed", Explanation: &explanation})
	case errors.As(err, &refused) && decided(refused.Code):
		answer := explained{Decision: "refused", Code: httpjson.Code(refused.Code), Detail: refused.Detail}
		if refused.Pos != sqlast.NoPos {
			answer.Position = &refused.Pos
		}
		return reply(w, r, http.StatusOK, answer)
	}
	return err
}

// decided tells a refusal that is the gate's decision from a failure to decide.
func decided(c refusal.Code) bool {
	switch c {
	case refusal.Unavailable, refusal.Timeout, refusal.QueryFailed, refusal.Cancelled, refusal.AuditDown, refusal.Internal:
		return false
	}
	return true
}

// Customers is what CallerFor reads of the directory.
type Customers interface {
	Customer(ctx context.Context, dossier, id string) (directory.Customer, error)
	CustomersByCode(ctx context.Context, dossier, code string) ([]directory.Customer, error)
	Entrant(ctx context.Context, dossier, customerID string) (directory.Entrant, error)
}

// CallerFor is the caller that a portal would be on behalf of a customer, who
// is given by code, or by id: and an id. It names no key: whoever asks sets
// his own. A customer who may not enter gives a hint that says why, which a
// portal's answer would not, and no caller.
func CallerFor(ctx context.Context, from Customers, dossier, customer string) (who identity.Caller, hint string, err error) {
	id, byID := strings.CutPrefix(customer, "id:")
	if id == "" {
		return who, "", badRequest("customer: give a customer's code, or id: and its id")
	}
	if !byID {
		found, err := from.CustomersByCode(ctx, dossier, customer)
		switch {
		case err != nil:
			return who, "", err
		case len(found) == 0:
			return who, "No customer has this code; codes are matched exactly.", nil
		case len(found) > 1:
			return who, "", &httpjson.Problem{Code: httpjson.AmbiguousCustomer, Detail: identity.ErrAmbiguous.Error()}
		}
		id = found[0].ID
	}
	entrant, err := from.Entrant(ctx, dossier, id)
	if errors.Is(err, directory.ErrNotFound) {
		hint, err := whyNoEntrant(ctx, from, dossier, id)
		return who, hint, err
	}
	if err != nil {
		return who, "", err
	}
	if entrant.Access.State != directory.AccessGranted {
		return who, fmt.Sprintf("The customer's access is %s.", entrant.Access.State), nil
	}
	return identity.Caller{Dossier: dossier, Customer: entrant.Customer, Access: entrant.Access}, "", nil
}

// whyNoEntrant says what a customer lacks who is no entrant.
func whyNoEntrant(ctx context.Context, from Customers, dossier, id string) (string, error) {
	c, err := from.Customer(ctx, dossier, id)
	switch {
	case errors.Is(err, directory.ErrNotFound):
		return "No customer has this id.", nil
	case err != nil:
		return "", err
	case c.RemovedAt != nil:
		return "The ERP no longer has this customer.", nil
	}
	return "The customer has no access to this dossier: grant one.", nil
}
