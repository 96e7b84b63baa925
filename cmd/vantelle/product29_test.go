package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
)

// erpOf is one of the dossiers on which the same page is shown.
type erpOf struct {
	settings string // of the dossier, in the configuration
	alpha    string // ids of customers
	beta     string
	letters  string // which of the business's customers Alpha stands for
}

// everyERP makes a database of each kind with the same business in it: the three
// generations of Sage 100, Dolibarr on MariaDB and Odoo on PostgreSQL, where
// there is such a server.
func (s *site) everyERP() map[string]erpOf {
	s.t.Helper()
	must := func(err error) {
		s.t.Helper()
		if err != nil {
			s.t.Fatal(err)
		}
	}
	all := map[string]erpOf{}
	for _, generation := range erpshape.SageGenerations() {
		name := "sage-" + strings.ToLower(generation)
		db, err := sql.Open("sqlite", s.path(name+".db"))
		must(err)
		must(erpshape.LoadSageGeneration(s.t.Context(), db, catalog.SQLite, "", generation, erpshape.SageBusiness))
		must(db.Close())
		all[name] = erpOf{"{erp: sage100, engine: sqlite, path: " + name + `.db, schedule: ""}`, erpshape.SageAlpha, erpshape.SageBeta, "A"}
	}
	if os.Getenv("VANTELLE_TEST_MARIADB") == "" {
		s.t.Log("VANTELLE_TEST_MARIADB is not set: the page is not shown on Dolibarr")
	} else {
		dsn, db := erpshape.MariaDB(s.t)
		must(erpshape.LoadDolibarr(s.t.Context(), db, catalog.MariaDB, "", "llx_", erpshape.DolibarrBusiness))
		all["dolibarr"] = erpOf{fmt.Sprintf(`{erp: dolibarr, engine: mariadb, dsn: %q, schedule: "", default_profile: B2B Dolibarr}`, dsn), fmt.Sprint(erpshape.DolibarrAlpha), fmt.Sprint(erpshape.DolibarrBeta), "A"}
	}
	if os.Getenv("VANTELLE_TEST_POSTGRES") == "" {
		s.t.Log("VANTELLE_TEST_POSTGRES is not set: the page is not shown on Odoo")
	} else {
		dsn, db, schema := erpshape.Postgres(s.t)
		must(erpshape.LoadOdooVersion(s.t.Context(), db, schema, 17, erpshape.OdooBusiness))
		all["odoo"] = erpOf{fmt.Sprintf(`{erp: odoo, engine: postgres, dsn: %q, schemas: [%s], schedule: "", default_profile: B2B Odoo}`, dsn, schema), fmt.Sprint(erpshape.OdooAlpha), fmt.Sprint(erpshape.OdooBeta), "AC"}
	}
	return all
}

// thePage is what the portal's page of invoices asks, whatever the ERP.
const thePage = "/rows/invoices?select=number,date,due_date,total,currency,status,status_label,lines(article,description,quantity,total)&number=like.V*&lines.description=not.like.Composant*&order=number&lines.order=article"

// shownOn is the page as it is to look for those customers of the business.
func shownOn(letters string) string {
	var b strings.Builder
	docs := erpshape.Business()
	slices.SortFunc(docs, func(x, y erpshape.Document) int { return strings.Compare(x.Number, y.Number) })
	for _, d := range docs {
		if d.Kind != "invoice" || !d.Released || !strings.Contains(letters, d.Customer) {
			continue
		}
		_, total := d.Total()
		status, label := "open", "En attente"
		switch d.Paid {
		case 0:
		case total:
			status, label = "paid", "Réglé"
		default:
			status, label = "partially_paid", "Réglé en partie"
		}
		fmt.Fprintf(&b, "%s %s due %s: %d EUR, %s (%s)\n", d.Number, d.Date, d.Due, total, status, label)
		for _, l := range d.Lines {
			fmt.Fprintf(&b, "  %d × %s %s: %d\n", l.Quantity, l.Article, l.Text, l.Total*6/5)
		}
	}
	return b.String()
}

