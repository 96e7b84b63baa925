package filter_test

import (
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// A value that stands in a statement a thousand times is no small request to
// MariaDB: it ends the connection over a packet that is too large, and a few of
// those would have every customer of the dossier told that the ERP is away.
func TestPromise10AValueTravelsNoThousandTimes(t *testing.T) {
	r := everyEngine(t)[catalog.MariaDB]
	if r == nil {
		t.Skip("VANTELLE_TEST_MARIADB is not set: nothing is sent")
	}
	ask := func(times int) error {
		_, _, err := collect(t.Context(), r.gate, filter.Request{Caller: as("ANNA"), Front: "sql",
			Text: "SELECT id FROM docs WHERE note IN ($1" + strings.Repeat(", $1", times) + ")", Params: []any{strings.Repeat("b", 65_000)}})
		return err
	}
	for range 7 { // more than the breaker bears
		if err := ask(900); codeOf(err) != refusal.LimitExceeded {
			t.Errorf("58 MB of values: %v", err)
		}
	}
	if err := ask(150); err != nil {
		t.Errorf("9 MB of values: %v", err)
	}
}
