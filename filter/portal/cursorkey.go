package portal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
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
	aead  cipher.AEAD
	nonce []byte // key of the hash that makes nonces
}

// cursorSecret is how many bytes a key is made of.
const cursorSecret = 32

// NewCursorKey makes a key of 32 random bytes.
func NewCursorKey(secret []byte) (*CursorKey, error) {
	if len(secret) != cursorSecret {
		return nil, fmt.Errorf("a cursor key has %d bytes, not %d", cursorSecret, len(secret))
	}
	sealing, err := hkdf.Key(sha256.New, secret, nil, "vantelle cursor seal", 32)
	if err != nil {
		return nil, fmt.Errorf("derive cursor key: %w", err)
	}
	nonce, err := hkdf.Key(sha256.New, secret, nil, "vantelle cursor nonce", 32)
	if err != nil {
		return nil, fmt.Errorf("derive cursor key: %w", err)
	}
	block, err := aes.NewCipher(sealing)
	if err != nil {
		return nil, fmt.Errorf("make cursor cipher: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("make cursor cipher: %w", err)
	}
	return &CursorKey{aead: aead, nonce: nonce}, nil
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

// sealed pads to a multiple of this, so that a cursor's length does not tell
// how large a hidden key is.
const cursorBlock = 64

// seal makes a cursor of a text without trailing blanks. The nonce is made of
// the text and what it is bound to, so that the same place of the same list has
// the same cursor, and two texts never share one.
func (k *CursorKey) seal(text, bound []byte) string {
	padded := make([]byte, (len(text)/cursorBlock+1)*cursorBlock)
	copy(padded, text)
	for i := len(text); i < len(padded); i++ {
		padded[i] = ' '
	}
	mac := hmac.New(sha256.New, k.nonce)
	digest := sha256.Sum256(bound)
	mac.Write(digest[:])
	mac.Write(padded)
	nonce := mac.Sum(nil)[:k.aead.NonceSize()]
	return cursorVersion + base64.RawURLEncoding.EncodeToString(k.aead.Seal(nonce, nonce, padded, digest[:]))
}

// open gives the text of a cursor that this key sealed and bound to the same;
// ok is false for any other.
func (k *CursorKey) open(cursor string, bound []byte) (text []byte, ok bool) {
	coded, ok := strings.CutPrefix(cursor, cursorVersion)
	if !ok {
		return nil, false
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(coded)
	if err != nil || len(sealed) < k.aead.NonceSize() {
		return nil, false
	}
	nonce, sealed := sealed[:k.aead.NonceSize()], sealed[k.aead.NonceSize():]
	digest := sha256.Sum256(bound)
	text, err = k.aead.Open(nil, nonce, sealed, digest[:])
	return text, err == nil
}
