package filter_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/portal"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlparse"
	"github.com/vantelle/vantelle/internal/audit"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/profiles"
)

var printedEngines = []catalog.Engine{catalog.SQLite, catalog.Postgres, catalog.MariaDB, catalog.SQLServer}

func TestPromise1NoTextOfTheRequestReachesTheERP(t *testing.T) {
	r := newRig(t, ledger, shop)
	for _, q := range []string{
		"SELECT 'MARKER', ref AS MARKER FROM docs AS MARKER",
		"SELECT \"MARKER\".ref AS [MARKER'; DROP] FROM docs [MARKER] WHERE ref = 'it''s MARKER' OR ref LIKE 'MARKER%' ORDER BY `MARKER'; DROP`",
		"WITH MARKER(MARKER) AS (SELECT ref FROM docs) SELECT MARKER.MARKER FROM MARKER /* MARKER */ -- MARKER",
		"SELECT x.MARKER FROM (SELECT id FROM docs) AS x(MARKER) WHERE x.MARKER IN (1, 2)",
		"SELECT ref FROM docs WHERE ref = :MARKER",
	} {
		for _, e := range printedEngines {
			req := filter.Request{Caller: as("ANNA"), Text: q}
			if strings.Contains(q, ":MARKER") {
				req.Named = map[string]any{"MARKER": "MARKER"}
			}
			x, err := r.gate.Explain(t.Context(), req, e)
			if err != nil {
				t.Errorf("%s: %v", q, err)
			} else if strings.Contains(strings.ToUpper(x.SQL), "MARKER") || strings.Contains(x.SQL, "--") || strings.Contains(x.SQL, "/*") {
				t.Errorf("%s reaches %s as %s", q, e, x.SQL)
			}
		}
	}
}

func TestPromise2OneStatementOfKnownNodes(t *testing.T) {
	r := newRig(t, ledger, shop)
	for _, q := range []string{
		"", ";", "SELECT", "SELECT 1; SELECT 2", "DELETE FROM docs", "UPDATE docs SET total = 0", "INSERT INTO docs VALUES (1)",
		"DROP TABLE docs", "EXEC sp_who", "SET ROLE x", "SELECT * INTO copy FROM docs", "SELECT id FROM docs FOR UPDATE",
		"SELECT load_extension('x')", "SELECT pg_sleep(1)", "SELECT pg_read_file('x')", "SELECT * FROM pragma_table_info('docs')",
		"SELECT * FROM OPENROWSET('x')", "VALUES (1)", "SELECT @@version", "SELECT id FROM docs /*! OR 1=1 */", "PRAGMA table_info(docs)",
		"ATTACH 'x' AS y", "SELECT id FROM docs WHERE id = $1 AND ref = ?", "SELECT id FROM docs WITH (NOLOCK)",
	} {
		_, err := r.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: q})
		switch codeOf(err) {
		case refusal.Syntax, refusal.Unsupported, refusal.UnknownName, refusal.ParamMismatch, refusal.ReadOnly:
		default:
			t.Errorf("%q gave %v", q, err)
		}
	}
}

// Every way in which a statement can name a table.
var shapes = []string{
	"SELECT id FROM docs",
	"SELECT a.id FROM docs a, docs b",
	"SELECT a.id FROM docs a CROSS JOIN docs b",
	"SELECT a.id FROM docs a LEFT JOIN docs b ON b.kind = a.kind",
	"SELECT b.id FROM docs a RIGHT JOIN docs b ON b.kind = a.kind AND a.id > 100",
	"SELECT b.id FROM docs a FULL JOIN docs b ON b.id = a.id + 1",
	"SELECT id FROM docs NATURAL JOIN (SELECT id FROM docs) x",
	"SELECT a.id FROM docs a JOIN (docs b JOIN docs c ON b.id = c.id) ON a.id = b.id",
	"SELECT id FROM docs JOIN (SELECT doc AS id FROM lines) x USING (id)",
	"SELECT id FROM (SELECT id FROM (SELECT * FROM docs) x) y",
	"WITH docs AS (SELECT id FROM docs) SELECT id FROM docs",
	"WITH a AS (SELECT id FROM docs), b AS (SELECT id FROM a) SELECT id FROM b",
	"SELECT id FROM articles, docs WHERE articles.code IN (SELECT article FROM lines)",
	"SELECT 0 AS id UNION SELECT id FROM docs",
	"SELECT id FROM docs INTERSECT SELECT doc FROM lines",
	"SELECT 0 AS id EXCEPT SELECT id FROM docs UNION ALL SELECT id FROM docs",
	"SELECT (SELECT MAX(id) FROM docs) AS id",
	"SELECT CASE WHEN EXISTS (SELECT 1 FROM docs WHERE id > 3) THEN 4 ELSE 1 END AS id",
	"SELECT id FROM docs WHERE id NOT IN (SELECT id FROM docs WHERE kind = 1)",
	"SELECT MAX(id) AS id FROM docs GROUP BY kind HAVING COUNT(*) >= (SELECT COUNT(*) FROM articles) - 10",
	"SELECT id FROM docs ORDER BY (SELECT COUNT(*) FROM lines l WHERE l.doc = docs.id)",
	"SELECT id FROM docs WHERE kind = kind OR 1 = 1",
	"SELECT COALESCE((SELECT MIN(d.id) FROM docs d WHERE d.id > x.id), 0) AS id FROM docs x",
	"SELECT SUM(id) OVER (PARTITION BY (SELECT MAX(kind) FROM docs)) AS id FROM docs WHERE id < 0",
	"SELECT doc AS id FROM lines",
	"SELECT l.doc AS id FROM lines l LEFT JOIN docs d ON d.id = l.doc WHERE d.id IS NULL",
}

