package doctor

import (
	"context"
	"strings"
	"time"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

type sqlserverServer struct{ facts }

func (s sqlserverServer) clock(ctx context.Context) (time.Time, error) {
	return utc(ctx, s.facts, `SELECT DATEDIFF_BIG(microsecond, '1970-01-01', SYSUTCDATETIME())`)
}

// encryption comes from the configuration: to see its own connection's, a login
// would need VIEW SERVER STATE, which none should have for that.
func (s sqlserverServer) encryption(ctx context.Context) (encryption, error) {
	transport, err := told[string](ctx, s.facts, `SELECT CAST(CONNECTIONPROPERTY('net_transport') AS nvarchar(40))`)
	if err != nil {
		return encryption{}, err
	}
	mode, trusted := string(s.d.Encrypt), s.d.TrustServerCertificate
	host, _, _ := strings.Cut(s.d.Server, `\`)
	if dsn := s.d.DSN.Reveal(); dsn != "" {
		mode, trusted = dsnValue(dsn, "encrypt"), strings.EqualFold(dsnValue(dsn, "trustservercertificate"), "true")
		host = hostOfURL(dsn)
	}
	mode = strings.ToLower(mode)
	return encryption{
		TLS: mode == "true" || mode == "strict", Detail: "encrypt: " + mode, Unchecked: trusted,
		Local: transport == "Shared memory" || loopback(host) || host == "." || host == "(local)",
	}, nil
}

func (s sqlserverServer) rights(ctx context.Context) (rights, error) {
	login, err := told[string](ctx, s.facts, `SELECT CAST(ORIGINAL_LOGIN() AS nvarchar(128))`)
	if err != nil {
		return rights{}, err
	}
	r := rights{Login: login}
	if err := s.pool().SelectContext(ctx, &r.Powers, `
SELECT N'member of ' + x.name FROM (VALUES (N'sysadmin'), (N'securityadmin'), (N'dbcreator')) AS x (name) WHERE IS_SRVROLEMEMBER(x.name) = 1
UNION ALL
SELECT N'member of ' + x.name FROM (VALUES (N'db_owner'), (N'db_ddladmin'), (N'db_securityadmin'), (N'db_datawriter')) AS x (name) WHERE IS_ROLEMEMBER(x.name) = 1
UNION ALL
SELECT p.permission_name + N' on the database' FROM sys.fn_my_permissions(NULL, 'DATABASE') AS p
WHERE p.permission_name IN (N'CONTROL', N'ALTER', N'INSERT', N'UPDATE', N'DELETE', N'CREATE TABLE', N'EXECUTE')`); err != nil {
		return rights{}, err
	}
	err = s.pool().SelectContext(ctx, &r.Writable, `
SELECT s.name + N'.' + o.name FROM sys.objects AS o JOIN sys.schemas AS s ON s.schema_id = o.schema_id
WHERE o.type IN ('U', 'V') AND o.is_ms_shipped = 0
  AND (HAS_PERMS_BY_NAME(QUOTENAME(s.name) + N'.' + QUOTENAME(o.name), 'OBJECT', 'INSERT') = 1
    OR HAS_PERMS_BY_NAME(QUOTENAME(s.name) + N'.' + QUOTENAME(o.name), 'OBJECT', 'UPDATE') = 1
    OR HAS_PERMS_BY_NAME(QUOTENAME(s.name) + N'.' + QUOTENAME(o.name), 'OBJECT', 'DELETE') = 1)
ORDER BY 1`)
	return r, err
}

// hidden: the server shows nobody the names of what he has no right on.
func (sqlserverServer) hidden(context.Context, string) ([]string, error) { return nil, errNotTold }

func (s sqlserverServer) indexes(ctx context.Context, t *catalog.Table) (first []string, err error) {
	err = s.pool().SelectContext(ctx, &first, `
SELECT DISTINCT c.name FROM sys.indexes AS i
JOIN sys.objects AS o ON o.object_id = i.object_id JOIN sys.schemas AS s ON s.schema_id = o.schema_id
JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id AND ic.key_ordinal = 1
JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
WHERE s.name = @p1 AND o.name = @p2 AND i.is_disabled = 0 AND i.is_hypothetical = 0 AND i.has_filter = 0`, t.Schema, t.Name)
	return first, err
}
