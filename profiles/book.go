package profiles

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
)

//go:embed standard/*.yaml
var standard embed.FS

// Book is a set of profiles by name. It is never changed once made, and may be
// shared between goroutines.
type Book struct {
	profiles map[string]*Profile
	defaults map[Default]string
	writes   bool // some profile lets customers write
}

// Default says for whom a profile is the default one: the accesses to a
// dossier that name no profile, all of them or those of a licence type.
type Default struct {
	Dossier string
	Licence string // empty: of every licence type that has no default of its own
}

// NewBook makes a book. Two profiles of one name are Mistakes.
func NewBook(all ...*Profile) (*Book, error) {
	b := &Book{profiles: make(map[string]*Profile, len(all))}
	var mistakes Mistakes
	for _, p := range all {
		if other, twice := b.profiles[p.Name]; twice {
			mistakes = append(mistakes, Mistake{File: p.Source, Path: "profile", Msg: fmt.Sprintf("%s is already the name of the profile in %s", p.Name, other.Source)})
			continue
		}
		b.profiles[p.Name] = p
	}
	if err := mistakes.OrNil(); err != nil {
		return nil, err
	}
	return bookOf(b.profiles, nil), nil
}

func bookOf(all map[string]*Profile, defaults map[Default]string) *Book {
	b := &Book{profiles: all, defaults: defaults}
	for _, p := range all {
		b.writes = b.writes || p.Writes()
	}
	return b
}

// Writes tells whether any profile lets customers write.
func (b *Book) Writes() bool { return b.writes }

// Standard gives the profiles that ship with Vantelle.
func Standard() (*Book, error) {
	sub, err := fs.Sub(standard, "standard")
	if err != nil {
		return nil, fmt.Errorf("open the standard profiles: %w", err)
	}
	return LoadDir(sub)
}

// ShippedFile is a profile that ships with Vantelle, as it was written.
type ShippedFile struct {
	File    string
	Profile *Profile
	Text    []byte
}

// Shipped gives the profiles that ship with Vantelle, by name, with their texts.
func Shipped() ([]ShippedFile, error) {
	book, err := Standard()
	if err != nil {
		return nil, err
	}
	var all []ShippedFile
	for _, name := range book.Names() {
		p := book.profiles[name]
		text, err := standard.ReadFile("standard/" + p.Source)
		if err != nil {
			return nil, fmt.Errorf("read the standard profile %s: %w", name, err)
		}
		all = append(all, ShippedFile{p.Source, p, text})
	}
	return all, nil
}

// LoadDir loads every .yaml and .yml file of a folder, without the folders in
// it. The error is Mistakes, of all files at once, where files are wrong. A
// folder without such a file is an error: it is probably the wrong one.
func LoadDir(fsys fs.FS) (*Book, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, fmt.Errorf("read the folder of profiles: %w", err)
	}
	var all []*Profile
	var mistakes Mistakes
	for _, e := range entries {
		if ext := path.Ext(e.Name()); e.IsDir() || ext != ".yaml" && ext != ".yml" {
			continue
		}
		data, err := fs.ReadFile(fsys, e.Name())
		if err != nil {
			return nil, fmt.Errorf("read profile %s: %w", e.Name(), err)
		}
		p, err := Load(e.Name(), data)
		if err != nil {
			mistakes = append(mistakes, asMistakes(e.Name(), err)...)
			continue
		}
		all = append(all, p)
	}
	if err := mistakes.OrNil(); err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("read the folder of profiles: no .yaml file in it")
	}
	return NewBook(all...)
}

func asMistakes(file string, err error) Mistakes {
	if ms, ok := err.(Mistakes); ok {
		return ms
	}
	return Mistakes{{File: file, Msg: err.Error()}}
}

// Get finds a profile by its name.
func (b *Book) Get(name string) (*Profile, bool) {
	p, ok := b.profiles[name]
	return p, ok
}

// Names gives the names of the profiles, sorted.
func (b *Book) Names() []string { return slices.Sorted(maps.Keys(b.profiles)) }

// Beside gives the other profiles, by name: what customers may see by in the same
// database. Those for another kind of ERP are among them: two dossiers, each of its
// kind, may be of one database.
func (b *Book) Beside(p *Profile) []*Profile {
	var out []*Profile
	for _, name := range b.Names() {
		if other := b.profiles[name]; other.Name != p.Name {
			out = append(out, other)
		}
	}
	return out
}

// WithDefaults gives the same book with default profiles.
func (b *Book) WithDefaults(defaults map[Default]string) *Book {
	return bookOf(b.profiles, defaults)
}

// Default gives the name of the profile for accesses of a licence type to a
// dossier that name none: the licence type's, else the dossier's; empty where
// the book has neither.
func (b *Book) Default(dossier, licence string) string {
	if name := b.defaults[Default{dossier, licence}]; name != "" {
		return name
	}
	return b.defaults[Default{Dossier: dossier}]
}

// Put gives the same book with one profile added, or in the place of the one of
// its name.
func (b *Book) Put(p *Profile) *Book {
	merged := maps.Clone(b.profiles)
	if merged == nil {
		merged = map[string]*Profile{}
	}
	merged[p.Name] = p
	return bookOf(merged, b.defaults)
}

// With gives a book that holds the profiles of both; of two with one name it
// holds the one in over.
func (b *Book) With(over *Book) *Book {
	merged := maps.Clone(b.profiles)
	maps.Copy(merged, over.profiles)
	return bookOf(merged, b.defaults)
}
