// Package strictyaml reads YAML that people write by hand, and tells them
// everything that is wrong with it at once, with line, column and key path:
// unknown and repeated keys, values of the wrong kind, and the traps of YAML
// itself (quoted booleans, unquoted words that YAML takes for something else,
// backslashes in double quotes).
//
// It never guesses: a value of the wrong kind is a mistake, not converted;
// anchors, aliases, merge keys and tags are refused, since they hide from the
// reader of a file what holds where. No message repeats the value of a key,
// for it may be a secret, except short words where true or false is expected.
//
// Read next: node.go (one value), decode.go (into structs), mistake.go.
package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Options say how strictly a document is read.
type Options struct {
	// MaxBytes refuses longer files; 0 is 1 MiB.
	MaxBytes int
	// PlainBackslashes refuses escapes other than \\ and \" in double-quoted
	// values: in a file full of Windows paths they are slips.
	PlainBackslashes bool
}

// Document is one YAML file while it is being read. It collects the mistakes
// of everybody who reads from it. It is not safe for concurrent use.
type Document struct {
	file     string
	options  Options
	lines    []string
	root     *yaml.Node
	places   map[string]place
	unread   map[string]bool // paths whose value has the wrong form
	mistakes Mistakes
}

type place struct{ line, column int }

// Parse reads the outer form of a file. What is wrong is collected: see Err.
// The file's name is only for messages.
func Parse(file string, data []byte, options Options) *Document {
	d := &Document{file: file, options: options, places: map[string]place{"": {1, 1}}, unread: map[string]bool{}}
	limit := options.MaxBytes
	if limit == 0 {
		limit = 1 << 20
	}
	if len(data) > limit {
		d.mistake(place{}, "", "the file is longer than %d bytes", limit)
		return d
	}
	d.lines = strings.Split(strings.TrimPrefix(string(data), "\ufeff"), "\n")
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var first, second yaml.Node
	switch err := decoder.Decode(&first); {
	case errors.Is(err, io.EOF):
		d.mistake(place{1, 1}, "", "the file is empty")
		return d
	case err != nil:
		d.syntax(err)
		return d
	}
	switch err := decoder.Decode(&second); {
	case errors.Is(err, io.EOF):
	case err != nil:
		d.syntax(err)
		return d
	default:
		d.mistake(place{second.Line, second.Column}, "", "a second document begins here (---): write one file for each")
		return d
	}
	if len(first.Content) == 1 {
		d.root = first.Content[0]
	}
	return d
}

// Root is the whole document's value.
func (d *Document) Root() Node { return Node{doc: d, y: d.root} }

// Add notes a mistake at a path. Where nothing stands there, it is placed at
// the nearest key above.
func (d *Document) Add(path, format string, args ...any) {
	at, ok := d.places[path]
	for above := path; !ok && above != ""; {
		above = parent(above)
		at, ok = d.places[above]
	}
	d.mistake(at, path, format, args...)
}

// FailedAt tells whether what stands at a path could not be read as a whole:
// because of a mistake at it, at a key or entry right below it, or because
// something above it has the wrong form. What is checked afterwards would only
// say it again in other words.
func (d *Document) FailedAt(path string) bool {
	for above := path; ; above = parent(above) {
		if d.unread[above] {
			return true
		}
		if above == "" {
			break
		}
	}
	return slices.ContainsFunc(d.mistakes, func(m Mistake) bool {
		return m.Path == path || m.Path != "" && parent(m.Path) == path
	})
}

// Err gives the Mistakes noted so far, sorted by place, or nil.
func (d *Document) Err() error { return d.mistakes.OrNil() }

func (d *Document) mistake(at place, path, format string, args ...any) {
	d.mistakes = append(d.mistakes, Mistake{File: d.file, Line: at.line, Column: at.column, Path: path, Msg: fmt.Sprintf(format, args...)})
}
