package config

import (
	"reflect"
	"strings"

	"github.com/vantelle/vantelle/internal/strictyaml"
)

// refuseStrayVariables notes every ${ in a value that is no secret: it would
// be taken literally, which nobody means.
func refuseStrayVariables(c *Config, doc *strictyaml.Document) {
	eachText(reflect.ValueOf(c).Elem(), "", func(path, text string) {
		if strings.Contains(text, "${") {
			doc.Add(path, "variables are replaced in keys, tokens, passwords and dsn only: write the value itself")
		}
	})
}

// eachText visits every text of a configuration, except the secrets.
func eachText(v reflect.Value, path string, visit func(path, text string)) {
	switch v.Kind() {
	case reflect.String:
		visit(path, v.String())
	case reflect.Struct:
		for i := range v.NumField() {
			if key := strictyaml.Key(v.Type().Field(i)); key != "" {
				eachText(v.Field(i), strictyaml.Sub(path, key), visit)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachText(v.Index(i), strictyaml.Item(path, i), visit)
		}
	case reflect.Map:
		for entries := v.MapRange(); entries.Next(); {
			eachText(entries.Value(), strictyaml.Sub(path, entries.Key().String()), visit)
		}
	}
}
