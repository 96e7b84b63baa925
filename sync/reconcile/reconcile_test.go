package reconcile

import (
	"errors"
	"iter"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/vantelle/vantelle/internal/directory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// row is a record or an error of a side.
type row[T any] struct {
	record T
	err    error
}

func seq[T any](rows ...row[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, r := range rows {
			if !yield(r.record, r.err) {
				return
			}
		}
	}
}

func records[T any](rs ...T) iter.Seq2[T, error] {
	rows := make([]row[T], len(rs))
	for i, r := range rs {
		rows[i].record = r
	}
	return seq(rows...)
}

func customers(cs ...directory.Customer) iter.Seq2[directory.Customer, error] { return records(cs...) }
func contacts(cs ...directory.Contact) iter.Seq2[directory.Contact, error]    { return records(cs...) }

// cust is a customer whose hash follows from its name and technical id.
func cust(id, name string, change ...func(*directory.Customer)) directory.Customer {
	c := directory.Customer{Dossier: "d", ID: id, Code: id, Name: name, State: directory.CustomerActive, TechnicalID: "t" + id}
	for _, f := range change {
		f(&c)
	}
	c.Hash = strings.Join([]string{c.Name, c.VAT, c.RegistrationNo, c.City, c.TechnicalID}, "|")
	return c
}

func technical(id string) func(*directory.Customer) {
	return func(c *directory.Customer) { c.TechnicalID = id }
}
func vat(no string) func(*directory.Customer) { return func(c *directory.Customer) { c.VAT = no } }
func siret(no string) func(*directory.Customer) {
	return func(c *directory.Customer) { c.RegistrationNo = no }
}
func city(s string) func(*directory.Customer) { return func(c *directory.Customer) { c.City = s } }
func removed(c *directory.Customer) {
	at := time.Unix(1, 0)
	c.RemovedAt = &at
}

func pers(id, customer, name string) directory.Contact {
	return directory.Contact{Dossier: "d", ID: id, CustomerID: customer, LastName: name, Hash: customer + "|" + name}
}

// said are the changes as "noun record kind: detail".
func said(p directory.Plan) []string {
	var out []string
	for i, c := range p.Changes {
		if c.Seq != i+1 {
			out = append(out, "out of sequence")
		}
		line := c.Noun + " " + c.Record + " " + string(c.Kind)
		if c.Detail != "" {
			line += ": " + c.Detail
		}
		out = append(out, line)
	}
	return out
}

func TestDiffOfCustomers(t *testing.T) {
	stays := "; " + anotherCompany
	for name, c := range map[string]struct {
		source, stored               []directory.Customer
		changes                      []string
		put, drop, returned, suspend []string
	}{
		"a new customer is created": {
			source:  []directory.Customer{cust("A", "Alpha")},
			changes: []string{"customer A create"}, put: []string{"A"}},
		"an unchanged one writes nothing": {
			source: []directory.Customer{cust("A", "Alpha")}, stored: []directory.Customer{cust("A", "Alpha")}},
		"a changed one is updated, with the names of its fields": {
			source: []directory.Customer{cust("A", "Alpha SA", city("Lyon"))}, stored: []directory.Customer{cust("A", "Alpha")},
			changes: []string{"customer A update: name, city"}, put: []string{"A"}},
		"one that is gone is removed": {
			source: []directory.Customer{cust("B", "Beta")}, stored: []directory.Customer{cust("A", "Alpha"), cust("B", "Beta")},
			changes: []string{"customer A remove"}, drop: []string{"A"}},
		"one that was removed before stays so, silently": {
			source: []directory.Customer{cust("B", "Beta")}, stored: []directory.Customer{cust("A", "Alpha", removed), cust("B", "Beta")}},
		"one that comes back as it was has its access back": {
			source: []directory.Customer{cust("A", "Alpha")}, stored: []directory.Customer{cust("A", "Alpha", removed)},
			changes: []string{"customer A return"}, put: []string{"A"}, returned: []string{"A"}},
		"one that comes back renamed, with the same SIRET, too": {
			source:  []directory.Customer{cust("A", "Alpha Group", siret("123 456 789 00011"), technical("9"))},
			stored:  []directory.Customer{cust("A", "Alpha", siret("12345678900011"), removed)},
			changes: []string{"customer A return"}, put: []string{"A"}, returned: []string{"A"}},
		"one that comes back as somebody else has not": {
			source: []directory.Customer{cust("A", "Omega", technical("9"))}, stored: []directory.Customer{cust("A", "Alpha", removed)},
			changes: []string{"customer A return: " + anotherCompany}, put: []string{"A"}, suspend: []string{"A"}},
		"nor has one of the same name with another VAT number": {
			source: []directory.Customer{cust("A", "Alpha", vat("FR2"))}, stored: []directory.Customer{cust("A", "Alpha", vat("FR1"), removed)},
			changes: []string{"customer A return: " + anotherCompany}, put: []string{"A"}, suspend: []string{"A"}},
		"one replaced in place is suspended": {
			source: []directory.Customer{cust("A", "Omega", technical("9"))}, stored: []directory.Customer{cust("A", "Alpha")},
			changes: []string{"customer A update: name, technical_id" + stays}, put: []string{"A"}, suspend: []string{"A"}},
		"one renumbered by the ERP is not": {
			source: []directory.Customer{cust("A", "ALPHA ", technical("9"))}, stored: []directory.Customer{cust("A", "Alpha")},
			changes: []string{"customer A update: name, technical_id"}, put: []string{"A"}},
		"one renamed in place is not": {
			source: []directory.Customer{cust("A", "Omega")}, stored: []directory.Customer{cust("A", "Alpha")},
			changes: []string{"customer A update: name"}, put: []string{"A"}},
		"ids are in byte order, not in people's": {
			source: []directory.Customer{cust("Z", "Z"), cust("a", "a"), cust("É", "É")}, stored: []directory.Customer{cust("B", "B"), cust("a", "a")},
			changes: []string{"customer B remove", "customer Z create", "customer É create"}, put: []string{"Z", "É"}, drop: []string{"B"}},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Diff(Input{Dossier: "d", SourceCustomers: customers(c.source...), DirectoryCustomers: customers(c.stored...),
				SourceContacts: contacts(), DirectoryContacts: contacts()})
			if err != nil {
				t.Fatal(err)
			}
			var put []string
			for _, x := range p.PutCustomers {
				put = append(put, x.ID)
				if x.Dossier != "d" || x.RemovedAt != nil {
					t.Errorf("put %+v", x)
				}
			}
			for what, pair := range map[string][2][]string{"changes": {said(p), c.changes}, "put": {put, c.put}, "drop": {p.DropCustomers, c.drop},
				"returned": {p.ReturnedAccess, c.returned}, "suspended": {p.SuspendedAccess, c.suspend}} {
				if !reflect.DeepEqual(pair[0], pair[1]) {
					t.Errorf("%s = %q, want %q", what, pair[0], pair[1])
				}
			}
			if p.Counts.CustomersRead != len(c.source) || p.Counts.CustomersRemoved != len(c.drop) ||
				p.Counts.CustomersCreated+p.Counts.CustomersUpdated != len(c.put) {
				t.Errorf("counts = %+v", p.Counts)
			}
		})
	}
}

