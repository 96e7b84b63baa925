package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"

	"github.com/vantelle/vantelle/internal/store/sqlitefile"
)

// writers is how many connections write at once. Those that change accesses,
// keys or customers queue behind the revision's row whatever their number.
const writers = 4

// postgresEngine keeps the directory in one schema of a PostgreSQL database:
// the first of the connection's search_path.
type postgresEngine struct {
	Config
	conn *pgx.ConnConfig
}

var _ engine = postgresEngine{}

func newPostgres(cfg Config) (engine, error) {
	if cfg.DSN == "" {
		return nil, errors.New("no DSN is given: postgres://user:password@host:5432/database")
	}
	conn, err := pgx.ParseConfig(cfg.DSN)
	if err != nil {
		return nil, err // without the password: pgx sees to that
	}
	return postgresEngine{cfg, conn}, nil
}

func (e postgresEngine) place() string {
	return fmt.Sprintf("postgres://%s:%d/%s", e.conn.Host, e.conn.Port, e.conn.Database)
}

// stuck is how long a transaction may stay without a word of its client before
// the server ends it: a process that was paused must not hold the others up for
// ever.
const stuck = 30 * time.Second

// open opens a pool whose sessions bear a name by which other nodes know them.
func (e postgresEngine) open(ctx context.Context, part string, conns int, settings map[string]string) (*sqlx.DB, error) {
	conn := e.conn.Copy()
	if conn.RuntimeParams == nil {
		conn.RuntimeParams = map[string]string{}
	}
	conn.RuntimeParams["application_name"] = sessionName(e.Node, part)
	// What the store relies on, whatever the role or the database say.
	conn.RuntimeParams["default_transaction_isolation"] = "read committed"
	conn.RuntimeParams["idle_in_transaction_session_timeout"] = fmt.Sprint(stuck.Milliseconds())
	for name, value := range settings {
		conn.RuntimeParams[name] = value
	}
	db := sqlx.NewDb(stdlib.OpenDB(*conn), "pgx")
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	db.SetConnMaxIdleTime(5 * time.Minute)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// The kinds of sessions that a node has.
const (
	leadSessions  = "lead"
	writeSessions = "writer"
	readSessions  = "reader"
)

// sessionName is what the server shows of a node's sessions; it keeps 63 bytes.
func sessionName(node, part string) string { return "vantelle " + part + " " + node }

func (e postgresEngine) openWriter(ctx context.Context) (*sqlx.DB, error) {
	db, err := e.open(ctx, writeSessions, writers, nil)
	if err != nil {
		return nil, err
	}
	if err := fits(ctx, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// fits refuses a database that could not keep what a directory holds.
func fits(ctx context.Context, db *sqlx.DB) error {
	var found struct {
		Encoding string  `db:"encoding"`
		Version  int     `db:"version"`
		Schema   *string `db:"schema"`
	}
	err := db.GetContext(ctx, &found, `SELECT current_setting('server_encoding') AS encoding,
		current_setting('server_version_num')::int AS version, current_schema() AS schema`)
	switch {
	case err != nil:
		return err
	case found.Encoding != "UTF8":
		return fmt.Errorf("the database's encoding is %s: make one with ENCODING 'UTF8'", found.Encoding)
	case found.Version < 120000:
		return fmt.Errorf("the server's version is %d: at least PostgreSQL 12 is needed", found.Version/10000)
	case found.Schema == nil:
		return errors.New("no schema of the search_path exists: create it, or correct search_path in the DSN")
	}
	return nil
}

// openWatch: no server tells of a commit sooner than a query does.
func (postgresEngine) openWatch(context.Context) (*sqlitefile.Watch, error) { return nil, nil }

func (e postgresEngine) openReader(ctx context.Context) (*sqlx.DB, error) {
	return e.open(ctx, readSessions, readers, map[string]string{"default_transaction_read_only": "on"})
}

func (postgresEngine) steps() fs.FS           { return migrations(Postgres) }
func (postgresEngine) dialect() goose.Dialect { return goose.DialectPostgres }

// alone holds a lock of the session, so that of several nodes that start
// together one migrates.
func (postgresEngine) alone(ctx context.Context, db *sqlx.DB, fn func() error) (err error) {
	conn, err := db.Connx(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	const lock = "(hashtext('vantelle migration'), hashtext(current_schema()))"
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock"+lock); err != nil {
		return fmt.Errorf("wait for other nodes that migrate: %w", err)
	}
	defer func() {
		// The session goes back to the pool: it must not keep the lock.
		_, e := conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock"+lock)
		err = errors.Join(err, e)
	}()
	return fn()
}

// keep cannot copy a database that is not ours to copy: it wants the word of
// the operator that he did.
func (e postgresEngine) keep(_ context.Context, _ *sqlx.DB, current, target int64) (func() error, error) {
	if !e.BackedUp {
		return nil, fmt.Errorf("%w: it has form %d, and this program needs form %d. Stop every node, back the database up "+
			"(pg_dump --format=custom --file=vantelle-form%d.dump %s), then run \"vantelle migrate --backed-up\" once, and start the nodes again",
			ErrNeedsMigration, current, target, current, e.conn.Database)
	}
	e.Logger.Warn().Int64("form", current).Msg("directory store is migrated on the operator's word that it was backed up")
	return func() error { return nil }, nil
}

func (postgresEngine) hasTable(ctx context.Context, db *sqlx.DB, name string) (there bool, err error) {
	err = db.GetContext(ctx, &there, "SELECT to_regclass($1) IS NOT NULL", name)
	return there, err
}

func (postgresEngine) shared() bool { return true }

func (e postgresEngine) openLobby(ctx context.Context) (*sqlx.DB, error) {
	return e.open(ctx, leadSessions, 1, map[string]string{"lock_timeout": "5000"})
}

// leadLock is the session's lock that makes a leader, one for each schema.
const leadLock = "(hashtext('vantelle lead'), 'leads'::regclass::oid::int4)"

// seize takes the leader's lock, from a leader whose lease has ended by force.
func (e postgresEngine) seize(ctx context.Context, conn *sqlx.Conn, node string) error {
	before, err := leader(ctx, e, conn)
	if err != nil {
		return err
	}
	locked, err := tryLock(ctx, conn)
	switch {
	case err != nil:
		return err
	case !locked && !before.Expired:
		return &LedError{before}
	case before.Node == "" || before.Node == node:
	default:
		// Whatever it was writing ends here, and it can write no more: a
		// process that was paused would otherwise hold its locks.
		if err := e.evict(ctx, conn, before.Node); err != nil {
			return errors.Join(fmt.Errorf("end the sessions of node %s: %w", before.Node, err), unlock(conn, locked))
		}
	}
	for wait := time.Millisecond; !locked && wait < time.Second; wait *= 2 { // its end takes the server a moment
		time.Sleep(wait)
		if locked, err = tryLock(ctx, conn); err != nil {
			return err
		}
	}
	if !locked {
		return &LedError{before}
	}
	return nil
}

func tryLock(ctx context.Context, conn *sqlx.Conn) (locked bool, err error) {
	err = conn.GetContext(ctx, &locked, "SELECT pg_try_advisory_lock"+leadLock)
	return locked, err
}

// evict ends the sessions by which a node leads and writes. Those that read for
// its portal stay.
func (e postgresEngine) evict(ctx context.Context, conn *sqlx.Conn, node string) error {
	_, err := conn.ExecContext(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name IN ($1, $2)`,
		sessionName(node, leadSessions), sessionName(node, writeSessions))
	return err
}

func (e postgresEngine) release(conn *sqlx.Conn) { _ = unlock(conn, true) }

func unlock(conn *sqlx.Conn, locked bool) error {
	if !locked {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, err := conn.ExecContext(ctx, "SELECT pg_advisory_unlock"+leadLock)
	return err
}

func (postgresEngine) clock() string {
	return "(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint"
}

func (postgresEngine) lockKey() string { return " FOR KEY SHARE" }

func (postgresEngine) quick(ctx context.Context) context.Context { return ctx }

func (postgresEngine) lockRow() string { return " FOR UPDATE" }

// hungUp: a server that restarts, or another node that takes the lead over,
// ends sessions; the pool only finds out when it uses one.
func (postgresEngine) hungUp(err error) bool {
	const operatorIntervention = "57P" // admin_shutdown, crash_shutdown, …
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return strings.HasPrefix(e.Code, operatorIntervention)
	}
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.ErrUnexpectedEOF) || pgconn.SafeToRetry(err)
}

// unreachable reports whether a server that is down, or not to be found, is the
// cause. Unlike after a session's end, another try at once would not help.
func unreachable(err error) bool {
	var e *pgconn.ConnectError
	return errors.As(err, &e)
}

// impossible: PostgreSQL keeps no NUL and nothing that is not UTF-8.
func (postgresEngine) impossible(err error) bool {
	const characterNotInRepertoire = "22021"
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == characterNotInRepertoire
}

// bulk copies the rows in, and where some may be there already, by way of a
// table of the transaction's own. A table that had none of the dossier's rows when
// the transaction first copied into it gets each once.
func (postgresEngine) bulk(t tx, rows tableRows) (bool, error) {
	if len(rows.values) < 5*chunk {
		return false, nil
	}
	into := rows.into
	to := into.name
	if into.key != "" {
		var err error
		if to, err = t.bulkTable(into); err != nil {
			return true, err
		}
	}
	if err := t.copyRows(to, into.columns, rows.values); err != nil || to == into.name {
		return true, err
	}
	_, err := t.exec("INSERT INTO " + into.name + " (" + into.columns + ") SELECT " + into.columns + " FROM " + to + into.onConflict())
	if err == nil {
		_, err = t.exec("TRUNCATE " + to)
	}
	return true, err
}

// bulkTable is where rows of a table are copied to.
func (t tx) bulkTable(into table) (string, error) {
	if to := t.bulks[into.name]; to != "" {
		return to, nil
	}
	to := into.name
	fresh, err := t.isEmpty(into)
	if err == nil && !fresh {
		to = "incoming_" + into.name
		_, err = t.exec("CREATE TEMPORARY TABLE " + to + " (LIKE " + into.name + " INCLUDING DEFAULTS) ON COMMIT DROP")
	}
	if err == nil {
		t.bulks[into.name] = to
	}
	return to, err
}

// isEmpty reports whether a table has no row of the dossier yet.
func (t tx) isEmpty(in table) (bool, error) {
	var empty bool
	err := t.get(&empty, "SELECT NOT EXISTS (SELECT 1 FROM "+in.name+" WHERE dossier = ?)", in.dossier)
	return empty, err
}

// copyRows sends rows by COPY.
func (t tx) copyRows(to, columns string, rows [][]any) error {
	names := strings.Split(columns, ",")
	for i, name := range names {
		names[i] = strings.TrimSpace(name)
	}
	return t.conn.Raw(func(driverConn any) error {
		conn, ok := driverConn.(interface{ Conn() *pgx.Conn })
		if !ok {
			return fmt.Errorf("COPY needs a connection of pgx, not a %T", driverConn)
		}
		copied, err := conn.Conn().CopyFrom(t.ctx, pgx.Identifier{to}, names, pgx.CopyFromRows(rows))
		if err == nil && copied != int64(len(rows)) {
			err = fmt.Errorf("%d of %d rows were copied", copied, len(rows))
		}
		return err
	})
}
