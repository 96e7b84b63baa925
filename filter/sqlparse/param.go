package sqlparse

import (
	"strconv"

	"github.com/vantelle/vantelle/filter/sqlast"
)

// paramUse is what has been seen of a text's parameters.
type paramUse struct {
	questions int // ? so far
	marked    int // $1, @p1, :name and the like so far
	named     int // those of marked that have a name
}

// param reads a parameter. ? takes the next number; $1, :1 and @p1 (in either
// case) say theirs; :name and @name have a name. The first kind does not mix
// with the others: which value is meant would be a guess.
func (p *parser) param() (sqlast.Expr, error) {
	x := &sqlast.Param{At: p.pos()}
	use := &p.params
	if p.tok.Text == "?" {
		use.questions++
		x.Ordinal = use.questions
	} else {
		use.marked++
		digits := ordinalDigits(p.tok.Text)
		if digits == "" {
			use.named++
			x.Name = p.tok.Text[1:]
		} else if err := p.ordinal(x, digits); err != nil {
			return nil, err
		}
	}
	if use.questions > 0 && use.marked > 0 {
		return nil, p.syntax(x.At, "parameters written ? cannot be mixed with numbered or named ones")
	}
	if use.questions+use.named > p.lim.Params || x.Ordinal > p.lim.Params {
		return nil, p.overLimit(p.tok.At, "the text has more than %d parameters", p.lim.Params)
	}
	p.nodes++
	p.advance()
	return x, nil
}

func (p *parser) ordinal(x *sqlast.Param, digits string) error {
	if digits[0] == '0' {
		return p.syntax(x.At, "parameters are numbered from 1, without leading zeros")
	}
	n, err := strconv.Atoi(digits)
	if err != nil {
		return p.overLimit(p.tok.At, "the text has more than %d parameters", p.lim.Params)
	}
	x.Ordinal = n
	return nil
}

// ordinalDigits is the number in $12, :12, @p12 or @P12, "" for a name.
func ordinalDigits(text string) string {
	digits := text[1:]
	if text[0] == '@' {
		if digits[0] != 'p' && digits[0] != 'P' {
			return ""
		}
		digits = digits[1:]
	}
	for i := 0; i < len(digits); i++ {
		if digits[i] < '0' || '9' < digits[i] {
			return ""
		}
	}
	return digits
}