func TestDiffOfContacts(t *testing.T) {
	gone := pers("3", "A", "Third")
	at := time.Unix(1, 0)
	gone.RemovedAt = &at
	p, err := Diff(Input{Dossier: "d",
		SourceCustomers: customers(cust("A", "Alpha")), DirectoryCustomers: customers(cust("A", "Alpha"), cust("B", "Beta")),
		SourceContacts:    contacts(pers("1", "A", "First"), pers("2", "A", "Second bis"), pers("3", "A", "Third"), pers("4", "B", "Fourth"), pers("5", "X", "Fifth"), pers("7", "A", "Seventh")),
		DirectoryContacts: contacts(pers("2", "A", "Second"), gone, pers("4", "B", "Fourth"), pers("6", "A", "Sixth"), pers("7", "A", "Seventh")),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"customer B remove",
		"contact 1 create",
		"contact 2 update: last_name",
		"contact 3 return",
		"contact 4 problem: its customer was not taken", "contact 4 remove",
		"contact 5 problem: its customer was not taken",
		"contact 6 remove",
	}
	if got := said(p); !reflect.DeepEqual(got, want) {
		t.Errorf("changes:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if c := p.Counts; c.ContactsRead != 6 || c.ContactsCreated != 2 || c.ContactsUpdated != 1 || c.ContactsRemoved != 2 || c.Problems != 2 {
		t.Errorf("counts = %+v", c)
	}
}

func TestProblems(t *testing.T) {
	unreadable := func(id string) row[directory.Customer] {
		return row[directory.Customer]{err: &directory.Problem{Noun: directory.NounCustomer, Record: id, Reason: "unreadable", Keep: true}}
	}
	twice := row[directory.Customer]{err: &directory.Problem{Noun: directory.NounCustomer, Record: "C", Reason: "twice"}}
	p, err := Diff(Input{Dossier: "d",
		SourceCustomers:    seq(unreadable("A"), unreadable("B"), twice, unreadable("D"), row[directory.Customer]{record: cust("E", "E")}),
		DirectoryCustomers: customers(cust("A", "Alpha"), cust("C", "Gamma"), cust("D", "Delta", removed)),
		SourceContacts:     contacts(pers("1", "A", "First"), pers("2", "B", "Second"), pers("3", "D", "Third")), DirectoryContacts: contacts(),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"customer A problem: unreadable", // its record and its contacts stay
		"customer B problem: unreadable",
		"customer C problem: twice",
		"customer D problem: unreadable", "customer C remove",
		"customer E create",
		"contact 1 create",
		"contact 2 problem: its customer was not taken",
		"contact 3 problem: its customer was not taken",
	}
	got := said(p)
	for _, w := range want {
		if !contains(got, w) {
			t.Errorf("missing %q in %q", w, got)
		}
	}
	if len(got) != len(want) || p.Counts.Problems != 6 {
		t.Errorf("changes = %q, problems = %d", got, p.Counts.Problems)
	}
}

func TestAContactGoesWithItsCustomerReadableOrNot(t *testing.T) {
	unreadable := func(id string) row[directory.Contact] {
		return row[directory.Contact]{err: &directory.Problem{Noun: directory.NounContact, Record: id, Reason: "unreadable", Keep: true}}
	}
	p, err := Diff(Input{Dossier: "d", SourceCustomers: customers(cust("A", "Alpha")), DirectoryCustomers: customers(cust("A", "Alpha"), cust("B", "Beta")),
		SourceContacts: seq(unreadable("1"), unreadable("2")), DirectoryContacts: contacts(pers("1", "A", "First"), pers("2", "B", "Second"))})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"customer B remove", "contact 1 problem: unreadable", "contact 2 problem: unreadable", "contact 2 remove"}
	if got := said(p); !reflect.DeepEqual(got, want) {
		t.Errorf("changes = %q, want %q", got, want)
	}
}

func contains(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}

func TestNoPlanOfAFailedRead(t *testing.T) {
	boom := errors.New("boom")
	bad := row[directory.Customer]{err: boom}
	badContact := row[directory.Contact]{err: boom}
	problem := row[directory.Customer]{err: &directory.Problem{Noun: directory.NounCustomer, Reason: "strange"}}
	a, b := cust("A", "Alpha"), cust("B", "Beta")
	for name, c := range map[string]struct {
		in   Input
		want error
	}{
		"the ERP fails at once":             {Input{SourceCustomers: seq(bad), DirectoryCustomers: customers(a)}, boom},
		"the ERP fails after a record":      {Input{SourceCustomers: seq(row[directory.Customer]{record: a}, bad), DirectoryCustomers: customers(a, b)}, boom},
		"the directory fails":               {Input{SourceCustomers: customers(a), DirectoryCustomers: seq(bad)}, boom},
		"the directory has a problem":       {Input{SourceCustomers: customers(a), DirectoryCustomers: seq(problem)}, problem.err},
		"the contacts of the ERP fail":      {Input{SourceCustomers: customers(a), SourceContacts: seq(badContact)}, boom},
		"the contacts stored fail":          {Input{DirectoryContacts: seq(badContact)}, boom},
		"the ERP is not sorted":             {Input{SourceCustomers: customers(b, a)}, ErrNotSorted},
		"the ERP has an id twice":           {Input{SourceCustomers: customers(a, a)}, ErrNotSorted},
		"the directory is not sorted":       {Input{DirectoryCustomers: customers(b, a)}, ErrNotSorted},
		"a kept record is out of order":     {Input{SourceCustomers: seq(row[directory.Customer]{record: b}, row[directory.Customer]{err: &directory.Problem{Record: "A", Keep: true}})}, ErrNotSorted},
		"people's order is not bytes' here": {Input{SourceCustomers: customers(cust("a", "a"), cust("B", "B"))}, ErrNotSorted},
		"a record has no id":                {Input{SourceCustomers: customers(cust("", "Nobody"))}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			in := c.in
			in.Dossier = "d"
			if in.SourceCustomers == nil {
				in.SourceCustomers = customers()
			}
			if in.DirectoryCustomers == nil {
				in.DirectoryCustomers = customers()
			}
			if in.SourceContacts == nil {
				in.SourceContacts = contacts()
			}
			if in.DirectoryContacts == nil {
				in.DirectoryContacts = contacts()
			}
			p, err := Diff(in)
			if err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("err = %v, want %v", err, c.want)
			}
			if !reflect.DeepEqual(p, directory.Plan{}) {
				t.Errorf("a plan came with the error: %+v", p)
			}
		})
	}
}

func TestRefuseEmptySource(t *testing.T) {
	for name, c := range map[string]struct {
		source, stored []directory.Customer
		refused        bool
	}{
		"nothing here, nothing there": {nil, nil, false},
		"all gone":                    {nil, []directory.Customer{cust("A", "Alpha")}, true},
		"all were removed before":     {nil, []directory.Customer{cust("A", "Alpha", removed)}, false},
		"one is left":                 {[]directory.Customer{cust("B", "Beta")}, []directory.Customer{cust("A", "Alpha"), cust("B", "Beta")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Diff(Input{Dossier: "d", SourceCustomers: customers(c.source...), DirectoryCustomers: customers(c.stored...),
				SourceContacts: contacts(), DirectoryContacts: contacts()})
			if err != nil {
				t.Fatal(err)
			}
			if got := errors.Is(RefuseEmptySource(p), ErrEmptySource); got != c.refused {
				t.Errorf("refused = %v", got)
			}
		})
	}
}
