package identity

import "errors"

// The refusals. Their texts may be shown to the caller as they are: each says
// the same for every cause it stands for. Any other error of this package is a
// failure of the directory, whose text is for the operator alone.
var (
	// ErrUnauthorized: the key is missing, malformed, unknown or disabled.
	ErrUnauthorized = errors.New("a valid key is needed: send it as Authorization: Bearer <key>")

	// ErrNoSuchDossier: there is no such dossier, or the key does not open
	// it. Fronts answer with this very error wherever a dossier is unknown.
	ErrNoSuchDossier = errors.New("no such dossier")

	// ErrAmbiguous: several customers of the dossier carry the given code.
	ErrAmbiguous = errors.New("several customers have this code: name the customer by its id, as id:ID")

	// ErrNoAccess: the customer is unknown or gone, or its access is not
	// there, pending, suspended or revoked.
	ErrNoAccess = errors.New("this customer is unknown here, or its access is not granted, suspended, or awaiting approval")
)

// HeaderError says that a header which names somebody cannot be read. It is
// the client's mistake, and its text may be shown to him.
type HeaderError struct {
	Header  string // as the client spells it: "Vantelle-Customer"
	Problem string // what is wrong and what to do
}

func (e *HeaderError) Error() string { return e.Header + ": " + e.Problem }
