package syncrun

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"modernc.org/sqlite"

	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
	"github.com/vantelle/vantelle/sync/erpsource"
)

// tracked is a model of a SQL Server with Change Tracking: an SQLite file whose
// triggers keep what Microsoft's documentation says that the server keeps, and a
// driver that answers the T-SQL of the synchronisation from it. Each statement
// that asks for tracked changes is put into SQLite's words; the rest of them
// differ in a few words only.
type tracked struct {
	*life
	mu    sync.Mutex
	asked []string // statements, as they were sent
}

const trackedSage = `
	CREATE TABLE P_DOSSIER (cbMarq INTEGER PRIMARY KEY, D_RaisonSoc TEXT, D_Siret TEXT);
	CREATE TABLE F_COMPTET (cbMarq INTEGER PRIMARY KEY, CT_Num TEXT, CT_Intitule TEXT, CT_Type INTEGER, CT_Siret TEXT, cbModification TEXT);
	CREATE TABLE F_CONTACTT (cbMarq INTEGER PRIMARY KEY, CT_Num TEXT, CT_No INTEGER, CT_Nom TEXT, cbModification TEXT);
	INSERT INTO P_DOSSIER VALUES (1, 'BIJOU', '1');
	INSERT INTO F_COMPTET VALUES (1, 'ALPHA', 'Alpha', 0, '11', '2026-03-10 10:00:00'), (2, 'BETA', 'Beta', 0, '22', '2026-03-10 10:00:00'),
	  (3, 'GAMMA', 'Gamma', 0, '33', '2026-03-10 10:00:00'), (4, 'FOURN', 'Supplier', 1, '44', '2026-03-10 10:00:00');
	INSERT INTO F_CONTACTT VALUES (1, 'ALPHA', 1, 'Durand', '2026-03-10 10:00:00'), (2, 'BETA', 2, 'Petit', '2026-03-10 10:00:00'), (3, 'FOURN', 3, 'Grand', '2026-03-10 10:00:00');

	CREATE TABLE ct_database (is_on INTEGER, version INTEGER, fork TEXT, snapshots INTEGER, paused INTEGER, made INTEGER);
	INSERT INTO ct_database VALUES (0, 0, 'family/fork-1', 1, 0, 100);
	CREATE TABLE ct_table (name TEXT PRIMARY KEY, is_on INTEGER, allowed INTEGER, valid INTEGER, kept_in TEXT);
	INSERT INTO ct_table VALUES ('F_COMPTET', 0, 1, NULL, NULL), ('F_CONTACTT', 0, 1, NULL, NULL);
	CREATE TABLE ct_log (name TEXT, pk INTEGER, version INTEGER);`

// triggers give each row that is changed a version of its own, which rises. A
// primary key that changes counts as a row deleted and a row inserted.
func triggers() string {
	var b strings.Builder
	for _, table := range []string{"F_COMPTET", "F_CONTACTT"} {
		for event, rows := range map[string][]string{"INSERT": {"NEW"}, "DELETE": {"OLD"}, "UPDATE": {"OLD", "NEW"}} {
			fmt.Fprintf(&b, "CREATE TRIGGER %s_%s AFTER %s ON %s WHEN (SELECT paused FROM ct_database) = 0 AND (SELECT is_on FROM ct_table WHERE name = '%s') = 1 BEGIN\n", table, event, event, table, table)
			b.WriteString("UPDATE ct_database SET version = version + 1;\n")
			for _, row := range rows {
				fmt.Fprintf(&b, "INSERT INTO ct_log SELECT '%s', %s.cbMarq, version FROM ct_database;\n", table, row)
			}
			b.WriteString("END;\n")
		}
	}
	return b.String()
}

// newTracked gives a directory that follows a modelled server on which tracking
// is switched on.
func newTracked(t *testing.T) *tracked {
	t.Helper()
	return newTrackedThrough(t, func(c driver.Connector) driver.Connector { return c })
}

