package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// buildah runs buildah on a store of its own.
type buildah struct {
	t             *testing.T
	program, home string
}

func (b buildah) run(args ...string) string {
	b.t.Helper()
	store := []string{"--root", filepath.Join(b.home, "root"), "--runroot", filepath.Join(b.home, "run"), "--storage-driver", "vfs"}
	c := exec.CommandContext(b.t.Context(), b.program, append(store, args...)...)
	c.Dir = filepath.Join("..", "..", "..")
	out, err := c.Output()
	if err != nil {
		said := ""
		if exit, ok := err.(*exec.ExitError); ok {
			said = string(exit.Stderr)
		}
		b.t.Fatalf("buildah %s: %v\n%s", strings.Join(args, " "), err, said)
	}
	return strings.TrimSpace(string(out))
}

// goImage makes an image that builds Go programs of this machine's Go, since a
// test fetches none, and gives its name.
func (b buildah) goImage() string {
	b.t.Helper()
	folder := filepath.Join(b.home, "base")
	shell := func(script string) {
		b.t.Helper()
		c := exec.CommandContext(b.t.Context(), "sh", "-euc", script, "sh", folder)
		if out, err := c.CombinedOutput(); err != nil {
			b.t.Fatalf("make the image that builds: %v\n%s", err, out)
		}
	}
	shell(`mkdir -p "$1/bin" "$1/usr/local" "$1/etc/ssl/certs" "$1/tmp"
		cp "$(command -v busybox)" "$1/bin/busybox"; ln -s busybox "$1/bin/sh"; ln -s busybox "$1/bin/mkdir"
		cp -r "$(go env GOROOT)" "$1/usr/local/go"
		rm -f "$1/usr/local/go/bin/"*; CGO_ENABLED=0 go build -o "$1/usr/local/go/bin/go" cmd/go
		cp /etc/ssl/certs/ca-certificates.crt "$1/etc/ssl/certs/"; echo root:x:0:0:root:/root:/bin/sh >"$1/etc/passwd"`)
	c := b.run("from", "scratch")
	b.run("copy", "-q", c, folder, "/")
	for _, set := range []string{"PATH=/usr/local/go/bin:/bin", "GOPATH=/go", "HOME=/root", "GOPROXY=off", "GOTOOLCHAIN=local"} {
		b.run("config", "--env", set, c)
	}
	b.run("commit", "-q", c, "localhost/go")
	b.run("rm", c)
	return "localhost/go"
}

// TestTheImage builds the Dockerfile with the modules and the build cache of
// this machine, and looks at what came out. It skips where VANTELLE_TEST_BUILDAH
// names no buildah.
func TestTheImage(t *testing.T) {
	program := os.Getenv("VANTELLE_TEST_BUILDAH")
	if program == "" {
		t.Skip("VANTELLE_TEST_BUILDAH is not set: give the path of buildah to build the image; it needs root, and a static busybox in the PATH")
	}
	env := func(name string) string {
		out, err := exec.CommandContext(t.Context(), "go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(out))
	}
	home, err := os.MkdirTemp("", "vantelle-image-*")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) }) // what is left of it is in the temporary folder
	b := buildah{t, program, home}
	b.run("bud", "--isolation", "chroot", "--quiet", "--pull-never", "--format", "docker", "--build-arg", "GO_IMAGE="+b.goImage(), "--build-arg", "VERSION=v1.2.3",
		"--volume", env("GOMODCACHE")+":/go/pkg/mod:O", "--volume", env("GOCACHE")+":/root/.cache/go-build:O", "--tag", "localhost/vantelle", ".")

	var image struct {
		Docker struct {
			Config struct {
				User        string
				Entrypoint  []string
				Cmd         []string
				Volumes     map[string]struct{}
				Healthcheck struct{ Test []string }
			} `json:"config"`
		}
	}
	if err := json.Unmarshal([]byte(b.run("inspect", "--type", "image", "localhost/vantelle")), &image); err != nil {
		t.Fatal(err)
	}
	config := image.Docker.Config
	if strings.Join(config.Healthcheck.Test, " ") != "CMD /vantelle health" {
		t.Errorf("its health is told by %q", config.Healthcheck.Test)
	}
	if _, data := config.Volumes["/var/lib/vantelle"]; config.User != "65532:65532" || strings.Join(config.Entrypoint, " ")+" "+strings.Join(config.Cmd, " ") != "/vantelle serve" || !data {
		t.Errorf("the image is %+v", config)
	}
	c := b.run("from", "--pull-never", "localhost/vantelle")
	if got := b.run("run", "--isolation", "chroot", c, "--", "/vantelle", "version"); !strings.HasPrefix(got, "vantelle v1.2.3 ") {
		t.Errorf("it says %q", got)
	}
	// Nothing but the program, the authorities and two folders of its own.
	root := b.run("mount", c)
	for _, shell := range []string{"bin", "usr", "lib", "home"} {
		if _, err := os.Stat(filepath.Join(root, shell)); err == nil {
			t.Errorf("there is /%s in it", shell)
		}
	}
	for _, wanted := range []string{"vantelle", "etc/ssl/certs/ca-certificates.crt", "var/lib/vantelle", "tmp"} {
		if _, err := os.Stat(filepath.Join(root, wanted)); err != nil {
			t.Error(err)
		}
	}
	b.run("umount", c)
}
