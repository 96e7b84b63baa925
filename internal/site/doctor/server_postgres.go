package doctor

import (
	"context"
	"net"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

type postgresServer struct{ facts }

func (s postgresServer) clock(ctx context.Context) (time.Time, error) {
	return utc(ctx, s.facts, `SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint`)
}

// encryption asks the server how it sees our connection. Only verify-full
// makes sure of whom we talk to.
func (s postgresServer) encryption(ctx context.Context) (encryption, error) {
	var row struct {
		TLS    bool   `db:"tls"`
		Detail string `db:"detail"`
		Client string `db:"client"` // empty over a Unix socket
		Server string `db:"server"`
	}
	err := s.pool().GetContext(ctx, &row, `
SELECT COALESCE(x.ssl, false) AS tls, COALESCE(x.version || ', ' || x.cipher, '') AS detail,
       COALESCE(host(inet_client_addr()), '') AS client, COALESCE(host(inet_server_addr()), '') AS server
FROM (SELECT 1) one LEFT JOIN pg_stat_ssl x ON x.pid = pg_backend_pid()`)
	if err != nil {
		return encryption{}, err
	}
	mode := dsnValue(s.d.DSN.Reveal(), "sslmode")
	return encryption{
		TLS: row.TLS, Detail: row.Detail, Unchecked: mode != "verify-full" && mode != "verify-ca",
		Local: row.Client == "" || net.ParseIP(row.Client).IsLoopback() || row.Client == row.Server,
	}, nil
}

func (s postgresServer) rights(ctx context.Context) (rights, error) {
	var role struct {
		Login      string `db:"login"`
		Super      bool   `db:"rolsuper"`
		CreateDB   bool   `db:"rolcreatedb"`
		CreateRole bool   `db:"rolcreaterole"`
		Replicate  bool   `db:"rolreplication"`
		BypassRLS  bool   `db:"rolbypassrls"`
		Owner      bool   `db:"owner"`
		Creates    bool   `db:"creates"`
	}
	err := s.pool().GetContext(ctx, &role, `
SELECT r.rolname AS login, r.rolsuper, r.rolcreatedb, r.rolcreaterole, r.rolreplication, r.rolbypassrls, d.datdba = r.oid AS owner,
       has_database_privilege(d.oid, 'CREATE') AS creates
FROM pg_roles r, pg_database d WHERE r.rolname = current_user AND d.datname = current_database()`)
	if err != nil {
		return rights{}, err
	}
	found := rights{Login: role.Login}
	for _, p := range []struct {
		has  bool
		name string
	}{
		{role.Super, "superuser"}, {role.CreateDB, "createdb"}, {role.CreateRole, "createrole"}, {role.Replicate, "replication"},
		{role.BypassRLS, "bypassrls"}, {role.Owner, "owner of the database"}, {role.Creates && !role.Super && !role.Owner, "create schemas in the database"},
	} {
		if p.has {
			found.Powers = append(found.Powers, p.name)
		}
	}
	// A right on one column is enough, and the owner of a table has them all.
	err = s.pool().SelectContext(ctx, &found.Writable, `
SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
  AND has_schema_privilege(n.oid, 'USAGE')
  AND (has_any_column_privilege(c.oid, 'INSERT, UPDATE') OR has_table_privilege(c.oid, 'DELETE, TRUNCATE'))
ORDER BY 1`)
	return found, err
}

// hidden: everybody may read the names in pg_class.
func (s postgresServer) hidden(ctx context.Context, name string) (tables []string, err error) {
	err = s.pool().SelectContext(ctx, &tables, `
SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND lower(c.relname) = lower($1) AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND NOT (has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT'))
ORDER BY 1`, name)
	return tables, err
}

func (s postgresServer) indexes(ctx context.Context, t *catalog.Table) (first []string, err error) {
	err = sqlx.SelectContext(ctx, s.pool(), &first, `
SELECT DISTINCT a.attname::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
WHERE n.nspname = $1 AND c.relname = $2 AND i.indisvalid AND i.indpred IS NULL ORDER BY 1`, t.Schema, t.Name)
	return first, err
}
