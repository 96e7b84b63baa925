// Package service makes Vantelle a service of the machine: a hardened systemd
// unit on Linux, a service with an account of its own on Windows. It installs
// and controls it, and tells the service manager how the running process is.
//
// It must never install a service that runs as root or as LocalSystem unasked,
// never widen the rights of a folder that is not Vantelle's own, and never tell
// the manager that all is well while it is not.
//
// Windows' service manager is spoken to by golang.org/x/sys/windows/svc itself:
// what wraps it waits for ever for a service that does not stop, and restarts
// none that ended with an error instead of a crash.
//
// Read next: unit.go and plan.go (what is installed), part.go (what the running
// process tells), run_windows.go.
package service

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
)

// Name is the service's name everywhere.
const Name = "vantelle"

// ErrRights says that only an administrator can do what was asked.
var ErrRights = errors.New("only an administrator can do this")

// ErrNotInstalled says that there is no service yet.
var ErrNotInstalled = errors.New("the service is not installed")

// Spec is what is to be installed.
type Spec struct {
	Exe      string // absolute path of the program
	Config   string // absolute path of the configuration
	Account  string // whom it runs as; the platform's DefaultAccount where empty
	Password string // Windows: of an account that has one
	// Writable are the folders that the configuration has the service write
	// to outside its own. Linux: the unit lets it.
	Writable []string
	// Readable are the files that the configuration names, such as those of
	// secrets. Linux: those in its folder are opened to the account.
	Readable []string
	// LowPort tells that it listens on a port below 1024. Linux: needs a right.
	LowPort bool
}

// Status is what the service manager says.
type Status struct {
	Running bool
	Text    string // for people
}

// Manager is the machine's service manager.
type Manager interface {
	// Install installs the service, or changes one that is there, and has it
	// start with the machine; it does not start it. It tells what it did.
	Install(ctx context.Context, s Spec) (done []string, err error)
	// Uninstall stops and removes it. Data, logs and configuration stay.
	Uninstall(ctx context.Context) error
	Start(ctx context.Context) error
	// Stop returns when the service has stopped.
	Stop(ctx context.Context) error
	Restart(ctx context.Context) error
	// Status gives ErrNotInstalled where there is no service.
	Status(ctx context.Context) (Status, error)
}

// check refuses what would end in a service that cannot start, or in a unit
// that says something else than was meant. It is for a system whose absolute
// paths isAbs knows.
func (s Spec) check(isAbs func(string) bool) error {
	for name, p := range map[string]string{"the program": s.Exe, "the configuration": s.Config} {
		if !isAbs(p) {
			return fmt.Errorf("the path of %s must be absolute: %q", name, p)
		}
	}
	for _, text := range append([]string{s.Exe, s.Config, s.Account}, s.Writable...) {
		if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == '"' || r == 0x7f }) {
			return fmt.Errorf("a path or account with quotes or control characters cannot be installed: %q", text)
		}
	}
	return nil
}

// hidden tells whether the unit's ProtectHome or PrivateTmp hides a path.
func hidden(p string) bool {
	for _, home := range []string{"/home/", "/root/", "/run/user/", "/tmp/", "/var/tmp/"} {
		if strings.HasPrefix(path.Clean(p), home) {
			return true
		}
	}
	return false
}
