package oracle

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/big"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// everyRESTRun is how many requests to /rows every run of the tests judges.
var everyRESTRun = map[string]int{"sqlite": 6000, "postgres": 1500, "mariadb": 1500, "sqlserver": 1500}

func TestRESTOnSQLite(t *testing.T) {
	judgeREST(t, "sqlite", sqliteDialect, servers{folder: t.TempDir(), name: "r"})
}

func TestRESTOnPostgres(t *testing.T) {
	dsn := os.Getenv("VANTELLE_TEST_POSTGRES")
	if dsn == "" {
		t.Skip("VANTELLE_TEST_POSTGRES is not set: /rows is not judged on PostgreSQL")
	}
	db := opened(t, "pgx", dsn)
	var collation string
	if err := db.QueryRowContext(t.Context(), "SELECT datcollate FROM pg_database WHERE datname = current_database()").Scan(&collation); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(collation, "C") && collation != "POSIX" {
		t.Skipf("the server sorts texts by %s, and the oracle by their bytes: /rows is not judged on it", collation)
	}
	judgeREST(t, "postgres", postgresDialect, servers{server: db, dsn: withoutJIT(dsn), name: "rest_"})
}

func TestRESTOnMariaDB(t *testing.T) {
	dsn := os.Getenv("VANTELLE_TEST_MARIADB")
	if dsn == "" {
		t.Skip("VANTELLE_TEST_MARIADB is not set: /rows is not judged on MariaDB")
	}
	judgeREST(t, "mariadb", mariadbDialect, servers{server: opened(t, "mysql", dsn), dsn: exactly(t, dsn), name: "rest_"})
}

// restTally counts what came of requests to /rows.
type restTally struct{ asked, agreed, refused, telling, paged, wrong int }

func judgeREST(t *testing.T, engine string, d dialect, at servers) {
	s := seed(t)
	want := everyRESTRun[engine]
	if *casesFlag > 0 {
		want = *casesFlag
	}
	if underRace {
		want /= 20
		t.Logf("the race detector watches, so there are %d requests only: run the tests without it for %d", want, everyRESTRun[engine])
	}
	var n restTally
	for number := 0; n.asked < want && n.wrong < 10; number++ {
		if *worldFlag >= 0 {
			number = *worldFlag
		}
		r := rand.New(rand.NewPCG(s, uint64(number)))
		w := randomWorld(r, d)
		place := at
		place.name = fmt.Sprintf("%s%x_%d", at.name, s&0xffffff, number)
		stage, err := newStage(t.Context(), w, w.yaml, place)
		if err != nil {
			t.Fatalf("world %d: %v\n%s", number, err, w.yaml)
		}
		var fronts [askers]http.Handler
		for who := range fronts {
			fronts[who] = stage.front(who)
		}
		for i := range 30 {
			q := w.restQuestion(r)
			for who := range askers {
				if who > 0 && !chance(r, 30) {
					break
				}
				if why := n.one(t.Context(), w, q, fronts[who], who); why != "" {
					n.wrong++
					var b strings.Builder
					w.describe(&b, q.target(), who)
					t.Errorf("world %d, request %d of asker %d: %s\n%s", number, i, who, why, q.knock("").about)
					if n.wrong <= *showFlag {
						t.Log(b.String())
					}
				}
			}
		}
		stage.close()
		if *worldFlag >= 0 {
			return
		}
	}
	t.Logf("%s: %+v", engine, n)
	t.Logf("figure oracle.rest.%s.cases %d cases target %d", engine, n.asked, want)
	t.Logf("figure oracle.rest.%s.wrong %d cases target 0", engine, n.wrong)
	t.Logf("figure oracle.rest.%s.answered %.1f %% target 90", engine, 100*float64(n.agreed)/float64(max(1, n.asked)))
	t.Logf("figure oracle.rest.%s.nondegenerate %.1f %% target 25", engine, 100*float64(n.telling)/float64(max(1, n.asked)))
	if 100*n.agreed < 90*n.asked && n.wrong == 0 {
		t.Errorf("only %d of %d requests were answered", n.agreed, n.asked)
	}
	// How often something comes up by chance says little of so few requests.
	if !underRace && (100*n.telling < 25*n.asked || 100*n.paged < 5*n.asked) {
		t.Errorf("%d of %d requests depend on the row filter, %d were read by cursors: both must come up more often", n.telling, n.asked, n.paged)
	}
}

// one judges a request, and says what is wrong with its answer; "" for nothing.
func (n *restTally) one(ctx context.Context, w *world, q *restQuestion, front http.Handler, who int) string {
	n.asked++
	all := q.answer(w, who)
	want := all[min(q.offset, len(all)):]
	if q.limit >= 0 && !q.pages {
		want = want[:min(q.limit, len(want))]
	}
	var got [][]cell
	cursor := ""
	for page := 0; ; page++ {
		reply := q.knock(cursor).send(ctx, front)
		switch {
		case reply.status == http.StatusRequestedRangeNotSatisfiable && q.count && q.offset > 0 && q.offset >= len(all):
			n.agreed++
			return ""
		case reply.status >= 500 || reply.status == http.StatusNotFound:
			return fmt.Sprintf("%d %s", reply.status, reply.body)
		case reply.status >= 400 && page == 0:
			n.refused++
			return ""
		case reply.status >= 400:
			return fmt.Sprintf("page %d is refused: %d %s", page+1, reply.status, reply.body)
		}
		rows, err := q.read(reply.body)
		if err != nil {
			return fmt.Sprintf("%v in %s", err, reply.body)
		}
		if q.count {
			if _, total, _ := strings.Cut(reply.header.Get("Content-Range"), "/"); total != strconv.Itoa(len(all)) {
				return fmt.Sprintf("%s rows are counted, and there are %d", total, len(all))
			}
		}
		got = append(got, rows...)
		if cursor = reply.header.Get("Vantelle-Cursor"); !q.pages || cursor == "" {
			break
		}
		if page > len(all) {
			return "the pages do not end"
		}
		if page == 0 {
			n.paged++
		}
	}
	if q.csv {
		want = asCSV(want)
	}
	g, h := &grid{rows: got}, &grid{rows: want}
	if why := g.rowsDiffer(h, !q.grouped()); why != "" {
		return fmt.Sprintf("%s\ngot  %sit is%s", why, g, h)
	}
	n.agreed++
	seen := w.seen[who][q.table]
	w.seen[who][q.table] = q.table.rows
	if wide := (&grid{rows: q.answer(w, who)}); wide.rowsDiffer(&grid{rows: all}, false) != "" {
		n.telling++
	}
	w.seen[who][q.table] = seen
	return ""
}

