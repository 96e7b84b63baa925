package strictyaml

import (
	"strings"
	"testing"
	"time"
)

func TestMistakesNameThePlaceAndWhatToDo(t *testing.T) {
	cases := map[string]struct{ yaml, want string }{
		"an unknown escape is explained":            {`a: "SRV\SAGE100"`, `f.yaml:1:8: in double quotes a backslash begins an escape`},
		"an escape that YAML knows is still a slip": {`a: "C:\temp"`, `f.yaml:1:4: a: in double quotes a backslash begins an escape`},
		"an escape on a later line of the value":    {"a: \"x\n  y\\n\"", `f.yaml:1:4: a: in double quotes a backslash begins an escape`},
		"an escape after letters beyond ASCII":      {`{é: "à", a: "é\t"}`, `f.yaml:1:13: a: in double quotes a backslash`},
		"an escape after a byte order mark":         {"\ufeffa: \"C:\\temp\"", `f.yaml:1:4: a: in double quotes a backslash`},
		"a bad escape after letters beyond ASCII":   {`a: "é\S"`, `f.yaml:1:6: in double quotes a backslash`},
		"a quote that is never closed":              {"a: 'x", `a quote is not closed`},
		"a tab as indentation":                      {"a:\n\tb: 1", `lines are indented with spaces only`},
		"an unknown alias does not echo its value":  {"a: *sesame", `a value that begins with * needs quotes`},
		"bytes that are not UTF-8":                  {"a: \xff\xfe", `the file is not UTF-8`},
		"a control character":                       {"a: '\x01'", `the file holds a control character`},
		"a key that is a number":                    {"1: x", `f.yaml:1:1: a key must be text, but without quotes YAML takes this one for a number`},
		"a key that is a list":                      {"? [a]\n: x", `f.yaml:1:3: a key must be text, found a list`},
		"only a comment":                            {"# nothing", `f.yaml:1:1: the file is empty`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d := Parse("f.yaml", []byte(c.yaml), Options{PlainBackslashes: true})
			d.Root().Map().Get("a").Text()
			err := d.Err()
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %s", err, c.want)
			}
			if strings.Contains(err.Error(), "sesame") {
				t.Errorf("the value is in the message: %v", err)
			}
		})
	}
}

func TestBackslashesThatAreMeant(t *testing.T) {
	for _, yaml := range []string{`a: "SRV\\SAGE100"`, `a: 'SRV\SAGE100'`, `a: SRV\SAGE100`, `a: "say \"SRV\\SAGE100\""`} {
		d := Parse("f.yaml", []byte(yaml), Options{PlainBackslashes: true})
		if got := d.Root().Map().Get("a").Text(); !strings.Contains(got, `SRV\SAGE100`) || d.Err() != nil {
			t.Errorf("%s: got %q, %v", yaml, got, d.Err())
		}
	}
}

func TestALongFileIsRefused(t *testing.T) {
	d := Parse("f.yaml", []byte("a: long enough"), Options{MaxBytes: 5})
	if err := d.Err(); err == nil || err.Error() != "f.yaml: the file is longer than 5 bytes" {
		t.Fatal(err)
	}
	if d.Root().Given() {
		t.Error("it was read all the same")
	}
}

