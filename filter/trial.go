package filter

import (
	"context"

	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/profiles"
)

// Under gives the same gate with another book in force: what an administrator
// tries before it takes effect, or asks about. It has the same dossiers, limits,
// plans and audit, and every request still goes the one way of Do.
func (g *Gate) Under(book *profiles.Book) *Gate {
	other := *g
	worlds := *g.worlds
	worlds.book = func(context.Context) (*profiles.Book, error) { return book, nil }
	other.worlds = &worlds
	return &other
}

// Unasked gives, by their names, the tiles of a view's dashboard that nobody there
// could ask for, each with the refusal.
func Unasked(v *view.View) map[string]error {
	refused := map[string]error{}
	for _, t := range v.Profile.Dashboard {
		if _, err := compile(v, Request{Text: t.SQL.SQL, Front: "dashboard"}, v.Catalog.Engine, Limits{}); err != nil {
			refused[t.Name] = err
		}
	}
	return refused
}
