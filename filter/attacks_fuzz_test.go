package filter_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
)

// FuzzGate sends any text through the gate as ANNA, over the whole ERP and over
// one that holds nothing but her own. Nothing may panic, no answer and no
// refusal may hold a canary or differ between the two, and whatever was let
// through must have run.
func FuzzGate(f *testing.F) {
	for _, a := range readAttacks(f, "testdata/attacks") {
		if a.viaFront() || len(a.request) > 4000 {
			continue
		}
		text := "x"
		if len(a.params) > 0 {
			if s, ok := a.params[0].(string); ok && len(s) < 1000 {
				text = s
			}
		}
		f.Add(a.request, text, int64(11))
	}
	limits := filter.Limits{Rows: 200, Bytes: 1 << 20, Time: 2 * time.Second, Plans: 10}
	whole := newRig(f, attackedERP, attackedProfile)
	alone := newRig(f, attackedERP+strings.ReplaceAll(emptied, "WHO", "ANNA"), attackedProfile)
	whole.gate, alone.gate = whole.with(limits), alone.with(limits)
	f.Fuzz(func(t *testing.T, text, value string, number int64) {
		for _, params := range [][]any{nil, {value}, {number}, {value, number}} {
			req := filter.Request{Caller: as("ANNA"), Front: "sql", Text: text, Params: params}
			x, err := fuzzed(whole.gate, req)
			if c := wordIn(text+value, x); c != "" {
				t.Fatalf("the canary %s is in %s", c, x)
			}
			switch codeOf(err) {
			case refusal.Internal, refusal.QueryFailed, refusal.Unavailable, refusal.NoAccess:
				t.Fatalf("%v because of %v", err, errors.Unwrap(err))
			case refusal.Timeout:
				return // it costs too much, and says so
			case "":
				if err != nil {
					t.Fatalf("not a refusal: %v", err)
				}
			}
			y, _ := fuzzed(alone.gate, req)
			for again := 0; x != y && again < 3; again++ { // the clock may stand in an answer
				x, _ = fuzzed(whole.gate, req)
				y, _ = fuzzed(alone.gate, req)
			}
			if x != y && !limited(text) {
				t.Fatalf("others can be told from nothing:\nwith them    %s\nwithout them %s", x, y)
			}
			if codeOf(err) != refusal.ParamMismatch {
				return
			}
		}
	})
}

// fuzzed gives an answer's labels and rows, or the refusal.
func fuzzed(gate *filter.Gate, req filter.Request) (string, error) {
	rows, labels, err := collect(context.Background(), gate, req)
	if err != nil {
		return err.Error(), err
	}
	slices.Sort(rows)
	return strings.Join(append(labels, rows...), "\n"), nil
}

// wordIn finds a canary that is a word: numbers can come about by computing.
func wordIn(request, answer string) string {
	upper := strings.ToUpper(request)
	for _, c := range canaries["ANNA"] {
		if c[0] == 'Q' && strings.Contains(strings.ToUpper(answer), c) && !strings.Contains(upper, c[:2]) {
			return c
		}
	}
	return ""
}

// limited tells whether a text could cut rows that have no order.
func limited(text string) bool {
	upper := strings.ToUpper(text)
	return strings.Contains(upper, "LIMIT") || strings.Contains(upper, "TOP") || strings.Contains(upper, "FETCH") || strings.Contains(upper, "OFFSET")
}
