package filter_test

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlfunc"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// hostile are tables with every value that a column of an engine can hold and
// that a function could stumble over, all of them HIS.
var hostile = map[catalog.Engine][]string{
	catalog.Postgres: {
		`CREATE TABLE odd (id int NOT NULL PRIMARY KEY, owner varchar(20) NOT NULL, word text, part varchar(20), blank char(8), n int, s smallint, big bigint, d numeric(24,6), free numeric, f double precision, r real, at timestamp, zoned timestamptz, due date, t time, ok boolean, long numeric(1000,500), u uuid, j jsonb)`,
		`INSERT INTO odd (id, owner) VALUES (1, 'ANNA')`,
		`INSERT INTO odd VALUES
 (11,'HIS','','','',-2147483648,-32768,-9223372036854775808,'NaN','NaN','NaN','NaN','-infinity','-infinity','-infinity','00:00',false,'NaN','00000000-0000-0000-0000-000000000000','{}'),
 (12,'HIS',repeat('é😀',100000),'😀',' ',2147483647,32767,9223372036854775807,999999999999999999.999999,'Infinity','Infinity','Infinity','infinity','infinity','infinity','24:00',true,repeat('9',500)::numeric,'ffffffff-ffff-ffff-ffff-ffffffffffff','[]'),
 (13,'HIS',E'\u0130\u0131ß\u0301\u200f','1e999','a',0,0,0,-999999999999999999.999999,'-Infinity','-Infinity','-Infinity','4714-11-24 00:00:00 BC','4714-11-24 00:00:00+00 BC','4714-11-24 BC','23:59:59.999999',null,-repeat('9',500)::numeric,null,null),
 (14,'HIS','999999999999999999','-999999999999999999','0',1,1,1,0.000001,(repeat('9',131072)||'.9')::numeric,5e-324,1e-45,'294276-12-31 23:59:59.999999','294276-12-31 23:59:59.999999+00','5874897-12-31',null,null,('0.'||repeat('0',499)||'1')::numeric,null,null),
 (15,'HIS','2024-02-30','2024-02-30','b',-1,-1,-1,-0.000001,-(repeat('9',131072)||'.9')::numeric,-5e-324,-1e-45,'0001-12-31 00:00:00 BC','0001-12-31 00:00:00+00 BC','0001-12-31 BC',null,null,0,null,null),
 (16,'HIS','%_\','\','c',2,2,2,0.5,('0.'||repeat('0',16382)||'1')::numeric,1.7976931348623157e308,3.4e38,'10000-01-01 00:00:00','10000-01-01 00:00:00+00','10000-01-01',null,null,1,null,null),
 (17,'HIS',chr(1)||chr(10),chr(9),'d',3,3,3,0,0,-1.7976931348623157e308,-3.4e38,'9999-12-31 23:59:59.999999','9999-12-31 23:59:59.999999+00','9999-12-31',null,null,2,null,null)`,
	},
	catalog.MariaDB: {
		`CREATE TABLE odd (id int NOT NULL PRIMARY KEY, owner varchar(20) NOT NULL, word longtext, part varchar(20) COLLATE utf8mb4_bin, blank char(8) CHARACTER SET latin1, n int, s tinyint, big bigint, nu int unsigned, bigu bigint unsigned, d decimal(24,6), free decimal(65,30), whole decimal(65,0), f double, r float, at datetime(6), stamp timestamp NULL, due date, t time(6), y year, ok bit(1), e enum('','x'), bits bit(64))`,
		`INSERT INTO odd (id, owner) VALUES (1, 'ANNA')`,
		`SET sql_mode = ''`,
		`INSERT INTO odd VALUES
 (11,'HIS','','','',-2147483648,-128,-9223372036854775808,0,0,-999999999999999999.999999,-99999999999999999999999999999999999.999999999999999999999999999999,-99999999999999999999999999999999999999999999999999999999999999999,-1.7976931348623157e308,-3.4e38,'0000-00-00','0000-00-00','0000-00-00','-838:59:59.999999',0,0,'',0),
 (12,'HIS',REPEAT('é😀',100000),'😀','ÿ',2147483647,127,9223372036854775807,4294967295,18446744073709551615,999999999999999999.999999,99999999999999999999999999999999999.999999999999999999999999999999,99999999999999999999999999999999999999999999999999999999999999999,1.7976931348623157e308,3.4e38,'9999-12-31 23:59:59.999999','2038-01-19 03:14:07','9999-12-31','838:59:59.999999',2155,1,'x',18446744073709551615),
 (13,'HIS','999999999999999999','1e999','a',0,0,0,1,1,0.000001,0.000000000000000000000000000001,0,5e-324,1e-45,'2024-00-00','1970-01-01 00:00:01','2024-00-00','00:00:00',1901,NULL,NULL,1),
 (14,'HIS','2024-02-30','2024-02-30','b',1,1,1,2,2,-0.000001,-0.000000000000000000000000000001,1,-5e-324,-1e-45,'0000-00-01',NULL,'2024-02-00',NULL,2000,NULL,NULL,NULL),
 (15,'HIS',CONCAT(CHAR(0),CHAR(10)),'%_\\','c',-1,-1,-1,3,3,0.5,0.5,2,0,0,'0000-02-29 00:00:00',NULL,'0000-01-01',NULL,NULL,NULL,NULL,NULL),
 (16,'HIS','2024-02-29\n','-0','c',-1,-1,-1,3,3,0.5,0.5,2,0,0,'0001-01-01 00:00:00',NULL,'0001-01-01',NULL,NULL,NULL,NULL,NULL)`,
		`SET sql_mode = 'ALLOW_INVALID_DATES'`,
		`INSERT INTO odd (id, owner, at, due) VALUES (17,'HIS','2023-02-31 10:00:00','2023-02-31'),(18,'HIS','9999-02-31 23:59:59','9999-04-31')`,
	},
	catalog.SQLite: {
		`CREATE TABLE odd (id int NOT NULL PRIMARY KEY, owner varchar(20) NOT NULL, word text, part varchar(20), n int, s smallint, big bigint, d numeric(24,6), free decimal(65,30), f double, r real, at datetime, due date, t time, ok boolean)`,
		`INSERT INTO odd (id, owner) VALUES (1, 'ANNA')`,
		`INSERT INTO odd VALUES
 (11,'HIS','','',-9223372036854775808,-9223372036854775808,-9223372036854775808,-9223372036854775808,-9223372036854775808,-9223372036854775808,-9e999,'0000-00-00','0000-00-00','',2),
 (12,'HIS',printf('%.*c',1000000,'a'),x'00ff',9223372036854775807,9223372036854775807,9223372036854775807,9223372036854775807,9e999,9e999,9e999,'9999-12-31 23:59:59.999','9999-12-31','25:00',-1),
 (13,'HIS',x'ff00','1e999','abc','1e400','',x'00','-1e400','abc',x'ff','abc','infinity','x',x'01'),
 (14,'HIS','999999999999999999','2024-02-30',0.5,1e300,-0.0,1e308,5e-324,5e-324,-5e-324,-1e300,1e300,1,'yes'),
 (15,'HIS',char(0)||'x','%_\',x'',x'',x'',x'',x'',x'',x'',x'',x'',x'',x''),
 (16,'HIS',-9223372036854775808,9e999,1,1,1,1,1,1,1,-9223372036854775808,9223372036854775807,1,1),
 (17,'HIS',zeroblob(1000000),zeroblob(100),zeroblob(100000),1,1,1,1,1,1,'-4713-11-24 12:00:00','now',1,1)`,
	},
}

