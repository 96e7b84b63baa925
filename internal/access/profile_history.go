package access

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/profiles"
)

// Install brings the profiles that ship with Vantelle into the directory: one
// that is missing, and a newer one where the version in force is still a
// shipped one. What a site has changed stays as it is. It also makes the
// licence types that they name, where there are none of that name.
func (s *Profiles) Install(ctx context.Context) error {
	if s.ReadOnly {
		return nil
	}
	system := Administrator{KeyID: "vantelle"}
	kept, err := s.Store.Licences(ctx)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, l := range kept {
		known[l.Name] = true
	}
	for _, f := range s.Shipped {
		if name := f.Profile.Licence; name != "" && !known[name] {
			known[name] = true
			_, err := s.Store.PutLicence(ctx, directory.Licence{Name: name, PriceClass: 1, Ceiling: map[string]string{profiles.EveryModule: string(profiles.LevelFull)},
				ChangedBy: system.signature(), ChangedAt: s.Now()}, s.act(system, "licence", name, "create", nil))
			if err != nil && !errors.Is(err, ErrConflict) { // another node was faster
				return err
			}
		}
		if err := s.install(ctx, system, f); err != nil && !errors.Is(err, ErrConflict) {
			return fmt.Errorf("install the standard profile %s: %w", f.Profile.Name, err)
		}
	}
	return nil
}

func (s *Profiles) install(ctx context.Context, by Administrator, f profiles.ShippedFile) error {
	p := f.Profile
	stored, err := s.Store.Profile(ctx, p.Name)
	switch {
	case errors.Is(err, directory.ErrNotFound):
	case err != nil:
		return err
	default:
		v, err := s.Store.ProfileVersion(ctx, p.Name, stored.Version)
		if err != nil || v.Digest == p.Digest || v.Origin != directory.OriginStandard && v.Origin != directory.OriginReset {
			return err
		}
	}
	stored.Name, stored.ERP, stored.Licence, stored.Extends, stored.Standard = p.Name, p.ERP, p.Licence, p.Extends, true
	stored.ChangedBy, stored.ChangedAt = by.signature(), s.Now()
	_, err = s.Store.PutProfile(ctx, stored, directory.ProfileVersion{Digest: p.Digest, Origin: directory.OriginStandard, Source: f.File,
		Author: by.signature(), Note: p.Note, Text: string(f.Text)}, s.act(by, "profile", p.Name, string(directory.OriginStandard), map[string]string{"digest": p.Digest}))
	return err
}

// DirectorySource is the directory as the source of a profiles.Holder.
type DirectorySource struct {
	Store interface {
		ProfileRevision(ctx context.Context) (int64, error)
		ProfilesInForce(ctx context.Context) (directory.ProfileSet, error)
	}
	// Broken is told of a version in force that this program cannot read; its
	// profile is in no book then, and its customers see nothing. Nil: nobody.
	Broken func(profile string, version int, err error)
}

// Revision implements profiles.Source.
func (d DirectorySource) Revision(ctx context.Context) (int64, error) {
	return d.Store.ProfileRevision(ctx)
}

// Load implements profiles.Source.
func (d DirectorySource) Load(ctx context.Context) (*profiles.Book, int64, error) {
	set, err := d.Store.ProfilesInForce(ctx)
	if err != nil {
		return nil, 0, err
	}
	var all []*profiles.Profile
	for _, v := range set.Versions {
		p, err := Parse(v)
		if err != nil {
			if d.Broken != nil {
				d.Broken(v.Profile, v.Version, err)
			}
			continue
		}
		all = append(all, p)
	}
	book, err := profiles.NewBook(all...)
	if err != nil {
		return nil, 0, err
	}
	defaults := map[profiles.Default]string{}
	for _, e := range set.Defaults {
		defaults[profiles.Default{Dossier: e.Dossier, Licence: e.Licence}] = e.Profile
	}
	return book.WithDefaults(defaults), set.Revision, nil
}

