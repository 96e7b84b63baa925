package erpsource

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Options say what is read, and how. What does not concern a kind of ERP must
// be left empty.
type Options struct {
	// Company is the id of the company of an Odoo database that holds
	// several; 0 reads them all. Partners that companies share always count.
	Company int64
	// TablesPrefix is what the names of a Dolibarr's tables begin with; empty
	// finds it, where the database holds one Dolibarr.
	TablesPrefix string
	// Entities are the companies of a Dolibarr whose third parties are read;
	// none means 1. The first is the one that the dossier is.
	Entities []int64
	// IncludeProspects also reads those who have not bought yet.
	IncludeProspects bool
	// Attributes are columns of the customer's table to carry along, by the
	// name of the attribute: a row filter knows zone as :attr_zone.
	Attributes map[string]string
	// FilterColumns are the columns that row filters compare with a customer's
	// id, code or attributes, asked for at each read; nil for none: customers
	// whom one of them holds equal are not taken.
	FilterColumns func(context.Context) ([]FilterColumn, error)
	// Custom is how an ERP of the kind Custom is read.
	Custom CustomQueries
}

// CustomQueries are an operator's own SELECTs, which run as they are in a
// read-only session.
type CustomQueries struct {
	Customers, Contacts CustomQuery
	// Fingerprint gives one row that tells this database from any other;
	// empty for none.
	Fingerprint string
}

// CustomQuery is a SELECT, without a semicolon or an order, and for each field
// of a record the column of its result.
type CustomQuery struct {
	SQL    string
	Fields map[string]string
}

// validate gives everything that is wrong with the options for a kind of ERP,
// joined. Its messages name the options as the configuration does.
func (o Options) validate(kind string) error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if o.Company != 0 && kind != Odoo {
		bad("company: only an odoo has companies to choose from")
	}
	if o.Company < 0 {
		bad("company: the id of a company is at least 1")
	}
	if o.TablesPrefix != "" && kind != Dolibarr {
		bad("tables_prefix: only the tables of a dolibarr have a prefix")
	}
	if len(o.Entities) > 0 && kind != Dolibarr {
		bad("entities: only a dolibarr has entities")
	}
	for _, e := range o.Entities {
		if e < 1 {
			bad("entities: the number of an entity is at least 1, not %d", e)
		}
	}
	if o.IncludeProspects && kind == Custom {
		bad("include_prospects: the SELECT of the customers says who is one")
	}
	for _, name := range slices.Sorted(maps.Keys(o.Attributes)) {
		if !attributeName.MatchString(name) {
			bad("attributes: %q: a name is made of up to 48 of a to z, 0 to 9 and _, and begins with a letter", name)
		}
		if strings.TrimSpace(o.Attributes[name]) == "" {
			bad("attributes.%s: name a column", name)
		}
	}
	if kind == Custom {
		errs = append(errs, o.Custom.Customers.validate("custom.customers", customCustomerFields()), o.Custom.Contacts.validate("custom.contacts", customContactFields()))
	} else if o.Custom.given() {
		bad("custom: is for a dossier whose erp is custom")
	}
	return errors.Join(errs...)
}

// attributeName is what a row filter can spell after :attr_.
var attributeName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,47}$`)

func (c CustomQueries) given() bool {
	return c.Fingerprint != "" || c.Customers.SQL != "" || c.Contacts.SQL != "" || len(c.Customers.Fields) > 0 || len(c.Contacts.Fields) > 0
}

// validate checks what can be known without the database. Of the fields known,
// those that are true must be there.
func (q CustomQuery) validate(path string, known map[string]bool) error {
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s."+format, append([]any{path}, args...)...))
	}
	if q.text() == "" {
		bad("sql: give a SELECT")
	}
	names := slices.Sorted(maps.Keys(known))
	for _, field := range names {
		if known[field] && q.Fields[field] == "" {
			bad("fields.%s: name the column of the result that is the record's %s", field, field)
		}
	}
	for _, field := range slices.Sorted(maps.Keys(q.Fields)) {
		if _, ok := known[field]; !ok {
			bad("fields.%s: there is no such field; there are %s", field, strings.Join(names, ", "))
		} else if q.Fields[field] == "" && !known[field] {
			bad("fields.%s: name a column", field)
		}
	}
	return errors.Join(errs...)
}

// text is the SELECT without what people write behind a statement.
func (q CustomQuery) text() string { return bareStatement(q.SQL) }

func bareStatement(text string) string { return strings.TrimRight(text, "; \t\r\n") }
