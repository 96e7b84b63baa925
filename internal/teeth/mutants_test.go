package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A mutant whose place has moved proves nothing: whoever changes the gate says
// here where its checks are now. The run itself is make teeth.
func TestEveryMutantNamesOnePlace(t *testing.T) {
	names := map[string]bool{}
	for _, m := range mutants {
		if names[m.name] {
			t.Errorf("two mutants are called %q", m.name)
		}
		names[m.name] = true
		code, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(m.file)))
		if err != nil {
			t.Errorf("%s: %v", m.name, err)
			continue
		}
		if n := strings.Count(string(code), m.old); n != 1 {
			t.Errorf("%s: %s has %d places like %q", m.name, m.file, n, m.old)
		}
		if m.old == m.new {
			t.Errorf("%s changes nothing", m.name)
		}
	}
}

func TestPartsAreAllOfTheMutants(t *testing.T) {
	var all []mutant
	for _, part := range []string{"1/3", "2/3", "3/3"} {
		some, err := piece(mutants, part)
		if err != nil || len(some) == 0 {
			t.Fatalf("part %s: %d mutants, %v", part, len(some), err)
		}
		all = append(all, some...)
	}
	if !slices.Equal(all, mutants) {
		t.Errorf("three thirds are %d mutants, not %d", len(all), len(mutants))
	}
	for _, part := range []string{"", "1", "0/3", "4/3", "a/b"} {
		if _, err := piece(mutants, part); err == nil {
			t.Errorf("the part %q is taken", part)
		}
	}
}
