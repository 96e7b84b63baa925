package filter_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// baits are conditions that only a row of somebody else's meets.
var baits = []struct{ table, column, condition string }{
	{"contracts", "id", "x.label LIKE 'K-53%'"},
	{"contracts", "id", "x.id = 53"},
	{"contracts", "id", "x.label = 'K-5' || '2 QSEALED'"},
	{"lines", "id", "x.note LIKE 'l QTWO%'"},
	{"lines", "id", "x.doc NOT IN (11, 12)"},
	{"parcels", "id", "x.tracking LIKE '%QORPHAN'"},
	{"messages", "id", "x.body LIKE 'm QPAIRZ%'"},
	{"docs", "id", "x.owner <> 'ANNA'"},
	{"docs", "id", "(x.kind, x.id) > (2, 0)"},
	{"docs", "id", "x.ref IS NULL"},
	{"articles", "price", "x.name LIKE 'QGONE%'"},
	{"thing", "id", "x.thing > 't QANNA'"},
}

// failures are conditions that fail on the customer's own rows, or on none: each
// is true of nothing, where it gets that far.
var failures = []string{
	"EXISTS (SELECT 1 FROM n WHERE n.i < 0)",
	"(SELECT COUNT(*) FROM n) < 0",
	"-1 IN (SELECT i FROM n)",
	"-1 > ANY (SELECT i FROM n WHERE i > 0)",
	"(SELECT SUM(EXP(a.price * 0 + 700) * 100000) FROM articles a, articles b) IS NULL",
	"(SELECT VAR_SAMP(EXP(a.price * 10 + 500)) FROM articles a) < 0",
	"(SELECT STDDEV_POP(EXP(a.price * 10 + 500)) FROM articles a GROUP BY () HAVING COUNT(*) > 0) < 0",
	"(SELECT AVG(EXP(a.price * 0 + 700) * 100000) FROM articles a, articles b) IS NULL",
	"EXP(700) * EXP(x.@ * 0 + 700) < 0",
	"x.@ * 99999999999999999999999999999999999999 * 99999999999999999999999999999999999999 < 0",
	"CAST(x.@ AS FLOAT) / (x.@ - x.@) > 0",
}

var marks = regexp.MustCompile(`\b[TBF]\b`)

// frames are places for the two: B is the bait, F the failure.
var frames = []string{
	"SELECT COUNT(*) FROM T x WHERE CASE WHEN B THEN F ELSE FALSE END",
	"SELECT COUNT(*) FROM T x WHERE B AND F",
	"SELECT COUNT(*) FROM T x WHERE F AND B",
	"SELECT COUNT(*) FROM T x WHERE NOT (NOT (B) OR NOT (F))",
	"SELECT COUNT(*) FROM T x WHERE (B AND F) IS TRUE",
	"SELECT x.@ FROM T x WHERE COALESCE(CASE WHEN B THEN F END, FALSE)",
	"SELECT COUNT(*) FROM docs d JOIN T x ON B AND F",
	"SELECT COUNT(*) FROM docs d LEFT JOIN T x ON B AND F WHERE x.@ IS NOT NULL",
	"SELECT COUNT(*) FROM T x RIGHT JOIN docs d ON B AND F AND x.@ = d.id WHERE x.@ IS NOT NULL",
	"SELECT COUNT(*) FROM docs d WHERE EXISTS (SELECT 1 FROM T x WHERE B AND F)",
	"SELECT COUNT(*) FROM docs d WHERE d.id IN (SELECT x.@ FROM T x WHERE CASE WHEN B THEN F END)",
	"SELECT COUNT(*) FROM docs d WHERE d.id > ALL (SELECT x.@ + 1000 FROM T x WHERE B AND F) AND d.id < 0",
	"SELECT COUNT(*) FROM (SELECT x.@ AS v, CASE WHEN B THEN F END AS w FROM T x) y WHERE y.w",
	"SELECT COUNT(*) FROM (SELECT x.@ AS v, F AS w FROM T x WHERE B) y WHERE y.w",
	"SELECT 0 AS v UNION SELECT x.@ FROM T x WHERE B AND F",
	"SELECT x.@ FROM T x WHERE B INTERSECT SELECT x.@ FROM T x WHERE F",
	"SELECT COUNT(*) FROM T x WHERE B GROUP BY x.@ HAVING MAX(CASE WHEN F THEN 1 ELSE 0 END) = 1",
	"SELECT MAX(CASE WHEN B THEN CASE WHEN F THEN 1 END END) FROM T x GROUP BY GROUPING SETS ((x.@), ()) HAVING COUNT(*) < 0",
	"SELECT y.r FROM (SELECT ROW_NUMBER() OVER (ORDER BY CASE WHEN B THEN CASE WHEN F THEN 1 END END, x.@) AS r FROM T x WHERE B) y",
	"SELECT x.@ FROM T x WHERE B ORDER BY CASE WHEN F THEN 1 ELSE 0 END, x.@ LIMIT 1",
	"SELECT COUNT(*) FROM docs d, LATERAL (SELECT x.@ AS v FROM T x WHERE B AND F AND x.@ > d.id) y",
	"SELECT COUNT(*) FROM T x WHERE B AND x.@ > (SELECT COUNT(*) FROM docs d WHERE F AND d.id > x.@)",
	"SELECT COUNT(*) FILTER (WHERE F) FROM T x WHERE B",
}

