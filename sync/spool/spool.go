// Package spool keeps the part of a large plan that does not fit into memory in
// a file: what a synchronisation found is decided upon as a whole, and done in
// one transaction, however much it is.
//
// It must never leave a file behind that others could read, or give back
// anything but what was put in. The file is the owner's alone and has no name
// any more where the system allows that; elsewhere it goes with Close.
package spool

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"

	"github.com/vantelle/vantelle/internal/directory"
)

// Spool is a file of parts. Put comes before Parts; it serves one goroutine.
type Spool struct {
	file   *os.File
	out    *bufio.Writer
	named  bool // the file still has a name
	closed bool
	record []byte
}

var _ directory.Spooled = (*Spool)(nil)

// Pattern is what the files are called, as os.CreateTemp takes it.
const Pattern = "vantelle-run-*.spool"

// New makes a spool in a folder, the system's own for such files where it is "".
func New(dir string) (*Spool, error) {
	f, err := os.CreateTemp(dir, Pattern)
	if err != nil {
		return nil, fmt.Errorf("spool a large plan: %w", err)
	}
	s := &Spool{file: f, out: bufio.NewWriterSize(f, 256<<10)}
	s.named = os.Remove(f.Name()) != nil // Windows keeps the name while it is open
	return s, nil
}

// The kinds of entries.
const (
	aCustomer = 'c'
	aContact  = 'p'
	aChange   = 'x'
	anEnd     = '.' // of a part
)

// Put appends a part.
func (s *Spool) Put(part directory.Part) error {
	for i := range part.PutCustomers {
		if err := s.write(aCustomer, appendCustomer(s.record[:0], &part.PutCustomers[i])); err != nil {
			return err
		}
	}
	for i := range part.PutContacts {
		if err := s.write(aContact, appendContact(s.record[:0], &part.PutContacts[i])); err != nil {
			return err
		}
	}
	for _, c := range part.Changes {
		b := binary.AppendUvarint(s.record[:0], uint64(c.Seq))
		if err := s.write(aChange, texts(b, c.Noun, c.Record, string(c.Kind), c.Detail)); err != nil {
			return err
		}
	}
	return s.write(anEnd, nil)
}

func (s *Spool) write(kind byte, record []byte) error {
	s.record = record
	var head [1 + binary.MaxVarintLen64]byte
	head[0] = kind
	_, err := s.out.Write(head[:1+binary.PutUvarint(head[1:], uint64(len(record)))])
	if err == nil {
		_, err = s.out.Write(record)
	}
	if err != nil {
		return fmt.Errorf("spool a large plan: %w", err)
	}
	return nil
}

// Parts implements directory.Spooled.
func (s *Spool) Parts() iter.Seq2[directory.Part, error] {
	return func(yield func(directory.Part, error) bool) {
		if err := s.parts(yield); err != nil {
			yield(directory.Part{}, fmt.Errorf("read a spooled plan: %w", err))
		}
	}
}

// parts yields each part and returns what went wrong.
func (s *Spool) parts(yield func(directory.Part, error) bool) error {
	if s.closed {
		return os.ErrClosed
	}
	if err := s.out.Flush(); err != nil {
		return err
	}
	size, err := s.file.Seek(0, io.SeekEnd) // Put goes on there
	if err != nil {
		return err
	}
	in := bufio.NewReaderSize(io.NewSectionReader(s.file, 0, size), 256<<10)
	var part directory.Part
	var record []byte
	for {
		kind, err := in.ReadByte()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		length, err := binary.ReadUvarint(in)
		if err != nil {
			return err
		}
		record = slices.Grow(record[:0], int(min(length, uint64(size))))[:min(length, uint64(size))]
		if _, err := io.ReadFull(in, record); err != nil {
			return err
		}
		r := reader{text: string(record)}
		switch kind {
		case aCustomer:
			part.PutCustomers = append(part.PutCustomers, r.customer())
		case aContact:
			part.PutContacts = append(part.PutContacts, r.contact())
		case aChange:
			part.Changes = append(part.Changes, directory.Change{Seq: int(r.number()), Noun: r.next(), Record: r.next(), Kind: directory.ChangeKind(r.next()), Detail: r.next()})
		case anEnd:
			if !yield(part, nil) {
				return nil
			}
			part = directory.Part{}
		default:
			r.fail()
		}
		if r.err != nil {
			return r.err
		}
	}
}

