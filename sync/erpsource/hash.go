package erpsource

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"

	"github.com/vantelle/vantelle/internal/directory"
)

// The first word of each digest names its recipe. Changing a recipe needs a
// new name, and makes the next run rewrite every record.

const (
	customerRecipe = "customer 2"
	contactRecipe  = "contact 1"
	hashRecipes    = customerRecipe + ", " + contactRecipe
)

// customerHash is a digest of what the ERP said of a customer.
func customerHash(c directory.Customer) string {
	fields := []string{customerRecipe, c.ID, c.Code, c.Name, c.Email, c.Phone, c.Address, c.PostalCode, c.City, c.Country,
		c.VAT, c.RegistrationNo, string(c.State), c.ParentID, c.PayerID, c.Representative, c.TechnicalID,
		strconv.Itoa(len(c.Tags))}
	fields = append(fields, slices.Sorted(slices.Values(c.Tags))...)
	for _, name := range slices.Sorted(maps.Keys(c.Attributes)) {
		fields = append(fields, name, c.Attributes[name])
	}
	for _, a := range c.Addresses {
		fields = append(fields, "address", a.ID, a.Name, a.Address, a.PostalCode, a.City, a.Country, a.Contact, a.Phone, strconv.FormatBool(a.Main))
	}
	return digest(fields...)
}

// contactHash is a digest of what the ERP said of a contact.
func contactHash(c directory.Contact) string {
	return digest(contactRecipe, c.ID, c.CustomerID, c.LastName, c.FirstName, c.Function, c.Email, c.Phone, c.Mobile)
}

// digest is the hex SHA-256, cut to 128 bits, of texts that no other list of
// texts can be confused with.
func digest(texts ...string) string {
	var room [1024]byte
	all := room[:0]
	for _, t := range texts {
		all = append(append(strconv.AppendInt(all, int64(len(t)), 10), ':'), t...)
	}
	sum := sha256.Sum256(all)
	return hex.EncodeToString(sum[:16])
}
