package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const epoch = "1700000000"

// packed makes an archive of the program that runs this test, and gives the
// folder that it is in.
func packed(t *testing.T, target string) string {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	args := []string{"-root", filepath.Join("..", "..", ".."), "-version", "v1.2.3", "-target", target, "-program", program, "-time", epoch, "-out", dir}
	if err := errors.Join(run(args), run([]string{"-sums", "-out", dir})); err != nil {
		t.Fatal(err)
	}
	return dir
}

// files gives everything in a folder, by names.
func files(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, e := range entries {
		if all[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func same(t *testing.T, first, second map[string][]byte) {
	t.Helper()
	if len(first) == 0 || len(first) != len(second) {
		t.Fatalf("%d files, then %d", len(first), len(second))
	}
	for name, data := range first {
		if !bytes.Equal(data, second[name]) {
			t.Errorf("%s is another one the second time", name)
		}
	}
}

func TestArchivesHoldWhatPeopleNeed(t *testing.T) {
	list := map[string]func(*testing.T, []byte) []string{
		"linux/amd64": func(t *testing.T, data []byte) (names []string) {
			z, err := gzip.NewReader(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			for r := tar.NewReader(z); ; {
				h, err := r.Next()
				if errors.Is(err, io.EOF) {
					return names
				}
				if err != nil {
					t.Fatal(err)
				}
				if h.ModTime.Unix() != 1700000000 || h.Uid != 0 || h.Uname != "" {
					t.Errorf("%s tells who made it, or when: %+v", h.Name, h)
				}
				if want := int64(0o644); strings.HasSuffix(h.Name, "/vantelle") != (h.Mode != want) {
					t.Errorf("%s has the mode %o", h.Name, h.Mode)
				}
				names = append(names, h.Name)
			}
		},
		"windows/amd64": func(t *testing.T, data []byte) (names []string) {
			z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range z.File {
				if f.Modified.Unix() != 1700000000 {
					t.Errorf("%s is of %v", f.Name, f.Modified)
				}
				names = append(names, f.Name)
			}
			return names
		},
	}
	for target, read := range list {
		t.Run(target, func(t *testing.T) {
			first := files(t, packed(t, target))
			same(t, first, files(t, packed(t, target)))
			name, program, extension := "vantelle-v1.2.3-"+strings.ReplaceAll(target, "/", "-"), "vantelle", ".tar.gz"
			if target == "windows/amd64" {
				program, extension = "vantelle.exe", ".zip"
			}
			names := read(t, first[name+extension])
			if !slices.IsSorted(names) {
				t.Error("the entries are not sorted")
			}
			for _, want := range []string{program, "LICENSE", "README.md", "config.example.yaml", "sbom.cdx.json", "docs/install-linux.md", "docs/fr/install-windows.md"} {
				if !slices.Contains(names, name+"/"+want) {
					t.Errorf("%s is missing", want)
				}
			}
			if sums := string(first["SHA256SUMS"]); strings.Count(sums, "\n") != 2 || !strings.Contains(sums, "  "+name+extension+"\n") {
				t.Errorf("the sums are\n%s", sums)
			}
		})
	}
}

func TestBillNamesEveryModule(t *testing.T) {
	var b billOfMaterials
	for name, data := range files(t, packed(t, "linux/amd64")) {
		if strings.HasSuffix(name, ".cdx.json") {
			if err := json.Unmarshal(data, &b); err != nil {
				t.Fatal(err)
			}
		}
	}
	if b.Format != "CycloneDX" || b.Metadata.Component.Version != "v1.2.3" || len(b.Components) == 0 || b.Components[0].Name != "go" {
		t.Errorf("got %+v", b)
	}
	for _, c := range b.Components[1:] {
		if c.Version == "" || len(c.Hashes) != 1 || len(c.Hashes[0].Content) != 64 || !strings.HasPrefix(c.PackageURL, "pkg:golang/"+c.Name+"@v") {
			t.Errorf("got %+v", c)
		}
	}
}

func TestRefusesWhatNamesNoArchive(t *testing.T) {
	for _, args := range [][]string{{}, {"-version", "v1", "-program", "x", "-target", "linux"}, {"-version", "../v1", "-program", "x", "-target", "linux/amd64"}} {
		if err := run(append(args, "-out", t.TempDir())); err == nil {
			t.Errorf("%v was accepted", args)
		}
	}
}

// TestReleaseIsReproducible builds the true program twice, for one platform.
func TestReleaseIsReproducible(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the program twice")
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash is not installed")
	}
	release := func() map[string][]byte {
		dir := t.TempDir()
		c := exec.CommandContext(t.Context(), bash, ".ci/release.sh")
		c.Dir = filepath.Join("..", "..", "..")
		c.Env = append(os.Environ(), "DIST="+dir, "TARGETS=linux/amd64", "VERSION=v1.2.3", "SOURCE_DATE_EPOCH="+epoch)
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return files(t, dir)
	}
	same(t, release(), release())
	// The second one is made of what the first one left in the build cache:
	// that the compiler is reproducible is Go's own promise.
}
