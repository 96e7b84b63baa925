package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/vantelle/vantelle/internal/demo"
	"github.com/vantelle/vantelle/internal/identity"
)

// sayHowToTry prints what to do next, in lines to paste. Quotes are double
// ones, which every shell takes.
func (d *daemon) sayHowToTry(w *world, dir string) {
	s := w.styleFor(w.stdout)
	portal, admin := "http://"+d.portalAddr.String(), "http://"+d.adminAddr.String()
	invoices := portal + "/v1/dossiers/" + demo.Dossier + "/rows/F_DOCENTETE?select=DO_Piece,DO_Date,DO_Tiers&order=DO_Date.desc&limit=5"
	ask := func(customer string) string {
		return fmt.Sprintf(`curl -H "Authorization: Bearer %s" -H "Vantelle-Customer: %s" "%s"`, identity.DemoBackendKey, customer, invoices)
	}
	line := func(what, command string) { fmt.Fprintf(w.stdout, "\n%s\n  %s\n", s.bold(what), command) }

	fmt.Fprintf(w.stdout, "\n%s Portal: %s   Administrators: %s\n", s.green("Vantelle is running."), portal, admin)
	line("The documents of customer "+demo.Bagues+":", ask(demo.Bagues))
	line("The same request for customer "+demo.Carat+", with his own rows:", ask(demo.Carat))
	line("And for "+demo.NoAccess+", to whom nobody has granted access:", ask(demo.NoAccess))
	line("Synchronise now, as an administrator:", fmt.Sprintf(`curl -X POST -H "Authorization: Bearer %s" "%s/admin/v1/dossiers/%s/sync"`, identity.DemoAdminKey, admin, demo.Dossier))
	line("Or see it in a browser:", admin+"/demo/")
	fmt.Fprintf(w.stdout, "\nMore to ask: docs/portal-api.md   Data: %s\nStart over: the same command with --fresh   Stop: Ctrl-C\n", dir)
}

// demoPage makes the demonstration's page. It needs no key, so it stands in
// for a portal's backend, and it is for the demonstration's data only.
func demoPage(d *daemon) http.Handler {
	past := demo.UnfilteredCounts{DB: d.erps[demo.Dossier].Portal().DB}
	return demo.Handler(demo.Config{
		Gate: d.gate,
		Caller: func(ctx context.Context, code string) (identity.Caller, error) {
			return d.resolver.Backend(ctx, demo.Dossier, identity.DemoBackendKey, url.PathEscape(code), "", "demo page")
		},
		Unfiltered: past.Rows, Owners: past.Customers,
		PortalURL: "http://" + d.portalAddr.String(), Logger: d.log, Now: d.now,
	})
}
