package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
)

const decisionColumns = `id, dossier, kind, customer_id, other_id, run_id, detail, asked_at, verdict, decided_by, decided_at, note`

// decisionRow is a decision as its table keeps it.
type decisionRow struct {
	directory.Decision
	AskedAt   micros  `db:"asked_at"`
	DecidedAt *micros `db:"decided_at"`
}

func (r decisionRow) decision() directory.Decision {
	d := r.Decision
	d.AskedAt, d.DecidedAt = r.AskedAt.Time, r.DecidedAt.when()
	return d
}

// asksWhoStandsThere is the condition of open decisions about whether the company
// under an id is still the one that stood there.
const asksWhoStandsThere = "verdict = '' AND kind IN ('replaced', 'returned', 'code_reused')"

// askDecisions keeps what a plan asks, but for what is asked already, and of
// customers who have no access that could be at stake, nor left anything that
// another company would find.
func (t tx) askDecisions(runID, dossier string, asked []directory.Decision, at micros) error {
	for i, d := range asked {
		var n int
		left := ""
		if standsThere(d.Kind) {
			left = `OR EXISTS (SELECT 1 FROM memberships m WHERE m.dossier = customers.dossier AND m.customer_id = customers.id)
				OR EXISTS (SELECT 1 FROM requests r WHERE r.dossier = customers.dossier AND r.customer_id = customers.id AND r.epoch = customers.epoch)`
		}
		err := t.get(&n, `SELECT COUNT(*) FROM customers WHERE dossier = ? AND id = ?
				AND (EXISTS (SELECT 1 FROM accesses a WHERE a.dossier = customers.dossier AND a.customer_id = customers.id AND a.state <> 'revoked') `+left+`)
				AND NOT EXISTS (SELECT 1 FROM decisions WHERE dossier = ? AND kind = ? AND customer_id = ? AND other_id = ? AND verdict = '')`,
			dossier, d.CustomerID, dossier, d.Kind, d.CustomerID, d.OtherID)
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		_, err = t.exec("INSERT INTO decisions ("+decisionColumns+") VALUES ("+marks(12)+")",
			runID+"-"+strconv.Itoa(i+1), dossier, d.Kind, d.CustomerID, d.OtherID, runID, d.Detail, at, "", "", nil, "")
		if err != nil {
			return err
		}
	}
	return nil
}

// standsThere tells whether a decision asks what asksWhoStandsThere says.
func standsThere(kind directory.DecisionKind) bool {
	return kind == directory.DecideReplaced || kind == directory.DecideReturned || kind == directory.DecideCodeReused
}

// forgetUnasked raises the epochs of customers who have become others where there
// is nothing to ask anybody about: files that were pushed may still be there.
func (t tx) forgetUnasked(dossier string, customerIDs []string) error {
	return inChunks(customerIDs, func(marks string, ids []any) error {
		_, err := t.exec("UPDATE customers SET epoch = epoch + 1 WHERE dossier = ? AND id IN ("+marks+`)
			AND NOT EXISTS (SELECT 1 FROM decisions WHERE decisions.dossier = customers.dossier AND decisions.customer_id = customers.id AND `+asksWhoStandsThere+`)
			AND NOT EXISTS (SELECT 1 FROM accesses a WHERE a.dossier = customers.dossier AND a.customer_id = customers.id AND a.state <> 'revoked')`, append([]any{dossier}, ids...)...)
		return err
	})
}

// Decisions implements directory.SyncStore.
func (d *DB) Decisions(ctx context.Context, dossier string, open bool, limit int) ([]directory.Decision, error) {
	where := ""
	if open {
		where = " AND verdict = ''"
	}
	var rows []decisionRow
	err := d.list(ctx, &rows, "SELECT "+decisionColumns+" FROM decisions WHERE dossier = ?"+where+" ORDER BY asked_at DESC, id LIMIT ?", dossier, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("list decisions of dossier %s: %w", dossier, err)
	}
	return convert(rows, decisionRow.decision), nil
}

// Decision implements directory.SyncStore.
func (d *DB) Decision(ctx context.Context, id string) (directory.Decision, error) {
	var row decisionRow
	if err := d.get(ctx, &row, "SELECT "+decisionColumns+" FROM decisions WHERE id = ?", id); err != nil {
		return directory.Decision{}, fmt.Errorf("read decision %s: %w", id, err)
	}
	return row.decision(), nil
}

