package erpsource

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// attributePrefix marks the columns of a statement that are attributes: the
// attribute zone is read from the column "attribute zone".
const attributePrefix = "attribute "

// attributes adds the columns that the operator chose to carry along. spell
// gives a column as text, or why it cannot be read.
func (s *statement) attributes(chosen map[string]string, spell func(column string) (string, error)) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(chosen)) {
		if slices.Contains(s.names, attributePrefix+name) {
			errs = append(errs, fmt.Errorf("attribute %s: this kind of ERP has one of this name already: choose another", name))
			continue
		}
		expr, err := spell(chosen[name])
		if err != nil {
			errs = append(errs, fmt.Errorf("attribute %s: %w", name, err))
			continue
		}
		s.add(attributePrefix+name, expr)
	}
	return errors.Join(errs...)
}

// chosen spells a column that the operator named, as text.
func (t *table) chosen(column string) (string, error) {
	if !t.has(column) {
		return "", &MissingError{Table: t.name, Columns: []string{column}}
	}
	return t.text(column), nil
}

// attributes are those of the row that have a value: one without is not there,
// and a filter that needs it then shows nothing.
func (r *row) attributes() map[string]string {
	var found map[string]string
	for name, i := range r.columns.attributes {
		if value := strings.TrimRight(r.cells[i].String, " "); value != "" {
			if found == nil {
				found = map[string]string{}
			}
			found[name] = value
		}
	}
	return found
}
