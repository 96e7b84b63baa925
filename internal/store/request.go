package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
)

const requestColumns = `id, dossier, customer_id, key_id, contact, actor, kind, profile, profile_version, body, idempotency_key, digest,
	state, received_at, changed_at, reason, number, attempts, taken_by, lease, leased_until, note`

// requestRow is a request as its table keeps it.
type requestRow struct {
	directory.Request
	ReceivedAt micros  `db:"received_at"`
	ChangedAt  micros  `db:"changed_at"`
	Until      *micros `db:"leased_until"`
}

func (r requestRow) request() directory.Request {
	q := r.Request
	q.ReceivedAt, q.ChangedAt, q.Until = r.ReceivedAt.Time, r.ChangedAt.Time, r.Until.when()
	return q
}

// lapsed is the condition of requests whose lease has run out: they wait again,
// though nobody has written it down.
func (d *DB) lapsed() string {
	return "(state = 'taken' AND leased_until IS NOT NULL AND leased_until <= " + d.engine.clock() + ")"
}

// shownRequest are the columns of a request with the state that it is in now.
func (d *DB) shownRequest() string {
	return strings.Replace(requestColumns, "\n\tstate,", " CASE WHEN "+d.lapsed()+" THEN 'received' ELSE state END AS state,", 1)
}

// ofThisEpoch is the condition of requests that the company made that stands
// under the customer's id now, and none that stood there before.
const ofThisEpoch = "epoch = (SELECT c.epoch FROM customers c WHERE c.dossier = requests.dossier AND c.id = requests.customer_id)"

// unasked is the condition of requests of which it is not in doubt whose they are:
// nobody is asked about the customer, or an administrator has let him in all the same.
const unasked = `(NOT EXISTS (SELECT 1 FROM decisions WHERE decisions.dossier = requests.dossier AND decisions.customer_id = requests.customer_id AND ` + asksWhoStandsThere + `)
	OR EXISTS (SELECT 1 FROM accesses a WHERE a.dossier = requests.dossier AND a.customer_id = requests.customer_id AND a.state = 'granted'))`

// AddRequest implements directory.RequestStore. The row of the access is locked,
// so that two at once cannot both find room for the last one.
func (d *DB) AddRequest(ctx context.Context, r directory.Request, most int) (directory.Request, bool, error) {
	stored, fresh := directory.Request{}, false
	err := d.write(ctx, func(t tx) error {
		a, err := t.accessOf(r.Dossier, r.CustomerID)
		if err != nil {
			return err
		}
		if a.State != directory.AccessGranted {
			return directory.ErrNotFound
		}
		if r.IdempotencyKey != "" {
			var row requestRow
			err := t.get(&row, "SELECT "+d.shownRequest()+" FROM requests WHERE dossier = ? AND customer_id = ? AND idempotency_key = ? AND "+ofThisEpoch, r.Dossier, r.CustomerID, r.IdempotencyKey)
			if err == nil {
				stored = row.request()
				return errUnchanged
			}
			if !errors.Is(err, directory.ErrNotFound) {
				return err
			}
		}
		var open int
		err = t.get(&open, "SELECT COUNT(*) FROM requests WHERE dossier = ? AND customer_id = ? AND state IN ('received', 'taken') AND "+ofThisEpoch, r.Dossier, r.CustomerID)
		if err != nil {
			return err
		}
		if open >= most {
			return directory.ErrFull
		}
		if r.ReceivedAt.IsZero() {
			r.ReceivedAt = d.now()
		}
		r.ReceivedAt = asStored(r.ReceivedAt)
		r.State, r.ChangedAt = directory.RequestReceived, r.ReceivedAt
		r.Reason, r.Number, r.Attempts, r.TakenBy, r.Lease, r.Until, r.Note = "", "", 0, "", "", nil, ""
		_, err = t.exec("INSERT INTO requests ("+requestColumns+", not_before, epoch) VALUES ("+marks(23)+", (SELECT epoch FROM customers WHERE dossier = ? AND id = ?))",
			r.ID, r.Dossier, r.CustomerID, r.KeyID, r.Contact, r.Actor, r.Kind, r.Profile, r.Version, r.Body, r.IdempotencyKey, r.Digest,
			r.State, micros{r.ReceivedAt}, micros{r.ChangedAt}, "", "", 0, "", "", nil, "", 0, r.Dossier, r.CustomerID)
		if err != nil {
			return err
		}
		stored, fresh = r, true
		return t.recordRequest(d, r, r.KeyID, "receive", map[string]string{"kind": r.Kind, "customer": r.CustomerID, "actor": r.Actor})
	})
	if err != nil {
		return directory.Request{}, false, fmt.Errorf("store request of customer %s in dossier %s: %w", r.CustomerID, r.Dossier, err)
	}
	return stored, fresh, nil
}

