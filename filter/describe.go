package filter

import "context"

// Describe says what columns a request's answer would have. It runs nothing,
// and keeps what it compiled for the request itself. Errors are *refusal.Error.
func (g *Gate) Describe(ctx context.Context, req Request) ([]Column, error) {
	if !req.Caller.Valid() {
		return nil, g.refuse(nobody())
	}
	world, err := g.worlds.For(ctx, req.Caller)
	if err != nil {
		return nil, g.refuse(err)
	}
	p, err := g.plans.of(world, req, g.metrics)
	if err != nil {
		return nil, g.refuse(err)
	}
	return columns(p.statement), nil
}
