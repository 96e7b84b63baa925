package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/vantelle/vantelle/internal/demo"
)

// firstDemo is a demo that was started in a new folder and stopped. Making its
// ERP takes seconds, and minutes under the race detector: it is made once.
var firstDemo struct {
	once   sync.Once
	dir    string
	said   string
	bagues string // what the first line to paste answered
}

// demoFolder gives a copy of the first demo's folder, to start another in.
func demoFolder(t *testing.T) string {
	t.Helper()
	firstDemo.once.Do(func() {
		temp, err := os.MkdirTemp("", "vantelle-demo-test-")
		if err != nil {
			t.Fatal(err)
		}
		firstDemo.dir = temp // TestMain removes it
		d := startDemo(t, filepath.Join(temp, "demo"))
		defer d.stop(t)
		firstDemo.bagues, firstDemo.said = d.curls(t)[0].run(t).body, d.out.String()
	})
	if firstDemo.said == "" {
		t.Fatal("the first demo did not come up: see the test that started it")
	}
	dir := filepath.Join(t.TempDir(), "demo")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(firstDemo.dir, "demo"))); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestTheDemo starts it as people do, stops it, starts it again, and runs the
// lines that it prints.
func TestTheDemo(t *testing.T) {
	dir := demoFolder(t)
	if !strings.Contains(firstDemo.said, "Building") || !strings.Contains(firstDemo.said, "Synchronising") {
		t.Errorf("the first start says\n%s", firstDemo.said)
	}
	again := startDemo(t, dir)
	if said := again.out.String(); strings.Contains(said, "Building") || strings.Contains(said, "Synchronising") {
		t.Errorf("the second start says\n%s", said)
	}
	lines := again.curls(t)
	if len(lines) != 4 {
		t.Fatalf("the demo prints %d lines to paste:\n%s", len(lines), again.out.String())
	}
	bagues, carat, refused, asked := lines[0].run(t), lines[1].run(t), lines[2].run(t), lines[3].run(t)
	if bagues.status != 200 || carat.status != 200 || bagues.body == carat.body ||
		!strings.Contains(bagues.body, demo.Bagues) || strings.Contains(bagues.body, demo.Carat) ||
		!strings.Contains(carat.body, demo.Carat) || strings.Contains(carat.body, demo.Bagues) {
		t.Errorf("the first customer gets %d %s\nthe second %d %s", bagues.status, bagues.body, carat.status, carat.body)
	}
	if bagues.body != firstDemo.bagues {
		t.Errorf("the second start gives %s, the first gave %s", bagues.body, firstDemo.bagues)
	}
	refused.want(t, 403, "no_access")
	asked.want(t, 202, "")
	page := regexp.MustCompile(`http://\S+/demo/`).FindString(again.out.String())
	if got := (curl{method: "GET", url: page}).run(t); got.status != 200 {
		t.Errorf("the page %s answers %d %s", page, got.status, got.body)
	}
	again.stop(t)
}

// runningDemo is the demo command in the test's process.
type runningDemo struct {
	out     *syncBuffer
	signals chan os.Signal
	ended   chan int
}

func startDemo(t *testing.T, dir string) *runningDemo {
	t.Helper()
	d := &runningDemo{out: &syncBuffer{}, signals: make(chan os.Signal, 2), ended: make(chan int, 1)}
	var errs bytes.Buffer
	w := &world{stdout: d.out, stderr: &errs, signals: d.signals, getenv: func(string) string { return "" },
		cacheDir: func() (string, error) { return "", errors.New("the folder is given") }}
	go func() {
		code := run([]string{"demo", "--dir", dir, "--listen", "127.0.0.1:0", "--admin-listen", "localhost:0"}, w)
		if code != exitOK {
			t.Errorf("the demo ended with %d:\n%s", code, errs.String())
		}
		_, _ = io.WriteString(d.out, "Stop: Ctrl-C") // in case it never came so far
		d.ended <- code
	}()
	d.out.waitFor(t, "Stop: Ctrl-C")
	return d
}

func (d *runningDemo) stop(t *testing.T) {
	t.Helper()
	http.DefaultClient.CloseIdleConnections()
	d.signals <- syscall.SIGINT
	<-d.ended
}

// curls are the lines to paste.
func (d *runningDemo) curls(t *testing.T) []curl {
	t.Helper()
	var all []curl
	for line := range strings.Lines(d.out.String()) {
		c, err := parseCurl(strings.TrimSpace(line))
		if errors.Is(err, errNoCurl) || !strings.Contains(line, "curl") {
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		all = append(all, c)
	}
	return all
}

func (c curl) run(t *testing.T) answer {
	t.Helper()
	v := &service{site: &site{t: t}, client: http.DefaultClient}
	got := v.call(c.method, c.url, c.body, c.headers)
	if kind := got.header.Get("Content-Type"); strings.Contains(kind, "json") && !strings.Contains(kind, "ndjson") && !json.Valid([]byte(got.body)) {
		t.Errorf("%s answers what is no JSON: %s", c.url, got.body)
	}
	return got
}
