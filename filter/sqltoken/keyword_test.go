package sqltoken_test

import (
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter/sqltoken"
)

// lastKeyword is the last constant of keyword.go; a new one after it must move here.
const lastKeyword = sqltoken.WITHIN

func TestEveryKeywordHasANameAndIsFoundByIt(t *testing.T) {
	seen := map[string]bool{}
	for k := sqltoken.NoKeyword + 1; k <= lastKeyword; k++ {
		name := k.String()
		if name == "" || seen[name] {
			t.Errorf("keyword %d is called %q", k, name)
		}
		seen[name] = true
		for _, spelling := range []string{name, strings.ToLower(name), name[:1] + strings.ToLower(name[1:])} {
			if got := sqltoken.Lookup(spelling); got != k {
				t.Errorf("%s is keyword %d, want %d", spelling, got, k)
			}
		}
	}
	if name := (lastKeyword + 1).String(); name != "" {
		t.Errorf("%s comes after the last keyword of this test", name)
	}
}

func TestLookupFoldsOnlyASCII(t *testing.T) {
	for _, word := range []string{"", "foo", "ſelect", "\u212Aey", "li\u212Ae", "ＳＥＬＥＣＴ", "current_timestamps", "selec", "select "} {
		if k := sqltoken.Lookup(word); k != sqltoken.NoKeyword {
			t.Errorf("%q is the keyword %s", word, k)
		}
	}
}

func TestReservedAndCallableWords(t *testing.T) {
	for word, want := range map[string][2]bool{
		"SELECT": {true, false}, "xor": {true, false}, "LEFT": {true, true}, "right": {true, true},
		"CURRENT_DATE": {true, true}, "APPLY": {false, false}, "date": {false, false}, "foo": {false, false}, "ALL": {true, false},
	} {
		k := sqltoken.Lookup(word)
		if got := [2]bool{k.Reserved(), k.Callable()}; got != want {
			t.Errorf("%s: reserved, callable are %v, want %v", word, got, want)
		}
	}
}

func TestPlainName(t *testing.T) {
	for name, want := range map[string]bool{
		"a": true, "_1": true, "é": true, "date": true, "CT_Num": true,
		"": false, "1a": false, "a b": false, "a-b": false, "select": false, "a\xff": false, "a$": false, "a\u200d": false, "\u0301": false,
	} {
		if got := sqltoken.PlainName(name); got != want {
			t.Errorf("%q: got %v", name, got)
		}
	}
}

func TestIsAndUpperFoldOnlyASCII(t *testing.T) {
	word := func(text string) sqltoken.Token { return sqltoken.Token{Kind: sqltoken.Word, Text: text} }
	if !word("max").Is("MAX") || word("maxi").Is("MAX") || word("ſum").Is("SUM") {
		t.Error("Is folds wrongly")
	}
	if (sqltoken.Token{Kind: sqltoken.QuotedName, Text: "MAX"}).Is("MAX") {
		t.Error("a quoted name is no word")
	}
	for in, want := range map[string]string{"aBc": "ABC", "ABC": "ABC", "é": "é", "aſé": "Aſé", "": ""} {
		if got := sqltoken.Upper(in); got != want {
			t.Errorf("%q becomes %q", in, got)
		}
	}
}
