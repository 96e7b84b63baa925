package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/vantelle/vantelle/internal/directory"
)

const (
	profileColumns = `name, erp, licence, extends, standard, version, changed_by, changed_at`
	versionColumns = `profile, version, digest, origin, source, author, note, created_at, text, tests`
)

// profileRow and versionRow are a profile and a version as their tables keep them.
type profileRow struct {
	directory.Profile
	ChangedAt micros `db:"changed_at"`
}

func (r profileRow) profile() directory.Profile {
	p := r.Profile
	p.ChangedAt = r.ChangedAt.Time
	return p
}

type versionRow struct {
	directory.ProfileVersion
	CreatedAt micros `db:"created_at"`
}

func (r versionRow) version() directory.ProfileVersion {
	v := r.ProfileVersion
	v.CreatedAt = r.CreatedAt.Time
	return v
}

// ProfileRevision implements directory.ProfileStore.
func (d *DB) ProfileRevision(ctx context.Context) (int64, error) {
	n, err := d.profileRevision.read(d.watch, func() (n int64, err error) {
		err = d.get(ctx, &n, "SELECT value FROM revisions WHERE name = 'profiles'")
		return n, err
	})
	if err != nil {
		return 0, fmt.Errorf("read the revision of the profiles: %w", err)
	}
	return n, nil
}

// ProfilesInForce implements directory.ProfileStore. It reads until nothing
// has changed between its first look and its last.
func (d *DB) ProfilesInForce(ctx context.Context) (directory.ProfileSet, error) {
	fail := func(err error) (directory.ProfileSet, error) {
		return directory.ProfileSet{}, fmt.Errorf("read the profiles in force: %w", err)
	}
	for {
		before, err := d.ProfileRevision(ctx)
		if err != nil {
			return fail(err)
		}
		var rows []versionRow
		err = d.list(ctx, &rows, "SELECT "+plainAliased("v", versionColumns)+` FROM profiles p
			JOIN profile_versions v ON v.profile = p.name AND v.version = p.version ORDER BY p.name`)
		if err != nil {
			return fail(err)
		}
		var defaults []directory.DefaultProfile
		if err := d.list(ctx, &defaults, "SELECT dossier, licence, profile FROM default_profiles ORDER BY dossier, licence"); err != nil {
			return fail(err)
		}
		switch after, err := d.ProfileRevision(ctx); {
		case err != nil:
			return fail(err)
		case after == before:
			return directory.ProfileSet{Revision: before, Versions: convert(rows, versionRow.version), Defaults: defaults}, nil
		}
	}
}

// ListProfiles implements directory.ProfileStore.
func (d *DB) ListProfiles(ctx context.Context) ([]directory.Profile, error) {
	var rows []profileRow
	if err := d.list(ctx, &rows, "SELECT "+profileColumns+" FROM profiles ORDER BY name"); err != nil {
		return nil, fmt.Errorf("list profiles: %w", err)
	}
	return convert(rows, profileRow.profile), nil
}

// Profile implements directory.ProfileStore.
func (d *DB) Profile(ctx context.Context, name string) (directory.Profile, error) {
	var row profileRow
	if err := d.get(ctx, &row, "SELECT "+profileColumns+" FROM profiles WHERE name = ?", name); err != nil {
		return directory.Profile{}, fmt.Errorf("read profile %s: %w", name, err)
	}
	return row.profile(), nil
}

// ProfileVersions implements directory.ProfileStore.
func (d *DB) ProfileVersions(ctx context.Context, name string) ([]directory.ProfileVersion, error) {
	var rows []versionRow
	if err := d.list(ctx, &rows, "SELECT "+versionColumns+" FROM profile_versions WHERE profile = ? ORDER BY version DESC", name); err != nil {
		return nil, fmt.Errorf("list versions of profile %s: %w", name, err)
	}
	return convert(rows, versionRow.version), nil
}

