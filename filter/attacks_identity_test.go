package filter_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// numbered is an ERP whose filters compare numbers, dates and padded texts,
// and whose policies use every attribute of an identity.
const numbered = `
CREATE TABLE invoices (id bigint NOT NULL PRIMARY KEY, soc bigint NOT NULL, price numeric(24,6));
CREATE TABLE padded (id bigint NOT NULL PRIMARY KEY, owner char(8) NOT NULL);
CREATE TABLE zones (id bigint NOT NULL PRIMARY KEY, zone varchar(20), code varchar(20), person varchar(20));
INSERT INTO invoices VALUES (1, 7, 10), (2, 70, 20), (3, -7, 30), (4, 0, 40);
INSERT INTO padded VALUES (1, 'ANNA'), (2, ''), (3, 'ANNA2');
INSERT INTO zones VALUES (1, 'north', 'C7', 'p1'), (2, 'south', 'C7', 'p1'), (3, 'north', 'C8', 'p1'), (4, 'north', 'C7', 'p2');
`

const numberedProfile = `
profile: NUMBERED
title: {fr: Chiffres, en: Numbers}
erp: custom
tables:
  invoices: {rows: "soc = :customer", columns: {id: {}, price: {}}}
  padded: {rows: "owner = :customer", columns: {id: {}}}
  zones: {rows: "code = :customer_code AND zone = :attr_zone AND person = :contact", columns: {id: {}}}
`

// An id that is another's number in other letters is nobody's.
func TestAnIdIsTheErpsOwnOrNothing(t *testing.T) {
	rigs := map[catalog.Engine]*rig{catalog.SQLite: newRig(t, numbered, numberedProfile)}
	if db := attackedPostgres(t, numbered); db != nil {
		rigs[catalog.Postgres] = rigOn(t, db, numberedProfile)
	}
	for engine, r := range rigs {
		for id, want := range map[string]string{
			"7": "1\n", "70": "2\n", "-7": "3\n", "0": "4\n",
			"007": "no_access", "+7": "no_access", " 7": "no_access", "7 ": "no_access", "7.0": "no_access", "7e0": "no_access", "7e1": "no_access",
			"0x7": "no_access", "7 OR 1=1": "no_access", "٧": "no_access", "７": "no_access", "-0": "no_access", "9223372036854775808": "no_access",
			"null": "no_access", "true": "no_access",
		} {
			got, err := r.ask(t.Context(), filter.Request{Caller: as(id), Text: "SELECT id FROM invoices"})
			if got+string(codeOf(err)) != want {
				t.Errorf("%s: the customer %q gets %q, %v; want %q", engine, id, got, err, want)
			}
		}
		// Blanks at the end mean nothing to char(8), so that a blank id would be
		// the owner of what nobody owns.
		for _, id := range []string{" ", "  ", "\t", "\u00a0"} {
			if got, err := r.ask(t.Context(), filter.Request{Caller: as(id), Text: "SELECT id FROM padded"}); got != "" || codeOf(err) != refusal.NoAccess {
				t.Errorf("%s: the blank customer %q gets %q, %v", engine, id, got, err)
			}
		}
	}
}

// What a policy asks of the identity comes from the identity: a request can
// call its own parameters the same, and changes nothing.
func TestARequestCannotNameWhoAsks(t *testing.T) {
	r := newRig(t, numbered, numberedProfile)
	caller := as("x")
	caller.Customer.Code, caller.Contact = "C7", "p1"
	caller.Customer.Attributes = map[string]string{"zone": "north"}
	smuggled := map[string]any{"customer": "y", "customer_code": "C8", "contact": "p2", "attr_zone": "south"}
	var all []string
	for name := range smuggled {
		all = append(all, ":"+name+" IS NOT NULL")
	}
	for what, req := range map[string]filter.Request{
		"plain":           {Text: "SELECT id FROM zones"},
		"by every name":   {Text: "SELECT id FROM zones WHERE " + strings.Join(all, " AND "), Named: smuggled},
		"by place":        {Text: "SELECT id FROM zones WHERE $1 = $1 AND $2 = $2 AND $3 = $3", Params: []any{"C8", "south", "p2"}},
		"by at sign":      {Text: "SELECT id FROM zones WHERE @attr_zone = 'south'", Named: map[string]any{"attr_zone": "south"}},
		"with equal ones": {Text: "SELECT id FROM zones WHERE 'C7' = :customer_code OR TRUE", Named: map[string]any{"customer_code": "C7"}},
	} {
		req.Caller = caller
		if got, err := r.ask(t.Context(), req); err != nil || got != "1\n" {
			t.Errorf("%s: %q, %v", what, got, err)
		}
	}
	// What is asked for and not there is not taken from the request either.
	for what, change := range map[string]func(*directory.Customer){
		"no code":           func(c *directory.Customer) { c.Code = "" },
		"no attributes":     func(c *directory.Customer) { c.Attributes = nil },
		"an empty one":      func(c *directory.Customer) { c.Attributes = map[string]string{"zone": ""} },
		"another one":       func(c *directory.Customer) { c.Attributes = map[string]string{"ZONE": "north"} },
		"one with a prefix": func(c *directory.Customer) { c.Attributes = map[string]string{"attr_zone": "north"} },
	} {
		lacking := caller
		change(&lacking.Customer)
		got, err := r.ask(t.Context(), filter.Request{Caller: lacking, Text: "SELECT id FROM zones WHERE " + strings.Join(all, " AND "), Named: smuggled})
		if got != "" || codeOf(err) != refusal.NoAccess {
			t.Errorf("%s: %q, %v", what, got, err)
		}
	}
	lacking := caller
	lacking.Contact = ""
	if got, err := r.ask(t.Context(), filter.Request{Caller: lacking, Text: "SELECT id FROM zones WHERE :contact = 'p1'", Named: map[string]any{"contact": "p1"}}); got != "" || codeOf(err) != refusal.NoAccess {
		t.Errorf("no contact: %q, %v", got, err)
	}
}

