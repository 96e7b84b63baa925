package directory

import (
	"strconv"
	"time"
)

// CustomerState is what the ERP says of a customer.
type CustomerState string

// The states of a customer.
const (
	CustomerActive  CustomerState = "active"
	CustomerDormant CustomerState = "dormant" // Sage CT_Sommeil, Dolibarr status 0, Odoo active = false
)

// Customer is a company that buys, as one dossier's ERP knows it.
type Customer struct {
	Dossier        string            `db:"dossier" json:"dossier"`
	ID             string            `db:"id" json:"id"`     // what the ERP's rows carry (CT_Num, rowid, id); never empty
	Code           string            `db:"code" json:"code"` // what people know; "#<id>" where the ERP has none
	Name           string            `db:"name" json:"name"`
	Email          string            `db:"email" json:"email,omitempty"`
	Phone          string            `db:"phone" json:"phone,omitempty"`
	Address        string            `db:"address" json:"address,omitempty"`
	PostalCode     string            `db:"postal_code" json:"postal_code,omitempty"`
	City           string            `db:"city" json:"city,omitempty"`
	Country        string            `db:"country" json:"country,omitempty"`
	VAT            string            `db:"vat" json:"vat,omitempty"`
	RegistrationNo string            `db:"registration_no" json:"registration_no,omitempty"` // SIRET
	State          CustomerState     `db:"state" json:"state"`
	ParentID       string            `db:"parent_id" json:"parent_id,omitempty"` // the parent company's ID
	PayerID        string            `db:"payer_id" json:"payer_id,omitempty"`   // who is invoiced, where it is another customer
	Representative string            `db:"representative" json:"representative,omitempty"`
	Tags           []string          `db:"-" json:"tags,omitempty"`
	Attributes     map[string]string `db:"-" json:"attributes,omitempty"` // usable in row filters as :attr_<name>
	TechnicalID    string            `db:"technical_id" json:"-"`         // Sage cbMarq: survives a rename of the code
	Addresses      []Address         `db:"-" json:"delivery_addresses,omitempty"`
	FormerCodes    []string          `db:"-" json:"-"`     // codes that it had before, oldest first
	Stamp          string            `db:"stamp" json:"-"` // the ERP's change marker when the content was taken; empty for none; no content

	// Epoch counts the companies that stood under the ID before this one, as far
	// as is known; the store keeps it, whatever is put. What is kept by the ID and
	// is of an earlier epoch is not this company's.
	Epoch int64 `db:"epoch" json:"-"`

	Hash      string     `db:"hash" json:"-"` // of the content the ERP gave; the sync compares it
	RemovedAt *time.Time `db:"removed_at" json:"removed_at,omitempty"`
}

// Owner names the company that stands under the ID now, for what is kept outside
// of the directory: another name for each company that stood there.
func (c Customer) Owner() string {
	if c.Epoch == 0 {
		return c.ID
	}
	return c.ID + "\x00" + strconv.FormatInt(c.Epoch, 10)
}

// Address is a place that a customer has goods delivered to.
type Address struct {
	ID         string `json:"id"` // the ERP's own
	Name       string `json:"name,omitempty"`
	Address    string `json:"address,omitempty"`
	PostalCode string `json:"postal_code,omitempty"`
	City       string `json:"city,omitempty"`
	Country    string `json:"country,omitempty"`
	Contact    string `json:"contact,omitempty"`
	Phone      string `json:"phone,omitempty"`
	Main       bool   `json:"main,omitempty"`
}

// Contact is a person at a customer.
type Contact struct {
	Dossier    string `db:"dossier" json:"dossier"`
	ID         string `db:"id" json:"id"`
	CustomerID string `db:"customer_id" json:"customer_id"`
	LastName   string `db:"last_name" json:"last_name"`
	FirstName  string `db:"first_name" json:"first_name,omitempty"`
	Function   string `db:"function" json:"function,omitempty"`
	Email      string `db:"email" json:"email,omitempty"`
	Phone      string `db:"phone" json:"phone,omitempty"`
	Mobile     string `db:"mobile" json:"mobile,omitempty"`

	Hash      string     `db:"hash" json:"-"`
	RemovedAt *time.Time `db:"removed_at" json:"removed_at,omitempty"`
}
