package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/vantelle/vantelle/internal/bench/figure"
)

const (
	restPath      = "/v1/dossiers/" + dossier + "/rows/docs?select=id,kind,ref,total,made,due,note&order=made.desc,id.desc&limit=20"
	restDocuments = 200_000
	manyClients   = 32
)

// rest measures reading twenty rows of a customer over HTTP: through Vantelle,
// and through a handler that was written by hand for this one query. Both run
// in this process, on the same database, and answer the same bytes.
func rest(ctx context.Context, b *bench) (err error) {
	at, err := openPlace(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, at.drop()) }()
	if err := at.fill(ctx, restDocuments, shopCustomers, 0); err != nil {
		return err
	}
	for _, pool := range []int{4, 10, 32} {
		if err := restWithPool(ctx, b, at, pool); err != nil {
			return fmt.Errorf("pool of %d: %w", pool, err)
		}
	}
	return nil
}

// restWithPool compares with both sides having a pool of so many connections.
// The figures that are promised are those of the pool that suits 32 clients on
// a small machine; the others show what a pool's size does to the longest wait.
func restWithPool(ctx context.Context, b *bench, at *place, pool int) error {
	v, err := startVantelle(ctx, fmt.Sprintf("%s/pool%d", b.dir, pool), at, pool)
	if err != nil {
		return err
	}
	defer v.stop()
	hand, err := startByHand(ctx, at, pool)
	if err != nil {
		return err
	}
	defer hand.stop()
	if err := sameAnswer(v, hand); err != nil {
		return err
	}
	side := func(s *served, name string, clients int) (figure.Contender, error) {
		cs, err := s.clients(clients)
		return figure.Contender{Name: name, Run: func(ctx context.Context) (figure.Sample, error) { return load(ctx, cs, b.turn) }}, err
	}
	var contenders []figure.Contender
	for _, c := range []struct {
		s       *served
		name    string
		clients int
	}{{v, "vantelle 1", 1}, {hand, "hand 1", 1}, {v, "vantelle 32", manyClients}, {hand, "hand 32", manyClients}} {
		contender, err := side(c.s, c.name, c.clients)
		if err != nil {
			return err
		}
		contenders = append(contenders, contender)
	}
	// Once for both, unmeasured: connections, prepared statements, plans.
	if _, err := figure.Rounds(ctx, 1, contenders...); err != nil {
		return err
	}
	r, err := figure.Rounds(ctx, b.rounds, contenders...)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("rest.pool%d.", pool)
	ratio, overhead := figure.Target(0.8), figure.Target(150)
	figures := []figure.Figure{
		{Name: name + "ratio.32", Value: r.Ratio("vantelle 32", "hand 32", "per second"), Unit: "ratio", Target: ratio},
		{Name: name + "overhead.p50.1", Value: r.Difference("vantelle 1", "hand 1", "p50"), Unit: "us", Target: overhead},
	}
	for _, c := range contenders {
		figures = append(figures, figure.Figure{Name: name + dotted(c.Name) + ".throughput", Value: r.Median(c.Name, "per second"), Unit: "req/s"})
		for _, q := range []string{"p50", "p99"} {
			figures = append(figures, figure.Figure{Name: name + dotted(c.Name) + "." + q, Value: r.Median(c.Name, q), Unit: "us"})
		}
		figures = append(figures, figure.Figure{Name: name + dotted(c.Name) + ".processor", Value: r.Median(c.Name, "processor"), Unit: "us"})
		figures = append(figures, figure.Figure{Name: name + dotted(c.Name) + ".max", Value: r.Max(c.Name, "max"), Unit: "us"})
	}
	return b.print(figures...)
}

func dotted(name string) string {
	return string(bytes.ReplaceAll([]byte(name), []byte(" "), []byte(".")))
}

// sameAnswer makes sure that what is compared does the same work.
func sameAnswer(a, b *served) error {
	var bodies [][]byte
	for _, s := range []*served{a, b} {
		cs, err := s.clients(1)
		if err != nil {
			return err
		}
		body, err := cs[0].ask()
		if err != nil {
			return err
		}
		bodies = append(bodies, bytes.Clone(body))
	}
	if !bytes.Equal(bodies[0], bodies[1]) {
		return fmt.Errorf("the two do not answer alike:\n%s\n%s", bodies[0], bodies[1])
	}
	if n := bytes.Count(bodies[0], []byte(`"ref":`)); n != 20 {
		return fmt.Errorf("the answer has %d rows, not 20", n)
	}
	return nil
}
