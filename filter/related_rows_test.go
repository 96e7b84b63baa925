package filter_test

import (
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter/portal"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/identity"
)

// depot is an ERP with foreign keys, hidden keys and relations that a profile
// declares.
var depot = []string{
	`CREATE TABLE heads (kind smallint NOT NULL, number {text 20} NOT NULL, owner {text 17} NOT NULL, mark int NOT NULL PRIMARY KEY, total numeric(24,6), day date, cost numeric(24,6), CONSTRAINT heads_key UNIQUE (kind, number))`,
	`CREATE TABLE items (mark int NOT NULL PRIMARY KEY, kind smallint NOT NULL, head {text 20} NOT NULL, owner {text 17} NOT NULL, article {text 20}, qty numeric(24,6), margin numeric(24,6))`,
	`CREATE TABLE articles (code {text 20} NOT NULL PRIMARY KEY, name {text 60}, family {text 20}, buying numeric(24,6))`,
	`CREATE TABLE projects (id int NOT NULL PRIMARY KEY, owner {text 17} NOT NULL, name {text 60})`,
	`CREATE TABLE tasks (id int NOT NULL PRIMARY KEY, owner {text 17} NOT NULL, project int, lead int, label {text 60}, hours int, CONSTRAINT tasks_project FOREIGN KEY (project) REFERENCES projects (id))`,
	`CREATE TABLE sheets (id int NOT NULL PRIMARY KEY, owner {text 17} NOT NULL, task int NOT NULL, hours int, wage int, CONSTRAINT sheets_task FOREIGN KEY (task) REFERENCES tasks (id), CONSTRAINT sheets_one UNIQUE (task))`,
	`CREATE TABLE watchers (task int NOT NULL, owner {text 17} NOT NULL, word {text 20}, CONSTRAINT watchers_task FOREIGN KEY (task) REFERENCES tasks (id))`,
	`INSERT INTO heads VALUES (6,'F1','ANNA',101,100,'2026-01-05',1),(6,'F2','ANNA',102,250.5,'2026-01-06',1),(6,'F3','ANNA',103,0,NULL,1),(7,'F1','ANNA',104,7,'2026-01-07',1),(6,'F9','BORIS',105,999,'2026-01-05',1)`,
	`INSERT INTO items VALUES (1,6,'F1','ANNA','RING',2,9),(2,6,'F1','ANNA','CHAIN',1,9),(3,6,'F2','ANNA','RING',5,9),(4,7,'F1','ANNA','PIN',4,9),(5,6,'F9','BORIS','RING',9,9),(6,6,'F1','ANNA','RING',3,9),(7,6,'F3','BORIS','RING',1,9)`,
	`INSERT INTO articles VALUES ('RING','Bague','GOLD',5),('CHAIN','Chaine','GOLD',6),('PIN','Broche',NULL,7)`,
	`INSERT INTO projects VALUES (1,'ANNA','Alpha'),(2,'ANNA','Beta'),(3,'BORIS','Gamma')`,
	`INSERT INTO tasks VALUES (11,'ANNA',1,NULL,'dig',5),(12,'ANNA',1,11,'fill',3),(13,'ANNA',NULL,11,'rest',1),(14,'BORIS',3,NULL,'spy',8),(15,'BORIS',1,NULL,'spy on Alpha',8)`,
	`INSERT INTO sheets VALUES (1,'ANNA',11,4,99),(2,'BORIS',14,8,99)`,
	`CREATE TABLE notes (id int NOT NULL PRIMARY KEY, owner {text 17} NOT NULL, body {text 60})`,
	`INSERT INTO notes VALUES (1,'BORIS','his')`,
	`INSERT INTO watchers VALUES (11,'ANNA','w1'),(11,'ANNA','w2'),(14,'BORIS','w3')`,
}

