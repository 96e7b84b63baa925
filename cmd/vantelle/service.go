package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vantelle/vantelle/internal/config"
	svc "github.com/vantelle/vantelle/internal/site/service"
)

// serviceCmd makes vantelle a service of the machine, and controls it.
type serviceCmd struct {
	Install   serviceInstallCmd   `cmd:"" help:"Install the service, or change it to what is said now; it starts with the machine."`
	Uninstall serviceUninstallCmd `cmd:"" help:"Stop the service and remove it; its data, logs and configuration stay."`
	Start     serviceStartCmd     `cmd:"" help:"Start the service, and wait until it is ready."`
	Stop      serviceStopCmd      `cmd:"" help:"Stop the service, and wait until it has stopped."`
	Restart   serviceRestartCmd   `cmd:"" help:"Stop the service and start it again."`
	Status    serviceStatusCmd    `cmd:"" help:"Say whether the service runs; the exit code is 0 when it does."`
}

type serviceInstallCmd struct {
	Config        string `arg:"" optional:"" help:"The configuration file; /etc/vantelle/vantelle.yaml, or config.yaml in the folder Vantelle of ProgramData, otherwise." placeholder:"FILE"`
	Account       string `help:"Whom it runs as; the system user vantelle, or the virtual account NT SERVICE\\vantelle, otherwise."`
	PasswordStdin bool   `help:"Windows: read the account's password from standard input."`
	Print         bool   `help:"Print what would be installed, and change nothing."`
}

// linuxEnvironment is where the unit has systemd look for variables.
const linuxEnvironment = "/etc/vantelle/environment"

// Run installs the service, or prints what it would install.
func (c *serviceInstallCmd) Run(w *world) error {
	s, err := c.spec(w)
	if err != nil {
		return err
	}
	if c.Print {
		text, err := svc.Describe(s, w.getenv)
		if err != nil {
			return err
		}
		_, err = fmt.Fprint(w.stdout, text)
		return err
	}
	if c.PasswordStdin {
		if s.Password, err = readSecret(w, "Password of "+c.Account); err != nil {
			return err
		}
	}
	return withManager(w, func(ctx context.Context, m svc.Manager) error {
		done, err := m.Install(ctx, s)
		for _, line := range done {
			fmt.Fprintln(w.stdout, line)
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(w.stdout, "Start it: vantelle service start")
		return err
	})
}

// spec is what to install. The configuration must be one that the service can
// start with; to print, it need not be there yet.
func (c *serviceInstallCmd) spec(w *world) (svc.Spec, error) {
	exe, err := os.Executable()
	if err != nil {
		return svc.Spec{}, fmt.Errorf("find this program's file: %w", err)
	}
	if exe, err = filepath.EvalSymlinks(exe); err != nil {
		return svc.Spec{}, fmt.Errorf("find this program's file: %w", err)
	}
	file := c.Config
	if file == "" {
		file = svc.DefaultConfig(w.getenv)
	}
	if file, err = filepath.Abs(file); err != nil {
		return svc.Spec{}, fmt.Errorf("find the configuration: %w", err)
	}
	s := svc.Spec{Exe: exe, Config: file, Account: c.Account}
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		if !c.Print {
			return svc.Spec{}, fmt.Errorf("there is no configuration %s: have one written with vantelle init, or name another", file)
		}
		fmt.Fprintf(w.stderr, "there is no %s yet: its folders and ports are not looked at\n", file)
		return s, nil
	}
	seen := *w
	seen.getenv = withEnvironmentFile(linuxEnvironment, w.getenv)
	cfg, err := configFlag{Config: file}.load(&seen)
	if err != nil {
		return svc.Spec{}, err
	}
	s.Writable = []string{filepath.Dir(cfg.Directory.Path), cfg.Audit.Path}
	s.Writable = append(s.Writable, cfg.Files.Path)
	if cfg.Log.File != "" {
		s.Writable = append(s.Writable, filepath.Dir(cfg.Log.File))
	}
	s.Readable = namedFiles(cfg)
	s.LowPort = lowPort(cfg.Portal.Listen) || lowPort(cfg.Admin.Listen)
	return s, nil
}

