package adminapi

import (
	"context"
	"net/http"

	"github.com/vantelle/vantelle/internal/identity"
)

// handler answers an administrator's request, or returns why it cannot. It
// returns nil once it has begun to answer.
type handler func(w http.ResponseWriter, r *http.Request, who identity.Admin) error

// dossierHandler is a handler of a call within one dossier.
type dossierHandler func(w http.ResponseWriter, r *http.Request, d scope) error

// forAdmins lets a request through to h only with an administrator's key, and
// answers what h returns as an error.
func (a *api) forAdmins(h handler) http.Handler { return forKeys(a.Admins.Admin, h) }

// forIntegrators does the same for integrators and administrators.
func (a *api) forIntegrators(h handler) http.Handler { return forKeys(a.Integrators.Integrator, h) }

func forKeys(find func(ctx context.Context, bearer string) (identity.Admin, error), h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Vary", "Authorization")
		who, err := find(r.Context(), identity.BearerToken(r.Header.Get("Authorization")))
		if err == nil && !who.Valid() {
			err = identity.ErrUnauthorized
		}
		if err == nil {
			err = h(w, r, who)
		}
		if err != nil {
			refuse(w, r, err)
		}
	})
}

// inDossier finds the dossier that the path names. One that the administrator
// does not look after is not there for him.
func (a *api) inDossier(h dossierHandler) handler {
	return func(w http.ResponseWriter, r *http.Request, who identity.Admin) error {
		d, ok := a.names[r.PathValue("dossier")]
		if !ok || !who.MayEnter(d.Name) {
			return identity.ErrNoSuchDossier
		}
		return h(w, r, scope{Dossier: d, who: who})
	}
}

// noSuchCall answers an administrator's request for what the API does not have.
func noSuchCall(_ http.ResponseWriter, r *http.Request, _ identity.Admin) error {
	return notFound("there is no call " + r.Method + " " + r.URL.Path + ": see docs/admin-api.md")
}
