package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/profiles"
)

// ErrReadOnly is returned where profiles come from files and can only be
// changed there.
var ErrReadOnly = errors.New("the profiles come from files (profiles.source: files): change them there")

// ErrForbidden is returned where the change touches dossiers that the
// administrator does not look after.
var ErrForbidden = errors.New("this changes what customers of other dossiers see: it takes an administrator of every dossier of this kind of ERP")

// RefusedError says why a version does not take effect; the one in force stays.
type RefusedError struct{ Findings []profiles.Finding }

func (e *RefusedError) Error() string {
	var lines []string
	for _, f := range e.Findings {
		if f.Severity == profiles.Error {
			lines = append(lines, f.String())
		}
	}
	return strings.Join(lines, "\n")
}

// InUseError says who keeps something from being deleted.
type InUseError struct{ What, Hint string }

func (e *InUseError) Error() string { return e.What + ": " + e.Hint }

// ProfileDossier is what a dossier means for profiles.
type ProfileDossier struct {
	Name           string
	ERP            string
	DefaultProfile string // of the configuration, where the directory has none
}

// ProfileStore is what the use cases need of the directory; methods and errors
// are those of directory.Store.
type ProfileStore interface {
	directory.ProfileStore
	Access(ctx context.Context, dossier, customerID string) (directory.Access, error)
}

// Trial tries a profile before it takes effect.
type Trial interface {
	// Try looks at what the dossiers would make of a candidate. The error is
	// for what keeps it from looking at all.
	Try(ctx context.Context, by Administrator, c Candidate) ([]profiles.Finding, error)
}

// Candidate is a profile that is to take effect.
type Candidate struct {
	Profile *profiles.Profile
	Before  *profiles.Profile // in force under its name; nil for none
	Base    *profiles.Profile // that it restricts; nil for none
	Book    *profiles.Book    // as it will be, the candidate in it
	Tests   string            // policy tests, YAML
}

// Profiles carries out the use cases on profiles, licence types, defaults and
// memberships. Set its fields before the first use; it may then be used by many
// goroutines.
//
// Every method can return ErrNobody, ErrNotFound and errors of the store; the
// changes also *FieldError, *RefusedError, *InUseError, ErrReadOnly,
// ErrForbidden and ErrConflict.
type Profiles struct {
	Store    ProfileStore
	Dossiers []ProfileDossier
	Shipped  []profiles.ShippedFile
	// Book gives the profiles in force, whether they are in the directory or
	// come from files.
	Book     func(ctx context.Context) (*profiles.Book, error)
	Trial    Trial
	ReadOnly bool // the profiles come from files
	Now      func() time.Time
}

// PutRequest asks for a new version of a profile.
type PutRequest struct {
	Name    string // must be the text's own; empty takes that one
	Text    string // YAML
	Tests   string // policy tests, YAML
	Note    string // why
	Version int    // that the administrator saw, 0 where there is none yet
	// Accept names findings (by code) that are errors otherwise and that the
	// administrator has seen: see liftable.
	Accept []string
	DryRun bool

	origin directory.ProfileOrigin
	source string
}

// liftable are the findings that an administrator may accept.
var liftable = []string{"dossier_unreachable", "empties_views", "erp_changed", "table_lost"}

// Saved is what became, or would become, of a new version.
type Saved struct {
	Profile  directory.Profile  `json:"profile"`
	DryRun   bool               `json:"dry_run"`
	Changes  []profiles.Change  `json:"changes"` // against the version before
	Findings []profiles.Finding `json:"findings"`
}

// Put validates a version and puts it in force.
func (s *Profiles) Put(ctx context.Context, by Administrator, r PutRequest) (Saved, error) {
	if r.origin == "" {
		r.origin = directory.OriginEdited
	}
	return s.put(ctx, by, r)
}

// Import is Put of a profile from a file.
func (s *Profiles) Import(ctx context.Context, by Administrator, file string, r PutRequest) (Saved, error) {
	r.origin, r.source = directory.OriginImported, file
	return s.put(ctx, by, r)
}