// Decide implements directory.SyncStore.
func (d *DB) Decide(ctx context.Context, id string, v directory.Verdict, by, note string, at time.Time) (directory.Decision, error) {
	if v != directory.VerdictSame && v != directory.VerdictNotSame {
		return directory.Decision{}, fmt.Errorf("answer decision %s: the answer must be same or not_same, not %q", id, v)
	}
	at = asStored(at)
	var q directory.Decision
	err := d.write(ctx, func(t tx) error {
		if err := t.raiseRevision(); err != nil {
			return err
		}
		var row decisionRow
		if err := t.get(&row, "SELECT "+decisionColumns+" FROM decisions WHERE id = ?"+t.engine.lockRow(), id); err != nil {
			return err
		}
		if q = row.decision(); q.Verdict != "" {
			return fmt.Errorf("it was answered with %s by %s: %w", q.Verdict, q.DecidedBy, directory.ErrConflict)
		}
		q.Verdict, q.DecidedBy, q.DecidedAt, q.Note = v, by, &at, note
		if err := t.follow(d, q); err != nil {
			return err
		}
		_, err := t.exec("UPDATE decisions SET verdict = ?, decided_by = ?, decided_at = ?, note = ? WHERE id = ?", v, by, micros{at}, note, id)
		return err
	})
	if err != nil {
		return directory.Decision{}, fmt.Errorf("answer decision %s: %w", id, err)
	}
	return q, nil
}

// follow does to the accesses what an answer means.
func (t tx) follow(d *DB, q directory.Decision) error {
	switch q.Kind {
	case directory.DecideRenamed, directory.DecideMerged, directory.DecideRecreated:
		if q.Verdict == directory.VerdictSame {
			return t.moveAccess(d, q)
		}
		return nil // the access of who is gone stays suspended
	}
	if q.Verdict == directory.VerdictNotSame {
		if err := t.keepApart(d, q); err != nil {
			return fmt.Errorf("keep apart what the company before left: %w", err)
		}
	}
	a, err := t.accessOf(q.Dossier, q.CustomerID)
	if errors.Is(err, directory.ErrNotFound) {
		return nil // nobody had granted one
	}
	if err != nil {
		return err
	}
	if a.State != directory.AccessSuspended || a.SuspendedBy != directory.SuspendedByIdentity {
		return nil // an administrator has decided of the access itself
	}
	if q.Verdict == directory.VerdictNotSame {
		a.State = directory.AccessRevoked
	} else if a.State = a.SuspendedFrom; a.State == "" {
		a.State = directory.AccessPending
	}
	var there int
	err = t.get(&there, "SELECT COUNT(*) FROM customers WHERE dossier = ? AND id = ? AND removed_at IS NULL", q.Dossier, q.CustomerID)
	if err != nil {
		return err
	}
	a.SuspendedBy, a.SuspendedFrom = "", ""
	if there == 0 && a.State != directory.AccessRevoked { // gone meanwhile: as if the sync had suspended it
		a.SuspendedBy, a.SuspendedFrom, a.State = directory.SuspendedBySync, a.State, directory.AccessSuspended
	}
	return t.changeAccess(a, q)
}

// anotherCompany is why the requests of one that is gone are refused.
const anotherCompany = "another company stands under the customer's number now"

// keepApart sees to it that a company finds nothing of the one that stood under
// its id before: people of that one are let in no longer, what it asked for is
// never brought into the ERP in the other's name, nor shown to it, and files that
// were pushed for it stay behind. What came after the question was asked is of the
// one that is there now: until somebody let it in, nothing could come.
func (t tx) keepApart(d *DB, q directory.Decision) error {
	gone, err := t.exec("DELETE FROM memberships WHERE dossier = ? AND customer_id = ? AND NOT (version = 1 AND changed_at > ?)", q.Dossier, q.CustomerID, micros{q.AskedAt})
	if err != nil {
		return err
	}
	if gone > 0 {
		err = t.record(d, directory.Act{At: *q.DecidedAt, By: q.DecidedBy, Noun: "membership", Object: q.Dossier + "/" + q.CustomerID, Action: "delete",
			Detail: map[string]string{"decision": q.ID, "memberships": strconv.FormatInt(gone, 10)}})
		if err != nil {
			return err
		}
	}
	var open []string
	err = t.SelectContext(t.ctx, &open, t.Rebind("SELECT id FROM requests WHERE dossier = ? AND customer_id = ? AND received_at <= ? AND state IN ('received', 'taken') ORDER BY id"),
		q.Dossier, q.CustomerID, micros{q.AskedAt})
	if err != nil {
		return err
	}
	for _, id := range open {
		_, err := t.exec("UPDATE requests SET state = 'refused', reason = ?, lease = '', leased_until = NULL, changed_at = ? WHERE id = ?", anotherCompany, micros{*q.DecidedAt}, id)
		if err != nil {
			return err
		}
		if err := t.recordRequest(d, directory.Request{Dossier: q.Dossier, ID: id}, q.DecidedBy, "refuse", map[string]string{"reason": anotherCompany, "decision": q.ID}); err != nil {
			return err
		}
	}
	_, err = t.exec(`UPDATE requests SET epoch = epoch + 1 WHERE dossier = ? AND customer_id = ? AND received_at > ? AND `+ofThisEpoch, q.Dossier, q.CustomerID, micros{q.AskedAt})
	if err != nil {
		return err
	}
	return t.raiseEpoch(q.Dossier, q.CustomerID)
}

func (t tx) raiseEpoch(dossier, customerID string) error {
	_, err := t.exec("UPDATE customers SET epoch = epoch + 1 WHERE dossier = ? AND id = ?", dossier, customerID)
	return err
}

