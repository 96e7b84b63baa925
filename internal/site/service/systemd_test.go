//go:build !windows

package service

import (
	"context"
	"errors"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
)

// machine is a systemd that notes what it is asked to do.
type machine struct {
	*systemd
	ran    []string
	users  map[string]int
	answer string // of systemctl show
}

func newMachine(t *testing.T) *machine {
	m := &machine{users: map[string]int{}}
	m.systemd = &systemd{folder: t.TempDir(), root: true,
		run: func(_ context.Context, name string, args ...string) (string, error) {
			m.ran = append(m.ran, name+" "+strings.Join(args, " "))
			if name == "useradd" {
				m.users[args[len(args)-1]] = os.Getgid()
			}
			return m.answer, nil
		},
		group: func(name string) (int, error) {
			if gid, ok := m.users[name]; ok {
				return gid, nil
			}
			return 0, user.UnknownUserError(name)
		}}
	return m
}

func TestSystemdInstallsAndUninstalls(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files to root")
	}
	here, err := os.Getwd()
	if err != nil || hidden(here) {
		t.Skip("the checkout lies where a service sees nothing")
	}
	folder, err := os.MkdirTemp(here, "etc-*") // t.TempDir is in /tmp
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	})
	m := newMachine(t)
	s := plainSpec()
	s.Config = filepath.Join(folder, "vantelle.yaml")
	if err := os.WriteFile(s.Config, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.Readable = []string{filepath.Join(filepath.Dir(s.Config), "portal.key"), filepath.Join(t.TempDir(), "elsewhere.key")}
	for _, file := range s.Readable {
		if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // a second time changes what is there
		if _, err := m.Install(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(m.ran, "\n"); strings.Count(got, "useradd") != 1 || !strings.HasSuffix(got, "systemctl daemon-reload\nsystemctl enable vantelle.service") {
		t.Errorf("ran\n%s", got)
	}
	unit, err := os.ReadFile(filepath.Join(m.folder, unitFile))
	if want, _ := Unit(s); err != nil || string(unit) != want {
		t.Errorf("the unit is\n%s\n%v", unit, err)
	}
	if info, err := os.Stat(s.Config); err != nil || info.Mode() != 0o640 {
		t.Errorf("the configuration: %v, %v", info.Mode(), err)
	}
	for file, want := range map[string]os.FileMode{s.Readable[0]: 0o640, s.Readable[1]: 0o600} {
		if info, err := os.Stat(file); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v", file, info.Mode(), err)
		}
	}
	m.ran = nil
	if err := m.Uninstall(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(m.ran, "\n"); got != "systemctl disable --now vantelle.service\nsystemctl daemon-reload" {
		t.Errorf("ran\n%s", got)
	}
	if err := m.Uninstall(t.Context()); !errors.Is(err, ErrNotInstalled) {
		t.Errorf("uninstalling again: %v", err)
	}
	if err := m.Start(t.Context()); !errors.Is(err, ErrNotInstalled) {
		t.Errorf("starting it: %v", err)
	}
}

func TestSystemdIsForRoot(t *testing.T) {
	m := newMachine(t)
	m.root = false
	for name, do := range map[string]func() error{
		"install": func() error { _, err := m.Install(t.Context(), plainSpec()); return err },
		"start":   func() error { return m.Start(t.Context()) },
		"stop":    func() error { return m.Stop(t.Context()) },
		"restart": func() error { return m.Restart(t.Context()) },
	} {
		if err := do(); !errors.Is(err, ErrRights) || !strings.Contains(err.Error(), "sudo") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(m.ran) != 0 {
		t.Errorf("ran %v", m.ran)
	}
}

func TestSystemdStatus(t *testing.T) {
	cases := map[string]struct {
		answer string
		status Status
		err    error
	}{
		"running": {"LoadState=loaded\nActiveState=active\nSubState=running\nMainPID=42\nNRestarts=0\nResult=success\n", Status{true, "active (running), process 42"}, nil},
		"failed":  {"LoadState=loaded\nActiveState=failed\nSubState=failed\nMainPID=0\nNRestarts=3\nResult=watchdog\n", Status{false, "failed (failed), restarted 3 times after a failure, ended with: watchdog"}, nil},
		"absent":  {"LoadState=not-found\nActiveState=inactive\nSubState=dead\nMainPID=0\n", Status{}, ErrNotInstalled},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			m.answer = c.answer
			if got, err := m.Status(t.Context()); got != c.status || !errors.Is(err, c.err) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}
