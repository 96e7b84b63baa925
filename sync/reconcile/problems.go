package reconcile

import (
	"fmt"

	"github.com/vantelle/vantelle/internal/directory"
)

// maxProblems is how many problems of a run are kept record by record. A field
// that a whole company fills in wrongly must not fill the directory.
const maxProblems = 1000

func (d *differ) problem(p *directory.Problem) {
	d.plan.Counts.Problems++
	if d.plan.Counts.Problems <= maxProblems {
		d.change(p.Noun, p.Record, directory.ChangeProblem, p.Reason)
	}
}

// closeProblems says how many problems were not kept.
func (d *differ) closeProblems() {
	if more := d.plan.Counts.Problems - maxProblems; more > 0 {
		d.change(directory.NounContact, "", directory.ChangeProblem, fmt.Sprintf("and %d more problems, of customers or contacts", more))
	}
}
