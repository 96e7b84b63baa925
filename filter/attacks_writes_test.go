package filter_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/portal"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// TestWriteAttacks tries every case of testdata/attacks/writes on every engine
// there is, each on the same data. Beside the pinned outcome it holds that
// nothing but the customer's own writable rows has changed, not even where the
// request was answered, and that a refusal changed nothing at all.
func TestWriteAttacks(t *testing.T) {
	cases := readAttacks(t, "testdata/attacks/writes")
	on(t, workshops(t), func(t *testing.T, w *workshop) {
		whole := w.everything(t)
		foreign := map[string]string{"ANNA": w.foreign(t, "ANNA"), "BORIS": w.foreign(t, "BORIS")}
		for _, a := range cases {
			t.Run(a.file+"/"+a.name, func(t *testing.T) {
				got := a.write(t, w)
				want := a.wanted(w.engine)
				if o, ok := a.outcomes["babelfish"]; ok && w.engine == catalog.SQLServer && babelfish(t) { // a fault of its own
					want = o
				}
				if !got.meets(want) {
					t.Errorf("got %swant %s", got, want)
				}
				if after := w.foreign(t, a.customer); after != foreign[a.customer] {
					t.Errorf("what is not the customer's has changed:\n%s\nwas\n%s", after, foreign[a.customer])
				}
				if now := w.everything(t); now != whole {
					if got.refused {
						t.Errorf("a refused write has changed\n%s\nto\n%s", whole, now)
					}
					w.reset(t)
				}
			})
		}
	})
	fmt.Printf("figure attacks.writes %d cases target 50\n", len(cases))
}

// write puts the case to the gate, or to the front.
func (a attack) write(t *testing.T, w *workshop) outcome {
	if !a.viaFront() {
		text, err := w.do(t, filter.Request{Caller: as(a.customer), Front: "sql", Text: a.request, Params: a.params, Named: a.named})
		if err != nil {
			got, _ := a.ask(w.rig) // refused again, and changes nothing again
			return got
		}
		return outcome{ordered: true, rows: strings.Split(text, "\n")}
	}
	request, err := a.httpRequest()
	if err != nil {
		t.Fatal(err)
	}
	rec := httptest.NewRecorder()
	portal.New(portal.Config{Gate: w.gate, Identify: anybody{}, Logger: zerolog.Nop()}).ServeHTTP(rec, request)
	if rec.Code >= 400 {
		var problem struct{ Code, Detail string }
		if err := json.Unmarshal(rec.Body.Bytes(), &problem); err != nil {
			t.Errorf("%d %s", rec.Code, rec.Body)
		}
		return outcome{refused: true, status: strconv.Itoa(rec.Code), code: problem.Code, fragment: problem.Detail}
	}
	body := strings.NewReplacer("\r", `\r`, "\n", `\n`).Replace(strings.TrimRight(rec.Body.String(), "\r\n"))
	return outcome{ordered: true, rows: []string{strings.TrimSpace(strconv.Itoa(rec.Code) + " " + body)}}
}

// foreign is all that a customer may not write: others' rows, his own of
// modules that may be read only or not at all, and hidden columns of the rest.
func (w *workshop) foreign(t *testing.T, customer string) string {
	t.Helper()
	mine := "SELECT id FROM orders WHERE customer = '" + customer + "' AND kind = 1"
	var all []string
	for _, q := range []string{
		"SELECT * FROM orders WHERE customer <> '" + customer + "' OR kind <> 1 ORDER BY id",
		"SELECT id, customer, kind, margin, stamp FROM orders WHERE id < 107 ORDER BY id",
		"SELECT * FROM items WHERE ordered NOT IN (" + mine + ") ORDER BY id",
		"SELECT id, depot FROM items WHERE id < 206 ORDER BY id",
		"SELECT * FROM addresses WHERE customer <> '" + customer + "' ORDER BY customer, num",
		"SELECT customer, num, internal FROM addresses WHERE internal IS NOT NULL ORDER BY customer, num",
		"SELECT * FROM words ORDER BY word", "SELECT * FROM notes WHERE customer <> '" + customer + "' ORDER BY mark", "SELECT mark, customer FROM notes ORDER BY mark",
		"SELECT * FROM watched WHERE team NOT IN (SELECT id FROM teams WHERE customer = '" + customer + "' AND running = 1) ORDER BY id",
		"SELECT * FROM teams ORDER BY id", "SELECT * FROM articles ORDER BY code", "SELECT * FROM depots ORDER BY id",
	} {
		all = append(all, w.look(t, q))
	}
	return strings.Join(all, "\n--\n")
}

// reset puts the workshop's first rows back.
func (w *workshop) reset(t *testing.T) {
	t.Helper()
	statements := []string{"UPDATE orders SET parent = NULL"}
	for _, table := range []string{"items", "orders", "addresses", "words", "notes", "watched", "teams", "articles", "depots"} {
		statements = append(statements, "DELETE FROM "+table)
	}
	for _, s := range workshopERP {
		if strings.HasPrefix(s, "INSERT") {
			statements = append(statements, sayWorkshop(w.engine, "", s))
		}
	}
	for _, s := range statements {
		if _, err := w.raw.Exec(s); err != nil {
			t.Fatalf("%s: %s: %v", w.engine, s, err)
		}
	}
}
