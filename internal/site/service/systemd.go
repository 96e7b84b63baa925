//go:build !windows

package service

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
)

// systemd is the service manager of most Linux machines.
type systemd struct {
	folder string // of the units of this machine
	root   bool   // whether the process may change them
	// run runs a program and gives what it prints.
	run func(ctx context.Context, name string, args ...string) (string, error)
	// group finds a user and gives the id of his group.
	group func(name string) (gid int, err error)
}

var _ Manager = (*systemd)(nil)

// newSystemd gives the running machine's, or an error where it has none.
func newSystemd() (*systemd, error) {
	if _, err := exec.LookPath("systemctl"); err != nil {
		return nil, errors.New("this machine has no systemd: have its own service manager run \"vantelle serve\"")
	}
	return &systemd{folder: "/etc/systemd/system", root: os.Geteuid() == 0, run: runProgram, group: groupOf}, nil
}

// Install makes the user where there is none, lets it read the configuration,
// writes the unit and enables it.
func (s *systemd) Install(ctx context.Context, spec Spec) (done []string, err error) {
	text, err := Unit(spec)
	if err != nil {
		return nil, err
	}
	if err := s.mayChange(); err != nil {
		return nil, err
	}
	account := spec.Account
	if account == "" {
		account = LinuxAccount
	}
	gid, err := s.group(account)
	if unknown := user.UnknownUserError(""); errors.As(err, &unknown) {
		if _, err := s.run(ctx, "useradd", "--system", "--user-group", "--no-create-home", "--home-dir", LinuxState, "--shell", "/usr/sbin/nologin", account); err != nil {
			return done, fmt.Errorf("make the user %s: %w", account, err)
		}
		done = append(done, "made the system user "+account)
		gid, err = s.group(account)
	}
	if err != nil {
		return done, fmt.Errorf("find the user %s: %w", account, err)
	}
	opened, err := letRead(spec, gid)
	if err != nil {
		return done, fmt.Errorf("let %s read the configuration: %w", account, err)
	}
	done = append(done, fmt.Sprintf("let %s read %s, and nobody else but root", account, strings.Join(opened, ", ")))
	path := filepath.Join(s.folder, unitFile)
	if err := writeWhole(path, text); err != nil {
		return done, fmt.Errorf("write the unit: %w", err)
	}
	done = append(done, "wrote "+path)
	for _, args := range [][]string{{"daemon-reload"}, {"enable", unitFile}} {
		if _, err := s.run(ctx, "systemctl", args...); err != nil {
			return done, err
		}
	}
	return append(done, "it starts with the machine"), nil
}

// letRead gives the configuration, and what it names in its own folder, to root
// for changing and to a group for reading. A folder that is closed to everybody
// is opened to the group; one that others may enter is left as it is.
func letRead(spec Spec, gid int) (opened []string, err error) {
	folder := filepath.Dir(spec.Config)
	for _, file := range append([]string{spec.Config}, spec.Readable...) {
		if filepath.Dir(file) != folder {
			continue
		}
		if err := errors.Join(os.Chown(file, 0, gid), os.Chmod(file, 0o640)); err != nil {
			return nil, err
		}
		opened = append(opened, file)
	}
	info, err := os.Stat(folder)
	if err != nil {
		return nil, err
	}
	if info.Mode()&0o005 == 0 {
		return opened, errors.Join(os.Chown(folder, 0, gid), os.Chmod(folder, 0o750))
	}
	return opened, nil
}

// writeWhole writes a unit beside its place and renames it, so that systemd
// never reads half of one. Everybody may read units.
func writeWhole(path, text string) error {
	beside := path + ".new"
	if err := os.WriteFile(beside, []byte(text), 0o644); err != nil { //nolint:gosec // no secret in it
		return err
	}
	return os.Rename(beside, path)
}

// Uninstall stops the service and removes its unit.
func (s *systemd) Uninstall(ctx context.Context) error {
	path := filepath.Join(s.folder, unitFile)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return ErrNotInstalled
	}
	if err := s.control(ctx, "disable", "--now"); err != nil {
		return err
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("remove the unit: %w", err)
	}
	_, err := s.run(ctx, "systemctl", "daemon-reload")
	return err
}

// Start returns when the service has said that it is ready.
func (s *systemd) Start(ctx context.Context) error { return s.control(ctx, "start") }

func (s *systemd) Stop(ctx context.Context) error { return s.control(ctx, "stop") }

func (s *systemd) Restart(ctx context.Context) error { return s.control(ctx, "restart") }

func (s *systemd) control(ctx context.Context, verb ...string) error {
	if err := s.mayChange(); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(s.folder, unitFile)); errors.Is(err, fs.ErrNotExist) {
		return ErrNotInstalled
	}
	if _, err := s.run(ctx, "systemctl", append(verb, unitFile)...); err != nil {
		return fmt.Errorf("%w\nSee why: journalctl -u %s -n 50", err, unitFile)
	}
	return nil
}

func (s *systemd) mayChange() error {
	if !s.root {
		return fmt.Errorf("%w: run it as root, such as with sudo", ErrRights)
	}
	return nil
}

// Status asks systemd, which tells everybody.
func (s *systemd) Status(ctx context.Context) (Status, error) {
	out, err := s.run(ctx, "systemctl", "show", "--property=LoadState,ActiveState,SubState,MainPID,NRestarts,StatusErrno,Result", unitFile)
	if err != nil {
		return Status{}, err
	}
	said := map[string]string{}
	for line := range strings.Lines(out) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		said[key] = value
	}
	if said["LoadState"] == "not-found" {
		return Status{}, ErrNotInstalled
	}
	st := Status{Running: said["ActiveState"] == "active", Text: said["ActiveState"] + " (" + said["SubState"] + ")"}
	if pid := said["MainPID"]; pid != "" && pid != "0" {
		st.Text += ", process " + pid
	}
	if n := said["NRestarts"]; n != "" && n != "0" {
		st.Text += ", restarted " + n + " times after a failure"
	}
	if r := said["Result"]; r != "" && r != "success" {
		st.Text += ", ended with: " + r
	}
	return st, nil
}

// runProgram runs a program; what it says on standard error is the error.
func runProgram(ctx context.Context, name string, args ...string) (string, error) {
	var out, said strings.Builder
	c := exec.CommandContext(ctx, name, args...)
	c.Stdout, c.Stderr = &out, &said
	if err := c.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, strings.TrimSpace(said.String()))
	}
	return out.String(), nil
}

func groupOf(name string) (int, error) {
	u, err := user.Lookup(name)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(u.Gid)
}