func (s *Profiles) put(ctx context.Context, by Administrator, r PutRequest) (Saved, error) {
	fail := func(err error) (Saved, error) { return Saved{}, fmt.Errorf("change profile %s: %w", r.Name, err) }
	if by.KeyID == "" {
		return fail(ErrNobody)
	}
	if s.ReadOnly && !r.DryRun {
		return fail(ErrReadOnly)
	}
	if err := checkNote(r.Note); err != nil {
		return fail(err)
	}
	p, err := profiles.Load(fileOf(r), []byte(r.Text))
	if err != nil {
		return fail(refusedAs(err))
	}
	if r.Name != "" && p.Name != r.Name {
		return fail(&FieldError{"text", fmt.Sprintf("this is the profile %s, not %s", p.Name, r.Name)})
	}
	r.Name = p.Name
	stored, err := s.seen(ctx, r.Name, r.Version)
	if err != nil {
		return fail(err)
	}
	if err := s.mayReplace(by, stored, p); err != nil {
		return fail(err)
	}
	p.Version = r.Version + 1
	before, findings, err := s.try(ctx, by, p, r.Tests)
	if err != nil {
		return fail(err)
	}
	findings = accept(append(changedERP(stored, p), findings...), r.Accept)
	saved := Saved{DryRun: r.DryRun, Findings: findings, Changes: changesFrom(before, p)}
	if profiles.Refuses(findings) {
		return fail(&RefusedError{findings})
	}
	note := r.Note
	if note == "" {
		note = p.Note
	}
	stored.Name, stored.ERP, stored.Licence, stored.Extends = p.Name, p.ERP, p.Licence, p.Extends
	stored.Standard, stored.ChangedBy, stored.ChangedAt = s.shipped(p.Name) != nil, by.signature(), s.Now()
	if r.DryRun {
		saved.Profile = stored
		return saved, nil
	}
	version := directory.ProfileVersion{Digest: p.Digest, Origin: r.origin, Source: r.source, Author: by.signature(), Note: note, Text: r.Text, Tests: r.Tests}
	saved.Profile, err = s.Store.PutProfile(ctx, stored, version, s.act(by, "profile", p.Name, string(r.origin), map[string]string{
		"note": note, "source": r.source, "digest": p.Digest, "accepted": strings.Join(r.Accept, " ")}))
	if err != nil {
		return fail(err)
	}
	return saved, nil
}

// mayReplace admits those who may shape the profiles of the kind of ERP that a
// version is for, and of the one that the profile in force is for: its text says
// which kind, and would take another kind's profile otherwise.
func (s *Profiles) mayReplace(by Administrator, stored directory.Profile, p *profiles.Profile) error {
	if err := s.MayShape(by, p.ERP); err != nil {
		return err
	}
	if stored.Version == 0 {
		return nil
	}
	return s.MayShape(by, stored.ERP)
}

// changedERP tells of a version for another kind of ERP than that of the profile
// in force, whose customers would see nothing: the gate binds no profile to a
// dossier of another kind.
func changedERP(stored directory.Profile, p *profiles.Profile) []profiles.Finding {
	if stored.Version == 0 || stored.ERP == p.ERP {
		return nil
	}
	return []profiles.Finding{{Severity: profiles.Error, Code: "erp_changed", Place: "erp",
		Message: fmt.Sprintf("profile %s is for %s, and this version for %s: whoever has it in a dossier of %s would see nothing any more", p.Name, stored.ERP, p.ERP, stored.ERP),
		Remedy:  "leave it for " + stored.ERP + ", and make a profile of another name for " + p.ERP}}
}

// try collects everything there is to say against a candidate.
func (s *Profiles) try(ctx context.Context, by Administrator, p *profiles.Profile, tests string) (before *profiles.Profile, findings []profiles.Finding, err error) {
	book, err := s.Book(ctx)
	if err != nil {
		return nil, nil, err
	}
	c := Candidate{Profile: p, Book: book.Put(p), Tests: tests}
	if before, ok := book.Get(p.Name); ok {
		c.Before = before
	}
	if findings, err = s.checkLicence(ctx, c); err != nil {
		return nil, nil, err
	}
	findings = append(findings, s.checkFamily(&c)...)
	findings = append(findings, profiles.Overlaps(p)...)
	if s.Trial != nil {
		tried, err := s.Trial.Try(ctx, by, c)
		if err != nil {
			return nil, nil, err
		}
		findings = append(findings, tried...)
	}
	return c.Before, findings, nil
}

