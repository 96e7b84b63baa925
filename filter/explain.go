package filter

import (
	"context"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/sqlprint"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// Explanation says what the gate would do with a request. It holds no value
// of a customer: parameters are named by where they come from.
type Explanation struct {
	View    string   // the view's digest
	Profile string   // name and version
	Tables  []string // read, as the catalog spells them
	Engine  catalog.Engine
	SQL     string // as it would run
	Params  []string
	Columns []Column
}

// Explain compiles a request for an engine, by default the dossier's own, and
// runs nothing. Errors are *refusal.Error.
func (g *Gate) Explain(ctx context.Context, req Request, engine catalog.Engine) (Explanation, error) {
	v, err := g.View(ctx, req.Caller)
	if err != nil {
		return Explanation{}, err
	}
	if engine == "" {
		engine = v.Catalog.Engine
	}
	p, err := compile(v, req, engine, g.limits)
	if err != nil {
		return Explanation{}, err
	}
	if p.write != nil {
		return Explanation{View: v.Digest(), Profile: v.Profile.Name, Tables: p.tables, Engine: engine, SQL: printed(p.write), Columns: p.columns}, nil
	}
	out := Explanation{View: v.Digest(), Profile: v.Profile.Name, Tables: p.tables, Engine: engine, SQL: p.statement.SQL, Columns: p.columns}
	for _, param := range p.statement.Params {
		out.Params = append(out.Params, describe(param))
	}
	return out, nil
}

func describe(p sqlprint.Param) string {
	kind := " (" + p.Type.Kind.String() + ")"
	switch p.Slot.Kind {
	case querytree.SlotIdentity:
		return "the identity's :" + p.Slot.Name + kind
	case querytree.SlotNamed:
		return "the request's :" + p.Slot.Name + kind
	case querytree.SlotPosition:
		return "the request's parameter" + kind
	}
	return "a value written in the request" + kind
}
