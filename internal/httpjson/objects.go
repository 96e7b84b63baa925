package httpjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// Objects reads a body that is a JSON object, or a list of them, one object after
// the other. It is as strict as Decode, and holds no more of the body's values than
// the one it reads: who stops early has paid for no more. Make one with ReadObjects.
type Objects struct {
	IsList bool

	d    *json.Decoder
	body []byte
	most int
	left int // values that may still come
	next json.Token
	over bool
}

// ErrNoObject says that an element is something else than an object.
var ErrNoObject = errors.New("a JSON object is expected")

// maxNested is how deep lists and objects may stand in each other in Objects.
const maxNested = 1000

// ReadObjects begins a body that was read by ReadBody. values is how many values it
// may hold, at any depth: objects, lists, members and elements. Errors, here and of
// Next, are Problems.
func ReadObjects(r *http.Request, body []byte, values int) (*Objects, error) {
	if err := checkBody(r, body); err != nil {
		return nil, err
	}
	o := &Objects{d: json.NewDecoder(bytes.NewReader(body)), body: body, most: values, left: values}
	o.d.UseNumber()
	var err error
	o.next, err = o.token()
	o.IsList = o.next == json.Delim('[')
	return o, err
}

// Next gives member the keys and values of the next object, in their order; values
// are as Decode gives them in an any. Its error ends the reading and is returned as
// it is. io.EOF follows the last object, and ErrNoObject is returned for what is none.
func (o *Objects) Next(member func(key string, value any) error) error {
	switch {
	case o.over:
		return io.EOF
	case !o.IsList:
		o.over = true
	case !o.d.More():
		o.over = true
		if _, err := o.token(); err != nil { // the list's end
			return err
		}
		if err := o.end(); err != nil {
			return err
		}
		return io.EOF
	default:
		var err error
		if o.next, err = o.token(); err != nil {
			return err
		}
	}
	if o.next != json.Delim('{') {
		return ErrNoObject
	}
	if err := o.count(); err != nil {
		return err
	}
	if err := o.members(1, member); err != nil || o.IsList {
		return err
	}
	return o.end()
}

// members reads the rest of an object.
func (o *Objects) members(depth int, member func(key string, value any) error) error {
	seen := map[string]bool{}
	for o.d.More() {
		token, err := o.token()
		if err != nil {
			return err
		}
		key, _ := token.(string) // the decoder takes nothing else for a key
		if seen[key] {
			return Errorf(BadRequest, "the key %q is given twice", key)
		}
		seen[key] = true
		if token, err = o.token(); err != nil {
			return err
		}
		value, err := o.value(token, depth+1)
		if err != nil {
			return err
		}
		if err := member(key, value); err != nil {
			return err
		}
	}
	_, err := o.token()
	return err
}

// value reads the rest of a value that begins with token.
func (o *Objects) value(token json.Token, depth int) (any, error) {
	if err := o.count(); err != nil {
		return nil, err
	}
	if depth > maxNested {
		return nil, Errorf(LimitExceeded, "the body is nested more than %d deep", maxNested)
	}
	switch token {
	case json.Delim('{'):
		object := map[string]any{}
		err := o.members(depth, func(key string, value any) error {
			object[key] = value
			return nil
		})
		return object, err
	case json.Delim('['):
		list := []any{}
		for o.d.More() {
			token, err := o.token()
			if err != nil {
				return nil, err
			}
			x, err := o.value(token, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, x)
		}
		_, err := o.token()
		return list, err
	}
	return token, nil
}

// count counts a value.
func (o *Objects) count() error {
	if o.left--; o.left < 0 {
		return Errorf(LimitExceeded, "the body holds more than %d values", o.most)
	}
	return nil
}

// token reads a token of the body.
func (o *Objects) token() (json.Token, error) {
	token, err := o.d.Token()
	if err == nil {
		return token, nil
	}
	if errors.Is(err, io.EOF) {
		return nil, describe(io.ErrUnexpectedEOF) // io.EOF would say that all was read
	}
	var whole json.RawMessage // where a text is no JSON, only who reads all of it knows the place
	if found := json.Unmarshal(o.body, &whole); found != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		err = found
	}
	return nil, describe(err)
}

// end sees to it that nothing follows.
func (o *Objects) end() error {
	if _, err := o.d.Token(); !errors.Is(err, io.EOF) {
		return Errorf(BadRequest, "something follows the JSON value")
	}
	return nil
}
