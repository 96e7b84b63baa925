package portal

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/fold"
)

// searchParam is a search in free text: q=words, or q=fts.words as PostgREST's
// clients write it. It looks into the columns that the resource names, and is a
// column's name like any other where there are none.
const searchParam = "q"

// Bounds on a search: each word is looked for in each of the columns.
const (
	maxWords    = 8
	maxWordSize = 60 // characters
)

// fullText is what PostgREST's clients put before the words. phfts is of one
// phrase; what kind the others are makes no difference here.
var fullText = regexp.MustCompile(`^(|pl|ph|w)fts(?:\([^)]*\))?\.`)

// searchFor adds q=… to the conditions of the rows of a table or resource: a row
// is found where each word stands in one of the columns, whatever its case and
// its accents.
func (q *rowsQuery) searchFor(table string, world *view.View) error {
	if !q.given[searchParam] {
		return nil
	}
	resource := world.Resource(table)
	if resource == nil || len(resource.Search) == 0 {
		switch shape := shapeOf(world, table); {
		case shape.columns == nil:
			return nil // the gate says that there is no such table
		case shape.find(searchParam) < 0:
			return refusal.New(refusal.Unsupported, "%s has no columns that a search looks into (search in the catalog): ask by its columns", shorten(table))
		}
		return q.searchIsColumn()
	}
	words, err := wordsOf(q.search)
	if err != nil {
		return err
	}
	for _, word := range words {
		var places []sqlast.Expr
		for _, name := range resource.Search {
			folded := &sqlast.Call{Name: sqlast.Ident{At: sqlast.NoPos, Name: "FOLD"}, Args: []sqlast.Expr{column(name)}}
			text, err := q.conds.param(word)
			if err != nil {
				return err
			}
			// A text that is known to be short costs little to look for, whatever the row.
			wanted := &sqlast.Call{Name: sqlast.Ident{At: sqlast.NoPos, Name: "LEFT"}, Args: []sqlast.Expr{text, number(strconv.Itoa(maxWordSize))}}
			found := &sqlast.Call{Name: sqlast.Ident{At: sqlast.NoPos, Name: "LOCATE"}, Args: []sqlast.Expr{wanted, folded}}
			places = append(places, &sqlast.Binary{At: sqlast.NoPos, Op: ">", X: found, Y: number("0")})
		}
		q.restrict(combine("OR", places))
	}
	return nil
}

// searchIsColumn takes q=… for a condition on a column of that name.
func (q *rowsQuery) searchIsColumn() error {
	if !q.given[searchParam] {
		return nil
	}
	filter, err := q.conds.filter(searchParam, searchParam, q.search)
	if err != nil {
		return err
	}
	q.restrict(filter)
	return nil
}

// restrict adds a condition to those of a query that is read already.
func (q *rowsQuery) restrict(x sqlast.Expr) {
	q.filters = append(q.filters, x)
	q.where, q.params = combine("AND", q.filters), q.conds.params
}

// wordsOf takes a search apart, folded; each word once.
func wordsOf(search string) ([]string, error) {
	phrase := false
	if m := fullText.FindStringSubmatch(search); m != nil {
		search, phrase = search[len(m[0]):], m[1] == "ph"
	}
	words := strings.FieldsFunc(fold.Word(search), unicode.IsSpace)
	if phrase && len(words) > 0 {
		words = []string{strings.Join(words, " ")}
	}
	slices.Sort(words)
	words = slices.Compact(words)
	if len(words) > maxWords {
		return nil, refusal.New(refusal.LimitExceeded, "%s: at most %d words", searchParam, maxWords)
	}
	for _, w := range words {
		if utf8.RuneCountInString(w) > maxWordSize {
			return nil, refusal.New(refusal.LimitExceeded, "%s: a word has at most %d characters", searchParam, maxWordSize)
		}
	}
	return words, nil
}
