package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/config"
	"github.com/vantelle/vantelle/internal/site/logfile"
	svc "github.com/vantelle/vantelle/internal/site/service"
)

// load reads the configuration; what is wrong with it is told on stderr, all
// of it at once, and the error is errSaid then.
func (f configFlag) load(w *world) (config.Config, error) {
	cfg, err := config.Load(f.Config, w.getenv)
	if err == nil {
		return cfg, nil
	}
	var mistakes config.Mistakes
	if !errors.As(err, &mistakes) {
		if errors.Is(err, os.ErrNotExist) {
			return config.Config{}, fmt.Errorf("%w\nName the file with --config, or try Vantelle without one: vantelle demo", err)
		}
		return config.Config{}, err
	}
	for _, m := range mistakes {
		fmt.Fprintln(w.stderr, m)
	}
	fmt.Fprintf(w.stderr, "%s in %s\n", counted(len(mistakes), "mistake"), f.Config)
	return config.Config{}, errSaid
}

// newLogger makes the logger that the configuration asks for. It writes to out
// only: standard output is for what a command answers.
func newLogger(c config.Log, out io.Writer, s style) zerolog.Logger {
	if c.Format == "console" {
		out = zerolog.ConsoleWriter{Out: out, NoColor: !s.on, TimeFormat: time.TimeOnly}
	}
	level, err := zerolog.ParseLevel(c.Level)
	if err != nil {
		level = zerolog.InfoLevel // the configuration was validated; be careful all the same
	}
	return zerolog.New(out).Level(level).With().Timestamp().Logger()
}

// serviceLogger makes the logger of the service: to its file, where the
// configuration names one, and its errors to the machine's event log besides,
// where that is given. Call closeLog when nothing logs any more.
func (w *world) serviceLogger(c config.Log, events svc.EventLog) (log zerolog.Logger, closeLog func() error, err error) {
	log, closeLog = newLogger(c, w.stderr, w.styleFor(w.stderr)), func() error { return nil }
	if c.File != "" {
		f, err := logfile.Open(logfile.Config{Path: c.File, MaxSize: int64(c.MaxSize), Keep: c.Keep})
		if err != nil {
			return zerolog.Nop(), nil, err
		}
		log, closeLog = newLogger(c, f, style{}), f.Close
		if events != nil {
			log = log.Output(zerolog.MultiLevelWriter(f, svc.Events(events)))
		}
	}
	return log, closeLog, nil
}

// quietLogger is for commands that answer a person: what they do is told by
// their answer, and the log shows only what goes wrong beside it.
func (w *world) quietLogger() zerolog.Logger {
	return newLogger(config.Log{Level: "warn", Format: "console"}, w.stderr, w.styleFor(w.stderr))
}

// context ends with the first signal, for commands that are over soon.
func (w *world) context() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		select {
		case <-w.signals:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// dossierOf finds a dossier of the configuration, or says which there are.
func dossierOf(cfg config.Config, name string) (config.Dossier, error) {
	d, ok := cfg.Dossiers[name]
	if !ok {
		return d, fmt.Errorf("there is no dossier %q in the configuration; there are: %v", name, sortedNames(cfg.Dossiers))
	}
	return d, nil
}

// counted gives "1 mistake", "2 mistakes".
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
