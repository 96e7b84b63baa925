package filter_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlfunc"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// emptied takes away from the attacked ERP everything that a customer may not
// see: other customers' rows, what hidden columns hold, and unlisted tables. A
// request that gets another answer there has learnt something.
const emptied = `
DELETE FROM docs WHERE owner <> 'WHO' OR kind NOT IN (1, 2);
DELETE FROM lines WHERE doc NOT IN (SELECT id FROM docs);
DELETE FROM parcels WHERE line NOT IN (SELECT id FROM lines);
DELETE FROM articles WHERE active <> 1;
DELETE FROM contracts WHERE sealed <> 0 OR id NOT IN (SELECT contract FROM grants WHERE holder = 'WHO');
DELETE FROM grants WHERE holder <> 'WHO' OR contract NOT IN (SELECT id FROM contracts);
DELETE FROM secrets;
DELETE FROM messages WHERE sender <> 'WHO' AND receiver <> 'WHO';
DELETE FROM thing WHERE owner <> 'WHO';
DELETE FROM "select" WHERE owner <> 'WHO';
DELETE FROM "Été n° 1 ""x"" [y] ` + "`z`" + `" WHERE "cust omer" <> 'WHO';
DELETE FROM ledger WHERE owner <> 'WHO';
UPDATE docs SET cost = NULL, memo = NULL;
UPDATE lines SET margin = 0;
UPDATE parcels SET fee = NULL;
UPDATE articles SET buying = 0;
UPDATE grants SET word = '';
UPDATE "select" SET "where" = '';
UPDATE "Été n° 1 ""x"" [y] ` + "`z`" + `" SET "caché ; --" = NULL;
`

// TestAttacksTellNoWorldsApart asks every case of the corpus of the whole ERP
// and of one in which there is nothing but the customer's own: every row and
// every word of a refusal must be the same.
func TestAttacksTellNoWorldsApart(t *testing.T) {
	cases := readAttacks(t, "testdata/attacks")
	whole := attackedRigs(t)
	for customer := range canaries {
		own := strings.ReplaceAll(emptied, "WHO", customer)
		alone := map[catalog.Engine]*rig{catalog.SQLite: newRig(t, attackedERP+own, attackedProfile)}
		if db := attackedPostgres(t, attackedERP+own); db != nil {
			alone[catalog.Postgres] = rigOn(t, db, attackedProfile)
		}
		for _, a := range cases {
			a.customer = customer
			for engine := range alone {
				if x, y := a.answer(t, whole[engine]), a.answer(t, alone[engine]); x != y {
					t.Errorf("%s/%s tells %s on %s of others:\nwith them    %s\nwithout them %s", a.file, a.name, customer, engine, x, y)
				}
			}
		}
	}
}

var (
	requestID  = regexp.MustCompile(`"request_id":"\w+"|X-Request-Id:\[\w+\]`)
	schemaName = regexp.MustCompile(`attacked_\w+`)
)

// answer is all that comes back for a case, but for the names of the request
// and of the test's own schema, and for an order that was not asked for.
func (a attack) answer(t *testing.T, r *rig) string {
	if a.viaFront() {
		_, all := a.knock(t, r)
		return schemaName.ReplaceAllString(requestID.ReplaceAllString(all, "ID"), "SCHEMA")
	}
	o, _ := a.ask(r)
	slices.Sort(o.rows)
	return o.String()
}

