package strictyaml

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
)

// Defaulter is a type whose values in lists and maps start from defaults.
type Defaulter interface{ SetDefaults() }

// Decode reads the value into a pointer: structs by their yaml tags, maps with
// text keys, lists, text, whole numbers, booleans, and anything that is an
// encoding.TextUnmarshaler. Keys that are absent leave what is there, so
// defaults are set before. A type that it cannot read is a programmer's error
// and panics.
func (n Node) Decode(into any) {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		panic(fmt.Sprintf("strictyaml: Decode needs a pointer, got %T", into))
	}
	n.decode(v.Elem())
}

func (n Node) decode(v reflect.Value) {
	if !n.Given() {
		return
	}
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if text, ok := n.scalar("a value"); ok {
			if err := u.UnmarshalText([]byte(text)); err != nil {
				n.fail("%v", err)
			}
		}
		return
	}
	switch v.Kind() {
	case reflect.String:
		set(n, n.Text, v.SetString)
	case reflect.Bool:
		set(n, n.Bool, v.SetBool)
	case reflect.Int:
		set(n, n.Int, func(i int) { v.SetInt(int64(i)) })
	case reflect.Struct:
		m := n.Map()
		for i := range v.NumField() {
			if key := Key(v.Type().Field(i)); key != "" {
				m.Get(key).decode(v.Field(i))
			}
		}
		m.Done()
	case reflect.Map:
		m := n.Map()
		v.Set(reflect.MakeMap(v.Type()))
		for _, key := range m.Keys() {
			v.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), m.Get(key).element(v.Type().Elem()))
		}
	case reflect.Slice:
		items := n.List()
		v.Set(reflect.MakeSlice(v.Type(), 0, len(items)))
		for _, item := range items {
			v.Set(reflect.Append(v, item.element(v.Type().Elem())))
		}
	default:
		panic(fmt.Sprintf("strictyaml: cannot decode into %s", v.Type()))
	}
}

// set keeps the default where a value cannot be read, so that nobody complains
// of it a second time.
func set[T any](n Node, read func() T, store func(T)) {
	before := len(n.doc.mistakes)
	if value := read(); len(n.doc.mistakes) == before {
		store(value)
	}
}

// element reads one value of a list or a map.
func (n Node) element(t reflect.Type) reflect.Value {
	e := reflect.New(t)
	if d, ok := e.Interface().(Defaulter); ok {
		d.SetDefaults()
	}
	n.decode(e.Elem())
	return e.Elem()
}

// Key is the name that a struct's field has in YAML, empty for none.
func Key(f reflect.StructField) string {
	key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	if key == "-" || !f.IsExported() {
		return ""
	}
	return key
}
