package identity

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"github.com/vantelle/vantelle/internal/directory"
)

// keyBytes is how much randomness a key holds: enough that no guess and no
// slow hash matters.
const keyBytes = 32

// maxKey bounds what is hashed for a stranger.
const maxKey = 256

// The keys of the demonstration, which everybody can read in the docs.
const (
	DemoBackendKey = "vk_demo"
	DemoAdminKey   = "va_demo"
)

// prefix is what a key of the kind begins with, so that people and secret
// scanners know it when they see it. It is "" for an unknown kind.
func prefix(kind directory.KeyKind) string {
	switch kind {
	case directory.KeyBackend:
		return "vk_"
	case directory.KeyAdmin:
		return "va_"
	case directory.KeyIntegrator:
		return "vi_"
	}
	return ""
}

// NewKey draws a key of the kind from rand (crypto/rand.Reader outside tests).
// plain is shown once to whoever asked for it; only hash is kept.
func NewKey(kind directory.KeyKind, rand io.Reader) (plain, hash string, err error) {
	p := prefix(kind)
	if p == "" {
		return "", "", fmt.Errorf("make key: unknown kind %q", kind)
	}
	var secret [keyBytes]byte
	if _, err := io.ReadFull(rand, secret[:]); err != nil {
		return "", "", fmt.Errorf("make key: draw randomness: %w", err)
	}
	plain = p + base64.RawURLEncoding.EncodeToString(secret[:])
	return plain, HashKey(plain), nil
}

// HashKey is the form in which the directory keeps a key: the hex SHA-256 of
// all of it, prefix included. Keys are compared by looking this hash up, so
// that no comparison's time depends on the key.
func HashKey(plain string) string {
	sum := sha256.Sum256([]byte(plain))
	return hex.EncodeToString(sum[:])
}

// WellFormed reports whether plain has the form of a key of the kind: its
// prefix, then letters, digits, "-" and "_".
func WellFormed(kind directory.KeyKind, plain string) bool {
	p := prefix(kind)
	secret, ok := strings.CutPrefix(plain, p)
	if p == "" || !ok || secret == "" || len(plain) > maxKey {
		return false
	}
	return !strings.ContainsFunc(secret, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_')
	})
}

// IsDemo reports whether plain is one of the demonstration's keys.
func IsDemo(plain string) bool { return plain == DemoBackendKey || plain == DemoAdminKey }
