package erpsource

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
)

// statement is a SELECT whose columns are all text and have our own names.
type statement struct {
	noun    string
	idName  string // how people know the id's column
	names   []string
	exprs   []string
	from    string
	where   []string
	orderBy string
}

// id adds the column that identifies a record. It is trimmed where it is
// sorted as where it is read, so that both orders are the same.
func (s *statement) id(t *table, column string) {
	s.idName = column
	s.add("id", t.text(column))
	s.orderBy = t.shape.db.ByteOrder("rtrim(" + t.text(column) + ")")
}

func (s *statement) add(name, expr string) {
	s.names = append(s.names, name)
	s.exprs = append(s.exprs, expr)
}

func (s *statement) sql() string {
	return "SELECT " + strings.Join(s.exprs, ", ") + s.body() + " ORDER BY " + s.orderBy
}

func (s *statement) count() string { return "SELECT COUNT(*)" + s.body() }

func (s *statement) body() string {
	return " FROM " + s.from + " WHERE " + strings.Join(s.where, " AND ")
}

// lookup is a small table that is read whole, so that a record is never
// doubled by a join.
type lookup struct {
	name string
	sql  string // two text columns: key and value
}

// reader runs statements in the snapshot's transaction, each within the
// timeout, which engines without one of their own need.
type reader struct {
	tx      *sqlx.Tx
	timeout time.Duration
	lookups map[string]map[string]string
}

// query runs a statement. The caller cancels after the rows are closed.
func (r *reader) query(ctx context.Context, text string) (*sql.Rows, context.CancelFunc, error) {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	rows, err := r.tx.QueryContext(ctx, text)
	if err != nil {
		cancel()
		return nil, nil, err
	}
	return rows, cancel, nil
}

// pairs reads two text columns.
func (r *reader) pairs(ctx context.Context, text string) (out [][2]string, err error) {
	rows, cancel, err := r.query(ctx, text)
	if err != nil {
		return nil, err
	}
	defer cancel()
	defer func() { _ = rows.Close() }() // a failed read shows in rows.Err
	for rows.Next() {
		var a, b sql.NullString
		if err := rows.Scan(&a, &b); err != nil {
			return nil, err
		}
		out = append(out, [2]string{cleaned(a.String), cleaned(b.String)})
	}
	return out, rows.Err()
}

// load reads the lookups once.
func (r *reader) load(ctx context.Context, lookups []lookup) error {
	if r.lookups != nil {
		return nil
	}
	all := map[string]map[string]string{}
	for _, l := range lookups {
		pairs, err := r.pairs(ctx, l.sql)
		if err != nil {
			return fmt.Errorf("read %s: %w", l.name, err)
		}
		all[l.name] = make(map[string]string, len(pairs))
		for _, p := range pairs {
			all[l.name][p[0]] = p[1]
		}
	}
	r.lookups = all
	return nil
}

func (r *reader) count(ctx context.Context, s *statement) (n int, err error) {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	if err := r.tx.GetContext(ctx, &n, s.count()); err != nil {
		return 0, fmt.Errorf("count %ss: %w", s.noun, err)
	}
	return n, nil
}
