package filter

import (
	"slices"

	"github.com/vantelle/vantelle/filter/view"
)

// planKey names everything that a plan depends on: the dossier and the view
// (whose digest covers the profile, its version and the catalog), the text and
// the kinds of the values.
type planKey struct {
	tree    bool // a front's own tree and a text never share a plan
	dossier string
	view    string
	text    string
	kinds   string
	in      view.Language // of the labels that resources give
}

func keyOf(w World, req Request, text string) planKey {
	return planKey{tree: req.Query != nil || req.Write != nil, dossier: w.Dossier, view: w.View.Digest(), text: text, kinds: kindsKey(req), in: req.Language}
}

// kindsKey spells the kinds of a request's values: a byte for each by position,
// then each by name as the length of the name, the name and a byte.
func kindsKey(req Request) string {
	if len(req.Params) == 0 && len(req.Named) == 0 {
		return ""
	}
	var room [64]byte
	b := room[:0]
	for _, x := range req.Params {
		b = append(b, '0'+byte(kind(x)))
	}
	if len(req.Named) > 0 {
		names := make([]string, 0, len(req.Named))
		for name := range req.Named {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			b = append(b, ' ', byte(len(name)>>24), byte(len(name)>>16), byte(len(name)>>8), byte(len(name)))
			b = append(b, name...)
			b = append(b, '0'+byte(kind(req.Named[name])))
		}
	}
	return string(b)
}