func TestPromise3EveryTableIsItsFilteredProjection(t *testing.T) {
	r := newRig(t, ledger, shop)
	table := regexp.MustCompile("`docs` AS (r[0-9]+)(.{0,80})")
	beside := regexp.MustCompile("^ WHERE (?:r[0-9]+\\.`owner` = \\?|\\(r[0-9]+\\.`owner` = \\?1 AND \\(r[0-9]+\\.`kind` = 2 OR r[0-9]+\\.`kind` = 1\\)\\) AND )")
	for _, q := range shapes {
		x, err := r.gate.Explain(t.Context(), filter.Request{Caller: as("BORIS"), Text: q}, "")
		if err != nil {
			t.Errorf("%s: %v", q, err)
			continue
		}
		found := table.FindAllStringSubmatch(x.SQL, -1)
		if found == nil && strings.Contains(q, "docs") {
			t.Errorf("%s: no table in %s", q, x.SQL)
		}
		for _, m := range found {
			// Alone, or all of it in parentheses before a condition of the request.
			if alone := strings.HasPrefix(m[2], " WHERE "+m[1]+".`owner` = ?"); !alone && !beside.MatchString(strings.ReplaceAll(m[2], m[1]+".", "r0.")) {
				t.Errorf("%s: table without its filter in %s", q, x.SQL)
			}
		}
		// BORIS owns 4 and 5; whatever the shape, no other document shows.
		got, err := r.ask(t.Context(), filter.Request{Caller: as("BORIS"), Text: q})
		if err != nil {
			t.Errorf("%s: %v", q, err)
		}
		for _, id := range strings.Fields(got) {
			if id != "4" && id != "5" && id != "0" && id != "<nil>" {
				t.Errorf("%s shows document %s to BORIS", q, id)
			}
		}
	}
}

func TestPromise3NoNameIsCaptured(t *testing.T) {
	const profile = `
profile: P
title: {fr: P, en: P}
erp: custom
tables:
  docs:
    rows: "EXISTS (SELECT 1 FROM secrets s WHERE s.owner = self.owner AND s.owner = :customer)"
    columns: {id: {}, kind: {}, owner: {}}
`
	r := newRig(t, ledger, profile)
	for _, q := range []string{
		"WITH secrets AS (SELECT 'ANNA' AS owner) SELECT d.id FROM docs d, secrets ORDER BY 1",
		"SELECT self.id FROM docs AS self ORDER BY 1",
		"SELECT r1.id FROM docs AS r1 JOIN docs AS r2 ON r1.id = r2.id ORDER BY 1",
		"SELECT t1.id FROM (SELECT id FROM docs) t1 JOIN docs s ON s.id = t1.id ORDER BY 1",
		"WITH w1 AS (SELECT id AS c1 FROM docs) SELECT c1 FROM w1 ORDER BY 1",
		"SELECT x.id FROM docs x WHERE EXISTS (SELECT 1 FROM docs s WHERE s.owner = x.owner) ORDER BY 1",
	} {
		if got, err := r.ask(t.Context(), filter.Request{Caller: as("BORIS"), Text: q}); err != nil || got != "4\n5\n" {
			t.Errorf("%s: %q, %v", q, got, err)
		}
	}
}

func TestPromise3ADroppedPolicyColumnFails(t *testing.T) {
	const profile = `
profile: P
title: {fr: P, en: P}
erp: custom
tables:
  docs:
    rows: "id IN (SELECT l.doc FROM lines l WHERE l.article = 'RING') AND owner = :customer"
    columns: {id: {}}
  articles: {public: true, columns: {code: {}}}
`
	for _, drop := range []string{"ALTER TABLE docs DROP COLUMN owner", "ALTER TABLE lines DROP COLUMN article", "DROP TABLE lines"} {
		r := newRig(t, ledger, profile)
		req := filter.Request{Caller: as("BORIS"), Text: "SELECT owner.id, article.code FROM docs owner, articles article ORDER BY 1, 2"}
		if got, err := r.ask(t.Context(), req); err != nil || got == "" {
			t.Fatalf("before: %q, %v", got, err)
		}
		alter(t, r, drop)
		if got, err := r.ask(t.Context(), req); err == nil || got != "" {
			t.Errorf("%s: answered %q", drop, got)
		}
	}
}