func (t tx) recordRequest(d *DB, r directory.Request, by, action string, detail map[string]string) error {
	for name, value := range detail {
		if value == "" {
			delete(detail, name)
		}
	}
	return t.record(d, directory.Act{By: by, Noun: "request", Object: r.Dossier + "/" + r.ID, Action: action, Detail: detail})
}

// Request implements directory.RequestStore.
func (d *DB) Request(ctx context.Context, dossier, id string) (directory.Request, error) {
	var row requestRow
	if err := d.get(ctx, &row, "SELECT "+d.shownRequest()+" FROM requests WHERE dossier = ? AND id = ?", dossier, id); err != nil {
		return directory.Request{}, fmt.Errorf("read request %s of dossier %s: %w", id, dossier, err)
	}
	return row.request(), nil
}

// RequestByKey implements directory.RequestStore.
func (d *DB) RequestByKey(ctx context.Context, dossier, customerID, key string) (directory.Request, error) {
	var row requestRow
	err := d.get(ctx, &row, "SELECT "+d.shownRequest()+" FROM requests WHERE dossier = ? AND customer_id = ? AND idempotency_key = ? AND idempotency_key <> '' AND "+ofThisEpoch, dossier, customerID, key)
	if err != nil {
		return directory.Request{}, fmt.Errorf("read request of customer %s in dossier %s by its key: %w", customerID, dossier, err)
	}
	return row.request(), nil
}

// Requests implements directory.RequestStore.
func (d *DB) Requests(ctx context.Context, q directory.RequestQuery) ([]directory.Request, error) {
	where, args := "dossier = ?", []any{q.Dossier}
	if q.CustomerID != "" {
		where, args = where+" AND customer_id = ?", append(args, q.CustomerID)
	}
	if q.CustomerID != "" && !q.Former {
		where += " AND " + ofThisEpoch
	}
	where, args = amongst(where, args, "id", q.IDs)
	where, args = amongst(where, args, "kind", q.Kinds)
	if len(q.States) > 0 {
		where, args = amongst(where, args, "CASE WHEN "+d.lapsed()+" THEN 'received' ELSE state END", q.States)
	}
	order, beyond := "id", " AND id > ?"
	if q.Newest {
		order, beyond = "id DESC", " AND id < ?"
	}
	if q.After != "" {
		where, args = where+beyond, append(args, q.After)
	}
	page := " FROM requests WHERE " + where + " ORDER BY " + order + " LIMIT ? OFFSET ?"
	args = append(args, max(q.Limit, 0), max(q.Offset, 0))
	columns := d.shownRequest()
	switch {
	case q.NoBody:
		columns = strings.Replace(columns, " body,", " '' AS body,", 1)
	case q.Bytes > 0:
		var bytes int64
		if err := d.get(ctx, &bytes, "SELECT COALESCE(SUM(bytes), 0) FROM (SELECT OCTET_LENGTH(body) AS bytes"+page+") page", args...); err != nil {
			return nil, fmt.Errorf("measure requests of dossier %s: %w", q.Dossier, err)
		}
		if bytes > q.Bytes {
			return nil, fmt.Errorf("list requests of dossier %s: %d bytes: %w", q.Dossier, bytes, directory.ErrTooLarge)
		}
	}
	var rows []requestRow
	if err := d.list(ctx, &rows, "SELECT "+columns+page, args...); err != nil {
		return nil, fmt.Errorf("list requests of dossier %s: %w", q.Dossier, err)
	}
	return convert(rows, requestRow.request), nil
}

