package audit

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash/crc32"
	"strconv"
	"time"
	"unicode/utf8"
)

// A record is an entry in a journal: eight hexadecimal digits, the checksum of what
// follows the blank after them; the entry as JSON, which has no line end in it; a
// line end.
const checksumLength = 8

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendRecord appends the record of an entry. It is written by hand where reading
// is left to encoding/json: every request waits for it.
func appendRecord(b []byte, e Entry) []byte {
	b = append(b, "00000000 "...)
	begin := len(b)
	b = append(b, `{"id":`...)
	b = appendText(b, e.ID)
	b = append(b, `,"time":"`...)
	b = append(e.Time.UTC().AppendFormat(b, time.RFC3339Nano), '"')
	for _, m := range [...]struct{ name, value string }{
		{"request_id", e.RequestID}, {"dossier", e.Dossier}, {"key_id", e.KeyID}, {"customer_id", e.CustomerID}, {"actor", e.Actor}, {"contact", e.Contact},
		{"front", e.Front}, {"action", e.Action}, {"view", e.View}, {"decision", e.Decision}, {"code", e.Code}, {"digest", e.Digest},
	} {
		if m.value != "" {
			b = append(append(append(b, `,"`...), m.name...), `":`...)
			b = appendText(b, m.value)
		}
	}
	for i, table := range e.Tables {
		if i == 0 {
			b = append(b, `,"tables":[`...)
		} else {
			b = append(b, ',')
		}
		b = appendText(b, table)
	}
	if len(e.Tables) > 0 {
		b = append(b, ']')
	}
	b = append(b, '}')
	var sum [checksumLength / 2]byte
	binary.BigEndian.PutUint32(sum[:], crc32.Checksum(b[begin:], castagnoli))
	hex.Encode(b[begin-checksumLength-1:], sum[:])
	return append(b, '\n')
}

// appendText appends a text as JSON has it. What is no UTF-8 is kept as U+FFFD.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= utf8.RuneSelf || c == '"' || c == '\\' {
			text, _ := json.Marshal(s) // a string can always be written
			return append(b, text...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

// readRecords reads what is in half a journal. Whatever cannot be read is passed
// over: unread counts its bytes. The end of a file may be the beginning of a record
// whose writing was cut short, and whose request was never run.
func readRecords(b []byte) (entries []Entry, unread int) {
	for len(b) > 0 {
		end := bytes.IndexByte(b, '\n') + 1
		if end == 0 {
			end = len(b)
		}
		if e, ok := readRecord(b[:end]); ok {
			entries = append(entries, e)
		} else {
			unread += end
		}
		b = b[end:]
	}
	return entries, unread
}

func readRecord(line []byte) (Entry, bool) {
	text, whole := bytes.CutSuffix(line, []byte{'\n'})
	if !whole || len(text) <= checksumLength || text[checksumLength] != ' ' {
		return Entry{}, false
	}
	sum, err := strconv.ParseUint(string(text[:checksumLength]), 16, 32)
	text = text[checksumLength+1:]
	if err != nil || uint32(sum) != crc32.Checksum(text, castagnoli) {
		return Entry{}, false
	}
	var e Entry
	if err := json.Unmarshal(text, &e); err != nil || e.check() != nil {
		return Entry{}, false
	}
	return e, true
}
