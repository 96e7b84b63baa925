// Package trial answers what an administrator wants to be sure of before
// customers feel it: what a dossier's catalog makes of a profile, what two
// versions show a real customer, why somebody sees a row or does not, and
// whether a profile does what its policy tests say.
//
// It reads an ERP through the gate and in no other way, always in the
// administrator's name and for one customer, so that the audit tells it. It must
// never give out a value of an ERP's row: it counts, and it says yes or no.
//
// Read try.go (before a version takes effect), changes.go (what changes), why.go
// (why), test.go (policy tests).
package trial

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/access"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/profiles"
)

// Directory is what a trial reads of the directory; its methods are those of
// directory.Store.
type Directory interface {
	Customer(ctx context.Context, dossier, id string) (directory.Customer, error)
	CustomersByCode(ctx context.Context, dossier, code string) ([]directory.Customer, error)
	Access(ctx context.Context, dossier, customerID string) (directory.Access, error)
	ListAccesses(ctx context.Context, dossier string) ([]directory.Access, error)
	Membership(ctx context.Context, account, dossier, customerID string) (directory.Membership, error)
}

// Catalogs gives a dossier's catalog as last read; *filter.Worlds does.
type Catalogs interface {
	Catalog(ctx context.Context, dossier string) (*catalog.Catalog, error)
}

// Trial tries profiles out. Set its fields before the first use; it may then be
// used by many goroutines.
type Trial struct {
	Gate      *filter.Gate
	Catalogs  Catalogs
	Directory Directory
	Dossiers  []access.ProfileDossier
	Book      func(ctx context.Context) (*profiles.Book, error)
	// Indexes warns of filters that no index of a dossier serves; nil looks
	// for none.
	Indexes func(ctx context.Context, dossier string, v *view.View) []profiles.Finding
}

var _ access.Trial = (*Trial)(nil)

// rowCap is how many rows of a table are counted; keyCap how many keys are held
// to compare two sets of rows.
const (
	rowCap = 10_000
	keyCap = 10_000
)

func (t *Trial) dossier(name string) (access.ProfileDossier, bool) {
	i := slices.IndexFunc(t.Dossiers, func(d access.ProfileDossier) bool { return d.Name == name })
	if i < 0 {
		return access.ProfileDossier{}, false
	}
	return t.Dossiers[i], true
}

// ErrNoCustomer is returned for a customer whom the dossier does not have.
var ErrNoCustomer = errors.New("no such customer in this dossier")

// customer finds a customer by code, or by id: and an id. In a dossier that the
// administrator does not look after there is none for him.
func (t *Trial) customer(ctx context.Context, by access.Administrator, dossier, name string) (directory.Customer, error) {
	if !by.LooksAfter(dossier) {
		return directory.Customer{}, ErrNoCustomer
	}
	if id, byID := strings.CutPrefix(name, "id:"); byID {
		c, err := t.Directory.Customer(ctx, dossier, id)
		if errors.Is(err, directory.ErrNotFound) || err == nil && c.RemovedAt != nil {
			return directory.Customer{}, ErrNoCustomer
		}
		return c, err
	}
	found, err := t.Directory.CustomersByCode(ctx, dossier, name)
	switch {
	case err != nil:
		return directory.Customer{}, err
	case len(found) == 0:
		return directory.Customer{}, ErrNoCustomer
	case len(found) > 1:
		return directory.Customer{}, fmt.Errorf("several customers have the code %s: write id: and the id", name)
	}
	return found[0], nil
}

// asker asks the gate as one customer with one profile, in an administrator's
// name.
type asker struct {
	gate   *filter.Gate
	caller identity.Caller
	front  string
}

// as makes an asker of a customer who has the profile and is let in, whatever
// his access says: nobody but the administrator reads the answer.
func (t *Trial) as(by access.Administrator, c directory.Customer, p *profiles.Profile, book *profiles.Book, front string) asker {
	return asker{gate: t.Gate.Under(book.Put(p)), front: front, caller: identity.Caller{
		Dossier: c.Dossier, KeyID: by.KeyID, KeyName: by.Name, Actor: by.Name, Customer: c, ReadOnly: true,
		Access: directory.Access{Dossier: c.Dossier, CustomerID: c.ID, Profile: p.Name, State: directory.AccessGranted},
	}}
}

// each runs a statement and gives each row to do.
func (a asker) each(ctx context.Context, sql string, params []any, do func(row []any) error) error {
	answer, err := a.gate.Do(ctx, filter.Request{Caller: a.caller, RequestID: rand.Text(), Front: a.front, Text: sql, Params: params})
	if err != nil {
		return err
	}
	for {
		row, err := answer.Rows.Next(ctx)
		if errors.Is(err, io.EOF) {
			return answer.Close()
		}
		if err == nil {
			err = do(row)
		}
		if err != nil {
			return errors.Join(err, answer.Close())
		}
	}
}

// count counts the rows that a query gives, up to a cap; capped says that there
// are more.
func (a asker) count(ctx context.Context, query string, params []any, most int) (n int, capped bool, err error) {
	err = a.each(ctx, fmt.Sprintf("%s LIMIT %d", query, most+1), params, func([]any) error { n++; return nil })
	if n > most {
		return most, true, err
	}
	return n, false, err
}

// quoted spells a name for the portal's SQL.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// tableName spells a table for the portal's SQL.
func tableName(t *catalog.Table) string {
	if t.Schema == "" {
		return quoted(t.Name)
	}
	return quoted(t.Schema) + "." + quoted(t.Name)
}

// keysOf gives a statement that reads the first of the columns, or all of them.
func selectOf(t *catalog.Table, columns []string) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = quoted(c)
	}
	return "SELECT " + strings.Join(names, ", ") + " FROM " + tableName(t)
}

// reason words an error of the gate for the administrator.
func reason(err error) string {
	var r *refusal.Error
	if errors.As(err, &r) {
		return string(r.Code) + ": " + r.Detail
	}
	return err.Error()
}

// unavailable tells whether the ERP is what failed, and not the question.
func unavailable(err error) bool {
	var r *refusal.Error
	return errors.As(err, &r) && (r.Code == refusal.Unavailable || r.Code == refusal.Timeout || r.Code == refusal.Cancelled || r.Code == refusal.AuditDown)
}
