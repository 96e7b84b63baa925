package reconcile

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"strings"

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

// addresses knows who was the first to have an e-mail address. It holds no
// text of addresses, and no pointers: there may be millions.
type addresses struct {
	first map[uint64]uint32 // where in ids
	ids   []byte
}

// taken gives the id of the record that had the address before; empty for
// nobody, who then is id.
func (a *addresses) taken(address, id string) string {
	address = strings.ToLower(strings.TrimSpace(address))
	if address == "" || strings.Count(address, "@") != 1 {
		return ""
	}
	if a.first == nil {
		a.first = map[uint64]uint32{}
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(address)) // a hash never fails
	if at, there := a.first[h.Sum64()]; there {
		length := uint32(binary.LittleEndian.Uint16(a.ids[at:]))
		return string(a.ids[at+2 : at+2+length])
	}
	if uint64(len(a.ids))+uint64(len(id))+2 > 1<<32-1 || len(id) > 1<<16-1 {
		return ""
	}
	a.first[h.Sum64()] = uint32(len(a.ids))
	a.ids = append(binary.LittleEndian.AppendUint16(a.ids, uint16(len(id))), id...)
	return ""
}
