package service

import (
	"crypto/sha1" //nolint:gosec // Windows' own rule for names, nothing secret
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"
)

// serviceSID gives the security identifier of NT SERVICE\name: S-1-5-80 and the
// SHA-1 of the name in capitals, in UTF-16. So rights can be given before there
// is a service of the name.
func serviceSID(name string) string {
	var text []byte
	for _, unit := range utf16.Encode([]rune(strings.ToUpper(name))) {
		text = binary.LittleEndian.AppendUint16(text, unit)
	}
	sum := sha1.Sum(text)
	sid := "S-1-5-80"
	for i := 0; i < len(sum); i += 4 {
		sid += fmt.Sprintf("-%d", binary.LittleEndian.Uint32(sum[i:]))
	}
	return sid
}
