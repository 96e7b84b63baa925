package httpjson

import (
	"encoding/json"
	"errors"
	"io"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
)

// readAll reads a body with ReadObjects as Decode[any] gives it.
func readAll(body string, values int) (any, error) {
	r := httptest.NewRequest("POST", "/", nil)
	r.Header.Set("Content-Type", "application/json")
	o, err := ReadObjects(r, []byte(body), values)
	if err != nil {
		return nil, err
	}
	list := []any{}
	for {
		object := map[string]any{}
		err := o.Next(func(key string, value any) error {
			object[key] = value
			return nil
		})
		switch {
		case errors.Is(err, io.EOF) && o.IsList:
			return list, nil
		case errors.Is(err, io.EOF):
			return list[0], nil
		case err != nil:
			return nil, err
		}
		list = append(list, object)
	}
}

func TestObjectsAreAsDecodeGivesThem(t *testing.T) {
	for _, body := range []string{
		`{}`, `[]`, `[{}]`, ` [ { "a" : 1 } , {"a":[true,null,{"b":[]}],"c":1.50} ] `, `{"a":"é\u0000\n","b":{"c":{"d":[]}}}`,
		`{"a":12345678901234567890.10}`, `[{"a":1},{"b":2}]`, "{\"a\":1}\n",
		// What is refused, in the same words.
		`[{"a":1,"a":2}]`, `{"a":{"b":1,"b":1}}`, `[{"a":1}`, `[{"a":1},`, `[{"a":1},]`, `[{"a":1}{"a":2}]`, `{"a":1,}`, `{"a" 1}`, `{a:1}`, `{"a":1]`, `[{"a":1}}`,
		`{"a":1}{}`, `[] x`, `{"a":nul}`, `{"a":"x`, `{"a":01}`, `{"a":[1 2]}`, "", "  ", `{"a":"` + "\xff" + `"}`,
	} {
		r := httptest.NewRequest("POST", "/", nil)
		r.Header.Set("Content-Type", "application/json")
		want, wantErr := DecodeBytes[any](r, []byte(body))
		got, err := readAll(body, 1000)
		if text, wantText := errText(err), errText(wantErr); text != wantText || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, %s; want %v, %s", body, got, text, want, wantText)
		}
	}
	for _, body := range []string{`7`, `"x"`, `null`, `[7]`, `[[]]`, `[{},null]`} {
		if _, err := readAll(body, 1000); !errors.Is(err, ErrNoObject) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func errText(err error) string {
	var p *Problem
	if errors.As(err, &p) {
		return string(p.Code) + ": " + p.Detail
	}
	return ""
}

func TestObjectsAreCounted(t *testing.T) {
	for body, values := range map[string]int{`{"a":1}`: 2, `[{},{}]`: 2, `{"a":[1,2,{"b":null}]}`: 6} {
		if _, err := readAll(body, values); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		if _, err := readAll(body, values-1); !strings.HasPrefix(errText(err), string(LimitExceeded)) {
			t.Errorf("%s with one value less: %v", body, err)
		}
	}
	if deep := strings.Repeat("[", maxNested-1) + strings.Repeat("]", maxNested-1); !json.Valid([]byte(deep)) {
		t.Error(deep)
	} else if _, err := readAll(`{"a":`+deep+`}`, 2*maxNested); err != nil {
		t.Error(err)
	}
	if _, err := readAll(`{"a":`+strings.Repeat("[", maxNested), 2*maxNested); !strings.HasPrefix(errText(err), string(LimitExceeded)) {
		t.Error(err)
	}
}
