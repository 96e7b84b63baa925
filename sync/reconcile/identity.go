package reconcile

import (
	"strings"
	"unicode"

	"github.com/vantelle/vantelle/internal/directory"
)

// anotherCompany is what a change says where an id now stands for somebody else.
const anotherCompany = "another company under the same id: its access stays suspended until an administrator says it is the same"

// anothersCode is what a change says where a customer now has a code that
// another one had.
const anothersCode = "its code was another customer's before: its access stays suspended until an administrator says that this is meant"

// replaced tells whether the row behind an id was exchanged for another
// company's, or written over with one. A new technical id alone may be the ERP
// renumbering its rows, a new name alone a company that calls itself anew, and a
// new number alone a mistake put right.
func replaced(stored, taken directory.Customer) bool {
	if stored.TechnicalID != "" && taken.TechnicalID != "" && stored.TechnicalID != taken.TechnicalID {
		return !sameIdentity(stored, taken)
	}
	_, other := numbers(stored, taken)
	return other && bare(stored.Name) != bare(taken.Name)
}

// numbers compares the numbers that a state gives, all that both have.
func numbers(a, b directory.Customer) (same, other bool) {
	for _, pair := range [][2]string{{a.VAT, b.VAT}, {a.RegistrationNo, b.RegistrationNo}} {
		x, y := bare(pair[0]), bare(pair[1])
		if x != "" && y != "" {
			same, other = same || x == y, other || x != y
		}
	}
	return same && !other, other
}

// sameIdentity tells whether two records speak of one company: by the numbers
// that a state gives, all that both have; by the name where they share none.
func sameIdentity(a, b directory.Customer) bool {
	same, other := numbers(a, b)
	return same || !other && bare(a.Name) == bare(b.Name) && bare(a.Name) != ""
}

// bare is s as it is compared: letters and digits, in one case.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToUpper(r)
		}
		return -1
	}, s)
}
