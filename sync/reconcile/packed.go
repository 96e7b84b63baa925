package reconcile

import (
	"encoding/binary"
	"hash/maphash"
	"strings"
)

// packed is a set of short texts, each under a hash, for millions of them: it
// holds no pointers, and a few bytes more than the texts themselves.
//
// An entry stands in a block as its hash, the length of its text, and its text.
// slots are the open addressing of the entries: where one stands, plus one; 0
// for none. Blocks are of one size, so that an entry's place is one number.
type packed struct {
	blocks [][]byte
	slots  []uint32
	n      int
}

const (
	blockBits = 18 // 256 KiB
	blockSize = 1 << blockBits
	entryHead = 8 + 2
)

// entry gives what stands at a place.
func (p *packed) entry(place uint32) (hash uint64, text []byte) {
	b := p.blocks[place>>blockBits][place&(blockSize-1):]
	n := binary.LittleEndian.Uint16(b[8:])
	return binary.LittleEndian.Uint64(b), b[entryHead : entryHead+int(n)]
}

// find gives the text under a hash that is wanted, where there is one.
func (p *packed) find(hash uint64, wanted func(text []byte) bool) (text []byte, found bool) {
	if len(p.slots) == 0 {
		return nil, false
	}
	mask := uint64(len(p.slots) - 1)
	for i := hash & mask; p.slots[i] != 0; i = (i + 1) & mask {
		if h, text := p.entry(p.slots[i] - 1); h == hash && wanted(text) {
			return text, true
		}
	}
	return nil, false
}

// add puts a text under a hash; false where there is no room for it.
func (p *packed) add(hash uint64, text string) bool {
	size := entryHead + len(text)
	if len(text) > 1<<16-1 || size > blockSize {
		return false
	}
	last := len(p.blocks) - 1
	if last < 0 || len(p.blocks[last])+size > blockSize {
		if last+1 == 1<<(32-blockBits)-1 {
			return false // 4 GiB
		}
		p.blocks = append(p.blocks, make([]byte, 0, blockSize))
		last++
	}
	b := p.blocks[last]
	place := uint32(last)<<blockBits | uint32(len(b))
	b = binary.LittleEndian.AppendUint64(b, hash)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(text)))
	p.blocks[last] = append(b, text...)
	if p.n++; 4*p.n > 3*len(p.slots) {
		p.grow()
	}
	p.link(hash, place)
	return true
}

func (p *packed) link(hash uint64, place uint32) {
	mask := uint64(len(p.slots) - 1)
	i := hash & mask
	for p.slots[i] != 0 {
		i = (i + 1) & mask
	}
	p.slots[i] = place + 1
}

func (p *packed) grow() {
	old := p.slots
	p.slots = make([]uint32, max(1024, 2*len(old)))
	for _, place := range old {
		if place != 0 {
			hash, _ := p.entry(place - 1)
			p.link(hash, place-1)
		}
	}
}

// seed is that of every hash here: nothing that is hashed outlives the process.
var seed = maphash.MakeSeed()

// ids is a set of ids.
type ids struct {
	all  packed
	long map[string]bool // those that are too long to be packed
}

func (s *ids) add(id string) {
	if !s.all.add(maphash.String(seed, id), id) {
		if s.long == nil {
			s.long = map[string]bool{}
		}
		s.long[id] = true
	}
}

func (s *ids) have(id string) bool {
	_, found := s.all.find(maphash.String(seed, id), func(text []byte) bool { return string(text) == id })
	return found || s.long[id]
}

// addresses knows who was the first to have an e-mail address. It keeps hashes
// of addresses, and ids.
type addresses struct{ first packed }

// taken gives the id of the record that had the address before; empty for
// nobody, who then is id.
func (a *addresses) taken(address, id string) string {
	address = strings.ToLower(strings.TrimSpace(address))
	if address == "" || strings.Count(address, "@") != 1 {
		return ""
	}
	hash := maphash.String(seed, address)
	if first, there := a.first.find(hash, func([]byte) bool { return true }); there {
		return string(first)
	}
	a.first.add(hash, id)
	return ""
}
