package setup

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

func tables(names ...string) *catalog.Catalog {
	var all []*catalog.Table
	for _, n := range names {
		all = append(all, &catalog.Table{Name: n})
	}
	return catalog.New(catalog.SQLite, "3", all)
}

func TestAnERPIsRecognisedByItsTables(t *testing.T) {
	for name, c := range map[string]struct {
		tables []string
		want   string
	}{
		"Sage 100":                            {[]string{"F_COMPTET", "P_DOSSIER", "F_DOCENTETE"}, "sage100"},
		"Odoo":                                {[]string{"res_partner", "ir_config_parameter"}, "odoo"},
		"Dolibarr":                            {[]string{"llx_societe", "llx_socpeople"}, "dolibarr llx_"},
		"Dolibarr without a prefix":           {[]string{"societe", "socpeople"}, "dolibarr "},
		"Dolibarr with another prefix":        {[]string{"x7_societe", "x7_socpeople"}, "dolibarr x7_"},
		"two Dolibarrs":                       {[]string{"a_societe", "a_socpeople", "b_societe", "b_socpeople"}, "dolibarr a_, dolibarr b_"},
		"tables of two, from different sites": {[]string{"a_societe", "b_socpeople"}, ""},
		"half a Sage":                         {[]string{"F_COMPTET"}, ""},
		"something else":                      {[]string{"customers", "orders"}, ""},
		"an ERP that reads another's":         {[]string{"F_COMPTET", "P_DOSSIER", "res_partner", "ir_config_parameter"}, "sage100, odoo"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, r := range Recognise(tables(c.tables...)) {
				word := r.ERP
				if r.ERP == "dolibarr" {
					word += " " + r.Prefix
				}
				got = append(got, word)
			}
			if strings.Join(got, ", ") != c.want {
				t.Errorf("recognised %q, want %q", got, c.want)
			}
		})
	}
}

func TestAQuestionIsAskedUntilItsAnswerIsRight(t *testing.T) {
	check := func(s string) error {
		if s != "right" {
			return errors.New("that is wrong")
		}
		return nil
	}
	for name, c := range map[string]struct {
		typed, def string
		want       string
		err        error
		says       int // how often it is explained
	}{
		"at once":                  {"right\n", "", "right", nil, 0},
		"with blanks and a return": {"  right \r\n", "", "right", nil, 0},
		"without an end of line":   {"right", "", "right", nil, 0},
		"at the third time":        {"no\n\nright\n", "", "right", nil, 1},
		"by its default":           {"\n", "right", "right", nil, 0},
		"a default is checked too": {"\nright\n", "wrong", "right", nil, 1},
		"never":                    {"no\n", "right", "", ErrNoAnswer, 1},
		"nobody is there":          {"", "right", "", ErrNoAnswer, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			got, err := NewAsker(strings.NewReader(c.typed), &out).Ask(Question{Text: "What", Default: c.def, Check: check})
			if got != c.want || !errors.Is(err, c.err) {
				t.Errorf("answer %q, %v; want %q, %v", got, err, c.want, c.err)
			}
			if said := strings.Count(out.String(), "that is wrong"); said != c.says {
				t.Errorf("explained %d times, want %d:\n%s", said, c.says, &out)
			}
		})
	}
}

func TestAYesIsAYes(t *testing.T) {
	for typed, want := range map[string]bool{"yes\n": true, "O\n": true, "no\n": false, "\n": false, "perhaps\ny\n": true} {
		if got, err := NewAsker(strings.NewReader(typed), io.Discard).Confirm("Do it", false); err != nil || got != want {
			t.Errorf("%q is %v, %v", typed, got, err)
		}
	}
	if got, err := NewAsker(strings.NewReader("\n"), io.Discard).Confirm("Do it", true); err != nil || !got {
		t.Errorf("an empty line is %v, %v where yes is the default", got, err)
	}
}

func TestAnIdIsChecked(t *testing.T) {
	for id, good := range map[string]bool{"sage": true, "1-a_b": true, "": false, "-a": false, "Sage": false, "a b": false, strings.Repeat("a", 65): false} {
		if err := CheckDossier(id); (err == nil) != good {
			t.Errorf("%q: %v", id, err)
		}
	}
}
