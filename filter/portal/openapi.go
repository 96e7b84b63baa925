package portal

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/vantelle/vantelle/filter/authorize"
	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/httpjson"
	"github.com/vantelle/vantelle/profiles"
)

// object is a JSON object of the document; encoding/json sorts its members, so
// that the same view always has the same bytes.
type object = map[string]any

// openapi answers with an OpenAPI 3.0 description of what the caller may ask
// for, labels in his language. It tells nothing that the catalog does not.
func (p *portal) openapi(v *visit) error {
	if _, ok := (media{mediaJSON}).choose(v.r.Header.Values("Accept")); !ok {
		return notAcceptable(media{mediaJSON})
	}
	if v.r.URL.RawQuery != "" {
		return httpjson.Errorf(httpjson.BadRequest, "the description takes no query parameters")
	}
	world, err := p.Gate.View(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	d := &apiDocument{language: v.language(), names: map[string]string{}, taken: map[string]bool{"Problem": true, fileSchema: true}, schemas: object{}, paths: object{}}
	body, err := json.Marshal(d.describe(world, v.r.PathValue("dossier"), p.Outbox != nil))
	if err != nil {
		return fmt.Errorf("write description: %w", err)
	}
	return v.unlessMatched(body)
}

// apiDocument is a description in the making.
type apiDocument struct {
	language view.Language
	names    map[string]string // of schemas, by the name of the table or resource
	taken    map[string]bool   // names of schemas
	schemas  object
	paths    object
}

// describe makes the document of a view, with the requests that customers send
// where they are taken.
func (d *apiDocument) describe(world *view.View, dossier string, requests bool) object {
	for _, name := range apiNames(world) {
		d.names[name] = d.free(unfit.ReplaceAllString(name, "_"))
	}
	for _, r := range world.Resources {
		properties := object{}
		var required []string
		for _, c := range r.Columns {
			s := typeSchema(c.Type, c.Nullable)
			if label := d.say(c.Label); label != "" {
				s["title"] = label
			}
			if values := d.values(c); values != nil {
				s["x-values"] = values
			}
			if c.LabelOf != "" {
				s["x-label-of"] = c.LabelOf
			}
			properties[c.Name] = s
			required = append(required, c.Name)
		}
		if _, column := properties[filesWord]; r.FileKey != "" && !column { // add puts a relation of that name in its place
			properties[filesWord] = object{"type": "array", "items": reference(fileSchema), "x-embedded": true}
			d.addFile()
		}
		d.add(world, r.Name, d.say(r.Title), properties, required)
	}
	for _, t := range world.Tables {
		properties := object{}
		var required []string
		for _, c := range t.Visible.Columns {
			s := typeSchema(c.Type, c.Nullable)
			if rule := t.Rule(c); rule.ReadOnly || len(authorize.Offered(t)) > 0 && len(writesOf(t, c)) == 0 {
				s["readOnly"] = true
			}
			properties[c.Name] = s
			required = append(required, c.Name)
		}
		if world.Resource(t.Visible.Name) == nil {
			d.add(world, t.Visible.Name, d.say(t.Title), properties, required)
			d.addWrites(t)
		}
	}
	if requests {
		d.addRequests(world)
	}
	if len(world.Profile.Dashboard) > 0 {
		d.addDashboard()
	}
	d.schemas["Problem"] = object{"type": "object", "required": []string{"type", "title", "status", "code", "message"}, "properties": object{
		"type": text(), "title": text(), "status": object{"type": "integer"}, "code": text(), "detail": text(), "request_id": text(),
		"message": text(), "details": object{"type": "string", "nullable": true}, "hint": object{"type": "string", "nullable": true},
	}}
	return object{
		"openapi":  "3.0.3",
		"info":     object{"title": "Vantelle: " + dossier, "version": "1"},
		"servers":  []object{{"url": "/v1/dossiers/" + dossier}},
		"paths":    d.paths,
		"security": []object{{"key": []string{}}},
		"components": object{
			"schemas":         d.schemas,
			"securitySchemes": object{"key": object{"type": "http", "scheme": "bearer"}},
			"parameters": object{
				"customer":  object{"name": "Vantelle-Customer", "in": "header", "required": true, "schema": text(), "description": d.say(profiles.Text{EN: "For whom: the customer's code, or id: and its id", FR: "Pour qui : le code du client, ou id: et son identifiant"})},
				"select":    object{"name": "select", "in": "query", "schema": text()},
				"order":     object{"name": "order", "in": "query", "schema": text()},
				"limit":     object{"name": "limit", "in": "query", "schema": object{"type": "integer", "minimum": 0}},
				"offset":    object{"name": "offset", "in": "query", "schema": object{"type": "integer", "minimum": 0}},
				"cursor":    object{"name": "cursor", "in": "query", "schema": text()},
				searchParam: object{"name": searchParam, "in": "query", "schema": text(), "description": d.say(profiles.Text{EN: "Words to look for, whatever their case and accents", FR: "Mots à chercher, sans égard à la casse ni aux accents"})},
			},
			"responses": object{"problem": object{"description": d.say(profiles.Text{EN: "Refused", FR: "Refusé"}),
				"content": object{"application/problem+json": object{"schema": reference("Problem")}}}},
		},
	}
}

// fileSchema describes a file in the list of a row's.
const fileSchema = "RowFile"

func (d *apiDocument) addFile() {
	d.schemas[fileSchema] = object{"type": "object", "x-embedded": true, "x-columns": fileMembers, "title": d.say(profiles.Text{EN: "File of a row", FR: "Fichier d’une ligne"}),
		"properties": object{"name": text(), "type": text(), "url": text(), "size": object{"type": "integer", "format": "int64", "nullable": true}}}
}

// addDashboard adds the call for the first page.
func (d *apiDocument) addDashboard() {
	tile := object{"type": "object", "required": []string{"name", "title", "columns", "rows"}, "properties": object{
		"name": text(), "title": text(), "columns": object{"type": "array", "items": text()},
		"rows": object{"type": "array", "items": object{"type": "object"}}, "truncated": object{"type": "boolean"}}}
	d.paths["/me/dashboard"] = object{"get": object{
		"operationId": "read_dashboard",
		"summary":     d.say(profiles.Text{EN: "The first page", FR: "La page d’accueil"}),
		"parameters":  []object{{"$ref": "#/components/parameters/customer"}},
		"responses": object{
			"200": object{"description": d.say(profiles.Text{EN: "The tiles", FR: "Les tuiles"}), "content": object{mediaJSON: object{"schema": object{
				"type": "object", "required": []string{"as_of", "tiles"}, "properties": object{
					"as_of": object{"type": "string", "format": "date-time"}, "tiles": object{"type": "array", "items": tile}}}}}},
			"default": object{"$ref": "#/components/responses/problem"},
		},
	}}
}

// free gives a schema's name that no table and no resource has.
func (d *apiDocument) free(name string) string {
	out := name
	for i := 2; d.taken[out]; i++ {
		out = name + "_" + strconv.Itoa(i)
	}
	d.taken[out] = true
	return out
}

// unfit is what no name of a component may hold.
var unfit = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// apiNames are the names of resources, then those of tables that no resource
// is called like.
func apiNames(world *view.View) []string {
	var names []string
	for _, r := range world.Resources {
		names = append(names, r.Name)
	}
	for _, t := range world.Tables {
		if !slices.Contains(names, t.Visible.Name) && world.Resource(t.Visible.Name) == nil {
			names = append(names, t.Visible.Name)
		}
	}
	return names
}

// add adds a table or resource: its schema, with what can be embedded in its
// rows, and its path.
func (d *apiDocument) add(world *view.View, name, title string, properties object, required []string) {
	schema := d.names[name]
	var parameters []object
	for _, shared := range []string{"customer", "select", "order", "limit", "offset", "cursor"} {
		parameters = append(parameters, object{"$ref": "#/components/parameters/" + shared})
	}
	for _, column := range required {
		switch column {
		case "select", "order", "limit", "offset", "cursor", "columns", "on_conflict":
		default: // a reserved word is written in quotes
			parameters = append(parameters, object{"name": column, "in": "query", "schema": text(), "description": "op.value"})
		}
	}
	if r := world.Resource(name); r != nil && len(r.Search) > 0 && !slices.Contains(required, searchParam) {
		parameters = append(parameters, object{"$ref": "#/components/parameters/" + searchParam})
	}
	for _, link := range world.Links(name) {
		to, known := d.names[link.To[len(link.To)-1]]
		if !known || slices.Contains(required, link.Names[0]) {
			continue
		}
		if link.One {
			properties[link.Names[0]] = object{"nullable": true, "allOf": []object{reference(to)}, "x-embedded": true}
		} else {
			properties[link.Names[0]] = object{"type": "array", "items": reference(to), "x-embedded": true}
		}
	}
	s := object{"type": "object", "properties": properties, "x-name": name}
	if len(required) > 0 {
		s["x-columns"] = required
	}
	if title != "" {
		s["title"] = title
	}
	d.schemas[schema] = s
	d.paths["/rows/"+pathName(name)] = object{"get": object{
		"operationId": "read_" + schema,
		"summary":     title,
		"parameters":  parameters,
		"responses": object{
			"200":     d.rows(schema, "Rows", "Lignes"),
			"206":     d.rows(schema, "Some of the rows", "Une partie des lignes"),
			"default": object{"$ref": "#/components/responses/problem"},
		},
	}}
}

// addWrites adds what may be written of a table to its path.
func (d *apiDocument) addWrites(t *view.Table) {
	name := t.Visible.Name
	schema := d.names[name]
	path := d.paths["/rows/"+pathName(name)].(object)
	parameters := []object{{"$ref": "#/components/parameters/customer"}, {"$ref": "#/components/parameters/select"},
		{"name": "Prefer", "in": "header", "schema": text(), "description": "return=minimal, return=representation, count=exact, max-affected=n"}}
	of := func(row object) object { return object{"oneOf": []object{row, {"type": "array", "items": row}}} }
	sent := func(kind querytree.WriteKind) object {
		properties, required := object{}, []string(nil)
		for _, c := range t.Visible.Columns {
			if !authorize.Writable(t, c, kind) {
				continue
			}
			properties[c.Name] = typeSchema(c.Type, c.Nullable)
			if kind == querytree.Insert && t.Rule(c).Mandatory && t.Writes.Pin(c.Name) == nil {
				required = append(required, c.Name)
			}
		}
		s := object{"type": "object", "properties": properties, "additionalProperties": false}
		if required != nil {
			s["required"] = required
		}
		return s
	}
	body := func(s object) object {
		return object{"required": true, "content": object{mediaJSON: object{"schema": s}}}
	}
	for _, kind := range authorize.Offered(t) {
		operation := object{"operationId": kind.String() + "_" + schema, "summary": d.say(t.Title), "parameters": parameters}
		done := object{"default": object{"$ref": "#/components/responses/problem"}}
		operation["responses"] = done
		if kind == querytree.Insert {
			operation["requestBody"] = body(of(sent(kind)))
			done["201"] = d.rows(schema, "Inserted", "Inséré")
			path["post"] = operation
			continue
		}
		done["200"], done["204"] = d.rows(schema, "The rows that were written", "Les lignes écrites"), object{"description": d.say(profiles.Text{EN: "Done", FR: "Fait"})}
		if kind == querytree.Delete {
			path["delete"] = operation
			continue
		}
		operation["requestBody"] = body(sent(kind))
		path["patch"] = operation
	}
}

// pathName is a name as a template of a path can hold it.
func pathName(name string) string {
	return regexp.MustCompile(`[{}/?#%\s]`).ReplaceAllStringFunc(name, func(s string) string { return fmt.Sprintf("%%%02X", s[0]) })
}

func (d *apiDocument) rows(schema, en, fr string) object {
	return object{"description": d.say(profiles.Text{EN: en, FR: fr}), "content": object{
		mediaJSON:   object{"schema": object{"type": "array", "items": reference(schema)}},
		mediaObject: object{"schema": reference(schema)},
		mediaCSV:    object{"schema": text()},
	}}
}

func (d *apiDocument) say(t profiles.Text) string {
	if d.language == view.French && t.FR != "" {
		return t.FR
	}
	return t.EN
}

// values are the codes of a column with their labels; nil where it has none.
func (d *apiDocument) values(c view.ResourceColumn) []object {
	var out []object
	for _, v := range c.Values {
		out = append(out, object{"code": v.Code, "label": d.say(v.Label)})
	}
	if c.Other != nil {
		out = append(out, object{"code": c.Other.Code, "label": d.say(c.Other.Label)})
	}
	return out
}

func reference(schema string) object { return object{"$ref": "#/components/schemas/" + schema} }

func text() object { return object{"type": "string"} }

// typeSchema is how a type's values look in JSON.
func typeSchema(t sqltype.Type, nullable bool) object {
	s := object{"x-type": t.String()}
	switch t.Kind {
	case sqltype.Int:
		s["type"], s["format"] = "integer", "int32"
		if t.Bits == 0 || t.Bits > 32 {
			s["format"] = "int64"
		}
	case sqltype.Decimal, sqltype.Float:
		s["type"] = "number"
	case sqltype.Bool:
		s["type"] = "boolean"
	case sqltype.Date:
		s["type"], s["format"] = "string", "date"
	case sqltype.UUID:
		s["type"], s["format"] = "string", "uuid"
	case sqltype.Binary:
		s["type"], s["format"] = "string", "byte"
	case sqltype.JSON: // any value
	default:
		s["type"] = "string"
		if t.Kind == sqltype.Timestamp && t.Zoned {
			s["format"] = "date-time"
		}
	}
	if nullable && s["type"] != nil {
		s["nullable"] = true
	}
	return s
}