// checkFamily sees to it that a restriction only takes away, and so do those
// that restrict this profile.
func (s *Profiles) checkFamily(c *Candidate) []profiles.Finding {
	var all []profiles.Finding
	p := c.Profile
	if p.Extends != "" {
		base, ok := c.Book.Get(p.Extends)
		if !ok {
			return []profiles.Finding{{Severity: profiles.Error, Code: "no_base", Place: "extends", Message: "there is no profile " + p.Extends, Remedy: "name one of: " + strings.Join(c.Book.Names(), ", ")}}
		}
		c.Base = base
		all = append(all, profiles.Widenings(base, p)...)
	}
	for _, name := range c.Book.Names() {
		copied, _ := c.Book.Get(name)
		if copied.Extends != p.Name || name == p.Name {
			continue
		}
		for _, f := range profiles.Widenings(p, copied) {
			f.Message = "profile " + name + " restricts this one and would show more: " + strings.TrimPrefix(f.Message, "a restriction may only take away: ")
			f.Remedy = "restrict " + name + " first, or take extends out of it"
			f.Code = "restriction_left_wider"
			all = append(all, f)
		}
	}
	return all
}

func accept(findings []profiles.Finding, codes []string) []profiles.Finding {
	for i, f := range findings {
		if f.Severity == profiles.Error && slices.Contains(liftable, f.Code) && slices.Contains(codes, f.Code) {
			findings[i].Severity = profiles.Warning
		} else if f.Severity == profiles.Error && slices.Contains(liftable, f.Code) {
			findings[i].Remedy = strings.TrimPrefix(f.Remedy+"; or accept "+f.Code, "; ")
		}
	}
	return findings
}

func changesFrom(before, p *profiles.Profile) []profiles.Change {
	if before == nil {
		return []profiles.Change{{Subject: "The profile", Text: "The profile is new."}}
	}
	return profiles.Changes(before, p)
}

func refusedAs(err error) error {
	var mistakes profiles.Mistakes
	if errors.As(err, &mistakes) {
		return &RefusedError{profiles.MistakesAsFindings(mistakes)}
	}
	return err
}

func fileOf(r PutRequest) string {
	if r.origin == directory.OriginImported && r.source != "" {
		return r.source
	}
	return "profile"
}

// seen reads the profile that is to change, at the version that was seen.
func (s *Profiles) seen(ctx context.Context, name string, version int) (directory.Profile, error) {
	stored, err := s.Store.Profile(ctx, name)
	if errors.Is(err, directory.ErrNotFound) {
		if version != 0 {
			return stored, ErrConflict
		}
		return directory.Profile{Name: name}, nil
	}
	if err == nil && stored.Version != version {
		return stored, ErrConflict
	}
	return stored, err
}

// MayShape admits those who look after every dossier of a kind of ERP, as a
// profile for it is every one's; others get ErrForbidden.
func (s *Profiles) MayShape(by Administrator, erp string) error {
	if by.KeyID == "" {
		return ErrNobody
	}
	if len(by.Dossiers) == 0 {
		return nil
	}
	touched := false
	for _, d := range s.Dossiers {
		if d.ERP == erp {
			touched = true
			if !by.LooksAfter(d.Name) {
				return ErrForbidden
			}
		}
	}
	if !touched {
		return ErrForbidden
	}
	return nil
}

func (s *Profiles) shipped(name string) *profiles.ShippedFile {
	for i := range s.Shipped {
		if s.Shipped[i].Profile.Name == name {
			return &s.Shipped[i]
		}
	}
	return nil
}

func (s *Profiles) act(by Administrator, noun, object, action string, detail map[string]string) directory.Act {
	for key, value := range detail {
		if value == "" {
			delete(detail, key)
		}
	}
	return directory.Act{At: s.Now(), By: by.signature(), Noun: noun, Object: object, Action: action, Detail: detail}
}

func checkNote(note string) error {
	switch {
	case !utf8.ValidString(note) || strings.ContainsFunc(note, forbiddenInNote):
		return &FieldError{"note", "must be plain text without control characters"}
	case utf8.RuneCountInString(note) > maxNote:
		return &FieldError{"note", fmt.Sprintf("must not be longer than %d characters", maxNote)}
	}
	return nil
}
