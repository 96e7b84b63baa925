package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/config"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/site/doctor"
)

type doctorCmd struct {
	configFlag
	JSON     bool     `name:"json" help:"Print the findings for programs."`
	Dossiers []string `arg:"" optional:"" name:"dossier" help:"Look at these dossiers only; at all of them otherwise."`
}

// exitCode is that of a command that has more to say than yes or no.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// Run looks at everything and changes nothing. The exit code is 0 where nothing
// need be done, 1 for warnings, 2 for errors.
func (c *doctorCmd) Run(w *world) error {
	ctx, cancel := w.context()
	defer cancel()
	cfg, err := config.Load(c.Config, w.getenv)
	if err != nil {
		return c.print(w, doctor.Mistakes(c.Config, err))
	}
	names := c.Dossiers
	if len(names) == 0 {
		names = sortedNames(cfg.Dossiers)
	}
	in := doctor.Installation{ConfigFile: c.Config, Config: cfg, Now: time.Now, FreeSpace: doctor.FreeSpace, Modes: runtime.GOOS != "windows"}
	if in.ConfigText, err = os.ReadFile(c.Config); err != nil {
		return err
	}
	in.Book, _, in.BookErr = profilesAt(ctx, cfg, func(profile string, version int, err error) {
		in.Broken = append(in.Broken, doctor.BrokenProfile{Profile: profile, Version: version, Err: err})
	})
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		d, err := dossierOf(cfg, name)
		if err != nil {
			return err
		}
		patient, done := toExamine(name, d)
		defer done()
		in.Dossiers = append(in.Dossiers, patient)
	}
	findings := doctor.Diagnose(ctx, in)
	if ctx.Err() != nil {
		return errors.New("interrupted")
	}
	return c.print(w, findings)
}

// toExamine prepares a dossier for the doctor; what cannot be opened is for him
// to tell.
func toExamine(name string, d config.Dossier) (_ doctor.Dossier, done func()) {
	patient := doctor.Dossier{Name: name, Config: d}
	db, err := erp.Open(erpSettings(name, d), zerolog.Nop())
	if err != nil {
		patient.Err = err
		return patient, func() {}
	}
	patient.DB = db
	patient.TrySource = func(ctx context.Context) (string, error) {
		source, err := newSource(d, db, nil)
		if err != nil {
			return "", err
		}
		return sourceText(ctx, source)
	}
	return patient, func() { _ = db.Close() } // it was only read
}

func (c *doctorCmd) print(w *world, findings []doctor.Finding) error {
	write := func() error { return doctor.WriteText(w.stdout, findings, severityColours(w.styleFor(w.stdout))) }
	if c.JSON {
		write = func() error { return doctor.WriteJSON(w.stdout, findings) }
	}
	if err := write(); err != nil {
		return err
	}
	if code := doctor.ExitCode(findings); code != 0 {
		return exitCode(code)
	}
	return nil
}

func severityColours(s style) func(doctor.Severity, string) string {
	return func(severity doctor.Severity, text string) string {
		switch severity {
		case doctor.OK:
			return s.green(text)
		case doctor.Note:
			return s.faint(text)
		case doctor.Warning:
			return s.bold(text)
		}
		return s.red(text)
	}
}
