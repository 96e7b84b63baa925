package sqltype

// Unify gives the one type that a and b become where they meet, in a
// comparison, a CASE, a UNION, an IN list, and whether there is one. The
// conversion it implies is exact and cannot fail: Int to a wider Int, Int to
// Decimal, text to longer text. Everything else is refused, so that no engine
// is left to convert as it likes.
func Unify(a, b Type) (Type, bool) {
	switch {
	case a.Kind == Null:
		return b, true
	case b.Kind == Null:
		return a, true
	case a.Kind == Other || b.Kind == Other || a.Kind == JSON || b.Kind == JSON:
		return Type{}, false
	case a.Kind == Int && b.Kind == Decimal:
		return unifyDecimal(a.AsDecimal(), b), true
	case a.Kind == Decimal && b.Kind == Int:
		return unifyDecimal(a, b.AsDecimal()), true
	case a.Kind != b.Kind:
		return Type{}, false
	}
	switch a.Kind {
	case Int, Float:
		a.Bits = max(a.Bits, b.Bits)
	case Decimal:
		return unifyDecimal(a, b), true
	case Text:
		if a.Grown > 0 || b.Grown > 0 {
			a.Grown = max(a.MaxChars(), b.MaxChars())
		}
		if a.Length == 0 || b.Length == 0 {
			a.Length = 0
		} else {
			a.Length = max(a.Length, b.Length)
		}
		a.Fixed = a.Fixed && b.Fixed
		a.National = a.National || b.National
		a.Folding = a.Folding || b.Folding
		a.Listed = a.Listed || b.Listed
		if a.CodePage != b.CodePage {
			a.CodePage = 0
		}
	case Timestamp, Time:
		if a.Zoned != b.Zoned {
			return Type{}, false
		}
		a.Coarse = a.Coarse && b.Coarse
	}
	return a, true
}

// AssumedChars is how long a text without a declared length is taken to be; no
// text that a request gives is longer.
const AssumedChars = 64 << 10

// MaxChars is how many characters a Text is taken to have at most.
func (t Type) MaxChars() int {
	switch {
	case t.Grown > 0:
		return t.Grown
	case t.Length > 0:
		return t.Length
	}
	return AssumedChars
}

// AsDecimal gives the Decimal that holds every value of an Int.
func (t Type) AsDecimal() Type {
	if t.Kind != Int {
		return t
	}
	digits := map[uint8]int{8: 3, 16: 5, 32: 10}[t.Bits]
	if digits == 0 {
		digits = 19
	}
	return Type{Kind: Decimal, Precision: digits}
}

func unifyDecimal(a, b Type) Type {
	if a.Precision == 0 || b.Precision == 0 {
		return Type{Kind: Decimal}
	}
	scale := max(a.Scale, b.Scale)
	return Type{Kind: Decimal, Precision: max(a.Precision-a.Scale, b.Precision-b.Scale) + scale, Scale: scale}
}
