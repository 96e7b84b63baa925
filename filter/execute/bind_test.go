package execute_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	mssql "github.com/microsoft/go-mssqldb"

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

func TestSQLServerGetsTheColumnsOwnType(t *testing.T) {
	text := func(page uint16) sqltype.Type { return sqltype.Type{Kind: sqltype.Text, CodePage: page} }
	coarse := sqltype.Type{Kind: sqltype.Timestamp, Coarse: true}
	for _, c := range []struct {
		value any
		t     sqltype.Type
		want  string
	}{
		{"Béziers", text(1252), "mssql.VarChar \"B\\xe9ziers\""},
		{"Béziers", text(850), "mssql.VarChar \"B\\x82ziers\""},
		{"Béziers", text(65001), `mssql.VarChar "Béziers"`},
		{"10 €", text(1252), "mssql.VarChar \"10 \\x80\""},
		{"10 €", text(850), `string "10 €"`},
		{"東京", text(1252), `string "東京"`},
		{"x", text(932), `string "x"`},
		{"x", text(0), `string "x"`},
		{"x", sqltype.Type{Kind: sqltype.Text, CodePage: 1252, National: true}, `string "x"`},
		{json.Number("7"), sqltype.Type{Kind: sqltype.Int, Bits: 64}, "int64 7"},
		{json.Number("7"), sqltype.Type{Kind: sqltype.Decimal}, "int64 7"},
		{json.Number("7.10"), sqltype.Type{Kind: sqltype.Decimal}, `string "7.10"`},
		{"2026-01-31", sqltype.Type{Kind: sqltype.Date}, "civil.Date 2026-01-31"},
		{"14:05:00", sqltype.Type{Kind: sqltype.Time}, "civil.Time 14:05:00"},
		{"2026-01-31 14:05:00", sqltype.Type{Kind: sqltype.Timestamp}, "civil.DateTime 2026-01-31T14:05:00"},
		{"2026-01-31 14:05:00", coarse, "mssql.DateTime1 2026-01-31T14:05:00"},
		{"2026-01-31 14:05:00.007", coarse, "mssql.DateTime1 2026-01-31T14:05:00.007"},
		{"2026-01-31 14:05:00.004", coarse, "civil.DateTime 2026-01-31T14:05:00.004000000"},
		{"2026-01-31 14:05:00.0001", coarse, "civil.DateTime 2026-01-31T14:05:00.000100000"},
		{"1700-01-01", coarse, "civil.DateTime 1700-01-01T00:00:00"},
		{"123e4567-e89b-12d3-a456-426614174000", sqltype.Type{Kind: sqltype.UUID}, "mssql.UniqueIdentifier 123E4567-E89B-12D3-A456-426614174000"},
		{true, sqltype.Type{Kind: sqltype.Bool}, "bool true"},
		{nil, sqltype.Type{Kind: sqltype.Bool}, "sql.NullBool {false false}"},
		{nil, sqltype.Type{Kind: sqltype.Int}, "sql.NullInt64 {0 false}"},
		{nil, sqltype.Type{Kind: sqltype.Float}, "sql.NullFloat64 {0 false}"},
		{nil, sqltype.Type{Kind: sqltype.Date}, "mssql.NullDate NULL"},
		{nil, coarse, "mssql.NullDateTime NULL"},
		{nil, sqltype.Type{Kind: sqltype.Time}, "mssql.NullTime NULL"},
		{nil, sqltype.Type{Kind: sqltype.UUID}, "mssql.NullUniqueIdentifier NULL"},
		{nil, text(1252), "sql.NullString { false}"},
	} {
		if got := bound(t, c.value, c.t, catalog.SQLServer); got != c.want {
			t.Errorf("%v as %+v: %s; want %s", c.value, c.t, got, c.want)
		}
	}
}

func TestMariaDBGetsTimesInUTC(t *testing.T) {
	for _, c := range []struct {
		value string
		t     sqltype.Type
		want  string
	}{
		{"2026-01-31T14:05:00+01:00", sqltype.Type{Kind: sqltype.Timestamp, Zoned: true}, `string "2026-01-31 13:05:00"`},
		{"2026-01-31 14:05:00.25", sqltype.Type{Kind: sqltype.Timestamp}, `string "2026-01-31 14:05:00.25"`},
		{"2026-01-31", sqltype.Type{Kind: sqltype.Date}, `string "2026-01-31"`},
		{"14:05", sqltype.Type{Kind: sqltype.Time}, `string "14:05:00"`},
		{"1.50", sqltype.Type{Kind: sqltype.Decimal}, `string "1.50"`},
		{"é", sqltype.Type{Kind: sqltype.Text}, `string "é"`},
	} {
		if got := bound(t, c.value, c.t, catalog.MariaDB); got != c.want {
			t.Errorf("%v as %+v: %s; want %s", c.value, c.t, got, c.want)
		}
	}
}

// bound spells what a value is bound as.
func bound(t *testing.T, value any, typ sqltype.Type, engine catalog.Engine) string {
	t.Helper()
	st := &sqlprint.Statement{Params: []sqlprint.Param{{Slot: querytree.Slot{Kind: querytree.SlotPosition, Ordinal: 1}, Type: typ}}}
	args, err := execute.Bind(st, execute.Values{Params: []any{value}}, engine)
	if err != nil {
		t.Fatal(err)
	}
	switch x := args[0].(type) {
	case mssql.VarChar:
		return fmt.Sprintf("%T %q", x, string(x))
	case string:
		return fmt.Sprintf("%T %q", x, x)
	case mssql.DateTime1:
		return fmt.Sprintf("%T %s", x, time.Time(x).Format("2006-01-02T15:04:05.999"))
	}
	return fmt.Sprintf("%T %v", args[0], args[0])
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
		"an id of a float":                    {"42.5", true, sqltype.Float, 42.5},
		"an id that looks like a float's":     {"1e1", true, sqltype.Float, nil},
		"an id with a nought too many":        {"42.0", true, sqltype.Float, nil},
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
		Params: []sqlprint.Param{{Slot: querytree.Slot{Kind: querytree.SlotPosition, Ordinal: 1}, Type: sqltype.Type{Kind: sqltype.Text, CodePage: 1252}, Pattern: true, Escape: '!'}},
	}
	for pattern, ok := range map[string]bool{"a!%": true, "a!!": true, "a!_b": true, "a!": false, "a!b": false, "a!!!": false, "!": false, "": true} {
		for _, engine := range []catalog.Engine{catalog.Postgres, catalog.SQLServer} {
			if _, err := execute.Bind(st, execute.Values{Params: []any{pattern}}, engine); (err == nil) != ok {
				t.Errorf("%s: %q: %v", engine, pattern, err)
			}
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

func TestBracketsArePlainCharactersOfAPattern(t *testing.T) {
	for _, c := range []struct {
		escape        rune
		pattern, want string
	}{{0, "[a-z]%", "[[]a-z]%"}, {'!', "[x]!%", "![x]!%"}, {0, "plain%", "plain%"}} {
		st := &sqlprint.Statement{Params: []sqlprint.Param{{Slot: querytree.Slot{Kind: querytree.SlotPosition, Ordinal: 1},
			Type: sqltype.Type{Kind: sqltype.Text}, Pattern: true, Escape: c.escape}}}
		if args, err := execute.Bind(st, execute.Values{Params: []any{c.pattern}}, catalog.SQLServer); err != nil || fmt.Sprint(args[0]) != c.want {
			t.Errorf("%s: %v, %v; want %s", c.pattern, args, err, c.want)
		}
	}
}
