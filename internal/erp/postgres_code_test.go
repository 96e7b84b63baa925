package erp

import "testing"

// A missing table, column or schema has the catalog read again. An operator that
// there is not must not: any customer may write what needs one, as often as he likes.
func TestOnlyUnknownNamesAreMissingObjects(t *testing.T) {
	for code, missing := range map[string]bool{"42P01": true, "42703": true, "3F000": true, "42883": false, "42704": false, "42804": false} {
		if got := diagnosePostgresCode(code).class == MissingObject; got != missing {
			t.Errorf("%s is a missing object: %v", code, got)
		}
	}
}
