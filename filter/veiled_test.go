package filter_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter/portal"
)

var storesERP = []string{
	`CREATE TABLE goods (code varchar(10) NOT NULL PRIMARY KEY, onhand int, least int, cost decimal(10, 2))`,
	`CREATE TABLE shelves (code varchar(10) NOT NULL, place varchar(10) NOT NULL, onhand int, owner varchar(17) NOT NULL, PRIMARY KEY (code, place))`,
	`INSERT INTO goods VALUES ('A', 777, 5, 1), ('B', 3, 5, 1), ('C', 0, 5, 1), ('D', NULL, NULL, 1)`,
	`INSERT INTO shelves VALUES ('A', 'x', 551, 'ANNA'), ('A', 'y', 2, 'BORIS'), ('B', 'x', 0, 'ANNA'), ('C', 'y', 661, 'BORIS')`,
}

const storesProfile = `
profile: STORES
erp: custom
modules: {shop: {level: read}}
tables:
  goods:
    rows: 1 = 1
    public: true
    modules: {shop: ""}
    columns: {code: {}, onhand: {hidden: true}, cost: {hidden: true}}
  shelves:
    rows: owner = :customer
    columns: {code: {}, place: {}}
resources:
  stock:
    table: goods
    columns:
      article: {from: code}
      band:
        computed: CASE WHEN self.onhand > COALESCE(self.least, 0) THEN 'many' WHEN self.onhand > 0 THEN 'few' ELSE 'none' END
        uses_hidden: [goods.onhand, goods.least]
      mine:
        computed: CASE WHEN (SELECT SUM(s.onhand) FROM shelves s WHERE s.code = self.code) > 10 THEN 'many' ELSE 'none' END
        uses_hidden: [shelves.onhand]
  prices:
    table: goods
    columns:
      article: {from: code}
      onhand: {computed: self.onhand}
      cost: {computed: self.cost}
`

// TestWhatIsComputedOfHiddenColumns: a resource shows the bands, of the rows that
// the customer sees, and nobody comes nearer to the quantities than that, by any
// name, on any engine.
func TestWhatIsComputedOfHiddenColumns(t *testing.T) {
	cases := []struct{ request, want string }{
		{"GET rows/stock?order=article", `200 [{"article":"A","band":"many","mine":"many"},{"article":"B","band":"few","mine":"none"},{"article":"C","band":"none","mine":"none"},{"article":"D","band":"none","mine":"none"}]`},
		{"GET rows/stock?band=eq.few&select=article", `200 [{"article":"B"}]`},
		{"GET rows/stock?select=band,count()&order=band", `200 [{"band":"few","count":1},{"band":"many","count":1},{"band":"none","count":2}]`},
		{"SELECT * FROM stock WHERE band = 'many'", `200 {"columns":[{"name":"article","type":"text(10)"},{"name":"band","type":"text"},{"name":"mine","type":"text"}],"rows":[["A","many","many"]],"truncated":false}`},
		{"SELECT onhand FROM stock", "400 unknown_name"},
		{"SELECT self.onhand FROM stock self", "400 unknown_name"},
		{"SELECT goods.onhand FROM goods", "400 unknown_name"},
		{"SELECT code FROM goods WHERE onhand > 1", "400 unknown_name"},
		{"SELECT code FROM goods ORDER BY onhand", "400 unknown_name"},
		{"SELECT * FROM goods WHERE code = 'A'", `200 {"columns":[{"name":"code","type":"text(10)"}],"rows":[["A"]],"truncated":false}`},
		{"SELECT COUNT(*) AS n FROM goods NATURAL JOIN shelves", `200 {"columns":[{"name":"n","type":"int64"}],"rows":[[2]],"truncated":false}`},
		{"SELECT g.code FROM goods g JOIN stock s USING (onhand)", "400 unknown_name"},
		{"SELECT code FROM (SELECT * FROM goods) x WHERE x.onhand > 1", "400 unknown_name"},
		{`SELECT "` + "\x00" + `hidden onhand" FROM goods`, "400 sql_syntax"},
		{`SELECT "` + "\x00" + `hidden onhand" FROM stock`, "400 sql_syntax"},
		{`SELECT "hidden onhand" FROM stock`, "400 unknown_name"},
		{"SELECT onhand FROM shelves", "400 unknown_name"},
		{"SELECT onhand FROM prices", "400 unknown_name"}, // not said to use it
		{"SELECT cost FROM prices", "400 unknown_name"},
		{"GET rows/goods?select=onhand", "400 unknown_name"},
		{"GET rows/goods?select=%00hidden%20onhand", "400 sql_syntax"},
		{"GET rows/goods?%00hidden%20onhand=gt.1", "400 sql_syntax"},
		{"GET rows/goods?order=onhand", "400 unknown_name"},
		{"GET rows/stock?onhand=gt.1", "400 unknown_name"},
		{"GET rows/stock?select=*&limit=1&order=article", `200 [{"article":"A","band":"many","mine":"many"}]`},
	}
	on(t, workshopsWith(t, storesERP, storesProfile), func(t *testing.T, w *workshop) {
		front := portal.New(portal.Config{Gate: w.gate, Identify: anybody{}, Logger: zerolog.Nop()})
		for _, c := range cases {
			a := attack{customer: "ANNA", request: c.request}
			if strings.HasPrefix(c.request, "GET ") {
				a.request += " HTTP"
			} else {
				a.request = "POST sql HTTP\nContent-Type: application/json\n\n" + asJSON(t, map[string]string{"sql": c.request})
			}
			got, all := a.through(front)
			said := got.status + " " + got.code
			if !got.refused {
				said = strings.TrimRight(got.rows[0], `\n`)
			}
			if said != c.want {
				t.Errorf("%q gives %s %s, want %s", c.request, said, got.fragment, c.want)
			}
			for _, secret := range []string{"777", "551", "661", "553"} {
				if strings.Contains(all, secret) {
					t.Errorf("%q tells %s: %s", c.request, secret, all)
				}
			}
		}
	})
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
