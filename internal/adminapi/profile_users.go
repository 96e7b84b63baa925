package adminapi

import (
	"net/http"

	"github.com/vantelle/vantelle/internal/access"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/profiles"
)

func (a *api) listProfileUsers(w http.ResponseWriter, r *http.Request, who identity.Admin) error {
	if err := readQuery(r).err; err != nil {
		return err
	}
	users, err := a.Rules.Users(r.Context(), mine(who), r.PathValue("profile"))
	if err != nil {
		return missing(err, "no such profile")
	}
	dossiers := map[string]int{}
	for _, u := range users {
		dossiers[u.Dossier]++
	}
	if users == nil {
		users = []directory.ProfileUser{}
	}
	return reply(w, r, http.StatusOK, map[string]any{"count": len(users), "by_dossier": dossiers, "users": users})
}

func (a *api) transferUsers(w http.ResponseWriter, r *http.Request, who identity.Admin) error {
	body, err := readBody[struct {
		To       string `json:"to"`
		Dossier  string `json:"dossier"`
		Customer string `json:"customer"` // id
		Account  string `json:"account"`
		Note     string `json:"note"`
		DryRun   bool   `json:"dry_run"`
	}](w, r)
	if err != nil {
		return err
	}
	done, err := a.Rules.Transfer(r.Context(), mine(who), access.TransferRequest{From: r.PathValue("profile"), To: body.To,
		Dossier: body.Dossier, Customer: body.Customer, Account: body.Account, Note: body.Note, DryRun: body.DryRun})
	if err != nil {
		return missing(err, "no such profile, or nobody there has it")
	}
	if done.Users == nil {
		done.Users = []directory.ProfileUser{}
	}
	if done.Findings == nil {
		done.Findings = []profiles.Finding{}
	}
	return reply(w, r, http.StatusOK, done)
}

func (a *api) listLicences(w http.ResponseWriter, r *http.Request, who identity.Admin) error {
	if err := readQuery(r).err; err != nil {
		return err
	}
	all, err := a.Rules.Licences(r.Context(), mine(who))
	if err != nil {
		return err
	}
	if all == nil {
		all = []directory.Licence{}
	}
	return reply(w, r, http.StatusOK, map[string]any{"licences": all})
}

// licenceSeen gives the version of the licence type that the client says it saw.
func (a *api) licenceSeen(r *http.Request, who identity.Admin) (int64, error) {
	all, err := a.Rules.Licences(r.Context(), mine(who))
	if err != nil {
		return 0, err
	}
	for _, l := range all {
		if l.Name == r.PathValue("licence") {
			return matched(r, "licence type", l.Version, nil)
		}
	}
	return matched(r, "licence type", 0, directory.ErrNotFound)
}

func (a *api) putLicence(w http.ResponseWriter, r *http.Request, who identity.Admin) error {
	body, err := readBody[struct {
		TitleFR    string            `json:"title_fr"`
		TitleEN    string            `json:"title_en"`
		PriceClass int               `json:"price_class"`
		Ceiling    map[string]string `json:"ceiling"`
	}](w, r)
	if err != nil {
		return err
	}
	version, err := a.licenceSeen(r, who)
	if err != nil {
		return err
	}
	stored, err := a.Rules.PutLicence(r.Context(), mine(who), directory.Licence{Name: r.PathValue("licence"), TitleFR: body.TitleFR, TitleEN: body.TitleEN,
		PriceClass: body.PriceClass, Ceiling: body.Ceiling, Version: version})
	if err != nil {
		return err
	}
	return replyVersioned(w, r, stored.Version, stored)
}

func (a *api) deleteLicence(w http.ResponseWriter, r *http.Request, who identity.Admin) error {
	if err := readQuery(r).err; err != nil {
		return err
	}
	version, err := a.licenceSeen(r, who)
	if err != nil {
		return err
	}
	if version == 0 {
		return notFound("no such licence type")
	}
	if err := a.Rules.DeleteLicence(r.Context(), mine(who), r.PathValue("licence"), version); err != nil {
		return err
	}
	return reply(w, r, http.StatusOK, map[string]string{"deleted": r.PathValue("licence")})
}

type defaultsAnswer struct {
	Dossier       string                     `json:"dossier"`
	Defaults      []directory.DefaultProfile `json:"defaults"`
	Configuration string                     `json:"configuration"` // default_profile of the configuration, where no default says otherwise
}

func answerDefaults(w http.ResponseWriter, r *http.Request, d scope, stored directory.Defaults) error {
	answer := defaultsAnswer{Dossier: d.Name, Defaults: stored.Entries, Configuration: d.DefaultProfile}
	if answer.Defaults == nil {
		answer.Defaults = []directory.DefaultProfile{}
	}
	if stored.Version > 0 {
		w.Header().Set("ETag", etag(stored.Version))
	}
	return reply(w, r, http.StatusOK, answer)
}

func (a *api) showDefaults(w http.ResponseWriter, r *http.Request, d scope) error {
	if err := readQuery(r).err; err != nil {
		return err
	}
	stored, err := a.Rules.Defaults(r.Context(), mine(d.who), d.Name)
	if err != nil {
		return err
	}
	return answerDefaults(w, r, d, stored)
}

func (a *api) putDefaults(w http.ResponseWriter, r *http.Request, d scope) error {
	body, err := readBody[struct {
		Defaults []directory.DefaultProfile `json:"defaults"`
	}](w, r)
	if err != nil {
		return err
	}
	stored, err := a.Rules.Defaults(r.Context(), mine(d.who), d.Name)
	if err != nil {
		return err
	}
	absent := error(nil)
	if stored.Version == 0 {
		absent = directory.ErrNotFound
	}
	version, err := matched(r, "list of defaults", stored.Version, absent)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, e := range body.Defaults {
		if seen[e.Licence] {
			return badRequest("defaults: licence type %q is named twice", e.Licence)
		}
		seen[e.Licence] = true
	}
	stored, err = a.Rules.PutDefaults(r.Context(), mine(d.who), directory.Defaults{Dossier: d.Name, Entries: body.Defaults, Version: version})
	if err != nil {
		return err
	}
	return answerDefaults(w, r, d, stored)
}
