package execute

import "golang.org/x/text/encoding/charmap"

const utf8CodePage = 65001

// codePages are those of one byte for each character. Those of more, for
// Chinese, Japanese and Korean, differ in detail from one maker to the next;
// text for them travels as nvarchar.
var codePages = map[uint16]*charmap.Charmap{
	437: charmap.CodePage437, 850: charmap.CodePage850, 874: charmap.Windows874,
	1250: charmap.Windows1250, 1251: charmap.Windows1251, 1252: charmap.Windows1252, 1253: charmap.Windows1253, 1254: charmap.Windows1254,
	1255: charmap.Windows1255, 1256: charmap.Windows1256, 1257: charmap.Windows1257, 1258: charmap.Windows1258,
}

// inCodePage gives text in a Windows code page; false where a character of it
// is not in the page.
func inCodePage(text string, page uint16) (string, bool) {
	if page == utf8CodePage {
		return text, true
	}
	table := codePages[page]
	if table == nil {
		return "", false
	}
	encoded := make([]byte, 0, len(text))
	for _, r := range text {
		b, ok := table.EncodeRune(r)
		if !ok {
			return "", false
		}
		encoded = append(encoded, b)
	}
	return string(encoded), true
}
