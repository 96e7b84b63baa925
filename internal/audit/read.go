package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/vantelle/vantelle/internal/store/sqlitefile"
)

// maxRead is how many records one Read gives at most.
const maxRead = 10000

// Query selects entries of the log.
type Query struct {
	Dossier    string    // empty for every one
	CustomerID string    // empty for every one
	From       time.Time // inclusive; zero for no bound
	To         time.Time // exclusive; zero for no bound
	Limit      int       // 1 to 10000
}

// Record is an entry with what became of it.
type Record struct {
	Entry
	Outcome *Outcome `json:"outcome,omitempty"` // nil where none was kept (yet)
}

// Read gives the entries that a query selects, the newest first: all whose Begin
// has returned here. Those of other processes that use the folder, and outcomes,
// appear within a second.
func (l *Files) Read(ctx context.Context, q Query) ([]Record, error) {
	if q.Limit < 1 || q.Limit > maxRead {
		return nil, fmt.Errorf("read audit log: the limit is %d and must be from 1 to %d", q.Limit, maxRead)
	}
	if err := l.catchUp(ctx); err != nil {
		return nil, fmt.Errorf("read audit log: %w", err)
	}
	months, err := l.months()
	if err != nil {
		return nil, fmt.Errorf("read audit log: %w", err)
	}
	var records []Record
	for _, m := range slices.Backward(months) {
		if !q.From.IsZero() && m < monthOf(q.From) || !q.To.IsZero() && m > monthOf(q.To) {
			continue
		}
		some, err := readMonth(ctx, m.path(l.dir), q, q.Limit-len(records))
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted by the retention since it was listed
		}
		if err != nil {
			return nil, fmt.Errorf("read audit log of %s: %w", m, err)
		}
		if records = append(records, some...); len(records) == q.Limit {
			break
		}
	}
	return records, nil
}

// catchUp has everything brought over that is in a journal, of ended processes too.
// After Close that is done.
func (l *Files) catchUp(ctx context.Context) error {
	var brought, left error
	err := l.call(ctx, func(w *writer) {
		brought = w.bringEntries()
		left = w.takeLeftovers()
	})
	if errors.Is(err, ErrClosed) {
		select {
		case <-l.stopped:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return errors.Join(err, brought, left)
}

// months lists the months that have a file, in order.
func (l *Files) months() ([]month, error) {
	entries, err := os.ReadDir(l.dir)
	if err != nil {
		return nil, err
	}
	var months []month
	for _, e := range entries {
		if found := fileName.FindStringSubmatch(e.Name()); found != nil {
			months = append(months, month(found[1]))
		}
	}
	slices.Sort(months)
	return months, nil
}

// row is an entry joined with its outcome, where it has one.
type row struct {
	ID         string  `db:"id"`
	At         int64   `db:"at"`
	RequestID  string  `db:"request_id"`
	Dossier    string  `db:"dossier"`
	KeyID      string  `db:"key_id"`
	CustomerID string  `db:"customer_id"`
	Actor      string  `db:"actor"`
	Contact    string  `db:"contact"`
	Front      string  `db:"front"`
	Action     string  `db:"action"`
	Tables     string  `db:"tables"`
	View       string  `db:"view"`
	Decision   string  `db:"decision"`
	Code       string  `db:"code"`
	Digest     string  `db:"digest"`
	Rows       *int64  `db:"rows"`
	Millis     *int64  `db:"millis"`
	EndCode    *string `db:"end_code"`
}

func (r row) record() (Record, error) {
	rec := Record{Entry: Entry{
		ID: r.ID, Time: time.UnixMicro(r.At).UTC(), RequestID: r.RequestID, Dossier: r.Dossier, KeyID: r.KeyID,
		CustomerID: r.CustomerID, Actor: r.Actor, Contact: r.Contact, Front: r.Front, Action: r.Action,
		View: r.View, Decision: r.Decision, Code: r.Code, Digest: r.Digest,
	}}
	if err := json.Unmarshal([]byte(r.Tables), &rec.Tables); err != nil {
		return Record{}, fmt.Errorf("tables of entry %s: %w", r.ID, err)
	}
	if r.Rows != nil && r.Millis != nil && r.EndCode != nil {
		rec.Outcome = &Outcome{ID: r.ID, Rows: *r.Rows, Millis: *r.Millis, Code: *r.EndCode}
	}
	return rec, nil
}

// readMonth reads one file over a connection of its own, beside the writer's.
func readMonth(ctx context.Context, path string, q Query, limit int) (records []Record, err error) {
	db, err := sqlitefile.OpenReader(ctx, path, 1)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()

	var tables int
	if err := db.GetContext(ctx, &tables, "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table'"); err != nil || tables == 0 {
		return nil, err // without tables it is being made this very moment
	}
	var where strings.Builder
	var args []any
	and := func(condition string, arg any) {
		where.WriteString(" AND " + condition)
		args = append(args, arg)
	}
	if q.Dossier != "" {
		and("e.dossier = ?", q.Dossier)
	}
	if q.CustomerID != "" {
		and("e.customer_id = ?", q.CustomerID)
	}
	if !q.From.IsZero() {
		and("e.at >= ?", q.From.UnixMicro())
	}
	if !q.To.IsZero() {
		and("e.at < ?", q.To.UnixMicro())
	}
	var rows []row
	err = db.SelectContext(ctx, &rows, `SELECT e.id, e.at, e.request_id, e.dossier, e.key_id, e.customer_id, e.actor,
			e.contact, e.front, e.action, e.tables, e.view, e.decision, e.code, e.digest,
			o.rows AS rows, o.millis AS millis, o.code AS end_code
		FROM entries e LEFT JOIN outcomes o ON o.id = e.id
		WHERE 1 = 1`+where.String()+" ORDER BY e.at DESC, e.id DESC LIMIT ?", append(args, limit)...)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		rec, err := r.record()
		if err != nil {
			return nil, err
		}
		records = append(records, rec)
	}
	return records, nil
}
