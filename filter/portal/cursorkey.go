package portal

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// CursorKey seals cursors. It is safe for concurrent use.
type CursorKey struct {
	secret []byte // the key of a list is made of it, and of what the list is bound to
}

// cursorSecret is how many bytes a key is made of.
const cursorSecret = 32

// NewCursorKey makes a key of 32 random bytes.
func NewCursorKey(secret []byte) (*CursorKey, error) {
	if len(secret) != cursorSecret {
		return nil, fmt.Errorf("a cursor key has %d bytes, not %d", cursorSecret, len(secret))
	}
	key, err := hkdf.Extract(sha256.New, secret, []byte("vantelle cursor"))
	if err != nil {
		return nil, fmt.Errorf("derive cursor key: %w", err)
	}
	return &CursorKey{secret: key}, nil
}

// OpenCursorKey reads the key in a file, 64 hexadecimal digits, and makes one
// that only its owner can read where the file is missing. Nodes that serve the
// same portals share the file's contents, else a list that one of them began
// cannot be continued at another.
func OpenCursorKey(path string) (*CursorKey, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = newCursorKey(path)
	}
	if err != nil {
		return nil, fmt.Errorf("cursor key: %w", err)
	}
	secret, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(secret) != cursorSecret {
		return nil, fmt.Errorf("cursor key %s: it must hold %d hexadecimal digits: delete it to have a new one made, which ends the lists that clients are reading", path, 2*cursorSecret)
	}
	return NewCursorKey(secret)
}

// newCursorKey writes a new key. Of two processes that try at once one wins,
// and both get its key; a file is never there half written.
func newCursorKey(path string) ([]byte, error) {
	secret := make([]byte, cursorSecret)
	_, _ = rand.Read(secret)                                 // never fails
	f, err := os.CreateTemp(filepath.Dir(path), ".cursor-*") // 0600
	if err != nil {
		return nil, err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(hex.EncodeToString(secret) + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		// A file system without links: the last to write wins.
		if err := os.Rename(f.Name(), path); err != nil {
			return nil, err
		}
	}
	return os.ReadFile(path)
}

// cursorVersion begins every cursor; another form has another word.
const cursorVersion = "c1."

// of gives what seals the cursors of one list. Each has a key of its own, so that
// random nonces do not meet.
func (k *CursorKey) of(bound []byte) (cipher.AEAD, error) {
	digest := sha256.Sum256(bound)
	key, err := hkdf.Expand(sha256.New, k.secret, string(digest[:]), 32)
	if err != nil {
		return nil, fmt.Errorf("derive cursor key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("make cursor cipher: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("make cursor cipher: %w", err)
	}
	return aead, nil
}

// seal makes a cursor of a text without trailing blanks, which takes room bytes
// however long the text is, so that the cursor's length tells nothing that room
// does not. The nonce is random: two cursors of one place are not alike, or
// somebody could see whether a hidden key has changed between them.
func (k *CursorKey) seal(text, bound []byte, room int) (string, error) {
	if len(text) > room {
		return "", fmt.Errorf("seal cursor: %d bytes do not fit into %d", len(text), room)
	}
	aead, err := k.of(bound)
	if err != nil {
		return "", err
	}
	padded := append(text, bytes.Repeat([]byte{' '}, room-len(text))...)
	return cursorVersion + base64.RawURLEncoding.EncodeToString(aead.Seal(nil, nil, padded, nil)), nil
}

// open gives the text of a cursor that this key sealed and bound to the same;
// ok is false for any other.
func (k *CursorKey) open(cursor string, bound []byte) (text []byte, ok bool) {
	coded, ok := strings.CutPrefix(cursor, cursorVersion)
	if !ok {
		return nil, false
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(coded)
	if err != nil {
		return nil, false
	}
	aead, err := k.of(bound)
	if err != nil {
		return nil, false
	}
	text, err = aead.Open(nil, nil, sealed, nil)
	return text, err == nil
}
