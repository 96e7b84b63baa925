package reconcile

import (
	"maps"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/internal/directory"
)

// changedCustomerFields names the fields in which two records of one customer
// differ, as the API spells them, without their values.
func changedCustomerFields(a, b directory.Customer) string {
	return changed(
		field{"code", a.Code != b.Code},
		field{"name", a.Name != b.Name},
		field{"email", a.Email != b.Email},
		field{"phone", a.Phone != b.Phone},
		field{"address", a.Address != b.Address},
		field{"postal_code", a.PostalCode != b.PostalCode},
		field{"city", a.City != b.City},
		field{"country", a.Country != b.Country},
		field{"vat", a.VAT != b.VAT},
		field{"registration_no", a.RegistrationNo != b.RegistrationNo},
		field{"state", a.State != b.State},
		field{"parent_id", a.ParentID != b.ParentID},
		field{"payer_id", a.PayerID != b.PayerID},
		field{"representative", a.Representative != b.Representative},
		field{"tags", !slices.Equal(a.Tags, b.Tags)},
		field{"attributes", !maps.Equal(a.Attributes, b.Attributes)},
		field{"technical_id", a.TechnicalID != b.TechnicalID},
	)
}

// changedContactFields is changedCustomerFields for a contact.
func changedContactFields(a, b directory.Contact) string {
	return changed(
		field{"customer_id", a.CustomerID != b.CustomerID},
		field{"last_name", a.LastName != b.LastName},
		field{"first_name", a.FirstName != b.FirstName},
		field{"function", a.Function != b.Function},
		field{"email", a.Email != b.Email},
		field{"phone", a.Phone != b.Phone},
		field{"mobile", a.Mobile != b.Mobile},
	)
}

type field struct {
	name    string
	differs bool
}

func changed(fields ...field) string {
	var names []string
	for _, f := range fields {
		if f.differs {
			names = append(names, f.name)
		}
	}
	if len(names) == 0 {
		return "the stored form only" // the hash is made otherwise than it was
	}
	return strings.Join(names, ", ")
}
