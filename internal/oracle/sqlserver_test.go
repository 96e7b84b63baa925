package oracle

import (
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
