package filter_test

import (
	"errors"
	"io"
	"testing"

	"github.com/vantelle/vantelle/filter"
)

const threeJoins = `SELECT d.ref, d.total, l.article, l.qty, a.name
FROM docs d JOIN lines l ON l.doc = d.id LEFT JOIN articles a ON a.code = l.article JOIN docs e ON e.id = d.id
WHERE d.kind = 2 AND d.at >= '2026-01-01' AND a.name LIKE ? ORDER BY d.at DESC LIMIT 20`

func BenchmarkCompileCold(b *testing.B) {
	r := newRig(b, ledger, shop)
	req := filter.Request{Caller: as("ANNA"), Text: threeJoins, Params: []any{"B%"}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.gate.Explain(b.Context(), req, ""); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCompileCached(b *testing.B) {
	r := newRig(b, ledger, shop)
	req := filter.Request{Caller: as("ANNA"), Text: threeJoins, Params: []any{"B%"}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.gate.Describe(b.Context(), req); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAskOneRow(b *testing.B) {
	r := newRig(b, ledger, shop)
	req := filter.Request{Caller: as("ANNA"), Front: "sql", Text: "SELECT ref, total FROM docs WHERE id = ?", Params: []any{int64(1)}}
	b.ReportAllocs()
	for b.Loop() {
		answer, err := r.gate.Do(b.Context(), req)
		if err != nil {
			b.Fatal(err)
		}
		for {
			if _, err := answer.Rows.Next(b.Context()); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
		answer.Close()
		r.audit.entries, r.audit.outcomes = r.audit.entries[:0], r.audit.outcomes[:0]
	}
}
