package config

import (
	"encoding"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/strictyaml"
)

// documentedKey is one key of the file as the code knows it.
type documentedKey struct{ path, kind, value string }

// everyKey lists the keys of Config, in the order of the structs, with the
// defaults that they have in Default or in a new entry.
func everyKey() []documentedKey {
	c := Default()
	var keys []documentedKey
	collect(&keys, "", reflect.ValueOf(&c).Elem())
	return keys
}

func collect(keys *[]documentedKey, path string, v reflect.Value) {
	add := func(kind string) { *keys = append(*keys, documentedKey{path, kind, defaultText(v)}) }
	switch v.Interface().(type) {
	case Secret:
		add("secret")
		return
	case Size:
		add("size")
		return
	case Duration:
		add("duration")
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			collect(keys, strings.TrimPrefix(path+"."+strictyaml.Key(v.Type().Field(i)), "."), v.Field(i))
		}
	case reflect.Map, reflect.Slice:
		if v.Type().Elem().Kind() != reflect.Struct {
			if v.Kind() == reflect.Map {
				add("keys")
			} else {
				add("list")
			}
			return
		}
		suffix := ".*"
		if v.Kind() == reflect.Slice {
			suffix = "[]"
		}
		entry := reflect.New(v.Type().Elem())
		if d, ok := entry.Interface().(strictyaml.Defaulter); ok {
			d.SetDefaults()
		}
		collect(keys, path+suffix, entry.Elem())
	case reflect.Bool:
		add("true or false")
	case reflect.Int:
		add("number")
	case reflect.String:
		if last := path[strings.LastIndexByte(path, '.')+1:]; last == "path" || last == "dir" || last == "file" || strings.HasSuffix(last, "_file") {
			add("path")
		} else {
			add("text")
		}
	}
}

func defaultText(v reflect.Value) string {
	if t, ok := v.Interface().(encoding.TextMarshaler); ok {
		text, _ := t.MarshalText()
		return string(text)
	}
	switch v.Kind() {
	case reflect.Map:
		return "{}"
	case reflect.Slice:
		return "[" + strings.Trim(fmt.Sprintf("%v", v.Interface()), "[]") + "]" // no default has two
	}
	return fmt.Sprint(v.Interface())
}

func TestDocumentationListsEveryKeyWithItsDefault(t *testing.T) {
	page, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile("(?m)^\\| `([^`]+)` \\| ([^|]+) \\| (`[^`]*`|none) \\| (.+) \\|$")
	var got []documentedKey
	for _, m := range row.FindAllStringSubmatch(string(page), -1) {
		value := strings.Trim(m[3], "`")
		if m[3] == "none" {
			value = ""
		}
		got = append(got, documentedKey{m[1], m[2], value})
	}
	want := everyKey()
	if len(want) < 40 {
		t.Fatalf("only %d keys were found in the code", len(want))
	}
	for _, k := range want {
		if !slices.Contains(got, k) {
			t.Errorf("the page lacks %+v", k)
		}
	}
	for _, k := range got {
		if !slices.Contains(want, k) {
			t.Errorf("the page has %+v, which the code does not", k)
		}
	}
}

func TestExampleMentionsEveryKey(t *testing.T) {
	file, err := os.ReadFile("../../config.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	mentioned := keysOf(string(file))
	for _, k := range everyKey() {
		if !slices.Contains(mentioned, k.path) {
			t.Errorf("the example does not mention %s", k.path)
		}
	}
}

// keysOf gives the path of every key in a block-style file, those that are
// commented out without a space (#key:) included.
func keysOf(file string) []string {
	line := regexp.MustCompile(`^( *)(- )?#?([a-z][a-z0-9_]*):(?: |$)`)
	type open struct {
		indent int
		path   string
	}
	var way []open
	var paths []string
	for text := range strings.Lines(file) {
		m := line.FindStringSubmatch(strings.TrimRight(text, "\n"))
		if m == nil {
			continue
		}
		indent := len(m[1]) + len(m[2])
		for len(way) > 0 && way[len(way)-1].indent >= indent {
			way = way[:len(way)-1]
		}
		path := ""
		if len(way) > 0 {
			path = way[len(way)-1].path + "."
			if strings.Contains(path, "tokens.") || path == "keys." || path == "webhooks." || path == "integrators." || path == "dossiers.*.files." {
				path = strings.TrimSuffix(path, ".") + "[]."
			}
		}
		name := m[3]
		if path == "dossiers." {
			name = "*"
		}
		way = append(way, open{indent, path + name})
		paths = append(paths, path+name)
	}
	return paths
}

func exampleEnvironment(name string) string {
	return map[string]string{
		"VANTELLE_ADMIN_TOKEN":  "va_" + strings.Repeat("a", 20),
		"VANTELLE_PORTAL_KEY":   "vk_" + strings.Repeat("k", 20),
		"VANTELLE_ERP_PASSWORD": "p@ss/word",
	}[name]
}

func TestExampleLoadsAndShowsTheDefaults(t *testing.T) {
	c, err := Load("../../config.example.yaml", exampleEnvironment)
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	rebase(&want, "../..")
	for name, got := range c.Dossiers {
		var d Dossier
		d.SetDefaults()
		d.Title, d.ERP, d.Engine = "Main company", "sage100", Postgres // these have no default
		d.DSN = NewSecret("postgres://vantelle:p%40ss%2Fword@127.0.0.1:5432/erp?sslmode=verify-full")
		want.Dossiers[name] = d
		if got.DSN.Reveal() != d.DSN.Reveal() {
			t.Error("the password is not escaped in the dsn")
		}
	}
	want.Admin.Tokens = []Token{{Name: "administrator", Token: NewSecret(exampleEnvironment("VANTELLE_ADMIN_TOKEN"))}}
	want.Keys = []Key{{Name: "portal", Key: NewSecret(exampleEnvironment("VANTELLE_PORTAL_KEY")), Dossiers: []string{"main"}}}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got\n%+v\nwant\n%+v", c, want)
	}
}
