package erpsource

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/vantelle/vantelle/internal/erp"
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

	marker string        // the rows' change marker; empty for none
	others []otherMarker // of tables beside

	remarks func(r *row) []string // what is to be said of a record that is taken all the same; may be nil
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

// sql is the statement, sorted.
func (s *statement) sql() string {
	return "SELECT " + strings.Join(s.exprs, ", ") + s.body() + " ORDER BY " + s.orderBy
}

// changedOnly is the statement for the rows that meet a condition, unsorted.
func (s *statement) changedOnly(condition string) string {
	return "SELECT " + strings.Join(s.exprs, ", ") + s.bodyAnd(condition)
}

// bodyAnd is the statement's FROM and WHERE with one more condition.
func (s *statement) bodyAnd(condition string) string {
	narrower := *s
	narrower.where = append(slices.Clone(s.where), condition)
	return narrower.body()
}

// idsOnly is the statement for nothing but its ids.
func (s *statement) idsOnly() string {
	return "SELECT " + s.exprs[slices.Index(s.names, "id")] + s.body() + " ORDER BY " + s.orderBy
}

func (s *statement) count() string { return "SELECT COUNT(*)" + s.body() }

func (s *statement) body() string {
	if len(s.where) == 0 {
		return " FROM " + s.from
	}
	return " FROM " + s.from + " WHERE " + strings.Join(s.where, " AND ")
}

// reader runs statements in the snapshot's transaction, each within the
// timeout, which engines without one of their own need.
type reader struct {
	db      *erp.DB
	tx      *sqlx.Tx
	timeout time.Duration
	lookups map[string]map[string][]string // by name and key
}

// query runs a statement. The caller cancels after the rows are closed.
func (r *reader) query(ctx context.Context, text string, args ...any) (*sql.Rows, context.CancelFunc, error) {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	rows, err := r.tx.QueryContext(ctx, text, args...)
	if err != nil {
		cancel()
		return nil, nil, err
	}
	return rows, cancel, nil
}

func (r *reader) count(ctx context.Context, s *statement) (n int, err error) {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	if err := r.tx.GetContext(ctx, &n, s.count()); err != nil {
		return 0, fmt.Errorf("count %ss: %w", s.noun, err)
	}
	return n, nil
}
