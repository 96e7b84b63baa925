package profiles

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/internal/strictyaml"
)

var kindName = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// checkRequests complains of forms that nobody could fill in, or that would let
// somebody name what is not his.
func checkRequests(p *Profile, complain complaint) {
	if len(p.Requests) == 0 {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(p.Resources)) {
		if containsFold(p.Resources[key].Names(), RequestsName) {
			complain(strictyaml.Path("resources", key), "requests is the name of the outbox: call the resource something else")
		}
	}
	for key, t := range p.Tables {
		if strings.EqualFold(t.Name, RequestsName) {
			complain(strictyaml.Path("tables", key), "requests is the name of the outbox, and a table called so could not be asked for: take requests: out of the profile")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Requests)) {
		k := p.Requests[name]
		path := strictyaml.Path("requests", name)
		if !kindName.MatchString(name) || len(name) > 40 {
			complain(path, "the name of a kind of request is made of up to 40 of a to z, 0 to 9 and -, such as quote-request")
		}
		checkTitle(k.Title, path+".title", complain)
		if _, known := p.Modules[k.Module]; !known {
			complain(path+".module", "say which module it belongs to: one of the profile's%s", strictyaml.DidYouMean(k.Module, slices.Sorted(maps.Keys(p.Modules))))
		}
		if len(k.Fields) == 0 && k.Lines == nil {
			complain(path, "the form is empty: give fields or lines")
		}
		checkRequestFields(p, k.Fields, path+".fields", complain)
		if k.Lines == nil {
			continue
		}
		if k.Lines.Min < 0 || k.Lines.Max < max(k.Lines.Min, 1) || k.Lines.Max > maxRequestLines {
			complain(path+".lines", "expected 0 ≤ min ≤ max, and a max of 1 to %d", maxRequestLines)
		}
		if len(k.Lines.Fields) == 0 {
			complain(path+".lines", "say what fields a line has")
		}
		checkRequestFields(p, k.Lines.Fields, path+".lines.fields", complain)
	}
}

func checkRequestFields(p *Profile, fields []RequestField, path string, complain complaint) {
	if len(fields) > maxRequestFields {
		complain(path, "a form has at most %d fields", maxRequestFields)
	}
	for _, f := range fields {
		at := strictyaml.Sub(path, f.Name)
		if !plainName.MatchString(f.Name) {
			complain(at, "the name of a field is made of a to z, digits and underscores")
		}
		checkTitle(f.Label, at+".label", complain)
		switch f.Type {
		case FieldText:
			if f.Max < 1 || f.Max > maxRequestText {
				complain(at+".max", "expected 1 to %d characters", maxRequestText)
			}
		case FieldNumber:
			if f.Decimals < 0 || f.Decimals > maxDecimals {
				complain(at+".decimals", "expected 0 to %d digits after the point", maxDecimals)
			}
			if f.Least != nil && f.Most != nil && f.Least.Cmp(f.Most) > 0 {
				complain(at+".min", "min is above max: no number would do")
			}
		case FieldDate, FieldBool, FieldEnum:
		default:
			complain(at+".type", "expected text, number, date, bool or enum, found %q", string(f.Type))
		}
		checkEnum(f, at, complain)
		checkReference(p, f, at, complain)
	}
}

func checkEnum(f RequestField, path string, complain complaint) {
	switch {
	case f.Type != FieldEnum && len(f.Values) > 0:
		complain(path+".values", "only an enum has values")
	case f.Type == FieldEnum && len(f.Values) == 0:
		complain(path, "give the values of the enum: values: [a, b]")
	}
	for i, v := range f.Values {
		if v == "" || slices.Index(f.Values, v) != i {
			complain(strictyaml.Item(path+".values", i), "a value is empty or given twice")
		}
	}
}

func checkReference(p *Profile, f RequestField, path string, complain complaint) {
	r := f.Refers
	if r == nil {
		return
	}
	resources := slices.Sorted(maps.Keys(p.Resources))
	to, known := p.Resources[r.To]
	switch {
	case f.Type != FieldText:
		complain(path+".refers", "only a text can refer: keys of every ERP are written as texts")
	case !known:
		complain(path+".refers.to", "there is no resource %s in this profile%s", r.To, strictyaml.DidYouMean(r.To, resources))
	default:
		c, has := to.Columns[r.Column]
		switch {
		case !has:
			complain(path+".refers.column", "the resource has no column %s%s", r.Column, strictyaml.DidYouMean(r.Column, to.ColumnOrder))
		case len(c.Values) > 0:
			complain(path+".refers.column", "%s is decoded, and its codes tell no row from another: refer to a key", r.Column)
		}
	}
}
