package oracle

import (
	"context"
	"fmt"
	"regexp"
	"sort"
	"strings"
)

// tally counts verdicts.
type tally struct {
	cases, agreed, wrong, nameless, unanswered, optimised, telling, spoiled int
	refused                                                                 map[string]int
	details                                                                 map[string]int // of refusals
	engine                                                                  map[string]int // of what the engine itself refused
}

func (t *tally) add(q *query, v verdict) {
	t.cases++
	if q.spoiled != "" {
		t.spoiled++
	}
	switch v.outcome {
	case agreed:
		t.agreed++
	case wrong:
		t.wrong++
	case nameless:
		t.nameless++
	case optimised:
		t.optimised++
	case unanswered:
		t.unanswered++
		if v.err != nil {
			if t.engine == nil {
				t.engine = map[string]int{}
			}
			t.engine[errorClass.ReplaceAllString(v.err.Error(), "…")]++
		}
	case refused:
		if t.refused == nil {
			t.refused, t.details = map[string]int{}, map[string]int{}
		}
		t.details[v.detail]++
		t.refused[string(v.code)]++
	}
	if v.telling {
		t.telling++
	}
}

// join adds another tally's counts.
func (t *tally) join(o tally) {
	t.cases, t.agreed, t.wrong, t.nameless = t.cases+o.cases, t.agreed+o.agreed, t.wrong+o.wrong, t.nameless+o.nameless
	t.optimised += o.optimised
	t.unanswered, t.telling, t.spoiled = t.unanswered+o.unanswered, t.telling+o.telling, t.spoiled+o.spoiled
	if t.refused == nil {
		t.refused, t.details = map[string]int{}, map[string]int{}
	}
	for code, n := range o.refused {
		t.refused[code] += n
	}
	for detail, n := range o.details {
		t.details[detail] += n
	}
	if t.engine == nil {
		t.engine = map[string]int{}
	}
	for words, n := range o.engine {
		t.engine[words] += n
	}
}

func (t *tally) percent(n int) float64 { return 100 * float64(n) / float64(max(1, t.cases)) }

// String gives the shares.
func (t *tally) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d cases: %d wrong, answered alike %.1f %%, telling %.1f %%, unknown name on both sides %.1f %%, refused by the engine itself %.1f %%",
		t.cases, t.wrong, t.percent(t.agreed), t.percent(t.telling), t.percent(t.nameless), t.percent(t.unanswered))
	var codes []string
	for c := range t.refused {
		codes = append(codes, c)
	}
	sort.Strings(codes)
	for _, c := range codes {
		fmt.Fprintf(&b, ", %s %.1f %%", c, t.percent(t.refused[c]))
	}
	return b.String()
}

// errorClass finds what differs between errors of one kind.
var errorClass = regexp.MustCompile("'[^']*'|\"[^\"]*\"|`[^`]*`")

// reasons gives the n most frequent refusals.
func (t *tally) reasons(n int) string { return most(t.details, n) }

func most(counts map[string]int, n int) string {
	var all []string
	for d := range counts {
		all = append(all, d)
	}
	sort.Slice(all, func(i, j int) bool {
		a, b := all[i], all[j]
		return counts[a] > counts[b] || counts[a] == counts[b] && a < b
	})
	var b strings.Builder
	for _, d := range all[:min(n, len(all))] {
		fmt.Fprintf(&b, "\n%6d %s", counts[d], d)
	}
	return b.String()
}

// report tells everything about a case that went wrong.
func (s *stage) report(ctx context.Context, q *query, who int, v verdict) string {
	d := s.world.dialect
	a := q.write(d, d.strict(s.full))
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nquery: %s\n", v.why, a.text)
	for i, p := range a.params {
		fmt.Fprintf(&b, "  parameter %d: %s\n", i+1, p.literal())
	}
	if e := q.engineText(d, d.strict(s.reduced[who].schema)); e.text != a.text {
		fmt.Fprintf(&b, "asked of the reduced database: %s\n", e.text)
	}
	if q.spoiled != "" {
		fmt.Fprintf(&b, "it names the hidden %s\n", q.spoiled)
	}
	if v.detail != "" {
		fmt.Fprintf(&b, "the gate refuses: %s\n", v.detail)
	}
	if v.gate != nil {
		fmt.Fprintf(&b, "the gate answers: %s", v.gate)
	}
	if v.err != nil {
		fmt.Fprintf(&b, "the reduced database refuses: %v\n", v.err)
	}
	if v.judge != nil {
		fmt.Fprintf(&b, "the reduced database answers: %s", v.judge)
	}
	if e, err := s.gate.Explain(ctx, s.request(a, who), ""); err == nil {
		fmt.Fprintf(&b, "printed: %s\n  %q\n", e.SQL, e.Params)
	}
	s.world.describe(&b, a.text, who)
	return b.String()
}

// describe tells of the world: who asks, the profile, and the tables that a
// text mentions.
func (w *world) describe(b *strings.Builder, about string, who int) {
	asks := w.customers[who]
	fmt.Fprintf(b, "asks: id %q, code %q, contact %q, zone %q\nprofile:\n%s", asks.id, asks.code, asks.contact, asks.zone, w.yaml)
	for _, t := range w.tables {
		fmt.Fprintf(b, "%s;\n", t.ddl(w.dialect, w.dialect.strict(t.name), t.columns))
		if strings.Contains(about, t.name) {
			fmt.Fprintf(b, "%s;\n", t.insert(w.dialect.strict(t.name), t.columns, t.rows))
		}
		var shown []string
		for _, c := range w.profile.columns(t) {
			shown = append(shown, c.name)
		}
		fmt.Fprintf(b, "-- visible: %q, %d of %d rows\n", shown, len(w.seen[who][t]), len(t.rows))
	}
}
