package filter

import "context"

// Describe says what columns a request's answer would have. It runs nothing,
// and keeps what it compiled for the request itself. What it gives is shared and
// must not be changed. Errors are *refusal.Error.
func (g *Gate) Describe(ctx context.Context, req Request) ([]Column, error) {
	if !req.Caller.Valid() {
		return nil, g.refuse(nobody())
	}
	world, err := g.worlds.For(ctx, req.Caller)
	if err != nil {
		return nil, g.refuse(err)
	}
	p, err := g.plans.of(world, req, req.statement(), g.metrics)
	if err != nil {
		return nil, g.refuse(err)
	}
	return p.columns, nil
}
