package filter_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlfunc"
	"github.com/vantelle/vantelle/filter/sqlparse"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// TestPromise10ASmallTextIsNoEndlessStatement: what is written out twice inside
// what is written out twice grows without end, here and in an engine. Every
// function, operator and conversion is put into itself, over and over, and
// comes out either small or refused.
func TestPromise10ASmallTextIsNoEndlessStatement(t *testing.T) {
	r := newRig(t, ledger, shop)
	const deep = 40
	queries := map[string]string{
		"conditions as numbers": "SELECT SUM(total) OVER (ORDER BY id)" + strings.Repeat("::int::bool", 20) + " FROM docs",
		"conditions as texts":   "SELECT (id > 1)" + strings.Repeat("::varchar::int::bool", 15) + " FROM docs",
		"numbers to and fro":    "SELECT total" + strings.Repeat("::int::decimal(10,2)", 20) + " FROM docs",
		"quotients":             "SELECT id" + strings.Repeat("/3", deep) + " FROM docs",
		"products":              "SELECT total" + strings.Repeat("*total", deep) + " FROM docs",
		"remainders":            "SELECT total" + strings.Repeat("%total", deep) + " FROM docs",
		"negations":             "SELECT " + strings.Repeat("-(", deep) + "total" + strings.Repeat(")", deep) + " FROM docs",
		"equal conditions":      "SELECT " + strings.Repeat("(", deep) + "id > 1" + strings.Repeat(" = (id > 2))", deep) + " FROM docs",
		"choices":               "SELECT " + strings.Repeat("CASE WHEN ", deep) + "id > 1" + strings.Repeat(" THEN 1 > 0 ELSE 1 > 2 END", deep) + " FROM docs",
		"NULL in no order":      "SELECT id FROM docs ORDER BY " + strings.Repeat("COALESCE(", deep) + "total" + strings.Repeat(", 1)", deep) + " NULLS LAST",
	}
	for _, f := range sqlfunc.All() {
		if f.Class != sqlfunc.Scalar || len(f.Args) == 0 {
			continue
		}
		for i := range f.Args {
			before, after := nested(f, i)
			for _, seed := range []string{"ref", "total", "at", "id"} {
				queries[f.Name+" in itself, argument "+string(rune('1'+i))+" of "+seed] = "SELECT " + strings.Repeat(before, deep) + seed + strings.Repeat(after, deep) + " FROM docs"
			}
		}
	}
	answered := 0
	for name, q := range queries {
		for _, engine := range []catalog.Engine{catalog.SQLite, catalog.Postgres, catalog.MariaDB, catalog.SQLServer} {
			x, err := r.gate.Explain(t.Context(), filter.Request{Caller: as("ANNA"), Text: q}, engine)
			switch {
			case err == nil && len(x.SQL) > 400_000:
				t.Errorf("%s: %s: %d bytes become %d", engine, name, len(q), len(x.SQL))
			case err == nil:
				answered++
			case codeOf(err) == refusal.Internal || codeOf(err) == "":
				t.Errorf("%s: %s: %v", engine, name, err)
			}
		}
	}
	if answered < 100 {
		t.Errorf("only %d of %d statements were made", answered, 4*len(queries))
	}
}

// nested gives what stands before and behind the i-th argument of a call.
func nested(f *sqlfunc.Func, i int) (before, after string) {
	var left, right []string
	for j, kind := range f.Args {
		if j >= len(f.Args)-f.Optional && j != i && j > i {
			break
		}
		arg := "total"
		switch {
		case j == i:
			continue
		case kind == sqlfunc.Text:
			arg = "ref"
		case kind == sqlfunc.Temporal:
			arg = "at"
		case slices.Contains([]sqlfunc.ArgKind{sqlfunc.Count}, kind):
			arg = "2"
		}
		if j < i {
			left = append(left, arg)
		} else {
			right = append(right, arg)
		}
	}
	before = f.Name + "(" + strings.Join(append(left, ""), ", ")
	return before, strings.Join(append([]string{""}, right...), ", ") + ")"
}

// TestPromise10AJoinByAllColumnsIsCounted: what NATURAL and USING stand for grows with the
// columns and not with their square, and is counted before it is made: some kilobytes of
// text would keep a processor busy for seconds, and be refused afterwards.
func TestPromise10AJoinByAllColumnsIsCounted(t *testing.T) {
	r := newRig(t, ledger, shop)
	var items, names strings.Builder
	const wide = 1200
	for i := range wide {
		fmt.Fprintf(&items, ", id AS c%d", i)
		fmt.Fprintf(&names, ", c%d", i)
	}
	with := "WITH w AS (SELECT " + items.String()[2:] + " FROM docs) SELECT 1 AS x FROM w a "
	for name, text := range map[string]string{"NATURAL": with + "NATURAL JOIN w b", "USING": with + "JOIN w b USING (" + names.String()[2:] + ")"} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got, err := r.gate.Explain(t.Context(), filter.Request{Caller: as("ANNA"), Text: text}, "")
		runtime.ReadMemStats(&after)
		if err != nil || strings.Count(got.SQL, " = ") < wide {
			t.Errorf("%s: %v", name, err)
		}
		if made := (after.TotalAlloc - before.TotalAlloc) >> 20; made > 40 {
			t.Errorf("%s of %d columns takes %d MB to resolve", name, wide, made)
		}
		// The columns of w, of both sides, and three for each that is merged.
		for limit, code := range map[int]refusal.Code{9 * wide: "", 6 * wide: refusal.LimitExceeded} {
			limits := filter.Limits{Parse: sqlparse.DefaultLimits()}
			limits.Parse.Nodes = limit
			if _, err := r.with(limits).Explain(t.Context(), filter.Request{Caller: as("ANNA"), Text: text}, ""); codeOf(err) != code {
				t.Errorf("%s under a limit of %d: %v", name, limit, err)
			}
		}
	}
}
