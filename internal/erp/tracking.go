package erp

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// Tracking is what SQL Server's Change Tracking can tell of some tables, as one
// transaction of Snapshot sees it.
type Tracking struct {
	// Of is the history that the versions count in. It is another one after the
	// database was restored, and after Change Tracking was switched off and on,
	// for the database or for one of the tables.
	Of string
	// Version is that of the newest commit that the transaction sees.
	Version int64
	// Valid is the oldest version from which the changes of all the tables are
	// known.
	Valid int64
}

// NoTracking says why Change Tracking cannot be used, and how it can.
type NoTracking struct {
	Off    bool   // it is not switched on, which is what most databases are
	Reason string // empty where it can be used
	Remedy string // the statements that change it; empty where there are none
}

// The statements below are asked in this order: each only where the one before has
// said that it can be answered.
const (
	// trackingOn is answered by every server that has this view, whatever the
	// login may do: its own database is one that it sees.
	trackingOn = "SELECT COUNT(*) FROM sys.change_tracking_databases WHERE database_id = DB_ID()"

	trackingVersion = "SELECT CHANGE_TRACKING_CURRENT_VERSION()"

	// trackingFork names the fork of the database's history: RESTORE begins a
	// new one. Where the server's default (VIEW ANY DATABASE to public) was taken
	// away, there is no row.
	trackingFork = "SELECT CAST(family_guid AS nvarchar(36)) + N'/' + CAST(recovery_fork_guid AS nvarchar(36)) FROM sys.database_recovery_status WHERE database_id = DB_ID()"

	// trackingTable gives, for a table, whether the login may see its changes, the
	// oldest valid version, and the internal table that holds them: a new one is
	// made whenever tracking is switched on.
	trackingTable = `SELECT COALESCE(HAS_PERMS_BY_NAME(@p1, N'OBJECT', N'VIEW CHANGE TRACKING'), 0) AS allowed,
       CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID(@p1)) AS valid,
       (SELECT MAX(CAST(i.object_id AS nvarchar(11)) + N'/' + CONVERT(nvarchar(30), i.create_date, 126)) FROM sys.internal_tables AS i
        WHERE i.parent_id = OBJECT_ID(@p1) AND i.internal_type = 209) AS kept_in`
)

// TracksChanges asks whether Change Tracking is switched on for the database. It
// is asked before a transaction of Snapshot begins, so that nothing but the
// version is the first thing that is read there.
func (db *DB) TracksChanges(ctx context.Context) (bool, error) {
	if db.Engine() != catalog.SQLServer {
		return false, nil
	}
	ctx, cancel := context.WithTimeout(ctx, db.settings.SyncStatementTimeout)
	defer cancel()
	var on int
	err := sqlx.GetContext(ctx, db.sync, &on, trackingOn)
	if err != nil && decides(err) {
		return false, fmt.Errorf("ask for Change Tracking: %w", err)
	}
	return err == nil && on > 0, nil
}

// decides tells of an error that ends a read. A server that cannot tell of its
// Change Tracking is one without: markers do.
func decides(err error) bool {
	class := Classify(err)
	return class == Canceled || class == Timeout || class == Unavailable
}

// Tracking asks whether the changes of all of the tables are tracked, on a
// database that TracksChanges, and may be seen in a transaction of Snapshot;
// NoTracking, whose Reason is empty where they may, says why not. A transaction
// asks for it before anything else: a version newer than its rows would pass over
// changes, while an older one has them read twice. Consistent is to be asked too:
// without SNAPSHOT isolation the rows are not of one moment.
func (db *DB) Tracking(ctx context.Context, q sqlx.QueryerContext, on bool, tables []*catalog.Table) (*Tracking, NoTracking, error) {
	t, no, err := db.tracking(ctx, q, on, tables)
	if err != nil && !decides(err) {
		return nil, NoTracking{Reason: "the server does not tell of its Change Tracking: " + err.Error()}, nil
	}
	if err != nil {
		return nil, no, fmt.Errorf("ask for Change Tracking: %w", err)
	}
	return t, no, nil
}