// namedFiles gives the files that a configuration has the service read.
func namedFiles(cfg config.Config) []string {
	files := []string{cfg.Portal.TLS.CertFile, cfg.Portal.TLS.KeyFile, cfg.Admin.TLS.CertFile, cfg.Admin.TLS.KeyFile}
	for _, t := range cfg.Admin.Tokens {
		files = append(files, t.TokenFile)
	}
	for _, k := range cfg.Keys {
		files = append(files, k.KeyFile)
	}
	for _, d := range cfg.Dossiers {
		files = append(files, d.DSNFile, d.PasswordFile, d.CAFile)
	}
	slices.Sort(files)
	return slices.DeleteFunc(slices.Compact(files), func(f string) bool { return f == "" })
}

// lowPort tells whether only who has a right for it may listen there.
func lowPort(address string) bool {
	_, port, err := net.SplitHostPort(address)
	n, numErr := strconv.Atoi(port)
	return err == nil && numErr == nil && n > 0 && n < 1024
}

// withEnvironmentFile adds to getenv the variables of a file that systemd reads
// for the service, as far as they are plain NAME=value lines.
func withEnvironmentFile(path string, getenv func(string) string) func(string) string {
	if runtime.GOOS == "windows" {
		return getenv
	}
	f, err := os.Open(path)
	if err != nil {
		return getenv // it is optional
	}
	defer func() { _ = f.Close() }() // only read
	values := map[string]string{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		name, value, ok := strings.Cut(strings.TrimSpace(lines.Text()), "=")
		if !ok || strings.HasPrefix(name, "#") {
			continue
		}
		if n := len(value); n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
			value = value[1 : n-1]
		}
		values[name] = value
	}
	return func(name string) string {
		if value := getenv(name); value != "" {
			return value
		}
		return values[name]
	}
}

// withManager does something with the machine's service manager, which has a
// minute and a half for it, more than a service has for stopping.
func withManager(w *world, do func(context.Context, svc.Manager) error) error {
	m, err := svc.Open(w.getenv)
	if err != nil {
		return err
	}
	ctx, cancel := w.context()
	defer cancel()
	ctx, cancelLate := context.WithTimeout(ctx, 90*time.Second)
	defer cancelLate()
	err = do(ctx, m)
	if errors.Is(err, svc.ErrNotInstalled) {
		return fmt.Errorf("%w: install it with vantelle service install", err)
	}
	return err
}

type serviceUninstallCmd struct{}

// Run stops and removes the service.
func (serviceUninstallCmd) Run(w *world) error {
	return withManager(w, func(ctx context.Context, m svc.Manager) error { return m.Uninstall(ctx) })
}

type serviceStartCmd struct{}

// Run starts the service.
func (serviceStartCmd) Run(w *world) error {
	return withManager(w, func(ctx context.Context, m svc.Manager) error { return m.Start(ctx) })
}

type serviceStopCmd struct{}

// Run stops the service.
func (serviceStopCmd) Run(w *world) error {
	return withManager(w, func(ctx context.Context, m svc.Manager) error { return m.Stop(ctx) })
}

type serviceRestartCmd struct{}

// Run stops the service and starts it again.
func (serviceRestartCmd) Run(w *world) error {
	return withManager(w, func(ctx context.Context, m svc.Manager) error { return m.Restart(ctx) })
}

type serviceStatusCmd struct{}

// Run succeeds when the service runs.
func (serviceStatusCmd) Run(w *world) error {
	return withManager(w, func(ctx context.Context, m svc.Manager) error {
		st, err := m.Status(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintln(w.stdout, st.Text)
		if !st.Running {
			return errSaid
		}
		return nil
	})
}
