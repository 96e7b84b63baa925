package demo

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/vantelle/vantelle/filter/sqltoken"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// printed is a statement as the gate prints it for an engine.
type printed struct {
	Engine  catalog.Engine `json:"engine"`
	SQL     string         `json:"sql,omitempty"`    // byte for byte
	Pieces  []piece        `json:"pieces,omitempty"` // the same with line breaks, coloured
	Params  []shownParam   `json:"params,omitempty"`
	Refused string         `json:"refused,omitempty"` // why the engine cannot say it
}

// piece is a stretch of a printed statement.
type piece struct {
	Kind   string `json:"k,omitempty"` // "keyword", "function", "name", "number", "string", "param"; empty for the rest
	Text   string `json:"t"`
	Filter bool   `json:"f,omitempty"` // it belongs to a row filter that the gate put in
}

// shownParam is a parameter and where its value comes from.
type shownParam struct {
	Mark   string `json:"mark"`           // as the statement spells it: "?1"
	Origin string `json:"origin"`         // "identity", "named", "position", "literal"; else the gate's own words
	Name   string `json:"name,omitempty"` // of the identity's or the request's
	Type   string `json:"type,omitempty"`
}

var (
	originNamed = regexp.MustCompile(`^the (identity|request)'s :(\w+) \(([^()]*(?:\([^()]*\))?)\)$`)
	originPlain = regexp.MustCompile(`^(the request's parameter|a value written in the request) \(([^()]*(?:\([^()]*\))?)\)$`)
)

// shownParams takes the gate's descriptions apart, so that the page can say
// them in the reader's language.
func shownParams(mark string, described []string) []shownParam {
	var list []shownParam
	for i, d := range described {
		p := shownParam{Mark: mark + strconv.Itoa(i+1), Origin: d}
		if m := originNamed.FindStringSubmatch(d); m != nil {
			p.Origin, p.Name, p.Type = "identity", m[2], m[3]
			if m[1] == "request" {
				p.Origin = "named"
			}
		} else if m := originPlain.FindStringSubmatch(d); m != nil {
			p.Origin, p.Type = "literal", m[2]
			if m[1] == "the request's parameter" {
				p.Origin = "position"
			}
		}
		list = append(list, p)
	}
	return list
}

// lineWidth is where a list goes on in the next line; longGroup is what a
// condition may measure before its terms get lines of their own.
const (
	lineWidth = 76
	longGroup = 62
)

// layOut gives a printed statement line breaks and colours. It adds blanks and
// takes blanks away; a text that it cannot read stays as it is.
func layOut(sql string) []piece {
	tokens, ok := printedTokens(sql)
	if !ok {
		return []piece{{Text: sql}}
	}
	l := &layout{tokens: tokens, shut: matching(tokens), filterEnd: -1, frames: []frame{{block: true, lines: true}}}
	for i := range tokens {
		l.place(i)
	}
	return l.out
}

// printedToken is a token of a printed statement.
type printedToken struct {
	kind  string // as in piece
	text  string
	word  string // upper case, for unquoted words
	blank bool   // a blank stands before it
}

func (t printedToken) isAlias(letter byte) bool {
	if len(t.word) < 2 || t.word[0] != letter {
		return false
	}
	_, err := strconv.Atoi(t.word[1:])
	return err == nil
}

func printedTokens(sql string) ([]printedToken, bool) {
	scanner := sqltoken.NewScanner(sql)
	var list []printedToken
	for end := 0; ; {
		t, err := scanner.Next()
		if err != nil {
			return nil, false
		}
		if t.Kind == sqltoken.EOF {
			return list, true
		}
		p := printedToken{text: t.Text, blank: t.At > end}
		end = t.End
		switch t.Kind {
		case sqltoken.QuotedName:
			p.kind = "name"
		case sqltoken.String:
			p.kind = "string"
		case sqltoken.Param:
			p.kind = "param"
		case sqltoken.Number:
			p.kind = "number"
			// SQLite's ?1 is two tokens in the portal's SQL.
			if n := len(list); n > 0 && !p.blank && list[n-1].text == "?" {
				list[n-1].text += t.Text
				continue
			}
		case sqltoken.Word:
			p.word = sqltoken.Upper(t.Text)
			if t.Keyword != sqltoken.NoKeyword {
				p.kind = "keyword"
			}
		default:
			if n := len(list); t.Text == "(" && n > 0 && !p.blank && list[n-1].word != "" {
				list[n-1].kind = "function"
			}
		}
		list = append(list, p)
	}
}

// matching gives, for every opening parenthesis, its closing one.
func matching(tokens []printedToken) map[int]int {
	shut := map[int]int{}
	var open []int
	for i, t := range tokens {
		switch {
		case t.text == "(":
			open = append(open, i)
		case t.text == ")" && len(open) > 0:
			shut[open[len(open)-1]] = i
			open = open[:len(open)-1]
		}
	}
	return shut
}

// layout is a statement on its way into lines.
type layout struct {
	tokens    []printedToken
	shut      map[int]int
	frames    []frame // one for each open parenthesis, and the statement's own
	column    int
	filterEnd int // the token after the row filter being written; -1 outside
	out       []piece
}

// frame is what stands between two parentheses.
type frame struct {
	block   bool   // a query: its clauses begin lines
	lines   bool   // it has lines of its own
	indent  int    // of its lines
	outer   int    // of the line where its parenthesis closes
	breakAt string // AND or OR: the word that begins a line here
	cases   int    // open CASEs
	between int    // BETWEENs whose AND is still to come
}

