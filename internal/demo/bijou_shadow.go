package demo

import "strings"

// describe decides how c is filled: by the rules of Sage's technical columns
// for a name that starts with cb, by its type for any other.
func (c *column) describe(typ string, index map[string]int, references map[string]bool) {
	base, followed := index[strings.TrimPrefix(c.name, "cb")]
	followed = followed && strings.HasPrefix(c.name, "cb")
	switch {
	case c.name == "cbMarq":
		c.fill = fillMarq
	case followed && strings.HasPrefix(typ, "varbinary"):
		c.fill, c.base = fillShadow, base
		if aligned[c.name] {
			c.width = 13
		}
	case followed:
		c.fill, c.base = fillTwin, base
	case c.name == "cbCreateur":
		c.empty = "COLS" // the program that wrote the row; four letters
	case c.name == "cbModification", c.name == "cbCreation":
		c.empty = stamp(today)
	case c.name == "cbCreationUser":
		c.empty = "69C8CD64-D06F-4097-9CAC-E488AC2610F9"
	case strings.HasPrefix(c.name, "cbHash"), references[c.name]:
		// NULL: not sealed, no link
	case strings.HasPrefix(typ, "varchar"), strings.HasPrefix(typ, "nvarchar"), strings.HasPrefix(typ, "char"):
		c.empty = ""
	case typ == "datetime":
		c.empty = noDate
	case strings.HasPrefix(typ, "numeric"), typ == "int", typ == "smallint":
		c.empty = 0
	}
}

// aligned are the shadows that Sage pads on the left, so that document numbers
// sort as numbers.
var aligned = map[string]bool{
	"cbDO_Piece": true, "cbDO_PieceOrig": true, "cbDL_PieceBC": true, "cbDL_PieceBL": true, "cbDL_PiecePL": true,
	"cbDL_PieceDE": true, "cbRG_Piece": true, "cbEC_Piece": true,
}

// shadow gives the bytes that Sage's indexes are built on: the text in the
// server's code page, NULL read as empty.
func shadow(v any, c column) []byte {
	text, _ := v.(string)
	if c.width > 0 && text != "" {
		text = strings.Repeat(" ", max(0, c.width-len(text))) + text
	}
	if c.name == "cbFA_CodeFamille" {
		text += "z"
	}
	return codePage(text)
}

// beyondLatin are the letters of Windows-1252 that the dossier uses and whose
// byte is not their code point.
var beyondLatin = map[rune]byte{'€': 0x80, 'Œ': 0x8c, '’': 0x92, 'œ': 0x9c}

// codePage spells a text in Windows-1252.
func codePage(text string) []byte {
	b := make([]byte, 0, len(text))
	for _, r := range text {
		if special, ok := beyondLatin[r]; ok {
			b = append(b, special)
		} else {
			b = append(b, byte(r))
		}
	}
	return b
}
