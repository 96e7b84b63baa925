package main

import (
	"archive/tar"
	"archive/zip"
	"cmp"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"
)

// pack is one archive to be made.
type pack struct {
	root, name, program string
	time                time.Time
}

// entry is one file of an archive.
type entry struct {
	name string // with slashes
	mode fs.FileMode
	data []byte
}

// documents are what goes along, from the checkout's root; of a folder, all of
// its Markdown files.
func documents() []string {
	return []string{"LICENSE", "README.md", "config.example.yaml", "docs"}
}

// entries gives the files of the archive, sorted, in a folder of its name.
func (p pack) entries(goos string, bill []byte) ([]entry, error) {
	program, err := os.ReadFile(p.program)
	if err != nil {
		return nil, fmt.Errorf("read the program: %w", err)
	}
	name := "vantelle"
	if goos == "windows" {
		name += ".exe"
	}
	list := []entry{{path.Join(p.name, name), 0o755, program}, {path.Join(p.name, "sbom.cdx.json"), 0o644, bill}}
	for _, d := range documents() {
		err := filepath.WalkDir(filepath.Join(p.root, d), func(file string, e fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case e.IsDir() || filepath.Ext(file) != ".md" && filepath.Base(file) != d:
				return nil
			}
			data, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			inside, err := filepath.Rel(p.root, file)
			list = append(list, entry{path.Join(p.name, filepath.ToSlash(inside)), 0o644, data})
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("read the documents: %w", err)
		}
	}
	slices.SortFunc(list, func(a, b entry) int { return cmp.Compare(a.name, b.name) })
	return list, nil
}

// writeTarGz writes entries as files of root, without the names of anybody.
func writeTarGz(w io.Writer, entries []entry, at time.Time) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	t := tar.NewWriter(z)
	for _, e := range entries {
		h := &tar.Header{Typeflag: tar.TypeReg, Name: e.name, Mode: int64(e.mode), Size: int64(len(e.data)), ModTime: at, Format: tar.FormatPAX}
		if err := t.WriteHeader(h); err != nil {
			return err
		}
		if _, err := t.Write(e.data); err != nil {
			return err
		}
	}
	if err := t.Close(); err != nil {
		return err
	}
	return z.Close()
}

func writeZip(w io.Writer, entries []entry, at time.Time) error {
	z := zip.NewWriter(w)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate, Modified: at}
		h.SetMode(e.mode)
		f, err := z.CreateHeader(h)
		if err != nil {
			return err
		}
		if _, err := f.Write(e.data); err != nil {
			return err
		}
	}
	return z.Close()
}
