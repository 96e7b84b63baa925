package sqlast

import (
	"strconv"
	"strings"

	"github.com/vantelle/vantelle/filter/sqltoken"
)

func (p *printer) call(x *Call) {
	p.functionName(x.Name)
	switch {
	case bareCall(x):
		return
	case positionCall(x):
		p.put("(")
		p.expr(x.Args[0], PrecCompare+1)
		p.put(" IN ")
		p.expr(x.Args[1], PrecOr)
		p.put(")")
	default:
		p.arguments(x)
	}
	if x.Filter != nil {
		p.put(" FILTER (WHERE ")
		p.expr(x.Filter, PrecOr)
		p.put(")")
	}
	if x.Over != nil {
		p.put(" OVER ")
		p.window(x.Over)
	}
}

func (p *printer) arguments(x *Call) {
	p.put("(")
	if x.Distinct {
		p.put("DISTINCT ")
	}
	if x.Star {
		p.put("*")
	}
	p.exprs(x.Args)
	before := "ORDER BY "
	if len(x.Args) > 0 {
		before = " ORDER BY "
	}
	p.orderBy(before, x.OrderBy)
	p.put(")")
}

// bareCall is CURRENT_DATE and its like, which are written without parentheses.
func bareCall(x *Call) bool {
	switch sqltoken.Lookup(x.Name.Name) {
	case sqltoken.CURRENT_DATE, sqltoken.CURRENT_TIME, sqltoken.CURRENT_TIMESTAMP:
	default:
		return false
	}
	return !x.Name.Quoted && len(x.Args) == 0 && !x.Star && !x.Distinct &&
		len(x.OrderBy) == 0 && x.Filter == nil && x.Over == nil
}

// positionCall is POSITION(a IN b), the only spelling of that function.
func positionCall(x *Call) bool {
	return sqltoken.Lookup(x.Name.Name) == sqltoken.POSITION && len(x.Args) == 2 &&
		!x.Star && !x.Distinct && len(x.OrderBy) == 0
}

// functionName is written as it is where it reads as a call; otherwise quoted,
// which the parser refuses: no tree can smuggle syntax through a name.
func (p *printer) functionName(n Ident) {
	if !n.Quoted && (sqltoken.PlainName(n.Name) || sqltoken.Lookup(n.Name).Callable()) {
		p.put(n.Name)
		return
	}
	p.name(Ident{Name: n.Name, Quoted: true})
}

func (p *printer) cast(x *Cast) {
	if x.Try {
		p.put("TRY_")
	}
	p.put("CAST(")
	p.expr(x.X, PrecOr)
	p.put(" AS ")
	p.typeName(x.Type)
	p.put(")")
}

// typeName puts the lengths where the grammar wants them: TIMESTAMP(3) WITH TIME ZONE.
func (p *printer) typeName(t TypeName) {
	name, zone := t.Name, ""
	for _, suffix := range []string{" WITH TIME ZONE", " WITHOUT TIME ZONE"} {
		if head, ok := strings.CutSuffix(name, suffix); ok {
			name, zone = head, suffix
		}
	}
	p.put(name)
	if len(t.Args) > 0 {
		p.put("(")
		p.list(len(t.Args), func(i int) { p.put(strconv.Itoa(t.Args[i])) })
		p.put(")")
	}
	p.put(zone)
}

func (p *printer) window(w *Window) {
	p.put("(")
	blank := ""
	if len(w.PartitionBy) > 0 {
		p.put("PARTITION BY ")
		p.exprs(w.PartitionBy)
		blank = " "
	}
	if len(w.OrderBy) > 0 {
		p.orderBy(blank+"ORDER BY ", w.OrderBy)
		blank = " "
	}
	if f := w.Frame; f != nil {
		p.put(blank, f.Unit, " BETWEEN ")
		p.bound(f.Start)
		p.put(" AND ")
		p.bound(f.End)
	}
	p.put(")")
}

func (p *printer) bound(b FrameBound) {
	if b.N != nil {
		p.expr(b.N, PrecOr)
		p.put(" ")
	}
	p.put(b.Kind)
}
