package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is set by the linker for a release:
// -ldflags "-X main.version=v1.2.3". Empty otherwise.
var version string

type versionCmd struct{}

// Run prints one line: name, version, Go release and platform.
func (versionCmd) Run(w *world) error {
	_, err := fmt.Fprintf(w.stdout, "vantelle %s %s %s/%s\n", buildVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// buildVersion gives the release's version, else what the Go toolchain stamped
// into the binary, else "devel".
func buildVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
}
