package portal

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/vantelle/vantelle/filter/authorize"
	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/httpjson"
	"github.com/vantelle/vantelle/profiles"
)

// catalogDocument is what a caller may ask for: the visible tables and
// columns, and nothing that would tell of others.
type catalogDocument struct {
	Tables    []catalogTable    `json:"tables"`
	Resources []catalogResource `json:"resources"`
	Requests  []catalogRequest  `json:"requests,omitempty"` // that the caller may send
}

// catalogResource is a resource of the catalog: the same name and the same
// columns on every ERP.
type catalogResource struct {
	Name      string                     `json:"name"`
	Names     []string                   `json:"names"` // all that requests may use
	Title     catalogText                `json:"title"`
	Columns   []resourceColumn           `json:"columns"`
	Relations map[string]catalogRelation `json:"relations"`
	Search    []string                   `json:"search"` // what a search in free text is to look into
	Files     *catalogFiles              `json:"files,omitempty"`
}

// resourceColumn is a column of a resource. Values are the codes it can have,
// with their labels; LabelOf names the column whose labels it has.
type resourceColumn struct {
	Name     string         `json:"name"`
	Label    catalogText    `json:"label"`
	Type     string         `json:"type"`
	Nullable bool           `json:"nullable"`
	Values   []catalogValue `json:"values,omitempty"`
	LabelOf  string         `json:"label_of,omitempty"`
}

type catalogValue struct {
	Code  string      `json:"code"`
	Label catalogText `json:"label"`
}

// catalogFiles says by which column's value the files of a row are asked for.
type catalogFiles struct {
	Key string `json:"key"`
}

// catalogRelation is a resource whose rows belong to a row of this one.
type catalogRelation struct {
	To  string `json:"to"`
	One bool   `json:"one"`
}

// catalogTable is a table of the catalog.
type catalogTable struct {
	Schema        string          `json:"schema,omitempty"`
	Name          string          `json:"name"`
	Title         catalogText     `json:"title"`
	Columns       []catalogColumn `json:"columns"`
	Key           []string        `json:"key"`            // empty where none is visible
	RequireFilter []string        `json:"require_filter"` // columns that each request must pin
	Filters       []catalogFilter `json:"filters,omitempty"`
	Writes        []string        `json:"writes,omitempty"`
}

// catalogFilter is a filter by hand: one that is applied and shown, or one that
// each request must give. Its condition is the profile's own.
type catalogFilter struct {
	Name      string      `json:"name"`
	Title     catalogText `json:"title"`
	Column    string      `json:"column,omitempty"`
	ReadOnly  bool        `json:"read_only"`
	Mandatory bool        `json:"mandatory"`
}

// catalogText is a label in both languages.
type catalogText struct {
	FR string `json:"fr"`
	EN string `json:"en"`
}

// catalogColumn is a column of the catalog; Type is sqltype.Type's text.
type catalogColumn struct {
	Name      string `json:"name"`
	Type      string `json:"type"`
	Nullable  bool   `json:"nullable"`
	ReadOnly  bool   `json:"read_only"`
	Mandatory bool   `json:"mandatory"`
	// Writes are the operations that may give it a value: "insert", "update".
	Writes []string `json:"writes,omitempty"`
}

