package filter_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// attackedMariaDB is a gate over the attacked ERP, and what is added to it, on
// MariaDB; nil where there is no server. Texts compare by their bytes there, or
// ANNA and anna would be one customer.
func attackedMariaDB(t *testing.T, statements string) *rig {
	t.Helper()
	all := []string{"SET sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES,NO_BACKSLASH_ESCAPES')", "SET @name = DATABASE()",
		"ALTER DATABASE COLLATE utf8mb4_bin", "SET NAMES utf8mb4 COLLATE utf8mb4_bin"}
	for s := range strings.SplitSeq(statements, ";\n") {
		for _, before := range []string{"TABLE ", "INTO ", "FROM ", "UPDATE "} {
			s = strings.ReplaceAll(s, before+"lines", before+`"lines"`)
		}
		s = strings.Replace(s, `CREATE TABLE "`, `CREATE  TABLE "`, 1) // roomFor analyses what it can spell
		if s = strings.TrimSpace(s); s != "" {
			all = append(all, strings.ReplaceAll(s, " timestamp", " datetime"))
		}
	}
	db, _ := roomFor(t, catalog.MariaDB, all)
	if db == nil {
		return nil
	}
	r := rigOn(t, db, attackedProfile)
	r.gate = r.with(filter.Limits{Time: 20 * time.Second})
	return r
}

// byPlan are cases that fail, or not, by the order in which the server joins what
// is the customer's own; it takes the smaller table first, and how large one is
// goes by everybody's rows (filter/doc.go, what remains).
var byPlan = map[string]bool{"an endless WITH that is joined with somebody else's row only": true}

// TestAttacksOnMariaDB asks every case of the corpus there, of the whole ERP and
// of one in which there is nothing but the customer's own. What is refused and
// what is answered differs from the other engines'; that no canary comes back,
// and that both worlds give the same, does not.
func TestAttacksOnMariaDB(t *testing.T) {
	if os.Getenv("VANTELLE_TEST_MARIADB") == "" {
		t.Skip("VANTELLE_TEST_MARIADB is not set: nothing is attacked there")
	}
	cases := readAttacks(t, "testdata/attacks")
	whole := attackedMariaDB(t, attackedERP)
	answered, slow := 0, map[string]bool{}
	for customer := range canaries {
		alone := attackedMariaDB(t, attackedERP+strings.ReplaceAll(emptied, "WHO", customer))
		for _, a := range cases {
			own := a.customer == customer
			if slow[a.file+a.name] {
				continue // nothing that takes seconds is asked again
			}
			started := time.Now()
			a.customer = customer
			x := a.answer(t, whole)
			slow[a.file+a.name] = time.Since(started) > time.Second
			if y := a.answer(t, alone); x != y && !byPlan[a.name] {
				t.Errorf("%s/%s tells %s of others:\nwith them    %s\nwithout them %s", a.file, a.name, customer, x, y)
			}
			if c := canaryIn(customer, a.request, x); c != "" {
				t.Errorf("%s/%s, asked by %s: the canary %s is in %s", a.file, a.name, customer, c, x)
			}
			if !own || a.viaFront() {
				continue
			}
			_, _, err := collect(t.Context(), whole.gate, filter.Request{Caller: as(customer), Front: "sql", Text: a.request, Params: a.params, Named: a.named})
			switch codeOf(err) {
			case "":
				answered++
			case refusal.QueryFailed, refusal.Internal:
				t.Errorf("%s/%s: %v: %v", a.file, a.name, err, errors.Unwrap(err))
			}
		}
	}
	if answered < 200 {
		t.Errorf("%d of %d cases are answered: this test looks at nothing", answered, len(cases))
	}
}

// TestPlanningEndsOnMariaDB: what the server tries before it runs a statement is no
// more for many subqueries than it can end. No time limit of its own ends that.
func TestPlanningEndsOnMariaDB(t *testing.T) {
	if os.Getenv("VANTELLE_TEST_MARIADB") == "" {
		t.Skip("VANTELLE_TEST_MARIADB is not set: nothing is planned there")
	}
	r := attackedMariaDB(t, attackedERP)
	chain := func(n int, next string) string {
		q := "WITH c0 AS (SELECT id FROM docs)"
		for i := range n {
			q += fmt.Sprintf(", c%d AS (", i+1) + strings.ReplaceAll(next, "before", fmt.Sprintf("c%d", i)) + ")"
		}
		return q + fmt.Sprintf(" SELECT id FROM c%d", n)
	}
	// What stands deeper than this kept a server busy for days, past every time limit.
	for _, q := range []string{
		chain(15, "SELECT d.id FROM docs d LEFT JOIN before x ON x.id = d.id"),
		chain(8, "SELECT d.id FROM docs d LEFT JOIN (docs e LEFT JOIN before x ON x.id = e.id) ON e.id = d.id"),
		chain(8, "SELECT d.id FROM docs d RIGHT JOIN before x ON x.id = d.id RIGHT JOIN docs e ON e.id = d.id"),
		"SELECT a.id FROM docs a LEFT JOIN " + strings.Repeat("(docs b LEFT JOIN ", 16) + "docs c ON 1 = 1" + strings.Repeat(") ON 1 = 1", 16),
	} {
		if _, err := r.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: q}); codeOf(err) != refusal.LimitExceeded {
			t.Errorf("%.60s: %v", q, err)
		}
	}
	for what, q := range map[string]string{
		"a chain of outer joins":        chain(14, "SELECT d.id FROM docs d LEFT JOIN before x ON x.id = d.id"),
		"a chain of nested outer joins": chain(7, "SELECT d.id FROM docs d LEFT JOIN (docs e LEFT JOIN before x ON x.id = e.id) ON e.id = d.id"),
		"a chain of outer joins turned": chain(7, "SELECT d.id FROM docs d RIGHT JOIN before x ON x.id = d.id"),
		"a chain of IN":                 chain(7, "SELECT id FROM docs WHERE id IN (SELECT id FROM before)"),
		"IN":                            "SELECT id FROM docs WHERE 1 = 1" + strings.Repeat(" AND id IN (SELECT id FROM docs)", 30),
		"EXISTS":                        "SELECT d.id FROM docs d WHERE 1 = 1" + strings.Repeat(" AND EXISTS (SELECT 1 FROM docs e WHERE e.id = d.id)", 30),
		"nested":                        strings.Repeat("SELECT id FROM docs WHERE id IN (", 11) + "SELECT id FROM docs" + strings.Repeat(")", 11),
		"WITH":                          strings.Repeat("WITH c AS (", 11) + "SELECT id FROM docs" + strings.Repeat(") SELECT id FROM c", 11),
		"values":                        strings.Repeat("SELECT (", 11) + "SELECT MAX(id) FROM docs" + strings.Repeat(") AS id FROM docs WHERE id = 1", 11),
	} {
		if _, err := r.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: q}); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}
