package filestore

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// tree makes a root with files in it and a secret beside it.
func tree(t *testing.T) (root string) {
	t.Helper()
	dir := t.TempDir()
	root = filepath.Join(dir, "root")
	for name, content := range map[string]string{
		"root/a.pdf": "A", "root/Factures/FA1.pdf": "FA1", "root/Été/Société générale.pdf": "é", "secret.txt": "secret", "root-other/x.pdf": "other",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(content), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func content(t *testing.T, f *File, err error) string {
	t.Helper()
	if err != nil {
		return "! " + err.Error()
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPathsOfAnERPMeanFilesBelowARoot(t *testing.T) {
	root := tree(t)
	rs := Roots{{Name: "documents", Path: root, From: []string{`\\SRV\GED`, `D:\Sage\Multimedia\`, `\\SRV\GED2`}}}
	for path, want := range map[string]string{
		"a.pdf": "A", `Factures\FA1.pdf`: "FA1", "Factures/FA1.pdf": "FA1", "./Factures//FA1.pdf": "FA1", " a.pdf ": "A",
		`\\SRV\GED\Factures\FA1.pdf`: "FA1", `\\srv\ged\a.pdf`: "A", `D:\Sage\Multimedia\a.pdf`: "A", `d:/sage/multimedia/Factures/FA1.pdf`: "FA1",
		`Été\Société générale.pdf`: "é", root + "/a.pdf": "A",
	} {
		if got := openOf(t, rs, path); got != want {
			t.Errorf("%q is %q, want %q", path, got, want)
		}
	}
}

func openOf(t *testing.T, rs Roots, path string) string {
	t.Helper()
	f, err := rs.Open("documents", path)
	return content(t, f, err)
}

// TestNothingOutsideARootIsOpened: each way out is a file that is not there.
func TestNothingOutsideARootIsOpened(t *testing.T) {
	root := tree(t)
	rs := Roots{{Name: "documents", Path: root, From: []string{`\\SRV\GED`, `D:\Sage`}}, {Name: "other", Path: filepath.Dir(root)}}
	paths := []string{
		"../secret.txt", `..\secret.txt`, "Factures/../../secret.txt", `Factures\..\..\secret.txt`, root + "/../secret.txt", root + "-other/x.pdf",
		`\\SRV\GED\..\secret.txt`, `D:\Sage\..\secret.txt`, `D:secret.txt`, `D:..\secret.txt`, `C:\Windows\win.ini`, "/etc/passwd", `\\SRV\GEDX\a.pdf`,
		`\\?\D:\Sage\a.pdf`, `\\.\PhysicalDrive0`, `\\?\UNC\SRV\GED\a.pdf`, `//./a.pdf`, "a.pdf::$DATA", "a.pdf:stream", `Factures::$INDEX_ALLOCATION\FA1.pdf`,
		"a.pdf\x00.txt", "a.pdf\x00", "a\n.pdf", "CON", "con.pdf", "NUL", "nul.txt", "AUX.pdf", "COM1", "lpt9.pdf", "COM¹.txt", "CONIN$", "Factures/PRN/x", "CON .pdf",
		"a.pdf.", "a.pdf ..", "a.pdf. ", "Factures./FA1.pdf", "...", "....", "", " ", ".", "/", `\`, "Factures", "a.pdf/", "a.pdf/x", "%2e%2e/secret.txt", "..%2fsecret.txt",
		"\xff\xfe", strings.Repeat("a/", 600) + "x", strings.Repeat("a", 300), "a?.pdf", "*.pdf", "~/a.pdf", "file:///etc/passwd", "file://" + root + "/a.pdf",
	}
	for _, path := range paths {
		f, err := rs.Open("documents", path)
		if !errors.Is(err, ErrNotFound) {
			if path == "a.pdf/" && err == nil { // a slash at the end says nothing
				_ = f.Close()
				continue
			}
			t.Errorf("%q: %s", path, content(t, f, err))
		}
	}
	if _, err := rs.Open("nowhere", "a.pdf"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a root that is not configured: %v", err)
	}
	if _, err := rs.Open("", "a.pdf"); !errors.Is(err, ErrNotFound) {
		t.Errorf("no root: %v", err)
	}
}

func TestALinkLeadsNowhereOutside(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("making symbolic links wants a right on Windows")
	}
	root := tree(t)
	for link, to := range map[string]string{"out.txt": "../secret.txt", "abs.txt": filepath.Join(filepath.Dir(root), "secret.txt"), "up": "..", "in.pdf": "a.pdf", "loop": "loop"} {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	rs := Roots{{Name: "documents", Path: root}}
	for _, path := range []string{"out.txt", "abs.txt", "up/secret.txt", "loop", "up"} {
		if f, err := rs.Open("documents", path); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %s", path, content(t, f, err))
		}
	}
	if got := openOf(t, rs, "in.pdf"); got != "A" {
		t.Errorf("a link that stays inside gives %q", got)
	}
}

func TestARootThatFailsIsNoMissingFile(t *testing.T) {
	gone := Root{Name: "documents", Path: filepath.Join(t.TempDir(), "gone")}
	if _, err := (Roots{gone}).Open("documents", "a.pdf"); err == nil || errors.Is(err, ErrNotFound) {
		t.Errorf("a root that is gone: %v", err)
	}
	if gone.Check() == nil {
		t.Error("a root that is gone is well")
	}
	root := tree(t)
	if err := (Root{Path: root}).Check(); err != nil {
		t.Error(err)
	}
	if (Root{Path: filepath.Join(root, "a.pdf")}).Check() == nil {
		t.Error("a file is a root")
	}
	// Where another folder of the name has the file, it is given.
	if got := openOf(t, Roots{gone, {Name: "documents", Path: root}}, "a.pdf"); got != "A" {
		t.Errorf("the second folder gives %q", got)
	}
}

func TestPushedFiles(t *testing.T) {
	p := Pushed{Dir: t.TempDir()}
	put := func(key, name, text string, most int64) error {
		_, _, err := p.Put("sage", "invoices", key, "", name, strings.NewReader(text), most, noted)
		return err
	}
	if err := errors.Join(put("FA1", "FA1.pdf", "one", 10), put("FA1", "b.pdf", "two", 10), put("fa1", "FA1.pdf", "other case", 10)); err != nil {
		t.Fatal(err)
	}
	if err := put("FA1", "FA1.pdf", "12345678901", 10); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a file that is too large: %v", err)
	}
	if got := openPushed(t, p, "FA1", "FA1.pdf"); got != "one" {
		t.Errorf("after a push that failed it is %q", got)
	}
	if err := put("FA1", "FA1.pdf", "new", 10); err != nil {
		t.Fatal(err)
	}
	// What is one customer's is nobody else's, and not everybody's.
	if _, _, err := p.Put("sage", "invoices", "FA1", "ALPHA", "his.pdf", strings.NewReader("his"), 10, noted); err != nil {
		t.Fatal(err)
	}
	for customer, want := range map[string]int{"ALPHA": 1, "BETA": 0, "alpha": 0} {
		if list, err := p.List("sage", "invoices", "FA1", customer); err != nil || len(list) != want {
			t.Errorf("of %s: %v, %v", customer, list, err)
		}
	}
	list, err := p.List("sage", "invoices", "FA1", "")
	if err != nil || len(list) != 2 || list[0].Name != "FA1.pdf" || list[0].Size != 3 || list[1].Name != "b.pdf" {
		t.Errorf("listed %v, %v", list, err)
	}
	for _, name := range []string{"", "..", "a/b", `a\b`, "../x", "CON", "x:y", ".part-x", "x ", strings.Repeat("x", 201), "a\x00b"} {
		if err := put("FA1", name, "x", 10); !errors.Is(err, ErrBadName) {
			t.Errorf("pushed as %q: %v", name, err)
		}
		if _, err := p.Open("sage", "invoices", "FA1", "", name); !errors.Is(err, ErrNotFound) {
			t.Errorf("opened %q: %v", name, err)
		}
	}
	for _, where := range [][2]string{{"..", "invoices"}, {"sage", ".."}, {"sage", "a/b"}, {"", "invoices"}} {
		if _, _, err := p.Put(where[0], where[1], "k", "", "x.pdf", strings.NewReader("x"), 10, noted); !errors.Is(err, ErrNotFound) {
			t.Errorf("pushed to %q: %v", where, err)
		}
	}
	for _, key := range []string{"FA2", "", "FA1 ", "../FA1"} {
		if _, err := p.Open("sage", "invoices", key, "", "FA1.pdf"); !errors.Is(err, ErrNotFound) {
			t.Errorf("key %q: %v", key, err)
		}
	}
	if err := p.Delete("sage", "invoices", "FA1", "", "FA1.pdf", noted); err != nil {
		t.Fatal(err)
	}
	if err := p.Delete("sage", "invoices", "FA1", "", "FA1.pdf", noted); !errors.Is(err, ErrNotFound) {
		t.Errorf("deleted twice: %v", err)
	}
	if got := openPushed(t, p, "fa1", "FA1.pdf"); got != "other case" {
		t.Errorf("the other row's file is %q", got)
	}
}

func noted() error { return nil }

func openPushed(t *testing.T, p Pushed, key, name string) string {
	t.Helper()
	f, err := p.Open("sage", "invoices", key, "", name)
	return content(t, f, err)
}

func TestNamesAndTypesToShow(t *testing.T) {
	for in, want := range map[[3]string]string{
		{"Facture été.pdf", "x", ""}: "Facture été.pdf", {"", `D:\GED\FA1.pdf`, ""}: "FA1.pdf", {"image_1920", "ab/ab12", "image/png"}: "image_1920.png",
		{"Facture", `x\FA1.PDF`, ""}: "Facture.pdf", {"a\r\nSet-Cookie: x.pdf", "x", ""}: "a__Set-Cookie_ x.pdf", {"..", "..", ""}: "file", {"NUL", "CON", "application/pdf"}: "file.pdf",
		{`a"b;c.pdf`, "", ""}: "a_b;c.pdf", {strings.Repeat("é", 300) + ".pdf", "", ""}: strings.Repeat("é", 98) + ".pdf",
	} {
		if got := Name(in[0], in[1], in[2]); got != want {
			t.Errorf("%q is shown as %q, want %q", in, got, want)
		}
	}
	for in, want := range map[[2]string]string{
		{"a.PDF", ""}: "application/pdf", {"a.pdf", "image/png"}: "image/png", {"a.bin", "nonsense"}: "application/octet-stream", {"a", "text/html\r\nX: y"}: "application/octet-stream",
		{"a.svg", ""}: "image/svg+xml",
	} {
		if got := Type(in[0], in[1]); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
	if Inline("text/html") || Inline("image/svg+xml") || Inline("") || !Inline("application/pdf") {
		t.Error("what a browser may show")
	}
}
