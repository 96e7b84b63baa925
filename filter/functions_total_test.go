package filter_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlfunc"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// extremes are the worst values that the columns of odd can hold.
const extremes = `INSERT INTO odd VALUES
 (91,'EDGE','','',-2147483648,-9223372036854775808,-999999999999999999.999999,-1.7e308,'1753-01-01 00:00:00','0001-01-01',{no}),
 (92,'EDGE','%','%',2147483647,9223372036854775807,999999999999999999.999999,1.7e308,'9999-12-31 23:59:59','9999-12-31',{yes}),
 (93,'EDGE','2024-02-30','1e999',0,0,0.000001,5e-308,'2024-02-29 23:59:59','2024-02-29',NULL),
 (94,'EDGE','-','NaN',1,-1,-0.000001,-5e-308,'1900-01-01 00:00:00','1900-01-01',NULL),
 (95,'EDGE',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL)`

// TestWhatIsCalledTotalNeverFails puts every function over the worst values
// there are, on every engine: one that the table calls total must answer.
func TestWhatIsCalledTotalNeverFails(t *testing.T) {
	rigs := everyEngineWith(t, append(slices.Clone(oddities), extremes), odditiesProfile)
	values := map[sqlfunc.ArgKind][]string{
		sqlfunc.Text: {"word", "part"}, sqlfunc.Exact: {"big", "d", "n"}, sqlfunc.Number: {"f", "d", "big"}, sqlfunc.Real: {"f", "d", "big"}, sqlfunc.Whole: {"n", "big"},
		sqlfunc.Temporal: {"due", "at"}, sqlfunc.Moment: {"at", "due"}, sqlfunc.Ordered: {"word", "d", "f", "due"}, sqlfunc.Same: {"big"}, sqlfunc.Cond: {"ok"}, sqlfunc.Any: {"d", "word"},
		sqlfunc.Count: {"1", "0", "20"}, sqlfunc.Written: {"'a'", "'%'"}, sqlfunc.JSON: {"word", "part"}, sqlfunc.Key: {"'a'"},
	}
	var calls []string
	ofAggregates := map[string]bool{}
	for _, f := range sqlfunc.All() {
		if f.Class == sqlfunc.Window {
			continue
		}
		heads := []string{""}
		for i := range f.Args {
			args := values[f.Arg(i)]
			if f.Arg(i) == sqlfunc.Unit {
				args = nil
				for word, unit := range f.Units {
					if word == unit {
						args = append(args, word)
					}
				}
			}
			var longer []string
			for _, h := range heads {
				for _, a := range args {
					longer = append(longer, h+", "+a)
				}
			}
			heads = longer
		}
		for _, h := range heads {
			call := f.Name + "(" + strings.TrimPrefix(h, ", ") + ")"
			calls = append(calls, call)
			ofAggregates[call] = f.Class == sqlfunc.Aggregate
		}
	}
	for _, x := range []string{"word", "part", "n", "big", "d", "f", "ok", "at", "due"} {
		for _, to := range []string{"SMALLINT", "INT", "BIGINT", "DECIMAL(5, 2)", "DECIMAL(38, 0)", "DECIMAL(38, 30)", "FLOAT", "VARCHAR(3)", "VARCHAR", "DATE", "TIMESTAMP", "BIT"} {
			calls = append(calls, "CAST("+x+" AS "+to+")")
		}
	}
	for _, n := range []string{"1", "-1", "700", "-700", "1000000", "-1000000"} {
		for _, unit := range []string{"year", "quarter", "month", "week", "day", "hour", "minute", "second"} {
			calls = append(calls, "DATEADD("+unit+", "+n+", due)", "DATEADD("+unit+", "+n+", at)")
		}
	}
	fish := rigs[catalog.SQLServer] != nil && babelfish(t)
	for engine, r := range rigs {
		answered := 0
		for _, call := range calls {
			if engine == catalog.SQLServer && fish && (strings.Contains(call, "due") || strings.HasPrefix(call, "DATEADD")) {
				continue // its dates end before SQL Server's do
			}
			_, err := answersOf(t, r, filter.Request{Caller: as("EDGE"), Text: "SELECT " + call + " FROM odd"})
			switch codeOf(err) {
			case "":
				answered++
			case refusal.Unsupported, refusal.TypeMismatch, refusal.CanFail, refusal.LimitExceeded:
			default:
				if x, explained := r.gate.Explain(t.Context(), filter.Request{Caller: as("EDGE"), Text: "SELECT " + call + " FROM odd"}, engine); explained == nil && fenced(x.SQL) {
					continue // it is called partial
				}
				if ofAggregates[call] && strings.HasSuffix(call, "(f)") {
					continue // a sum too large for a float: of the customer's own rows, for an aggregate sees no other
				}
				if fish && engine == catalog.SQLServer && call == "SQUARE(big)" {
					continue // 38 digits, which SQL Server's decimal has room for
				}
				t.Errorf("%s: %s: %v", engine, call, errors.Unwrap(err))
			}
		}
		if answered < 150 {
			t.Errorf("%s answers %d of %d calls: this test looks at nothing", engine, answered, len(calls))
		}
	}
}

// fenced tells whether a statement reads a table behind a fence, which it does
// where it holds something partial.
func fenced(sql string) bool {
	for _, fence := range []string{" OFFSET 0)", " LIMIT 9223372036854775807)", " LIMIT 18446744073709551615)", "TOP (9223372036854775807)"} {
		if strings.Contains(sql, fence) {
			return true
		}
	}
	return false
}
