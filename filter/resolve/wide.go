package resolve

import (
	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// widest is how many characters of a row may be given beside each stored value
// once. A driver reads a row as a whole, before any limit of bytes is looked at: a
// text of a megabyte that is selected a thousand times would be a gigabyte of the
// service's memory.
const widest = 8 << 20

// fileChars is what bytes are counted for: often they are a whole file.
const fileChars = 1 << 20

// checkWidth refuses rows of a request that are much longer than those that the ERP
// holds.
func checkWidth(q *querytree.Query) error {
	seen := map[*catalog.Column]bool{}
	chars := 0
	for i, c := range q.Output() {
		if sel, ok := q.Body.(*querytree.Select); ok {
			if ref, ok := sel.Items[i].(*querytree.ColumnRef); ok && ref.Col != nil && !seen[ref.Col] {
				seen[ref.Col] = true
				continue
			}
		}
		switch c.Type.Kind {
		case sqltype.Text:
			chars += c.Type.MaxChars()
		case sqltype.JSON, sqltype.Other:
			chars += sqltype.AssumedChars
		case sqltype.Binary:
			chars += fileChars
		}
	}
	if chars > widest {
		return refusal.At(sqlast.NoPos, refusal.LimitExceeded, "a row could be more than %d characters long: select long texts once each, or fewer of them", widest)
	}
	return nil
}
