package oracle

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
)

// The gate over SQL Server is judged on a database of its own of the server
// that VANTELLE_TEST_SQLSERVER points at, in a schema for each world.

func onSQLServer(t *testing.T, prefix string) (dialect, servers) {
	t.Helper()
	dsn, db := erpshape.SQLServer(t)
	d := sqlserverDialect
	var version string
	if err := db.QueryRowContext(t.Context(), "SELECT @@VERSION").Scan(&version); err != nil {
		t.Fatal(err)
	}
	d.babelfish = strings.Contains(version, "Babelfish")
	k := &keeper{}
	t.Cleanup(k.end) // before the database is dropped
	return d, servers{server: db, dsn: dsn, name: prefix, folder: t.TempDir(), keeper: k}
}

func TestSQLServer(t *testing.T) {
	d, at := onSQLServer(t, "oracle_")
	judge(t, "sqlserver", plan{dialect: d, perWorld: 40, servers: at})
}

// The gate is given a profile without row filters: a judge beside SQL Server
// that does not notice proves nothing.
func TestTheOracleNoticesALeakOnSQLServer(t *testing.T) {
	d, at := onSQLServer(t, "leak_")
	p := plan{dialect: d, seed: 1, cases: 60, perWorld: 30, only: -1, servers: at}
	p.spoil = func(w *world, r *rand.Rand) string { return w.leaky(r) }
	got, err := p.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if t.Log(&got); got.wrong < 3 {
		t.Errorf("a gate without row filters was noticed in %d of %d cases", got.wrong, got.cases)
	}
}

func TestWhatIsAskedOfSQLServerMeansTheSameThere(t *testing.T) {
	for n := range uint64(20) {
		w := randomWorld(rand.New(rand.NewPCG(13, n)), sqlserverDialect)
		for _, table := range w.tables {
			for _, x := range table.rows {
				for _, v := range x {
					if v.kind == kindText && (strings.HasSuffix(v.text, " ") || strings.ContainsFunc(v.text, func(r rune) bool { return r > 0xFFFF })) {
						t.Errorf("world %d, table %s holds %q", n, table.name, v.text)
					}
				}
			}
		}
	}
	if got := sqlserverDialect.adapt(text("a𝄞  ")).text; got != "a€.." {
		t.Errorf("adapted to %q", got)
	}
}

func TestRESTOnSQLServer(t *testing.T) {
	d, at := onSQLServer(t, "rest_")
	judgeREST(t, "sqlserver", d, at)
}

func TestTwoWorldsOnSQLServer(t *testing.T) {
	d, at := onSQLServer(t, "twins_")
	twoWorlds(t, "sqlserver", d, 50, at)
}

func TestWritesOnSQLServer(t *testing.T) {
	full, _ := erpshape.SQLServer(t)
	reduced, _ := erpshape.SQLServer(t)
	judgeWrites(t, catalog.SQLServer, "sqlserver", full, full, reduced, "", nil, nil)
}
