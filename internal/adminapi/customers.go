package adminapi

import (
	"errors"
	"net/http"

	"github.com/vantelle/vantelle/internal/directory"
)

// customerItem is a customer in a list, with its access where it has one.
type customerItem struct {
	directory.Customer
	Access *directory.Access `json:"access"`
}

type customerPage struct {
	Customers []customerItem `json:"customers"`
	Next      string         `json:"next,omitempty"` // for after; absent on the last page
}

type customerDetail struct {
	directory.Customer
	Contacts []directory.Contact `json:"contacts"`
	Access   *directory.Access   `json:"access"`
}

func (a *api) listCustomers(w http.ResponseWriter, r *http.Request, d scope) error {
	q := readQuery(r, "search", "selected", "after", "limit")
	limit := q.limit()
	selected := q.flag("selected")
	if q.err != nil {
		return q.err
	}
	found, err := a.Directory.ListCustomers(r.Context(), directory.CustomerQuery{
		Dossier: d.Name, Search: q.text("search"), Selected: selected, After: q.text("after"), Limit: limit + 1})
	if err != nil {
		return err
	}
	accesses, err := a.Directory.ListAccesses(r.Context(), d.Name)
	if err != nil {
		return err
	}
	byCustomer := make(map[string]*directory.Access, len(accesses))
	for i := range accesses {
		byCustomer[accesses[i].CustomerID] = &accesses[i]
	}
	found, more := cut(found, limit)
	page := customerPage{Customers: make([]customerItem, len(found))}
	for i, c := range found {
		page.Customers[i] = customerItem{Customer: c, Access: byCustomer[c.ID]}
	}
	if more {
		page.Next = found[len(found)-1].ID
	}
	return reply(w, r, http.StatusOK, page)
}

// showCustomer gives a customer that the ERP has removed too: its access and
// its history stay.
func (a *api) showCustomer(w http.ResponseWriter, r *http.Request, d scope) error {
	if err := readQuery(r).err; err != nil {
		return err
	}
	id := r.PathValue("customer")
	customer, err := a.Directory.Customer(r.Context(), d.Name, id)
	if err != nil {
		return missing(err, "no such customer in this dossier")
	}
	contacts, err := a.Directory.Contacts(r.Context(), d.Name, id)
	if err != nil {
		return err
	}
	detail := customerDetail{Customer: customer, Contacts: contacts}
	if detail.Contacts == nil {
		detail.Contacts = []directory.Contact{}
	}
	switch access, err := a.Directory.Access(r.Context(), d.Name, id); {
	case err == nil:
		detail.Access = &access
		w.Header().Set("ETag", etag(access.Version)) // of the access, the only part that can be edited
	case !errors.Is(err, directory.ErrNotFound):
		return err
	}
	return reply(w, r, http.StatusOK, detail)
}
