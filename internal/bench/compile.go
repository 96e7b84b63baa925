package main

import (
	"context"
	"database/sql"
	"path/filepath"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/internal/audit"
	"github.com/vantelle/vantelle/internal/bench/figure"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// threeJoins is the query whose compilation is measured.
const threeJoins = `SELECT d.ref, d.total, l.article, l.qty, a.name
FROM docs d JOIN lines l ON l.doc = d.id LEFT JOIN articles a ON a.code = l.article JOIN docs e ON e.id = d.id
WHERE d.kind = 2 AND d.made >= '2026-01-01' AND a.name LIKE ? ORDER BY d.made DESC LIMIT 20`

// compile measures what it takes to make a plan of a query, and to find it again.
func compile(ctx context.Context, b *bench) error {
	path := filepath.Join(b.dir, "shop.db")
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	_, err = raw.ExecContext(ctx, shopTables)
	if closed := raw.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	db, err := openERP(catalog.SQLite, path, nil, 4)
	if err != nil {
		return err
	}
	defer db.Close()
	gate, err := openGate(db, noAudit{}, nil)
	if err != nil {
		return err
	}
	req := filter.Request{Caller: asCustomer(), Front: "sql", Text: threeJoins, Params: []any{"B%"}}
	contender := func(name string, do func() error) figure.Contender {
		return figure.Contender{Name: name, Run: func(ctx context.Context) (figure.Sample, error) {
			cost, err := figure.Repeat(ctx, b.turn, do)
			return figure.Sample{"us": cost.Nanos / 1000, "allocs": cost.Allocs, "bytes": cost.Bytes}, err
		}}
	}
	r, err := figure.Rounds(ctx, b.rounds,
		contender("cold", func() error { _, err := gate.Explain(ctx, req, ""); return err }),
		contender("cached", func() error { _, err := gate.Describe(ctx, req); return err }),
	)
	if err != nil {
		return err
	}
	return b.print(
		figure.Figure{Name: "compile.cold", Value: r.Median("cold", "us"), Unit: "us", Target: figure.Target(30)},
		figure.Figure{Name: "compile.cold.allocs", Value: r.Median("cold", "allocs"), Unit: "allocs"},
		figure.Figure{Name: "compile.cold.bytes", Value: r.Median("cold", "bytes"), Unit: "bytes"},
		figure.Figure{Name: "compile.cached", Value: r.Median("cached", "us"), Unit: "us", Target: figure.Target(1)},
		figure.Figure{Name: "compile.cached.allocs", Value: r.Median("cached", "allocs"), Unit: "allocs", Target: figure.Target(3)},
	)
}

// noAudit is for measurements that read nothing.
type noAudit struct{}

func (noAudit) Begin(context.Context, audit.Entry) error { return nil }
func (noAudit) Finish(audit.Outcome)                     {}
