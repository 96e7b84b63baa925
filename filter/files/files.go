// Package files joins what the gate knows of a row's files with where they
// are: below the dossier's roots, pushed by an integrator, or in a column.
//
// It must never open what the gate has not found for the caller just now, and
// never give a byte before the audit has the entry.
package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/filestore"
)

// Library gives the files of rows. Gate is required.
type Library struct {
	Gate    *filter.Gate
	Roots   map[string]filestore.Roots // by dossier
	Pushed  filestore.Pushed           // with an empty Dir nothing was pushed
	MaxSize int64                      // bytes of a file; 0 for no limit
}

// Row is the files of the rows that a key means, in the order in which they are
// preferred where none is named.
type Row struct {
	Entries []Entry
	found   filter.FileRow
}

// Entry is one file.
type Entry struct {
	Name string // unique in its row; plain, without a slash
	Type string // media type

	found  *filter.FileFound
	pushed *pushed // where it was pushed
}

// pushed is the row that a file was pushed for. customer is empty where it was
// pushed for whoever has it.
type pushed struct{ resource, key, customer, name string }

// Find gives the files of a row that the caller sees. There is at least one.
// Errors are filter.ErrNoFile and *refusal.Error.
func (l *Library) Find(ctx context.Context, r filter.FileRequest) (Row, error) {
	found, err := l.Gate.Files(ctx, r)
	if err != nil {
		return Row{}, err
	}
	row := Row{found: found}
	if l.Pushed.Dir != "" {
		for _, key := range found.Keys {
			// A file that names nobody is given where the key can mean no row of
			// somebody else's alone.
			of := []string{r.Caller.Customer.Owner()}
			if found.SameForAll {
				of = append(of, "")
			}
			for _, customer := range of {
				list, err := l.Pushed.List(r.Caller.Dossier, found.Resource, key, customer)
				if err != nil {
					return Row{}, unreachable(err)
				}
				for _, p := range list {
					row.add(Entry{Name: p.Name, Type: filestore.Type(p.Name, ""), pushed: &pushed{found.Resource, key, customer, p.Name}})
				}
			}
		}
	}
	for i := range found.Files {
		f := &found.Files[i]
		kind := filestore.Type(f.Path, f.Type)
		if f.Type == "" && path.Ext(f.Path) == "" {
			kind = filestore.Type(f.Name, "")
		}
		row.add(Entry{Name: filestore.Name(f.Name, f.Called, kind), Type: kind, found: f})
	}
	if len(row.Entries) == 0 {
		return Row{}, filter.ErrNoFile
	}
	return row, nil
}

// add gives an entry a name that no other has.
func (r *Row) add(e Entry) {
	name := e.Name
	for n := 2; r.Named(e.Name) != nil; n++ {
		ext := path.Ext(name)
		e.Name = strings.TrimSuffix(name, ext) + " (" + strconv.Itoa(n) + ")" + ext
	}
	r.Entries = append(r.Entries, e)
}

// Named finds an entry by its name, or nil.
func (r *Row) Named(name string) *Entry {
	for i := range r.Entries {
		if r.Entries[i].Name == name {
			return &r.Entries[i]
		}
	}
	return nil
}

// Preferred are the entries in the order in which they are meant where none is
// named: PDFs that are called as the row, other files that are, all else. The
// first of them that is there is the row's file: the ERP may tell of one that
// was moved away.
func (r *Row) Preferred() []*Entry {
	rank := func(e *Entry) int {
		standsIn := e.found != nil && e.found.Name == "" && e.found.Called != e.found.Path // no name of its own
		named := !standsIn && slices.ContainsFunc(r.found.Keys, func(key string) bool {
			return strings.EqualFold(strings.TrimSuffix(e.Name, path.Ext(e.Name)), key)
		})
		switch {
		case named && e.Type == "application/pdf":
			return 0
		case named:
			return 1
		}
		return 2
	}
	all := make([]*Entry, len(r.Entries))
	for i := range r.Entries {
		all[i] = &r.Entries[i]
	}
	slices.SortStableFunc(all, func(a, b *Entry) int { return rank(a) - rank(b) })
	return all
}

// Content is an open file. Close it.
type Content struct {
	io.ReadSeeker
	Size     int64
	InMemory bool      // it is out of a column, and held whole until it is closed
	Modified time.Time // zero where nobody knows
	Tag      string    // another one where the content is another
	close    func() error
	done     func(bytes int64, err error)
}

// Close ends the audit's entry: sent is how many bytes have left, err why no
// more did.
func (c *Content) Close(sent int64, err error) {
	_ = c.close() // it was only read
	c.done(sent, err)
}

// Stat gives the size of a file, and whether it is there.
func (l *Library) Stat(ctx context.Context, r filter.FileRequest, e *Entry) (size int64, known bool, err error) {
	if e.pushed == nil && e.found.Path == "" {
		return 0, false, nil // in a column: asking for it would be reading it
	}
	f, err := l.file(r, e)
	if err != nil {
		return 0, false, err
	}
	return f.Size, true, f.Close()
}

// Open opens a file of a row; the audit has its entry then. Errors are
// filter.ErrNoFile and *refusal.Error.
func (l *Library) Open(ctx context.Context, r filter.FileRequest, row Row, e *Entry) (*Content, error) {
	c, err := l.open(ctx, r, e)
	if err != nil {
		return nil, err
	}
	if l.MaxSize > 0 && c.Size > l.MaxSize {
		_ = c.close() // not a byte was read
		return nil, refusal.New(refusal.LimitExceeded, "the file has %d bytes, and at most %d are given out", c.Size, l.MaxSize)
	}
	if c.done, err = l.Gate.OpenFile(ctx, r, row.found, e.Name); err != nil {
		_ = c.close() // as above
		return nil, err
	}
	return c, nil
}

func (l *Library) open(ctx context.Context, r filter.FileRequest, e *Entry) (*Content, error) {
	if e.pushed == nil && e.found.Path == "" {
		content, err := l.Gate.Content(ctx, r, *e.found)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(content)
		return &Content{ReadSeeker: bytes.NewReader(content), Size: int64(len(content)), InMemory: true, Tag: hex.EncodeToString(sum[:16]), close: func() error { return nil }}, nil
	}
	f, err := l.file(r, e)
	if err != nil {
		return nil, err
	}
	return &Content{ReadSeeker: f, Size: f.Size, Modified: f.Modified, Tag: fmt.Sprintf("%x-%x", f.Size, f.Modified.UnixNano()), close: f.Close}, nil
}

// file opens a file of the disk.
func (l *Library) file(r filter.FileRequest, e *Entry) (*filestore.File, error) {
	var f *filestore.File
	var err error
	if p := e.pushed; p != nil {
		f, err = l.Pushed.Open(r.Caller.Dossier, p.resource, p.key, p.customer, p.name)
	} else {
		f, err = l.Roots[r.Caller.Dossier].Open(e.found.Root, e.found.Path)
	}
	if errors.Is(err, filestore.ErrNotFound) {
		return nil, filter.ErrNoFile
	}
	if err != nil {
		return nil, unreachable(err)
	}
	return f, nil
}

// unreachable is for a disk or share that fails.
func unreachable(err error) error {
	return refusal.Because(err, refusal.Unavailable, "the place where the files are cannot be reached now: try again in a moment")
}
