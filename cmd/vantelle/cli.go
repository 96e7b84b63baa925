package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"
)

// Exit codes. Scripts may rely on them.
const (
	exitOK      = 0
	exitFailed  = 1 // the command ran and the answer is no
	exitMisused = 2 // the command line itself is wrong
)

// world is what a command may touch of the process it runs in, so that a test
// can run one inside itself.
type world struct {
	stdin          io.Reader // nil: nobody answers
	stdout, stderr io.Writer
	getenv         func(string) string
	cacheDir       func() (string, error)
	signals        <-chan os.Signal // SIGINT and SIGTERM: the first stops, the second cuts short
	hangups        <-chan os.Signal // SIGHUP: reload the profiles
}

// cli is every command with its flags.
type cli struct {
	Serve     serveCmd     `cmd:"" help:"Run the service."`
	Demo      demoCmd      `cmd:"" help:"Build a demo ERP, synchronise it and serve it: everything to try Vantelle in one command."`
	Init      initCmd      `cmd:"" help:"Make a first configuration: try the connection, recognise the ERP, show what it would write, write it."`
	Sync      syncCmd      `cmd:"" help:"Synchronise one dossier now, or show what that would do."`
	Decisions decisionsCmd `cmd:"" help:"Show which customers may have become others, and say which are the same."`
	Query     queryCmd     `cmd:"" help:"Run a query as a customer, through the gate, and print the answer."`
	Explain   explainCmd   `cmd:"" help:"Show what the gate makes of a query: the decision, the tables, the SQL the ERP would get."`
	Types     typesCmd     `cmd:"" help:"Make types for a portal's TypeScript, PHP or C# from the description of a view."`
	Profile   profileCmd   `cmd:"" help:"Profiles: list, history, export, import, diff, duplicate, undo, reset, levels, licences, defaults, users, transfer, delete, test, why, changes."`
	Outbox    outboxCmd    `cmd:"" help:"What customers asked for: list, show, take, done, refuse, return."`
	Check     checkCmd     `cmd:"" help:"Check the configuration, the profiles and each dossier, and say what to do."`
	Doctor    doctorCmd    `cmd:"" help:"Look at everything: configuration, files, and each ERP's connection, rights, indexes; say what to do."`
	Grants    grantsCmd    `cmd:"" help:"Print the statements that make a login for a dossier's database: what its profile needs and no more."`
	Service   serviceCmd   `cmd:"" help:"Make it a service of this machine: install, uninstall, start, stop, restart, status."`
	Secret    secretCmd    `cmd:"" help:"Keep passwords and keys out of the configuration: set, list, remove."`
	Migrate   migrateCmd   `cmd:"" help:"Bring a directory kept by PostgreSQL to the form of this version, once it is backed up."`
	Health    healthCmd    `cmd:"" help:"Ask a running service whether it is ready; for container health checks."`
	Version   versionCmd   `cmd:"" help:"Print the version."`
}

// configFlag is the flag of every command that needs a configuration.
type configFlag struct {
	Config string `help:"The configuration file; vantelle.yaml otherwise." default:"vantelle.yaml" placeholder:"FILE" env:"VANTELLE_CONFIG"`
}

// errSaid is returned by a command that has already told what is wrong.
var errSaid = errors.New("already reported")

// exited carries kong's wish to leave (after --help) out of its parser.
type exited int

// run parses args and runs the command they name. It returns the exit code.
func run(args []string, w *world) (code int) {
	defer func() {
		if r := recover(); r != nil {
			e, isExit := r.(exited)
			if !isExit {
				panic(r)
			}
			code = int(e)
		}
	}()
	var c cli
	parser, err := kong.New(&c,
		kong.Name("vantelle"),
		kong.Description("Vantelle filters what each customer may see of an ERP, and synchronises the ERP's customers into its own directory."),
		kong.Writers(w.stdout, w.stderr),
		kong.Exit(func(code int) { panic(exited(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Bind(w),
	)
	if err != nil {
		fmt.Fprintf(w.stderr, "vantelle: %v\n", err)
		return exitFailed
	}
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(w.stderr, "vantelle: %v\nTry: vantelle --help\n", err)
		return exitMisused
	}
	var said exitCode
	switch err := command.Run(); {
	case err == nil:
		return exitOK
	case errors.Is(err, errSaid):
		return exitFailed
	case errors.As(err, &said):
		return int(said)
	default:
		fmt.Fprintf(w.stderr, "%s: %v\n", command.Selected().FullPath(), err)
		return exitFailed
	}
}