// Parse reads a version's text.
func Parse(v directory.ProfileVersion) (*profiles.Profile, error) {
	p, err := profiles.Load(v.Profile+"@"+strconv.Itoa(v.Version), []byte(v.Text))
	if err != nil {
		return nil, err
	}
	if p.Name != v.Profile {
		return nil, fmt.Errorf("version %d of profile %s says that it is %s", v.Version, v.Profile, p.Name)
	}
	p.Version = v.Version
	return p, nil
}

// Versions gives the versions of a profile, the newest first.
func (s *Profiles) Versions(ctx context.Context, by Administrator, name string) ([]directory.ProfileVersion, error) {
	if by.KeyID == "" {
		return nil, ErrNobody
	}
	all, err := s.Store.ProfileVersions(ctx, name)
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("list versions of profile %s: %w", name, ErrNotFound)
	}
	return all, err
}

// Resolve finds a profile by a reference: NAME is the one in force, NAME@N its
// version N, NAME@shipped the one that ships with Vantelle.
func (s *Profiles) Resolve(ctx context.Context, by Administrator, ref string) (*profiles.Profile, string, error) {
	fail := func(err error) (*profiles.Profile, string, error) {
		return nil, "", fmt.Errorf("read profile %s: %w", ref, err)
	}
	if by.KeyID == "" {
		return fail(ErrNobody)
	}
	name, version, versioned := cutLast(ref, "@")
	if versioned && version == "shipped" {
		f := s.shipped(name)
		if f == nil {
			return fail(ErrNotFound)
		}
		return f.Profile, string(f.Text), nil
	}
	if s.ReadOnly {
		book, err := s.Book(ctx)
		if err != nil {
			return fail(err)
		}
		p, ok := book.Get(ref)
		if !ok {
			return fail(ErrNotFound)
		}
		return p, "", nil
	}
	n, err := strconv.Atoi(version)
	if !versioned {
		stored, err := s.Store.Profile(ctx, name)
		if err != nil {
			return fail(err)
		}
		n = stored.Version
	} else if err != nil {
		return fail(&FieldError{"version", "is a number: " + name + "@3"})
	}
	v, err := s.Store.ProfileVersion(ctx, name, n)
	if err != nil {
		return fail(err)
	}
	p, err := Parse(v)
	if err != nil {
		return fail(err)
	}
	return p, v.Text, nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// Compare says what changes from one profile to another, each given as in
// Resolve; condensed to a line for each subject, or in full.
func (s *Profiles) Compare(ctx context.Context, by Administrator, from, to string, full bool) ([]profiles.Change, error) {
	a, _, err := s.Resolve(ctx, by, from)
	if err != nil {
		return nil, err
	}
	b, _, err := s.Resolve(ctx, by, to)
	if err != nil {
		return nil, err
	}
	changes := profiles.Changes(a, b)
	if !full {
		changes = profiles.Condensed(changes)
	}
	return changes, nil
}

// Undo puts the text of an earlier version in force again, as a new version.
func (s *Profiles) Undo(ctx context.Context, by Administrator, to int, r PutRequest) (Saved, error) {
	v, err := s.Store.ProfileVersion(ctx, r.Name, to)
	if err != nil {
		return Saved{}, err
	}
	r.Text, r.Tests, r.origin, r.source = v.Text, v.Tests, directory.OriginUndone, fmt.Sprintf("%s@%d", r.Name, to)
	return s.put(ctx, by, r)
}

// Reset puts the profile that ships with Vantelle in force again; the version
// before stays in history. Its policy tests stay.
func (s *Profiles) Reset(ctx context.Context, by Administrator, r PutRequest) (Saved, error) {
	f := s.shipped(r.Name)
	if f == nil {
		return Saved{}, fmt.Errorf("reset profile %s: no profile of this name ships with Vantelle: %w", r.Name, ErrNotFound)
	}
	if err := s.keepTests(ctx, &r); err != nil {
		return Saved{}, err
	}
	r.Text, r.origin, r.source = string(f.Text), directory.OriginReset, f.File
	return s.put(ctx, by, r)
}

// SetLevels changes the levels of modules in one new version; "*" stands for
// every module that is not named.
func (s *Profiles) SetLevels(ctx context.Context, by Administrator, levels profiles.Levels, r PutRequest) (Saved, error) {
	p, text, err := s.Resolve(ctx, by, r.Name)
	if err != nil {
		return Saved{}, err
	}
	if wrong := levels.Check(p); len(wrong) > 0 || len(levels) == 0 {
		return Saved{}, &FieldError{"levels", strings.Join(append(wrong, "give none, list, read or full by module; * is every other one"), "; ")}
	}
	if err := s.keepTests(ctx, &r); err != nil {
		return Saved{}, err
	}
	edited, err := profiles.Edit{Levels: levels}.Apply([]byte(text))
	if err != nil {
		return Saved{}, err
	}
	r.Text, r.origin = string(edited), directory.OriginEdited
	return s.put(ctx, by, r)
}

func (s *Profiles) keepTests(ctx context.Context, r *PutRequest) error {
	v, err := s.Store.ProfileVersion(ctx, r.Name, r.Version)
	if errors.Is(err, directory.ErrNotFound) {
		return nil // put says what is wrong with the version
	}
	r.Tests = v.Tests
	return err
}

// Duplicate makes a profile of another name from one, given as in Resolve;
// restrict makes it a restriction of that one, which may only take away.
func (s *Profiles) Duplicate(ctx context.Context, by Administrator, from string, restrict bool, r PutRequest) (Saved, error) {
	p, text, err := s.Resolve(ctx, by, from)
	if err != nil {
		return Saved{}, err
	}
	edit := profiles.Edit{Name: &r.Name, Note: &r.Note}
	r.origin, r.source = directory.OriginDuplicated, fmt.Sprintf("%s@%d", p.Name, p.Version)
	if restrict {
		edit.Extends, r.origin = &p.Name, directory.OriginRestricted
	}
	edited, err := edit.Apply([]byte(text))
	if err != nil {
		return Saved{}, err
	}
	r.Text, r.Version = string(edited), 0
	return s.put(ctx, by, r)
}

// Delete takes a profile out of force; its versions stay in history.
func (s *Profiles) Delete(ctx context.Context, by Administrator, name string, version int) error {
	fail := func(err error) error { return fmt.Errorf("delete profile %s: %w", name, err) }
	if s.ReadOnly {
		return fail(ErrReadOnly)
	}
	stored, err := s.Store.Profile(ctx, name)
	if err != nil {
		return fail(err)
	}
	if err := s.MayShape(by, stored.ERP); err != nil {
		return fail(err)
	}
	if s.shipped(name) != nil {
		return fail(&InUseError{"the profile ships with Vantelle", "reset it instead, or give no access to it"})
	}
	users, err := s.Users(ctx, Administrator{KeyID: by.KeyID}, name)
	if err != nil {
		return fail(err)
	}
	if len(users) > 0 {
		return fail(&InUseError{fmt.Sprintf("%d accesses or memberships have it", len(users)), "transfer them to another profile first"})
	}
	for _, d := range s.Dossiers {
		if d.DefaultProfile == name {
			return fail(&InUseError{"it is the default_profile of dossier " + d.Name + " in the configuration", "name another one there first"})
		}
	}
	err = s.Store.DeleteProfile(ctx, name, version, s.act(by, "profile", name, "delete", nil))
	if errors.Is(err, directory.ErrInUse) {
		err = &InUseError{"a default of a dossier, a restriction or an access names it", "take it out there first"}
	}
	if err != nil {
		return fail(err)
	}
	return nil
}