const depotProfile = `
profile: DEPOT
title: {fr: Essai, en: Trial}
erp: custom
tables:
  heads:
    rows: owner = :customer
    columns: {kind: {}, number: {}, total: {}, day: {}}
  items:
    rows: owner = :customer
    columns: {kind: {}, head: {}, article: {}, qty: {}}
  articles:
    public: true
    columns: {code: {}, name: {}, family: {}}
  projects:
    rows: owner = :customer
    columns: {id: {}, name: {}}
  tasks:
    rows: owner = :customer
    columns: {id: {}, project: {}, label: {}, hours: {}}
  sheets:
    rows: owner = :customer
    columns: {id: {}, task: {}, hours: {}}
  watchers:
    rows: owner = :customer
    columns: {task: {}, word: {}}
  notes:
    rows: owner = :customer
    columns: {id: {}, body: {}}
    writes: [insert, update, delete]
resources:
  invoices:
    name: {fr: factures}
    table: heads
    where: kind = 6
    columns:
      number: {from: number, label: {fr: Numéro, en: Number}}
      total: {from: total, label: {fr: Total, en: Total}}
      date: {from: day, label: {fr: Date, en: Date}}
    relations:
      lines: {to: invoice_lines, on: [[kind, kind], [number, head]]}
  invoice_lines:
    name: {fr: lignes_de_facture}
    table: items
    where: kind = 6
    columns:
      article: {from: article, label: {fr: Article, en: Article}}
      quantity: {from: qty, label: {fr: Quantité, en: Quantity}}
    relations:
      invoice: {to: invoices, on: [[kind, kind], [head, number]], one: true}
      item: {to: goods, on: [[article, code]], one: true}
  goods:
    name: {fr: articles_vendus}
    table: articles
    columns:
      code: {from: code, label: {fr: Code, en: Code}}
      name: {from: name, label: {fr: Nom, en: Name}}
    search: [code, name]
`

// restOf asks the portal's REST as a customer.
func restOf(r *rig, customer, target string, headers ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequest("GET", "/v1/dossiers/d/rows/"+target, nil)
	request.Header.Set("Authorization", "Bearer vk_x")
	request.Header.Set(identity.HeaderCustomer, customer)
	request.Header.Set("X-Request-Id", "request-1")
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	portal.New(portal.Config{Gate: r.gate, Identify: openDoor{}, Logger: zerolog.Nop(), Cursors: testCursors}).ServeHTTP(w, request)
	return w
}

func depots(t *testing.T) map[catalog.Engine]*rig {
	t.Helper()
	return everyEngineWith(t, depot, depotProfile)
}

// plainNumbers takes the superfluous zeros off decimals: engines keep as many as
// their columns have.
func plainNumbers(body string) string {
	return zeros.ReplaceAllStringFunc(body, func(n string) string { return strings.TrimRight(strings.TrimRight(n, "0"), ".") })
}

var zeros = regexp.MustCompile(`\d+\.\d*0\b`)