// TestNothingOfferedFailsOnAHiddenRow puts every function and operator that is
// offered over the worst values there are, but only for rows that the customer
// may not see: whether they are evaluated there is the engine's choice, so
// none of them may fail (promise 8).
func TestNothingOfferedFailsOnAHiddenRow(t *testing.T) {
	long := strings.Repeat("a", 60_000)
	texts := []string{"''", "'İß'", "label", "label || label", "$1", "UPPER($1)", "$1 || $1"}
	numbers := []string{"-9223372036854775808", "9223372036854775807", strings.Repeat("9", 38), "0." + strings.Repeat("0", 36) + "1", "id", "id * id", "-id"}
	dates := []string{"DATE '0001-01-01'", "TIMESTAMP '9999-12-31 23:59:59'", "CURRENT_TIMESTAMP", "DATE '9999-12-31'"}
	values := map[sqlfunc.ArgKind][]string{
		sqlfunc.Text: texts, sqlfunc.Exact: numbers, sqlfunc.Number: numbers, sqlfunc.Real: numbers, sqlfunc.Whole: numbers,
		sqlfunc.Temporal: dates, sqlfunc.Moment: dates, sqlfunc.Count: {"1", "0", "10000", "20", "1000"}, sqlfunc.Written: {"'a'", "'%'", "'İ'"}, sqlfunc.JSON: texts, sqlfunc.Key: {"'a'", "'İ'"},
		sqlfunc.Ordered: append(append(slices.Clone(texts), numbers...), dates...), sqlfunc.Same: append(slices.Clone(texts), numbers...),
		sqlfunc.Any: texts, sqlfunc.Cond: {"id > 52", "NULL", "label = ''"},
	}
	var worst []string
	for _, f := range sqlfunc.All() {
		if f.Class != sqlfunc.Scalar {
			continue
		}
		calls := []string{""}
		for i := range f.Args {
			args := values[f.Arg(i)]
			if f.Arg(i) == sqlfunc.Unit {
				args = nil
				for word, unit := range f.Units {
					if word == unit {
						args = append(args, "'"+word+"'")
					}
				}
			}
			var longer []string
			for _, call := range calls {
				for j, v := range args {
					if i == 0 || j < 4 || f.Arg(i) == sqlfunc.Count {
						longer = append(longer, call+", "+v)
					}
				}
			}
			calls = longer
		}
		for _, call := range calls {
			worst = append(worst, f.Name+"("+strings.TrimPrefix(call, ", ")+")")
		}
	}
	for _, a := range numbers {
		for _, b := range numbers {
			for _, op := range []string{"+", "-", "*", "=", "<", "IS DISTINCT FROM"} {
				worst = append(worst, "("+a+" "+op+" "+b+")")
			}
		}
	}
	for _, x := range texts {
		for _, p := range []string{"'%a%a%a%a%a%a%a%a%b'", "'" + strings.Repeat("%a", 500) + "'", "$1", "'" + strings.Repeat("_", 900) + "%'"} {
			worst = append(worst, "("+x+" LIKE "+p+")", "("+x+" ILIKE "+p+")")
		}
		worst = append(worst, "("+x+" IN ('a', "+x+"))", "CAST("+x+" AS VARCHAR)", "CAST("+x+" AS INT)", "CAST("+x+" AS DECIMAL(10, 2))", "CAST("+x+" AS FLOAT)", "TRY_CAST("+x+" AS DATE)", "("+x+" BETWEEN 'a' AND "+x+")")
	}
	for _, x := range numbers {
		for _, to := range []string{"SMALLINT", "INT", "BIGINT", "DECIMAL(5, 2)", "DECIMAL(38, 30)", "FLOAT", "VARCHAR(5)", "BIT"} {
			worst = append(worst, "CAST("+x+" AS "+to+")", "CAST(CAST("+x+" AS FLOAT) AS "+to+")")
		}
	}
	for _, x := range dates {
		for _, n := range []string{"1", "-1", "1000000", "-1000000", "700"} {
			for _, unit := range []string{"year", "quarter", "month", "week", "day", "hour", "minute", "second"} {
				worst = append(worst, "DATEADD("+unit+", "+n+", "+x+")")
			}
		}
	}
	rigs := attackedRigs(t)
	offered := map[catalog.Engine]int{}
	for _, x := range worst {
		q := "SELECT id FROM contracts WHERE CASE WHEN label LIKE '%QTWO' OR label LIKE '%QSEALED' THEN " + x + " IS NOT NULL ELSE TRUE END"
		req := filter.Request{Caller: as("ANNA"), Front: "sql", Text: q}
		if strings.Contains(x, "$1") {
			req.Params = []any{long}
		}
		for engine, r := range rigs {
			rows, _, err := collect(t.Context(), r.gate, req)
			switch codeOf(err) {
			case "":
				if err != nil || fmt.Sprint(rows) != "[51]" {
					t.Errorf("%s: %s: %v, %v", engine, x, rows, err)
				}
				offered[engine]++
			case refusal.CanFail, refusal.TypeMismatch, refusal.LimitExceeded, refusal.ParamMismatch, refusal.Unsupported:
			default:
				t.Errorf("%s: %.300s fails on a row that is not shown: %v", engine, x, errors.Unwrap(err))
			}
		}
	}
	for engine := range rigs {
		if offered[engine] < 200 {
			t.Errorf("%s takes %d of %d expressions: this test looks at nothing", engine, offered[engine], len(worst))
		}
	}
}

// TestWhatTheErpSaysStaysInside breaks the ERP under a cached plan and listens
// at both fronts for its words.
func TestWhatTheErpSaysStaysInside(t *testing.T) {
	for _, broken := range []string{"ALTER TABLE docs RENAME COLUMN owner TO keeper", "DROP VIEW open_docs; ALTER TABLE docs RENAME TO papers"} {
		r := newRig(t, attackedERP, attackedProfile)
		attacks := []attack{
			{customer: "ANNA", request: "SELECT ref FROM docs"},
			{customer: "ANNA", request: "SELECT id FROM parcels"},
			{customer: "ANNA", request: "GET rows/docs?select=ref HTTP"},
			{customer: "ANNA", request: "POST sql HTTP\n\n{\"sql\":\"SELECT ref FROM docs\"}"},
		}
		answer := func(a attack) (outcome, string) {
			if a.viaFront() {
				return a.knock(t, r)
			}
			return a.ask(r)
		}
		for _, a := range attacks {
			if o, _ := answer(a); o.refused {
				t.Fatalf("%s: %s", a.request, o)
			}
		}
		alter(t, r, broken)
		for _, a := range attacks {
			o, text := answer(a)
			if !o.refused {
				t.Errorf("%s: %s", a.request, o)
			}
			for _, word := range []string{"owner", "docs", "keeper", "papers", "SQL", "column", "table", "main", "?1", "r1", "t1"} {
				if strings.Contains(text, word) && o.code != string(refusal.UnknownName) {
					t.Errorf("%s: the ERP's word %q is in %s", a.request, word, text)
				}
			}
		}
	}
}
