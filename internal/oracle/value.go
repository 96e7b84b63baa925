package oracle

import (
	"math/big"
	"strconv"
	"strings"
)

// kind is a family of values that may meet in a comparison.
type kind uint8

const (
	kindNull kind = iota
	kindBool
	kindInt
	kindDec
	kindText
	kindDate
	kindStamp
	kindFloat
)

func (k kind) numeric() bool { return k == kindInt || k == kindDec }

// value is a stored or computed value: num holds an integer's or a decimal's
// value, text everything else and a decimal's digits as written.
type value struct {
	kind kind
	text string
	num  *big.Rat
}

var null = value{}

func integer(n int64) value {
	return value{kind: kindInt, text: strconv.FormatInt(n, 10), num: new(big.Rat).SetInt64(n)}
}

// decimal makes a value of digits such as "-12.50".
func decimal(digits string) value {
	r, ok := new(big.Rat).SetString(digits)
	if !ok {
		panic("oracle: not a number: " + digits)
	}
	return value{kind: kindDec, text: digits, num: r}
}

// floating is a float, of the digits that it is written with.
func floating(digits string) value {
	v := decimal(digits)
	v.kind = kindFloat
	return v
}

func text(s string) value  { return value{kind: kindText, text: s} }
func date(s string) value  { return value{kind: kindDate, text: s} }
func stamp(s string) value { return value{kind: kindStamp, text: s} }

func truth(b bool) value {
	if b {
		return yes
	}
	return no
}

var yes, no = value{kind: kindBool, num: big.NewRat(1, 1)}, value{kind: kindBool, num: new(big.Rat)}

func (v value) null() bool { return v.kind == kindNull }
func (v value) yes() bool  { return v.kind == kindBool && v.num.Sign() != 0 }
func (v value) no() bool   { return v.kind == kindBool && v.num.Sign() == 0 }

// compare orders two values of one family, neither of them NULL.
func (v value) compare(w value) int {
	if v.num != nil && w.num != nil {
		if v.num.IsInt() && w.num.IsInt() {
			return v.num.Num().Cmp(w.num.Num())
		}
		return v.num.Cmp(w.num)
	}
	return strings.Compare(v.text, w.text)
}

// literal writes v in SQL that both engines and the portal read alike.
func (v value) literal() string {
	switch v.kind {
	case kindNull:
		return "NULL"
	case kindInt, kindDec, kindFloat:
		return v.text
	case kindBool:
		if v.yes() {
			return "TRUE"
		}
		return "FALSE"
	}
	return quoteText(v.text)
}

func quoteText(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
