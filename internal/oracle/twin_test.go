package oracle

import (
	"bytes"
	"database/sql"
	"fmt"
	"math/big"
	"math/rand/v2"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// everyTwinRun is how many requests every run of the tests sends to the two
// worlds of an engine.
var everyTwinRun = map[string]int{"sqlite": 3000, "postgres": 1000, "mariadb": 1000, "sqlserver": 1000}

func TestTwoWorldsOnSQLite(t *testing.T) {
	twoWorlds(t, "sqlite", sqliteDialect, 30, servers{folder: t.TempDir(), name: "t"})
}

func TestTwoWorldsOnPostgres(t *testing.T) {
	dsn := os.Getenv("VANTELLE_TEST_POSTGRES")
	if dsn == "" {
		t.Skip("VANTELLE_TEST_POSTGRES is not set: no two worlds on PostgreSQL")
	}
	twoWorlds(t, "postgres", postgresDialect, 50, servers{server: opened(t, "pgx", dsn), dsn: withoutJIT(dsn), name: "twins_", folder: t.TempDir()})
}

func TestTwoWorldsOnMariaDB(t *testing.T) {
	dsn := os.Getenv("VANTELLE_TEST_MARIADB")
	if dsn == "" {
		t.Skip("VANTELLE_TEST_MARIADB is not set: no two worlds on MariaDB")
	}
	twoWorlds(t, "mariadb", mariadbDialect, 50, servers{server: opened(t, "mysql", dsn), dsn: dsn, name: "twins_", folder: t.TempDir()})
}

func opened(t *testing.T, driver, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// twinTally counts what came of the requests to two worlds.
type twinTally struct {
	asked, same, answered, full, refused, residue, differ, died int
	offered                                                     map[string]int // answers with something in them of what is offered beside tables, by what was asked for
}

// twoWorlds sends the same requests through the portal to a world and to its
// twin: every byte of every answer, header and error is the same.
func twoWorlds(t *testing.T, engine string, d dialect, perWorld int, at servers) {
	s := seed(t)
	want := everyTwinRun[engine]
	if d.babelfish {
		want /= 4
		t.Logf("Babelfish reads each new kind of statement for a second, so there are %d requests only", want)
	}
	if *casesFlag > 0 {
		want = *casesFlag
	}
	if underRace {
		want /= 20
		t.Logf("the race detector watches, so there are %d requests only: run the tests without it for %d", want, everyTwinRun[engine])
	}
	n := twinTally{offered: map[string]int{}}
	unlike := 0
	for number := 0; n.asked < want && n.differ < 20; number++ {
		if *worldFlag >= 0 {
			number = *worldFlag
		}
		r := rand.New(rand.NewPCG(s, uint64(number)))
		w := randomWorld(r, d)
		w.offerMore(r)
		other := w.elsewhere(r)
		for _, table := range w.tables {
			if len(other[table]) != len(table.rows) {
				unlike++
				break
			}
		}
		place := at
		place.name = fmt.Sprintf("%s%x_%d", at.name, s&0xffffff, number)
		twins, err := newTwins(t.Context(), w, other, place)
		if err != nil {
			t.Fatalf("world %d: %v\n%s", number, err, w.yaml)
		}
		n.world(t, r, w, twins, perWorld, number)
		for _, twin := range twins {
			twin.close()
		}
		if *worldFlag >= 0 {
			return
		}
	}
	t.Logf("%s: %+v", engine, n)
	t.Logf("figure twoworlds.%s.requests %d requests target %d", engine, n.asked, want)
	t.Logf("figure twoworlds.%s.differ %d requests target 0", engine, n.differ)
	t.Logf("figure twoworlds.%s.answered %.1f %% target 60", engine, 100*float64(n.answered)/float64(max(1, n.asked)))
	t.Logf("figure twoworlds.%s.residue %d requests target 0", engine, n.residue)
	if 100*n.answered < 60*n.asked {
		t.Errorf("only %d of %d requests were answered: the worlds are asked for too much that is not offered", n.answered, n.asked)
	}
	for _, what := range []string{"dashboard", "catalog", "search", "bands", "files of rows", "file", "files of many", "sql"} {
		if n.offered[what] == 0 && want >= 1000 {
			t.Errorf("nothing came of asking for %s: %v", what, n.offered)
		}
	}
	if !underRace && (n.refused == 0 || n.full == 0 || unlike == 0) { // two worlds may happen to be alike
		t.Errorf("%d refusals, %d answers with rows, %d pairs of worlds of another size: each must come up", n.refused, n.full, unlike)
	}
}

func (n *twinTally) world(t *testing.T, r *rand.Rand, w *world, twins [2]*stage, perWorld, number int) {
	fronts := [2]http.Handler{twins[0].front(0), twins[1].front(0)}
	for i := range perWorld {
		var (
			k [2]knock
			q *query
		)
		switch what := r.IntN(10); {
		case what < 3:
			k[0] = w.rowsKnock(r)
			k[1] = k[0]
		case what < 6:
			k[0] = w.offerKnock(r)
			k[1] = k[0]
		default:
			accept := pick(r, []string{"application/json", "application/x-ndjson", "text/csv"})
			if q = w.randomQuery(r); !q.ordered {
				accept = "application/x-ndjson" // one line for a row
			}
			k[0], k[1] = w.knockOf(q, accept, twins[0].full), w.knockOf(q, accept, twins[1].full)
		}
		var got [2]reply
		for j := range got {
			got[j] = k[j].send(t.Context(), fronts[j])
			// Both schemas have names of one length; an error may say them.
			got[j].body = bytes.ReplaceAll(got[j].body, []byte(twins[1].full), []byte(twins[0].full))
			got[j].settle()
			if k[j].offer == "catalog" && twins[j].full != "" {
				got[j].header.Del("ETag") // a hash of the body, in which servers name their schema
			}
			if !k[j].ordered {
				lines := bytes.Split(got[j].body, []byte("\n"))
				slices.SortFunc(lines, bytes.Compare)
				got[j].body = bytes.Join(lines, []byte("\n"))
			}
		}
		if w.dialect.babelfish && (got[0].status == http.StatusServiceUnavailable || got[1].status == http.StatusServiceUnavailable) {
			n.died++ // what one world is asked takes the other's session with it
			awake(t.Context(), twins[0].server)
			continue
		}
		n.asked++
		if got[0].status < 300 && k[0].offer != "" && len(got[0].body) > len(`{"files":[]}`) {
			n.offered[k[0].offer]++
		}
		switch {
		case got[0].status >= 400:
			n.refused++
		case len(got[0].body) > 120:
			n.full++
			fallthrough
		default:
			n.answered++
		}
		why := got[0].differs(got[1])
		switch {
		case why == "":
			n.same++
		case why == "another body" && bytes.Equal(rounded(got[0].body), rounded(got[1].body)):
			n.residue++ // the last digit of a sum of floats depends on the plan
		default:
			n.differ++
			var b strings.Builder
			w.describe(&b, k[0].about, 0)
			t.Errorf("world %d, request %d: %s\n%s\n%s\n%d %s\n%d %s", number, i, why, k[0].about, k[0].body, got[0].status, got[0].body, got[1].status, got[1].body)
			if n.differ <= *showFlag {
				t.Log(b.String())
			}
		}
	}
}

// asOf is the hour in a dashboard.
var asOf = regexp.MustCompile(`"as_of":"[^"]*"`)

// settle takes out of a reply what is drawn anew each time: the hour, and the
// text that parts the ranges of a file.
func (a *reply) settle() {
	a.body = asOf.ReplaceAll(a.body, nil)
	if _, drawn, ok := strings.Cut(a.header.Get("Content-Type"), "boundary="); ok {
		a.header.Set("Content-Type", strings.Replace(a.header.Get("Content-Type"), drawn, "", 1))
		a.body = bytes.ReplaceAll(a.body, []byte(drawn), nil)
	}
}

var longNumber = regexp.MustCompile(`-?\d+\.\d{6,}`)

// rounded takes the last digits from long fractions.
func rounded(body []byte) []byte {
	return longNumber.ReplaceAllFunc(body, func(m []byte) []byte {
		x, ok := new(big.Float).SetString(string(m))
		if !ok {
			return m
		}
		return []byte(x.Text('g', 11))
	})
}

// The worlds are given a gate that does not filter in the one of them: two
// worlds that do not notice prove nothing.
func TestTwoWorldsNoticeAGateThatLeaks(t *testing.T) {
	noticed := 0
	for number := range 4 {
		r := rand.New(rand.NewPCG(3, uint64(number)))
		w := randomWorld(r, sqliteDialect)
		other := w.elsewhere(r)
		honest := w.yaml
		w.yaml = w.leaky(r)
		twins, err := newTwins(t.Context(), w, other, servers{folder: t.TempDir(), name: "t"})
		w.yaml = honest
		if err != nil {
			t.Fatal(err)
		}
		fronts := [2]http.Handler{twins[0].front(0), twins[1].front(0)}
		for range 30 {
			k := w.rowsKnock(r)
			a, b := k.send(t.Context(), fronts[0]), k.send(t.Context(), fronts[1])
			if a.differs(b) != "" {
				noticed++
			}
		}
		for _, twin := range twins {
			twin.close()
		}
	}
	if noticed < 20 {
		t.Errorf("a gate without row filters was noticed in %d of 120 requests", noticed)
	}
}

// leaky is the world's profile with row filters that let everything through.
func (w *world) leaky(r *rand.Rand) string {
	leaky := w.profile.clone()
	for _, table := range leaky.order {
		if x := leaky.rules[table]; x.rows != nil {
			x.rows = operation("OR", x.rows, constant(truth(true)))
		}
	}
	return leaky.yaml(r)
}

func TestATwinDiffersInWhatIsNotSeenOnly(t *testing.T) {
	more, changed := 0, 0
	for number := range 12 {
		r := rand.New(rand.NewPCG(11, uint64(number)))
		w := randomWorld(r, postgresDialect)
		before := w.sight()
		other := w.elsewhere(r)
		for _, table := range w.tables {
			if len(other[table]) > len(table.rows) {
				more++
			}
			if !slices.EqualFunc(other[table], table.rows, func(a, b row) bool {
				return slices.EqualFunc(a, b, func(x, y value) bool { return x.kind == y.kind && x.text == y.text })
			}) {
				changed++
			}
		}
		mine := map[*table][]row{}
		for _, table := range w.tables {
			mine[table], table.rows = table.rows, other[table]
		}
		if !sameSight(before, w.sight()) {
			t.Errorf("world %d: the twin shows something else", number)
		}
	}
	if more < 10 || changed < 20 {
		t.Errorf("only %d tables have more rows and %d others", more, changed)
	}
}

// A gate that does not filter in the one of two worlds is noticed by each thing
// that is offered beside tables as well.
func TestTwoWorldsNoticeLeaksInWhatIsOffered(t *testing.T) {
	noticed := map[string]int{}
	for number := range 14 {
		r := rand.New(rand.NewPCG(5, uint64(number)))
		w := randomWorld(r, sqliteDialect)
		w.offerMore(r)
		other := w.elsewhere(r)
		honest := w.yaml
		w.yaml = w.leaky(r) + w.offersYAML()
		twins, err := newTwins(t.Context(), w, other, servers{folder: t.TempDir(), name: "t"})
		w.yaml = honest
		if err != nil {
			t.Fatal(err)
		}
		fronts := [2]http.Handler{twins[0].front(0), twins[1].front(0)}
		for range 60 {
			k := w.offerKnock(r)
			var got [2]reply
			for i := range got {
				got[i] = k.send(t.Context(), fronts[i])
				got[i].settle()
			}
			if got[0].differs(got[1]) != "" {
				noticed[k.offer]++
			}
		}
		for _, twin := range twins {
			twin.close()
		}
	}
	for _, what := range []string{"dashboard", "search", "bands", "files of rows", "file", "files of many", "sql"} {
		if noticed[what] == 0 {
			t.Errorf("a gate without row filters was not noticed by asking for %s: %v", what, noticed)
		}
	}
	if noticed["catalog"] > 0 {
		t.Errorf("the catalog tells of rows: %v", noticed)
	}
	t.Logf("noticed: %v", noticed)
}
