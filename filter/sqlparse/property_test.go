package sqlparse_test

import (
	"testing"

	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqlast/sqlasttest"
	"github.com/vantelle/vantelle/filter/sqlparse"
	"pgregory.net/rapid"
)

// wide is for canonical texts, which may need more parentheses than what was read.
var wide = sqlparse.Limits{Bytes: 16 << 20, Tokens: 1 << 20, Depth: 1000, Nodes: 1 << 20, Params: 1 << 20, InList: 1 << 20}

func TestParsingWhatFormatWritesGivesTheSameQuery(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := sqlasttest.Query(3).Draw(t, "query")
		text := sqlast.Format(q)
		again, err := sqlparse.ParseQuery(text, wide)
		if err != nil {
			t.Fatalf("%s\nis refused: %v", text, err)
		}
		if d := sqlasttest.Diff(q, again); d != "" {
			t.Fatalf("%s\nis read as %s\n%s", text, sqlast.Format(again), d)
		}
		if twice := sqlast.Format(again); twice != text {
			t.Fatalf("%s\nis written again as %s", text, twice)
		}
	})
}

func TestParsingWhatFormatExprWritesGivesTheSameExpression(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := sqlasttest.Expr(4).Draw(t, "expression")
		text := sqlast.FormatExpr(x)
		again, err := sqlparse.ParseExpr(text, wide)
		if err != nil {
			t.Fatalf("%s\nis refused: %v", text, err)
		}
		if d := sqlasttest.Diff(x, again); d != "" {
			t.Fatalf("%s\nis read as %s\n%s", text, sqlast.FormatExpr(again), d)
		}
	})
}

func TestRandomQueriesHaveNestingPositions(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := sqlast.Format(sqlasttest.Query(3).Draw(rt, "query"))
		q, err := sqlparse.ParseQuery(text, wide)
		if err != nil {
			rt.Fatalf("%s\nis refused: %v", text, err)
		}
		checkPositions(t, text, q)
	})
}

// TestACutTextIsRefusedOrWhole cuts random queries anywhere: what is left must be
// refused or read as a query of its own, and never panics.
func TestACutTextIsRefusedOrWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := sqlast.Format(sqlasttest.Query(2).Draw(t, "query"))
		cut := text[:rapid.IntRange(0, len(text)).Draw(t, "cut")]
		q, err := sqlparse.ParseQuery(cut, wide)
		if (q == nil) == (err == nil) {
			t.Fatalf("%s\ngives the tree %v and the error %v", cut, q, err)
		}
	})
}
