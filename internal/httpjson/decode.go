package httpjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// Decode reads a request's body as one JSON value of type T, strictly: of
// Content-Type application/json, at most limit bytes of UTF-8, no unknown and
// no repeated key, nothing after the value. Numbers in an any are json.Number,
// so that no digit is lost. Errors are Problems.
func Decode[T any](w http.ResponseWriter, r *http.Request, limit int64) (T, error) {
	if err := checkContentType(r.Header.Get("Content-Type")); err != nil {
		var zero T
		return zero, err
	}
	body, err := ReadBody(w, r, limit)
	if err != nil {
		var zero T
		return zero, err
	}
	return DecodeBytes[T](r, body)
}

// ReadBody reads a request's body, at most limit bytes, whatever they are. Errors
// are Problems.
func ReadBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return nil, ProblemOf(r, err)
		}
		return nil, &Problem{Code: BadRequest, Detail: "the body could not be read to its end", Cause: err}
	}
	return body, nil
}

// DecodeBytes is Decode for a body that was read by ReadBody.
func DecodeBytes[T any](r *http.Request, body []byte) (T, error) {
	var value, zero T
	if err := checkBody(r, body); err != nil {
		return zero, err
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		return zero, describe(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return zero, Errorf(BadRequest, "something follows the JSON value")
	}
	if key, unknown := otherKey[T](body); unknown {
		return zero, Errorf(BadRequest, "unknown key %q", key)
	}
	if key, twice := repeatedKey(body); twice {
		return zero, Errorf(BadRequest, "the key %q is given twice", key)
	}
	return value, nil
}

// checkBody refuses what cannot be JSON.
func checkBody(r *http.Request, body []byte) error {
	if err := checkContentType(r.Header.Get("Content-Type")); err != nil {
		return err
	}
	switch {
	case len(bytes.TrimSpace(body)) == 0:
		return Errorf(BadRequest, "the body is empty; it must be JSON")
	case !utf8.Valid(body):
		return Errorf(BadRequest, "the body is not UTF-8")
	}
	return nil
}

func checkContentType(header string) error {
	mediaType, params, err := mime.ParseMediaType(header)
	if err != nil || mediaType != "application/json" {
		return Errorf(UnsupportedMediaType, "send the body as Content-Type: application/json")
	}
	if charset := params["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return Errorf(UnsupportedMediaType, "send the body in UTF-8")
	}
	return nil
}

// describe says what is wrong with a body that is not what was expected.
func describe(err error) *Problem {
	var syntax *json.SyntaxError
	var wrongType *json.UnmarshalTypeError
	p := &Problem{Code: BadRequest, Cause: err}
	switch {
	case errors.As(err, &syntax):
		p.Detail = fmt.Sprintf("the body is not JSON: wrong at byte %d", syntax.Offset)
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		p.Detail = "the body is not JSON: it ends too early"
	case errors.As(err, &wrongType) && wrongType.Field != "":
		p.Detail = fmt.Sprintf("%s: a %s is not expected here", wrongType.Field, wrongType.Value)
	case errors.As(err, &wrongType):
		p.Detail = fmt.Sprintf("a JSON object is expected, not a %s", wrongType.Value)
	default:
		if field, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
			p.Detail = "unknown key " + field
		} else {
			p.Detail = "the body is not of the expected form"
		}
	}
	return p
}

// otherKey finds a key of the body that is none of T's, letter for letter: the
// decoder takes keys in any case, and then what reads the body elsewhere might
// see another value.
func otherKey[T any](body []byte) (string, bool) {
	t := reflect.TypeFor[T]()
	var given map[string]json.RawMessage
	if t.Kind() != reflect.Struct || json.Unmarshal(body, &given) != nil {
		return "", false
	}
	known := map[string]bool{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name == "" {
			name = t.Field(i).Name
		}
		known[name] = true
	}
	for _, key := range slices.Sorted(maps.Keys(given)) {
		if !known[key] {
			return key, true
		}
	}
	return "", false
}

// repeatedKey finds a key that an object of body holds twice: what reads the
// body elsewhere might take the other one. body is valid JSON.
func repeatedKey(body []byte) (key string, twice bool) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	type level struct {
		seen  map[string]bool // nil in an array
		value bool            // in an object: a value comes next
	}
	var levels []level
	for {
		token, err := d.Token()
		if err != nil {
			return "", false
		}
		var top *level
		if len(levels) > 0 {
			top = &levels[len(levels)-1]
		}
		switch token {
		case json.Delim('}'), json.Delim(']'):
			levels = levels[:len(levels)-1]
			continue
		}
		if top != nil && top.seen != nil && !top.value {
			name, _ := token.(string)
			if top.seen[name] {
				return name, true
			}
			top.seen[name], top.value = true, true
			continue
		}
		if top != nil {
			top.value = false
		}
		switch token {
		case json.Delim('{'):
			levels = append(levels, level{seen: map[string]bool{}})
		case json.Delim('['):
			levels = append(levels, level{})
		}
	}
}