// TrackingNow asks, outside of any read, what Tracking says now, and whether the
// database allows the snapshots in which alone it can be used.
func (db *DB) TrackingNow(ctx context.Context, tables []*catalog.Table) (t *Tracking, not NoTracking, snapshots bool, err error) {
	on, err := db.TracksChanges(ctx)
	if err != nil {
		return nil, NoTracking{}, false, err
	}
	if t, not, err = db.Tracking(ctx, db.sync, on, tables); err != nil {
		return nil, not, false, err
	}
	snapshots, err = db.Consistent(ctx, db.sync, nil)
	return t, not, snapshots, err
}

func (db *DB) tracking(ctx context.Context, q sqlx.QueryerContext, on bool, tables []*catalog.Table) (*Tracking, NoTracking, error) {
	if !on {
		remedy := "ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 7 DAYS, AUTO_CLEANUP = ON);"
		for _, t := range tables {
			remedy += " " + db.trackTable(t) + " " + db.grantTracking(t)
		}
		return nil, NoTracking{Off: true, Reason: "Change Tracking is not switched on for the database", Remedy: remedy}, nil
	}
	var version sql.NullInt64
	if err := sqlx.GetContext(ctx, q, &version, trackingVersion); err != nil {
		return nil, NoTracking{}, err
	}
	if !version.Valid {
		return nil, NoTracking{Off: true, Reason: "Change Tracking gives no version"}, nil
	}
	all := &Tracking{Version: version.Int64}
	var fork sql.NullString
	if err := sqlx.GetContext(ctx, q, &fork, trackingFork); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, NoTracking{}, err
	}
	if fork.String == "" {
		return nil, NoTracking{Reason: "the login may not see whether the database was restored (sys.database_recovery_status)",
			Remedy: "GRANT VIEW ANY DATABASE TO the login, in master."}, nil
	}
	of := []string{fork.String}
	for _, t := range tables {
		var said struct {
			Allowed int            `db:"allowed"`
			Valid   sql.NullInt64  `db:"valid"`
			KeptIn  sql.NullString `db:"kept_in"`
		}
		if err := sqlx.GetContext(ctx, q, &said, trackingTable, db.Quote(t.Schema, t.Name)); err != nil {
			return nil, NoTracking{}, err
		}
		name := t.Schema + "." + t.Name
		switch {
		case len(t.PrimaryKey) == 0:
			return nil, NoTracking{Off: true, Reason: name + " has no primary key that the login may read, without which nothing is tracked"}, nil
		case said.Allowed == 0:
			return nil, NoTracking{Reason: "the login may not see the changes of " + name, Remedy: db.grantTracking(t)}, nil
		case !said.Valid.Valid:
			return nil, NoTracking{Off: true, Reason: "the changes of " + name + " are not tracked", Remedy: db.trackTable(t)}, nil
		case said.KeptIn.String == "":
			return nil, NoTracking{Reason: "the login may not see whether tracking of " + name + " was switched off and on (sys.internal_tables)",
				Remedy: "GRANT VIEW DEFINITION TO the database's user of the login."}, nil
		}
		of = append(of, said.KeptIn.String)
		all.Valid = max(all.Valid, said.Valid.Int64)
	}
	all.Of = strings.Join(of, " ")
	return all, NoTracking{}, nil
}

func (db *DB) trackTable(t *catalog.Table) string {
	return "ALTER TABLE " + db.Quote(t.Schema, t.Name) + " ENABLE CHANGE_TRACKING;"
}

func (db *DB) grantTracking(t *catalog.Table) string {
	return "GRANT VIEW CHANGE TRACKING ON " + db.Quote(t.Schema, t.Name) + " TO the database's user of the login;"
}

// TrackedChanges spells the rows of a table, under an alias, that were inserted,
// updated or deleted by commits after a version: their primary key's columns.
func (db *DB) TrackedChanges(t *catalog.Table, alias string, after int64) string {
	return "CHANGETABLE(CHANGES " + db.Quote(t.Schema, t.Name) + ", " + strconv.FormatInt(after, 10) + ") AS " + db.Quote(alias)
}
