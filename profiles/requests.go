package profiles

import (
	"math/big"
	"regexp"
)

// RequestKind is something that customers may ask for and that the ERP's own
// people or programs do: an order, a quote, a change of an address, a message.
// It is a typed form; what a customer sends is checked against it, kept in the
// outbox, and never written into the ERP by Vantelle.
type RequestKind struct {
	Name  string // the key in Profile.Requests
	Title Text
	// Module is the one that it belongs to. It takes the level full.
	Module string
	Fields []RequestField // as written
	Lines  *RequestLines  // nil where it has none
	Line   int
}

// RequestLines are the lines of a kind of request: one list, whose members have
// the same fields.
type RequestLines struct {
	Min, Max int
	Fields   []RequestField
	Line     int
}

// FieldType says what a field of a request holds.
type FieldType string

// The types of fields.
const (
	FieldText   FieldType = "text"
	FieldNumber FieldType = "number"
	FieldDate   FieldType = "date" // YYYY-MM-DD
	FieldBool   FieldType = "bool"
	FieldEnum   FieldType = "enum" // one of Values
)

// RequestField is one field of a form.
type RequestField struct {
	Name      string
	Label     Text
	Type      FieldType
	Mandatory bool
	Max       int            // text: the most characters, never 0
	Pattern   *regexp.Regexp // text: what all of it must match; nil for anything
	Values    []string       // enum
	// Least and Most bound a number, Above bounds it without being one of its
	// values; nil for no bound. Decimals is how many digits may follow the point.
	Least, Most, Above *big.Rat
	Decimals           int
	Default            string // as the field's canonical text; empty for none
	// Refers says that the value must be one of a column of a resource, in a
	// row that the customer sees.
	Refers *Reference
	Line   int

	patternText, leastText, mostText, aboveText string // as written
}

// Reference names a column of a resource.
type Reference struct {
	To     string // key in Profile.Resources
	Column string
}

// The bounds of forms: what is stored is small, and checked in one go.
const (
	maxRequestText   = 10_000
	usualRequestText = 250
	maxRequestLines  = 1_000
	maxRequestFields = 60
	maxDecimals      = 9
)

// RequestsName is what the outbox is called among the resources.
const RequestsName = "requests"

// Offers tells whether the profile, with its levels as they are, lets a
// customer send requests of a kind, and gives it.
func (p *Profile) Offers(kind string) (RequestKind, bool) {
	k, known := p.Requests[kind]
	if !known || !p.Modules[k.Module].Level.AllowsWriting() {
		return RequestKind{}, false
	}
	return k, true
}