func TestPromise4OutsideTheViewNothingExists(t *testing.T) {
	r := newRig(t, ledger, shop)
	// cost is hidden, nope does not exist; secrets is outside the profile, missing is nowhere.
	for _, q := range []string{
		"SELECT cost FROM docs", "SELECT docs.cost FROM docs", "SELECT main.docs.cost FROM docs", "SELECT id FROM docs WHERE cost > 1",
		"SELECT id FROM docs WHERE 1 = 1 OR cost IS NULL", "SELECT id FROM docs ORDER BY cost", "SELECT COUNT(*) FROM docs GROUP BY cost",
		"SELECT MAX(cost) FROM docs", "SELECT a.id FROM docs a JOIN docs b USING (cost)", "SELECT a.id FROM docs a JOIN docs b ON a.cost = b.cost",
		"SELECT [COST] FROM docs", "SELECT \"cost\" FROM docs", "SELECT `cost` FROM docs", "SELECT (SELECT cost) FROM docs",
		"SELECT id FROM docs WHERE EXISTS (SELECT cost FROM lines)", "SELECT x.cost FROM (SELECT * FROM docs) x",
		"SELECT ROW_NUMBER() OVER (ORDER BY cost) FROM docs", "SELECT id FROM docs WHERE (id, cost) IN (SELECT 1, 2)",
		"SELECT * FROM secrets", "SELECT secrets.* FROM docs", "SELECT * FROM main.secrets", "SELECT id FROM docs, secrets",
		"SELECT id FROM docs WHERE id IN (SELECT 1 FROM secrets)", "SELECT * FROM sqlite_master", "SELECT rowid FROM docs", "SELECT * FROM temp.docs",
	} {
		hidden := refusalBytes(r, q)
		twin := strings.NewReplacer("cost", "nope", "COST", "NOPE", "secrets", "missing", "sqlite_master", "sqlite_mister", "rowid", "roxid", "temp", "teme").Replace(q)
		absent := refusalBytes(r, twin)
		back := strings.NewReplacer("nope", "cost", "NOPE", "COST", "missing", "secrets", "sqlite_mister", "sqlite_master", "roxid", "rowid", "teme", "temp").Replace(absent)
		if hidden == "" || hidden != back {
			t.Errorf("%s\n hidden: %s\n absent: %s", q, hidden, absent)
		}
	}
	if got, err := r.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: "SELECT * FROM docs WHERE id = 1"}); err != nil || strings.Count(got, "|") != 5 {
		t.Errorf("* gives %q, %v", got, err)
	}
}

func refusalBytes(r *rig, q string) string {
	_, err := r.ask(context.Background(), filter.Request{Caller: as("ANNA"), Text: q})
	var e *refusal.Error
	if !errors.As(err, &e) {
		return ""
	}
	return fmt.Sprintf("%s|%s|%d", e.Code, e.Detail, e.Pos)
}

func TestPromise5TheFilterMayUseWhatIsHidden(t *testing.T) {
	const profile = `
profile: P
title: {fr: P, en: P}
erp: custom
tables:
  docs:
    rows: "cost > 50 AND owner IN (SELECT s.owner FROM secrets s WHERE s.owner = :customer)"
    columns: {id: {}, cost: {hidden: true}}
`
	r := newRig(t, ledger, profile)
	if got, err := r.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: "SELECT * FROM docs ORDER BY id"}); err != nil || got != "1\n2\n" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestPromise6NoIdentityNoRows(t *testing.T) {
	r := newRig(t, ledger, shop)
	alter := func(change func(*identity.Caller)) identity.Caller {
		c := as("ANNA")
		change(&c)
		return c
	}
	now := time.Now()
	for name, c := range map[string]identity.Caller{
		"nobody":                        {},
		"no customer":                   alter(func(c *identity.Caller) { c.Customer.ID, c.Access.CustomerID = "", "" }),
		"no key":                        alter(func(c *identity.Caller) { c.KeyID = "" }),
		"a dossier that does not exist": alter(func(c *identity.Caller) { c.Dossier, c.Customer.Dossier, c.Access.Dossier = "x", "x", "x" }),
		"another dossier's customer":    alter(func(c *identity.Caller) { c.Customer.Dossier = "other" }),
		"another customer's access":     alter(func(c *identity.Caller) { c.Access.CustomerID = "BORIS" }),
		"pending":                       alter(func(c *identity.Caller) { c.Access.State = directory.AccessPending }),
		"suspended":                     alter(func(c *identity.Caller) { c.Access.State = directory.AccessSuspended }),
		"revoked":                       alter(func(c *identity.Caller) { c.Access.State = directory.AccessRevoked }),
		"no state":                      alter(func(c *identity.Caller) { c.Access.State = "" }),
		"removed":                       alter(func(c *identity.Caller) { c.Customer.RemovedAt = &now }),
		"a profile that does not exist": alter(func(c *identity.Caller) { c.Access.Profile = "NONE" }),
	} {
		got, err := r.ask(t.Context(), filter.Request{Caller: c, Text: "SELECT name FROM articles"})
		if got != "" || codeOf(err) != refusal.NoAccess {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
		if _, err := r.gate.View(t.Context(), c); codeOf(err) != refusal.NoAccess {
			t.Errorf("%s: sees a catalog, %v", name, err)
		}
	}
	byContact := newRig(t, ledger, strings.Replace(shop, "owner = :customer", "owner = :customer AND ref <> :contact AND ref <> :attr_zone", 1))
	if got, err := byContact.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: "SELECT id FROM docs"}); codeOf(err) != refusal.NoAccess {
		t.Errorf("an attribute that the identity lacks: got %q, %v", got, err)
	}
}

