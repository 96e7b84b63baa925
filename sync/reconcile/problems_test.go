package reconcile

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
)

func withEmail(c directory.Contact, address string) directory.Contact {
	c.Email = address
	return c
}

func TestAnAddressUsedTwiceIsReported(t *testing.T) {
	p, err := Diff(Input{Dossier: "d",
		SourceCustomers: customers(cust("A", "Alpha"), cust("B", "Beta")), DirectoryCustomers: customers(cust("A", "Alpha"), cust("B", "Beta")),
		SourceContacts: seq(
			row[directory.Contact]{record: withEmail(pers("1", "A", "Un"), "x@a.example")},
			row[directory.Contact]{record: withEmail(pers("2", "B", "Deux"), " X@A.example ")},
			row[directory.Contact]{record: withEmail(pers("3", "B", "Trois"), "")},
			row[directory.Contact]{record: withEmail(pers("4", "B", "Quatre"), "")},
			row[directory.Contact]{record: withEmail(pers("5", "B", "Cinq"), "y@a.example, z@a.example")},
			row[directory.Contact]{record: withEmail(pers("6", "B", "Six"), "y@a.example, z@a.example")},
			row[directory.Contact]{err: &directory.Problem{Noun: "contact", Record: "7", Reason: "unreadable", Keep: true}},
		),
		DirectoryContacts: contacts(withEmail(pers("7", "A", "Sept"), "x@a.example"))})
	if err != nil {
		t.Fatal(err)
	}
	same := ": contact 1 has the same e-mail address; it was taken, and an account can be made from one of them only"
	want := []string{"contact 1 create", "contact 2 problem" + same, "contact 2 create", "contact 3 create", "contact 4 create",
		"contact 5 create", "contact 6 create", "contact 7 problem: unreadable", "contact 7 problem" + same}
	if got := said(p); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestProblemsWithoutEndAreCounted(t *testing.T) {
	var rows []row[directory.Customer]
	for i := range maxProblems + 5 {
		rows = append(rows, row[directory.Customer]{err: &directory.Problem{Noun: "customer", Record: fmt.Sprintf("%05d", i), Reason: "odd"}})
	}
	p, err := Diff(Input{Dossier: "d", SourceCustomers: seq(rows...), DirectoryCustomers: customers(), SourceContacts: contacts(), DirectoryContacts: contacts()})
	if err != nil {
		t.Fatal(err)
	}
	last := p.Changes[len(p.Changes)-1]
	if p.Counts.Problems != maxProblems+5 || len(p.Changes) != maxProblems+1 || last.Detail != "and 5 more problems, of customers or contacts" {
		t.Errorf("%d problems, %d changes, the last %+v", p.Counts.Problems, len(p.Changes), last)
	}
}
