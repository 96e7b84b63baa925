package oracle

import (
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"flag"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
)

var (
	casesFlag = flag.Int("oracle.cases", 0, "how many cases each engine is judged on, up to millions; 0 is as many as every run of the tests judges")
	seedFlag  = flag.Uint64("oracle.seed", 2, "the seed of the run: one seed, one set of cases; 0 is a new one each time, for long runs")
	worldFlag = flag.Int("oracle.world", -1, "the one world of the seed to run; -1 is all")
	showFlag  = flag.Int("oracle.show", 3, "how many wrong cases are told in full")
)

// everyRun is how many cases of each engine every run of the tests judges.
var everyRun = map[string]int{"sqlite": 20000, "postgres": 2000, "mariadb": 2000, "sqlserver": 2000}

func seed(t *testing.T) uint64 {
	t.Helper()
	s := *seedFlag
	if s == 0 {
		var b [8]byte
		if _, err := rand.Read(b[:]); err != nil {
			t.Fatal(err)
		}
		s = binary.LittleEndian.Uint64(b[:]) >> 16
	}
	t.Logf("seed %d (repeat with -oracle.seed %d)", s, s)
	return s
}

func TestSQLite(t *testing.T) {
	judge(t, "sqlite", plan{dialect: sqliteDialect, perWorld: 20, servers: servers{folder: t.TempDir(), name: "w"}})
}

func TestPostgres(t *testing.T) {
	dsn := os.Getenv("VANTELLE_TEST_POSTGRES")
	if dsn == "" {
		t.Skip("VANTELLE_TEST_POSTGRES is not set: the gate is not judged on PostgreSQL")
	}
	dsn = withoutJIT(dsn)
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	judge(t, "postgres", plan{dialect: postgresDialect, perWorld: 40, servers: servers{server: db, dsn: dsn, name: "oracle_"}})
}

func TestMariaDB(t *testing.T) {
	dsn := os.Getenv("VANTELLE_TEST_MARIADB")
	if dsn == "" {
		t.Skip("VANTELLE_TEST_MARIADB is not set: the gate is not judged on MariaDB")
	}
	db, err := sql.Open("mysql", exactly(t, dsn))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	judge(t, "mariadb", plan{dialect: mariadbDialect, perWorld: 40, servers: servers{server: db, dsn: dsn, name: "oracle_"}})
}

// withoutJIT keeps PostgreSQL from compiling statements of a few rows, which
// it takes for large ones as nobody has counted the rows yet.
func withoutJIT(dsn string) string {
	switch {
	case !strings.Contains(dsn, "://"):
		return dsn + " jit=off"
	case strings.Contains(dsn, "?"):
		return dsn + "&jit=off"
	}
	return dsn + "?jit=off"
}

// judge runs a plan and holds the gate to no wrong answer, and the oracle to
// questions that are worth asking.
func judge(t *testing.T, engine string, p plan) {
	p.seed, p.cases, p.only, p.workers = seed(t), *casesFlag, *worldFlag, runtime.GOMAXPROCS(0)
	if p.cases == 0 {
		p.cases = everyRun[engine]
		if underRace {
			p.cases /= 20
			t.Logf("the race detector watches, so there are %d cases only: run the tests without it for %d", p.cases, everyRun[engine])
		}
	}
	shown := 0
	p.failed = func(world, number int, why, query, text string) bool {
		if shown++; shown <= *showFlag {
			t.Errorf("world %d, case %d: %s", world, number, text)
		} else {
			t.Errorf("world %d, case %d: %s: %s", world, number, why, query)
		}
		return shown < 50
	}
	started := time.Now()
	got, err := p.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %v in %v", engine, &got, time.Since(started).Round(time.Second))
	t.Logf("refused most often:%s", got.reasons(12))
	t.Logf("refused by the engine itself most often:%s", most(got.engine, 8))
	t.Logf("figure oracle.%s.cases %d cases target %d", engine, got.cases, p.cases)
	t.Logf("figure oracle.%s.wrong %d cases target 0", engine, got.wrong)
	t.Logf("figure oracle.%s.answered %.1f %% target 70", engine, got.percent(got.agreed))
	t.Logf("figure oracle.%s.nondegenerate %.1f %% target 25", engine, got.percent(got.telling))
	t.Logf("figure oracle.%s.optimiser %d cases target 0", engine, got.optimised)
	if *worldFlag >= 0 || got.wrong > 0 {
		return
	}
	if got.percent(got.optimised) > 0.5 {
		t.Errorf("%.1f %% of the cases differ by the server's optimiser: that is no accident any more", got.percent(got.optimised))
	}
	if got.percent(got.agreed) < 70 {
		t.Errorf("only %.1f %% of the cases were answered: the generator asks for too much that is not offered", got.percent(got.agreed))
	}
	if got.percent(got.telling) < 25 {
		t.Errorf("only %.1f %% of the cases depend on the row filter", got.percent(got.telling))
	}
}

// exactly is a DSN of MariaDB's whose sessions compare values among themselves
// exactly, as the gate promises to: no column's collation is meant there.
func exactly(t *testing.T, dsn string) string {
	config, err := mysql.ParseDSN(dsn)
	if err != nil {
		t.Fatal(err)
	}
	if config.Params == nil {
		config.Params = map[string]string{}
	}
	config.Params["collation_connection"] = "'utf8mb4_nopad_bin'"
	return config.FormatDSN()
}
