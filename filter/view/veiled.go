package view

import (
	"slices"
	"strings"

	"github.com/vantelle/vantelle/filter/resolve"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/profiles"
)

// A column of a resource may be computed of columns that its table hides, where
// the profile names them (uses_hidden): stock in bands, without the quantities.
// The table carries them veiled, under names that only the resource's own
// expressions hold.

// veiled gives the hidden columns of the profile's table that resources are
// computed of.
func (b *binder) veiled(name string, t, visible *catalog.Table) []*catalog.Column {
	var out []*catalog.Column
	for _, r := range b.v.Profile.Resources {
		for _, c := range r.Columns {
			for _, h := range c.UsesHidden {
				col := t.Column(h.Column)
				if h.Table != name || col == nil || unprintable(b.v.Catalog.Engine, col.Name) || visible.Column(col.Name) != nil || b.off(name, col) ||
					slices.ContainsFunc(out, func(o *catalog.Column) bool { return o.Name == col.Name }) {
					continue
				}
				// Where it is a part of the hidden key it is that very column, or a
				// statement would read it twice.
				if i := slices.IndexFunc(visible.RowKey, func(k *catalog.Column) bool { return k.Name == col.Name }); i >= 0 {
					out = append(out, visible.RowKey[i])
					continue
				}
				own := *col
				out = append(out, &own)
			}
		}
	}
	slices.SortFunc(out, func(a, b *catalog.Column) int { return a.Position - b.Position })
	return out
}

// off tells whether a column belongs to a module that is off: then nothing made of
// it is shown either.
func (b *binder) off(name string, col *catalog.Column) bool {
	for listed, c := range b.v.Profile.Tables[name].Columns {
		if c.Module != "" && strings.EqualFold(listed, col.Name) {
			return !b.v.Profile.Modules[c.Module].Level.AllowsReading()
		}
	}
	return false
}

// unveil has a computed expression read the hidden columns that it may, by the
// names under which their tables carry them. A column that the dossier's table
// shows, or lacks, keeps its name.
func (b *resourceBinder) unveil(x sqlast.Expr, p profiles.ResourceColumn) {
	if len(p.UsesHidden) == 0 {
		return
	}
	_ = sqlast.Walk(x, func(n sqlast.Node) (bool, error) { // nothing here fails
		name, ok := n.(*sqlast.Name)
		if !ok || len(name.Parts) != 2 {
			return true, nil
		}
		last := &name.Parts[1]
		for _, h := range p.UsesHidden {
			if !strings.EqualFold(h.Column, last.Name) || b.tables[h.Table] == nil {
				continue
			}
			for _, c := range b.tables[h.Table].Visible.Veiled {
				if strings.EqualFold(c.Name, last.Name) {
					last.Name, last.Quoted = resolve.VeilKey+c.Name, true
					return true, nil
				}
			}
		}
		return true, nil
	})
}
