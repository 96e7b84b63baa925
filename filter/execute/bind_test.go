package execute_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/vantelle/vantelle/filter/execute"
	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlprint"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

func TestAValueHasTheParametersTypeOrIsRefused(t *testing.T) {
	for _, c := range []struct {
		value  any
		kind   sqltype.Kind
		engine catalog.Engine
		want   string // "%T %v" of the argument; "" for a refusal
	}{
		{nil, sqltype.Text, catalog.SQLite, "<nil> <nil>"},
		{"x", sqltype.Text, catalog.SQLite, "string x"},
		{"a\x00b", sqltype.Text, catalog.SQLite, ""},
		{"\xff", sqltype.Text, catalog.Postgres, ""},
		{json.Number("12"), sqltype.Text, catalog.SQLite, ""},
		{json.Number("12"), sqltype.Int, catalog.Postgres, "int64 12"},
		{json.Number("1.5"), sqltype.Int, catalog.Postgres, ""},
		{json.Number("9223372036854775808"), sqltype.Int, catalog.Postgres, ""},
		{"12", sqltype.Int, catalog.Postgres, "int64 12"},
		{"12 OR 1=1", sqltype.Int, catalog.Postgres, ""},
		{json.Number("1.50"), sqltype.Decimal, catalog.Postgres, "string 1.50"},
		{json.Number("1.50"), sqltype.Decimal, catalog.SQLite, "float64 1.5"},
		{int64(7), sqltype.Decimal, catalog.SQLite, "int64 7"},
		{true, sqltype.Bool, catalog.Postgres, "bool true"},
		{true, sqltype.Int, catalog.Postgres, ""},
		{"2026-01-31", sqltype.Timestamp, catalog.SQLite, "string 2026-01-31 00:00:00"},
		{"2026-01-31", sqltype.Date, catalog.SQLite, "string 2026-01-31"},
		{"31.1.2026", sqltype.Date, catalog.SQLite, ""},
		{json.Number("20260131"), sqltype.Date, catalog.SQLite, ""},
		{[]any{1}, sqltype.Int, catalog.SQLite, ""},
	} {
		st := &sqlprint.Statement{Params: []sqlprint.Param{{Slot: querytree.Slot{Kind: querytree.SlotPosition, Ordinal: 1}, Type: sqltype.Type{Kind: c.kind}}}}
		args, err := execute.Bind(st, execute.Values{Params: []any{c.value}}, c.engine)
		switch {
		case c.want == "":
			var r *refusal.Error
			if !errors.As(err, &r) || r.Code != refusal.ParamMismatch || args != nil {
				t.Errorf("%v as %s: %v, %v", c.value, c.kind, args, err)
			}
		case err != nil || fmt.Sprintf("%T %v", args[0], args[0]) != c.want:
			t.Errorf("%v as %s: %v, %v; want %s", c.value, c.kind, args, err, c.want)
		}
	}
}

func TestTheIdentityIsBoundOrNothingIs(t *testing.T) {
	for name, c := range map[string]struct {
		id   string
		has  bool
		kind sqltype.Kind
		want any
	}{
		"a code":                              {"ANNA", true, sqltype.Text, "ANNA"},
		"an id that is a number":              {"42", true, sqltype.Int, int64(42)},
		"an id that is not":                   {"42x", true, sqltype.Int, nil},
		"an empty one":                        {"", true, sqltype.Text, nil},
		"one that the identity does not have": {"x", false, sqltype.Text, nil},
		"one with a NUL":                      {"A\x00", true, sqltype.Text, nil},
	} {
		st := &sqlprint.Statement{Params: []sqlprint.Param{{Slot: querytree.Slot{Kind: querytree.SlotIdentity, Name: "customer"}, Type: sqltype.Type{Kind: c.kind}}}}
		args, err := execute.Bind(st, execute.Values{Identity: func(string) (string, bool) { return c.id, c.has }}, catalog.SQLite)
		var r *refusal.Error
		if c.want == nil && (!errors.As(err, &r) || r.Code != refusal.NoAccess || args != nil) {
			t.Errorf("%s: %v, %v", name, args, err)
		}
		if c.want != nil && (err != nil || args[0] != c.want) {
			t.Errorf("%s: %v, %v", name, args, err)
		}
	}
}

func TestAPatternThatEndsInItsEscapeIsRefused(t *testing.T) {
	st := &sqlprint.Statement{
		Params:   []sqlprint.Param{{Slot: querytree.Slot{Kind: querytree.SlotPosition, Ordinal: 1}, Type: sqltype.Type{Kind: sqltype.Text}}},
		Patterns: []sqlprint.Pattern{{Param: 0, Escape: '!'}},
	}
	for pattern, ok := range map[string]bool{"a!%": true, "a!!": true, "a!_b": true, "a!": false, "a!b": false, "a!!!": false, "!": false, "": true} {
		if _, err := execute.Bind(st, execute.Values{Params: []any{pattern}}, catalog.Postgres); (err == nil) != ok {
			t.Errorf("%q: %v", pattern, err)
		}
	}
}

func TestCountsAreNotNegative(t *testing.T) {
	st := &sqlprint.Statement{Params: []sqlprint.Param{{Slot: querytree.Slot{Kind: querytree.SlotPosition, Ordinal: 1}, Type: sqltype.Type{Kind: sqltype.Int, Count: true}}}}
	for value, ok := range map[any]bool{int64(0): true, int64(5): true, int64(-1): false, "3": true, "-3": false, nil: false} {
		if _, err := execute.Bind(st, execute.Values{Params: []any{value}}, catalog.SQLite); (err == nil) != ok {
			t.Errorf("%v: %v", value, err)
		}
	}
}
