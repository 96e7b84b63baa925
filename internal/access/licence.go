package access

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/profiles"
)

var plainName = regexp.MustCompile(`^[\pL\pN][\pL\pN _.-]{0,63}$`)

// LevelsOf is what the directory keeps as text.
func LevelsOf(kept map[string]string) profiles.Levels {
	ls := make(profiles.Levels, len(kept))
	for module, level := range kept {
		ls[module] = profiles.Level(level)
	}
	return ls
}

func asLicence(l directory.Licence) profiles.Licence {
	return profiles.Licence{Name: l.Name, Title: profiles.Text{FR: l.TitleFR, EN: l.TitleEN}, PriceClass: l.PriceClass, Ceiling: LevelsOf(l.Ceiling)}
}

// licences gives the licence types by name.
func (s *Profiles) licences(ctx context.Context) (map[string]profiles.Licence, error) {
	kept, err := s.Store.Licences(ctx)
	if err != nil {
		return nil, err
	}
	all := map[string]profiles.Licence{}
	for _, l := range kept {
		all[l.Name] = asLicence(l)
	}
	return all, nil
}

// checkLicence sees to it that a profile stays below the ceiling of its licence
// type, and tells where its price class rises.
func (s *Profiles) checkLicence(ctx context.Context, c Candidate) ([]profiles.Finding, error) {
	all, err := s.licences(ctx)
	if err != nil {
		return nil, err
	}
	p := c.Profile
	if p.Licence == "" {
		if c.Before != nil && c.Before.Licence != "" {
			return []profiles.Finding{{Severity: profiles.Warning, Code: "no_licence", Place: "licence", Message: "without a licence type nothing caps this profile; it was " + c.Before.Licence}}, nil
		}
		return nil, nil
	}
	l, known := all[p.Licence]
	if !known {
		return []profiles.Finding{{Severity: profiles.Error, Code: "no_such_licence", Place: "licence", Message: "there is no licence type " + p.Licence,
			Remedy: "make it first, or name one of: " + strings.Join(slices.Sorted(maps.Keys(all)), ", ")}}, nil
	}
	var findings []profiles.Finding
	for _, e := range l.Exceeded(p) {
		f := profiles.Finding{Severity: profiles.Error, Code: "above_licence", Place: "modules." + e.Module + ".level",
			Message: fmt.Sprintf("the level %s is above what licence type %s (price class %d) offers: %s", e.Level, l.Name, l.PriceClass, e.Ceiling), Remedy: "lower it to " + string(e.Ceiling)}
		if needed, ok := profiles.Cheapest(p, slices.Collect(maps.Values(all))); ok {
			f.Remedy += fmt.Sprintf(", or give the profile the licence type %s (price class %d)", needed.Name, needed.PriceClass)
		}
		findings = append(findings, f)
	}
	if c.Before != nil && c.Before.Licence != p.Licence {
		if was := all[c.Before.Licence]; l.PriceClass > was.PriceClass {
			findings = append(findings, priceClass(was, l))
		}
	}
	return findings, nil
}

func priceClass(from, to profiles.Licence) profiles.Finding {
	return profiles.Finding{Severity: profiles.Warning, Code: "price_class", Place: "licence",
		Message: fmt.Sprintf("the price class rises from %d (%s) to %d (%s)", from.PriceClass, cmp.Or(from.Name, "no licence type"), to.PriceClass, to.Name)}
}

// overLicence tells of what a profile allows beyond an access's licence type.
func overLicence(l profiles.Licence, p *profiles.Profile, place string) []profiles.Finding {
	var findings []profiles.Finding
	for _, e := range l.Exceeded(p) {
		findings = append(findings, profiles.Finding{Severity: profiles.Error, Code: "above_licence", Place: place,
			Message: fmt.Sprintf("profile %s allows %s of module %s; the access's licence type %s (price class %d) offers %s", p.Name, e.Level, e.Module, l.Name, l.PriceClass, e.Ceiling),
			Remedy:  "give the access a licence type of a higher price class, or lower its levels"})
	}
	return findings
}

// Licences gives the licence types, the cheapest first.
func (s *Profiles) Licences(ctx context.Context, by Administrator) ([]directory.Licence, error) {
	if by.KeyID == "" {
		return nil, ErrNobody
	}
	return s.Store.Licences(ctx)
}

