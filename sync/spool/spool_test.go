package spool

import (
	"errors"
	"os"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
)

// full gives a value of a type with every field filled with something of its own.
func full(t *testing.T, v reflect.Value, name string, leaveOut ...string) {
	t.Helper()
	for i := range v.NumField() {
		f, field := v.Field(i), v.Type().Field(i)
		if strings.Contains(strings.Join(leaveOut, " "), field.Name) {
			continue
		}
		text := name + "." + field.Name + " é\x00\n"
		switch f.Interface().(type) {
		case []string:
			f.Set(reflect.ValueOf([]string{text, "b"}))
		case map[string]string:
			f.Set(reflect.ValueOf(map[string]string{text: "b"}))
		case []directory.Address:
			var a directory.Address
			full(t, reflect.ValueOf(&a).Elem(), text)
			f.Set(reflect.ValueOf([]directory.Address{a, {}}))
		case bool:
			f.SetBool(true)
		case int:
			f.SetInt(1 << 40)
		default:
			if f.Kind() != reflect.String {
				t.Fatalf("%s.%s has the type %s, which this test does not know", v.Type(), field.Name, f.Type())
			}
			f.SetString(text)
		}
	}
}

// TestEverythingComesBack: a field that somebody adds to a noun and forgets here
// would be lost in large runs only.
func TestEverythingComesBack(t *testing.T) {
	s, err := New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var c directory.Customer
	full(t, reflect.ValueOf(&c).Elem(), "customer", "RemovedAt", "Epoch") // which no plan writes
	var p directory.Contact
	full(t, reflect.ValueOf(&p).Elem(), "contact", "RemovedAt")
	var x directory.Change
	full(t, reflect.ValueOf(&x).Elem(), "change", "RunID")
	want := []directory.Part{
		{PutCustomers: []directory.Customer{c, {}}, Changes: []directory.Change{x}},
		{PutContacts: []directory.Contact{p, {}}},
		{PutCustomers: []directory.Customer{{ID: strings.Repeat("long", 100_000)}}},
	}
	for i, part := range want {
		if err := s.Put(part); err != nil {
			t.Fatal(err)
		}
		// What was put so far can be read, and more can be put.
		var got []directory.Part
		for part, err := range s.Parts() {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, part)
		}
		if !reflect.DeepEqual(got, want[:i+1]) {
			t.Fatalf("after %d parts: got %+v", i+1, got)
		}
	}
}

func TestNothingStaysBehind(t *testing.T) {
	dir := t.TempDir()
	s, err := New(dir)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := s.file.Stat(); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v, %v", info.Mode(), err)
	}
	if left, err := os.ReadDir(dir); err != nil || runtime.GOOS != "windows" && len(left) != 0 {
		t.Errorf("while it is open the folder has %v, %v", left, err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("the folder has %v, %v", left, err)
	}
	for _, err := range s.Parts() {
		if !errors.Is(err, os.ErrClosed) {
			t.Errorf("closed, it gives %v", err)
		}
	}
}

// TestDamageIsAnError: a disk that gives back other bytes must not become a
// directory with other customers.
func TestDamageIsAnError(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, s *Spool){
		"cut short":    func(t *testing.T, s *Spool) { must(t, s.file.Truncate(20)) },
		"another kind": func(t *testing.T, s *Spool) { write(t, s, "?", 0) },
		"longer text":  func(t *testing.T, s *Spool) { write(t, s, "\xff", 2) },
	} {
		t.Run(name, func(t *testing.T) {
			s, err := New(t.TempDir())
			must(t, err)
			defer s.Close()
			must(t, s.Put(directory.Part{PutCustomers: []directory.Customer{{ID: "1", Name: "somebody with a name"}}}))
			must(t, s.out.Flush())
			damage(t, s)
			done := make(chan error, 1)
			go func() {
				var last error
				for _, err := range s.Parts() {
					last = err
				}
				done <- last
			}()
			select {
			case err := <-done:
				if err == nil {
					t.Error("nothing was noticed")
				}
			case <-time.After(time.Minute):
				t.Error("it never ends")
			}
		})
	}
}

func write(t *testing.T, s *Spool, text string, at int64) {
	t.Helper()
	_, err := s.file.WriteAt([]byte(text), at)
	must(t, err)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