// page asks for the page and draws it.
func (h *house) page(dossier, customer string) string {
	h.t.Helper()
	got := h.of(dossier, customer, thePage)
	var invoices []struct {
		Number, Date, Currency, Status string
		Due                            string      `json:"due_date"`
		Label                          string      `json:"status_label"`
		Total                          json.Number `json:"total"`
		Lines                          []struct {
			Article, Description string
			Quantity, Total      json.Number
		}
	}
	if err := json.Unmarshal([]byte(got.body), &invoices); got.status != 200 || err != nil {
		h.t.Fatalf("%s: %d %s, %v", dossier, got.status, got.body, err)
	}
	plain := func(n json.Number) string {
		text := n.String()
		if strings.Contains(text, ".") {
			text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
		}
		return text
	}
	var b strings.Builder
	for _, i := range invoices {
		fmt.Fprintf(&b, "%s %s due %s: %s %s, %s (%s)\n", i.Number, i.Date, i.Due, plain(i.Total), i.Currency, i.Status, i.Label)
		for _, l := range i.Lines {
			fmt.Fprintf(&b, "  %s × %s %s: %s\n", plain(l.Quantity), l.Article, l.Description, plain(l.Total))
		}
	}
	return b.String()
}

// onEveryERP starts a service over a dossier of each ERP, with either kind of
// directory, synchronises them, and tests each before and after Alpha and Beta
// may enter.
func onEveryERP(t *testing.T, before, after func(h *house, dossier string, erp erpOf)) {
	onERPs(t, (*site).everyERP, before, after)
}

// onERPs is onEveryERP with other ERPs.
func onERPs(t *testing.T, erps func(*site) map[string]erpOf, before, after func(h *house, dossier string, erp erpOf)) {
	for _, driver := range []string{"sqlite", "postgres"} {
		t.Run(driver, func(t *testing.T) {
			where := directoryIn(t, driver)
			s := newSite(t)
			all := erps(s)
			var names, dossiers []string
			for name, erp := range all {
				names = append(names, name)
				dossiers = append(dossiers, "  "+name+": "+erp.settings+"\n")
			}
			slices.Sort(names)
			settings, _, _ := strings.Cut(fmt.Sprintf(rulesSettings, where), "dossiers:")
			s.write("vantelle.yaml", settings+"dossiers:\n"+strings.Join(dossiers, "")+`keys: [{name: portal, key: "${PORTAL_KEY}", dossiers: [`+strings.Join(names, ", ")+"]}]\n")
			h := &house{s.start(), t}
			for _, name := range names {
				erp := all[name]
				asked := h.call("POST", h.admin+"/admin/v1/dossiers/"+name+"/sync", "", admin())
				if events := h.call("GET", h.admin+asked.header.Get("Location")+"/events", "", admin()); !strings.Contains(events.body, `"state":"succeeded"`) {
					t.Fatalf("%s: %s", name, events.body)
				}
				before(h, name, erp)
				for _, c := range []string{erp.alpha, erp.beta} {
					if got := h.call("PUT", h.admin+"/admin/v1/dossiers/"+name+"/customers/"+c+"/access", `{"note": "test"}`, admin()); got.status != http.StatusCreated {
						t.Fatalf("%s: %d %s", name, got.status, got.body)
					}
				}
				after(h, name, erp)
			}
		})
	}
}

// of asks a dossier for a customer, in French.
func (h *house) of(dossier, customer, path string, headers ...string) answer {
	h.t.Helper()
	return h.call("GET", h.portal+"/v1/dossiers/"+dossier+path, "", append([]string{"Authorization", "Bearer " + portalKey, "Vantelle-Customer", "id:" + customer, "Accept-Language", "fr"}, headers...))
}

// TestProduct29_OnePageOnEveryERP: one request, unchanged, lists a customer's
// invoices with number, date, total, status and its label, and lines, on three
// generations of Sage 100, on Dolibarr and on Odoo, on both kinds of directory.
// Nobody sees another's, and who has no access sees nothing.
func TestProduct29_OnePageOnEveryERP(t *testing.T) {
	onEveryERP(t, func(h *house, dossier string, erp erpOf) {
		if refused := h.of(dossier, erp.alpha, thePage); refused.status != http.StatusForbidden {
			h.t.Errorf("%s: without an access: %d %s", dossier, refused.status, refused.body)
		}
	}, func(h *house, dossier string, erp erpOf) {
		if got, want := h.page(dossier, erp.alpha), shownOn(erp.letters); got != want {
			h.t.Errorf("%s shows Alpha\n%swant\n%s", dossier, got, want)
		}
		if got, want := h.page(dossier, erp.beta), shownOn("B"); got != want {
			h.t.Errorf("%s shows Beta\n%swant\n%s", dossier, got, want)
		}
	})
}

