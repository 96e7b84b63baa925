package profiles

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/vantelle/vantelle/internal/strictyaml"
)

// requests says what changes in what customers may ask for.
func (d *difference) requests(from, to *Profile) {
	for _, name := range union(from.Requests, to.Requests) {
		a, before := from.Requests[name]
		b, after := to.Requests[name]
		d.subject = "Request " + name
		if !d.presence(before, after, d.subject, "") {
			continue
		}
		d.value(d.subject, "module", a.Module, b.Module)
		d.requestFields(d.subject+": field ", a.Fields, b.Fields)
		d.value(d.subject, "number of lines", a.Lines.span(), b.Lines.span())
		d.requestFields(d.subject+": lines: field ", a.Lines.fields(), b.Lines.fields())
	}
}

func (d *difference) requestFields(thing string, a, b []RequestField) {
	before, after := fieldsByName(a), fieldsByName(b)
	for _, name := range union(before, after) {
		x, was := before[name]
		y, is := after[name]
		if d.presence(was, is, thing+name, "") {
			d.value(thing+name, "form", x.summary(), y.summary())
		}
	}
}

func fieldsByName(fields []RequestField) map[string]RequestField {
	m := map[string]RequestField{}
	for _, f := range fields {
		m[f.Name] = f
	}
	return m
}

func (l *RequestLines) span() string {
	if l == nil {
		return ""
	}
	return fmt.Sprintf("%d to %d", l.Min, l.Max)
}

func (l *RequestLines) fields() []RequestField {
	if l == nil {
		return nil
	}
	return l.Fields
}

// requests compares what may be asked for: a copy may leave kinds out, and
// nothing else, because what a looser form lets through nobody weighed.
func (w *widenings) requests() {
	for _, name := range slices.Sorted(maps.Keys(w.copied.Requests)) {
		path := strictyaml.Path("requests", name)
		theirs, there := w.base.Requests[name]
		mine := w.copied.Requests[name]
		switch {
		case !there:
			w.say(path, "take it out", "%s offers no such request", w.base.Name)
		case mine.Module != theirs.Module || mine.Lines.span() != theirs.Lines.span() ||
			!reflect.DeepEqual(summaries(mine.Fields), summaries(theirs.Fields)) || !reflect.DeepEqual(summaries(mine.Lines.fields()), summaries(theirs.Lines.fields())):
			w.say(path, "write it as "+w.base.Name+" does, or take it out", "the form is another one than that of %s", w.base.Name)
		}
	}
}

func summaries(fields []RequestField) map[string]string {
	m := map[string]string{}
	for _, f := range fields {
		m[f.Name] = f.summary()
	}
	return m
}
