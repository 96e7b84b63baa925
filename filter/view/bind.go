package view

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"sort"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/resolve"
	"github.com/vantelle/vantelle/filter/sqlfunc"
	"github.com/vantelle/vantelle/filter/sqlparse"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/profiles"
)

// gateVersion is part of every view's digest: a gate that decides or prints
// differently shares no plan with the one before.
const gateVersion = "6"

// Bind binds p to the catalog of one dossier. It always gives a view: what of
// the profile cannot be bound is missing from it and named in Problems.
//
// Beside are the other profiles by which customers may see the dossier. What p lets
// customers write hangs on them: it may not choose what somebody sees by another
// profile; and so does which keys of p's resources no customer gives a row.
func Bind(p *profiles.Profile, cat *catalog.Catalog, beside ...*profiles.Profile) *View {
	named, err := atSite(p, cat)
	if err != nil {
		nothing := *p
		nothing.Tables, nothing.Resources = nil, nil
		v := bind(&nothing, catalog.New(cat.Engine, cat.Version, nil), nil)
		v.Profile, v.Catalog = p, cat
		v.Problems = append(v.Problems, Problem{Fatal: true, Msg: err.Error()})
		return v
	}
	var others []*profiles.Profile
	for _, other := range beside {
		if !p.Writes() && !other.Writes() { // then nothing hangs on them
			continue
		}
		if other, err := atSite(other, cat); err == nil { // one that fails shows nobody anything
			others = append(others, other)
		}
	}
	return bind(named, cat, others)
}

func bind(p *profiles.Profile, cat *catalog.Catalog, beside []*profiles.Profile) *View {
	b := &binder{v: &View{Profile: p, Catalog: cat, tables: map[*catalog.Table]*Table{}}, beside: beside,
		policies: map[string]*querytree.Policy{}, failed: map[string]bool{}}
	names := make([]string, 0, len(p.Tables))
	for name := range p.Tables {
		names = append(names, name)
	}
	sort.Strings(names)
	var visible []*catalog.Table
	named := map[string]*Table{}
	for _, name := range names {
		policy := b.policy(name)
		if policy == nil {
			continue
		}
		if t := b.table(name, policy); t != nil {
			visible = append(visible, t.Visible)
			b.v.tables[t.Visible] = t
			named[name] = t
		}
	}
	b.v.byName = catalog.New(cat.Engine, cat.Version, visible)
	for _, t := range b.v.byName.Tables {
		b.v.Tables = append(b.v.Tables, b.v.tables[t])
	}
	(&resourceBinder{binder: b, tables: named}).all()
	b.writes(named)
	h := sha256.New() // of the tables' names too: one profile names them otherwise at each site
	fmt.Fprintf(h, "%s\x00%s\x00%d\x00%s\x00%s\x00%q", gateVersion, p.Name, p.Version, p.Digest, cat.Fingerprint(), names)
	for _, other := range beside {
		fmt.Fprintf(h, "\x00%s\x00%d\x00%s", other.Name, other.Version, other.Digest)
	}
	b.v.digest = hex.EncodeToString(h.Sum(nil)[:16])
	return b.v
}

type binder struct {
	v        *View
	beside   []*profiles.Profile          // see Bind
	policies map[string]*querytree.Policy // by the profile's table name
	failed   map[string]bool
	writing  bool // its policies are those of writes: modules count at the level full
	whole    bool // its policies are of all modules, whatever their levels
}

func (b *binder) problem(fatal bool, table, column, format string, args ...any) {
	b.v.Problems = append(b.v.Problems, Problem{Table: table, Column: column, Fatal: fatal, Msg: fmt.Sprintf(format, args...)})
}

// policy gives the row policy of one of the profile's tables, or nil where it
// cannot be had; then the reason is among the problems, and the table is out.
func (b *binder) policy(name string) *querytree.Policy {
	if p := b.policies[name]; p != nil || b.failed[name] {
		return p
	}
	b.failed[name] = true // until it succeeds; a circle of follows ends here too
	rule, listed := b.v.Profile.Tables[name]
	if !listed {
		b.problem(true, name, "", "the profile does not list this table")
		return nil
	}
	t := b.v.Catalog.Table(rule.Schema, rule.Name)
	if t == nil {
		b.problem(true, name, "", "this dossier has no such table, or the ERP login may not read it")
		return nil
	}
	policy, err := b.compose(name, &rule, t)
	if err != nil {
		b.problem(true, name, "", "%s", explain(err))
		return nil
	}
	b.failed[name] = false
	b.policies[name] = policy
	return policy
}

func explain(err error) string {
	var r *refusal.Error
	if errors.As(err, &r) {
		return r.Detail
	}
	return err.Error()
}