// TestPromise6AProfileForAnotherERPOpensNothing: the rules of a profile are about
// the tables of one kind of ERP. Without the check a profile that says it is for
// another kind, and shows everybody a table that happens to be of that name here
// too, opened it: by an access, by the default, by a membership, and where its text
// changed under a view that was bound already.
func TestPromise6AProfileForAnotherERPOpensNothing(t *testing.T) {
	r := newRig(t, ledger, shop)
	load := func(text string) *profiles.Profile {
		t.Helper()
		p, err := profiles.Load("test.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	own := load(shop)
	open := load("profile: OPEN\nerp: odoo\ntables: {docs: {public: true, other_columns: shown}}\n")
	lower := load("profile: LOWER\nextends: SHOP\nerp: odoo\ntables: {docs: {public: true, other_columns: shown}}\n")
	turned := load(strings.Replace(shop, "erp: "+own.ERP, "erp: odoo", 1))
	turned.Digest = own.Digest // as where a view that is kept would do
	book, err := profiles.NewBook(own, open, lower)
	if err != nil {
		t.Fatal(err)
	}
	in := func(erp, byDefault string) *filter.Gate {
		worlds := filter.NewWorlds(func() *profiles.Book { return book }, 0, filter.Dossier{ID: "d", ERP: erp, DB: r.db, DefaultProfile: byDefault})
		return filter.New(filter.Config{Worlds: worlds, Audit: r.audit})
	}
	named := func(access, membership string) identity.Caller {
		c := as("ANNA")
		c.Access.Profile, c.Membership.Profile = access, membership
		return c
	}
	const q = "SELECT id FROM docs"
	for name, c := range map[string]struct {
		gate   *filter.Gate
		caller identity.Caller
		opens  bool
	}{
		"its own kind":                    {in(own.ERP, own.Name), as("ANNA"), true},
		"a dossier of no kind":            {in("", "OPEN"), as("ANNA"), true},
		"the default is for another":      {in(own.ERP, "OPEN"), as("ANNA"), false},
		"the access's is for another":     {in(own.ERP, own.Name), named("OPEN", ""), false},
		"the membership's is for another": {in(own.ERP, own.Name), named("", "LOWER"), false},
		"the dossier is of another":       {in("dolibarr", own.Name), as("ANNA"), false},
	} {
		_, err := (&rig{gate: c.gate}).ask(t.Context(), filter.Request{Caller: c.caller, Text: q})
		if c.opens && err != nil || !c.opens && codeOf(err) != refusal.NoAccess {
			t.Errorf("%s: asking gives %v", name, err)
		}
		if _, err := c.gate.View(t.Context(), c.caller); c.opens && err != nil || !c.opens && codeOf(err) != refusal.NoAccess {
			t.Errorf("%s: the catalog gives %v", name, err)
		}
		if _, err := c.gate.Explain(t.Context(), filter.Request{Caller: c.caller, Text: q}, ""); c.opens && err != nil || !c.opens && codeOf(err) != refusal.NoAccess {
			t.Errorf("%s: explain gives %v", name, err)
		}
	}
	gate := in(own.ERP, own.Name)
	if _, err := (&rig{gate: gate}).ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: q}); err != nil {
		t.Fatal(err)
	}
	book = book.Put(turned)
	_, err = (&rig{gate: gate}).ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: q})
	if codeOf(err) != refusal.NoAccess || strings.Contains(err.Error(), "odoo") {
		t.Errorf("once its text says so it answers %v", err)
	}
}