// catalog answers with what the caller may ask for. The entity tag is made of
// the answer's own bytes: the view's digest would also change with what the
// caller cannot see, and so tell of it.
func (p *portal) catalog(v *visit) error {
	if _, ok := (media{mediaJSON}).choose(v.r.Header.Values("Accept")); !ok {
		return notAcceptable(media{mediaJSON})
	}
	if v.r.URL.RawQuery != "" {
		return httpjson.Errorf(httpjson.BadRequest, "the catalog takes no query parameters")
	}
	world, err := p.Gate.View(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	body, err := json.Marshal(describe(world))
	if err != nil {
		return fmt.Errorf("write catalog: %w", err)
	}
	return v.unlessMatched(body)
}

// unlessMatched answers with a JSON document, or with 304 where the client has
// it already. The entity tag is made of the document's own bytes.
func (v *visit) unlessMatched(body []byte) error {
	sum := sha256.Sum256(body)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	h := v.w.Header()
	h.Set("ETag", tag)
	if matches(v.r.Header.Values("If-None-Match"), tag) {
		v.w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return v.sendJSON(body)
}

// sendJSON answers with a JSON document that is there as a whole.
func (v *visit) sendJSON(body []byte) error { return v.send(http.StatusOK, mediaJSON, body) }

// send answers with a body that is whole.
func (v *visit) send(status int, kind string, body []byte) error {
	h := v.w.Header()
	if kind == mediaJSON {
		kind += "; charset=utf-8"
	}
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	v.w.WriteHeader(status)
	if v.r.Method == http.MethodHead {
		return nil
	}
	return v.write(body)
}

// describe makes the catalog of a view.
func describe(world *view.View) catalogDocument {
	doc := catalogDocument{Tables: []catalogTable{}, Resources: []catalogResource{}}
	for _, t := range world.Tables {
		out := catalogTable{
			Schema: t.Visible.Schema, Name: t.Visible.Name, Title: label(t.Title),
			Columns: []catalogColumn{}, Key: append([]string{}, t.Key...), RequireFilter: []string{}, Writes: offered(t),
		}
		for _, c := range t.Visible.Columns {
			rule := t.Rule(c)
			out.Columns = append(out.Columns, catalogColumn{
				Name: c.Name, Type: c.Type.String(), Nullable: c.Nullable,
				ReadOnly: rule.ReadOnly, Mandatory: rule.Mandatory, Writes: writesOf(t, c),
			})
		}
		for _, c := range t.RequireFilter {
			if t.Visible.Column(c.Name) != nil {
				out.RequireFilter = append(out.RequireFilter, c.Name)
			}
		}
		for _, f := range t.Filters {
			out.Filters = append(out.Filters, catalogFilter{f.Name, label(f.Title), f.Column, f.ReadOnly, f.Mandatory})
		}
		doc.Tables = append(doc.Tables, out)
	}
	for _, r := range world.Resources {
		doc.Resources = append(doc.Resources, describeResource(r))
	}
	doc.Requests = describeRequests(world)
	return doc
}

// offered names the operations that a table offers.
func offered(t *view.Table) []string {
	var out []string
	for _, kind := range authorize.Offered(t) {
		out = append(out, kind.String())
	}
	return out
}

// writesOf names the operations that may give a column of a table a value.
func writesOf(t *view.Table, c *catalog.Column) []string {
	var out []string
	for _, kind := range authorize.Offered(t) {
		if kind != querytree.Delete && authorize.Writable(t, c, kind) {
			out = append(out, kind.String())
		}
	}
	return out
}

func describeResource(r *view.Resource) catalogResource {
	out := catalogResource{Name: r.Name, Names: r.Names, Title: label(r.Title), Columns: []resourceColumn{},
		Relations: map[string]catalogRelation{}, Search: append([]string{}, r.Search...)}
	for _, c := range r.Columns {
		col := resourceColumn{Name: c.Name, Label: label(c.Label), Type: c.Type.String(), Nullable: c.Nullable, LabelOf: c.LabelOf}
		for _, v := range c.Values {
			col.Values = append(col.Values, catalogValue{v.Code, label(v.Label)})
		}
		if c.Other != nil {
			col.Values = append(col.Values, catalogValue{c.Other.Code, label(c.Other.Label)})
		}
		out.Columns = append(out.Columns, col)
	}
	if r.FileKey != "" {
		out.Files = &catalogFiles{r.FileKey}
	}
	for name, rel := range r.Relations {
		out.Relations[name] = catalogRelation{rel.To.Name, rel.One}
	}
	return out
}

func label(t profiles.Text) catalogText { return catalogText{FR: t.FR, EN: t.EN} }

// matches tells whether an If-None-Match header holds tag, weakly compared as
// RFC 9110 §13.1.2 wants it.
func matches(header []string, tag string) bool {
	for candidate := range strings.SplitSeq(strings.Join(header, ","), ",") {
		candidate = strings.TrimSpace(candidate)
		if candidate == "*" || strings.TrimPrefix(candidate, "W/") == tag {
			return true
		}
	}
	return false
}