func hostileProfile(engine catalog.Engine) string {
	columns, _, _ := strings.Cut(strings.SplitN(hostile[engine][0], "(", 2)[1], "\x00")
	var names []string
	depth := 0
	for _, part := range strings.Split(columns, ",") {
		if depth == 0 {
			names = append(names, strings.Fields(part)[0]+": {}")
		}
		depth += strings.Count(part, "(") - strings.Count(part, ")")
	}
	return "profile: ODD\ntitle: {fr: Essai, en: Trial}\nerp: custom\nmodules:\n  all: {title: {fr: Tout, en: All}, level: read}\ntables:\n  odd:\n    rows: owner = :customer\n    modules: {all: 1 = 1}\n    columns: {" + strings.Join(names, ", ") + "}\n"
}

func hostileRig(t *testing.T, engine catalog.Engine) *rig {
	t.Helper()
	if engine != catalog.SQLite {
		db, _ := roomFor(t, engine, hostile[engine])
		if db == nil {
			return nil
		}
		return rigOn(t, db, hostileProfile(engine))
	}
	path := filepath.Join(t.TempDir(), "erp.db")
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range hostile[engine] {
		if _, err := raw.ExecContext(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	_ = raw.Close()
	settings := erp.DefaultSettings()
	settings.Name, settings.Engine, settings.DSN = "d", engine, path
	db, err := erp.Open(settings, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return rigOn(t, db, hostileProfile(engine))
}

// hostileCalls are calls of every function with columns of every type, and what
// else is computed of each.
func hostileCalls() []string {
	texts, exacts := []string{"word", "part", "blank"}, []string{"big", "d", "free", "n", "bigu", "nu", "whole", "long", "s"}
	floats, dates := []string{"f", "r"}, []string{"due", "at", "zoned", "stamp"}
	values := map[sqlfunc.ArgKind][]string{
		sqlfunc.Text: texts, sqlfunc.Exact: exacts, sqlfunc.Number: append(slices.Clone(floats), exacts...), sqlfunc.Real: append(slices.Clone(floats), exacts...), sqlfunc.Whole: {"n", "big", "bigu"},
		sqlfunc.Temporal: dates, sqlfunc.Moment: dates, sqlfunc.Ordered: {"word", "d", "f", "due"}, sqlfunc.Same: {"big", "1.1"}, sqlfunc.Cond: {"ok"}, sqlfunc.Any: {"d", "word", "due", "t", "u"},
		sqlfunc.Count: {"1", "0", "20"}, sqlfunc.Written: {"'a'"}, sqlfunc.JSON: texts, sqlfunc.Key: {"'a'"},
	}
	var calls []string
	for _, f := range sqlfunc.All() {
		if f.Class != sqlfunc.Scalar {
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
			if i > 0 && len(args) > 2 && f.Arg(i) != sqlfunc.Unit && f.Name != "POWER" && f.Arg(i) != sqlfunc.Moment && f.Arg(i) != sqlfunc.Temporal {
				args = args[:2]
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
			if call := f.Name + "(" + strings.TrimPrefix(h, ", ") + ")"; call != "SQUARE(bigu)" { // as bigu * bigu
				calls = append(calls, call)
			}
		}
	}
	for _, f := range append(floats, "big", "free") {
		calls = append(calls, "POWER(1.1, "+f+")", "POWER(0.0, "+f+")", "POWER(-1, "+f+")", "POWER("+f+", 2)", "POWER("+f+", 0.5)", "POWER("+f+", -1)")
	}
	columns := append(append(append(slices.Clone(texts), exacts...), floats...), dates...)
	for _, x := range append(columns, "ok", "t", "y", "e", "bits", "u") {
		for _, to := range []string{"SMALLINT", "INT", "BIGINT", "DECIMAL(5, 2)", "DECIMAL(38, 0)", "DECIMAL(38, 30)", "FLOAT", "VARCHAR(3)", "VARCHAR", "DATE", "TIMESTAMP", "BIT"} {
			calls = append(calls, "CAST("+x+" AS "+to+")")
		}
		for _, y := range append(slices.Clone(columns), "y", "1", "1.5", "-1") {
			if x == "bigu" && y == x {
				continue // an arithmetic of two unsigned columns is no function's
			}
			for _, op := range []string{"+", "-", "*", "/", "%", "=", "<", "||"} {
				calls = append(calls, x+" "+op+" "+y)
			}
			calls = append(calls, "COALESCE("+x+", "+y+")", "NULLIF("+x+", "+y+")", x+" BETWEEN "+y+" AND "+y)
		}
		calls = append(calls, "-"+x, x+" LIKE 'a%'", x+" IS NULL", x+" IN (NULL, "+x+")")
	}
	for _, n := range []string{"1", "-1", "700", "-700", "1000000", "-1000000"} {
		for _, unit := range []string{"year", "quarter", "month", "week", "day", "hour", "minute", "second"} {
			for _, at := range dates {
				calls = append(calls, "DATEADD("+unit+", "+n+", "+at+")")
			}
		}
	}
	return calls
}

// TestNoValueOfAnotherMakesAFunctionFail computes everything that is called
// total over the worst values that an engine keeps: none may give an error.
func TestNoValueOfAnotherMakesAFunctionFail(t *testing.T) {
	const batch = 40
	calls := hostileCalls()
	for _, engine := range []catalog.Engine{catalog.SQLite, catalog.Postgres, catalog.MariaDB} {
		r := hostileRig(t, engine)
		if r == nil {
			continue
		}
		request := func(xs ...string) filter.Request {
			return filter.Request{Caller: as("HIS"), Front: "sql", Text: "SELECT COUNT(" + strings.Join(xs, "), COUNT(") + ") FROM odd"}
		}
		var total []string
		consider := func(x string) bool {
			e, err := r.gate.Explain(t.Context(), request(x), engine)
			switch codeOf(err) {
			case "":
			case refusal.Unsupported, refusal.TypeMismatch, refusal.CanFail, refusal.LimitExceeded, refusal.UnknownName:
				return false
			default:
				t.Fatalf("%s: %s: %v", engine, x, err)
			}
			if !fenced(e.SQL) {
				total = append(total, x)
			}
			return true
		}
		for _, x := range calls {
			if !consider(x) || strings.ContainsAny(x, "+*|=<") {
				continue
			}
			for _, around := range []string{"(%s) + 1", "(%s) %% 3", "CAST(%s AS BIGINT)", "CAST(%s AS DECIMAL(20, 2))", "UPPER(CAST(%s AS VARCHAR))", "RADIANS(%s)", "YEAR(%s)"} {
				consider(fmt.Sprintf(around, x))
			}
		}
		if len(total) < 500 {
			t.Errorf("%s calls %d of these total: this test looks at nothing", engine, len(total))
		}
		for some := range slices.Chunk(total, batch) {
			if _, err := answersOf(t, r, request(some...)); err == nil {
				continue
			}
			for _, x := range some {
				if _, err := answersOf(t, r, request(x)); err != nil {
					t.Errorf("%s: %s: %v", engine, x, errors.Unwrap(err))
				}
			}
		}
		t.Logf("%s: %d expressions cannot fail", engine, len(total))
	}
}

// TestWhatCostsAProductIsPartial: TRANSLATE looks for each character of a text
// among all that it is given.
func TestWhatCostsAProductIsPartial(t *testing.T) {
	f := sqlfunc.Lookup("TRANSLATE")
	text := func(n int) sqlfunc.Arg { return sqlfunc.Arg{Chars: n} }
	if !f.PartialOn(catalog.Postgres, text(64<<10), text(1000), text(1000)) || f.PartialOn(catalog.Postgres, text(64<<10), text(10), text(10)) {
		t.Error("TRANSLATE of a long text by a long list costs seconds and is called total, or a short one partial")
	}
}
