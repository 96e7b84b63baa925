package filter_test

import (
	"errors"
	"math/rand/v2"
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
	for _, a := range readAttacks(t) {
		if !a.viaFront() && len(a.request) < 400 && strings.Contains(a.request, " ") {
			all = append(all, a.request)
			if !a.wanted(catalog.SQLite).refused {
				queries = append(queries, a.request)
			}
		}
	}
	limits := filter.Limits{Rows: 200, Time: 5 * time.Second, Plans: 10}
	whole := newRig(t, attackedERP, attackedProfile)
	alone := newRig(t, attackedERP+strings.ReplaceAll(emptied, "WHO", "ANNA"), attackedProfile)
	whole.gate, alone.gate = whole.with(limits), alone.with(limits)
	random := rand.New(rand.NewPCG(20, 26))
	answered := 0
	for range 20_000 {
		text := splice(random, queries, all)
		req := filter.Request{Caller: as("ANNA"), Front: "sql", Text: text}
		if strings.Contains(text, "$1") {
			req.Params = []any{int64(11)}
		}
		x, err := fuzzed(whole.gate, req)
		switch codeOf(err) {
		case "":
			answered++
		case refusal.Internal, refusal.QueryFailed, refusal.Unavailable, refusal.NoAccess:
			t.Errorf("%s\n%v because of %v", text, err, errors.Unwrap(err))
		}
		if c := wordIn(text, x); c != "" {
			t.Errorf("%s\nhas the canary %s in %s", text, c, x)
		}
		y, _ := fuzzed(alone.gate, req)
		for again := 0; x != y && again < 3; again++ {
			x, _ = fuzzed(whole.gate, req)
			y, _ = fuzzed(alone.gate, req)
		}
		if x != y && !limited(text) {
			t.Errorf("%s\nwith others    %s\nwithout others %s", text, x, y)
		}
		if err != nil {
			continue
		}
		for _, engine := range printedEngines {
			explained, err := whole.gate.Explain(t.Context(), req, engine)
			if err != nil {
				if codeOf(err) == refusal.Internal {
					t.Errorf("%s\non %s: %v", text, engine, errors.Unwrap(err))
				}
				continue
			}
			if err := checkPrinted(explained, ""); err != nil {
				t.Errorf("%s\non %s: %v\nin %s", text, engine, err, explained.SQL)
			}
		}
	}
	if answered < 1000 {
		t.Errorf("only %d of the splices are queries: this test looks at little", answered)
	}
}

// splice makes a text of two: a piece of one, from word to word or from
// parenthesis to parenthesis, stands where a piece of the other stood.
func splice(r *rand.Rand, queries, all []string) string {
	text := queries[r.IntN(len(queries))]
	for range 1 + r.IntN(2) {
		from, to := piece(r, text)
		other := queries[r.IntN(len(queries))]
		if r.IntN(3) == 0 {
			other = all[r.IntN(len(all))]
		}
		a, b := piece(r, other)
		part := other[a:b]
		if r.IntN(6) == 0 {
			part = "(" + other + ")"
		}
		text = text[:from] + part + text[to:]
	}
	return text
}

// piece gives a part of a text: what a pair of parentheses holds, with them or
// without, or some words.
func piece(r *rand.Rand, text string) (from, to int) {
	var opens [][2]int
	var stack []int
	for i := range len(text) {
		switch text[i] {
		case '(':
			stack = append(stack, i)
		case ')':
			if n := len(stack); n > 0 {
				opens = append(opens, [2]int{stack[n-1], i + 1})
				stack = stack[:n-1]
			}
		}
	}
	if len(opens) > 0 && r.IntN(2) == 0 {
		p := opens[r.IntN(len(opens))]
		if r.IntN(2) == 0 && p[1]-p[0] > 2 {
			return p[0] + 1, p[1] - 1
		}
		return p[0], p[1]
	}
	ends := []int{0}
	for i := range len(text) {
		if text[i] == ' ' || text[i] == ',' {
			ends = append(ends, i)
		}
	}
	ends = append(ends, len(text))
	i := r.IntN(len(ends) - 1)
	j := min(i+1+r.IntN(3), len(ends)-1)
	return ends[i], ends[j]
}