// Close implements directory.Spooled.
func (s *Spool) Close() error {
	if s.closed {
		return nil
	}
	s.closed = true
	err := s.file.Close()
	if s.named {
		err = errors.Join(err, os.Remove(s.file.Name()))
	}
	return err
}

// texts appends texts with their lengths.
func texts(b []byte, all ...string) []byte {
	for _, t := range all {
		b = append(binary.AppendUvarint(b, uint64(len(t))), t...)
	}
	return b
}

func appendCustomer(b []byte, c *directory.Customer) []byte {
	b = texts(b, c.Dossier, c.ID, c.Code, c.Name, c.Email, c.Phone, c.Address, c.PostalCode, c.City, c.Country, c.VAT, c.RegistrationNo,
		string(c.State), c.ParentID, c.PayerID, c.Representative, c.TechnicalID, c.Stamp, c.Hash)
	b = texts(binary.AppendUvarint(b, uint64(len(c.Tags))), c.Tags...)
	b = texts(binary.AppendUvarint(b, uint64(len(c.FormerCodes))), c.FormerCodes...)
	b = binary.AppendUvarint(b, uint64(len(c.Attributes)))
	for name, value := range c.Attributes {
		b = texts(b, name, value)
	}
	b = binary.AppendUvarint(b, uint64(len(c.Addresses)))
	for _, a := range c.Addresses {
		main := ""
		if a.Main {
			main = "main"
		}
		b = texts(b, a.ID, a.Name, a.Address, a.PostalCode, a.City, a.Country, a.Contact, a.Phone, main)
	}
	return b
}

func appendContact(b []byte, c *directory.Contact) []byte {
	return texts(b, c.Dossier, c.ID, c.CustomerID, c.LastName, c.FirstName, c.Function, c.Email, c.Phone, c.Mobile, c.Hash)
}

// reader takes a record apart. Its texts share one.
type reader struct {
	text string
	err  error
}

func (r *reader) fail() {
	r.text = ""
	r.err = errors.New("the file is damaged")
}

func (r *reader) number() uint64 {
	var n uint64
	for i, shift := 0, 0; i < len(r.text) && shift < 64; i, shift = i+1, shift+7 {
		n |= uint64(r.text[i]&0x7f) << shift
		if r.text[i] < 0x80 {
			r.text = r.text[i+1:]
			return n
		}
	}
	r.fail()
	return 0
}

func (r *reader) next() string {
	n := r.number()
	if n > uint64(len(r.text)) {
		r.fail()
		return ""
	}
	t := r.text[:n]
	r.text = r.text[n:]
	return t
}

// list reads texts that come with their number; nil for none.
func (r *reader) list() (all []string) {
	for range r.count() {
		all = append(all, r.next())
	}
	return all
}

// count is a number of things of a byte at least.
func (r *reader) count() uint64 {
	n := r.number()
	if n > uint64(len(r.text)) {
		r.fail()
		return 0
	}
	return n
}

func (r *reader) customer() directory.Customer {
	c := directory.Customer{Dossier: r.next(), ID: r.next(), Code: r.next(), Name: r.next(), Email: r.next(), Phone: r.next(), Address: r.next(),
		PostalCode: r.next(), City: r.next(), Country: r.next(), VAT: r.next(), RegistrationNo: r.next(), State: directory.CustomerState(r.next()),
		ParentID: r.next(), PayerID: r.next(), Representative: r.next(), TechnicalID: r.next(), Stamp: r.next(), Hash: r.next(),
		Tags: r.list(), FormerCodes: r.list()}
	if n := r.count(); n > 0 {
		c.Attributes = make(map[string]string, n)
		for range n {
			name := r.next()
			c.Attributes[name] = r.next()
		}
	}
	for range r.count() {
		c.Addresses = append(c.Addresses, directory.Address{ID: r.next(), Name: r.next(), Address: r.next(), PostalCode: r.next(), City: r.next(),
			Country: r.next(), Contact: r.next(), Phone: r.next(), Main: r.next() != ""})
	}
	return c
}

func (r *reader) contact() directory.Contact {
	return directory.Contact{Dossier: r.next(), ID: r.next(), CustomerID: r.next(), LastName: r.next(), FirstName: r.next(), Function: r.next(),
		Email: r.next(), Phone: r.next(), Mobile: r.next(), Hash: r.next()}
}
