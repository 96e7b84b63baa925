package filter

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/vantelle/vantelle/filter/execute"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlprint"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/audit"
	"github.com/vantelle/vantelle/internal/identity"
)

// Gate is the one way from a request to an ERP. It is safe for concurrent use.
type Gate struct {
	worlds  *Worlds
	plans   *plans
	audit   audit.Log
	metrics Metrics
	limits  Limits
	shares  *shares
	now     func() time.Time
}

// Config is what a Gate is made of.
type Config struct {
	Worlds  *Worlds
	Audit   audit.Log
	Metrics Metrics // nil counts nothing
	Limits  Limits
	Now     func() time.Time // nil is time.Now
}

// Metrics is what a gate counts; internal/telemetry implements it.
type Metrics interface {
	Compiled(result string) // "compiled", "cached", "refused"
	ERPQuery(dossier string, rows int, took time.Duration)
	Refused(code string)
}

// New makes a gate.
func New(c Config) *Gate {
	g := &Gate{worlds: c.Worlds, plans: newPlans(c.Limits), audit: c.Audit, metrics: c.Metrics, limits: c.Limits, shares: &shares{}, now: c.Now}
	if g.now == nil {
		g.now = time.Now
	}
	if g.metrics == nil {
		g.metrics = noMetrics{}
	}
	return g
}

// Do runs one request on behalf of its caller and streams the answer. It is
// the whole way of a request; every step takes what the one before made, and
// nothing reaches the ERP but through here. Errors are *refusal.Error.
func (g *Gate) Do(ctx context.Context, req Request) (*Answer, error) {
	// Who asks? A request without somebody who may enter ends here.
	if !req.Caller.Valid() {
		return nil, g.refuse(nobody())
	}
	// What is his world? His profile, bound to the ERP as it is today.
	world, err := g.worlds.For(ctx, req.Caller)
	if err != nil {
		return nil, g.refuse(err)
	}
	return g.do(ctx, req, world)
}

// do is the rest of the way, in a world that was found.
func (g *Gate) do(ctx context.Context, req Request, world World) (*Answer, error) {
	// What does he ask? Parse, resolve, authorise, print: a plan holds all
	// four, and no data.
	text := req.statement()
	plan, err := g.plans.of(world, req, text, g.metrics)
	if err != nil {
		return nil, g.deny(ctx, g.entry(req, world.View, nil, audit.Digest(text)), err)
	}
	if plan.write != nil {
		return g.write(ctx, req, world, plan) // the rest of a write's way: write.go
	}
	entry := g.entry(req, world.View, plan.tables, plan.digest)
	args, err := execute.Bind(plan.statement, values(req), world.DB.Engine())
	if err != nil {
		return nil, g.deny(ctx, entry, err)
	}
	// He leaves connections to the others, and an ERP alone that does not answer.
	leave, look, err := g.turn(ctx, req.Caller, world.DB.PortalConnections(), false)
	if err != nil {
		return nil, g.refuse(err)
	}
	defer look.giveBack()
	// Deciding and auditing are one act: what is not written down is not run.
	if err := g.audit.Begin(ctx, entry); err != nil {
		leave()
		return nil, g.refuse(refusal.Because(err, refusal.AuditDown, "the audit log cannot be written, so nothing is answered"))
	}
	started := g.now()
	rows, err := execute.Run(ctx, world.DB.Portal(), plan.statement, args, g.bounds(req, world), func(n int64, err error) {
		leave()
		took := g.now().Sub(started)
		g.metrics.ERPQuery(req.Caller.Dossier, int(n), took)
		g.audit.Finish(audit.Outcome{ID: entry.ID, Time: entry.Time, Rows: n, Millis: took.Milliseconds(), Code: code(err)})
		g.worlds.Failed(req.Caller.Dossier, reached(n, err))
	})
	if err != nil {
		return nil, g.refuse(err)
	}
	look.answered()
	return &Answer{Columns: plan.columns, Rows: live(rows, req.Still, g.now), Truncated: rows.Truncated}, nil
}

// reached is what the end of an answer says of the ERP. One that gave rows was
// there, whatever broke the answer off: who reads too slowly for the server is one
// customer, and the dossier stays open to the others.
func reached(rows int64, err error) error {
	var refused *refusal.Error
	if rows > 0 && errors.As(err, &refused) && refused.Code == refusal.Unavailable {
		return nil
	}
	return err
}

// View gives the caller's world, for a catalog of what he may ask.
func (g *Gate) View(ctx context.Context, c identity.Caller) (*view.View, error) {
	if !c.Valid() {
		return nil, g.refuse(nobody())
	}
	world, err := g.worlds.For(ctx, c)
	if err != nil {
		return nil, g.refuse(err)
	}
	return world.View, nil
}

// nobody refuses a request without somebody who may enter.
func nobody() error {
	return refusal.New(refusal.NoAccess, "nobody with an access to this dossier is asking")
}

func (g *Gate) refuse(err error) error {
	g.metrics.Refused(code(err))
	return err
}

// deny writes a refusal down before it is given. Where even that cannot be
// written, the caller learns this first.
func (g *Gate) deny(ctx context.Context, entry audit.Entry, err error) error {
	entry.Decision, entry.Code = audit.Deny, code(err)
	if lost := g.audit.Begin(ctx, entry); lost != nil {
		err = refusal.Because(lost, refusal.AuditDown, "the audit log cannot be written, so nothing is answered")
	}
	return g.refuse(err)
}

func (g *Gate) entry(req Request, v *view.View, tables []string, digest string) audit.Entry {
	c, now := req.Caller, g.now()
	return audit.Entry{
		ID: audit.NewID(now), Time: now, RequestID: req.RequestID,
		Dossier: c.Dossier, KeyID: c.KeyID, CustomerID: c.Customer.ID, Actor: c.Actor, Contact: c.Contact,
		Front: req.Front, Action: audit.ActionRead, Decision: audit.Allow,
		Tables: tables, View: v.Profile.Name + " v" + strconv.Itoa(v.Profile.Version) + " " + v.Digest(),
		Digest: digest,
	}
}

func (g *Gate) bounds(req Request, w World) execute.Bounds {
	b := execute.Bounds{Rows: g.limits.Rows, Bytes: g.limits.Bytes, Time: g.limits.Time, NoDates: w.NoDates}
	if req.MaxRows > 0 && (b.Rows == 0 || req.MaxRows < b.Rows) {
		b.Rows = req.MaxRows
	}
	return b
}

// values says where a request's parameters get their values from. The
// identity's come from the caller only, never from the request.
func values(req Request) execute.Values {
	c := req.Caller
	return execute.Values{Params: req.Params, Named: req.Named, Identity: func(name string) (string, bool) {
		switch name {
		case "customer":
			return c.Customer.ID, true
		case "customer_code":
			return c.Customer.Code, true
		case "contact":
			return c.Contact, true
		}
		if len(name) > len("attr_") && name[:len("attr_")] == "attr_" {
			v, ok := c.Customer.Attributes[name[len("attr_"):]]
			return v, ok
		}
		return "", false
	}}
}

func columns(st *sqlprint.Statement) []Column {
	out := make([]Column, len(st.Columns))
	for i, c := range st.Columns {
		out[i] = Column{Name: c.Label, Type: c.Type}
	}
	return out
}