// ProfileVersion implements directory.ProfileStore.
func (d *DB) ProfileVersion(ctx context.Context, name string, version int) (directory.ProfileVersion, error) {
	var row versionRow
	if err := d.get(ctx, &row, "SELECT "+versionColumns+" FROM profile_versions WHERE profile = ? AND version = ?", name, version); err != nil {
		return directory.ProfileVersion{}, fmt.Errorf("read profile %s version %d: %w", name, version, err)
	}
	return row.version(), nil
}

// PutProfile implements directory.ProfileStore. The time of the change is now
// where p gives none.
func (d *DB) PutProfile(ctx context.Context, p directory.Profile, v directory.ProfileVersion, act directory.Act) (directory.Profile, error) {
	if p.ChangedAt.IsZero() {
		p.ChangedAt = d.now()
	}
	p.ChangedAt = asStored(p.ChangedAt)
	err := d.write(ctx, func(t tx) error {
		if err := t.raise("profiles"); err != nil {
			return err
		}
		if err := t.profileAt(p.Name, p.Version); err != nil {
			return err
		}
		if err := t.get(&p.Version, "SELECT COALESCE(MAX(version), 0) + 1 FROM profile_versions WHERE profile = ?", p.Name); err != nil {
			return err
		}
		_, err := t.exec("INSERT INTO profile_versions ("+versionColumns+") VALUES ("+marks(10)+")",
			p.Name, p.Version, v.Digest, v.Origin, v.Source, v.Author, v.Note, micros{p.ChangedAt}, v.Text, v.Tests)
		if err != nil {
			return err
		}
		_, err = t.exec("INSERT INTO profiles ("+profileColumns+") VALUES ("+marks(8)+`)
			ON CONFLICT (name) DO UPDATE SET erp = excluded.erp, licence = excluded.licence, extends = excluded.extends,
				standard = excluded.standard, version = excluded.version, changed_by = excluded.changed_by, changed_at = excluded.changed_at`,
			p.Name, p.ERP, p.Licence, p.Extends, p.Standard, p.Version, p.ChangedBy, micros{p.ChangedAt})
		if err != nil {
			return err
		}
		return t.record(d, act)
	})
	if err != nil {
		return directory.Profile{}, fmt.Errorf("store profile %s: %w", p.Name, err)
	}
	return p, nil
}

// profileAt is directory.ErrConflict for a profile that is not at the version
// that the caller saw; at version 0 there must be none.
func (t tx) profileAt(name string, version int) error {
	var stored int
	err := t.get(&stored, "SELECT version FROM profiles WHERE name = ?", name)
	if errors.Is(err, directory.ErrNotFound) {
		stored, err = 0, nil
	}
	if err == nil && stored != version {
		err = directory.ErrConflict
	}
	return err
}

// DeleteProfile implements directory.ProfileStore.
func (d *DB) DeleteProfile(ctx context.Context, name string, version int, act directory.Act) error {
	err := d.write(ctx, func(t tx) error {
		if err := t.raiseRevision(); err != nil { // no access may come to name it meanwhile
			return err
		}
		if err := t.raise("profiles"); err != nil {
			return err
		}
		if err := t.profileAt(name, version); err != nil {
			return err
		}
		var uses int
		err := t.get(&uses, `SELECT (SELECT COUNT(*) FROM accesses WHERE profile = ? AND state <> 'revoked')
			+ (SELECT COUNT(*) FROM memberships WHERE profile = ?)
			+ (SELECT COUNT(*) FROM default_profiles WHERE profile = ?)
			+ (SELECT COUNT(*) FROM profiles WHERE extends = ?)`, name, name, name, name)
		if err != nil {
			return err
		}
		if uses > 0 {
			return directory.ErrInUse
		}
		if n, err := t.exec("DELETE FROM profiles WHERE name = ?", name); err != nil || n != 1 {
			return errors.Join(err, directory.ErrNotFound)
		}
		return t.record(d, act)
	})
	if err != nil {
		return fmt.Errorf("delete profile %s: %w", name, err)
	}
	return nil
}
