package oracle

import "context"

// shrink makes a query that the gate gets wrong smaller, as long as it still
// gets it wrong in the same way, with at most so many tries.
func (s *stage) shrink(ctx context.Context, q *query, who int, why string, tries int) {
	still := func() bool {
		if tries--; tries < 0 {
			return false
		}
		v := s.judge(ctx, q, who)
		return v.outcome == wrong && v.why == why
	}
	for smaller := true; smaller && tries > 0; {
		smaller = q.root.shrink(still)
	}
}

// shrink tries each way to make n smaller, from the outside in, and tells
// whether one was kept.
func (n *node) shrink(still func() bool) bool {
	kept := false
	if n.fixed {
		return false
	}
	for i, k := range n.kids {
		if k.drop {
			n.kids[i] = &node{}
			if still() {
				kept = true
				continue
			}
			n.kids[i] = k
		}
		for _, alt := range k.alts {
			n.kids[i] = alt
			if still() {
				kept = true
				break
			}
			n.kids[i] = k
		}
		if n.kids[i].shrink(still) {
			kept = true
		}
	}
	return kept
}
