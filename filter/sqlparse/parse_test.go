package sqlparse_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqlparse"
)

// refusal is the *Error of a text that must be refused, with no tree beside it.
func refusal(t *testing.T, text string, lim sqlparse.Limits) *sqlparse.Error {
	t.Helper()
	q, err := sqlparse.ParseQuery(text, lim)
	if err == nil {
		t.Fatalf("%.80s was read as %.80s", text, sqlast.Format(q))
	}
	if q != nil {
		t.Fatalf("%.80s has an error and a tree", text)
	}
	var e *sqlparse.Error
	if !errors.As(err, &e) {
		t.Fatalf("the error is a %T", err)
	}
	return e
}

func TestParseExpr(t *testing.T) {
	for text, want := range map[string]string{
		"CT_Num = :customer":    "CT_Num = :customer",
		" -- a filter\n a = 1 ": "a = 1",
		"self.DO_Tiers IN (SELECT c.CT_Num FROM F_COMPTET c WHERE c.CT_Num = @customer)": "self.DO_Tiers IN (SELECT c.CT_Num FROM F_COMPTET AS c WHERE c.CT_Num = :customer)",
		"a = 1 OR b = 2": "a = 1 OR b = 2",
		"(SELECT 1)":     "(SELECT 1)",
	} {
		x, err := sqlparse.ParseExpr(text, sqlparse.Limits{})
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := sqlast.FormatExpr(x); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
		checkPositions(t, text, x)
	}
}

func TestParseExprRefusesWhatIsNotOneExpression(t *testing.T) {
	for text, want := range map[string]string{
		"":                    `line 1, column 1: found the end of the text where an expression was expected`,
		"a = 1;":              `line 1, column 6: found ";" where the end of the expression was expected`,
		"a = 1, b":            `line 1, column 6: found "," where the end of the expression was expected`,
		"a = 1) OR (1 = 1":    `line 1, column 6: found ")" where the end of the expression was expected`,
		"a AS b":              `line 1, column 3: found AS where the end of the expression was expected`,
		"SELECT 1":            `line 1, column 1: found SELECT where an expression was expected`,
		"a ORDER BY b":        `line 1, column 3: found ORDER where the end of the expression was expected`,
		"(SELECT 1) UNION a":  `line 1, column 12: found UNION where the end of the expression was expected`,
		"*":                   `line 1, column 1: found "*" where an expression was expected`,
		"a = 1 -- \x00":       "line 1, column 10: the text holds a NUL character",
		"a.b.c.d.e = 1":       "line 1, column 8: a name has at most 4 parts",
		"DELETE FROM t":       `line 1, column 1: the statement DELETE is not offered`,
		"a = 1 AND":           `line 1, column 10: found the end of the text where an expression was expected`,
		"a = 'x' OR\n b = 'y": "line 2, column 6: the string that starts here has no end",
	} {
		x, err := sqlparse.ParseExpr(text, sqlparse.Limits{})
		if err == nil {
			t.Errorf("%s was read as %s", text, sqlast.FormatExpr(x))
			continue
		}
		if x != nil {
			t.Errorf("%s has an error and a tree", text)
		}
		if err.Error() != want {
			t.Errorf("%s\n got %s\nwant %s", text, err, want)
		}
	}
}

func TestLinesAndColumnsOfErrors(t *testing.T) {
	for text, want := range map[string][3]int{ // offset, line, column
		"SELECT §":           {7, 1, 8},
		"SELECT 'é', §":      {13, 1, 13},
		"SELECT\n §":         {8, 2, 2},
		"SELECT\r\n §":       {9, 2, 2},
		"SELECT\r §":         {8, 2, 2},
		"SELECT\r\r\n\n §":   {11, 4, 2},
		"SELECT 'a\nb', §":   {14, 2, 5},
		"SELECT a\nFROM\nt,": {16, 3, 3},
	} {
		e := refusal(t, text, sqlparse.Limits{})
		if got := [3]int{int(e.Pos), e.Line, e.Col}; got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

func TestMessagesRepeatLittleOfTheTextAndNoStrings(t *testing.T) {
	long := strings.Repeat("é", 300)
	for _, text := range []string{
		"SELECT a b " + long, `SELECT a b "` + long + `"`, "SELECT a b @" + long, "SELECT a b " + strings.Repeat("1", 79),
		"SELECT CAST(a AS " + long + ")", "SELECT EXTRACT(" + long + " FROM a)",
	} {
		e := refusal(t, text, sqlparse.Limits{})
		for i := range len(e.Msg) {
			for j := i + 1; j <= len(e.Msg); j++ {
				if part := e.Msg[i:j]; utf8.ValidString(part) && utf8.RuneCountInString(part) > 40 && strings.Contains(text, part) {
					t.Fatalf("the message repeats too much: %s", e.Msg)
				}
			}
		}
	}
	if e := refusal(t, "SELECT a FROM t WHERE b 'secret'", sqlparse.Limits{}); strings.Contains(e.Error(), "secret") {
		t.Errorf("the message shows a string's content: %v", e)
	}
}

func TestErrorsAfterTheFirstMistakeAreNotReported(t *testing.T) {
	e := refusal(t, "SELECT a FROM FROM t WHERE b = 'x", sqlparse.Limits{})
	if e.Pos != 14 {
		t.Errorf("the error stands at %d: %v", e.Pos, e)
	}
}
