package sqlprint

import (
	"slices"
	"testing"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/sqltype"
)

// TestEqualParametersShareANumber asks for few and for many, each three times,
// and for two that differ in one thing only.
func TestEqualParametersShareANumber(t *testing.T) {
	for _, many := range []int{1, fewParams - 1, fewParams, fewParams + 1, fewParams + 2, 5 * fewParams} {
		p := &printer{dialect: postgres{}}
		key := func(i int) Param {
			return Param{Slot: querytree.Slot{Kind: querytree.SlotPosition, Ordinal: i}, Type: sqltype.Type{Kind: sqltype.Text}}
		}
		for range 3 {
			for i := range many {
				p.param(key(i))
			}
		}
		if len(p.out.Params) != many {
			t.Fatalf("%d parameters have %d numbers", many, len(p.out.Params))
		}
		for i := range many {
			if slices.Index(p.out.Params, key(i)) != i || p.numberOf(key(i)) != i+1 {
				t.Fatalf("of %d, number %d is %d", many, i+1, p.numberOf(key(i)))
			}
		}
		other := key(0)
		other.Pattern = true
		if p.numberOf(other) != 0 {
			t.Fatal("a pattern and a text share a number")
		}
	}
}