func TestPromise6ARevokedAccessEndsItsStreams(t *testing.T) {
	r := newRig(t, ledger, shop)
	clock := time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)
	r.gate = filter.New(filter.Config{Worlds: r.worlds, Audit: r.audit, Now: func() time.Time { clock = clock.Add(400 * time.Millisecond); return clock }})
	asked := 0
	answer, err := r.gate.Do(t.Context(), filter.Request{Caller: as("ANNA"), Front: "sql", Text: "SELECT a.id FROM docs a, docs b, docs c",
		Still: func(context.Context) error {
			if asked++; asked > 1 {
				return refusal.New(refusal.NoAccess, "revoked")
			}
			return nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Close()
	n := 0
	for {
		if _, err = answer.Rows.Next(t.Context()); err != nil {
			break
		}
		n++
	}
	if codeOf(err) != refusal.NoAccess || n == 0 || n == 8 || asked != 2 {
		t.Errorf("%d rows, asked %d times, then %v", n, asked, err)
	}
}

func TestPromise7ErrorsTellNothing(t *testing.T) {
	r := newRig(t, ledger, shop)
	req := filter.Request{Caller: as("ANNA"), Text: "SELECT id FROM docs"}
	if _, err := r.ask(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	alter(t, r, "ALTER TABLE docs RENAME COLUMN owner TO renamed_owner")
	_, err := r.ask(t.Context(), req)
	var e *refusal.Error
	if !errors.As(err, &e) || e.Cause == nil {
		t.Fatalf("got %v", err)
	}
	if strings.Contains(err.Error(), "owner") || strings.Contains(err.Error(), "SQL") {
		t.Errorf("the requester reads %q", err)
	}
	if !strings.Contains(e.Cause.Error(), "owner") {
		t.Errorf("the operator's log lacks the cause: %v", e.Cause)
	}
}

func TestPromise8WhatCanFailMeetsOwnRowsOnly(t *testing.T) {
	r := newRig(t, ledger, shop)
	// What can fail stands behind a fence, with it every table of the
	// statement, and beside each row policy what cannot fail.
	const q = "SELECT d.id FROM docs d LEFT JOIN lines l ON l.doc = d.id AND l.qty > 1 AND d.ref NOT LIKE l.article" +
		" WHERE d.kind = 1 AND (l.qty < 9 OR d.id > 1) AND d.id IN (SELECT id FROM docs WHERE total > 5)"
	for engine, fence := range map[catalog.Engine]string{
		catalog.SQLite: " LIMIT 9223372036854775807)", catalog.Postgres: " OFFSET 0)", catalog.MariaDB: " LIMIT 18446744073709551615)",
	} {
		x, err := r.gate.Explain(t.Context(), filter.Request{Caller: as("ANNA"), Text: q}, engine)
		if err != nil {
			t.Errorf("%s: %v", engine, err)
			continue
		}
		text := strings.NewReplacer("`", "", `"`, "").Replace(x.SQL)
		if n := strings.Count(text, fence); n != 3 {
			t.Errorf("%s: %d fences for three tables in %s", engine, n, text)
		}
		for _, pushed := range []string{" AND r1.kind = 1" + fence, " AND r2.qty > 1" + fence, " AND r4.total > 5" + fence} {
			if !strings.Contains(text, pushed) {
				t.Errorf("%s: %s is not on the far side of a fence in %s", engine, pushed, text)
			}
		}
		if strings.Contains(text, "r2.qty < 9") {
			t.Errorf("%s: a condition of WHERE was moved to the null side of an outer join: %s", engine, text)
		}
	}
	for engine, q := range map[catalog.Engine]string{ // and what cannot fail has none
		catalog.SQLite: "SELECT total / 0, ref FROM docs WHERE ref LIKE 'A%'", catalog.Postgres: "SELECT id / kind, id % 0 FROM docs", catalog.MariaDB: "SELECT id / kind, total * 2 FROM docs",
	} {
		if x, err := r.gate.Explain(t.Context(), filter.Request{Caller: as("ANNA"), Text: q}, engine); err != nil || strings.Contains(x.SQL, "OFFSET 0") || strings.Contains(x.SQL, "LIMIT ") {
			t.Errorf("%s: %q, %v", engine, x.SQL, err)
		}
	}
	// What no fence holds is refused: on SQL Server, and what costs or fails
	// before a row is met.
	for _, q := range []string{"SELECT (SELECT id FROM docs) FROM docs", "SELECT SUBSTRING(ref, id, 2) FROM docs", "SELECT SUBSTRING(ref, 1, -1) FROM docs",
		"SELECT LEFT(ref, id) FROM docs", "SELECT id FROM docs WHERE ref LIKE owner ESCAPE '!'"} {
		if got, err := r.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: q}); codeOf(err) != refusal.CanFail {
			t.Errorf("%s: %q, %v", q, got, err)
		}
	}
	if _, err := r.gate.Explain(t.Context(), filter.Request{Caller: as("ANNA"), Text: "SELECT id FROM docs WHERE ref LIKE owner"}, catalog.SQLServer); codeOf(err) != refusal.CanFail {
		t.Errorf("a pattern of a row on SQL Server: %v", err)
	}
	// What is offered must not fail on anybody's row: BORIS's document 4 has
	// the total that the condition looks for.
	exists := newRig(t, ledger, strings.Replace(shop, "rows: owner = :customer", "rows: \"EXISTS (SELECT 1 FROM secrets s WHERE s.owner = self.owner AND s.owner = :customer)\"", 1))
	long := strings.Repeat("%a", 30000)
	for q, params := range map[string][]any{
		"SELECT id FROM docs WHERE ABS(CASE WHEN total = 999 THEN -9223372036854775808 ELSE 1 END) > 0 ORDER BY id": nil,
		"SELECT id FROM docs WHERE CASE WHEN total = 999 THEN ref LIKE ? ELSE TRUE END ORDER BY id":                 {long},
	} {
		hit, hitErr := exists.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: q, Params: params})
		miss, missErr := exists.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: strings.Replace(q, "999", "998", 1), Params: params})
		if hit != miss || codeOf(hitErr) != codeOf(missErr) || codeOf(hitErr) == refusal.QueryFailed {
			t.Errorf("%s tells of BORIS's document: %q, %v; %q, %v", q, hit, hitErr, miss, missErr)
		}
	}
}

