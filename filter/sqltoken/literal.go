package sqltoken

// quoted reads a string or a quoted name whose opening quote is at open; the
// token starts at at, where a string's N prefix may stand. Inside, the closing
// quote is written twice. A backslash is an ordinary character, never an
// escape.
func (s *Scanner) quoted(at, open int, quote byte, kind Kind) (Token, error) {
	where := inString
	if kind == QuotedName {
		where = inName
	}
	doubled := false
	for i := open + 1; i < len(s.src); {
		if s.src[i] == quote {
			if s.byteAt(i+1) == quote {
				doubled = true
				i += 2
				continue
			}
			if kind == QuotedName {
				if i == open+1 {
					return Token{}, s.fail(at, "a quoted name cannot be empty")
				}
				s.name = i + 1
			}
			t := s.token(kind, at, i+1)
			t.doubled = doubled
			return t, nil
		}
		size, err := s.char(i, where)
		if err != nil {
			return Token{}, err
		}
		i += size
	}
	if kind == QuotedName {
		return Token{}, s.fail(at, "the quoted name that starts here has no end")
	}
	return Token{}, s.fail(at, "the string that starts here has no end")
}

// number reads 12, 1.50, .5 or 1e6. Every engine has its own idea of what
// follows a number without a blank, so nothing may.
func (s *Scanner) number(at int) (Token, error) {
	i := s.digits(at)
	if i == at+1 && s.src[at] == '0' && (s.byteAt(i) == 'x' || s.byteAt(i) == 'X') {
		return Token{}, s.unsupported(at, "hexadecimal literals are not offered")
	}
	if s.byteAt(i) == '.' {
		if !isDigit(s.byteAt(i + 1)) {
			return Token{}, s.fail(i, "a digit must follow the decimal point")
		}
		i = s.digits(i + 1)
	}
	if c := s.byteAt(i); c == 'e' || c == 'E' {
		j := i + 1
		if s.byteAt(j) == '+' || s.byteAt(j) == '-' {
			j++
		}
		if isDigit(s.byteAt(j)) {
			i = s.digits(j)
		}
	}
	if i < len(s.src) && (s.src[i] == '.' || isNameMark(s.src[i]) || runeInWord(s.src[i:]) > 0) {
		return Token{}, s.fail(i, "a number cannot run into what follows; put a blank between them")
	}
	return s.token(Number, at, i), nil
}

func (s *Scanner) digits(i int) int {
	for isDigit(s.byteAt(i)) {
		i++
	}
	return i
}

// param reads ?, $1, :1, :name, @name. The parser decides what they number.
func (s *Scanner) param(at int) (Token, error) {
	mark, i := s.src[at], at+1
	switch {
	case mark == '?':
		return s.token(Param, at, i), nil
	case mark == '@' && s.byteAt(i) == '@':
		return Token{}, s.unsupported(at, "server variables (@@…) are not offered")
	case mark == '$' && !isDigit(s.byteAt(i)):
		return Token{}, s.unsupported(at, "$ starts only a numbered parameter such as $1; dollar-quoted strings are not offered")
	case mark != '@' && isDigit(s.byteAt(i)):
		i = s.digits(i)
	default:
		i += wordSize(s.src[i:])
	}
	if i == at+1 {
		return Token{}, s.fail(at, "a parameter's name must follow %c", mark)
	}
	if i < len(s.src) && (isNameMark(s.src[i]) || runeInWord(s.src[i:]) > 0) {
		return Token{}, s.fail(i, "this character cannot be part of a parameter")
	}
	return s.token(Param, at, i), nil
}