// TestProduct29_TheSamePageWhateverTheTablesAreCalled: two Dolibarrs share one
// database, under prefixes of their own. Each dossier shows the documents of its
// own Dolibarr, by the vocabulary and by the tables' names at the site; the other
// one's tables do not exist in it, though its customers go by the same ids.
func TestProduct29_TheSamePageWhateverTheTablesAreCalled(t *testing.T) {
	if os.Getenv("VANTELLE_TEST_MARIADB") == "" {
		t.Skip("VANTELLE_TEST_MARIADB is not set")
	}
	twins := func(s *site) map[string]erpOf {
		dsn, db := erpshape.MariaDB(s.t)
		all := map[string]erpOf{}
		for _, prefix := range []string{"llx_", "Shop2_"} {
			if err := erpshape.LoadDolibarr(s.t.Context(), db, catalog.MariaDB, "", prefix, erpshape.DolibarrBusiness); err != nil {
				s.t.Fatal(err)
			}
			name := strings.ToLower(strings.TrimSuffix(prefix, "_"))
			all[name] = erpOf{fmt.Sprintf(`{erp: dolibarr, engine: mariadb, dsn: %q, schedule: "", default_profile: B2B Dolibarr, tables_prefix: %s}`, dsn, prefix),
				fmt.Sprint(erpshape.DolibarrAlpha), fmt.Sprint(erpshape.DolibarrBeta), "A"}
		}
		if _, err := db.ExecContext(s.t.Context(), "UPDATE Shop2_facture SET ref = CONCAT('V2', ref)"); err != nil {
			s.t.Fatal(err)
		}
		return all
	}
	onERPs(t, twins, func(*house, string, erpOf) {}, func(h *house, dossier string, erp erpOf) {
		page := h.page(dossier, erp.alpha)
		if want := shownOn(erp.letters); dossier == "llx" && page != want {
			h.t.Errorf("%s shows Alpha\n%swant\n%s", dossier, page, want)
		}
		for line := range strings.Lines(page) {
			if !strings.HasPrefix(line, " ") && strings.HasPrefix(line, "V2V") != (dossier == "shop2") {
				h.t.Errorf("%s shows %s", dossier, line)
			}
		}
		if want := strings.Count(shownOn(erp.letters), "\n"); strings.Count(page, "\n") != want {
			h.t.Errorf("%s shows %d lines, want %d", dossier, strings.Count(page, "\n"), want)
		}
		other := map[string]string{"llx": "Shop2_facture", "shop2": "llx_facture"}
		mine := map[string]string{"llx": "llx_facture", "shop2": "Shop2_facture"}
		if got := h.of(dossier, erp.alpha, "/rows/"+mine[dossier]+"?select=ref"); got.status != http.StatusOK || strings.Contains(got.body, "V2V") != (dossier == "shop2") {
			h.t.Errorf("%s: %d %s", dossier, got.status, got.body)
		}
		absent := h.of(dossier, erp.alpha, "/rows/no_such_table?select=ref")
		if got := h.of(dossier, erp.alpha, "/rows/"+other[dossier]+"?select=ref"); got.status != absent.status || got.status == http.StatusOK {
			h.t.Errorf("%s: the other one's table: %d %s", dossier, got.status, got.body)
		}
		why := h.call("POST", h.admin+"/admin/v1/dossiers/"+dossier+"/why", `{"customer": "id:`+erp.alpha+`", "table": "`+mine[dossier]+`", "column": "ref", "row": {"ref": "`+strings.Fields(page)[0]+`"}}`, admin())
		if why.status != http.StatusOK || !strings.Contains(why.body, `"sees":true`) {
			h.t.Errorf("%s: why: %d %s", dossier, why.status, why.body)
		}
	})
}
