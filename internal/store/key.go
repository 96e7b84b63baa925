package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/vantelle/vantelle/internal/directory"
)

const keyColumns = `id, kind, name, hash, dossiers, developer, seeded, created_at, disabled_at`

// keyRow is a key as its table keeps it.
type keyRow struct {
	directory.Key
	Dossiers   jsonText[[]string] `db:"dossiers"`
	CreatedAt  micros             `db:"created_at"`
	DisabledAt *micros            `db:"disabled_at"`
}

func (r keyRow) key() directory.Key {
	k := r.Key
	k.Dossiers, k.CreatedAt, k.DisabledAt = r.Dossiers.v, r.CreatedAt.Time, r.DisabledAt.when()
	return k
}

// KeyByHash implements directory.KeyStore.
func (d *DB) KeyByHash(ctx context.Context, kind directory.KeyKind, hash string) (directory.Key, error) {
	var row keyRow
	err := d.get(ctx, &row, "SELECT "+keyColumns+" FROM keys WHERE hash = ? AND kind = ? AND disabled_at IS NULL", hash, kind)
	if err != nil {
		return directory.Key{}, fmt.Errorf("look up %s key: %w", kind, err)
	}
	return row.key(), nil
}

// SeedKeys implements directory.KeyStore. A key that is there already keeps its
// id and the time it was made; a new one without an id gets one derived from
// its hash, and now for the time where it has none. A seeding that changes
// nothing writes nothing.
func (d *DB) SeedKeys(ctx context.Context, kind directory.KeyKind, keys []directory.Key) error {
	err := d.write(ctx, func(t tx) error {
		if err := t.raiseRevision(); err != nil {
			return err
		}
		changed, err := t.disableOthers(kind, keys, micros{d.now()})
		if err != nil {
			return err
		}
		for _, k := range keys {
			k, err := d.seed(k, kind)
			if err != nil {
				return err
			}
			did, err := t.putKey(k)
			if err != nil {
				return fmt.Errorf("key %q: %w", k.Name, err)
			}
			changed = changed || did
		}
		if !changed {
			return errUnchanged
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("seed %s keys: %w", kind, err)
	}
	return nil
}

// seed completes a key that the configuration gives.
func (d *DB) seed(k directory.Key, kind directory.KeyKind) (directory.Key, error) {
	if k.Kind != "" && k.Kind != kind {
		return k, fmt.Errorf("key %q is of kind %s", k.Name, k.Kind)
	}
	if len(k.Hash) < 16 {
		return k, fmt.Errorf("key %q has no hash", k.Name)
	}
	if k.ID == "" {
		// Part of the hash of a long random text: it tells nothing of it.
		k.ID = string(kind) + "-" + k.Hash[:16]
	}
	if k.CreatedAt.IsZero() {
		k.CreatedAt = d.now()
	}
	k.Kind, k.Seeded, k.DisabledAt = kind, true, nil
	return k, nil
}

// disableOthers disables the seeded keys of the kind that are no longer given.
func (t tx) disableOthers(kind directory.KeyKind, keep []directory.Key, at micros) (changed bool, err error) {
	query := "UPDATE keys SET disabled_at = ? WHERE kind = ? AND seeded AND disabled_at IS NULL"
	args := []any{at, kind}
	if len(keep) > 0 {
		query += " AND hash NOT IN (" + marks(len(keep)) + ")"
		for _, k := range keep {
			args = append(args, k.Hash)
		}
	}
	n, err := t.exec(query, args...)
	return n > 0, err
}

// putKey stores a seeded key, and reports whether that changed anything.
func (t tx) putKey(k directory.Key) (changed bool, err error) {
	var row keyRow
	err = t.get(&row, "SELECT "+keyColumns+" FROM keys WHERE hash = ?", k.Hash)
	if errors.Is(err, directory.ErrNotFound) {
		_, err = t.exec("INSERT INTO keys ("+keyColumns+") VALUES ("+marks(9)+")",
			k.ID, k.Kind, k.Name, k.Hash, jsonText[[]string]{k.Dossiers}, k.Developer, k.Seeded, micros{k.CreatedAt}, nil)
		return true, err
	}
	if err != nil {
		return false, err
	}
	was := row.key()
	if was.Kind != k.Kind {
		return false, fmt.Errorf("it is already a key of kind %s", was.Kind)
	}
	if was.Seeded && was.DisabledAt == nil && was.Name == k.Name && was.Developer == k.Developer &&
		slices.Equal(was.Dossiers, k.Dossiers) {
		return false, nil
	}
	_, err = t.exec("UPDATE keys SET name = ?, dossiers = ?, developer = ?, seeded = ?, disabled_at = NULL WHERE hash = ?",
		k.Name, jsonText[[]string]{k.Dossiers}, k.Developer, true, k.Hash)
	return true, err
}