// place writes one token, on a new line where one begins.
func (l *layout) place(i int) {
	t := l.tokens[i]
	if t.text == ")" && len(l.frames) > 1 {
		f := l.frames[len(l.frames)-1]
		l.frames = l.frames[:len(l.frames)-1]
		if i == l.filterEnd {
			l.filterEnd = -1
		}
		if f.lines {
			l.newline(f.outer)
		}
		l.write(t, !f.lines && t.blank)
		return
	}
	f := &l.frames[len(l.frames)-1]
	fresh := i > 0 && l.tokens[i-1].text == "(" && f.lines
	switch {
	case fresh:
		l.newline(f.indent)
	case i > 0 && f.block && f.cases == 0 && l.startsClause(i):
		l.newline(f.indent)
		fresh = true
	case f.breakAt != "" && t.word == f.breakAt && f.cases == 0 && f.between == 0:
		if f.block {
			l.newline(f.indent + 2)
		} else {
			l.newline(f.indent)
		}
		fresh = true
	case i > 0 && l.tokens[i-1].text == "," && l.column > lineWidth && f.lines:
		l.newline(f.indent + 2)
		fresh = true
	}
	if t.word == "WHERE" && f.block && l.filterEnd < 0 && i >= 2 && l.tokens[i-1].isAlias('R') && l.tokens[i-2].word == "AS" {
		l.filterEnd = l.endOf(i, false)
	}
	l.note(f, i)
	l.write(t, t.blank && !fresh)
	if t.text == "(" {
		l.open(i, f)
	}
}

// note keeps what a frame must remember of a token.
func (l *layout) note(f *frame, i int) {
	switch l.tokens[i].word {
	case "CASE":
		f.cases++
	case "END":
		f.cases--
	case "BETWEEN":
		f.between++
	case "AND":
		f.between = max(0, f.between-1)
	case "WHERE", "HAVING", "ON":
		if f.block {
			f.breakAt = l.breakAt(i+1, l.endOf(i+1, true))
		}
	default:
		if f.block && f.cases == 0 && l.startsClause(i) {
			f.breakAt = ""
		}
	}
}

// open begins the frame of the parenthesis at i.
func (l *layout) open(i int, around *frame) {
	f := frame{indent: around.indent + 2, outer: around.indent}
	if around.block && around.breakAt != "" {
		f.indent, f.outer = f.indent+2, f.outer+2
	}
	end, closed := l.shut[i]
	switch {
	case !closed:
	case i+1 < end && l.tokens[i+1].word == "SELECT":
		f.block, f.lines = true, true
	default:
		f.breakAt = l.breakAt(i+1, end)
		f.lines = f.breakAt != ""
	}
	l.frames = append(l.frames, f)
}

// breakAt decides whether the condition from one token to another gets a line
// for each term, and which word begins them.
func (l *layout) breakAt(from, to int) string {
	length, word := 0, ""
	cases, between := 0, 0
	for i := from; i < to; i++ {
		t := l.tokens[i]
		length += len(t.text) + 1
		if t.text == "(" {
			end, ok := l.shut[i]
			if !ok {
				return ""
			}
			for _, inner := range l.tokens[i+1 : end+1] {
				length += len(inner.text) + 1
			}
			i = end
			continue
		}
		switch t.word {
		case "CASE":
			cases++
		case "END":
			cases--
		case "BETWEEN":
			between++
		case "OR":
			if cases == 0 {
				word = "OR"
			}
		case "AND":
			if between > 0 {
				between--
			} else if word == "" && cases == 0 {
				word = "AND"
			}
		}
	}
	if length < longGroup {
		return ""
	}
	return word
}

// endOf is the parenthesis that closes the query of the token at i, or the
// statement's end; with clause, the next clause of that query where it comes
// before.
func (l *layout) endOf(i int, clause bool) int {
	depth := 0
	for ; i < len(l.tokens); i++ {
		switch {
		case l.tokens[i].text == "(":
			depth++
		case l.tokens[i].text == ")":
			if depth--; depth < 0 {
				return i
			}
		case clause && depth == 0 && l.startsClause(i):
			return i
		}
	}
	return i
}

// startsClause tells whether the token at i begins a clause of its query.
func (l *layout) startsClause(i int) bool {
	next := ""
	if i+1 < len(l.tokens) {
		next = l.tokens[i+1].word
	}
	switch l.tokens[i].word {
	case "SELECT", "FROM", "WHERE", "HAVING", "LIMIT", "UNION", "EXCEPT", "INTERSECT":
		return true
	case "GROUP", "ORDER":
		return next == "BY"
	case "INNER", "LEFT", "RIGHT", "FULL", "CROSS":
		return next == "JOIN"
	}
	return false
}

func (l *layout) newline(indent int) {
	l.append(piece{Text: "\n" + strings.Repeat(" ", indent)}) // a margin is nobody's colour
	l.column = indent
}

func (l *layout) write(t printedToken, blank bool) {
	if blank {
		l.append(piece{Text: " ", Filter: l.filterEnd >= 0})
		l.column++
	}
	l.append(piece{Kind: t.kind, Text: t.text, Filter: l.filterEnd >= 0})
	l.column += len(t.text)
}

// append joins what looks the same.
func (l *layout) append(p piece) {
	if n := len(l.out); n > 0 && l.out[n-1].Kind == p.Kind && l.out[n-1].Filter == p.Filter {
		l.out[n-1].Text += p.Text
		return
	}
	l.out = append(l.out, p)
}
