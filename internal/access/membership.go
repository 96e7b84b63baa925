package access

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/internal/directory"
)

// Memberships gives the memberships of a customer.
func (s *Profiles) Memberships(ctx context.Context, by Administrator, dossier, customerID string) ([]directory.Membership, error) {
	if err := admit(by, dossier); err != nil {
		return nil, err
	}
	return s.Store.Memberships(ctx, dossier, customerID)
}

// PutMembership makes or changes a membership. Its profile must be a
// restriction of the access's, its levels may only lower.
func (s *Profiles) PutMembership(ctx context.Context, by Administrator, m directory.Membership) (directory.Membership, error) {
	fail := func(err error) (directory.Membership, error) {
		return directory.Membership{}, fmt.Errorf("change membership of account %s for customer %s in dossier %s: %w", m.Account, m.CustomerID, m.Dossier, err)
	}
	if err := admit(by, m.Dossier); err != nil {
		return fail(err)
	}
	if m.Account == "" {
		return fail(&FieldError{"account", "is missing"})
	}
	if m.Role != directory.RoleAdministrator && m.Role != directory.RoleUser {
		return fail(&FieldError{"role", "is administrator or user"})
	}
	if err := checkNote(m.Note); err != nil {
		return fail(err)
	}
	if err := s.checkMembership(ctx, m); err != nil {
		return fail(err)
	}
	action := "change"
	if m.Version == 0 {
		action = "create"
	}
	m.ChangedBy, m.ChangedAt = by.signature(), s.Now()
	stored, err := s.Store.PutMembership(ctx, m, s.act(by, "membership", membershipKey(m), action, map[string]string{"role": string(m.Role), "profile": m.Profile, "note": m.Note}))
	if err != nil {
		return fail(err)
	}
	return stored, nil
}

func (s *Profiles) checkMembership(ctx context.Context, m directory.Membership) error {
	book, err := s.Book(ctx)
	if err != nil {
		return err
	}
	access, err := s.Store.Access(ctx, m.Dossier, m.CustomerID)
	if err != nil {
		return err
	}
	name := access.Profile
	for _, d := range s.Dossiers {
		if d.Name == m.Dossier && name == "" {
			name = s.defaultOf(book, d, access.Licence)
		}
	}
	if m.Profile != "" {
		lower, known := book.Get(m.Profile)
		if !known {
			return &FieldError{"profile", fmt.Sprintf("there is no profile %q; there are: %s", m.Profile, strings.Join(book.Names(), ", "))}
		}
		if found := s.checkLower(book, access, lower, "profile"); len(found) > 0 {
			return &RefusedError{found}
		}
		name = m.Profile
	}
	p, known := book.Get(name)
	if !known {
		return &FieldError{"profile", "there is no profile " + name}
	}
	p = p.Lowered(LevelsOf(access.Levels))
	if wrong := LevelsOf(m.Levels).Check(p); len(wrong) > 0 {
		return &FieldError{"levels", strings.Join(wrong, "; ")}
	}
	if raised := LevelsOf(m.Levels).Raised(p); len(raised) > 0 {
		return &FieldError{"levels", "may only lower: the access allows less of " + strings.Join(raised, ", ")}
	}
	return nil
}

// DeleteMembership deletes a membership at the version that was seen.
func (s *Profiles) DeleteMembership(ctx context.Context, by Administrator, m directory.Membership) error {
	if err := admit(by, m.Dossier); err != nil {
		return err
	}
	return s.Store.DeleteMembership(ctx, m, s.act(by, "membership", membershipKey(m), "delete", nil))
}

func membershipKey(m directory.Membership) string {
	return m.Dossier + "/" + m.CustomerID + "/" + m.Account
}

// ViewAs records that the administrator looks at a dossier with a customer's
// eyes, and why. It must succeed before anything is shown.
func (s *Profiles) ViewAs(ctx context.Context, by Administrator, dossier, customerID, reason, what string) error {
	if err := admit(by, dossier); err != nil {
		return err
	}
	if reason = strings.TrimSpace(reason); len(reason) < 3 {
		return &FieldError{"reason", "say why you look at this customer's data (header Vantelle-Reason)"}
	}
	if err := checkNote(reason); err != nil {
		return &FieldError{"reason", err.Error()}
	}
	return s.Store.RecordAct(ctx, s.act(by, "customer", dossier+"/"+customerID, "view_as", map[string]string{"reason": reason, "request": what}))
}

// Acts gives the acts of administrators, the newest first; those of single
// dossiers see only the acts on what they name, and of a profile's transfers
// only what became of their own dossiers' customers.
func (s *Profiles) Acts(ctx context.Context, by Administrator, q directory.ActQuery) ([]directory.Act, error) {
	switch {
	case by.KeyID == "":
		return nil, ErrNobody
	case len(by.Dossiers) > 0 && (q.Noun == "" || q.Object == "" || !(q.Noun == "profile" || q.Noun == "licence" || by.LooksAfter(dossierOf(q.Object)))):
		return nil, &FieldError{"noun", "name a profile, or an object of one of your dossiers"}
	}
	if len(by.Dossiers) == 0 {
		return s.Store.Acts(ctx, q)
	}
	own := []directory.Act{}
	for page := q; ; {
		acts, err := s.Store.Acts(ctx, page)
		if err != nil {
			return nil, err
		}
		for _, a := range acts {
			if by.mayRead(&a) {
				own = append(own, a)
			}
			if len(own) == q.Limit {
				return own, nil
			}
		}
		if len(acts) < max(page.Limit, 1) {
			return own, nil
		}
		page.Before = acts[len(acts)-1].Seq // what was left out makes no shorter page
	}
}

// mayRead reports whether an act is for the administrator, and takes out of it
// what is not. Profiles are everybody's, and so are acts on them; but a transfer
// says which customers, of which dossiers, got another profile, and why. Where
// his own are among them he reads that there was one.
func (a Administrator) mayRead(act *directory.Act) bool {
	if act.Noun != "profile" || act.Action != "transfer" {
		return true
	}
	touched := strings.Fields(act.Detail["dossiers"])
	if named := act.Detail["dossier"]; named != "" {
		touched = append(touched, named)
	}
	slices.Sort(touched)
	touched = slices.Compact(touched)
	own := slices.DeleteFunc(slices.Clone(touched), func(dossier string) bool { return !a.LooksAfter(dossier) })
	if len(own) < len(touched) {
		act.Detail = map[string]string{"to": act.Detail["to"], "dossiers": strings.Join(own, " ")}
	}
	return len(own) > 0
}

func dossierOf(object string) string {
	dossier, _, _ := strings.Cut(object, "/")
	return dossier
}

// Noted writes down an act of an administrator on something that the directory
// does not keep, such as a pushed file.
func (s *Profiles) Noted(ctx context.Context, by Administrator, noun, object, action string, detail map[string]string) error {
	return s.Store.RecordAct(ctx, s.act(by, noun, object, action, detail))
}