// amongst adds a condition that something is one of some values, where there are any.
func amongst[T ~string](where string, args []any, what string, values []T) (string, []any) {
	if len(values) == 0 {
		return where, args
	}
	for _, v := range values {
		args = append(args, string(v))
	}
	return where + " AND " + what + " IN (" + marks(len(values)) + ")", args
}

// CountRequests implements directory.RequestStore.
func (d *DB) CountRequests(ctx context.Context) ([]directory.RequestCount, error) {
	var rows []struct {
		directory.RequestCount
		Oldest micros `db:"oldest"`
	}
	err := d.list(ctx, &rows, "SELECT dossier, shown AS state, COUNT(*) AS n, MIN(received_at) AS oldest FROM (SELECT dossier, received_at, CASE WHEN "+d.lapsed()+
		" THEN 'received' ELSE state END AS shown FROM requests WHERE state IN ('received', 'taken')) open GROUP BY dossier, shown ORDER BY dossier, shown")
	if err != nil {
		return nil, fmt.Errorf("count requests: %w", err)
	}
	counts := make([]directory.RequestCount, len(rows))
	for i, row := range rows {
		counts[i] = row.RequestCount
		counts[i].Oldest = row.Oldest.Time
	}
	return counts, nil
}

// TakeRequests implements directory.RequestStore. Whoever comes second to a row
// waits for the first one's commit, finds it taken, and looks for others.
func (d *DB) TakeRequests(ctx context.Context, take directory.RequestTaking) ([]directory.Request, error) {
	var taken []directory.Request
	err := d.write(ctx, func(t tx) error {
		taken = nil
		waits := "(state = 'received' OR " + d.lapsed() + ") AND not_before <= " + d.engine.clock() + " AND " + unasked
		where, args := amongst("dossier = ?", []any{take.Dossier}, "kind", take.Kinds)
		where, args = amongst(where, args, "id", take.IDs)
		for last := ""; len(taken) < take.Limit; {
			var ids []string
			err := t.SelectContext(ctx, &ids, t.Rebind("SELECT id FROM requests WHERE "+where+" AND id > ? AND "+waits+" ORDER BY id LIMIT ?"),
				append(args[:len(args):len(args)], last, take.Limit-len(taken))...)
			if err != nil {
				return err
			}
			if len(ids) == 0 {
				break
			}
			last = ids[len(ids)-1]
			for _, id := range ids {
				if err := d.take(t, take, id, waits, &taken); err != nil {
					return err
				}
			}
		}
		for _, r := range taken {
			if err := t.recordRequest(d, r, take.By, "take", map[string]string{"attempt": strconv.Itoa(r.Attempts)}); err != nil {
				return err
			}
		}
		if len(taken) == 0 {
			return errUnchanged
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("take requests of dossier %s: %w", take.Dossier, err)
	}
	return taken, nil
}

// take takes one request, if it still waits.
func (d *DB) take(t tx, take directory.RequestTaking, id, waits string, taken *[]directory.Request) error {
	until, args := "NULL", []any{take.By, rand.Text()}
	if take.Lease > 0 {
		until, args = d.engine.clock()+" + ?", append(args, take.Lease.Microseconds())
	}
	n, err := t.exec("UPDATE requests SET state = 'taken', attempts = attempts + 1, taken_by = ?, lease = ?, leased_until = "+until+", changed_at = ?, note = '' WHERE id = ? AND "+waits,
		append(args, micros{d.now()}, id)...)
	if err != nil || n == 0 {
		return err
	}
	var row requestRow
	if err := t.get(&row, "SELECT "+requestColumns+" FROM requests WHERE id = ?", id); err != nil {
		return err
	}
	*taken = append(*taken, row.request())
	return nil
}

// SettleRequest implements directory.RequestStore.
func (d *DB) SettleRequest(ctx context.Context, s directory.RequestSettling) (directory.Request, error) {
	var settled directory.Request
	err := d.write(ctx, func(t tx) error {
		var row struct {
			requestRow
			Lapsed bool `db:"lapsed"`
		}
		err := t.get(&row, "SELECT "+requestColumns+", CASE WHEN leased_until IS NULL OR leased_until <= "+d.engine.clock()+
			" THEN TRUE ELSE FALSE END AS lapsed FROM requests WHERE dossier = ? AND id = ?"+t.engine.lockRow(), s.Dossier, s.ID)
		if err != nil {
			return err
		}
		settled = row.request()
		switch done, err := settleable(settled, row.Lapsed, s); {
		case err != nil:
			return err
		case done:
			return errUnchanged
		}
		settled.State, settled.Until, settled.ChangedAt = s.To, nil, asStored(d.now())
		action, detail := "done", map[string]string{"number": s.Number}
		wait := "0"
		switch s.To {
		case directory.RequestDone:
			settled.Number = s.Number
		case directory.RequestRefused:
			settled.Reason = s.Reason
			action, detail = "refuse", map[string]string{"reason": s.Reason}
		case directory.RequestTaken:
			action, detail = "hand_over", nil
		case directory.RequestReceived:
			settled.Note, settled.Lease = s.Reason, ""
			action, detail = "return", map[string]string{"note": s.Reason}
			wait = d.engine.clock() + " + " + strconv.FormatInt(max(s.Wait, 0).Microseconds(), 10)
		default:
			return fmt.Errorf("a request cannot be settled as %q", s.To)
		}
		_, err = t.exec("UPDATE requests SET state = ?, reason = ?, number = ?, lease = ?, leased_until = NULL, changed_at = ?, note = ?, not_before = "+wait+" WHERE id = ?",
			settled.State, settled.Reason, settled.Number, settled.Lease, micros{settled.ChangedAt}, settled.Note, s.ID)
		if err != nil {
			return err
		}
		return t.recordRequest(d, settled, s.By, action, detail)
	})
	if err != nil {
		return directory.Request{}, fmt.Errorf("settle request %s of dossier %s: %w", s.ID, s.Dossier, err)
	}
	return settled, nil
}

// settleable tells whether a word on a request was said already, or why it may
// not be said. lapsed is whether nobody has it by a lease.
func settleable(r directory.Request, lapsed bool, s directory.RequestSettling) (done bool, err error) {
	switch {
	case r.State.Final() && r.State == s.To && r.Number == s.Number && r.Reason == s.Reason:
		return true, nil
	case r.State.Final():
		return false, fmt.Errorf("it is %s already: %w", r.State, directory.ErrConflict)
	case r.State == directory.RequestReceived && s.To == directory.RequestReceived:
		return true, nil
	case s.To == directory.RequestTaken && (r.State != directory.RequestTaken || s.Lease == ""):
		return false, fmt.Errorf("it is not taken: %w", directory.ErrConflict)
	case s.Lease != "" && s.Lease != r.Lease:
		return false, fmt.Errorf("it was taken anew since, by %s: %w", r.TakenBy, directory.ErrConflict)
	case s.Lease == "" && r.State == directory.RequestTaken && !lapsed && r.TakenBy != s.By:
		return false, fmt.Errorf("%s has it: %w", r.TakenBy, directory.ErrConflict)
	}
	return false, nil
}

// PruneRequests implements directory.RequestStore.
func (d *DB) PruneRequests(ctx context.Context, before time.Time) (int, error) {
	var pruned int64
	err := d.write(ctx, func(t tx) (err error) {
		pruned, err = t.exec("DELETE FROM requests WHERE state IN ('refused', 'done') AND changed_at < ?", micros{before})
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("delete old requests: %w", err)
	}
	return int(pruned), nil
}
