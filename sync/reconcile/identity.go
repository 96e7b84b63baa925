package reconcile

import (
	"strings"
	"unicode"

	"github.com/vantelle/vantelle/internal/directory"
)

// anotherCompany is what a change says where an id now stands for somebody else.
const anotherCompany = "another company under the same id: its access stays suspended until an administrator says it is the same"

// replaced tells whether the row behind an id was exchanged for another
// company's: a new technical id alone may be the ERP renumbering its rows.
func replaced(stored, taken directory.Customer) bool {
	return stored.TechnicalID != "" && taken.TechnicalID != "" &&
		stored.TechnicalID != taken.TechnicalID && !sameIdentity(stored, taken)
}

// sameIdentity tells whether two records speak of one company: by the numbers
// that a state gives, all that both have; by the name where they share none.
func sameIdentity(a, b directory.Customer) bool {
	compared := false
	for _, pair := range [][2]string{{a.VAT, b.VAT}, {a.RegistrationNo, b.RegistrationNo}} {
		x, y := bare(pair[0]), bare(pair[1])
		if x == "" || y == "" {
			continue
		}
		if x != y {
			return false
		}
		compared = true
	}
	return compared || bare(a.Name) == bare(b.Name) && bare(a.Name) != ""
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