// A tree that a front built has the bounds of a text: an operator who lowers them,
// because his server takes no more, would not be heard where /rows is asked.
func TestPromise10ATreeOfAFrontHasTheBoundsOfAText(t *testing.T) {
	r := newRig(t, ledger, shop)
	for query, want := range map[string]string{
		"id=in.(1,2)":                 "",
		"id=in.(1,2,3,4,5,6)":         "an IN list has more than 5 elements",
		"id=not.in.(1,2,3,4,5,6)":     "an IN list has more than 5 elements",
		"or=(id.in.(1,2,3,4,5,6))":    "an IN list has more than 5 elements",
		strings.Repeat("&id=gt.0", 7): "",
		strings.Repeat("&id=gt.0", 9): "the request has more than 8 parameters",
	} {
		front := portal.New(portal.Config{Gate: r.with(filter.Limits{Parse: sqlparse.Limits{InList: 5, Params: 8}}), Identify: openDoor{}, Logger: zerolog.Nop()})
		request := httptest.NewRequest(http.MethodGet, "/v1/dossiers/d/rows/docs?select=id&"+strings.TrimPrefix(query, "&"), nil)
		request.Header.Set(identity.HeaderCustomer, "ANNA")
		answer := httptest.NewRecorder()
		front.ServeHTTP(answer, request)
		if ok := answer.Code == http.StatusOK; ok != (want == "") || !strings.Contains(answer.Body.String(), want) || !ok && !strings.Contains(answer.Body.String(), string(refusal.LimitExceeded)) {
			t.Errorf("%s: %d %s, want %q", query, answer.Code, answer.Body, want)
		}
	}
}

func TestPromise10Bounded(t *testing.T) {
	small := filter.Limits{Parse: sqlparse.Limits{Bytes: 400, Depth: 10, Nodes: 60, InList: 5, Params: 3}, Joins: 2, Rows: 2, Bytes: 1 << 20, Time: time.Minute}
	r := newRig(t, ledger, shop)
	r.gate = r.with(small)
	for what, q := range map[string]string{
		"text":   "SELECT id FROM docs -- " + strings.Repeat("x", 400),
		"depth":  "SELECT " + strings.Repeat("(", 20) + "1" + strings.Repeat(")", 20),
		"nodes":  "SELECT 1" + strings.Repeat(" + 1", 60),
		"list":   "SELECT id FROM docs WHERE id IN (1,2,3,4,5,6)",
		"joins":  "SELECT a.id FROM docs a, docs b, docs c, docs d",
		"digits": "SELECT " + strings.Repeat("9", 50),
	} {
		if _, err := r.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: q}); codeOf(err) != refusal.LimitExceeded {
			t.Errorf("%s: %v", what, err)
		}
	}
	// Small texts that stand for large statements.
	r.gate = r.with(filter.Limits{})
	ctes := "WITH c0 AS (SELECT * FROM docs)"
	for i := range 16 {
		ctes += fmt.Sprintf(", c%d AS (SELECT a.*, b.* FROM c%d a, c%d b)", i+1, i, i)
	}
	for what, q := range map[string]string{
		"between": "SELECT id FROM docs WHERE " + strings.Repeat("CASE WHEN ", 40) + "1 = 1" + strings.Repeat(" THEN 1 ELSE 0 END BETWEEN 0 AND 1", 40),
		"case":    "SELECT " + strings.Repeat("CASE ", 40) + "id" + strings.Repeat(" WHEN 1 THEN 1 WHEN 2 THEN 2 END", 40) + " FROM docs",
		"stars":   "SELECT 1 FROM " + strings.Repeat("(SELECT *,* FROM ", 16) + "docs" + strings.Repeat(") a", 16),
		"text":    "SELECT id FROM docs WHERE LENGTH(" + strings.Repeat("ref || ", 300) + "ref) > 1",
		"grown":   "SELECT LENGTH(a) FROM " + strings.Repeat("(SELECT CONCAT(a, a, a, a) AS a FROM ", 14) + "(SELECT ref AS a FROM docs) x" + strings.Repeat(") x", 14),
		"twice":   "SELECT a FROM " + strings.Repeat("(SELECT CASE WHEN a = 1 THEN a END AS a FROM ", 20) + "(SELECT id AS a FROM docs) x" + strings.Repeat(") x", 20),
		"arms":    "SELECT 1" + strings.Repeat(" UNION SELECT 1", 600),
		"joins":   "SELECT 1 FROM docs d0" + tables(70),
		"sums":    "SELECT id FROM docs WHERE id > 0" + strings.Repeat(" + 1", 1200),
		"with":    ctes + " SELECT 1 FROM c16",
		"group":   strings.Repeat("SELECT (", 25) + "SELECT 1" + strings.Repeat(" LIMIT 1) FROM docs GROUP BY 1", 25),
	} {
		if got, err := r.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: q}); codeOf(err) != refusal.LimitExceeded && codeOf(err) != refusal.Unsupported && (err != nil || len(got) > 100) {
			t.Errorf("%s: %d bytes, %v", what, len(got), err)
		}
	}
	// A row is read as a whole, before its bytes are counted: what it holds beside each
	// stored value once is bounded.
	wide := newRig(t, "CREATE TABLE memos (id int NOT NULL PRIMARY KEY, owner varchar(17), note text, ref varchar(20));", "profile: MEMOS\ntitle: {fr: M, en: M}\nerp: custom\ntables:\n  memos: {rows: owner = :customer, columns: {id: {}, note: {}, ref: {}}}\n")
	for q, refused := range map[string]bool{
		"SELECT note" + strings.Repeat(", note", 100) + " FROM memos":                                      false,
		"SELECT note" + strings.Repeat(", note", 140) + " FROM memos":                                      true,
		"SELECT a.note" + strings.Repeat(", b.note || 'x'", 140) + " FROM memos a JOIN memos b USING (id)": true,
		"SELECT x" + strings.Repeat(", x", 140) + " FROM (SELECT note AS x FROM memos) d":                  true,
		"SELECT 1" + strings.Repeat(", id, ref", 300) + " FROM memos":                                      false,
	} {
		if _, err := wide.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: q}); (codeOf(err) == refusal.LimitExceeded) != refused {
			t.Errorf("%.60s: %v", q, err)
		}
	}
	// What engines write out, or go through, as often as it is named or nested.
	chain := "WITH c0 AS (SELECT id FROM docs)"
	for i := range 12 {
		chain += fmt.Sprintf(", c%d AS (SELECT a.id FROM c%d a JOIN c%d b ON a.id = b.id)", i+1, i, i)
	}
	for what, q := range map[string]string{
		"named twice": chain + " SELECT id FROM c12",
		"nested":      strings.Repeat("WITH c AS (", 13) + "SELECT id FROM docs" + strings.Repeat(") SELECT id FROM c", 13),
		"compared":    strings.Repeat("SELECT id FROM docs WHERE id >= ALL (", 8) + "SELECT id FROM docs" + strings.Repeat(")", 8),
		"values":      strings.Repeat("SELECT (", 13) + "SELECT MAX(id) FROM docs" + strings.Repeat(") AS id FROM docs WHERE id = 1", 13),
	} {
		if _, err := r.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: q}); codeOf(err) != refusal.LimitExceeded {
			t.Errorf("%s: %v", what, err)
		}
	}
	// Such tests are printed for SQL Server with their condition once, but this one twice.
	for what, fits := range map[string]bool{"TRUE": true, "FALSE": true, "UNKNOWN": false} {
		truths := strings.Repeat("(", 40) + "1 = 1" + strings.Repeat(") IS NOT "+what, 40)
		got, err := r.gate.Explain(t.Context(), filter.Request{Caller: as("ANNA"), Text: "SELECT id FROM docs WHERE " + truths}, catalog.SQLServer)
		if fits && (err != nil || len(got.SQL) > 4000) || !fits && codeOf(err) != refusal.LimitExceeded {
			t.Errorf("tests of %s: %d bytes, %v", what, len(got.SQL), err)
		}
	}
	r.gate = r.with(small)
	answer, err := r.gate.Do(t.Context(), filter.Request{Caller: as("ANNA"), Front: "sql", Text: "SELECT id FROM articles, docs"})
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Close()
	n := 0
	for {
		if _, err := answer.Rows.Next(t.Context()); err != nil {
			break
		}
		n++
	}
	if n != 2 || !answer.Truncated() {
		t.Errorf("%d rows, truncated %v", n, answer.Truncated())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.ask(ctx, filter.Request{Caller: as("ANNA"), Text: "SELECT id FROM docs"}); codeOf(err) != refusal.Cancelled && codeOf(err) != refusal.Unavailable {
		t.Errorf("cancelled: %v", err)
	}
}

