package sqltype_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/vantelle/vantelle/filter/sqltype"
)

func TestParseNumber(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0 int32", "007": "7 int32", "-1": "-1 int32", "+5": "5 int32", "2147483647": "2147483647 int32", "2147483648": "2147483648 int64",
		"9223372036854775807": "9223372036854775807 int64", "9223372036854775808": "9223372036854775808 decimal(19,0)",
		"1.50": "1.50 decimal(3,2)", ".5": "0.5 decimal(2,1)", "5.": "5 int32", "1e3": "1000 int32", "1.5e1": "15 int32", "12e-3": "0.012 decimal(4,3)",
		"-0": "0 int32", "00.10": "0.10 decimal(3,2)", "1E+2": "100 int32",
	} {
		got, typ, err := sqltype.ParseNumber(text)
		if s := got + " " + typ.String(); err != nil || s != want {
			t.Errorf("%s: %s, %v; want %s", text, s, err, want)
		}
	}
	for _, text := range []string{"", "-", ".", "1e", "1e999", "1e-999", "abc", "1x", "0x10", "1_000", "١", "--1", "1.2.3", "99999999999999999999999999999999999999999", "NaN", "Infinity"} {
		if got, _, err := sqltype.ParseNumber(text); err == nil {
			t.Errorf("%q is taken for %s", text, got)
		}
	}
}

func TestParse(t *testing.T) {
	day := time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		text string
		kind sqltype.Kind
		want any // nil: refused
	}{
		{"12", sqltype.Int, int64(12)}, {" 12 ", sqltype.Int, int64(12)}, {"12.0", sqltype.Int, nil}, {"99999999999999999999", sqltype.Int, nil}, {"", sqltype.Int, nil},
		{"1.50", sqltype.Decimal, "1.50"}, {"x", sqltype.Decimal, nil},
		{"1.5", sqltype.Float, 1.5}, {"NaN", sqltype.Float, nil}, {"1e999", sqltype.Float, nil},
		{"2026-01-31", sqltype.Date, day}, {"31/01/2026", sqltype.Date, nil}, {"2026-02-30", sqltype.Date, nil},
		{"2026-01-31", sqltype.Timestamp, day}, {"2026-01-31T14:05:00", sqltype.Timestamp, day.Add(14*time.Hour + 5*time.Minute)}, {"2026-01-31 14:05", sqltype.Timestamp, day.Add(14*time.Hour + 5*time.Minute)},
		{"2026-01-31T14:05:00Z", sqltype.Timestamp, nil}, {"tomorrow", sqltype.Timestamp, nil},
		{"true", sqltype.Bool, true}, {"F", sqltype.Bool, false}, {"yes", sqltype.Bool, nil},
		{"123E4567-e89b-12d3-a456-426614174000", sqltype.UUID, "123e4567-e89b-12d3-a456-426614174000"}, {"123e4567", sqltype.UUID, nil}, {"123e4567-e89b-12d3-a456-42661417400g", sqltype.UUID, nil},
		{"x", sqltype.Binary, nil}, {"x", sqltype.Other, nil},
	} {
		got, err := sqltype.Parse(c.text, sqltype.Type{Kind: c.kind})
		if (err == nil) != (c.want != nil) || err == nil && fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%q as %s: %v, %v; want %v", c.text, c.kind, got, err, c.want)
		}
	}
	if got, err := sqltype.Parse("2026-01-31T14:05:00+01:00", sqltype.Type{Kind: sqltype.Timestamp, Zoned: true}); err != nil || !got.(time.Time).Equal(day.Add(13*time.Hour+5*time.Minute)) {
		t.Errorf("zoned: %v, %v", got, err)
	}
}

func TestUnify(t *testing.T) {
	i16, i64 := sqltype.Type{Kind: sqltype.Int, Bits: 16}, sqltype.Type{Kind: sqltype.Int, Bits: 64}
	dec := sqltype.Type{Kind: sqltype.Decimal, Precision: 24, Scale: 6}
	text, fixed := sqltype.Type{Kind: sqltype.Text, Length: 17}, sqltype.Type{Kind: sqltype.Text, Length: 3, Fixed: true}
	for _, c := range []struct {
		a, b sqltype.Type
		want string // "": refused
	}{
		{i16, i64, "int64"}, {i16, dec, "decimal(24,6)"}, {i64, dec, "decimal(25,6)"}, {text, fixed, "text(17)"}, {text, sqltype.Type{Kind: sqltype.Text}, "text"},
		{sqltype.Type{}, text, "text(17)"}, {dec, sqltype.Type{Kind: sqltype.Decimal}, "decimal"},
		{text, i16, ""}, {dec, sqltype.Type{Kind: sqltype.Float, Bits: 64}, ""}, {sqltype.Type{Kind: sqltype.Date}, sqltype.Type{Kind: sqltype.Timestamp}, ""},
		{sqltype.Type{Kind: sqltype.Timestamp}, sqltype.Type{Kind: sqltype.Timestamp, Zoned: true}, ""}, {sqltype.Type{Kind: sqltype.Other}, sqltype.Type{Kind: sqltype.Other}, ""},
		{sqltype.Type{Kind: sqltype.Bool}, i16, ""},
	} {
		for _, pair := range [][2]sqltype.Type{{c.a, c.b}, {c.b, c.a}} {
			got, ok := sqltype.Unify(pair[0], pair[1])
			if ok != (c.want != "") || ok && got.String() != c.want {
				t.Errorf("%s and %s: %s, %v; want %q", pair[0], pair[1], got, ok, c.want)
			}
		}
	}
}
