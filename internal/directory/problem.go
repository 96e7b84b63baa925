package directory

// The nouns of a Change and of a Problem.
const (
	NounCustomer = "customer"
	NounContact  = "contact"
	NounRun      = "run" // of a ChangeNote
)

// Problem is a record of the ERP that could not be taken as it is. It travels
// as an error between records, so that a reader can report it and go on; any
// other error ends the read.
type Problem struct {
	Noun   string // NounCustomer or NounContact
	Record string // the record's ID, quoted where it is not clean text; empty where it has none
	Reason string // for people; no values of personal data
	// Keep says that the ERP does have the record, under the ID Record, but
	// that its content cannot be read: what the directory holds stays. Such a
	// problem comes where the record would have come in the order of IDs.
	Keep bool
}

// Error gives the noun, the record and the reason.
func (p *Problem) Error() string {
	if p.Record == "" {
		return p.Noun + ": " + p.Reason
	}
	return p.Noun + " " + p.Record + ": " + p.Reason
}
