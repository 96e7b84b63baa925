package portal

import (
	"encoding/json"
	"math/big"

	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/outbox"
	"github.com/vantelle/vantelle/profiles"
)

// addRequests adds the forms that a view offers: for each kind a schema of what
// is sent, with one of its fields and one of a line, and how entries are read.
// Where the profile has no kinds, or the caller none of them, nothing is added.
func (d *apiDocument) addRequests(world *view.View) {
	var kinds []string
	var entry, sent []object
	for _, k := range outbox.Readable(world.Profile) {
		kinds = append(kinds, k.Name)
		fields := d.form(world, "request_"+k.Name+"_fields", k.Title, k.Fields)
		entry = append(entry, fields)
		form := object{"kind": object{"type": "string", "enum": []string{k.Name}}, "fields": fields}
		required := []string{"kind"}
		if mandatory(k.Fields) {
			required = append(required, "fields")
		}
		if k.Lines != nil {
			form["lines"] = object{"type": "array", "items": d.form(world, "request_"+k.Name+"_line", k.Title, k.Lines.Fields), "minItems": k.Lines.Min, "maxItems": k.Lines.Max}
			if k.Lines.Min > 0 {
				required = append(required, "lines")
			}
		}
		if _, offered := world.Profile.Offers(k.Name); offered {
			name := d.free("request_" + k.Name)
			d.schemas[name] = object{"type": "object", "title": d.say(k.Title), "properties": form, "required": required, "additionalProperties": false, "x-request": k.Name}
			sent = append(sent, reference(name))
		}
	}
	if len(kinds) == 0 {
		return
	}
	nullable := object{"type": "string", "nullable": true}
	stamp := object{"type": "string", "format": "date-time"}
	rows := d.free(profiles.RequestsName)
	d.schemas[rows] = object{"type": "object", "x-name": profiles.RequestsName, "x-columns": requestColumns, "properties": object{
		"id": text(), "kind": object{"type": "string", "enum": kinds}, "state": object{"type": "string", "enum": []string{"received", "taken", "refused", "done"}},
		"fields": object{"anyOf": entry}, "lines": object{"type": "array", "items": object{"type": "object"}},
		"reason": nullable, "number": nullable, "received_at": stamp, "changed_at": stamp,
	}}
	customer := object{"$ref": "#/components/parameters/customer"}
	problem := object{"$ref": "#/components/responses/problem"}
	one := func(description profiles.Text) object {
		return object{"description": d.say(description), "content": object{mediaJSON: object{"schema": reference(rows)}}}
	}
	parameters := []object{customer}
	for _, name := range []string{"limit", "offset", "select", "order"} {
		parameters = append(parameters, object{"$ref": "#/components/parameters/" + name})
	}
	for _, name := range []string{"id", "kind", "state"} {
		parameters = append(parameters, object{"name": name, "in": "query", "schema": text(), "description": "eq.value, in.(value,value)"})
	}
	path := object{"get": object{
		"operationId": "read_own_requests", "parameters": parameters,
		"responses": object{
			"200":     d.requestRows(rows, profiles.Text{EN: "Requests", FR: "Demandes"}),
			"206":     d.requestRows(rows, profiles.Text{EN: "Some of the requests", FR: "Une partie des demandes"}),
			"default": problem,
		},
	}}
	if len(sent) > 0 {
		path["post"] = object{
			"operationId": "send_request",
			"parameters": []object{customer, {"name": headerKey, "in": "header", "schema": object{"type": "string", "maxLength": maxRequestKey},
				"description": d.say(profiles.Text{EN: "The portal's own name for the request, so that it may be sent again", FR: "Le nom que le portail donne à la demande, pour pouvoir la renvoyer"})}},
			"requestBody": object{"required": true, "content": object{mediaJSON: object{"schema": object{"oneOf": sent}}}},
			"responses": object{
				"200":     one(profiles.Text{EN: "It was sent before", FR: "Elle a déjà été envoyée"}),
				"201":     one(profiles.Text{EN: "It is kept", FR: "Elle est conservée"}),
				"default": problem,
			},
		}
	}
	d.paths["/"+profiles.RequestsName] = path
	d.paths["/"+profiles.RequestsName+"/{id}"] = object{"get": object{
		"operationId": "read_own_request",
		"parameters":  []object{customer, {"name": "id", "in": "path", "required": true, "schema": text()}},
		"responses":   object{"200": one(profiles.Text{EN: "The request", FR: "La demande"}), "default": problem},
	}}
}

func (d *apiDocument) requestRows(schema string, description profiles.Text) object {
	return object{"description": d.say(description), "content": object{
		mediaJSON:   object{"schema": object{"type": "array", "items": reference(schema)}},
		mediaObject: object{"schema": reference(schema)},
	}}
}

// form adds the schema of a form's header or line, and refers to it.
func (d *apiDocument) form(world *view.View, name string, title profiles.Text, fields []profiles.RequestField) object {
	properties, required, order := object{}, []string(nil), []string{}
	for _, f := range fields {
		s := fieldSchema(world, f)
		if label := d.say(f.Label); label != "" {
			s["title"] = label
		}
		properties[f.Name] = s
		order = append(order, f.Name)
		if f.Mandatory && f.Default == "" {
			required = append(required, f.Name)
		} else {
			s["nullable"] = true
		}
	}
	s := object{"type": "object", "properties": properties, "additionalProperties": false, "x-fields": order}
	if len(required) > 0 {
		s["required"] = required
	}
	if t := d.say(title); t != "" {
		s["title"] = t
	}
	name = d.free(name)
	d.schemas[name] = s
	return reference(name)
}

// mandatory tells whether a header must have something in it.
func mandatory(fields []profiles.RequestField) bool {
	for _, f := range fields {
		if f.Mandatory && f.Default == "" {
			return true
		}
	}
	return false
}

// fieldSchema is what a field of a form takes.
func fieldSchema(world *view.View, f profiles.RequestField) object {
	s := object{}
	switch f.Type {
	case profiles.FieldNumber:
		s["type"] = "number"
		if f.Decimals == 0 {
			s["type"] = "integer"
		}
		s["x-decimals"] = f.Decimals
		if f.Least != nil {
			s["minimum"] = limitDigits(f.Least)
		}
		if f.Most != nil {
			s["maximum"] = limitDigits(f.Most)
		}
		if f.Above != nil && (f.Least == nil || f.Least.Cmp(f.Above) <= 0) {
			s["minimum"], s["exclusiveMinimum"] = limitDigits(f.Above), true
		}
	case profiles.FieldBool:
		s["type"] = "boolean"
	case profiles.FieldDate:
		s["type"], s["format"] = "string", "date"
	case profiles.FieldEnum:
		s["type"], s["enum"] = "string", f.Values
	default:
		s["type"], s["maxLength"] = "string", f.Max
		if f.Pattern != nil {
			s["x-pattern"] = f.Pattern.String() // OpenAPI's own word means JavaScript's expressions, and this is RE2's
		}
	}
	if f.Default != "" {
		switch f.Type {
		case profiles.FieldNumber:
			s["default"] = json.Number(f.Default)
		case profiles.FieldBool:
			s["default"] = f.Default == "true"
		default:
			s["default"] = f.Default
		}
	}
	if to := refersTo(world, f); to != nil {
		s["x-refers-to"] = to
	}
	return s
}

// limitDigits writes the bound of a number, which was read from decimal digits, as them.
func limitDigits(limit *big.Rat) json.Number {
	after, _ := limit.FloatPrec()
	return json.Number(limit.FloatString(after))
}
