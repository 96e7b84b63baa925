package profiles

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

const minimal = "profile: NAME\nerp: sage100\ntables: {T: {rows: c = :customer, columns: {c: {}}}}\n"

func files(pairs ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		fsys[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return fsys
}

func named(name string) string { return strings.Replace(minimal, "NAME", name, 1) }

func TestLoadDir(t *testing.T) {
	cases := map[string]struct {
		fsys fstest.MapFS
		want string // the names, or the error
	}{
		"every YAML file":                      {files("b.yaml", named("B"), "a.yml", named("A"), "notes.txt", "-", "sub/c.yaml", named("C")), "A B"},
		"mistakes of all files at once":        {files("b.yaml", "", "a.yaml", "x: 1"), "a.yaml:1:1: erp: say which ERP this is for: sage100, dolibarr, odoo, custom\na.yaml:1:1: profile: give the profile a name of up to 64 letters, digits, spaces, dots, dashes and underscores\na.yaml:1:1: tables: no table is listed, so the profile shows nothing\na.yaml:1:1: x: unknown key\nb.yaml:1:1: the file is empty"},
		"one good file does not save the rest": {files("a.yaml", named("A"), "b.yaml", ""), "b.yaml:1:1: the file is empty"},
		"one name twice":                       {files("a.yaml", named("A"), "b.yaml", named("A")), "b.yaml: profile: A is already the name of the profile in a.yaml"},
		"a folder without profiles":            {files("notes.txt", ""), "read the folder of profiles: no .yaml file in it"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			book, err := LoadDir(c.fsys)
			got := ""
			if err != nil {
				got = err.Error()
			} else {
				got = strings.Join(book.Names(), " ")
			}
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if err != nil && book != nil {
				t.Error("a book came with the error")
			}
		})
	}
}

func TestStandardProfilesLoad(t *testing.T) {
	book, err := Standard()
	if err != nil {
		t.Fatal(err)
	}
	if len(book.Names()) == 0 {
		t.Fatal("no standard profile")
	}
	for _, name := range book.Names() {
		p, ok := book.Get(name)
		if !ok || p.Name != name || len(p.Tables) == 0 {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

func TestBookWithOverridesByName(t *testing.T) {
	load := func(fsys fstest.MapFS) *Book {
		b, err := LoadDir(fsys)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	base := load(files("base_a.yaml", named("A"), "base_b.yaml", named("B")))
	merged := base.With(load(files("over_b.yaml", named("B"), "over_c.yaml", named("C"))))
	if !slices.Equal(merged.Names(), []string{"A", "B", "C"}) {
		t.Errorf("got %v", merged.Names())
	}
	if p, _ := merged.Get("B"); p.Source != "over_b.yaml" {
		t.Errorf("B comes from %s", p.Source)
	}
	if p, _ := base.Get("B"); p.Source != "base_b.yaml" || len(base.Names()) != 2 {
		t.Error("the first book was changed")
	}
	if _, ok := merged.Get("a"); ok {
		t.Error("a name in other letters was found")
	}
}

func TestHolderKeepsTheOldBookWhenAReloadFails(t *testing.T) {
	book, failure := new(Book), error(nil)
	h, err := NewHolder(t.Context(), Files(func() (*Book, error) { return book, failure }))
	if err != nil {
		t.Fatal(err)
	}
	first := book
	book, failure = nil, errors.New("bad file")
	if err := h.Reload(t.Context()); !errors.Is(err, failure) {
		t.Fatalf("got %v", err)
	}
	if h.Book() != first {
		t.Error("the old book is gone")
	}
	if !errors.Is(h.Err(), failure) {
		t.Errorf("the error is not remembered: %v", h.Err())
	}
	book, failure = new(Book), nil
	if err := h.Reload(t.Context()); err != nil || h.Err() != nil || h.Book() != book {
		t.Errorf("the good reload: %v, %v", err, h.Err())
	}
}

func TestNoHolderWithoutAFirstBook(t *testing.T) {
	if h, err := NewHolder(t.Context(), Files(func() (*Book, error) { return nil, errors.New("bad file") })); err == nil || h != nil {
		t.Errorf("got %v, %v", h, err)
	}
}

// counted is a source whose revision and book a test sets.
type counted struct {
	book     *Book
	revision int64
	loads    int
	err      error
}

func (c *counted) Revision(context.Context) (int64, error) { return c.revision, nil }
func (c *counted) Load(context.Context) (*Book, int64, error) {
	c.loads++
	return c.book, c.revision, c.err
}

func TestHolderLoadsAgainWhenTheRevisionHasChanged(t *testing.T) {
	first, second := new(Book), new(Book)
	source := &counted{book: first, revision: 7}
	h, err := NewHolder(t.Context(), source)
	if err != nil {
		t.Fatal(err)
	}
	current := func() *Book {
		t.Helper()
		b, err := h.Current(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	if a, b := current(), current(); a != first || b != first || source.loads != 1 {
		t.Errorf("an unchanged book was loaded %d times", source.loads)
	}
	source.book, source.revision, source.err = second, 8, errors.New("unreadable")
	if current() != first || h.Err() == nil {
		t.Error("a book that cannot be loaded took the old one's place, or nothing says so")
	}
	source.err = nil
	if current() != second || h.Err() != nil {
		t.Error("the new book is not in force")
	}
	source.book, source.revision = first, 3 // a directory that was restored
	if current() != first {
		t.Error("an older revision is not in force")
	}
}

func TestDefaultsByDossierAndLicenceType(t *testing.T) {
	b := (&Book{}).WithDefaults(map[Default]string{{"D", ""}: "plain", {"D", "gold"}: "golden"})
	for _, c := range []struct{ dossier, licence, want string }{{"D", "", "plain"}, {"D", "gold", "golden"}, {"D", "tin", "plain"}, {"E", "gold", ""}} {
		if got := b.Default(c.dossier, c.licence); got != c.want {
			t.Errorf("%s, %s: got %q", c.dossier, c.licence, got)
		}
	}
}
