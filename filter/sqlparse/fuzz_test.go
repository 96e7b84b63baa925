package sqlparse_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqlast/sqlasttest"
	"github.com/vantelle/vantelle/filter/sqlparse"
)

// FuzzParseQuery holds for any bytes: no panic; a tree or an *Error, never both
// and never neither; and what is read, written and read again is the same tree
// with the same text.
func FuzzParseQuery(f *testing.F) {
	for _, dir := range []string{"accept", "reject"} {
		paths, err := filepath.Glob(filepath.Join("testdata", dir, "*.sql"))
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range paths {
			for _, e := range readCorpus(f, path) {
				f.Add(e.text)
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		x, err := sqlparse.ParseExpr(text, sqlparse.Limits{})
		if (x == nil) == (err == nil) {
			t.Fatalf("the expression %v and the error %v", x, err)
		}
		if x != nil {
			canonical := sqlast.FormatExpr(x)
			again, err := sqlparse.ParseExpr(canonical, wide)
			if err != nil {
				t.Fatalf("the canonical form %s is refused: %v", canonical, err)
			}
			if d := sqlasttest.Diff(x, again); d != "" {
				t.Fatalf("the canonical form %s is another tree: %s", canonical, d)
			}
		}
		q, err := sqlparse.ParseQuery(text, sqlparse.Limits{})
		if err != nil {
			var bad *sqlparse.Error
			if q != nil || !errors.As(err, &bad) {
				t.Fatalf("the tree %v and the error %v", q, err)
			}
			checkError(t, text, bad)
			return
		}
		checkPositions(t, text, q)
		canonical := sqlast.Format(q)
		again, err := sqlparse.ParseQuery(canonical, wide)
		if err != nil {
			t.Fatalf("the canonical form %s is refused: %v", canonical, err)
		}
		if d := sqlasttest.Diff(q, again); d != "" {
			t.Fatalf("the canonical form %s is another tree: %s", canonical, d)
		}
		if twice := sqlast.Format(again); twice != canonical {
			t.Fatalf("the canonical form %s becomes %s", canonical, twice)
		}
	})
}
