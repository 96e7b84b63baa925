package erpsource

import (
	"context"
	"strconv"
	"strings"

	"github.com/vantelle/vantelle/internal/directory"
)

// planOdoo reads res_partner, which holds companies, people and addresses
// alike. Which columns it has depends on the modules installed.
func planOdoo(_ context.Context, s *shape, _ *reader, opts Options) (*plan, error) {
	customers, err := s.must("res_partner", "c")
	if err != nil {
		return nil, err
	}
	people, err := s.must("res_partner", "p")
	if err != nil {
		return nil, err
	}
	isCustomer := odooIsCustomer(s, customers, opts)
	statement := odooCustomers(customers, isCustomer)
	p := &plan{
		utc:       true,
		customers: statement, customer: odooCustomer,
		contacts: odooContacts(people, customers, isCustomer), contact: odooContact,
		lookups: append(append(odooLookups(s, people), odooTagLookups(s, people, opts)...), odooAddresses(s)...), fingerprint: odooFingerprint(s, opts),
	}
	for _, t := range []*table{customers, people} {
		if err := t.err(); err != nil {
			return nil, err
		}
	}
	columns, groups := grouped(opts.Attributes, "tag:")
	if err := p.groups(groups, s.table("res_partner_res_partner_category_rel", "gl"), "partner_id", "category_id", s.table("res_partner_category", "gt"), "id", "name", "parent_id"); err != nil {
		return nil, err
	}
	if err := statement.attributes(columns, customers.chosen); err != nil {
		return nil, err
	}
	return p, nil
}

// odooIsCustomer are the conditions that make a partner a customer: he has
// bought, or may be a prospect, and stands for himself. customer_rank comes
// with the module account.
func odooIsCustomer(s *shape, t *table, opts Options) []string {
	hasBought := ""
	if t.has("customer_rank") || !opts.IncludeProspects {
		hasBought = t.col("customer_rank") + " > 0"
	}
	if opts.IncludeProspects {
		hasBought = "(" + strings.TrimPrefix(hasBought+" OR ", " OR ") + "(" + strings.Join(odooIsProspect(s, t), " AND ") + "))"
	}
	where := []string{
		hasBought,
		"(" + t.col("parent_id") + " IS NULL OR " + t.flag("is_company", "FALSE") + ")",
	}
	if opts.Company != 0 {
		company := t.col("company_id")
		where = append(where, "("+company+" IS NULL OR "+company+" = "+strconv.FormatInt(opts.Company, 10)+")")
	}
	return where
}

// odooIsProspect are the conditions under which a partner who has not bought
// yet may be a customer to come: not a supplier, not one of the companies that
// the database belongs to, and none of the people who work with it.
func odooIsProspect(s *shape, t *table) []string {
	where := []string{
		t.flag("active", "TRUE"),
		"NOT " + t.flag("employee", "FALSE"),
		t.flag("supplier_rank", "0") + " = 0",
		t.flag("type", "'contact'") + " <> 'private'",
	}
	if o := s.table("res_company", "o"); o.has("partner_id") {
		where = append(where, "NOT EXISTS (SELECT 1 FROM "+o.from()+" WHERE "+o.col("partner_id")+" = "+t.col("id")+")")
	}
	if u := s.table("res_users", "u"); u.has("partner_id") {
		where = append(where, "NOT EXISTS (SELECT 1 FROM "+u.from()+" WHERE "+u.col("partner_id")+" = "+t.col("id")+" AND NOT "+u.flag("share", "FALSE")+")")
	}
	return where
}

func odooCustomers(t *table, isCustomer []string) *statement {
	st := &statement{noun: directory.NounCustomer, from: t.from(), where: isCustomer}
	st.id(t, "id")
	st.add("name", t.text("name"))
	st.add("dormant", "CASE WHEN "+t.flag("active", "TRUE")+" THEN '' ELSE 'yes' END")
	for _, c := range [][2]string{
		{"ref", "ref"}, {"email", "email"}, {"phone", "phone"}, {"street", "street"}, {"street2", "street2"},
		{"postal_code", "zip"}, {"city", "city"}, {"country", "country_id"}, {"vat", "vat"},
		{"registration_no", "company_registry"}, {"parent", "parent_id"}, {"salesperson", "user_id"},
	} {
		st.add(c[0], t.opt(c[1]))
	}
	st.stamped(t, "write_date")
	return st
}

