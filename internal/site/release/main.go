// Command release packs a program that was built into an archive that people
// install from: the program, its licence, its documents and its bill of
// materials. The same inputs give the same bytes: entries are sorted, and every
// entry has the time that is given.
//
// It must never read the clock, the user or anything of the machine into an
// archive.
//
// Read next: archive.go, sbom.go, and .ci/release.sh, which builds and calls it.
package main

import (
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// run packs one target, or with -sums lists the sums of all archives of a folder.
func run(args []string) error {
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	root := flags.String("root", ".", "the checkout that the documents are taken from")
	out := flags.String("out", "dist", "the folder for the archives")
	version := flags.String("version", "", "the version, which names the archive")
	target := flags.String("target", "", "the platform, such as linux/amd64")
	program := flags.String("program", "", "the program that was built for it")
	seconds := flags.Int64("time", 0, "the time of every entry, in seconds since 1970")
	sums := flags.Bool("sums", false, "write SHA256SUMS of the folder's files, and pack nothing")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *sums {
		return writeSums(*out)
	}
	goos, goarch, ok := strings.Cut(*target, "/")
	if !ok || *version == "" || *program == "" || strings.ContainsAny(*version, "/\\ ") {
		return errors.New("give -version without blanks and slashes, -target such as linux/amd64, and -program")
	}
	p := pack{root: *root, name: "vantelle-" + *version + "-" + goos + "-" + goarch, program: *program, time: time.Unix(*seconds, 0).UTC()}
	bill, err := bill(*program, *version)
	if err != nil {
		return err
	}
	entries, err := p.entries(goos, bill)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(*out, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(*out, p.name+".cdx.json"), bill, 0o644); err != nil {
		return fmt.Errorf("write the bill of materials: %w", err)
	}
	write, extension := writeTarGz, ".tar.gz"
	if goos == "windows" {
		write, extension = writeZip, ".zip"
	}
	return writeFile(filepath.Join(*out, p.name+extension), func(w io.Writer) error { return write(w, entries, p.time) })
}

func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// writeSums writes SHA256SUMS as sha256sum --check reads it.
func writeSums(dir string) error {
	const name = "SHA256SUMS"
	files, err := os.ReadDir(dir) // sorted by name
	if err != nil {
		return err
	}
	var lines []string
	for _, f := range files {
		if f.IsDir() || f.Name() == name {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			return err
		}
		lines = append(lines, fmt.Sprintf("%x  %s\n", sha256.Sum256(data), f.Name()))
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[64:], b[64:]) })
	return os.WriteFile(filepath.Join(dir, name), []byte(strings.Join(lines, "")), 0o644)
}
