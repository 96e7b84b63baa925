package identity

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The headers that say for whom a backend asks.
const (
	HeaderCustomer = "Vantelle-Customer" // CODE or id:ID
	HeaderContact  = "Vantelle-Contact"  // the ID of a contact
	HeaderActor    = "Vantelle-Actor"    // free text
)

// maxHeader is the longest header read, in bytes, and leaves room for 64
// characters of four bytes, each percent-encoded.
const maxHeader = 1024

// BearerToken takes the token out of an Authorization header. It returns ""
// where there is none, which no resolver accepts.
func BearerToken(authorization string) string {
	scheme, token, ok := strings.Cut(authorization, " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimLeft(token, " ")
}

// customerName is a customer as a header names it: by id or by code.
type customerName struct {
	id   string
	code string
}

// parseCustomer reads Vantelle-Customer. The "id:" is looked for before
// decoding, so that a code which begins with it can be written "id%3A…".
func parseCustomer(value string) (customerName, error) {
	if value == "" {
		return customerName{}, &HeaderError{HeaderCustomer, "is missing: send the customer's code, or id: and its id"}
	}
	encoded, byID := strings.CutPrefix(value, "id:")
	text, err := decode(HeaderCustomer, encoded)
	if err != nil {
		return customerName{}, err
	}
	if text == "" {
		return customerName{}, &HeaderError{HeaderCustomer, "names nobody: send the customer's code, or id: and its id"}
	}
	if byID {
		return customerName{id: text}, nil
	}
	return customerName{code: text}, nil
}

// decode undoes the percent-encoding of a header. Bytes beyond ASCII must be
// encoded: unencoded ones reach a server in whatever code page the client had.
// Control characters would forge lines in logs and end texts early in ERPs.
func decode(header, value string) (string, error) {
	if len(value) > maxHeader {
		return "", &HeaderError{header, "is too long"}
	}
	for i := range len(value) {
		if value[i] >= utf8.RuneSelf {
			return "", &HeaderError{header, "must be percent-encoded UTF-8: write é as %C3%A9"}
		}
	}
	text, err := url.PathUnescape(value)
	if err != nil {
		return "", &HeaderError{header, "is not well percent-encoded: write % itself as %25"}
	}
	if !utf8.ValidString(text) {
		return "", &HeaderError{header, "must be percent-encoded UTF-8, and these bytes are not UTF-8"}
	}
	if strings.ContainsFunc(text, unicode.IsControl) {
		return "", &HeaderError{header, "must not hold control characters"}
	}
	return text, nil
}
