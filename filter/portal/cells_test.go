package portal

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/sqltype"
)

var (
	intType     = sqltype.Type{Kind: sqltype.Int, Bits: 64}
	smallType   = sqltype.Type{Kind: sqltype.Int, Bits: 16}
	decimalType = sqltype.Type{Kind: sqltype.Decimal, Precision: 24, Scale: 6}
	floatType   = sqltype.Type{Kind: sqltype.Float, Bits: 64}
	textType    = sqltype.Type{Kind: sqltype.Text}
	zonedType   = sqltype.Type{Kind: sqltype.Timestamp, Zoned: true}
)

func TestCellsByteForByte(t *testing.T) {
	kind := func(k sqltype.Kind) sqltype.Type { return sqltype.Type{Kind: k} }
	at := time.Date(2026, 1, 31, 14, 5, 0, 0, time.UTC)
	paris := time.FixedZone("", 3600)
	tests := map[string]struct {
		typ          sqltype.Type
		cell         any
		json, asText string // asText with numbers=string; empty: the same
		csv          string
	}{
		"NULL":                              {textType, nil, `null`, "", ``},
		"true":                              {kind(sqltype.Bool), true, `true`, "", `true`},
		"false":                             {kind(sqltype.Bool), false, `false`, "", `false`},
		"the largest integer":               {intType, int64(math.MaxInt64), `9223372036854775807`, `"9223372036854775807"`, `9223372036854775807`},
		"the smallest integer":              {intType, int64(math.MinInt64), `-9223372036854775808`, `"-9223372036854775808"`, `-9223372036854775808`},
		"an integer of unknown width":       {kind(sqltype.Int), int64(7), `7`, `"7"`, `7`},
		"a small integer stays a number":    {smallType, int64(7), `7`, `7`, `7`},
		"a decimal with every stored digit": {decimalType, "1234567890123456789.100000", `1234567890123456789.100000`, `"1234567890123456789.100000"`, `1234567890123456789.100000`},
		"a negative decimal":                {decimalType, "-0.50", `-0.50`, `"-0.50"`, `-0.50`},
		"a decimal that is no number":       {decimalType, "NaN", `"NaN"`, `"NaN"`, `NaN`},
		"a decimal in a form JSON lacks":    {decimalType, "+.5", `"+.5"`, `"+.5"`, `+.5`},
		"a float":                           {floatType, 0.1, `0.1`, `0.1`, `0.1`},
		"a float that is whole":             {floatType, 3.0, `3`, "", `3`},
		"a small float":                     {floatType, 1e-7, `1e-07`, "", `1e-07`},
		"a large float":                     {floatType, 1e21, `1e+21`, "", `1e+21`},
		"a float of 32 bits":                {sqltype.Type{Kind: sqltype.Float, Bits: 32}, float64(float32(0.1)), `0.1`, "", `0.1`},
		"NaN":                               {floatType, math.NaN(), `"NaN"`, "", `NaN`},
		"infinity":                          {floatType, math.Inf(1), `"Infinity"`, "", `Infinity`},
		"minus infinity":                    {floatType, math.Inf(-1), `"-Infinity"`, "", `-Infinity`},
		"a text":                            {textType, "Béziers", `"Béziers"`, "", `Béziers`},
		"an empty text":                     {textType, "", `""`, "", `""`},
		"quotes and backslashes":            {textType, `a"b\c`, `"a\"b\\c"`, "", `"a""b\c"`},
		"line ends and tabs":                {textType, "a\r\nb\tc", `"a\r\nb\tc"`, "", "\"a\r\nb\tc\""},
		"control characters":                {textType, "\x00\x01\b\f\x1f\x7f", `"\u0000\u0001\b\f\u001f` + "\x7f\"", "", "\x00\x01\b\f\x1f\x7f"},
		"HTML stays":                        {textType, "<b>&</b>", `"<b>&</b>"`, "", `<b>&</b>`},
		"JavaScript's line ends":            {textType, "a\u2028b\u2029c", `"a\u2028b\u2029c"`, "", "a\u2028b\u2029c"},
		"bytes that are no UTF-8":           {textType, "a\xffb\xe9", "\"a\uFFFDb\uFFFD\"", "", "a\uFFFDb\uFFFD"},
		"half a character at the end":       {textType, "é"[:1], "\"\uFFFD\"", "", "\uFFFD"},
		"U+FFFD itself":                     {textType, "\uFFFD", "\"\uFFFD\"", "", "\uFFFD"},
		"a character beyond 16 bits":        {textType, "😀", `"😀"`, "", `😀`},
		"commas":                            {textType, "a,b", `"a,b"`, "", `"a,b"`},
		"blanks at the ends":                {textType, " a ", `" a "`, "", `" a "`},
		"a uuid":                            {kind(sqltype.UUID), "6f1c…", `"6f1c…"`, "", `6f1c…`},
		"a date":                            {kind(sqltype.Date), at, `"2026-01-31"`, "", `2026-01-31`},
		"a timestamp without an offset":     {kind(sqltype.Timestamp), at, `"2026-01-31T14:05:00"`, "", `2026-01-31T14:05:00`},
		"its zone has no meaning":           {kind(sqltype.Timestamp), at.In(paris), `"2026-01-31T15:05:00"`, "", `2026-01-31T15:05:00`},
		"a timestamp with an offset":        {zonedType, at.In(paris), `"2026-01-31T14:05:00Z"`, "", `2026-01-31T14:05:00Z`},
		"fractions of a second":             {zonedType, at.Add(120 * time.Millisecond), `"2026-01-31T14:05:00.12Z"`, "", `2026-01-31T14:05:00.12Z`},
		"the finest fraction":               {kind(sqltype.Timestamp), at.Add(1), `"2026-01-31T14:05:00.000000001"`, "", `2026-01-31T14:05:00.000000001`},
		"a time":                            {kind(sqltype.Time), at, `"14:05:00"`, "", `14:05:00`},
		"a time with a fraction":            {kind(sqltype.Time), at.Add(500 * time.Millisecond), `"14:05:00.5"`, "", `14:05:00.5`},
		"binary":                            {kind(sqltype.Binary), []byte{0, 255, 1}, `"AP8B"`, "", `AP8B`},
		"no bytes":                          {kind(sqltype.Binary), []byte{}, `""`, "", ``},
		"JSON":                              {kind(sqltype.JSON), `{"a": [1.50, "x"]}`, `{"a": [1.50, "x"]}`, "", `"{""a"": [1.50, ""x""]}"`},
		"JSON over several lines":           {kind(sqltype.JSON), "{\n\"a\":\r\n1}", `{ "a":  1}`, "", "\"{\n\"\"a\"\":\r\n1}\""},
		"JSON that is none":                 {kind(sqltype.JSON), `{"a":`, `"{\"a\":"`, "", `"{""a"":"`},
		"JSON with something behind":        {kind(sqltype.JSON), `1 2`, `"1 2"`, "", `1 2`},
		"JSON in bytes that are no UTF-8":   {kind(sqltype.JSON), "\"\xff\"", "\"\\\"\uFFFD\\\"\"", "", "\"\"\"\uFFFD\"\"\""},
		"empty JSON":                        {kind(sqltype.JSON), "", `""`, "", `""`},
		"another type":                      {kind(sqltype.Other), "(1,2)", `"(1,2)"`, "", `"(1,2)"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			columns := []filter.Column{{Name: "c", Type: tt.typ}}
			plain, texts := newCellWriters(columns, false), newCellWriters(columns, true)
			check := func(form string, got []byte, err error, want string) {
				t.Helper()
				if err != nil || string(got) != "x"+want {
					t.Errorf("%s: %q, %v; want %q", form, got, err, "x"+want)
				}
			}
			got, err := plain[0].appendJSON([]byte("x"), tt.cell)
			check("JSON", got, err, tt.json)
			if err == nil && !json.Valid(got[1:]) || !utf8.Valid(got) {
				t.Errorf("%q is no JSON", got[1:])
			}
			want := tt.asText
			if want == "" {
				want = tt.json
			}
			got, err = texts[0].appendJSON([]byte("x"), tt.cell)
			check("numbers=string", got, err, want)
			got, err = plain[0].appendCSV([]byte("x"), tt.cell)
			check("CSV", got, err, tt.csv)
		})
	}
}

func TestCellOfAnUnexpectedTypeIsRefused(t *testing.T) {
	w := newCellWriters([]filter.Column{{Name: "c", Type: textType}}, false)[0]
	for _, cell := range []any{int(1), float32(1), struct{}{}, []any{1}} {
		if got, err := w.appendJSON(nil, cell); err == nil {
			t.Errorf("appendJSON(%T) = %q", cell, got)
		}
		if got, err := w.appendCSV(nil, cell); err == nil {
			t.Errorf("appendCSV(%T) = %q", cell, got)
		}
	}
}

func TestCellsAllocateNothing(t *testing.T) {
	ws, cells := benchmarkRow()
	buf := make([]byte, 0, 4096)
	for form, write := range map[string]func(w *cellWriter, cell any){
		"JSON": func(w *cellWriter, cell any) { buf, _ = w.appendJSON(buf[:0], cell) },
		"CSV":  func(w *cellWriter, cell any) { buf, _ = w.appendCSV(buf[:0], cell) },
	} {
		for i := range ws {
			if n := testing.AllocsPerRun(100, func() { write(&ws[i], cells[i]) }); n > 0 {
				t.Errorf("%s cell of type %s: %v allocations", form, ws[i].typ, n)
			}
		}
	}
}

func TestJSONNumbers(t *testing.T) {
	for s, want := range map[string]bool{
		"0": true, "-0": true, "10": true, "1.5": true, "-1.50": true, "1e5": true, "1E+5": true, "0.1e-10": true,
		"": false, "-": false, "01": false, "1.": false, ".5": false, "+1": false, "1e": false, "1e+": false,
		"0x1": false, "1,5": false, "NaN": false, "--1": false, "1.5.5": false,
	} {
		if got := isJSONNumber(s); got != want {
			t.Errorf("isJSONNumber(%q) = %v", s, got)
		}
		if json.Valid([]byte(s)) != want {
			t.Errorf("encoding/json disagrees about %q", s)
		}
	}
}

// FuzzText looks for a text that does not come back from JSON and CSV as what
// it was, but for bytes that are no UTF-8.
func FuzzText(f *testing.F) {
	for _, seed := range []string{"", "a", `"`, "\\", "\x00", "\xff", "a\u2028b", "é,\"\r\n", " x "} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var want, back string
		for _, r := range s { // each bad byte is read as U+FFFD
			want += string(r)
		}
		if err := json.Unmarshal(appendJSONString(nil, s), &back); err != nil || back != want {
			t.Fatalf("JSON of %q came back as %q, %v", s, back, err)
		}
		line := append(appendCSVText(nil, s), ",end\r\n"...)
		record, err := csv.NewReader(strings.NewReader(string(line))).Read()
		if err != nil || len(record) != 2 || record[0] != strings.ReplaceAll(want, "\r\n", "\n") {
			t.Fatalf("CSV of %q came back as %q, %v", s, record, err)
		}
	})
}

// benchmarkRow is a row with a cell of each kind.
func benchmarkRow() ([]cellWriter, []any) {
	at := time.Date(2026, 1, 31, 14, 5, 0, 0, time.UTC)
	columns := []filter.Column{
		{Name: "DO_Piece", Type: sqltype.Type{Kind: sqltype.Text, Length: 13}},
		{Name: "DO_Date", Type: sqltype.Type{Kind: sqltype.Date}},
		{Name: "cbMarq", Type: intType},
		{Name: "DO_TotalTTC", Type: decimalType},
		{Name: "DO_Taux", Type: floatType},
		{Name: "DO_Valide", Type: sqltype.Type{Kind: sqltype.Bool}},
		{Name: "cbModification", Type: sqltype.Type{Kind: sqltype.Timestamp}},
		{Name: "DO_Ref", Type: textType},
		{Name: "DO_Note", Type: textType},
	}
	cells := []any{"FA00012345", at, int64(1234567), "1234.560000", 20.0, true, at, nil, "Livraison \"urgente\" à Béziers"}
	return newCellWriters(columns, false), cells
}
