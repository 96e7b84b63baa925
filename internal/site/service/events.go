package service

import (
	"strings"

	"github.com/rs/zerolog"
)

// EventLog is the machine's event log: windows/svc/eventlog.Log is one.
type EventLog interface {
	Info(id uint32, text string) error
	Warning(id uint32, text string) error
	Error(id uint32, text string) error
}

// The events' ids. EventCreate.exe, whose messages the source borrows, allows
// 1 to 1000.
const (
	EventStarted uint32 = 1
	EventStopped uint32 = 2
	EventFailed  uint32 = 3 // the service ended with an error
	EventError   uint32 = 4 // an error in the log
)

// eventText is the most that one event holds (learn.microsoft.com, ReportEvent:
// 31,839 characters), with room to spare.
const eventText = 30_000

// Events gives a writer for zerolog that passes errors to an event log, as
// errors, and leaves everything else to the log.
func Events(log EventLog) zerolog.LevelWriter { return eventWriter{log} }

type eventWriter struct{ log EventLog }

// Write takes a line without a level, which is none of ours: it is passed over.
func (w eventWriter) Write(line []byte) (int, error) { return len(line), nil }

// WriteLevel takes a line of the log. That the event log fails must not keep
// the line from the file, so it is no error.
func (w eventWriter) WriteLevel(level zerolog.Level, line []byte) (int, error) {
	if level >= zerolog.ErrorLevel && level <= zerolog.PanicLevel {
		_ = w.log.Error(EventError, clip(string(line)))
	}
	return len(line), nil
}

// clip makes a text fit into an event, which ends at the first NUL.
func clip(text string) string {
	text = strings.ReplaceAll(strings.TrimSpace(text), "\x00", "")
	if len(text) > eventText {
		text = strings.ToValidUTF8(text[:eventText], "") + "…"
	}
	return text
}