// PutLicence makes or changes a licence type. One that a profile in force would
// exceed is refused.
func (s *Profiles) PutLicence(ctx context.Context, by Administrator, l directory.Licence) (directory.Licence, error) {
	fail := func(err error) (directory.Licence, error) {
		return directory.Licence{}, fmt.Errorf("change licence type %s: %w", l.Name, err)
	}
	switch {
	case by.KeyID == "":
		return fail(ErrNobody)
	case len(by.Dossiers) > 0:
		return fail(ErrForbidden)
	case !plainName.MatchString(l.Name):
		return fail(&FieldError{"name", "is up to 64 letters, digits, spaces, dots, dashes and underscores"})
	case l.PriceClass < 1:
		return fail(&FieldError{"price_class", "is a number from 1, the cheapest"})
	}
	for module, level := range l.Ceiling {
		if !profiles.Level(level).Known() {
			return fail(&FieldError{"ceiling", fmt.Sprintf("module %s: %q is none of none, list, read, full", module, level)})
		}
	}
	book, err := s.Book(ctx)
	if err != nil {
		return fail(err)
	}
	var findings []profiles.Finding
	for _, name := range book.Names() {
		if p, _ := book.Get(name); p.Licence == l.Name {
			for _, e := range asLicence(l).Exceeded(p) {
				findings = append(findings, profiles.Finding{Severity: profiles.Error, Code: "above_licence", Place: "profile " + name,
					Message: fmt.Sprintf("it allows %s of module %s, and the ceiling is %s", e.Level, e.Module, e.Ceiling), Remedy: "lower the level in the profile first"})
			}
		}
	}
	if len(findings) > 0 {
		return fail(&RefusedError{findings})
	}
	action := "change"
	if l.Version == 0 {
		action = "create"
	}
	l.ChangedBy, l.ChangedAt = by.signature(), s.Now()
	stored, err := s.Store.PutLicence(ctx, l, s.act(by, "licence", l.Name, action, nil))
	if err != nil {
		return fail(err)
	}
	return stored, nil
}

// DeleteLicence deletes a licence type that nothing names.
func (s *Profiles) DeleteLicence(ctx context.Context, by Administrator, name string, version int64) error {
	switch {
	case by.KeyID == "":
		return ErrNobody
	case len(by.Dossiers) > 0:
		return ErrForbidden
	}
	err := s.Store.DeleteLicence(ctx, name, version, s.act(by, "licence", name, "delete", nil))
	if errors.Is(err, directory.ErrInUse) {
		return &InUseError{"a profile, an access or a default names the licence type", "give those another one first"}
	}
	return err
}

// Defaults gives the default profiles of a dossier.
func (s *Profiles) Defaults(ctx context.Context, by Administrator, dossier string) (directory.Defaults, error) {
	if err := admit(by, dossier); err != nil {
		return directory.Defaults{}, err
	}
	return s.Store.DefaultProfiles(ctx, dossier)
}

// PutDefaults changes the default profiles of a dossier.
func (s *Profiles) PutDefaults(ctx context.Context, by Administrator, d directory.Defaults) (directory.Defaults, error) {
	fail := func(err error) (directory.Defaults, error) {
		return directory.Defaults{}, fmt.Errorf("change default profiles of dossier %s: %w", d.Dossier, err)
	}
	if err := admit(by, d.Dossier); err != nil {
		return fail(err)
	}
	if s.ReadOnly {
		return fail(ErrReadOnly)
	}
	book, err := s.Book(ctx)
	if err != nil {
		return fail(err)
	}
	licences, err := s.licences(ctx)
	if err != nil {
		return fail(err)
	}
	detail := map[string]string{}
	for _, e := range d.Entries {
		p, known := book.Get(e.Profile)
		l, licensed := licences[e.Licence]
		switch {
		case !known:
			return fail(&FieldError{"defaults", fmt.Sprintf("there is no profile %q; there are: %s", e.Profile, strings.Join(book.Names(), ", "))})
		case !s.fits(d.Dossier, p):
			return fail(&FieldError{"defaults", "profile " + p.Name + " is for " + p.ERP + ", which this dossier is not"})
		case e.Licence != "" && !licensed:
			return fail(&FieldError{"defaults", fmt.Sprintf("there is no licence type %q; there are: %s", e.Licence, strings.Join(slices.Sorted(maps.Keys(licences)), ", "))})
		case e.Licence != "":
			if over := overLicence(l, p, "licence type "+l.Name); len(over) > 0 {
				return fail(&RefusedError{over})
			}
		}
		detail[cmp.Or(e.Licence, "*")] = e.Profile
	}
	over, err := s.aboveByDefault(ctx, d, book, licences)
	if err != nil {
		return fail(err)
	}
	if len(over) > 0 {
		return fail(&RefusedError{over})
	}
	stored, err := s.Store.PutDefaultProfiles(ctx, d, s.act(by, "defaults", d.Dossier, "change", detail))
	if err != nil {
		return fail(err)
	}
	return stored, nil
}

