package erpsource

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/vantelle/vantelle/internal/directory"
)

// planDolibarr reads societe and socpeople, under whatever prefix the site
// gave its tables.
func planDolibarr(_ context.Context, s *shape, _ *reader, opts Options) (*plan, error) {
	if len(opts.Entities) == 0 {
		opts.Entities = []int64{1}
	}
	prefix, err := dolibarrPrefix(s, opts.TablesPrefix)
	if err != nil {
		return nil, err
	}
	companies, err := s.must(prefix+"societe", "c")
	if err != nil {
		return nil, err
	}
	people, err := s.must(prefix+"socpeople", "p")
	if err != nil {
		return nil, err
	}
	customers := dolibarrCustomers(companies, opts)
	if extra := s.table(prefix+"societe_extrafields", "xt"); extra.has("fk_object") { // societe's tms misses them
		customers.beside(extra, "tms", extra.col("fk_object")+" = "+companies.col("rowid"))
	}
	p := &plan{
		customers: customers, customer: dolibarrCustomer,
		contacts: dolibarrContacts(people, companies, opts), contact: dolibarrContact,
		utc:     true, // MariaDB's timestamps, in sessions of ours
		lookups: append(dolibarrLookups(s, prefix), dolibarrAccounts(s, prefix)...), fingerprint: dolibarrFingerprint(s, prefix, opts.Entities[0]),
	}
	for _, t := range []*table{companies, people} {
		if err := t.err(); err != nil {
			return nil, err
		}
	}
	columns, groups := grouped(opts.Attributes, "category:")
	if err := p.groups(groups, s.table(prefix+"categorie_societe", "gl"), "fk_soc", "fk_categorie", s.table(prefix+"categorie", "gt"), "rowid", "label", "fk_parent"); err != nil {
		return nil, err
	}
	if err := customers.attributes(columns, dolibarrAttribute(s, prefix, companies)); err != nil {
		return nil, err
	}
	return p, nil
}

// dolibarrPrefix is what the tables' names begin with: the one given, or that
// of the only Dolibarr in the database.
func dolibarrPrefix(s *shape, given string) (string, error) {
	if given != "" {
		return given, nil
	}
	prefix, found, err := s.catalog.DolibarrPrefix()
	if err == nil && !found {
		err = &MissingError{Table: "llx_societe"}
	}
	return prefix, err
}

// dolibarrIsCustomer are the conditions that make a third party a customer.
func dolibarrIsCustomer(t *table, opts Options) []string {
	kinds := "1, 3"
	if opts.IncludeProspects {
		kinds = "1, 2, 3"
	}
	return []string{t.col("client") + " IN (" + kinds + ")", inEntities(t, opts)}
}

func inEntities(t *table, opts Options) string {
	numbers := make([]string, len(opts.Entities))
	for i, e := range opts.Entities {
		numbers[i] = strconv.FormatInt(e, 10)
	}
	return t.col("entity") + " IN (" + strings.Join(numbers, ", ") + ")"
}

func dolibarrCustomers(t *table, opts Options) *statement {
	st := &statement{noun: directory.NounCustomer, from: t.from(), where: dolibarrIsCustomer(t, opts)}
	st.id(t, "rowid")
	st.add("name", t.text("nom"))
	for _, c := range [][2]string{
		{"alias", "name_alias"}, {"code", "code_client"}, {"email", "email"}, {"phone", "phone"}, {"mobile", "phone_mobile"},
		{"address", "address"}, {"postal_code", "zip"}, {"city", "town"}, {"country", "fk_pays"}, {"vat", "tva_intra"},
		{"siret", "siret"}, {"siren", "siren"}, {"status", "status"}, {"parent", "parent"},
		{attributePrefix + "price_level", "price_level"}, {attributePrefix + "entity", "entity"},
	} {
		st.add(c[0], t.opt(c[1]))
	}
	st.stamped(t, "tms")
	return st
}

func dolibarrCustomer(r *row) directory.Customer {
	c := directory.Customer{
		Code: r.text("code"), Name: r.text("name"), Email: r.text("email"),
		Phone:      firstPart([]string{r.text("phone"), r.text("mobile")}),
		Address:    lines(strings.Split(strings.ReplaceAll(r.text("address"), "\r\n", "\n"), "\n")...),
		PostalCode: r.text("postal_code"), City: r.text("city"), Country: r.found("countries", "country"),
		VAT: r.text("vat"), RegistrationNo: firstPart([]string{r.text("siret"), r.text("siren")}),
		State: directory.CustomerActive, ParentID: r.link("parent"),
		Representative: strings.Join(r.all("representatives", r.id), ", "),
		Tags:           tags(r.all("categories", r.id)), TechnicalID: r.id,
	}
	if c.Code == "" {
		c.Code = "#" + r.id
	}
	if alias := r.text("alias"); alias != "" && alias != c.Name {
		c.Name = strings.TrimSpace(c.Name + " (" + alias + ")")
	}
	if r.text("status") == "0" {
		c.State = directory.CustomerDormant
	}
	if logins := r.all("portal accounts", r.id); len(logins) > 0 {
		c.Attributes = map[string]string{"portal_login": logins[0]}
	}
	return c
}

// link is the id of another record; 0 and the record itself are nobody.
func (r *row) link(name string) string {
	if id := r.key(name); id != "0" && id != r.id {
		return id
	}
	return ""
}

