package erpsource

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// customCustomerFields are the fields that an operator's SELECT can give a
// customer; true for those that it must give.
func customCustomerFields() map[string]bool {
	return map[string]bool{
		"id": true, "code": false, "name": true, "email": false, "phone": false, "address": false, "postal_code": false, "city": false, "country": false,
		"vat": false, "registration_no": false, "dormant": false, "parent_id": false, "payer_id": false, "representative": false, "tags": false, "technical_id": false,
	}
}

// customContactFields is customCustomerFields for a contact.
func customContactFields() map[string]bool {
	return map[string]bool{
		"id": true, "customer_id": true, "last_name": true, "first_name": false, "function": false, "email": false, "phone": false, "mobile": false,
	}
}

// planCustom reads what an operator's own SELECTs give. They stand as derived
// tables in statements of ours, so that the order is ours too; that they run
// and have the columns they are said to have is tried before.
func planCustom(ctx context.Context, s *shape, r *reader, opts Options) (*plan, error) {
	queries := []customSource{
		{noun: directory.NounCustomer, path: "custom.customers", query: opts.Custom.Customers, attributes: opts.Attributes},
		{noun: directory.NounContact, path: "custom.contacts", query: opts.Custom.Contacts},
	}
	for i := range queries {
		if err := queries[i].try(ctx, s, r); err != nil {
			return nil, err // the transaction may be of no more use
		}
	}
	customers, err := queries[0].statement(s)
	contacts, err2 := queries[1].statement(s)
	if err := errors.Join(err, err2); err != nil {
		return nil, err
	}
	id := customers.exprs[slices.Index(customers.names, "id")]
	return &plan{
		sameness:  &sameness{shape: s, from: customers.from, expr: id, asked: opts.FilterColumns},
		customers: customers, customer: customCustomer, contacts: contacts, contact: customContact,
		fingerprint: func(ctx context.Context, r *reader) (directory.Fingerprint, error) {
			return customFingerprint(ctx, r, bareStatement(opts.Custom.Fingerprint))
		},
	}, nil
}

// customSource is one of the two SELECTs on its way to a statement.
type customSource struct {
	noun, path string
	query      CustomQuery
	attributes map[string]string
	from       string
	columns    []string // of the result
}

const customAlias = "q"

// try runs the SELECT for no rows.
func (c *customSource) try(ctx context.Context, s *shape, r *reader) (err error) {
	// The line end closes a comment that ends the text.
	c.from = "(" + c.query.text() + "\n) " + s.db.Quote(customAlias)
	if c.columns, err = r.columns(ctx, c.from); err != nil {
		advice := "it must be one SELECT that can stand in parentheses, without ORDER BY"
		if s.db.Engine() == catalog.Postgres && erp.Classify(err) == erp.MissingObject {
			advice = "PostgreSQL wants tables with their schema, such as public.clients"
		}
		return fmt.Errorf("%s.sql: the ERP's database refuses it (%s): %w", c.path, advice, err)
	}
	return nil
}

func (c *customSource) statement(s *shape) (*statement, error) {
	text := func(name string) (string, error) {
		column, err := resultColumn(c.columns, name)
		if err != nil {
			return "", err
		}
		return s.db.AsText(s.db.Quote(customAlias, column)), nil
	}
	var errs []error
	st := &statement{noun: c.noun, idName: c.query.Fields["id"], from: c.from}
	for _, field := range slices.Sorted(maps.Keys(c.query.Fields)) {
		expr, err := text(c.query.Fields[field])
		if err != nil {
			errs = append(errs, fmt.Errorf("%s.fields.%s: %w", c.path, field, err))
			continue
		}
		st.add(field, expr)
		if field == "id" {
			st.orderBy = s.db.ByteOrder("rtrim(" + expr + ")")
		}
	}
	if err := errors.Join(append(errs, st.attributes(c.attributes, text))...); err != nil {
		return nil, err
	}
	return st, nil
}

// columns gives the names of the columns of a FROM clause, without its rows.
func (r *reader) columns(ctx context.Context, from string) ([]string, error) {
	rows, cancel, err := r.query(ctx, "SELECT * FROM "+from+" WHERE 1 = 0")
	if err != nil {
		return nil, err
	}
	defer cancel()
	defer func() { _ = rows.Close() }() // it has no rows
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	rows.Next() // some drivers tell an error of the statement only here
	return names, rows.Err()
}

// resultColumn finds a column of a result, exactly spelled first, else without
// regard to case.
func resultColumn(names []string, name string) (string, error) {
	for _, same := range []func(a, b string) bool{
		func(a, b string) bool { return a == b },
		func(a, b string) bool { return catalog.Fold(a) == catalog.Fold(b) },
	} {
		var found []string
		for _, n := range names {
			if same(n, name) {
				found = append(found, n)
			}
		}
		switch len(found) {
		case 0:
		case 1:
			return found[0], nil
		default:
			return "", fmt.Errorf("the result has %d columns %s: give them names of their own", len(found), name)
		}
	}
	return "", fmt.Errorf("the result has no column %s; it has %s", name, strings.Join(names, ", "))
}

func customCustomer(r *row) directory.Customer {
	c := directory.Customer{
		Code: r.text("code"), Name: r.text("name"), Email: r.text("email"), Phone: r.text("phone"), Address: r.text("address"),
		PostalCode: r.text("postal_code"), City: r.text("city"), Country: r.text("country"), VAT: r.text("vat"), RegistrationNo: r.text("registration_no"),
		State: directory.CustomerActive, ParentID: r.link("parent_id"), PayerID: r.link("payer_id"), Representative: r.text("representative"),
		Tags: tags(commaSeparated(r.text("tags"))), TechnicalID: r.text("technical_id"),
	}
	if c.Code == "" {
		c.Code = "#" + r.id
	}
	if !slices.Contains([]string{"", "0", "false", "f", "no", "n"}, strings.ToLower(r.text("dormant"))) {
		c.State = directory.CustomerDormant
	}
	return c
}

func commaSeparated(text string) []string {
	list := strings.Split(text, ",")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	return list
}

func customContact(r *row) (directory.Contact, string) {
	owner := r.key("customer_id")
	if owner == "" {
		return directory.Contact{}, "it has no customer_id"
	}
	return directory.Contact{
		CustomerID: owner, LastName: r.text("last_name"), FirstName: r.text("first_name"), Function: r.text("function"),
		Email: r.text("email"), Phone: r.text("phone"), Mobile: r.text("mobile"),
	}, ""
}

// customFingerprint is made of every value of the one row that the operator's
// SELECT gives.
func customFingerprint(ctx context.Context, r *reader, query string) (f directory.Fingerprint, err error) {
	if query == "" {
		return f, nil
	}
	rows, err := r.texts(ctx, query)
	switch {
	case err != nil:
		return f, fmt.Errorf("custom.fingerprint: the ERP's database refuses it: %w", err)
	case len(rows) != 1:
		return f, fmt.Errorf("custom.fingerprint: it gives %d rows: one that tells this database from any other is needed", len(rows))
	case inWords(rows[0]) == "":
		return f, errors.New("custom.fingerprint: its row is empty")
	}
	return directory.Fingerprint{Value: Custom + ":" + digest(append([]string{"fingerprint"}, rows[0]...)...), Label: inWords(rows[0])}, nil
}