// aboveByDefault tells of accesses that name no profile, and whose licence type offers
// less than the profile that they would have by default: the one for all, where their
// licence type has none of its own. One for each licence type is told.
func (s *Profiles) aboveByDefault(ctx context.Context, d directory.Defaults, book *profiles.Book, licences map[string]profiles.Licence) ([]profiles.Finding, error) {
	users, err := s.Store.ProfileUsers(ctx, "", d.Dossier)
	if err != nil {
		return nil, err
	}
	byLicence := map[string]string{}
	for _, e := range d.Entries {
		byLicence[e.Licence] = e.Profile
	}
	for _, dossier := range s.Dossiers {
		if dossier.Name == d.Dossier && byLicence[""] == "" {
			byLicence[""] = dossier.DefaultProfile
		}
	}
	var findings []profiles.Finding
	told := map[string]bool{}
	for _, u := range users {
		l, licensed := licences[u.Licence]
		p, known := book.Get(cmp.Or(byLicence[u.Licence], byLicence[""]))
		if !licensed || !known || told[u.Licence] || len(l.Exceeded(p)) == 0 {
			continue
		}
		a, err := s.Store.Access(ctx, d.Dossier, u.CustomerID)
		if err != nil {
			return nil, err
		}
		over := overLicence(l, p.Lowered(LevelsOf(a.Levels)), "customer "+u.CustomerCode)
		told[u.Licence] = len(over) > 0
		findings = append(findings, over...)
	}
	return findings, nil
}

func (s *Profiles) fits(dossier string, p *profiles.Profile) bool {
	return slices.ContainsFunc(s.Dossiers, func(d ProfileDossier) bool { return d.Name == dossier && d.ERP == p.ERP })
}

// CheckAccess says whether the licence type and the levels of an access fit its
// profile; see Service. Levels that lower nothing are a mistake of who asks.
func (s *Profiles) CheckAccess(ctx context.Context, a directory.Access) error {
	if a.Licence == "" && len(a.Levels) == 0 {
		return nil
	}
	book, err := s.Book(ctx)
	if err != nil {
		return err
	}
	name := a.Profile
	for _, d := range s.Dossiers {
		if d.Name == a.Dossier && name == "" {
			name = s.defaultOf(book, d, a.Licence)
		}
	}
	p, known := book.Get(name)
	if !known {
		return &FieldError{"profile", "there is no profile " + name}
	}
	levels := LevelsOf(a.Levels)
	if wrong := levels.Check(p); len(wrong) > 0 {
		return &FieldError{"levels", strings.Join(wrong, "; ")}
	}
	if raised := levels.Raised(p); len(raised) > 0 {
		return &FieldError{"levels", fmt.Sprintf("may only lower: profile %s allows less of %s", p.Name, strings.Join(raised, ", "))}
	}
	if a.Licence == "" {
		return nil
	}
	licences, err := s.licences(ctx)
	if err != nil {
		return err
	}
	l, known := licences[a.Licence]
	if !known {
		return &FieldError{"licence", fmt.Sprintf("there is no licence type %q; there are: %s", a.Licence, strings.Join(slices.Sorted(maps.Keys(licences)), ", "))}
	}
	if over := overLicence(l, p.Lowered(levels), "licence"); len(over) > 0 {
		return &RefusedError{over}
	}
	return nil
}
