package outbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/profiles"
)

// atOnce is how many values one statement looks for.
const atOnce = 100

// named is a value in a form that must be there, with its places.
type named struct {
	value  string
	places []Mistake // Line and Field
}

// checkReferences looks, through the gate, for every record that a form names.
// One that is not the customer's and one that is not there are refused alike.
func (o *Outbox) checkReferences(ctx context.Context, s Submission, world *view.View, c checked) error {
	wanted := map[profiles.Reference]map[string]*named{}
	collect := func(fields []profiles.RequestField, v values, line int) {
		for _, f := range fields {
			value, given := v[f.Name]
			if !given || f.Refers == nil {
				continue
			}
			if wanted[*f.Refers] == nil {
				wanted[*f.Refers] = map[string]*named{}
			}
			n := wanted[*f.Refers][value]
			if n == nil {
				n = &named{value: value}
				wanted[*f.Refers][value] = n
			}
			n.places = append(n.places, Mistake{Line: line, Field: f.Name})
		}
	}
	collect(c.kind.Fields, c.header, 0)
	for i, line := range c.lines {
		collect(c.kind.Lines.Fields, line, i+1)
	}
	wrong := &FormError{Missing: true}
	var missing []Mistake
	for _, to := range slices.SortedFunc(maps.Keys(wanted), func(a, b profiles.Reference) int {
		return cmp.Or(cmp.Compare(a.To, b.To), cmp.Compare(a.Column, b.Column))
	}) {
		there, err := o.there(ctx, s, world, to, slices.Sorted(maps.Keys(wanted[to])))
		if err != nil {
			return err
		}
		for value, n := range wanted[to] {
			if !there[value] {
				missing = append(missing, n.places...)
			}
		}
	}
	slices.SortFunc(missing, func(a, b Mistake) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Field, b.Field)) })
	for _, m := range missing {
		wrong.add(m.Line, m.Field, "it names nothing that is there for this customer")
	}
	return wrong.or()
}

// there finds which of the values are in a column of a resource, in rows that the
// caller sees. Values are compared as the ERP keeps them, to the letter.
func (o *Outbox) there(ctx context.Context, s Submission, world *view.View, to profiles.Reference, wanted []string) (map[string]bool, error) {
	there := map[string]bool{}
	r := world.Resource(to.To)
	if r == nil {
		return there, nil // nothing of it is his
	}
	column := r.Column(to.Column)
	if column == nil {
		return there, nil
	}
	for some := range slices.Chunk(wanted, atOnce) {
		var params []any
		for _, text := range some {
			if column.Type.Kind != sqltype.Int {
				params = append(params, text)
			} else if n, err := strconv.ParseInt(text, 10, 64); err == nil && strconv.FormatInt(n, 10) == text {
				params = append(params, n)
			}
		}
		if len(params) == 0 {
			continue
		}
		marks := strings.TrimSuffix(strings.Repeat("?, ", len(params)), ", ")
		if err := o.read(ctx, filter.Request{Caller: s.Caller, RequestID: s.RequestID, Front: profiles.RequestsName, Params: params,
			Text: fmt.Sprintf(`SELECT DISTINCT "%s" FROM "%s" WHERE "%s" IN (%s)`, column.Name, r.Name, column.Name, marks)}, there); err != nil {
			return nil, err
		}
	}
	return there, nil
}

// read adds the values of the one column of an answer to a set.
func (o *Outbox) read(ctx context.Context, r filter.Request, into map[string]bool) error {
	answer, err := o.Gate.Do(ctx, r)
	if err != nil {
		return err
	}
	defer answer.Close()
	for {
		cells, err := answer.Rows.Next(ctx)
		if errors.Is(err, io.EOF) {
			return answer.Close()
		}
		if err != nil {
			return err
		}
		switch v := cells[0].(type) {
		case string:
			into[v] = true
		case int64:
			into[strconv.FormatInt(v, 10)] = true
		}
	}
}
