package store

import (
	"context"
	"fmt"

	"github.com/vantelle/vantelle/internal/directory"
)

// ProfileUsers implements directory.ProfileStore.
func (d *DB) ProfileUsers(ctx context.Context, profile, dossier string) ([]directory.ProfileUser, error) {
	query := `SELECT a.dossier, a.customer_id, c.code AS customer_code, c.name AS customer_name, '' AS account,
			a.state, a.licence, a.version
		FROM accesses a JOIN customers c ON c.dossier = a.dossier AND c.id = a.customer_id
		WHERE a.profile = ? AND a.state <> 'revoked'`
	args := []any{profile}
	if dossier != "" {
		query, args = query+" AND a.dossier = ?", append(args, dossier)
	}
	if profile != "" { // a membership without a profile has the access's
		query += ` UNION ALL SELECT m.dossier, m.customer_id, c.code, c.name, m.account,
				COALESCE(a.state, 'revoked'), COALESCE(a.licence, ''), m.version
			FROM memberships m JOIN customers c ON c.dossier = m.dossier AND c.id = m.customer_id
			LEFT JOIN accesses a ON a.dossier = m.dossier AND a.customer_id = m.customer_id
			WHERE m.profile = ?`
		args = append(args, profile)
		if dossier != "" {
			query, args = query+" AND m.dossier = ?", append(args, dossier)
		}
	}
	var users []directory.ProfileUser
	if err := d.list(ctx, &users, query+" ORDER BY 1, 2, 5", args...); err != nil {
		return nil, fmt.Errorf("list users of profile %s: %w", profile, err)
	}
	return users, nil
}

// TransferProfile implements directory.ProfileStore.
func (d *DB) TransferProfile(ctx context.Context, to string, users []directory.ProfileUser, by string, act directory.Act) error {
	at := micros{asStored(d.now())}
	err := d.write(ctx, func(t tx) error {
		if err := t.raiseRevision(); err != nil {
			return err
		}
		ofDossier := map[string][]string{}
		for _, u := range users {
			table, where, args := "accesses", "", []any{to, by, at, u.Dossier, u.CustomerID, u.Version}
			if u.Account != "" {
				table, where, args = "memberships", " AND account = ?", append(args, u.Account)
			} else {
				ofDossier[u.Dossier] = append(ofDossier[u.Dossier], u.CustomerID)
			}
			n, err := t.exec("UPDATE "+table+` SET profile = ?, changed_by = ?, changed_at = ?, version = version + 1
				WHERE dossier = ? AND customer_id = ? AND version = ?`+where, args...)
			if err == nil && n != 1 {
				err = fmt.Errorf("customer %s of dossier %s: %w", u.CustomerID, u.Dossier, directory.ErrConflict)
			}
			if err != nil {
				return err
			}
		}
		for dossier, ids := range ofDossier {
			if err := t.keepHistory(dossier, ids); err != nil {
				return err
			}
		}
		return t.record(d, act)
	})
	if err != nil {
		return fmt.Errorf("transfer users to profile %s: %w", to, err)
	}
	return nil
}