func odooCustomer(r *row) directory.Customer {
	c := directory.Customer{
		Code: r.text("ref"), Name: r.text("name"), Email: r.text("email"), Phone: r.text("phone"),
		Address:    lines(r.text("street"), r.text("street2")),
		PostalCode: r.text("postal_code"), City: r.text("city"), Country: r.found("countries", "country"),
		VAT: r.text("vat"), RegistrationNo: r.text("registration_no"),
		State: directory.CustomerActive, ParentID: r.text("parent"),
		Representative: r.found("salespeople", "salesperson"), Tags: odooTags(r), TechnicalID: r.id, Addresses: r.addresses(),
	}
	if c.Code == "" {
		c.Code = "#" + r.id
	}
	if r.text("dormant") != "" {
		c.State = directory.CustomerDormant
	}
	return c
}

// odooContacts reads the people below a customer, at any depth where Odoo
// keeps commercial_partner_id; not addresses, not archived ones.
func odooContacts(people, customers *table, isCustomer []string) *statement {
	owner := people.col("parent_id")
	if people.has("commercial_partner_id") {
		owner = "COALESCE(" + people.col("commercial_partner_id") + ", " + owner + ")"
	}
	st := &statement{
		noun: directory.NounContact,
		from: people.from() + " JOIN " + customers.from() + " ON " + customers.col("id") + " = " + owner,
		where: append([]string{
			people.col("parent_id") + " IS NOT NULL",
			"NOT " + people.flag("is_company", "FALSE"),
			people.flag("active", "TRUE"),
			people.flag("type", "'contact'") + " = 'contact'",
		}, isCustomer...),
	}
	st.id(people, "id")
	st.add("owner", customers.text("id"))
	for _, c := range []string{"name", "function", "email", "phone", "mobile"} {
		st.add(c, people.opt(c))
	}
	st.stamped(people, "write_date")
	return st
}

func odooContact(r *row) (directory.Contact, string) {
	return directory.Contact{
		CustomerID: r.text("owner"), LastName: r.text("name"), Function: r.text("function"),
		Email: r.text("email"), Phone: r.text("phone"), Mobile: r.text("mobile"),
	}, ""
}

// odooLookups reads the names behind country_id and user_id, where the login
// may read those tables.
func odooLookups(s *shape, people *table) []lookup {
	var out []lookup
	if t := s.table("res_country", "k"); t.has("id") && t.has("code") {
		out = append(out, lookup{name: "countries", sql: "SELECT " + t.text("id") + ", " + t.text("code") + " FROM " + t.from()})
	}
	if t := s.table("res_users", "u"); t.has("id") && t.has("partner_id") {
		out = append(out, lookup{name: "salespeople", sql: "SELECT " + t.text("id") + ", " + people.text("name") + " FROM " + t.from() +
			" JOIN " + people.from() + " ON " + people.col("id") + " = " + t.col("partner_id")})
	}
	return out
}

// odooFingerprint is the identifier that Odoo gives a database at its
// creation; none where the login may not read it.
func odooFingerprint(s *shape, opts Options) func(context.Context, *reader) (directory.Fingerprint, error) {
	var uuid, name string
	if t := s.table("ir_config_parameter", "g"); t.has("key") && t.has("value") {
		uuid = "SELECT " + t.text("key") + ", " + t.text("value") + " FROM " + t.from() + " WHERE " + t.col("key") + " = 'database.uuid'"
	}
	if t := s.table("res_company", "o"); t.has("id") && t.has("name") {
		name = "SELECT " + t.text("id") + ", " + t.text("name") + " FROM " + t.from()
		if opts.Company != 0 {
			name += " WHERE " + t.col("id") + " = " + strconv.FormatInt(opts.Company, 10)
		}
		name += " ORDER BY " + t.col("id")
	}
	return func(ctx context.Context, r *reader) (f directory.Fingerprint, err error) {
		if uuid == "" {
			return f, nil
		}
		rows, err := r.texts(ctx, uuid)
		if err != nil || len(rows) == 0 || rows[0][1] == "" {
			return f, err
		}
		f.Value = Odoo + ":" + strings.ToLower(rows[0][1])
		f.Label = rows[0][1]
		if name == "" {
			return f, nil
		}
		if rows, err = r.texts(ctx, name); err != nil {
			return directory.Fingerprint{}, err
		}
		if len(rows) > 0 && rows[0][1] != "" {
			f.Label = rows[0][1] + " (" + f.Label + ")"
		}
		return f, nil
	}
}