func tables(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ", docs d%d", i+1)
	}
	return b.String()
}

func TestALongListOfConditionsIsAnHonestRequest(t *testing.T) {
	r := newRig(t, ledger, shop)
	if got, err := r.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: "SELECT id FROM docs WHERE id = 1" + strings.Repeat(" OR id = 0", 1500) + " OR id = 2 ORDER BY id"}); err != nil || got != "1\n2\n" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestPromise12PlansAreSharedDataNever(t *testing.T) {
	r := newRig(t, ledger, shop)
	m := &countingMetrics{}
	r.gate = r.withMetrics(m)
	const q = "SELECT id FROM docs WHERE total > ? ORDER BY id"
	for _, c := range []struct {
		customer string
		least    any
		want     string
	}{{"ANNA", int64(0), "1\n2\n"}, {"BORIS", int64(0), "4\n5\n"}, {"ANNA", int64(200), "2\n"}, {"BORIS", int64(200), "4\n"}, {"NOBODY'S", int64(0), ""}} {
		if got, err := r.ask(t.Context(), filter.Request{Caller: as(c.customer), Text: q, Params: []any{c.least}}); err != nil || got != c.want {
			t.Errorf("%s over %v: %q, %v", c.customer, c.least, got, err)
		}
	}
	if m.compiled != 1 || m.cached != 4 {
		t.Errorf("%d compiled, %d cached", m.compiled, m.cached)
	}
	// Another kind of value is another plan.
	if got, err := r.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: q, Params: []any{"200.5"}}); err != nil || got != "2\n" {
		t.Errorf("a string for a number: %q, %v", got, err)
	}
	if m.compiled != 2 {
		t.Errorf("a plan was shared between kinds of values")
	}
}

