package filter_test

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter/portal"
)

var libraryERP = []string{
	`CREATE TABLE books (id int NOT NULL PRIMARY KEY, title varchar(80), author varchar(40), reader varchar(17) NOT NULL, note varchar(40), q varchar(10))`,
	`INSERT INTO books VALUES (1, 'L''Œuvre au noir', 'YOURCENAR', 'ANNA', 'perdu', 'one'), (2, 'Les Misérables', 'Victor Hugo', 'ANNA', 'prêté', 'two'),
		(3, '100% coton_bio', 'Łucja Ößterberg', 'ANNA', NULL, 'one'), (4, 'Les misérables', 'hugo', 'BORIS', 'perdu', 'one'), (5, NULL, 'Hugo', 'ANNA', NULL, NULL)`,
}

const libraryProfile = `
profile: LIBRARY
erp: custom
modules: {books: {level: full}}
tables:
  books:
    rows: reader = :customer
    modules: {books: id > 0}
    writes: [insert, update, delete]
    columns: {id: {}, title: {}, author: {}, reader: {}, note: {hidden: true}, q: {}}
resources:
  titles:
    table: books
    columns: {id: {from: id}, title: {from: title}, author: {from: author}, pages: {from: id}}
    search: [title, author, pages]
  authors:
    table: books
    columns: {id: {from: id}, author: {from: author}}
`

// TestSearch: q finds what a person means, on every engine, among his own rows and
// in what he sees of them alone.
func TestSearch(t *testing.T) {
	cases := []struct{ path, query, want string }{
		{"titles", "q=hugo", `200 [{"id":2},{"id":5}]`},
		{"titles", "q=HUGO+miserables", `200 [{"id":2}]`},
		{"titles", "q=" + url.QueryEscape("  mise\u0301rables\t Victor "), `200 [{"id":2}]`},
		{"titles", "q=oeuvre", `200 [{"id":1}]`},
		{"titles", "q=" + url.QueryEscape("ŒUVRE NOIR"), `200 [{"id":1}]`},
		{"titles", "q=lucja+osster", `200 [{"id":3}]`},
		{"titles", "q=100%25", `200 [{"id":3}]`},
		{"titles", "q=n_b", `200 [{"id":3}]`},
		{"titles", "q=%25", `200 [{"id":3}]`},
		{"titles", "q=l'", `200 [{"id":1}]`},
		{"titles", "q=perdu", `200 []`}, // a hidden column
		{"titles", "q=2", `200 []`},     // a number is no text
		{"titles", "q=", `200 [{"id":1},{"id":2},{"id":3},{"id":5}]`},
		{"titles", "q=fts.victor+hugo", `200 [{"id":2}]`},
		{"titles", "q=plfts(french).hugo+victor", `200 [{"id":2}]`},
		{"titles", "q=phfts.hugo+victor", `200 []`},
		{"titles", "q=wfts.VICTOR++hugo", `200 [{"id":2}]`},
		{"titles", "q=hugo&author=eq.Hugo", `200 [{"id":5}]`},
		{"titles", "q=hugo&or=(id.eq.1,id.eq.5)", `200 [{"id":5}]`},
		{"titles", "q=hugo&limit=1", `200 [{"id":2}]`},
		{"titles", "q=hugo&q=victor", `400 sql_syntax`},
		{"titles", "q=a+b+c+d+e+f+g+h+i", `400 limit_exceeded`},
		{"titles", "q=" + strings.Repeat("x", 61), `400 limit_exceeded`},
		{"titles", `"q"=eq.one`, `400 unknown_name`},
		{"authors", "q=hugo", `400 sql_unsupported`},
		{"books", "q=eq.one", `200 [{"id":1},{"id":3}]`}, // a column
		{"books", "q=hugo", `400 sql_syntax`},
		{"nothing", "q=hugo", `400 unknown_name`},
	}
	on(t, workshopsWith(t, libraryERP, libraryProfile), func(t *testing.T, w *workshop) {
		front := portal.New(portal.Config{Gate: w.gate, Identify: anybody{}, Logger: zerolog.Nop()})
		for _, c := range cases {
			a := attack{customer: "ANNA", request: "GET rows/" + c.path + "?select=id&order=id&" + strings.ReplaceAll(c.query, `"`, "%22") + " HTTP"}
			got, _ := a.through(front)
			said := got.status + " " + got.code
			if !got.refused {
				said = got.rows[0]
			}
			if said != c.want {
				t.Errorf("%s?%s gives %s %s, want %s", c.path, c.query, said, got.fragment, c.want)
			}
		}
		// Where rows are written a q is a condition like any other, never left out.
		request, err := attack{customer: "ANNA", request: "DELETE rows/books?id=gt.0&q=eq.two HTTP\nPrefer: return=representation"}.httpRequest()
		if err != nil {
			t.Fatal(err)
		}
		answer := httptest.NewRecorder()
		front.ServeHTTP(answer, request)
		if n := strings.Count(answer.Body.String(), `"id"`); answer.Code != 200 || n != 1 {
			t.Errorf("a DELETE with q answers %d %s", answer.Code, answer.Body)
		}
	})
}