// A rule that hides a column hides it or the whole table: an ERP that calls
// the column otherwise since its last update must not show it.
func TestARuleThatHidesIsNeverLost(t *testing.T) {
	const profile = `
profile: P
title: {fr: P, en: P}
erp: custom
tables:
  docs:
    rows: owner = :customer
    other_columns: shown
    columns: {cost: {hidden: true}, memo: {hidden: true}}
`
	for what, change := range map[string]string{
		"renamed":       "ALTER TABLE docs RENAME COLUMN cost TO cost_price;",
		"in two halves": "ALTER TABLE docs RENAME COLUMN memo TO memo_1;",
	} {
		r := newRig(t, attackedERP+change, profile)
		for _, q := range []string{"SELECT * FROM docs", "SELECT cost_price FROM docs", "SELECT memo_1 FROM docs"} {
			if got, err := r.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: q}); strings.Contains(got, "9009") || strings.Contains(got, "QHID") || codeOf(err) != refusal.UnknownName {
				t.Errorf("%s: %s: %q, %v", what, q, got, err)
			}
		}
	}
	if db := attackedPostgres(t, attackedERP+`ALTER TABLE docs ADD COLUMN "Cost" numeric(24,6); UPDATE docs SET "Cost" = cost;`); db != nil {
		r := rigOn(t, db, strings.Replace(profile, "{cost:", "{COST:", 1))
		if got, err := r.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: "SELECT * FROM docs"}); strings.Contains(got, "9009") || codeOf(err) != refusal.UnknownName {
			t.Errorf("one of two: %q, %v", got, err)
		}
	}
}

// An engine answers to names that no table declares: SQLite to oid, rowid and
// _rowid_, the row's number, and PostgreSQL to the functions that take a row,
// as if they were its columns. A column of such a name that goes under a plan
// that is still there must not become that.
func TestADroppedColumnIsNeverAnotherThing(t *testing.T) {
	const things = "CREATE TABLE things (word varchar(20), %s varchar(20), owner varchar(20), secret varchar(20)); INSERT INTO things VALUES ('a QTWO', '9', '2', 'QHID'), ('b QANNA', '1', '1', 'QHID');"
	const profile = `
profile: P
title: {fr: P, en: P}
erp: custom
tables:
  things: {rows: "%s = :customer", columns: {word: {}, %s: {}}}
`
	try := func(engine catalog.Engine, r *rig, drop func(), column, policy string) {
		for _, q := range []string{"SELECT word FROM things", "SELECT * FROM things", "SELECT " + column + " FROM things"} {
			req := filter.Request{Caller: as("1"), Text: q}
			if got, err := r.ask(t.Context(), req); err != nil && codeOf(err) != refusal.UnknownName || strings.Contains(got, "Q") && !strings.Contains(got, "b QANNA") {
				t.Errorf("%s: %s by %s: %s: %q, %v", engine, column, policy, q, got, err)
			}
		}
		drop()
		for _, q := range []string{"SELECT word FROM things", "SELECT * FROM things", "SELECT " + column + " FROM things"} {
			got, err := r.ask(t.Context(), filter.Request{Caller: as("1"), Text: q})
			if strings.Contains(got, "QHID") || strings.Contains(got, "QTWO") || policy == column && got != "" {
				t.Errorf("%s: %s by %s went: %s: %q, %v", engine, column, policy, q, got, err)
			}
		}
	}
	for _, column := range []string{"oid", "rowid", "_rowid_"} {
		for _, policy := range []string{column, "owner"} {
			r := newRig(t, fmt.Sprintf(things, column), fmt.Sprintf(profile, policy, column))
			try(catalog.SQLite, r, func() { alter(t, r, "ALTER TABLE things DROP COLUMN "+column) }, column, policy)
		}
	}
	for _, column := range []string{"to_json", "row_to_json", "to_jsonb", "jsonb_agg", "pg_typeof", "quote_literal", "textin"} {
		for _, policy := range []string{column, "owner"} {
			schema, raw := attackedSchema(t, fmt.Sprintf(things, column))
			if raw == nil {
				continue
			}
			try(catalog.Postgres, rigOn(t, openedSchema(t, schema), fmt.Sprintf(profile, policy, column)), func() {
				if _, err := raw.Exec("ALTER TABLE things DROP COLUMN " + column); err != nil {
					t.Fatal(err)
				}
			}, column, policy)
		}
	}
}
