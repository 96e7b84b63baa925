package adminapi

import (
	"net/http"

	"github.com/vantelle/vantelle/internal/directory"
)

func (a *api) listMemberships(w http.ResponseWriter, r *http.Request, d scope) error {
	if err := readQuery(r).err; err != nil {
		return err
	}
	all, err := a.Rules.Memberships(r.Context(), mine(d.who), d.Name, r.PathValue("customer"))
	if err != nil {
		return err
	}
	if all == nil {
		all = []directory.Membership{}
	}
	return reply(w, r, http.StatusOK, map[string]any{"memberships": all})
}

// membershipSeen gives the version of the membership that the client says it saw.
func (a *api) membershipSeen(r *http.Request, d scope) (int64, error) {
	m, err := a.Rules.Store.Membership(r.Context(), r.PathValue("account"), d.Name, r.PathValue("customer"))
	return matched(r, "membership", m.Version, err)
}

func (a *api) putMembership(w http.ResponseWriter, r *http.Request, d scope) error {
	body, err := readBody[struct {
		Role    string            `json:"role"`
		Profile string            `json:"profile"`
		Levels  map[string]string `json:"levels"`
		Note    string            `json:"note"`
	}](w, r)
	if err != nil {
		return err
	}
	version, err := a.membershipSeen(r, d)
	if err != nil {
		return err
	}
	stored, err := a.Rules.PutMembership(r.Context(), mine(d.who), directory.Membership{Account: r.PathValue("account"), Dossier: d.Name,
		CustomerID: r.PathValue("customer"), Role: directory.MembershipRole(body.Role), Profile: body.Profile, Levels: body.Levels, Note: body.Note, Version: version})
	if err != nil {
		return missing(err, "this customer has no access in this dossier: grant one first")
	}
	return replyVersioned(w, r, stored.Version, stored)
}

func (a *api) deleteMembership(w http.ResponseWriter, r *http.Request, d scope) error {
	if err := readQuery(r).err; err != nil {
		return err
	}
	version, err := a.membershipSeen(r, d)
	if err != nil {
		return err
	}
	if version == 0 {
		return notFound("no such membership")
	}
	m := directory.Membership{Account: r.PathValue("account"), Dossier: d.Name, CustomerID: r.PathValue("customer"), Version: version}
	if err := a.Rules.DeleteMembership(r.Context(), mine(d.who), m); err != nil {
		return err
	}
	return reply(w, r, http.StatusOK, map[string]string{"deleted": m.Account})
}

// replyVersioned answers with an object and its ETag: 201 for a first version.
func replyVersioned(w http.ResponseWriter, r *http.Request, version int64, v any) error {
	w.Header().Set("ETag", etag(version))
	status := http.StatusOK
	if version == 1 {
		status = http.StatusCreated
	}
	return reply(w, r, status, v)
}