// TestWhatARowOfOthersAsksForFailsNowhere puts what fails by itself beside what
// only somebody else's row meets, in each place where both can stand. There is
// nothing to fail for: an error, or another answer than without others, tells of
// that row. Requests whose failure is asked for anyway fail alike in both worlds.
func TestWhatARowOfOthersAsksForFailsNowhere(t *testing.T) {
	for engine, whole := range attackedRigs(t) {
		alone := withoutOthers(t, engine, whole, 200)
		answered, tried := 0, 0
		for _, bait := range baits {
			for _, failure := range failures {
				for _, frame := range frames {
					text := marks.ReplaceAllStringFunc(frame, func(mark string) string {
						return map[string]string{"T": bait.table, "B": bait.condition, "F": failure}[mark]
					})
					text = strings.ReplaceAll(text, "@", bait.column)
					if strings.Contains(failure, "FROM n") {
						text = "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) " + text
					}
					tried++
					if sameInBothWorlds(t, engine, whole, alone, filter.Request{Caller: as("ANNA"), Front: "sql", Text: text}) {
						answered++
					}
				}
			}
		}
		enoughAnswered(t, engine, answered, tried)
	}
}

// withoutOthers is a world with nobody's rows but ANNA's, beside one with all; both
// give up to so many rows.
func withoutOthers(t *testing.T, engine catalog.Engine, whole *rig, rows int) *rig {
	t.Helper()
	own := attackedERP + strings.ReplaceAll(emptied, "WHO", "ANNA")
	alone := newRig(t, own, attackedProfile)
	if engine == catalog.Postgres {
		alone = rigOn(t, attackedPostgres(t, own), attackedProfile)
	}
	limits := filter.Limits{Rows: rows, Time: 30 * time.Second, Plans: 10}
	whole.gate, alone.gate = whole.with(limits), alone.with(limits)
	return alone
}

func enoughAnswered(t *testing.T, engine catalog.Engine, answered, tried int) {
	t.Helper()
	t.Logf("%s: %d of %d are answered", engine, answered, tried)
	if answered < tried/3 {
		t.Errorf("%s: only %d of %d are answered: this test looks at little", engine, answered, tried)
	}
}

