package access

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/profiles"
)

// Users gives those who have a profile, in the dossiers that the administrator
// looks after: accesses and memberships that name it, and accesses that name
// none where it is the default.
func (s *Profiles) Users(ctx context.Context, by Administrator, name string) ([]directory.ProfileUser, error) {
	fail := func(err error) ([]directory.ProfileUser, error) {
		return nil, fmt.Errorf("list users of profile %s: %w", name, err)
	}
	if by.KeyID == "" {
		return fail(ErrNobody)
	}
	book, err := s.Book(ctx)
	if err != nil {
		return fail(err)
	}
	if _, ok := book.Get(name); !ok {
		return fail(ErrNotFound)
	}
	users, err := s.Store.ProfileUsers(ctx, name, "")
	if err != nil {
		return fail(err)
	}
	users = slices.DeleteFunc(users, func(u directory.ProfileUser) bool { return !by.LooksAfter(u.Dossier) })
	for _, d := range s.Dossiers {
		if !by.LooksAfter(d.Name) {
			continue
		}
		without, err := s.Store.ProfileUsers(ctx, "", d.Name)
		if err != nil {
			return fail(err)
		}
		for _, u := range without {
			if s.defaultOf(book, d, u.Licence) == name {
				u.ByDefault = true
				users = append(users, u)
			}
		}
	}
	slices.SortStableFunc(users, func(a, b directory.ProfileUser) int {
		return strings.Compare(a.Dossier+"\x00"+a.CustomerID+"\x00"+a.Account, b.Dossier+"\x00"+b.CustomerID+"\x00"+b.Account)
	})
	return users, nil
}

func (s *Profiles) defaultOf(book *profiles.Book, d ProfileDossier, licence string) string {
	if name := book.Default(d.Name, licence); name != "" {
		return name
	}
	return d.DefaultProfile
}

// TransferRequest asks that users of one profile get another.
type TransferRequest struct {
	From, To string
	Dossier  string // only in this dossier; empty for every one
	Customer string // only this customer's access, by id; needs Dossier
	Account  string // only this account's membership for Customer
	Note     string
	DryRun   bool
}

// Transferred is what became, or would become, of a transfer.
type Transferred struct {
	Users    []directory.ProfileUser `json:"users"`
	DryRun   bool                    `json:"dry_run"`
	Findings []profiles.Finding      `json:"findings"`
}

// Transfer gives users of one profile another one, all of them in one act.
func (s *Profiles) Transfer(ctx context.Context, by Administrator, r TransferRequest) (Transferred, error) {
	fail := func(err error) (Transferred, error) {
		return Transferred{}, fmt.Errorf("transfer users of profile %s to %s: %w", r.From, r.To, err)
	}
	switch {
	case by.KeyID == "":
		return fail(ErrNobody)
	case r.To == "" || r.To == r.From:
		return fail(&FieldError{"to", "name another profile"})
	case r.Customer != "" && r.Dossier == "":
		return fail(&FieldError{"dossier", "name the dossier of the customer"})
	case r.Account != "" && r.Customer == "":
		return fail(&FieldError{"customer", "name the customer of the account's membership"})
	case r.Dossier != "" && !by.LooksAfter(r.Dossier):
		return fail(ErrNotFound)
	}
	if err := checkNote(r.Note); err != nil {
		return fail(err)
	}
	book, err := s.Book(ctx)
	if err != nil {
		return fail(err)
	}
	from, known := book.Get(r.From)
	if !known {
		return fail(ErrNotFound)
	}
	to, known := book.Get(r.To)
	switch {
	case !known:
		return fail(&FieldError{"to", fmt.Sprintf("there is no profile %q; there are: %s", r.To, strings.Join(book.Names(), ", "))})
	case to.ERP != from.ERP:
		return fail(&FieldError{"to", fmt.Sprintf("profile %s is for %s, and %s for %s", to.Name, to.ERP, from.Name, from.ERP)})
	}
	users, err := s.Users(ctx, by, r.From)
	if err != nil {
		return fail(err)
	}
	users, err = s.withMembership(ctx, users, r)
	if err != nil {
		return fail(err)
	}
	users = slices.DeleteFunc(users, func(u directory.ProfileUser) bool {
		return r.Dossier != "" && u.Dossier != r.Dossier || r.Customer != "" && (u.CustomerID != r.Customer || u.Account != r.Account)
	})
	if r.Customer != "" && len(users) == 0 {
		return fail(ErrNotFound)
	}
	findings, err := s.checkTransfer(ctx, book, from, to, users)
	if err != nil {
		return fail(err)
	}
	done := Transferred{Users: users, DryRun: r.DryRun, Findings: findings}
	if profiles.Refuses(findings) {
		return fail(&RefusedError{findings})
	}
	if r.DryRun || len(users) == 0 {
		return done, nil
	}
	err = s.Store.TransferProfile(ctx, r.To, users, by.signature(), s.act(by, "profile", r.From, "transfer", map[string]string{
		"to": r.To, "users": strconv.Itoa(len(users)), "dossiers": strings.Join(dossiersOf(users), " "), "dossier": r.Dossier, "customer": r.Customer, "account": r.Account, "note": r.Note}))
	if err != nil {
		return fail(err)
	}
	return done, nil
}