// TestRelatedRows embeds what the profile relates and what foreign keys do, on
// every engine, with the same bytes.
func TestRelatedRows(t *testing.T) {
	tests := map[string]struct{ target, want string }{
		"many, as a list": {"invoices?select=number,total,lines(article,quantity)",
			`[{"number":"F1","total":100,"lines":[{"article":"RING","quantity":2},{"article":"CHAIN","quantity":1},{"article":"RING","quantity":3}]},` +
				`{"number":"F2","total":250.5,"lines":[{"article":"RING","quantity":5}]},{"number":"F3","total":0,"lines":[]}]`},
		"by the French names": {"factures?select=number,lignes_de_facture(quantity)&number=eq.F2",
			`[{"number":"F2","lignes_de_facture":[{"quantity":5}]}]`},
		"one, as an object": {"invoice_lines?select=article,invoice(number)&order=quantity.desc&limit=2",
			`[{"article":"RING","invoice":{"number":"F2"}},{"article":"RING","invoice":{"number":"F1"}}]`},
		"one inside many": {"invoices?select=number,lines(quantity,item(name))&number=eq.F1",
			`[{"number":"F1","lines":[{"quantity":2,"item":{"name":"Bague"}},{"quantity":1,"item":{"name":"Chaine"}},{"quantity":3,"item":{"name":"Bague"}}]}]`},
		"many inside one": {"invoice_lines?select=article,invoice(number,lines(article))&quantity=eq.5",
			`[{"article":"RING","invoice":{"number":"F2","lines":[{"article":"RING"}]}}]`},
		"everything": {"invoices?select=*,lines(*)&number=eq.F2",
			`[{"number":"F2","total":250.5,"date":"2026-01-06","lines":[{"article":"RING","quantity":5}]}]`},
		"under another name": {"invoices?select=n:number,what:lines(a:article)&number=eq.F2",
			`[{"n":"F2","what":[{"a":"RING"}]}]`},
		"spread": {"invoice_lines?select=article,...invoice(number,total)&quantity=eq.5",
			`[{"article":"RING","number":"F2","total":250.5}]`},
		"spread of nothing": {"tasks?select=label,...projects(project_name:name)&order=id",
			`[{"label":"dig","project_name":"Alpha"},{"label":"fill","project_name":"Alpha"},{"label":"rest","project_name":null}]`},
		"only rows that have some": {"invoices?select=number,lines!inner(quantity)&lines.quantity=gte.3",
			`[{"number":"F1","lines":[{"quantity":3}]},{"number":"F2","lines":[{"quantity":5}]}]`},
		"a condition on what is embedded leaves the rows": {"invoices?select=number,lines(quantity)&lines.quantity=gte.5",
			`[{"number":"F1","lines":[]},{"number":"F2","lines":[{"quantity":5}]},{"number":"F3","lines":[]}]`},
		"or among what is embedded": {"invoices?select=number,lines(article)&lines.or=(quantity.eq.1,quantity.eq.5)",
			`[{"number":"F1","lines":[{"article":"CHAIN"}]},{"number":"F2","lines":[{"article":"RING"}]},{"number":"F3","lines":[]}]`},
		"ordered and cut, each by itself": {"invoices?select=number,lines(quantity)&lines.order=quantity.desc&lines.limit=2",
			`[{"number":"F1","lines":[{"quantity":3},{"quantity":2}]},{"number":"F2","lines":[{"quantity":5}]},{"number":"F3","lines":[]}]`},
		"from the second on": {"invoices?select=number,lines(quantity)&lines.order=quantity&lines.offset=1",
			`[{"number":"F1","lines":[{"quantity":2},{"quantity":3}]},{"number":"F2","lines":[]},{"number":"F3","lines":[]}]`},
		"none of them": {"invoices?select=number,lines(quantity)&lines.limit=0&number=eq.F1",
			`[{"number":"F1","lines":[]}]`},
		"a limit inside a limit": {"projects?select=name,tasks(label,sheets(hours),watchers(word))&tasks.order=hours.desc&tasks.limit=1&tasks.watchers.limit=1&id=eq.1",
			`[{"name":"Alpha","tasks":[{"label":"dig","sheets":{"hours":4},"watchers":[{"word":"w1"}]}]}]`},
		"without any": {"invoices?select=number,lines()&lines=is.null",
			`[{"number":"F3"}]`},
		"with some, in a logic tree": {"invoices?select=number,lines()&or=(lines.not.is.null,total.eq.0)",
			`[{"number":"F1"},{"number":"F2"},{"number":"F3"}]`},
		"no nothing is the opposite": {"projects?select=name,tasks()&tasks=is.null",
			`[{"name":"Beta"}]`},
		"counted": {"invoices?select=number,lines(count)",
			`[{"number":"F1","lines":[{"count":3}]},{"number":"F2","lines":[{"count":1}]},{"number":"F3","lines":[{"count":0}]}]`},
		"summed": {"invoices?select=number,lines(article,n:count(),quantity.sum())&number=in.(F1,F3)",
			`[{"number":"F1","lines":[{"article":"CHAIN","n":1,"sum":1},{"article":"RING","n":2,"sum":5}]},{"number":"F3","lines":[]}]`},
		"by a foreign key, to one": {"tasks?select=id,projects(name)&order=id.desc",
			`[{"id":13,"projects":null},{"id":12,"projects":{"name":"Alpha"}},{"id":11,"projects":{"name":"Alpha"}}]`},
		"by a foreign key, to many": {"projects?select=name,tasks(id)",
			`[{"name":"Alpha","tasks":[{"id":11},{"id":12}]},{"name":"Beta","tasks":[]}]`},
		"by a foreign key that is unique": {"tasks?select=id,sheets(hours)&order=id",
			`[{"id":11,"sheets":{"hours":4}},{"id":12,"sheets":null},{"id":13,"sheets":null}]`},
		"by a hint": {"tasks?select=id,projects!project(name)&id=eq.11",
			`[{"id":11,"projects":{"name":"Alpha"}}]`},
		"!left is as without": {"tasks?select=id,projects!left(name)&id=eq.13",
			`[{"id":13,"projects":null}]`},
		"!inner to one": {"tasks?select=id,projects!inner(name)&projects.name=like.Al*",
			`[{"id":11,"projects":{"name":"Alpha"}},{"id":12,"projects":{"name":"Alpha"}}]`},
		"!inner inside !inner": {"projects?select=name,tasks!inner(id,sheets!inner(hours))&tasks.sheets.hours=gt.1",
			`[{"name":"Alpha","tasks":[{"id":11,"sheets":{"hours":4}}]}]`},
		"rows without a key of their own": {"tasks?select=id,watchers(word)&watchers.order=word.desc&id=lt.13&order=id",
			`[{"id":11,"watchers":[{"word":"w2"},{"word":"w1"}]},{"id":12,"watchers":[]}]`},
		"a page of them": {"invoices?select=number,lines(quantity)&order=total.desc&limit=1&offset=1",
			`[{"number":"F1","lines":[{"quantity":2},{"quantity":1},{"quantity":3}]}]`},
		"no rows at all": {"invoices?select=number,lines(quantity)&number=eq.F9", `[]`},
		"casts":          {"items?select=kind::text,n:qty::integer&head=eq.F2", `[{"kind":"6","n":5}]`},
		"aggregates":     {"items?select=kind,n:count(),qty.sum(),qty.max()", `[{"kind":6,"n":4,"sum":11,"max":5},{"kind":7,"n":1,"sum":4,"max":4}]`},
		"one aggregate":  {"items?select=count()&qty=gt.2", `[{"count":3}]`},
		"any of several": {"items?select=article&article=like(any).{R*,P*}&order=article,qty", `[{"article":"PIN"},{"article":"RING"},{"article":"RING"},{"article":"RING"}]`},
		"all of several": {"items?select=article&article=ilike(all).{r*,*g}&qty=gte(all).{2,3}", `[{"article":"RING"},{"article":"RING"}]`},
	}
	for engine, r := range depots(t) {
		for name, tt := range tests {
			w := restOf(r, "ANNA", tt.target)
			if w.Code != 200 || plainNumbers(w.Body.String()) != tt.want {
				t.Errorf("%s: %s: %d\n got %s\nwant %s", engine, name, w.Code, w.Body, tt.want)
			}
			if strings.Contains(w.Body.String(), "spy") || strings.Contains(w.Body.String(), `\u0000`) {
				t.Errorf("%s: %s tells %s", engine, name, w.Body)
			}
		}
	}
}

