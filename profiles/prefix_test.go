package profiles_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/profiles"
)

// TestUnderRenamesTablesOnly: every table that the standard profile names has the
// site's prefix, nothing keeps the usual one, and the profile is left as it was.
func TestUnderRenamesTablesOnly(t *testing.T) {
	p := standardProfile(t, "B2B Dolibarr")
	before := standardProfile(t, "B2B Dolibarr")
	q := p.Under("shop2_")
	if !reflect.DeepEqual(p, before) {
		t.Error("the profile itself was changed")
	}
	if p.Under("llx_") != p {
		t.Error("the usual prefix makes another profile")
	}
	if kept := named(reflect.ValueOf(*q), "llx_", "Digest", "Source", "written"); len(kept) > 0 {
		t.Errorf("these keep the usual prefix: %s", strings.Join(kept, "\n"))
	}
	if was, is := named(reflect.ValueOf(*p), "llx_", "Digest", "Source", "written"), named(reflect.ValueOf(*q), "shop2_", "Digest", "Source", "written"); len(was) < 100 || len(was) != len(is) {
		t.Errorf("%d texts name tables, %d of them were renamed", len(was), len(is))
	}
	again := q.Under("llx_")
	if again != q {
		t.Error("a profile for another site is renamed")
	}
	if got := q.Written("shop2_facture"); got != "llx_facture" {
		t.Errorf("shop2_facture is written %s", got)
	}
}

// named lists the texts below v that hold a prefix, each with its place.
func named(v reflect.Value, prefix string, but ...string) []string {
	var all []string
	var walk func(at string, v reflect.Value)
	walk = func(at string, v reflect.Value) {
		switch v.Kind() {
		case reflect.String:
			if strings.Contains(v.String(), prefix) {
				all = append(all, at+": "+v.String())
			}
		case reflect.Pointer, reflect.Interface:
			if !v.IsNil() {
				walk(at, v.Elem())
			}
		case reflect.Struct:
			for i := range v.NumField() {
				if name := v.Type().Field(i).Name; !slices.Contains(but, name) && v.Type().Field(i).IsExported() {
					walk(at+"."+name, v.Field(i))
				}
			}
		case reflect.Slice, reflect.Array:
			for i := range v.Len() {
				walk(at+"[]", v.Index(i))
			}
		case reflect.Map:
			for _, key := range v.MapKeys() {
				walk(at+" key", key)
				walk(at+"."+key.String(), v.MapIndex(key))
			}
		}
	}
	walk("", v)
	return all
}

func TestUnderInSQL(t *testing.T) {
	for _, c := range []struct{ prefix, written, want string }{
		{"s_", "x IN (SELECT llx_a.b FROM llx_a)", "x IN (SELECT s_a.b FROM s_a)"},
		{"s_", `"llx_a".b = 'llx_a' -- llx_a`, `"s_a".b = 'llx_a' -- llx_a`},
		{"s$_", "llx_a.b", `"s$_a".b`},
		{"2s_", "llx_a.b", `"2s_a".b`},
		{"", "EXISTS (SELECT 1 FROM llx_order)", `EXISTS (SELECT 1 FROM "order")`},
		{"llx_two_", "llx_a.b = llx_two_a.b", "llx_two_a.b = llx_two_a.b"}, // renamed twice is renamed once
		{"s_", "llx_", "llx_"},
		{"s_", "LLX_a.b", "s_a.b"},
		{"s_", "'not closed llx_a", "'not closed llx_a"},
		{"s_", "a.llx_b = :customer", "a.s_b = :customer"},
	} {
		p := &profiles.Profile{Tables: map[string]profiles.Table{"llx_t": {Name: "llx_t", Rows: profiles.Condition{SQL: c.written}}}}
		q := p.Under(c.prefix)
		for _, table := range q.Tables {
			if table.Rows.SQL != c.want {
				t.Errorf("under %q, %s became %s, want %s", c.prefix, c.written, table.Rows.SQL, c.want)
			}
		}
	}
}