// newTrackedThrough is newTracked with something before the model.
func newTrackedThrough(t *testing.T, through func(driver.Connector) driver.Connector) *tracked {
	t.Helper()
	path := filepath.Join(t.TempDir(), "erp.db")
	raw, err := sql.Open("sqlite", path+"?_pragma=journal_mode(wal)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { raw.Close() })
	m := &tracked{}
	m.life = newLifeThrough(t, erpsource.Sage100, raw, catalog.SQLServer, "sqlserver://model?database=model&encrypt=disable", nil, trackedSage+triggers(),
		func(driver.Connector) driver.Connector { return through(&trackedConnector{m, path}) })
	m.switchOn()
	return m
}

// switchOn and the methods that follow are what an administrator of the server
// does.
func (m *tracked) switchOn() {
	m.write(`UPDATE ct_database SET is_on = 1`)
	m.trackTable("F_COMPTET")
	m.trackTable("F_CONTACTT")
}

func (m *tracked) trackTable(name string) {
	m.write(`UPDATE ct_database SET made = made + 1`)
	m.write(`UPDATE ct_table SET is_on = 1, valid = (SELECT version FROM ct_database), kept_in = (SELECT made FROM ct_database) || '/2026-03-10' WHERE name = '` + name + `'`)
}

func (m *tracked) untrackTable(name string) {
	m.write(`UPDATE ct_table SET is_on = 0, valid = NULL, kept_in = NULL WHERE name = '` + name + `'; DELETE FROM ct_log WHERE name = '` + name + `'`)
}

// switchOff also takes the worst for granted: that versions begin anew.
func (m *tracked) switchOff() {
	m.untrackTable("F_COMPTET")
	m.untrackTable("F_CONTACTT")
	m.write(`UPDATE ct_database SET is_on = 0, version = 0`)
}

// truncate empties a table, which tracks no row.
func (m *tracked) truncate(name string) {
	m.write(`UPDATE ct_database SET paused = 1; DELETE FROM ` + name + `; UPDATE ct_database SET paused = 0;
		DELETE FROM ct_log WHERE name = '` + name + `'; UPDATE ct_table SET valid = (SELECT version FROM ct_database) WHERE name = '` + name + `'`)
}

// forget cleans up what is older than is kept: all that there is.
func (m *tracked) forget() {
	m.write(`DELETE FROM ct_log; UPDATE ct_table SET valid = (SELECT version FROM ct_database) WHERE is_on = 1`)
}

var trackedTables = []string{"P_DOSSIER", "F_COMPTET", "F_CONTACTT", "ct_database", "ct_table", "ct_log"}

func (m *tracked) backup() {
	for _, table := range trackedTables {
		m.write(`DROP TABLE IF EXISTS bk_` + table + `; CREATE TABLE bk_` + table + ` AS SELECT * FROM ` + table)
	}
}

// restore brings the backup back. RESTORE begins another fork; what a database
// snapshot does is not documented, so that fork may stay.
func (m *tracked) restore(fork string) {
	m.write(`UPDATE ct_database SET paused = 1`)
	for _, table := range trackedTables {
		if table != "ct_database" {
			m.write(`DELETE FROM ` + table + `; INSERT INTO ` + table + ` SELECT * FROM bk_` + table)
		}
	}
	m.write(`UPDATE ct_database SET (is_on, version, fork, snapshots, made) = (SELECT is_on, version, fork, snapshots, made FROM bk_ct_database)`)
	if fork != "" {
		m.write(`UPDATE ct_database SET fork = '` + fork + `'`)
	}
	m.write(`UPDATE ct_database SET paused = 0`)
}

// forgetAsked begins to listen anew.
func (m *tracked) forgetAsked() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked = nil
}

// heard tells whether a statement with some words in it was asked.
func (m *tracked) heard(words string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.asked {
		if strings.Contains(s, words) {
			return true
		}
	}
	return false
}

type trackedConnector struct {
	model *tracked
	path  string
}

func (c *trackedConnector) Driver() driver.Driver { return &sqlite.Driver{} }

func (c *trackedConnector) Connect(ctx context.Context) (driver.Conn, error) {
	below, err := (&sqlite.Driver{}).Open(":memory:")
	if err != nil {
		return nil, err
	}
	if _, err := below.(driver.ExecerContext).ExecContext(ctx, "ATTACH '"+c.path+"' AS dbo", nil); err != nil {
		return nil, err
	}
	return &trackedConn{below, c.model}, nil
}

type trackedConn struct {
	driver.Conn
	model *tracked
}

func (c *trackedConn) BeginTx(ctx context.Context, _ driver.TxOptions) (driver.Tx, error) {
	tx, err := c.Conn.(driver.ConnBeginTx).BeginTx(ctx, driver.TxOptions{})
	return tx, err
}

func (c *trackedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.model.mu.Lock()
	c.model.asked = append(c.model.asked, query)
	c.model.mu.Unlock()
	return c.Conn.(driver.QueryerContext).QueryContext(ctx, inSQLite(query), args)
}

