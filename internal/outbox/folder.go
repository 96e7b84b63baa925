package outbox

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Folder writes each request into a folder as a file named after its kind and
// id. A file is there as a whole or not at all, and is never written over: where
// it is there already, the request was brought before.
type Folder struct {
	Path string
	// CSV writes a file with the header, one line under the names, and before it,
	// where the request has lines, one with those: NAME.lines.csv. Otherwise it is
	// one file of JSON.
	CSV bool
}

// Carry implements Carrier.
func (f *Folder) Carry(_ context.Context, d Document) (Word, error) {
	if err := f.write(d); err != nil {
		var at *fs.PathError
		var linked *os.LinkError
		switch { // without the paths of the machine
		case errors.As(err, &at):
			err = fmt.Errorf("the folder cannot be written: %w", at.Err)
		case errors.As(err, &linked):
			err = fmt.Errorf("the folder cannot be written: %w", linked.Err)
		}
		return Word{}, err
	}
	return Word{}, nil
}

func (f *Folder) write(d Document) error {
	name := d.Kind + "-" + d.ID
	if !f.CSV {
		d.Lease, d.Until = "", nil // a file has no end
		text, err := json.MarshalIndent(d, "", "  ")
		if err != nil {
			return err
		}
		return f.put(name+".json", append(text, '\n'))
	}
	header, lines, err := csvOf(d)
	if err != nil {
		return err
	}
	if len(d.Lines) > 0 {
		if err := f.put(name+".lines.csv", lines); err != nil {
			return err
		}
	}
	return f.put(name+".csv", header) // last: who finds it finds all
}

// put writes a file under another name first: it appears under its own when all
// of it is on the disk.
func (f *Folder) put(name string, content []byte) (err error) {
	if name != filepath.Base(name) {
		return errors.New("the request cannot be a file's name")
	}
	whole := filepath.Join(f.Path, name)
	if _, err := os.Lstat(whole); !errors.Is(err, fs.ErrNotExist) {
		return err // nil where it is there
	}
	part, err := os.CreateTemp(f.Path, ".vantelle-*.part")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(part.Name()))
		}
	}()
	_, err = part.Write(content)
	if err := errors.Join(err, part.Sync(), part.Close()); err != nil {
		return err
	}
	// CreateTemp lets nobody else read it; who works in the folder must.
	if err := os.Chmod(part.Name(), 0o640); err != nil {
		return err
	}
	return os.Rename(part.Name(), whole)
}

// csvOf writes a request as two tables of RFC 4180, in UTF-8: the columns that
// every request has, then those of its form, in its order. What a customer wrote is
// no formula where somebody opens them in a spreadsheet.
func csvOf(d Document) (header, lines []byte, err error) {
	names, cells, err := row(d.Fields)
	if err != nil {
		return nil, nil, err
	}
	header, err = table([][]string{
		append([]string{"id", "dossier", "customer", "contact", "actor", "kind", "received_at"}, names...),
		append([]string{d.ID, d.Dossier, d.Customer, noFormula(d.Contact), noFormula(d.Actor), d.Kind, d.ReceivedAt.Format(time.RFC3339)}, cells...),
	})
	if err != nil {
		return nil, nil, err
	}
	var rows [][]string
	for i, line := range d.Lines {
		names, cells, err := row(line)
		if err != nil {
			return nil, nil, err
		}
		if i == 0 {
			rows = append(rows, append([]string{"id", "line"}, names...))
		}
		rows = append(rows, append([]string{d.ID, strconv.Itoa(i + 1)}, cells...))
	}
	lines, err = table(rows)
	return header, lines, err
}

func table(rows [][]string) ([]byte, error) {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	err := w.WriteAll(rows)
	return out.Bytes(), err
}

// row takes a flat JSON object apart, in its order.
func row(object json.RawMessage) (names, cells []string, err error) {
	d := json.NewDecoder(bytes.NewReader(object))
	d.UseNumber()
	if _, err := d.Token(); err != nil {
		return nil, nil, fmt.Errorf("read the fields of a request: %w", err)
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, nil, fmt.Errorf("read the fields of a request: %w", err)
		}
		value, err := d.Token()
		if err != nil {
			return nil, nil, fmt.Errorf("read the fields of a request: %w", err)
		}
		cell := ""
		switch value := value.(type) {
		case nil:
		case string:
			cell = noFormula(value)
		default:
			cell = fmt.Sprint(value)
		}
		names, cells = append(names, fmt.Sprint(name)), append(cells, cell)
	}
	return names, cells, nil
}

// separators are what spreadsheets split a line at, and end one.
const separators = ";,\t|\r\n\""

// noFormula puts an apostrophe before whatever a spreadsheet would compute (OWASP,
// CSV injection): at the beginning of a text, and behind each separator that one in
// another country, or told so, splits it by. Signs before digits, as of telephone
// numbers, are none.
func noFormula(text string) string {
	var out strings.Builder
	blanks := text[:len(text)-len(strings.TrimLeftFunc(text, unicode.IsSpace))]
	if harmless(text) != text && strings.ContainsAny(blanks, separators) {
		out.WriteByte('\'') // a separator among the blanks that it begins with is none to everybody
	}
	for rest := text; ; {
		end := strings.IndexAny(rest, separators)
		if end < 0 {
			return out.String() + harmless(rest)
		}
		out.WriteString(harmless(rest[:end]))
		out.WriteByte(rest[end])
		rest = rest[end+1:]
	}
}

// harmless puts an apostrophe before a cell that would be computed.
func harmless(cell string) string {
	begins := strings.TrimLeftFunc(cell, unicode.IsSpace)
	first, size := utf8.DecodeRuneInString(begins)
	switch first {
	case '=', '@', '\uFF1D', '\uFF20': // and as wide as they are in Chinese and Japanese texts
		return "'" + cell
	case '+', '-', '\uFF0B', '\uFF0D':
		if strings.Trim(begins[size:], "0123456789 .,()/-") != "" {
			return "'" + cell
		}
	}
	return cell
}
