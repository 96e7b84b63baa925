package sqlfunc_test

import (
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter/sqlfunc"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

func TestTheTableIsWhole(t *testing.T) {
	for _, f := range sqlfunc.All() {
		if f.Doc == "" || f.Result == nil || f.Name != strings.ToUpper(f.Name) {
			t.Errorf("%s lacks a word, a result or capitals", f.Name)
		}
		for _, n := range append([]string{f.Name}, f.Synonyms...) {
			if sqlfunc.Lookup(strings.ToLower(n)) != f {
				t.Errorf("%s is not found as %s", f.Name, n)
			}
		}
		for _, e := range []catalog.Engine{catalog.SQLite, catalog.Postgres, catalog.SQLServer} {
			spelled := f.Template(e, "")
			if strings.Count(spelled, "(") != strings.Count(spelled, ")") || strings.Count(spelled, "{") != strings.Count(spelled, "}") {
				t.Errorf("%s on %s: %s", f.Name, e, spelled)
			}
		}
	}
}

func TestArity(t *testing.T) {
	for _, c := range []struct {
		name string
		n    int
		ok   bool
	}{{"UPPER", 1, true}, {"UPPER", 0, false}, {"UPPER", 2, false}, {"ROUND", 1, true}, {"ROUND", 2, true}, {"ROUND", 3, false},
		{"COALESCE", 1, false}, {"COALESCE", 2, true}, {"COALESCE", 9, true}, {"NOW", 0, true}, {"NOW", 1, false}} {
		if msg := sqlfunc.Lookup(c.name).CheckArity(c.n); (msg == "") != c.ok {
			t.Errorf("%s of %d: %q", c.name, c.n, msg)
		}
	}
}

func TestWhatIsNotInTheTableDoesNotExist(t *testing.T) {
	for _, name := range []string{"pg_sleep", "load_extension", "xp_cmdshell", "randomblob", "rand", "newid", "load_file", "current_user", "version", "json_each", ""} {
		if sqlfunc.Lookup(name) != nil {
			t.Errorf("there is a %s", name)
		}
	}
}
