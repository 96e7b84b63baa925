//go:build !windows

package main

import (
	"context"
	"database/sql"
	bytesof "encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/go-sql-driver/mysql"

	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
)

// windows is a Windows machine that Wine plays, with the program on it.
type windows struct {
	t            *testing.T
	wine, prefix string
	env          []string
}

const programOnWindows = `C:\Program Files\Vantelle\vantelle.exe`

// newWindows makes the machine and builds the program onto it. It skips where
// VANTELLE_TEST_WINE names no Wine.
func newWindows(t *testing.T) *windows {
	t.Helper()
	wine := os.Getenv("VANTELLE_TEST_WINE")
	if wine == "" {
		t.Skip("VANTELLE_TEST_WINE is not set: give the path of a 64-bit Wine to run the Windows program")
	}
	w := &windows{t: t, wine: wine, prefix: filepath.Join(t.TempDir(), "prefix")}
	// No sound, no menus, and no debugger's window where something crashes.
	w.env = append(os.Environ(), "WINEPREFIX="+w.prefix, "WINEDEBUG=-all", "WINEDLLOVERRIDES=winemenubuilder.exe,mscoree,mshtml=d", "DISPLAY=", "GOCOVERDIR=")
	w.must(w.command(w.wine, "wineboot", "--init"))
	t.Cleanup(func() { _ = w.command(filepath.Join(filepath.Dir(w.wine), "wineserver"), "-k").Run() }) // it may have ended by itself
	w.write(`C:\windows\system32\bcryptprimitives.dll`, string(prngDLL()))
	build := w.command("go", "build", "-trimpath", "-o", w.path(programOnWindows), ".")
	build.Env = append(os.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
	w.must(build)
	return w
}

// path gives the file of this machine that is a file of that one.
func (w *windows) path(file string) string {
	return filepath.Join(w.prefix, "drive_c", filepath.FromSlash(strings.ReplaceAll(strings.TrimPrefix(file, `C:\`), `\`, "/")))
}

func (w *windows) write(file, text string) {
	w.t.Helper()
	if err := os.MkdirAll(filepath.Dir(w.path(file)), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(w.path(file), []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

func (w *windows) command(name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(w.t.Context(), name, args...)
	c.Env = w.env
	return c
}

func (w *windows) must(c *exec.Cmd) {
	w.t.Helper()
	if out, err := c.CombinedOutput(); err != nil {
		w.t.Fatalf("%s: %v\n%s", strings.Join(c.Args, " "), err, out)
	}
}

// vantelle runs the program there, and gives all that it says with its exit code.
func (w *windows) vantelle(args ...string) (code int, out string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 3*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, w.wine, append([]string{programOnWindows}, args...)...)
	c.Env = w.env
	said, err := c.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		w.t.Fatal(err)
	}
	return c.ProcessState.ExitCode(), strings.ReplaceAll(string(said), "\r\n", "\n")
}

// want runs the program and wants an exit code and pieces of what it says.
func (w *windows) want(code int, parts []string, args ...string) string {
	w.t.Helper()
	got, out := w.vantelle(args...)
	if got != code {
		w.t.Errorf("vantelle %s ended with %d, want %d:\n%s", strings.Join(args, " "), got, code, out)
	}
	wantSaid(w.t, out, parts...)
	return out
}

// TestTheWindowsProgramUnderWine goes through an installation as far as Wine
// can play Windows.
func TestTheWindowsProgramUnderWine(t *testing.T) {
	w := newWindows(t)
	const config = `C:\ProgramData\Vantelle\config.yaml`
	w.want(exitOK, []string{"vantelle "}, "version")

	// A Sage 100 in a file; the configuration lies where the service looks.
	sage, err := sql.Open("sqlite", w.path(`C:\sage.db`))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(erpshape.LoadSage(t.Context(), sage, catalog.SQLite, ""), sage.Close()); err != nil {
		t.Fatal(err)
	}
	w.want(exitOK, []string{"this looks like sage100", `C:\ProgramData\Vantelle\admin.token`, "dry run, nothing changed: customers 11 read"},
		"init", "--path", `C:\sage.db`, "--dossier", "sage", "--config", config, "--yes", "--dry-run")
	written, err := os.ReadFile(w.path(config))
	if err != nil {
		t.Fatal(err)
	}
	wantSaid(t, string(written), `path: C:\ProgramData\Vantelle\data\vantelle.db`, `path: C:\ProgramData\Vantelle\data\audit`, `file: C:\ProgramData\Vantelle\logs\vantelle.log`, `path: C:\sage.db`)
	w.want(exitOK, []string{"ok   dossier sage: sqlite"}, "check", "--config", config)

	// What the service would be: unasked, it is that configuration's.
	w.want(exitOK, []string{`"` + programOnWindows + `" serve --config "` + config + `"`, `NT SERVICE\vantelle`, "with the machine, delayed", "restart after 5s, 30s, 2m0s", `C:\ProgramData\Vantelle\secrets`},
		"service", "install", "--print")
	w.want(exitFailed, []string{"the service is not installed: install it with vantelle service install"}, "service", "status")

	t.Run("init against a server that refuses the login", w.refusedLogin)
	t.Run("init against a MariaDB", w.mariadb)
	t.Run("the tests of what differs between machines", w.packages)
	t.Run("the log is set aside", func(t *testing.T) { w.rotation(t, string(written)) })
}

// refusedLogin is told apart from everything else, and tells no password.
func (w *windows) refusedLogin(t *testing.T) {
	w.write(`C:\password.txt`, "s3cret-pw\r\n")
	out := w.want(exitFailed, []string{"Login failed", "check user and password"},
		"init", "--server", "127.0.0.1", "--port", loginRefuser(t), "--user", "vantelle", "--password-file", `C:\password.txt`, "--database", "BIJOU",
		"--encrypt", "false", "--dossier", "sage", "--config", `C:\other\config.yaml`, "--yes")
	if strings.Contains(out, "s3cret-pw") {
		t.Errorf("the password is shown:\n%s", out)
	}
	if _, err := os.Stat(w.path(`C:\other`)); err == nil {
		t.Error("something was written")
	}
}

func (w *windows) mariadb(t *testing.T) {
	dsn, db := erpshape.MariaDB(t)
	if err := erpshape.LoadDolibarr(t.Context(), db, catalog.MariaDB, "", "llx_"); err != nil {
		t.Fatal(err)
	}
	c, err := mysql.ParseDSN(dsn)
	if err != nil {
		t.Fatal(err)
	}
	host, port, err := net.SplitHostPort(c.Addr)
	if err != nil {
		t.Skipf("VANTELLE_TEST_MARIADB names no machine and port: %v", err)
	}
	w.write(`C:\password.txt`, c.Passwd+"\r\n")
	w.want(exitOK, []string{"dolibarr: 9 customers", "GRANT SELECT"},
		"init", "--host", host, "--port", port, "--user", c.User, "--password-file", `C:\password.txt`, "--database", c.DBName, "--dossier", "doli", "--config", `C:\doli\config.yaml`, "--yes")
}

// packages runs tests that are compiled for Windows: of the service as its
// manager sees it. (Those that remove a folder at their end fail under Wine 8,
// which cannot do it in the way in which Go asks for it.)
func (w *windows) packages(t *testing.T) {
	c := w.command("go", "test", "-trimpath", "-exec", w.wine, "./internal/site/service")
	c.Dir = filepath.Join("..", "..")
	c.Env = append(w.env, "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// rotation runs the service until its log has been set aside once.
func (w *windows) rotation(t *testing.T, config string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	config = strings.Replace(config, "log:\n", "portal: {listen: \""+at+"\"}\nlog:\n  level: debug\n  max_size: 64KiB\n", 1)
	config = strings.Replace(config, "admin:\n", "admin:\n  listen: \"localhost:0\"\n", 1)
	w.write(`C:\ProgramData\Vantelle\small.yaml`, config)
	service := w.command(w.wine, programOnWindows, "serve", "--config", `C:\ProgramData\Vantelle\small.yaml`)
	var said strings.Builder
	service.Stdout, service.Stderr = &said, &said
	if err := service.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- service.Wait() }()
	log := w.path(`C:\ProgramData\Vantelle\logs\vantelle.log`)
	set := false
	deadline := time.Now().Add(3 * time.Minute) // of a machine that hangs: what decides is the file
	for answered := 0; !set && time.Now().Before(deadline); {
		select {
		case err := <-ended:
			t.Fatalf("the service ended: %v\n%s", err, said.String())
		default:
		}
		response, err := http.Get("http://" + at + "/v1/dossiers/sage/catalog") // refused, and logged
		if err != nil {
			time.Sleep(100 * time.Millisecond)
			continue
		}
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		answered++
		_, err = os.Stat(log + ".1")
		set = err == nil
	}
	_ = service.Process.Kill()
	<-ended
	http.DefaultClient.CloseIdleConnections()
	if !set {
		text, _ := os.ReadFile(log)
		t.Fatalf("the log was never set aside; it has %d bytes, and the service said\n%s", len(text), said.String())
	}
	if old, err := os.Stat(log + ".1"); err != nil || old.Size() > 64<<10 || old.Size() < 32<<10 {
		t.Errorf("what was set aside: %v, %v", old, err)
	}
}

// loginRefuser is as much of a SQL Server as refuses a login, without encryption
// (MS-TDS 2.2.6.5, 2.2.7.10). It gives its port.
func loginRefuser(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	packet := func(content []byte) []byte {
		head := []byte{4, 1, 0, 0, 0, 0, 1, 0}
		bytesof.BigEndian.PutUint16(head[2:], uint16(8+len(content)))
		return append(head, content...)
	}
	wide := func(text string) (b []byte) {
		for _, u := range utf16.Encode([]rune(text)) {
			b = bytesof.LittleEndian.AppendUint16(b, u)
		}
		return b
	}
	const text = "Login failed for user 'vantelle'."
	token := bytesof.LittleEndian.AppendUint32(nil, 18456)
	token = append(token, 1, 14)
	token = append(bytesof.LittleEndian.AppendUint16(token, uint16(len(text))), wide(text)...)
	token = append(token, 0, 0, 1, 0, 0, 0) // no server's name, no procedure's, line 1
	refusal := append(bytesof.LittleEndian.AppendUint16([]byte{0xaa}, uint16(len(token))), token...)
	refusal = append(refusal, 0xfd, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) // DONE, with an error
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			question := make([]byte, 4096)
			if _, err := conn.Read(question); err == nil {
				// VERSION at 11 of 6 bytes, ENCRYPTION at 17 of 1: there is none.
				_, _ = conn.Write(packet([]byte{0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 16, 0, 0, 0, 0, 0, 2}))
				if _, err := conn.Read(question); err == nil {
					_, _ = conn.Write(packet(refusal))
				}
			}
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = listener.Close(); <-done })
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
}