// dossiersOf gives the dossiers of users, sorted, each once.
func dossiersOf(users []directory.ProfileUser) []string {
	var names []string
	for _, u := range users {
		names = append(names, u.Dossier)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// withMembership adds a membership that names no profile, and so has the
// access's, where just that one is to be transferred.
func (s *Profiles) withMembership(ctx context.Context, users []directory.ProfileUser, r TransferRequest) ([]directory.ProfileUser, error) {
	if r.Account == "" || slices.ContainsFunc(users, func(u directory.ProfileUser) bool {
		return u.Dossier == r.Dossier && u.CustomerID == r.Customer && u.Account == r.Account
	}) {
		return users, nil
	}
	m, err := s.Store.Membership(ctx, r.Account, r.Dossier, r.Customer)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(users, func(u directory.ProfileUser) bool {
		return u.Dossier == r.Dossier && u.CustomerID == r.Customer && u.Account == ""
	})
	if m.Profile != "" || i < 0 {
		return users, nil
	}
	u := users[i]
	u.Account, u.Version, u.ByDefault = r.Account, m.Version, true
	return append(users, u), nil
}

// checkTransfer tells what speaks against it, or should be known.
func (s *Profiles) checkTransfer(ctx context.Context, book *profiles.Book, from, to *profiles.Profile, users []directory.ProfileUser) ([]profiles.Finding, error) {
	licences, err := s.licences(ctx)
	if err != nil {
		return nil, err
	}
	var findings []profiles.Finding
	if a, b := licences[from.Licence], licences[to.Licence]; b.PriceClass > a.PriceClass {
		findings = append(findings, priceClass(a, b))
	}
	for _, u := range users {
		place := "dossier " + u.Dossier + ", customer " + u.CustomerID
		if u.Account == "" {
			if l, ok := licences[u.Licence]; u.Licence != "" && ok {
				findings = append(findings, overLicence(l, to, place)...)
			}
			below, err := s.membershipsBelow(ctx, book, u, to)
			if err != nil {
				return nil, err
			}
			findings = append(findings, below...)
			continue
		}
		access, err := s.Store.Access(ctx, u.Dossier, u.CustomerID)
		if err != nil {
			return nil, err
		}
		findings = append(findings, s.checkLower(book, access, to, place+", account "+u.Account)...)
	}
	return findings, nil
}

// membershipsBelow tells of memberships whose profile would show more than the
// access they belong to.
func (s *Profiles) membershipsBelow(ctx context.Context, book *profiles.Book, u directory.ProfileUser, to *profiles.Profile) ([]profiles.Finding, error) {
	memberships, err := s.Store.Memberships(ctx, u.Dossier, u.CustomerID)
	if err != nil {
		return nil, err
	}
	var findings []profiles.Finding
	for _, m := range memberships {
		lower, ok := book.Get(m.Profile)
		if m.Profile == "" || !ok {
			continue
		}
		for _, f := range notBelow(to, lower) {
			f.Place = "dossier " + u.Dossier + ", customer " + u.CustomerID + ", account " + m.Account
			findings = append(findings, f)
		}
	}
	return findings, nil
}

// notBelow tells why a membership may not have a profile beside an access's:
// it must be that one, or a restriction of it.
func notBelow(access, lower *profiles.Profile) []profiles.Finding {
	if lower.Name == access.Name || lower.Extends == access.Name {
		return nil
	}
	return []profiles.Finding{{Severity: profiles.Error, Code: "not_a_restriction",
		Message: fmt.Sprintf("profile %s is no restriction of %s, which the customer's access has", lower.Name, access.Name),
		Remedy:  "give a profile that extends " + access.Name + " (vantelle profile restrict), or lower the levels instead"}}
}

func (s *Profiles) checkLower(book *profiles.Book, a directory.Access, lower *profiles.Profile, place string) []profiles.Finding {
	name := a.Profile
	for _, d := range s.Dossiers {
		if d.Name == a.Dossier && name == "" {
			name = s.defaultOf(book, d, a.Licence)
		}
	}
	access, ok := book.Get(name)
	if !ok {
		return []profiles.Finding{{Severity: profiles.Error, Code: "no_profile", Place: place, Message: "the access names the profile " + name + ", which does not exist"}}
	}
	findings := notBelow(access, lower)
	for i := range findings {
		findings[i].Place = place
	}
	return findings
}
