package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"strconv"
)

// A record is an entry in a journal: eight hexadecimal digits, the checksum of what
// follows the blank after them; the entry as JSON, which has no line end in it; a
// line end.
const checksumLength = 8

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendRecord appends the record of an entry.
func appendRecord(b []byte, e Entry) ([]byte, error) {
	text, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	b = fmt.Appendf(b, "%08x ", crc32.Checksum(text, castagnoli))
	return append(append(b, text...), '\n'), nil
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
