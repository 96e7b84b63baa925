package sqlparse_test

import (
	"reflect"
	"testing"

	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltoken"
)

// span is the part of a text that the positions of a node and all below it cover.
type span struct{ from, to sqlast.Pos }

// checkPositions holds that every node stands at the start of a token, that a
// name stands where it is written, and that positions nest: what is below one
// child of a node does not stand among what is below another.
func checkPositions(t *testing.T, text string, root sqlast.Node) {
	t.Helper()
	starts := tokenStarts(t, text)
	err := sqlast.Walk(root, func(n sqlast.Node) (bool, error) {
		if !starts[n.Pos()] {
			t.Errorf("%T stands at %d, where no token starts in %s", n, n.Pos(), text)
		}
		spans := childSpans(t, n)
		for i, a := range spans {
			for _, b := range spans[:i] {
				if a.from <= b.to && b.from <= a.to {
					t.Errorf("below %T at %d, two children overlap: %v and %v in %s", n, n.Pos(), a, b, text)
				}
			}
		}
		return true, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	checkNames(t, text, reflect.ValueOf(root))
}

func tokenStarts(t *testing.T, text string) map[sqlast.Pos]bool {
	t.Helper()
	starts := map[sqlast.Pos]bool{}
	for s := sqltoken.NewScanner(text); ; {
		tok, err := s.Next()
		if err != nil {
			t.Fatal(err)
		}
		if tok.Kind == sqltoken.EOF {
			return starts
		}
		starts[sqlast.Pos(tok.At)] = true
	}
}

func childSpans(t *testing.T, n sqlast.Node) []span {
	t.Helper()
	var spans []span
	err := sqlast.Walk(n, func(child sqlast.Node) (bool, error) {
		if child == n {
			return true, nil
		}
		if topOf(n) == child {
			return false, nil // stands inside the SELECT it belongs to
		}
		s := span{child.Pos(), child.Pos()}
		err := sqlast.Walk(child, func(below sqlast.Node) (bool, error) {
			s.from, s.to = min(s.from, below.Pos()), max(s.to, below.Pos())
			return true, nil
		})
		spans = append(spans, s)
		return false, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return spans
}

// topOf is the count of a query's TOP, nil if it has none.
func topOf(n sqlast.Node) sqlast.Node {
	if q, ok := n.(*sqlast.Query); ok && q.Limit != nil {
		if s, ok := q.Body.(*sqlast.Select); ok && q.Limit.Pos() < s.Items[0].Pos() {
			return q.Limit
		}
	}
	return nil
}

// checkNames finds every written name and looks for it at its place. LTRIM and
// RTRIM are names that the parser gives.
func checkNames(t *testing.T, text string, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			checkNames(t, text, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			checkNames(t, text, v.Index(i))
		}
	case reflect.Struct:
		id, isIdent := v.Interface().(sqlast.Ident)
		if !isIdent {
			for i := range v.NumField() {
				checkNames(t, text, v.Field(i))
			}
			return
		}
		if id.Name == "" {
			return
		}
		s := sqltoken.NewScanner(text[id.At:])
		tok, err := s.Next()
		if err != nil {
			t.Fatal(err)
		}
		given := tok.Keyword == sqltoken.TRIM && (id.Name == "LTRIM" || id.Name == "RTRIM" || id.Name == "TRIM")
		if tok.Value() != id.Name && !given || id.Quoted != (tok.Kind == sqltoken.QuotedName) {
			t.Errorf("%+v is written %s", id, tok.Text)
		}
	}
}
