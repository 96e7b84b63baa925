package identity_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/identity"
)

func TestNewKey(t *testing.T) {
	for kind, prefix := range map[directory.KeyKind]string{directory.KeyBackend: "vk_", directory.KeyAdmin: "va_"} {
		one, hash, err := identity.NewKey(kind, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		two, _, err := identity.NewKey(kind, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if one == two || !strings.HasPrefix(one, prefix) || len(one) != 46 || !identity.WellFormed(kind, one) {
			t.Errorf("%s: got %q and %q", kind, one, two)
		}
		if hash != identity.HashKey(one) || strings.Contains(hash, one[3:]) {
			t.Errorf("%s: the hash of %q is %q", kind, one, hash)
		}
	}
}

func TestNewKeyIsDrawnFromTheGivenSource(t *testing.T) {
	draw := func() string {
		plain, _, err := identity.NewKey(directory.KeyAdmin, bytes.NewReader(bytes.Repeat([]byte{0xff}, 32)))
		if err != nil {
			t.Fatal(err)
		}
		return plain
	}
	if a, b := draw(), draw(); a != b || a != "va_"+strings.Repeat("_", 42)+"8" {
		t.Fatalf("got %q and %q", a, b)
	}
}

func TestNewKeyNeverWithoutRandomness(t *testing.T) {
	broken := errors.New("no randomness")
	for name, source := range map[string]io.Reader{
		"fails": iotest.ErrReader(broken), "ends early": bytes.NewReader(make([]byte, 31)),
	} {
		if plain, hash, err := identity.NewKey(directory.KeyBackend, source); err == nil || plain != "" || hash != "" {
			t.Errorf("a source that %s gives %q, %q, %v", name, plain, hash, err)
		}
	}
	if plain, _, err := identity.NewKey("session", rand.Reader); err == nil {
		t.Errorf("an unknown kind gives %q", plain)
	}
}

func TestHashKeyIsSHA256(t *testing.T) {
	const want = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	if got := identity.HashKey("abc"); got != want {
		t.Fatalf("got %s", got)
	}
}

func TestWellFormed(t *testing.T) {
	for plain, want := range map[string]bool{
		"vk_demo": true, "vk_A-z_09": true,
		"": false, "vk_": false, "vk": false, "va_demo": false, "demo": false, "VK_demo": false,
		"vk_a b": false, "vk_a\x00": false, "vk_é": false, "vk_a=": false, "vk_" + strings.Repeat("a", 300): false,
	} {
		if got := identity.WellFormed(directory.KeyBackend, plain); got != want {
			t.Errorf("%q: got %v", plain, got)
		}
	}
	if identity.WellFormed("session", "vk_demo") {
		t.Error("an unknown kind has well-formed keys")
	}
}

func TestBearerToken(t *testing.T) {
	for header, want := range map[string]string{
		"Bearer vk_x": "vk_x", "bearer vk_x": "vk_x", "BEARER  vk_x": "vk_x",
		"": "", "vk_x": "", "Basic vk_x": "", "Bearer": "", "Bearer ": "", "Bearervk_x": "",
		"Bearer vk_x ": "vk_x ", // which is not well formed
	} {
		if got := identity.BearerToken(header); got != want {
			t.Errorf("%q: got %q, want %q", header, got, want)
		}
	}
}
