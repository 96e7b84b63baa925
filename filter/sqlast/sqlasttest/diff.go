package sqlasttest

import (
	"fmt"
	"reflect"

	"github.com/vantelle/vantelle/filter/sqlast"
)

// Diff says where two trees, or parts of trees, differ, positions apart; "" if
// they are equal. Empty and nil slices are equal.
func Diff(a, b any) string {
	return diff("tree", reflect.ValueOf(a), reflect.ValueOf(b))
}

func diff(path string, a, b reflect.Value) string {
	switch {
	case !a.IsValid() || !b.IsValid():
		if a.IsValid() != b.IsValid() {
			return path + ": only one side has a value"
		}
		return ""
	case a.Type() != b.Type():
		return fmt.Sprintf("%s: %s and %s", path, a.Type(), b.Type())
	case a.Type() == reflect.TypeFor[sqlast.Pos]():
		return ""
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		return diff(path, a.Elem(), b.Elem())
	case reflect.Struct:
		for i := range a.NumField() {
			if d := diff(path+"."+a.Type().Field(i).Name, a.Field(i), b.Field(i)); d != "" {
				return d
			}
		}
	case reflect.Slice:
		if a.Len() != b.Len() {
			return fmt.Sprintf("%s: %d and %d elements", path, a.Len(), b.Len())
		}
		for i := range a.Len() {
			if d := diff(fmt.Sprintf("%s[%d]", path, i), a.Index(i), b.Index(i)); d != "" {
				return d
			}
		}
	default:
		if !a.Equal(b) {
			return fmt.Sprintf("%s: %v and %v", path, a, b)
		}
	}
	return ""
}