// sameInBothWorlds asks both, and tells whether there was an answer.
func sameInBothWorlds(t *testing.T, engine catalog.Engine, whole, alone *rig, req filter.Request) bool {
	t.Helper()
	x, err := fuzzed(whole.gate, req)
	y, _ := fuzzed(alone.gate, req)
	for again := 0; again < 3 && (x != y || busy(err)); again++ { // a server that others keep busy is no answer
		x, err = fuzzed(whole.gate, req)
		y, _ = fuzzed(alone.gate, req)
	}
	if busy(err) || codeOf(err) == refusal.Internal || codeOf(err) == refusal.Syntax || codeOf(err) == refusal.NoAccess {
		t.Errorf("%s: %s\n%v because of %v", engine, req.Text, err, errors.Unwrap(err))
	}
	if c := wordIn(req.Text, x); c != "" {
		t.Errorf("%s: %s\nhas the canary %s in %s", engine, req.Text, c, x)
	}
	if x != y {
		t.Errorf("%s: %s\nwith others    %s\nwithout others %s", engine, req.Text, x, y)
	}
	return err == nil
}

// busy tells whether the ERP gave no answer, for whatever reason.
func busy(err error) bool {
	return codeOf(err) == refusal.Unavailable || codeOf(err) == refusal.QueryFailed
}

// TestRandomFormsTellNothing makes statements of the forms that are spelled out
// differently on the engines: grouping sets, ANY and ALL, rows of values, LATERAL,
// WITH that uses itself, windows and set operations, inside one another.
func TestRandomFormsTellNothing(t *testing.T) {
	for engine, whole := range attackedRigs(t) {
		alone := withoutOthers(t, engine, whole, 500)
		f := &forms{Rand: rand.New(rand.NewPCG(26, 11)), lateral: engine == catalog.Postgres}
		answered := 0
		const n = 1500
		for range n {
			f.names = 0
			if sameInBothWorlds(t, engine, whole, alone, filter.Request{Caller: as("ANNA"), Front: "sql", Text: f.query(3)}) {
				answered++
			}
		}
		enoughAnswered(t, engine, answered, n)
	}
}

// forms makes random statements. A source has the columns k, a whole number, and
// s, a text.
type forms struct {
	*rand.Rand
	names   int
	lateral bool
}

func (f *forms) one(of ...string) string { return of[f.IntN(len(of))] }

func (f *forms) name() string {
	f.names++
	return fmt.Sprintf("q%d", f.names)
}

// query is a whole statement, in a total order.
func (f *forms) query(depth int) string {
	q := f.block(depth, "")
	switch f.IntN(6) {
	case 0:
		q = "WITH RECURSIVE w AS (SELECT id AS k FROM docs WHERE id < 100 UNION SELECT m.id AS k FROM messages m JOIN w ON m.id > w.k) SELECT y.k, y.s FROM (" + q + ") y LEFT JOIN w ON w.k >= y.k"
	case 1:
		q = "WITH c AS (" + q + ") SELECT c.k, d.s FROM c JOIN c d ON " + f.condition("c", 1)
	}
	return q + " ORDER BY 1, 2"
}

// source is an element of FROM called as; around is an alias that it may see.
func (f *forms) source(depth int, as, around string) string {
	if depth > 0 && f.IntN(3) == 0 {
		if around != "" && f.lateral {
			return "LATERAL (" + f.block(depth-1, around) + ") " + as
		}
		return "(" + f.block(depth-1, "") + ") " + as
	}
	return f.one(
		"(SELECT id AS k, ref AS s FROM docs) ", "(SELECT kind AS k, owner AS s FROM docs) ", "(SELECT doc AS k, note AS s FROM lines) ", "(SELECT id AS k, article AS s FROM lines) ",
		"(SELECT id AS k, label AS s FROM contracts) ", "(SELECT id AS k, body AS s FROM messages) ", "(SELECT line AS k, tracking AS s FROM parcels) ", "(SELECT id AS k, thing AS s FROM thing) ",
		"(SELECT id AS k, ref AS s FROM open_docs) ", "(SELECT kind AS k, number AS s FROM papers) ") + as
}

