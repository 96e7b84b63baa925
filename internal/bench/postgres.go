package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// postgresServer is where VANTELLE_TEST_POSTGRES points; make bench starts a
// private server where nothing does.
const postgresServer = "VANTELLE_TEST_POSTGRES"

// place is a schema of its own in a PostgreSQL database.
type place struct {
	dsn    string // connections made with it look for unqualified tables in the schema
	schema string
	db     *sql.DB
}

// openPlace makes a schema on the server; drop it.
func openPlace(ctx context.Context) (*place, error) {
	server := os.Getenv(postgresServer)
	if server == "" {
		return nil, errors.New(postgresServer + " is not set: run this with make bench, which starts a server, or give the DSN of a PostgreSQL database")
	}
	p := &place{schema: "bench_" + strings.ToLower(rand.Text()[:12])}
	at, err := url.Parse(server)
	if err != nil || at.Scheme == "" {
		return nil, errors.New(postgresServer + " must be a URL: postgres://user:password@host:port/database")
	}
	query := at.Query()
	query.Set("search_path", p.schema)
	at.RawQuery = query.Encode()
	p.dsn = at.String()
	if p.db, err = sql.Open("pgx", p.dsn); err != nil {
		return nil, err
	}
	if _, err := p.db.ExecContext(ctx, "CREATE SCHEMA "+p.schema); err != nil {
		return nil, errors.Join(fmt.Errorf("make a schema: %w", err), p.db.Close())
	}
	return p, nil
}

// drop removes the schema and what is in it, also where ctx of the measurement has ended.
func (p *place) drop() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	_, err := p.db.ExecContext(ctx, "DROP SCHEMA "+p.schema+" CASCADE")
	return errors.Join(err, p.db.Close())
}

// fill makes the shop's tables with so many documents, spread evenly over so
// many customers from the first on, and has the server learn what is in them.
// One document in 19 is a draft, which no customer sees.
func (p *place) fill(ctx context.Context, documents, customers, first int) error {
	for _, statement := range []string{
		shopTables,
		fmt.Sprintf(`INSERT INTO docs SELECT n, 'C' || lpad((%[3]d + n %% %[2]d)::text, 4, '0'), CASE WHEN n %% 19 = 0 THEN 9 ELSE 1 + n %% 2 END, 'D-' || n,
			n * 1.25, n, timestamp '2026-01-01' + n * interval '1 minute', CASE WHEN n %% 5 > 0 THEN date '2026-02-01' + n %% 300 END,
			CASE WHEN n %% 3 = 0 THEN 'Livraison à Béziers, "quai ' || n %% 7 || '"' END
			FROM generate_series(1, %[1]d) n`, documents, customers, first),
		"CREATE INDEX docs_by_owner ON docs (owner, made)",
		"ANALYZE docs",
	} {
		if _, err := p.db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("fill the shop: %w", err)
		}
	}
	return nil
}
