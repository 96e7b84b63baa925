package main

import (
	"errors"
	"path/filepath"
	"testing"
)

func TestOneProcessHoldsADirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "directory é 50%.db")
	first, err := takeLock(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := takeLock(t.Context(), path); !errors.Is(err, errInUse) {
		t.Fatalf("a second lock gave %v, want errInUse", err)
	}
	if err := first.release(); err != nil {
		t.Fatal(err)
	}
	again, err := takeLock(t.Context(), path)
	if err != nil {
		t.Fatalf("after its release the lock gave %v", err)
	}
	if err := again.release(); err != nil {
		t.Fatal(err)
	}
}