func TestNothingRunsUnaudited(t *testing.T) {
	r := newRig(t, ledger, shop)
	req := filter.Request{Caller: as("ANNA"), RequestID: "q1", Text: "SELECT id FROM docs WHERE ref = 'A-1'"}
	req.Caller.Actor = "somebody"
	if _, err := r.ask(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	if len(r.audit.entries) != 1 || len(r.audit.outcomes) != 1 {
		t.Fatalf("%d entries, %d outcomes", len(r.audit.entries), len(r.audit.outcomes))
	}
	e, o := r.audit.entries[0], r.audit.outcomes[0]
	if e.Decision != audit.Allow || e.CustomerID != "ANNA" || e.Actor != "somebody" || e.RequestID != "q1" || fmt.Sprint(e.Tables) != "[docs]" || o.ID != e.ID || o.Rows != 1 {
		t.Errorf("entry %+v, outcome %+v", e, o)
	}
	if strings.Contains(fmt.Sprintf("%+v", e), "A-1") {
		t.Errorf("a value of the request is in the audit: %+v", e)
	}
	if _, err := r.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: "SELECT cost FROM docs"}); err == nil || len(r.audit.entries) != 2 || r.audit.entries[1].Decision != audit.Deny || r.audit.entries[1].Code != "unknown_name" {
		t.Errorf("a refusal is not in the audit: %+v", r.audit.entries)
	}
	r.audit.broken = errors.New("disk full")
	for _, q := range []string{"SELECT id FROM docs", "SELECT cost FROM docs"} {
		if got, err := r.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: q}); got != "" || codeOf(err) != refusal.AuditDown {
			t.Errorf("%s with a broken audit: %q, %v", q, got, err)
		}
	}
}

// TestPromise6ACustomerIsNobodyWhoseNameLooksAlike: a row filter may compare
// the identity with a constant; no engine may take b for B there, nor é for e.
func TestPromise6ACustomerIsNobodyWhoseNameLooksAlike(t *testing.T) {
	profile := strings.Replace(warehouseProfile, "rows: owner = :customer", "rows: \":customer = 'BORIS' OR :customer IN ('BORIS', 'X') OR CASE :customer WHEN 'BORIS' THEN 1 ELSE 0 END = 1\"", 1)
	if profile == warehouseProfile {
		t.Fatal("the profile has no such rows")
	}
	for engine, r := range everyEngineWith(t, warehouse, profile) {
		for _, alike := range []string{"boris", "BORÏS", "BORIS "} {
			if alike == "BORIS " && engine == catalog.SQLServer {
				continue // it takes blanks at the end for nothing, everywhere
			}
			lines, err := answersOf(t, r, filter.Request{Caller: as(alike), Text: "SELECT id FROM docs"})
			if err == nil && len(lines) > 1 {
				t.Errorf("%s: %q is taken for BORIS: %q", engine, alike, lines)
			}
		}
		if lines, err := answersOf(t, r, filter.Request{Caller: as("BORIS"), Text: "SELECT id FROM docs"}); err != nil || len(lines) < 2 {
			t.Errorf("%s: BORIS sees %q, %v", engine, lines, err)
		}
	}
}

// TestPromise8AConstantDoesNotHideInAColumnsWidth: what a request writes beside
// a column may be wider than the column, and so may what is computed from both.
// An overflow would tell of a line of BORIS.
func TestPromise8AConstantDoesNotHideInAColumnsWidth(t *testing.T) {
	const big = "9223372036854775807"
	params := []any{json.Number(big)}
	for engine, r := range everyEngine(t) {
		for q, params := range map[string][]any{
			"SELECT id FROM lines WHERE (CASE WHEN id = 4 AND qty > 8 THEN " + big + " ELSE doc END) + doc > 0 ORDER BY id":                                nil,
			"SELECT id FROM lines WHERE (CASE WHEN id = 4 AND qty > 8 THEN ? ELSE doc END) * doc > 0 ORDER BY id":                                          params,
			"SELECT id FROM lines WHERE COALESCE(NULLIF(id, 4), " + big + ") * (qty - qty + doc) > 0 OR qty > 8 ORDER BY id":                               nil,
			"SELECT id FROM lines WHERE -(CASE WHEN id = 4 AND qty > 8 THEN -" + big + " ELSE doc END) < doc + 1 ORDER BY id":                              nil,
			"SELECT x.id FROM (SELECT id, CASE WHEN id = 4 AND qty > 8 THEN " + big + " ELSE doc END AS n FROM lines) x WHERE x.n * x.n > 0 ORDER BY x.id": nil,
			"SELECT id FROM lines WHERE GREATEST(doc, CASE WHEN id = 4 AND qty > 8 THEN " + big + " ELSE 1 END) * 3 > 0 ORDER BY id":                       nil,
		} {
			hit, err := answersOf(t, r, filter.Request{Caller: as("ANNA"), Text: q, Params: params})
			if err != nil {
				t.Errorf("%s: %s: %v", engine, q, err)
				continue
			}
			miss, err := answersOf(t, r, filter.Request{Caller: as("ANNA"), Text: strings.ReplaceAll(q, "qty > 8", "qty > 800"), Params: params})
			if err != nil || strings.Join(hit, "\n") != strings.Join(miss, "\n") {
				t.Errorf("%s: %s tells of a line: %q; %q, %v", engine, q, hit, miss, err)
			}
		}
	}
}