// read takes an answer apart.
func (q *restQuestion) read(body []byte) ([][]cell, error) {
	if q.csv {
		return q.readCSV(body)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var list []map[string]any
	if err := d.Decode(&list); err != nil {
		return nil, err
	}
	var out [][]cell
	for _, object := range list {
		if len(object) != len(q.picked) {
			return nil, fmt.Errorf("a row has %d columns and not %d", len(object), len(q.picked))
		}
		var cells []cell
		for _, p := range q.picked {
			v, known := object[p.label]
			if !known {
				return nil, fmt.Errorf("no column %q", p.label)
			}
			c, err := p.cell(v)
			if err != nil {
				return nil, err
			}
			cells = append(cells, c)
		}
		out = append(out, cells)
	}
	return out, nil
}

// cell reads a value of JSON.
func (p restPick) cell(v any) (cell, error) {
	switch v := v.(type) {
	case nil:
		return cell{null: true}, nil
	case json.Number:
		r, ok := new(big.Rat).SetString(v.String())
		if !ok {
			return cell{}, fmt.Errorf("%s is no number", v)
		}
		return cell{num: r}, nil
	case string:
		if p.col != nil && p.agg != "count" && (p.col.kind == kindDate || p.col.kind == kindStamp) {
			return normal(strings.Replace(v, "T", " ", 1), asMoment), nil
		}
		return cell{text: v}, nil
	}
	return cell{}, fmt.Errorf("%v has a type that no column has", v)
}

// readCSV reads a table, in which an absent value and an empty text look alike.
func (q *restQuestion) readCSV(body []byte) ([][]cell, error) {
	lines, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
	if err != nil || len(lines) == 0 {
		return nil, fmt.Errorf("no table: %v", err)
	}
	for i, p := range q.picked {
		if i >= len(lines[0]) || lines[0][i] != p.label {
			return nil, fmt.Errorf("the columns are %q", lines[0])
		}
	}
	out := [][]cell{}
	for _, line := range lines[1:] {
		var cells []cell
		for i, text := range line {
			p := q.picked[i]
			v := any(text)
			if text != "" && (p.agg == "count" || p.agg == "sum" || p.col.kind.numeric() || p.col.kind == kindFloat) {
				v = json.Number(text)
			}
			c, err := p.cell(v)
			if err != nil {
				return nil, err
			}
			cells = append(cells, c)
		}
		out = append(out, cells)
	}
	return out, nil
}

// asCSV is an answer as a table shows it.
func asCSV(rows [][]cell) [][]cell {
	var out [][]cell
	for _, r := range rows {
		cells := slices.Clone(r)
		for i, c := range cells {
			if c.null {
				cells[i] = cell{}
			}
		}
		out = append(out, cells)
	}
	return out
}

// The judge is given a gate that does not filter: one that does not notice
// proves nothing.
func TestRESTNoticesAGateThatLeaks(t *testing.T) {
	noticed, asked := 0, 0
	for number := range 8 {
		r := rand.New(rand.NewPCG(5, uint64(number)))
		w := randomWorld(r, sqliteDialect)
		stage, err := newStage(t.Context(), w, w.leaky(r), servers{folder: t.TempDir(), name: "l"})
		if err != nil {
			t.Fatal(err)
		}
		var n restTally
		front := stage.front(0)
		for range 30 {
			asked++
			if n.one(t.Context(), w, w.restQuestion(r), front, 0) != "" {
				noticed++
			}
		}
		stage.close()
	}
	if noticed < asked/4 {
		t.Errorf("a gate without row filters was noticed in %d of %d requests", noticed, asked)
	}
}

// TestRESTQuestionsHoldEverythingThatIsOffered: what does not come up is never
// judged.
func TestRESTQuestionsHoldEverythingThatIsOffered(t *testing.T) {
	var all strings.Builder
	for number := range 40 {
		r := rand.New(rand.NewPCG(9, uint64(number)))
		w := randomWorld(r, sqliteDialect)
		for range 30 {
			about, err := url.QueryUnescape(w.restQuestion(r).target())
			if err != nil {
				t.Fatal(err)
			}
			all.WriteString(about + "\n")
		}
	}
	for _, words := range []string{"select=", "select=*", ":count()", ".sum()", ".min()", ".max()", ".count()", "order=", ".desc", ".nullsfirst", ".nullslast", "limit=", "offset=", "or=(", "not.or=(", "not.and=(",
		",and(", ",not.or(", "=eq.", "=neq.", "=lt.", "=lte.", "=gt.", "=gte.", "=not.", "isdistinct.", "is.null", "is.not_null", "in.(", "like.", "ilike.", "(any).{", "(all).{"} {
		if !strings.Contains(all.String(), words) {
			t.Errorf("no request has %s", words)
		}
	}
}
