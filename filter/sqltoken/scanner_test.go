package sqltoken_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter/sqltoken"
)

var kindNames = map[sqltoken.Kind]string{
	sqltoken.Invalid: "INVALID", sqltoken.EOF: "EOF", sqltoken.Word: "word", sqltoken.QuotedName: "name",
	sqltoken.Number: "number", sqltoken.String: "string", sqltoken.Param: "param", sqltoken.Op: "op",
}

// scan returns the tokens before the end and the error, if any.
func scan(text string) ([]sqltoken.Token, error) {
	var list []sqltoken.Token
	for s := sqltoken.NewScanner(text); ; {
		tok, err := s.Next()
		if err != nil || tok.Kind == sqltoken.EOF {
			return list, err
		}
		list = append(list, tok)
	}
}

func show(list []sqltoken.Token) string {
	var parts []string
	for _, t := range list {
		parts = append(parts, kindNames[t.Kind]+":"+t.Value())
	}
	return strings.Join(parts, " ")
}

func TestTokens(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "",
		" \t\r\n":                    "",
		"select a1_b é":              "word:select word:a1_b word:é",
		"e\u0301a":                   "word:e\u0301a",
		"_a __":                      "word:_a word:__",
		`[a b] "c" ` + "`d`":         "name:a b name:c name:d",
		`[a]]b] "c""d" ` + "`e``f`":  "name:a]b name:c\"d name:e`f",
		`["] "]" ` + "`'`":           "name:\" name:] name:'",
		`[[]`:                        "name:[",
		`"a"."b"`:                    "name:a op:. name:b",
		"0 12 1.50 .5 1e6 1E-3 2e+4": "number:0 number:12 number:1.50 number:.5 number:1e6 number:1E-3 number:2e+4",
		"a.5":                        "word:a op:. number:5",
		`"a".5`:                      "name:a op:. number:5",
		"a .5":                       "word:a number:.5",
		"1-2":                        "number:1 op:- number:2",
		"''":                         "string:",
		"'it''s'":                    "string:it's",
		"''''":                       "string:'",
		"N'x' n'y' N 'z'":            "string:x string:y word:N string:z",
		`'a\'`:                       `string:a\`,
		"'a\tb\r\nc'":                "string:a\tb\r\nc",
		"'\u200e'":                   "string:\u200e",
		"'a''''b'":                   "string:a''b",
		"name'x'":                    "word:name string:x",
		"? $1 :2 @p3 @n :n":          "param:? param:$1 param::2 param:@p3 param:@n param::n",
		"a::b":                       "word:a op::: word:b",
		"a:::b":                      "word:a op::: param::b",
		"a::b:c":                     "word:a op::: word:b param::c",
		"(),.;+-*/%=<>":              "op:( op:) op:, op:. op:; op:+ op:- op:* op:/ op:% op:= op:<>",
		"<= >= <> != || :: <=>":      "op:<= op:>= op:<> op:!= op:|| op::: op:<=>",
		"<=>=":                       "op:<=> op:=",
		"a<-1":                       "word:a op:< op:- number:1",
		"a--b\nc":                    "word:a word:c",
		"a--b\rc":                    "word:a word:c",
		"a--":                        "word:a",
		"a/**/b":                     "word:a word:b",
		"a/*/*/*x*/*/*/b":            "word:a word:b",
		"/***/a/*'*/":                "word:a",
		"a/*\n--*/b":                 "word:a word:b",
		"--/*\na":                    "word:a",
		"a/b*c":                      "word:a op:/ word:b op:* word:c",
		"-/**/-a":                    "op:- op:- word:a",
		"b 'x'":                      "word:b string:x",
		"ab'x'":                      "word:ab string:x",
	} {
		list, err := scan(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := show(list); got != want {
			t.Errorf("%q\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestRefusedTexts(t *testing.T) {
	const unsupported = true
	for text, want := range map[string]sqltoken.Error{
		"'a":          {At: 0, Msg: "string that starts here has no end"},
		" 'a''":       {At: 1, Msg: "string that starts here has no end"},
		`"a`:          {At: 0, Msg: "quoted name that starts here has no end"},
		"[a]]":        {At: 0, Msg: "quoted name that starts here has no end"},
		"`a``":        {At: 0, Msg: "quoted name that starts here has no end"},
		`a ""`:        {At: 2, Msg: "cannot be empty"},
		"[]":          {At: 0, Msg: "cannot be empty"},
		"``":          {At: 0, Msg: "cannot be empty"},
		"[a\nb]":      {At: 2, Msg: "tab or a line break"},
		"/* a":        {At: 0, Msg: "comment that starts here has no end"},
		"a /* /* */":  {At: 2, Msg: "comment that starts here has no end"},
		"/*":          {At: 0, Msg: "comment that starts here has no end"},
		"/*/":         {At: 0, Msg: "comment that starts here has no end"},
		"/*! a */":    {At: 0, Msg: "versioned", Unsupported: unsupported},
		"/*M! a */":   {At: 0, Msg: "versioned", Unsupported: unsupported},
		"/* /*!a*/*/": {At: 3, Msg: "versioned", Unsupported: unsupported},
		"/*+ a */":    {At: 0, Msg: "hints", Unsupported: unsupported},
		"a # b":       {At: 2, Msg: "# is not offered", Unsupported: unsupported},
		"a#b":         {At: 1, Msg: "unquoted name"},
		"a$b":         {At: 1, Msg: "unquoted name"},
		"12abc":       {At: 2, Msg: "cannot run into"},
		"1é":          {At: 1, Msg: "cannot run into"},
		"1.2.3":       {At: 3, Msg: "cannot run into"},
		"1e":          {At: 1, Msg: "cannot run into"},
		"1#":          {At: 1, Msg: "cannot run into"},
		"1.":          {At: 1, Msg: "digit must follow"},
		"1..2":        {At: 1, Msg: "digit must follow"},
		"0x1F":        {At: 0, Msg: "hexadecimal", Unsupported: unsupported},
		"E'a'":        {At: 0, Msg: "escape strings", Unsupported: unsupported},
		"x'a'":        {At: 0, Msg: "binary strings", Unsupported: unsupported},
		"B'a'":        {At: 0, Msg: "binary strings", Unsupported: unsupported},
		"U&'a'":       {At: 0, Msg: "Unicode escapes", Unsupported: unsupported},
		`u&"a"`:       {At: 0, Msg: "Unicode escapes", Unsupported: unsupported},
		"$$a$$":       {At: 0, Msg: "$ starts only", Unsupported: unsupported},
		"$a$":         {At: 0, Msg: "$ starts only", Unsupported: unsupported},
		"$":           {At: 0, Msg: "$ starts only", Unsupported: unsupported},
		"@@a":         {At: 0, Msg: "server variables", Unsupported: unsupported},
		"@":           {At: 0, Msg: "name must follow @"},
		"@1":          {At: 0, Msg: "name must follow @"},
		":":           {At: 0, Msg: "name must follow :"},
		":=":          {At: 0, Msg: "name must follow :"},
		"$1a":         {At: 2, Msg: "part of a parameter"},
		":1é":         {At: 2, Msg: "part of a parameter"},
		"@a@b":        {At: 2, Msg: "part of a parameter"},
		"a & b":       {At: 2, Msg: "operator", Unsupported: unsupported},
		"a | b":       {At: 2, Msg: "operator", Unsupported: unsupported},
		"!a":          {At: 0, Msg: "operator", Unsupported: unsupported},
		"{a}":         {At: 0, Msg: "escapes", Unsupported: unsupported},
		`\`:           {At: 0, Msg: "backslash"},
		"]":           {At: 0, Msg: "no meaning"},
		"“a”":         {At: 0, Msg: "no meaning"},
		"\x00":        {At: 0, Msg: "NUL"},
		"a\x00":       {At: 1, Msg: "NUL"},
		"'\x00'":      {At: 1, Msg: "NUL"},
		"--\x00":      {At: 2, Msg: "NUL"},
		"/*\x00*/":    {At: 2, Msg: "NUL"},
		"[\x00]":      {At: 1, Msg: "NUL"},
		"\x0b":        {At: 0, Msg: "U+000B"},
		"'\x1b'":      {At: 1, Msg: "U+001B"},
		"'\x7f'":      {At: 1, Msg: "U+007F"},
		"\u0085":      {At: 0, Msg: "U+0085"},
		"'\u0085'":    {At: 1, Msg: "U+0085"},
		"\xff":        {At: 0, Msg: "UTF-8"},
		"a\xff":       {At: 1, Msg: "UTF-8"},
		"'\xc3'":      {At: 1, Msg: "UTF-8"},
		"--\xff":      {At: 2, Msg: "UTF-8"},
		"'\xc0\xa7":   {At: 1, Msg: "UTF-8"},
		"\ufeffa":     {At: 0, Msg: "U+FEFF"},
		"a\u00a0b":    {At: 1, Msg: "U+00A0"},
		"a\u200bb":    {At: 1, Msg: "U+200B"},
		"[a\u202e]":   {At: 2, Msg: "U+202E"},
		"--\u202e":    {At: 2, Msg: "U+202E"},
		"--\u2028":    {At: 2, Msg: "U+2028"},
		"\u3164":      {At: 0, Msg: "U+3164"},
		"a\ufe0f":     {At: 1, Msg: "U+FE0F"},
	} {
		list, err := scan(text)
		var got *sqltoken.Error
		if !errors.As(err, &got) {
			t.Errorf("%q gave %s and the error %v", text, show(list), err)
			continue
		}
		if got.At != want.At || got.Unsupported != want.Unsupported || !strings.Contains(got.Msg, want.Msg) {
			t.Errorf("%q\n got %+v\nwant %+v", text, *got, want)
		}
	}
}

func TestAnErrorStays(t *testing.T) {
	s := sqltoken.NewScanner("a \x00 b")
	if tok, err := s.Next(); err != nil || tok.Text != "a" {
		t.Fatalf("got %+v, %v", tok, err)
	}
	_, first := s.Next()
	tok, second := s.Next()
	if first == nil || first != second || tok.Kind != sqltoken.Invalid {
		t.Errorf("got %v, then %v with %+v", first, second, tok)
	}
	if want := "offset 2: the text holds a NUL character"; first.Error() != want {
		t.Errorf("got %s, want %s", first, want)
	}
}

func TestTheEndStays(t *testing.T) {
	s := sqltoken.NewScanner("a ")
	for i, want := range []sqltoken.Kind{sqltoken.Word, sqltoken.EOF, sqltoken.EOF} {
		tok, err := s.Next()
		if err != nil || tok.Kind != want {
			t.Errorf("token %d: %+v, %v", i, tok, err)
		}
	}
}

// checkCover holds that tokens stand in order, that each is its part of the
// text, and that only blanks and comments stand between them.
func checkCover(t *testing.T, text string, list []sqltoken.Token, end int) {
	t.Helper()
	at := 0
	for _, tok := range list {
		if tok.At < at || tok.End <= tok.At || tok.End > len(text) || text[tok.At:tok.End] != tok.Text {
			t.Fatalf("%q: token %+v after offset %d", text, tok, at)
		}
		checkGap(t, text, at, tok.At)
		at = tok.End
	}
	checkGap(t, text, at, end)
}

func checkGap(t *testing.T, text string, from, to int) {
	t.Helper()
	for gap := text[from:to]; gap != ""; {
		switch {
		case strings.ContainsRune(" \t\r\n", rune(gap[0])):
			gap = gap[1:]
		case strings.HasPrefix(gap, "--"):
			stop := strings.IndexAny(gap, "\r\n")
			if stop < 0 {
				stop = len(gap)
			}
			gap = gap[stop:]
		case strings.HasPrefix(gap, "/*") && strings.HasSuffix(gap, "*/") || strings.HasPrefix(gap, "/*") && strings.Contains(gap, "*/"):
			gap = gap[strings.LastIndex(gap, "*/")+2:]
		default:
			t.Fatalf("%q: %q was passed over", text, text[from:to])
		}
	}
}

func FuzzScan(f *testing.F) {
	for _, seed := range []string{
		"", "select a.b, [c d] from t -- x\n/* y /* z */ */ where e = 'f''g' and h::int <> 1.5e-3",
		"'", "'a''", "'\\'", "N'é", `"`, `"a""`, "[", "[a]]", "`", "``", "--", "-", "/*", "/*/", "/*!", "/*+*/", "*/",
		"0x", "0", ".", ".5", "1.", "1e", "1e+", "?", "$", "$1", "$$", "@", "@@", "@p1", ":", "::", ":a", ":::",
		"\x00", "\xff", "'\xff", "\u00a0", "\ufeff", "é\u0301", "\u3164", "#", "{", "<=>", "!", "||", "|", "U&'", "E'", "a$1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		list, err := scan(text)
		end := len(text)
		var bad *sqltoken.Error
		if err != nil {
			if !errors.As(err, &bad) || bad.Msg == "" || bad.At < 0 || bad.At > len(text) {
				t.Fatalf("%q: bad error %+v", text, err)
			}
			if len(list) > 0 {
				end = list[len(list)-1].End
			} else {
				end = 0
			}
		}
		checkCover(t, text, list, end)
		for _, tok := range list {
			if (tok.Kind == sqltoken.QuotedName) && tok.Value() == "" {
				t.Fatalf("%q: empty name %+v", text, tok)
			}
			if tok.Kind == sqltoken.Word && tok.Keyword != sqltoken.Lookup(tok.Text) {
				t.Fatalf("%q: keyword of %+v", text, tok)
			}
		}
	})
}
