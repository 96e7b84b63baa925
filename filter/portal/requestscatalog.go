package portal

import (
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/outbox"
	"github.com/vantelle/vantelle/profiles"
)

// catalogRequest is a kind of request that the caller may send.
type catalogRequest struct {
	Kind   string         `json:"kind"`
	Title  catalogText    `json:"title"`
	Fields []catalogField `json:"fields"`
	Lines  *catalogLines  `json:"lines,omitempty"`
}

type catalogLines struct {
	Min    int            `json:"min"`
	Max    int            `json:"max"`
	Fields []catalogField `json:"fields"`
}

type catalogField struct {
	Name      string      `json:"name"`
	Label     catalogText `json:"label"`
	Type      string      `json:"type"`
	Mandatory bool        `json:"mandatory"`
	MaxLength int         `json:"max_length,omitempty"`
	Decimals  *int        `json:"decimals,omitempty"`
	Values    []string    `json:"values,omitempty"`
	Default   string      `json:"default,omitempty"`
	RefersTo  []string    `json:"refers_to,omitempty"` // a resource and its column
}

// describeRequests gives the kinds of request that a view offers, by name.
func describeRequests(world *view.View) []catalogRequest {
	var out []catalogRequest
	for _, k := range outbox.Readable(world.Profile) {
		if _, offered := world.Profile.Offers(k.Name); !offered {
			continue
		}
		c := catalogRequest{Kind: k.Name, Title: label(k.Title), Fields: describeFields(world, k.Fields)}
		if k.Lines != nil {
			c.Lines = &catalogLines{k.Lines.Min, k.Lines.Max, describeFields(world, k.Lines.Fields)}
		}
		out = append(out, c)
	}
	return out
}

func describeFields(world *view.View, fields []profiles.RequestField) []catalogField {
	out := []catalogField{}
	for _, f := range fields {
		c := catalogField{Name: f.Name, Label: label(f.Label), Type: string(f.Type), Mandatory: f.Mandatory, MaxLength: f.Max, Values: f.Values, Default: f.Default}
		if f.Type == profiles.FieldNumber {
			c.Decimals = &f.Decimals
		}
		c.RefersTo = refersTo(world, f)
		out = append(out, c)
	}
	return out
}

// refersTo names the resource whose values a field takes, and its column; nil
// where the view does not show them: what a caller does not see has no name.
func refersTo(world *view.View, f profiles.RequestField) []string {
	if f.Refers == nil {
		return nil
	}
	if r := world.Resource(f.Refers.To); r == nil || r.Column(f.Refers.Column) == nil {
		return nil
	}
	return []string{f.Refers.To, f.Refers.Column}
}