// block is a SELECT of k and s.
func (f *forms) block(depth int, around string) string {
	a := f.name()
	from, b := f.source(depth, a, around), a
	if f.IntN(2) == 0 {
		b = f.name()
		if right := f.source(depth, b, a); strings.HasPrefix(right, "LATERAL") {
			from += f.one(" CROSS JOIN ", ", ") + right
		} else {
			from += f.one(" JOIN ", " LEFT JOIN ", " RIGHT JOIN ") + right + " ON " + f.one(a+".k = "+b+".k", a+".k < "+b+".k", a+".s = "+b+".s", f.condition(a, 0))
		}
	}
	where := " WHERE " + f.condition(f.one(a, b), depth)
	if around != "" && f.IntN(2) == 0 {
		where += " AND " + a + ".k >= " + around + ".k"
	}
	switch f.IntN(7) {
	case 0:
		return "SELECT " + a + ".k, MAX(" + b + ".s) AS s FROM " + from + where + " GROUP BY " + f.one("ROLLUP (", "CUBE (", "GROUPING SETS ((), ") + a + ".k) HAVING " + f.one("COUNT(*) > 0", "GROUPING("+a+".k) = 0", "MIN("+b+".k) > 0")
	case 1:
		return "SELECT COUNT(*) AS k, " + f.one("MIN", "MAX") + "(" + b + ".s) AS s FROM " + from + where
	case 2:
		return "SELECT " + f.one("ROW_NUMBER()", "RANK()", "COUNT("+b+".s)", "DENSE_RANK()") + " OVER (PARTITION BY " + a + ".s ORDER BY " + a + ".k) AS k, " + b + ".s FROM " + from + where
	case 3:
		if depth > 0 {
			return "SELECT z.k, z.s FROM (" + f.block(depth-1, "") + f.one(" UNION ", " EXCEPT ", " INTERSECT ", " UNION ALL ") + f.block(depth-1, "") + ") z"
		}
	case 4:
		return "SELECT DISTINCT " + a + ".k, " + b + ".s FROM " + from + where
	}
	return "SELECT " + a + ".k, " + f.one(b+".s", "COALESCE("+b+".s, "+a+".s)", "CASE WHEN "+f.condition(a, depth)+" THEN "+b+".s END") + " AS s FROM " + from + where
}

// condition is one about the source called a.
func (f *forms) condition(a string, depth int) string {
	if depth > 0 {
		sub := f.block(depth-1, "")
		x := f.name()
		value := "(SELECT " + x + "." + f.one("k", "k", "k + 1") + " FROM (" + sub + ") " + x + ")"
		switch f.IntN(9) {
		case 0:
			return a + ".k " + f.one("<", "<=", ">", ">=", "<>", "=") + f.one(" ANY ", " ALL ") + value
		case 1:
			return a + ".k" + f.one(" IN ", " NOT IN ") + value
		case 2:
			return f.one("", "NOT ") + "EXISTS (SELECT 1 FROM (" + sub + ") " + x + " WHERE " + x + ".k " + f.one("<", "=", ">") + " " + a + ".k)"
		case 3:
			return "(" + a + ".k, " + a + ".s) IN (" + sub + ")"
		case 4:
			return "(" + f.condition(a, depth-1) + f.one(" OR ", " AND ") + f.condition(a, depth-1) + ")"
		case 5:
			return "NOT (" + f.condition(a, depth-1) + ")"
		case 6:
			return a + ".k > (SELECT " + f.one("MIN", "MAX", "COUNT") + "(" + x + ".k) FROM (" + sub + ") " + x + ")"
		}
	}
	n := f.one("1", "2", "11", "12", "13", "21", "51", "53", "111", "211")
	return f.one(
		a+".k > "+n, a+".k = "+n, "("+a+".k, "+a+".s) > ("+n+", 'l')", a+".s LIKE '%Q%'", a+".s IS NULL", a+".s IS NOT NULL", a+".k BETWEEN 1 AND "+n,
		a+".s NOT IN ('a', "+a+".s)", "("+a+".s = 'x') IS NOT TRUE", "1 / ("+a+".k - "+n+") > 0", "CAST("+a+".s AS INT) IS NULL", "LENGTH("+a+".s) > 3")
}