func TestNearest(t *testing.T) {
	cases := map[string]struct {
		word string
		of   []string
		want string
	}{
		"two letters swapped":     {"rwos", []string{"rows", "public"}, "rows"},
		"a letter missing":        {"hiden", []string{"mandatory", "hidden"}, "hidden"},
		"only the case differs":   {"ROWS", []string{"raws", "rows"}, "rows"},
		"a word cut short":        {"cert", []string{"key_file", "cert_file"}, "cert_file"},
		"a word of other meaning": {"file", []string{"title", "engine"}, ""},
		"nothing near":            {"extends", []string{"title", "note"}, ""},
		"a short word is no slip": {"x", []string{"y", "on"}, ""},
		"no candidates":           {"x", nil, ""},
		"a very long word":        {strings.Repeat("x", 1<<16), []string{strings.Repeat("x", 1<<16-1)}, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := Nearest(c.word, c.of); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

type span time.Duration

func (s *span) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	*s = span(d)
	return err
}

type inner struct {
	Name string `yaml:"name"`
	Port int    `yaml:"port"`
}

func (i *inner) SetDefaults() { i.Port = 42 }

type outer struct {
	On    bool             `yaml:"on"`
	Wait  span             `yaml:"wait"`
	List  []inner          `yaml:"list"`
	Named map[string]inner `yaml:"named"`
	Words []string         `yaml:"words"`
	Skip  string           `yaml:"-"`
}

func decode(t *testing.T, yaml string, into any) error {
	t.Helper()
	d := Parse("f.yaml", []byte(yaml), Options{})
	d.Root().Decode(into)
	return d.Err()
}

func TestDecodeKeepsDefaultsOfAbsentKeys(t *testing.T) {
	o := outer{On: true, Words: []string{"default"}, Skip: "kept"}
	err := decode(t, "wait: 3s\nlist: [{name: a}, {name: b, port: 1}]\nnamed: {x: {}}", &o)
	if err != nil {
		t.Fatal(err)
	}
	if !o.On || o.Wait != span(3*time.Second) || o.Skip != "kept" || len(o.Words) != 1 ||
		len(o.List) != 2 || o.List[0] != (inner{"a", 42}) || o.List[1] != (inner{"b", 1}) || o.Named["x"] != (inner{Port: 42}) {
		t.Errorf("got %+v", o)
	}
}

func TestDecodeKeepsDefaultsOfUnreadableKeys(t *testing.T) {
	o := outer{On: true}
	err := decode(t, "'on': sometimes\nlist: [{port: 010}, {port: 1.5}, {port: x}, {prt: 1}]\nwords: {a: b}\nSkip: x\nwait: [1]", &o)
	want := `f.yaml:1:7: on: expected true or false, found text
f.yaml:2:15: list[0].port: expected a whole number in decimal digits
f.yaml:2:28: list[1].port: expected a whole number in decimal digits
f.yaml:2:41: list[2].port: expected a whole number, found text
f.yaml:2:46: list[3].prt: unknown key; did you mean port?
f.yaml:3:8: words: expected a list, found keys
f.yaml:4:1: Skip: unknown key
f.yaml:5:7: wait: expected a value, found a list`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	if !o.On || o.List[0].Port != 42 {
		t.Errorf("a default is lost: %+v", o)
	}
}

func TestPathsRoundTripToTheirParents(t *testing.T) {
	path := Item(Sub(Path("tables", "public.sale[1]", "columns"), `a"b`), 3)
	var ways []string
	for ; path != ""; path = parent(path) {
		ways = append(ways, path)
	}
	want := []string{`tables."public.sale[1]".columns."a\"b"[3]`, `tables."public.sale[1]".columns."a\"b"`, `tables."public.sale[1]".columns`, `tables."public.sale[1]"`, "tables"}
	if strings.Join(ways, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %s", strings.Join(ways, "\n"))
	}
}

func TestValuesAsKeys(t *testing.T) {
	d := Parse("f.yaml", []byte("v: {0: a, -1: b, true: c, sale: d, 1.5: e}\nt: x\nl: [x, y]\ne: ''"), Options{})
	m := d.Root().Map()
	v := m.Get("v").ValueMap()
	if got := strings.Join(v.Keys(), " "); got != "0 -1 true sale 1.5" {
		t.Errorf("the keys are %s", got)
	}
	for key, want := range map[string]string{"t": "x", "l": "x y", "e": "", "absent": ""} {
		if got := strings.Join(m.Get(key).TextOrTexts(), " "); got != want {
			t.Errorf("%s: got %q, want %q", key, got, want)
		}
	}
	if err := d.Err(); err != nil {
		t.Error(err)
	}
	d = Parse("f.yaml", []byte("v: {~: a, 2024-01-01: b, 1: c, 1: d}"), Options{})
	d.Root().Map().Get("v").ValueMap()
	for _, want := range []string{"takes this one for nothing", "takes this one for a date", "this key is already given on line 1"} {
		if err := d.Err(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say: %s", err, want)
		}
	}
}
