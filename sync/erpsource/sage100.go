package erpsource

import (
	"context"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/internal/directory"
)

// planSage100 reads F_COMPTET and F_CONTACTT. Generations of Sage 100 have
// different columns; what a customer is made of beside his code and name is
// taken where it is there.
func planSage100(_ context.Context, s *shape, _ *reader, opts Options) (*plan, error) {
	dossier, err := s.must("P_DOSSIER", "d")
	if err != nil {
		return nil, err
	}
	accounts, err := s.must("F_COMPTET", "c")
	if err != nil {
		return nil, err
	}
	people, err := s.must("F_CONTACTT", "p")
	if err != nil {
		return nil, err
	}
	customers := sageCustomers(accounts, opts)
	fingerprint := "SELECT " + dossier.text("D_RaisonSoc") + ", " + dossier.opt("D_Siret") + " FROM " + dossier.from()
	p := &plan{
		customers: customers, customer: sageCustomer,
		contacts: sageContacts(people, accounts, opts), contact: sageContact,
		tracks:   []*table{accounts, people},
		lookups:  append(sageTagLookups(s), sageAddresses(s)...),
		sameness: sageSameness(s, accounts, opts),
		fingerprint: func(ctx context.Context, r *reader) (directory.Fingerprint, error) {
			return sageFingerprint(ctx, r, fingerprint)
		},
	}
	if reps := s.table("F_COLLABORATEUR", "r"); reps.has("CO_No") && reps.has("CO_Nom") {
		p.lookups = append(p.lookups, lookup{name: "representatives",
			sql: "SELECT " + reps.text("CO_No") + ", " + reps.opt("CO_Prenom") + ", " + reps.text("CO_Nom") + " FROM " + reps.from()})
	}
	for _, t := range []*table{dossier, accounts, people} {
		if err := t.err(); err != nil {
			return nil, err
		}
	}
	if err := customers.attributes(opts.Attributes, accounts.chosen); err != nil {
		return nil, err
	}
	return p, nil
}

// sageSameness asks about every third party: a supplier's documents stand in
// the tables of the customers'.
func sageSameness(s *shape, accounts *table, opts Options) *sameness {
	return &sameness{shape: s, from: accounts.from(), expr: accounts.text("CT_Num"), own: accounts.Column("CT_Num"), asked: opts.FilterColumns}
}

// sageIsCustomer are the conditions that make a third party a customer.
func sageIsCustomer(t *table, opts Options) []string {
	where := []string{t.col("CT_Type") + " = 0"}
	if t.has("CT_Prospect") && !opts.IncludeProspects {
		where = append(where, "COALESCE("+t.col("CT_Prospect")+", 0) = 0")
	}
	return where
}

func sageCustomers(t *table, opts Options) *statement {
	st := &statement{noun: directory.NounCustomer, from: t.from(), where: sageIsCustomer(t, opts)}
	st.id(t, "CT_Num")
	st.add("name", t.text("CT_Intitule"))
	for _, c := range [][2]string{
		{"technical_id", "cbMarq"}, {"email", "CT_EMail"}, {"phone", "CT_Telephone"},
		{"address", "CT_Adresse"}, {"address_2", "CT_Complement"}, {"postal_code", "CT_CodePostal"},
		{"city", "CT_Ville"}, {"country", "CT_Pays"}, {"vat", "CT_Identifiant"}, {"registration_no", "CT_Siret"},
		{"dormant", "CT_Sommeil"}, {"payer", "CT_NumPayeur"}, {"representative", "CO_No"},
		{attributePrefix + "price_category", "N_CatTarif"}, {attributePrefix + "purchasing_centre", "CT_NumCentrale"},
	} {
		st.add(c[0], t.opt(c[1]))
	}
	sageTagColumns(st, t)
	st.stamped(t, "cbModification")
	return st
}

func sageCustomer(r *row) directory.Customer {
	c := directory.Customer{
		Code: r.id, Name: r.text("name"), Email: r.text("email"), Phone: r.text("phone"),
		Address:    lines(r.text("address"), r.text("address_2")),
		PostalCode: r.text("postal_code"), City: r.text("city"), Country: r.text("country"),
		VAT: r.text("vat"), RegistrationNo: r.text("registration_no"),
		State: directory.CustomerActive, PayerID: r.key("payer"), TechnicalID: r.text("technical_id"),
	}
	if d := r.text("dormant"); d != "" && d != "0" {
		c.State = directory.CustomerDormant
	}
	if c.PayerID == r.id {
		c.PayerID = ""
	}
	if r.text("representative") != "0" { // 0 is nobody
		c.Representative = r.found("representatives", "representative")
	}
	c.Tags, c.Addresses = sageTags(r), r.addresses()
	return c
}

// sageContacts reads the contacts of customers. F_CONTACTT holds suppliers'
// contacts too; those are nobody's business here, while a contact that no
// third party at all stands behind is a problem.
func sageContacts(people, accounts *table, opts Options) *statement {
	owner := accounts.col("CT_Num")
	st := &statement{
		noun:  directory.NounContact,
		from:  people.from() + " LEFT JOIN " + accounts.from() + " ON " + owner + " = " + people.col("CT_Num"),
		where: []string{"(" + owner + " IS NULL OR " + strings.Join(sageIsCustomer(accounts, opts), " AND ") + ")"},
	}
	st.id(people, "CT_No")
	st.add("customer", people.text("CT_Num"))
	st.add("owner", accounts.text("CT_Num"))
	for _, c := range [][2]string{
		{"last_name", "CT_Nom"}, {"first_name", "CT_Prenom"}, {"function", "CT_Fonction"},
		{"email", "CT_EMail"}, {"phone", "CT_Telephone"}, {"mobile", "CT_TelPortable"},
	} {
		st.add(c[0], people.opt(c[1]))
	}
	st.stamped(people, "cbModification")
	return st
}

func sageContact(r *row) (directory.Contact, string) {
	if !r.value("owner").Valid {
		return directory.Contact{}, "it belongs to no third party of F_COMPTET"
	}
	return directory.Contact{
		CustomerID: r.key("owner"), LastName: r.text("last_name"), FirstName: r.text("first_name"), Function: r.text("function"),
		Email: r.text("email"), Phone: r.text("phone"), Mobile: r.text("mobile"),
	}, ""
}

// sageFingerprint is made of the company's name and SIRET, which a Sage file
// has from its creation. P_DOSSIER has one row.
func sageFingerprint(ctx context.Context, r *reader, query string) (directory.Fingerprint, error) {
	rows, err := r.texts(ctx, query)
	if err != nil || len(rows) == 0 {
		return directory.Fingerprint{}, err
	}
	first := slices.MinFunc(rows, slices.Compare)
	company, siret := first[0], first[1]
	if company == "" && siret == "" {
		return directory.Fingerprint{}, nil
	}
	label := company
	if siret != "" {
		label += " (" + siret + ")"
	}
	return directory.Fingerprint{Value: Sage100 + ":" + digest("fingerprint", company, siret), Label: strings.TrimSpace(label)}, nil
}

// lines joins the lines of an address that have something on them.
func lines(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), "\n")
}