// compose makes rows AND (module OR …) AND follows.
func (b *binder) compose(name string, rule *profiles.Table, t *catalog.Table) (*querytree.Policy, error) {
	policy := &querytree.Policy{Table: t, Self: &querytree.Self{Table: t}}
	var all []querytree.Expr
	if rule.Rows.SQL != "" {
		x, err := b.condition(rule.Rows, policy)
		if err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	if rule.Seek.SQL != "" && rule.Rows.SQL != "" {
		if x, err := b.condition(rule.Seek, policy); err != nil {
			// It only says again, for an index, what rows says.
			b.problem(false, name, "", "seek: %s; the filter holds without it", explain(err))
		} else {
			all = append(all, inCodePageOf(t, x))
		}
	}
	if len(rule.Modules) > 0 {
		x, err := b.modules(rule, policy)
		if err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	if rule.Follows != nil {
		x, err := b.follows(rule.Follows, policy)
		if err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	switch {
	case len(all) == 0 && rule.Public:
		policy.Where = &querytree.Bool{Value: true}
	case len(all) == 0:
		return nil, errors.New("nothing says whose rows these are: give rows, follows or public")
	case len(all) == 1:
		policy.Where = all[0]
	default:
		policy.Where = &querytree.Op{Op: "AND", Args: all, T: sqltype.Type{Kind: sqltype.Bool}}
	}
	return policy, nil
}

// inCodePageOf gives the binary parameters of a seek the code page in which the
// table keeps its texts: their bytes are compared with copies of those.
func inCodePageOf(t *catalog.Table, seek querytree.Expr) querytree.Expr {
	var page uint16
	for _, c := range t.Columns {
		if c.Type.Kind == sqltype.Text && c.Type.CodePage != 0 {
			page = c.Type.CodePage
			break
		}
	}
	querytree.WalkExpr(seek, querytree.Visitor{Expr: func(x querytree.Expr) {
		if p, ok := x.(*querytree.Param); ok && p.T.Kind == sqltype.Binary {
			p.T.CodePage = page // the tree is new, nobody shares it yet
		}
	}})
	return seek
}

// modules makes the OR of the conditions of the modules that may be read;
// FALSE where none may.
func (b *binder) modules(rule *profiles.Table, policy *querytree.Policy) (querytree.Expr, error) {
	names := make([]string, 0, len(rule.Modules))
	for m := range rule.Modules {
		names = append(names, m)
	}
	sort.Strings(names)
	var any []querytree.Expr
	for _, m := range names {
		cond := rule.Modules[m]
		x, err := b.condition(cond, policy) // also of modules that are off: a mistake is found early
		if err != nil {
			return nil, fmt.Errorf("module %s: %w", m, err)
		}
		if b.counts(b.v.Profile.Modules[m].Level) {
			any = append(any, x)
		}
	}
	switch len(any) {
	case 0:
		return &querytree.Bool{Value: false}, nil
	case 1:
		return any[0], nil
	}
	return &querytree.Op{Op: "OR", Args: any, T: sqltype.Type{Kind: sqltype.Bool}}, nil
}

// condition parses and resolves one condition of the profile's author.
func (b *binder) condition(c profiles.Condition, policy *querytree.Policy) (querytree.Expr, error) {
	if c.SQL == "" {
		return &querytree.Bool{Value: true}, nil
	}
	ast, err := sqlparse.ParseExpr(c.SQL, sqlparse.DefaultLimits())
	if err != nil {
		return nil, fmt.Errorf("row condition at line %d: %w", c.Line, err)
	}
	x, err := resolve.Condition(ast, policy.Self, resolve.Options{Engine: b.v.Catalog.Engine, Version: sqlfunc.ParseVersion(b.v.Catalog.Version), Tables: b.v.Catalog.Table})
	if err != nil {
		return nil, fmt.Errorf("row condition at line %d: %s", c.Line, explain(err))
	}
	var unknown, unfit string
	querytree.WalkExpr(x, querytree.Visitor{Expr: func(x querytree.Expr) {
		if ref, ok := x.(*querytree.ColumnRef); ok && ref.Col != nil && unprintable(b.v.Catalog.Engine, ref.Col.Name) {
			unfit = ref.Col.Name
		}
		if p, ok := x.(*querytree.Param); ok && p.Slot.Kind == querytree.SlotIdentity && !KnownAttribute(p.Slot.Name) {
			unknown = p.Slot.Name
		}
	}})
	if unfit != "" {
		return nil, fmt.Errorf("row condition at line %d: column %s has a name that this engine reads as something else where the column is missing; no rule can use it", c.Line, unfit)
	}
	if unknown != "" {
		return nil, fmt.Errorf("row condition at line %d: there is no :%s; there are :customer, :customer_code, :contact and :attr_<name>", c.Line, unknown)
	}
	return x, nil
}

// follows makes (own columns) IN (the followed table's columns, of its rows
// that its own policy lets through).
func (b *binder) follows(f *profiles.Follows, policy *querytree.Policy) (querytree.Expr, error) {
	header := b.policy(f.Table)
	if header == nil {
		return nil, fmt.Errorf("it follows %s, which is not available here", f.Table)
	}
	in := &querytree.InQuery{}
	sel := &querytree.Select{From: header.Self, Where: header.Where}
	for _, pair := range f.On {
		own, other := policy.Table.Column(pair[0]), header.Table.Column(pair[1])
		if own == nil || other == nil || unprintable(b.v.Catalog.Engine, own.Name) || unprintable(b.v.Catalog.Engine, other.Name) {
			return nil, fmt.Errorf("it follows %s on %s and %s, which this dossier lacks", f.Table, pair[0], pair[1])
		}
		if _, ok := sqltype.Unify(own.Type, other.Type); !ok {
			return nil, fmt.Errorf("it follows %s on %s (%s) and %s (%s), which cannot be compared", f.Table, own.Name, own.Type, other.Name, other.Type)
		}
		in.Row = append(in.Row, &querytree.ColumnRef{Source: policy.Self, Col: own, T: own.Type})
		sel.Items = append(sel.Items, &querytree.ColumnRef{Source: header.Self, Col: other, T: other.Type})
		sel.Columns = append(sel.Columns, querytree.Column{Label: other.Name, Type: other.Type})
	}
	if len(in.Row) == 0 {
		return nil, fmt.Errorf("it follows %s on nothing", f.Table)
	}
	in.Query = &querytree.Query{Body: sel}
	return in, nil
}

// table makes what the view shows of a table; nil where that is nothing.
func (b *binder) table(name string, policy *querytree.Policy) *Table {
	rule := b.v.Profile.Tables[name]
	t := policy.Table
	out := &Table{Catalog: t, Title: rule.Title, Policy: policy, rules: map[*catalog.Column]profiles.Column{}}
	listed := map[string]profiles.Column{}
	written := make([]string, 0, len(rule.Columns))
	for col := range rule.Columns {
		written = append(written, col)
	}
	sort.Strings(written)
	for _, col := range written {
		c := t.Column(col)
		if c != nil && unprintable(b.v.Catalog.Engine, c.Name) {
			c = nil
		}
		if c == nil && rule.Columns[col].Hidden && rule.OtherColumns {
			// The column may be there under another name, and would be shown.
			b.problem(true, name, col, "the profile hides this column and shows those it does not list, but this dossier's table has no such column: correct its name or take the rule out")
			return nil
		}
		if c == nil {
			b.problem(false, name, col, "this dossier's table has no such column; it is left out")
			continue
		}
		listed[c.Name] = rule.Columns[col]
	}
	visible := &catalog.Table{Schema: t.Schema, Name: t.Name, View: t.View}
	for _, c := range t.Columns {
		if unprintable(b.v.Catalog.Engine, c.Name) {
			continue
		}
		r, ok := listed[c.Name]
		if ok && r.Hidden || !ok && !rule.OtherColumns {
			continue
		}
		shown := *c
		visible.Columns = append(visible.Columns, &shown)
		out.rules[&shown] = r
	}
	if len(visible.Columns) == 0 {
		b.problem(true, name, "", "no column of it is shown")
		return nil
	}
	out.Visible = visible
	sees := func(cols []string) bool {
		return len(cols) > 0 && !slices.ContainsFunc(cols, func(n string) bool {
			return !slices.ContainsFunc(visible.Columns, func(c *catalog.Column) bool { return c.Name == n })
		})
	}
	if sees(t.PrimaryKey) {
		out.Key, visible.PrimaryKey = t.PrimaryKey, t.PrimaryKey
	}
	for _, u := range t.Unique {
		if sees(u) {
			visible.Unique = append(visible.Unique, u)
			if out.Key == nil {
				out.Key = u
			}
		}
	}
	visible.RowKey = b.hiddenKey(t, visible)
	visible.Veiled = b.veiled(name, t, visible)
	for _, f := range rule.Filters {
		if !f.Hidden {
			out.Filters = append(out.Filters, f)
		}
	}
	for _, want := range rule.RequireFilter {
		i := slices.IndexFunc(visible.Columns, func(c *catalog.Column) bool { return catalog.Fold(c.Name) == catalog.Fold(want) })
		if i < 0 {
			b.problem(true, name, want, "every request must pin this column, but the view does not show it")
			return nil
		}
		out.RequireFilter = append(out.RequireFilter, visible.Columns[i])
	}
	return out
}