// TestRelatedRowsOtherForms asks for embedded rows as CSV, as one object,
// counted, and by HEAD.
func TestRelatedRowsOtherForms(t *testing.T) {
	for engine, r := range depots(t) {
		w := restOf(r, "ANNA", "invoices?select=number,lines(quantity)&number=eq.F1", "Accept", "text/csv")
		if want := "number,lines\r\nF1,\"[{\"\"quantity\"\":2},{\"\"quantity\"\":1},{\"\"quantity\"\":3}]\"\r\n"; plainNumbers(w.Body.String()) != want {
			t.Errorf("%s: CSV is %q", engine, w.Body)
		}
		w = restOf(r, "ANNA", "invoices?select=number,lines(quantity)&number=eq.F2", "Accept", "application/vnd.pgrst.object+json")
		if want := `{"number":"F2","lines":[{"quantity":5}]}`; plainNumbers(w.Body.String()) != want {
			t.Errorf("%s: the object is %s", engine, w.Body)
		}
		w = restOf(r, "ANNA", "invoices?select=number,lines!inner(quantity)&limit=1", "Prefer", "count=exact")
		if w.Code != 206 || w.Header().Get("Content-Range") != "0-0/2" {
			t.Errorf("%s: counted: %d %v", engine, w.Code, w.Header())
		}
		w = restOf(r, "ANNA", "items?select=article,count()&limit=1", "Prefer", "count=exact")
		if w.Code != 206 || w.Header().Get("Content-Range") != "0-0/3" {
			t.Errorf("%s: groups counted: %d %v %s", engine, w.Code, w.Header(), w.Body)
		}
		w = restOf(r, "ANNA", "invoices?select=lines(quantity,item(code))&number=eq.F2", "Prefer", "numbers=string")
		if want := `[{"lines":[{"quantity":"5.000000","item":{"code":"RING"}}]}]`; w.Body.String() != want && w.Body.String() != `[{"lines":[{"quantity":"5","item":{"code":"RING"}}]}]` {
			t.Errorf("%s: numbers as strings: %s", engine, w.Body)
		}
	}
}

// TestRelatedRowsAreOneStatementEach counts the statements: one for the page
// and one for each embedded table, whatever the number of rows.
func TestRelatedRowsAreOneStatementEach(t *testing.T) {
	r := depots(t)[catalog.SQLite]
	for target, want := range map[string]int{
		"invoices?select=number":                                            1,
		"invoices?select=number,lines(quantity)":                            2,
		"invoices?select=number,lines(quantity,item(name),invoice(number))": 4,
		"projects?select=name,tasks(label,sheets(id),watchers(word))":       4,
		"projects?select=name,tasks!inner(label)":                           2,
	} {
		before := len(r.audit.entries)
		if w := restOf(r, "ANNA", target); w.Code != 200 {
			t.Fatalf("%s: %d %s", target, w.Code, w.Body)
		}
		if got := len(r.audit.entries) - before; got != want {
			t.Errorf("%s: %d statements, want %d", target, got, want)
		}
	}
}