// moveRequests has what who is gone asked for follow the access. Where the other
// uses a key of his, the one that comes loses it: it is nobody's repetition.
func (t tx) moveRequests(q directory.Decision) error {
	_, err := t.exec(`UPDATE requests SET customer_id = ?, epoch = (SELECT epoch FROM customers WHERE dossier = ? AND id = ?),
			idempotency_key = CASE WHEN EXISTS (SELECT 1 FROM requests o WHERE o.dossier = requests.dossier AND o.customer_id = ? AND o.idempotency_key = requests.idempotency_key)
				THEN '' ELSE idempotency_key END
		WHERE dossier = ? AND customer_id = ? AND `+ofThisEpoch, q.OtherID, q.Dossier, q.OtherID, q.OtherID, q.Dossier, q.CustomerID)
	return err
}

// moveAccess gives the access of who is gone to whom he became, unless that one
// has an access of his own, and revokes the old one. Whoever comes under the old
// id finds nothing there.
func (t tx) moveAccess(d *DB, q directory.Decision) error {
	if err := t.customerIsThere(q.Dossier, q.OtherID); err != nil {
		if errors.Is(err, directory.ErrNotFound) {
			err = fmt.Errorf("customer %s is not there: %w", q.OtherID, directory.ErrConflict)
		}
		return err
	}
	from, err := t.accessOf(q.Dossier, q.CustomerID)
	if errors.Is(err, directory.ErrNotFound) {
		return nil
	}
	if err != nil || from.State == directory.AccessRevoked {
		return err
	}
	to, err := t.accessOf(q.Dossier, q.OtherID)
	switch {
	case errors.Is(err, directory.ErrNotFound):
		to = from
		to.CustomerID, to.Version = q.OtherID, 0
	case err != nil:
		return err
	case to.State == directory.AccessRevoked:
		version := to.Version
		to = from
		to.CustomerID, to.Version = q.OtherID, version
	default:
		to = directory.Access{} // he keeps his own
	}
	if to.CustomerID != "" {
		if to.SuspendedBy == directory.SuspendedBySync {
			to.State, to.SuspendedBy, to.SuspendedFrom = to.SuspendedFrom, "", ""
		}
		if err := t.changeAccess(to, q); err != nil {
			return err
		}
		if err := t.moveMemberships(d, q); err != nil {
			return fmt.Errorf("move memberships: %w", err)
		}
		if err := t.moveRequests(q); err != nil {
			return fmt.Errorf("move requests: %w", err)
		}
	}
	if err := t.raiseEpoch(q.Dossier, q.CustomerID); err != nil {
		return err
	}
	from.State, from.SuspendedBy, from.SuspendedFrom = directory.AccessRevoked, "", ""
	return t.changeAccess(from, q)
}

// moveMemberships has the people of who is gone follow the access, as they were:
// whoever is at the other customer already stays as he is there.
func (t tx) moveMemberships(d *DB, q directory.Decision) error {
	_, err := t.exec("INSERT INTO memberships ("+membershipColumns+`)
		SELECT account, dossier, CAST(? AS TEXT), role, profile, levels, note, CAST(? AS TEXT), CAST(? AS BIGINT), version + 1 FROM memberships m
		WHERE dossier = ? AND customer_id = ? AND NOT EXISTS (SELECT 1 FROM memberships o
			WHERE o.account = m.account AND o.dossier = m.dossier AND o.customer_id = ?)`,
		q.OtherID, q.DecidedBy, micros{*q.DecidedAt}, q.Dossier, q.CustomerID, q.OtherID)
	if err != nil {
		return err
	}
	gone, err := t.exec("DELETE FROM memberships WHERE dossier = ? AND customer_id = ?", q.Dossier, q.CustomerID)
	if err != nil || gone == 0 {
		return err
	}
	return t.record(d, directory.Act{At: *q.DecidedAt, By: q.DecidedBy, Noun: "membership", Object: q.Dossier + "/" + q.OtherID, Action: "move",
		Detail: map[string]string{"decision": q.ID, "from": q.CustomerID, "memberships": strconv.FormatInt(gone, 10)}})
}

// changeAccess writes the next version of an access because of a decision.
func (t tx) changeAccess(a directory.Access, q directory.Decision) error {
	a.Version++
	a.ChangedBy, a.ChangedAt = q.DecidedBy, *q.DecidedAt
	a.Note = "decision " + q.ID + ": " + string(q.Kind) + ", " + string(q.Verdict)
	if err := t.putAccess(a); err != nil {
		return err
	}
	return t.keepHistory(a.Dossier, []string{a.CustomerID})
}

// accessOf reads an access to change it.
func (t tx) accessOf(dossier, customerID string) (directory.Access, error) {
	var row accessRow
	err := t.get(&row, "SELECT "+accessColumns+" FROM accesses WHERE dossier = ? AND customer_id = ?"+t.engine.lockRow(), dossier, customerID)
	return row.access(), err
}
