package filter_test

import (
	"errors"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// TestSplicedAttacks puts pieces of the corpus's cases in the place of each
// other's words: what no author of a case has thought of. Each must tell the
// two worlds no more apart than its parents, hold no canary, print well and
// never fail where it was let through.
func TestSplicedAttacks(t *testing.T) {
	var all, queries []string // queries are the cases that get an answer
	for _, a := range readAttacks(t, "testdata/attacks") {
		if !a.viaFront() && len(a.request) < 400 && strings.Contains(a.request, " ") {
			all = append(all, a.request)
			if !a.wanted(catalog.SQLite).refused {
				queries = append(queries, a.request)
			}
		}
	}
	own := strings.ReplaceAll(emptied, "WHO", "ANNA")
	limits := filter.Limits{Rows: 200, Time: 5 * time.Second, Plans: 10}
	for engine, whole := range attackedRigs(t) {
		alone := newRig(t, attackedERP+own, attackedProfile)
		if engine == catalog.Postgres {
			alone = rigOn(t, attackedPostgres(t, attackedERP+own), attackedProfile)
		}
		whole.gate, alone.gate = whole.with(limits), alone.with(limits)
		random := rand.New(rand.NewPCG(20, 26))
		answered := 0
		for range 10_000 {
			if tellsNothing(t, whole, alone, splice(random, queries, all)) {
				answered++
			}
		}
		if answered < 1000 {
			t.Errorf("%s: only %d of the splices are queries: this test looks at little", engine, answered)
		}
	}
}

// tellsNothing tries a text, and tells whether it got an answer.
func tellsNothing(t *testing.T, whole, alone *rig, text string) bool {
	t.Helper()
	req := filter.Request{Caller: as("ANNA"), Front: "sql", Text: text}
	if strings.Contains(text, "$1") {
		req.Params = []any{int64(11)}
	}
	x, err := fuzzed(whole.gate, req)
	switch codeOf(err) {
	case refusal.Internal, refusal.QueryFailed, refusal.Unavailable, refusal.NoAccess:
		t.Errorf("%s\n%v because of %v", text, err, errors.Unwrap(err))
	}
	if c := wordIn(text, x); c != "" {
		t.Errorf("%s\nhas the canary %s in %s", text, c, x)
	}
	y, _ := fuzzed(alone.gate, req)
	for again := 0; x != y && again < 3; again++ { // the clock may stand in an answer
		x, _ = fuzzed(whole.gate, req)
		y, _ = fuzzed(alone.gate, req)
	}
	if x != y && !limited(text) {
		t.Errorf("%s\nwith others    %s\nwithout others %s", text, x, y)
	}
	if err != nil {
		return false
	}
	for _, engine := range printedEngines {
		explained, err := whole.gate.Explain(t.Context(), req, engine)
		if err != nil {
			if codeOf(err) == refusal.Internal {
				t.Errorf("%s\non %s: %v", text, engine, errors.Unwrap(err))
			}
			continue
		}
		if err := checkPrinted(explained, whole.schema(t)); err != nil {
			t.Errorf("%s\non %s: %v\nin %s", text, engine, err, explained.SQL)
		}
	}
	return true
}

// splice makes a text of two: a piece of one stands where a piece of its kind
// stood in the other.
func splice(r *rand.Rand, queries, all []string) string {
	text := queries[r.IntN(len(queries))]
	for range 1 + r.IntN(3) {
		other := queries[r.IntN(len(queries))]
		if r.IntN(5) == 0 {
			other = all[r.IntN(len(all))]
		}
		kind := pieces[r.IntN(len(pieces))]
		a, b := kind.FindAllStringIndex(text, -1), kind.FindAllStringIndex(other, -1)
		if len(a) == 0 || len(b) == 0 {
			continue
		}
		into, from := a[r.IntN(len(a))], b[r.IntN(len(b))]
		text = text[:into[0]] + other[from[0]:from[1]] + text[into[1]:]
	}
	return text
}

// pieces are the kinds of piece: what innermost parentheses hold, operands,
// operators, tables, and clauses up to the end.
var pieces = []*regexp.Regexp{
	regexp.MustCompile(`\([^()]*\)`),
	regexp.MustCompile(`\([^()]*\([^()]*\)[^()]*\)`),
	regexp.MustCompile(`\b[a-z]\w*(?:\.[a-z]\w*)?\b|'[^']*'|\b\d+\b`),
	regexp.MustCompile(`\b[A-Z_]+\([^()]*\)|\b[a-z]\w*(?:\.[a-z]\w*)?\b`),
	regexp.MustCompile(` (?:=|<>|<|>|AND|OR|\+|-|\*|\|\||UNION|EXCEPT|LIKE|IN|IS NOT DISTINCT FROM) `),
	regexp.MustCompile(`(?:FROM|JOIN) [a-z]\w*(?: [a-z]\w*)?`),
	regexp.MustCompile(`(?: WHERE | HAVING ).*$`),
	regexp.MustCompile(` (?:GROUP|ORDER) BY .*$`),
	regexp.MustCompile(` FROM .*$`),
	regexp.MustCompile(`^(?:WITH .*\) )?SELECT .* FROM `),
	regexp.MustCompile(`SELECT [^()]*$`),
}
