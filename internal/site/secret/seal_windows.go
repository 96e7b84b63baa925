package secret

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/windows"
)

// extension ends the name of a secret's file.
const extension = ".dpapi"

// defaultDir lies in the folder that installing the service protects.
func defaultDir(getenv func(string) string) string {
	data := getenv("ProgramData")
	if data == "" {
		data = `C:\ProgramData`
	}
	return filepath.Join(data, "Vantelle", "secrets")
}

// seal has the machine encrypt value. Every process of this machine that can
// read the file could have it decrypted, so the folder's access list is what
// protects it from other users; encryption protects copies and backups that
// leave the machine. The entropy ties the text to its name.
func seal(name string, value []byte) ([]byte, error) {
	var out windows.DataBlob
	err := windows.CryptProtectData(blob(value), nil, blob(entropy(name)), 0, nil,
		windows.CRYPTPROTECT_LOCAL_MACHINE|windows.CRYPTPROTECT_UI_FORBIDDEN, &out)
	if err != nil {
		return nil, fmt.Errorf("encrypt it: %w", err)
	}
	return take(&out)
}

func unseal(name string, sealed []byte) ([]byte, error) {
	if len(sealed) == 0 {
		return nil, errors.New("its file is empty")
	}
	var out windows.DataBlob
	err := windows.CryptUnprotectData(blob(sealed), nil, blob(entropy(name)), 0, nil, windows.CRYPTPROTECT_UI_FORBIDDEN, &out)
	if err != nil {
		return nil, fmt.Errorf("decrypt it (a secret is good on the machine that made it, under the name that it was given): %w", err)
	}
	return take(&out)
}

func entropy(name string) []byte { return []byte("vantelle secret 1\x00" + name) }

// blob describes bytes that are not empty to the system.
func blob(b []byte) *windows.DataBlob {
	return &windows.DataBlob{Size: uint32(len(b)), Data: &b[0]}
}

// take copies what the system allocated, and frees it.
func take(out *windows.DataBlob) ([]byte, error) {
	b := append([]byte(nil), unsafe.Slice(out.Data, out.Size)...)
	if _, err := windows.LocalFree(windows.Handle(unsafe.Pointer(out.Data))); err != nil {
		return nil, fmt.Errorf("free the system's memory: %w", err)
	}
	return b, nil
}

// makeDir makes the folder; it inherits the access list of the one above.
func makeDir(dir string) error { return os.MkdirAll(dir, 0o700) }

// giveToOwnerOf does nothing: access is inherited from the folder. A file that
// is renamed within its folder keeps what it inherited there.
func giveToOwnerOf(string, string) error { return nil }
