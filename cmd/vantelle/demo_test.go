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
	"syscall"
	"testing"

	"github.com/vantelle/vantelle/internal/demo"
)

// TestTheDemo starts it as people do, runs the lines that it prints, stops it,
// and starts it again.
func TestTheDemo(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "demo")
	first := startDemo(t, dir)
	lines := first.curls(t)
	if len(lines) != 4 {
		t.Fatalf("the demo prints %d lines to paste:\n%s", len(lines), first.out.String())
	}
	bagues, carat, refused, asked := lines[0].run(t), lines[1].run(t), lines[2].run(t), lines[3].run(t)
	if bagues.status != 200 || carat.status != 200 || bagues.body == carat.body ||
		!strings.Contains(bagues.body, demo.Bagues) || strings.Contains(bagues.body, demo.Carat) ||
		!strings.Contains(carat.body, demo.Carat) || strings.Contains(carat.body, demo.Bagues) {
		t.Errorf("the first customer gets %d %s\nthe second %d %s", bagues.status, bagues.body, carat.status, carat.body)
	}
	refused.want(t, 403, "no_access")
	asked.want(t, 202, "")
	page := regexp.MustCompile(`http://\S+/demo/`).FindString(first.out.String())
	if got := (curl{method: "GET", url: page}).run(t); got.status != 200 {
		t.Errorf("the page %s answers %d %s", page, got.status, got.body)
	}
	first.stop(t)

	again := startDemo(t, dir)
	if strings.Contains(again.out.String(), "Building") || strings.Contains(again.out.String(), "Synchronising") {
		t.Errorf("the second start says\n%s", again.out.String())
	}
	if got := again.curls(t)[0].run(t); got.body != bagues.body {
		t.Errorf("the second start gives %s, the first gave %s", got.body, bagues.body)
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

// curl is a line that the demo prints.
type curl struct {
	method, url string
	headers     []string
}

func (d *runningDemo) curls(t *testing.T) []curl {
	t.Helper()
	var all []curl
	for line := range strings.Lines(d.out.String()) {
		words, isCurl := strings.CutPrefix(strings.TrimSpace(line), "curl ")
		if !isCurl {
			continue
		}
		c := curl{method: "GET"}
		if strings.HasPrefix(words, "-X POST ") {
			c.method = "POST"
		}
		quoted := regexp.MustCompile(`"([^"]*)"`).FindAllStringSubmatch(words, -1)
		for _, q := range quoted[:len(quoted)-1] {
			name, value, _ := strings.Cut(q[1], ": ")
			c.headers = append(c.headers, name, value)
		}
		c.url = quoted[len(quoted)-1][1]
		all = append(all, c)
	}
	return all
}

func (c curl) run(t *testing.T) answer {
	t.Helper()
	v := &service{site: &site{t: t}, client: http.DefaultClient}
	got := v.call(c.method, c.url, "", c.headers)
	if strings.Contains(got.header.Get("Content-Type"), "json") && !json.Valid([]byte(got.body)) {
		t.Errorf("%s answers what is no JSON: %s", c.url, got.body)
	}
	return got
}
