package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/vantelle/vantelle/internal/site/secret"
)

// secretCmd keeps the machine's secrets, which a configuration names as
// secret:NAME.
type secretCmd struct {
	Set    secretSetCmd    `cmd:"" help:"Keep a secret: it is asked for, or read from standard input."`
	List   secretListCmd   `cmd:"" help:"Name the secrets, never what they hold."`
	Remove secretRemoveCmd `cmd:"" help:"Forget a secret."`
}

type secretSetCmd struct {
	Name string `arg:"" help:"Its name, such as erp-password; the configuration says secret:NAME."`
}

// Run never takes the secret from the command line, where other users of the
// machine and the shell's history would see it.
func (c *secretSetCmd) Run(w *world) error {
	if err := secret.CheckName(c.Name); err != nil {
		return err
	}
	value, err := readSecret(w, "Secret "+c.Name)
	if err != nil {
		return err
	}
	if err := secret.Open(w.getenv).Set(c.Name, value); err != nil {
		return adviseRights(err)
	}
	_, err = fmt.Fprintf(w.stdout, "kept; write it in the configuration as %s%s\n", secret.Prefix, c.Name)
	return err
}

type secretListCmd struct{}

// Run prints a name on each line.
func (secretListCmd) Run(w *world) error {
	names, err := secret.Open(w.getenv).List()
	if err != nil {
		return adviseRights(err)
	}
	for _, name := range names {
		fmt.Fprintln(w.stdout, name)
	}
	return nil
}

type secretRemoveCmd struct {
	Name string `arg:"" help:"The secret's name."`
}

// Run forgets the secret; a running service still has it until it restarts.
func (c *secretRemoveCmd) Run(w *world) error {
	return adviseRights(secret.Open(w.getenv).Remove(c.Name))
}

// adviseRights says what to do where the store is closed to the caller.
func adviseRights(err error) error {
	if errors.Is(err, os.ErrPermission) {
		return fmt.Errorf("%w\nThe machine's secrets are for its administrators: run it as root, or as administrator on Windows", err)
	}
	return err
}

// readSecret asks a person, without showing what is typed, or reads all of
// standard input. The line end after it is dropped.
func readSecret(w *world, prompt string) (string, error) {
	var text []byte
	var err error
	if f, ok := w.stdin.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprintf(w.stderr, "%s: ", prompt)
		text, err = term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(w.stderr)
	} else {
		text, err = io.ReadAll(io.LimitReader(w.stdin, secret.MaxSize+2)) // longer ones are refused later
	}
	if err != nil {
		return "", fmt.Errorf("read the secret: %w", err)
	}
	return strings.TrimRight(strings.TrimPrefix(string(text), "\ufeff"), "\r\n"), nil
}