// dolibarrContacts reads the contacts of customers that are neither disabled
// nor private to the user who made them. A contact of nobody is one that a
// Dolibarr may have; one whose third party is not there is a problem.
func dolibarrContacts(people, companies *table, opts Options) *statement {
	owner := companies.col("rowid")
	st := &statement{
		noun: directory.NounContact,
		from: people.from() + " LEFT JOIN " + companies.from() + " ON " + owner + " = " + people.col("fk_soc"),
		where: []string{
			people.flag("statut", "1") + " = 1",
			people.flag("priv", "0") + " = 0",
			inEntities(people, opts),
			"COALESCE(" + people.col("fk_soc") + ", 0) <> 0",
			"(" + owner + " IS NULL OR " + strings.Join(dolibarrIsCustomer(companies, opts), " AND ") + ")",
		},
	}
	st.id(people, "rowid")
	st.add("owner", companies.text("rowid"))
	for _, c := range [][2]string{
		{"last_name", "lastname"}, {"first_name", "firstname"}, {"function", "poste"},
		{"email", "email"}, {"phone", "phone"}, {"mobile", "phone_mobile"},
	} {
		st.add(c[0], people.opt(c[1]))
	}
	st.stamped(people, "tms")
	return st
}

func dolibarrContact(r *row) (directory.Contact, string) {
	if !r.value("owner").Valid {
		return directory.Contact{}, "its third party is not in the ERP"
	}
	return directory.Contact{
		CustomerID: r.key("owner"), LastName: r.text("last_name"), FirstName: r.text("first_name"), Function: r.text("function"),
		Email: r.text("email"), Phone: r.text("phone"), Mobile: r.text("mobile"),
	}, ""
}

// dolibarrLookups reads what is kept in tables of its own, where the login may.
func dolibarrLookups(s *shape, prefix string) []lookup {
	var out []lookup
	if t := s.table(prefix+"c_country", "k"); t.has("rowid") && t.has("code") {
		out = append(out, lookup{name: "countries", sql: "SELECT " + t.text("rowid") + ", " + t.text("code") + " FROM " + t.from()})
	}
	links, users := s.table(prefix+"societe_commerciaux", "l"), s.table(prefix+"user", "u")
	if links.has("fk_soc") && links.has("fk_user") && users.has("rowid") && users.has("login") {
		out = append(out, lookup{name: "representatives", value: dolibarrUser,
			sql: "SELECT " + links.text("fk_soc") + ", " + users.opt("firstname") + ", " + users.opt("lastname") + ", " + users.text("login") +
				" FROM " + links.from() + " JOIN " + users.from() + " ON " + users.col("rowid") + " = " + links.col("fk_user")})
	}
	given, categories := s.table(prefix+"categorie_societe", "g"), s.table(prefix+"categorie", "t")
	if given.has("fk_soc") && given.has("fk_categorie") && categories.has("rowid") && categories.has("label") {
		out = append(out, lookup{name: "categories", sql: "SELECT " + given.text("fk_soc") + ", " + categories.text("label") +
			" FROM " + given.from() + " JOIN " + categories.from() + " ON " + categories.col("rowid") + " = " + given.col("fk_categorie")})
	}
	return out
}

// dolibarrUser is a user's name of first name, last name and login.
func dolibarrUser(parts []string) string {
	if name := inWords(parts[:2]); name != "" {
		return name
	}
	return parts[2]
}

// dolibarrAttribute spells a column of societe, or else an extra field: a
// column of societe_extrafields, which may also be named as Dolibarr's own API
// does, with options_ before it.
func dolibarrAttribute(s *shape, prefix string, companies *table) func(string) (string, error) {
	extra := s.table(prefix+"societe_extrafields", "x")
	return func(column string) (string, error) {
		if companies.has(column) {
			return companies.text(column), nil
		}
		field := strings.TrimPrefix(column, "options_")
		if !extra.has("fk_object") || !extra.has(field) {
			return "", &MissingError{Table: companies.Name + " and of " + prefix + "societe_extrafields", Columns: []string{column}}
		}
		// MIN, so that a row there twice doubles no customer.
		return "(SELECT MIN(" + extra.text(field) + ") FROM " + extra.from() + " WHERE " + extra.col("fk_object") + " = " + companies.col("rowid") + ")", nil
	}
}

// dolibarrFingerprint is made of the name and the number of the company that
// an entity is, as its setup page keeps them; none where the login may not
// read them.
func dolibarrFingerprint(s *shape, prefix string, entity int64) func(context.Context, *reader) (directory.Fingerprint, error) {
	number := strconv.FormatInt(entity, 10)
	settings := s.table(prefix+"const", "g")
	readable := settings.has("name") && settings.has("value") && settings.has("entity")
	return func(ctx context.Context, r *reader) (f directory.Fingerprint, err error) {
		if !readable {
			return f, nil
		}
		rows, err := r.texts(ctx, "SELECT "+settings.text("name")+", "+settings.text("value")+" FROM "+settings.from()+
			" WHERE "+settings.col("entity")+" = "+number+" AND "+settings.col("name")+" IN ('MAIN_INFO_SOCIETE_NOM', 'MAIN_INFO_SIREN')")
		if err != nil {
			return f, err
		}
		slices.SortFunc(rows, slices.Compare)
		found := map[string]string{}
		for _, row := range rows {
			found[row[0]] = row[1]
		}
		company, siren := found["MAIN_INFO_SOCIETE_NOM"], found["MAIN_INFO_SIREN"]
		if company == "" && siren == "" {
			return f, nil
		}
		f.Value = Dolibarr + ":" + digest("fingerprint", company, siren, number)
		f.Label = inWords([]string{company, "(entity " + number + ")"})
		if siren != "" {
			f.Label = inWords([]string{company, "(" + siren + ", entity " + number + ")"})
		}
		return f, nil
	}
}