// canned are the statements over the server's own views, known by words of
// theirs, with what answers them here.
var canned = []struct{ words, answer string }{
	{"VIEW DEFINITION", `SELECT 1 AS shown`},
	{"SERVERPROPERTY", `SELECT '16.0 model' AS server_version, 'French_CI_AS' AS collation_name, snapshots AS snapshots FROM dbo.ct_database`},
	{"JOIN sys.columns AS c ON c.object_id = o.object_id", `
		SELECT 'dbo' AS schema_name, s.name AS table_name, 0 AS is_view, c.name AS column_name,
		       CASE WHEN c.name = 'cbModification' THEN 'datetime2' WHEN c.type = 'INTEGER' THEN 'int' ELSE 'varchar' END AS type_name,
		       69 AS max_length, 0 AS digits, 3 AS decimals, 1 AS nullable, 0 AS computed, 'French_CI_AS' AS collation_name, 1252 AS code_page, 1252 AS database_code_page
		FROM dbo.sqlite_schema s JOIN pragma_table_info(s.name, 'dbo') c WHERE s.type = 'table' AND (s.name LIKE 'F_%' OR s.name LIKE 'P_%') ORDER BY s.name, c.cid`},
	{"FROM sys.indexes AS i", `SELECT 'dbo' AS schema_name, name AS table_name, 'PK' AS key_name, 1 AS is_primary, 'cbMarq' AS column_name
		FROM dbo.sqlite_schema WHERE type = 'table' AND (name LIKE 'F_%' OR name LIKE 'P_%')`},
	{"FROM sys.foreign_keys AS f", `SELECT 1 AS schema_name WHERE FALSE`},
	{"snapshot_isolation_state", `SELECT 1 - snapshots FROM dbo.ct_database`},
	{"sys.change_tracking_databases", `SELECT is_on FROM dbo.ct_database`},
	{"CHANGE_TRACKING_CURRENT_VERSION()", `SELECT CASE WHEN is_on = 1 THEN version END FROM dbo.ct_database`},
	{"sys.database_recovery_status", `SELECT fork FROM dbo.ct_database WHERE fork IS NOT NULL`},
	{"CHANGE_TRACKING_MIN_VALID_VERSION", `SELECT allowed, CASE WHEN allowed = 1 THEN valid END AS valid, kept_in FROM dbo.ct_table WHERE '[dbo].[' || name || ']' = ?1`},
}

var tsqlWords = []struct {
	tsql *regexp.Regexp
	here string
}{
	{regexp.MustCompile(`CHANGETABLE\(CHANGES \[dbo\]\.\[(\w+)\], (\d+)\) AS`), `(SELECT DISTINCT pk AS cbMarq FROM dbo.ct_log WHERE name = '$1' AND version > $2) AS`},
	{regexp.MustCompile(`CONVERT\(nvarchar\(30\), CAST\((.+?) AS datetime2\(6\)\), 121\)`), `strftime('%Y-%m-%d %H:%M:%f', $1)`},
	{regexp.MustCompile(`CAST\(('[^']*') AS datetime2\(6\)\)`), `$1`},
	{regexp.MustCompile(`SYSDATETIME\(\)`), `'now', 'localtime'`},
	{regexp.MustCompile(`COLLATE Latin1_General_BIN2`), `COLLATE BINARY`},
	{regexp.MustCompile(`COLLATE (DATABASE_DEFAULT|French_CI_AS)`), `COLLATE NOCASE`},
	{regexp.MustCompile(`@p(\d)`), `?$1`},
}

// inSQLite puts a statement for the modelled server into SQLite's words.
func inSQLite(query string) string {
	for _, c := range canned {
		if strings.Contains(query, c.words) {
			return c.answer
		}
	}
	for _, w := range tsqlWords {
		query = w.tsql.ReplaceAllString(query, w.here)
	}
	return query
}

// realTracked gives the same on a server that VANTELLE_TEST_SQLSERVER points at,
// where it has Change Tracking; nil, said aloud, where it has not.
func realTracked(t *testing.T) *life {
	t.Helper()
	dsn, raw := erpshape.SQLServer(t)
	for _, batch := range []string{`ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON`,
		`ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 7 DAYS, AUTO_CLEANUP = ON)`} {
		if _, err := raw.Exec(batch); err != nil {
			t.Skipf("the server of VANTELLE_TEST_SQLSERVER has no Change Tracking, and nothing was tried on it: %s: %v", batch, err)
		}
	}
	script := strings.NewReplacer("INTEGER PRIMARY KEY", "int NOT NULL PRIMARY KEY", "INTEGER", "int", "cbModification TEXT", "cbModification datetime2", "TEXT", "varchar(69)").
		Replace(trackedSage[:strings.Index(trackedSage, "CREATE TABLE ct_database")])
	l := newLife(t, erpsource.Sage100, raw, catalog.SQLServer, dsn, nil, script)
	l.write(`ALTER TABLE F_COMPTET ENABLE CHANGE_TRACKING; ALTER TABLE F_CONTACTT ENABLE CHANGE_TRACKING`)
	return l
}
