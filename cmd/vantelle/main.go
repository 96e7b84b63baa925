// Command vantelle is the whole product in one binary: the service, and the
// commands by which an operator checks it, synchronises a dossier, and sees
// what a customer would see.
//
// No command has a way to an ERP of its own: what reads an ERP for a customer
// goes through filter.Gate, as the portal's requests do.
//
// Read next: cli.go (the commands), daemon.go (how the parts are joined).
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	os.Exit(mainExit())
}

// mainExit hands the process's world to run; it returns the exit code.
func mainExit() int {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	hangups := make(chan os.Signal, 1)
	notifyHangup(hangups)
	return run(os.Args[1:], &world{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		getenv: os.Getenv, cacheDir: os.UserCacheDir,
		signals: signals, hangups: hangups,
	})
}
