package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/vantelle/vantelle/internal/directory"
)

const licenceColumns = `name, title_fr, title_en, price_class, ceiling, changed_by, changed_at, version`

// licenceRow is a licence type as its table keeps it.
type licenceRow struct {
	directory.Licence
	Ceiling   jsonText[map[string]string] `db:"ceiling"`
	ChangedAt micros                      `db:"changed_at"`
}

func (r licenceRow) licence() directory.Licence {
	l := r.Licence
	l.Ceiling, l.ChangedAt = r.Ceiling.v, r.ChangedAt.Time
	return l
}

// Licences implements directory.ProfileStore.
func (d *DB) Licences(ctx context.Context) ([]directory.Licence, error) {
	var rows []licenceRow
	if err := d.list(ctx, &rows, "SELECT "+licenceColumns+" FROM licences ORDER BY price_class, name"); err != nil {
		return nil, fmt.Errorf("list licence types: %w", err)
	}
	return convert(rows, licenceRow.licence), nil
}

// versionOf reads the version of one row, 0 where there is none.
func (t tx) versionOf(query string, args ...any) (int64, error) {
	var stored int64
	err := t.get(&stored, query, args...)
	if errors.Is(err, directory.ErrNotFound) {
		return 0, nil
	}
	return stored, err
}

// seen is directory.ErrConflict where the version stored is not the one that
// the caller saw.
func (t tx) seen(version int64, query string, args ...any) error {
	stored, err := t.versionOf(query, args...)
	if err == nil && stored != version {
		err = directory.ErrConflict
	}
	return err
}

// PutLicence implements directory.ProfileStore. The time of the change is now
// where l gives none.
func (d *DB) PutLicence(ctx context.Context, l directory.Licence, act directory.Act) (directory.Licence, error) {
	if l.ChangedAt.IsZero() {
		l.ChangedAt = d.now()
	}
	l.ChangedAt = asStored(l.ChangedAt)
	err := d.write(ctx, func(t tx) error {
		if err := t.raise("profiles"); err != nil {
			return err
		}
		if err := t.seen(l.Version, "SELECT version FROM licences WHERE name = ?", l.Name); err != nil {
			return err
		}
		l.Version++
		_, err := t.exec("INSERT INTO licences ("+licenceColumns+") VALUES ("+marks(8)+`)
			ON CONFLICT (name) DO UPDATE SET title_fr = excluded.title_fr, title_en = excluded.title_en, price_class = excluded.price_class,
				ceiling = excluded.ceiling, changed_by = excluded.changed_by, changed_at = excluded.changed_at, version = excluded.version`,
			l.Name, l.TitleFR, l.TitleEN, l.PriceClass, jsonText[map[string]string]{l.Ceiling}, l.ChangedBy, micros{l.ChangedAt}, l.Version)
		if err != nil {
			return err
		}
		return t.record(d, act)
	})
	if err != nil {
		return directory.Licence{}, fmt.Errorf("store licence type %s: %w", l.Name, err)
	}
	return l, nil
}

// DeleteLicence implements directory.ProfileStore.
func (d *DB) DeleteLicence(ctx context.Context, name string, version int64, act directory.Act) error {
	err := d.write(ctx, func(t tx) error {
		if err := t.raiseRevision(); err != nil {
			return err
		}
		if err := t.raise("profiles"); err != nil {
			return err
		}
		if err := t.seen(version, "SELECT version FROM licences WHERE name = ?", name); err != nil {
			return err
		}
		var uses int
		err := t.get(&uses, `SELECT (SELECT COUNT(*) FROM accesses WHERE licence = ? AND state <> 'revoked')
			+ (SELECT COUNT(*) FROM default_profiles WHERE licence = ?)
			+ (SELECT COUNT(*) FROM profiles WHERE licence = ?)`, name, name, name)
		if err != nil {
			return err
		}
		if uses > 0 {
			return directory.ErrInUse
		}
		if n, err := t.exec("DELETE FROM licences WHERE name = ?", name); err != nil || n != 1 {
			return errors.Join(err, directory.ErrNotFound)
		}
		return t.record(d, act)
	})
	if err != nil {
		return fmt.Errorf("delete licence type %s: %w", name, err)
	}
	return nil
}

// DefaultProfiles implements directory.ProfileStore.
func (d *DB) DefaultProfiles(ctx context.Context, dossier string) (directory.Defaults, error) {
	fail := func(err error) (directory.Defaults, error) {
		return directory.Defaults{}, fmt.Errorf("read default profiles of dossier %s: %w", dossier, err)
	}
	// One statement, so that no change comes between the version and the entries.
	var rows []struct {
		Version int64   `db:"version"`
		Licence *string `db:"licence"`
		Profile *string `db:"profile"`
	}
	err := d.list(ctx, &rows, `SELECT v.version, p.licence, p.profile FROM default_profile_versions v
		LEFT JOIN default_profiles p ON p.dossier = v.dossier WHERE v.dossier = ? ORDER BY p.licence`, dossier)
	if err != nil {
		return fail(err)
	}
	found := directory.Defaults{Dossier: dossier}
	for _, r := range rows {
		found.Version = r.Version
		if r.Licence != nil && r.Profile != nil {
			found.Entries = append(found.Entries, directory.DefaultProfile{Dossier: dossier, Licence: *r.Licence, Profile: *r.Profile})
		}
	}
	return found, nil
}

// PutDefaultProfiles implements directory.ProfileStore.
func (d *DB) PutDefaultProfiles(ctx context.Context, n directory.Defaults, act directory.Act) (directory.Defaults, error) {
	err := d.write(ctx, func(t tx) error {
		if err := t.raise("profiles"); err != nil {
			return err
		}
		if err := t.seen(n.Version, "SELECT version FROM default_profile_versions WHERE dossier = ?", n.Dossier); err != nil {
			return err
		}
		n.Version++
		_, err := t.exec(`INSERT INTO default_profile_versions (dossier, version) VALUES (?, ?)
			ON CONFLICT (dossier) DO UPDATE SET version = excluded.version`, n.Dossier, n.Version)
		if err != nil {
			return err
		}
		if _, err := t.exec("DELETE FROM default_profiles WHERE dossier = ?", n.Dossier); err != nil {
			return err
		}
		for _, e := range n.Entries {
			if _, err := t.exec("INSERT INTO default_profiles (dossier, licence, profile) VALUES (?, ?, ?)", n.Dossier, e.Licence, e.Profile); err != nil {
				return err
			}
		}
		return t.record(d, act)
	})
	if err != nil {
		return directory.Defaults{}, fmt.Errorf("store default profiles of dossier %s: %w", n.Dossier, err)
	}
	return n, nil
}
