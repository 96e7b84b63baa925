package filter_test

import (
	"context"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// line is a connection to a server that breaks when a commit passes, in one of
// several ways.
type line struct {
	net.Listener
	// broken is what happens to the next commit.
	broken atomic.Value
	// passed is closed, by noted, once a commit passes whose answer is late or lost.
	passed chan struct{}
	noted  func()
}

// whileCommitting is a request's context whose time is over while its commit is
// under way, however fast or slow the machine is.
type whileCommitting struct {
	context.Context
	over chan struct{}
}

func (c whileCommitting) Done() <-chan struct{} { return c.over }

func (c whileCommitting) Err() error {
	select {
	case <-c.over:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// The ways in which a commit may end.
const (
	wholeLine    = ""
	cutBefore    = "cut before it"    // the server never sees it, and ends the transaction
	cutBehind    = "cut behind it"    // the server does it, and its answer is lost
	silentBehind = "silent behind it" // likewise, and the connection stays open
	lateBehind   = "late behind it"   // its answer comes when the request's time is over
)

func newLine(t *testing.T, to string) *line {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	out := &line{Listener: l, passed: make(chan struct{})}
	out.noted = sync.OnceFunc(func() { close(out.passed) })
	out.broken.Store(wholeLine)
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				_ = near.Close()
				continue
			}
			t.Cleanup(func() { _ = near.Close(); _ = far.Close() })
			go out.pass(near, far)
		}
	}()
	return out
}

// pass passes bytes on, until a commit is to be broken.
func (l *line) pass(near, far net.Conn) {
	var silent, late atomic.Bool
	go func() {
		piece := make([]byte, 32<<10)
		for {
			n, err := far.Read(piece)
			if silent.Load() {
				continue
			}
			if late.Load() {
				time.Sleep(time.Second)
			}
			if _, wrong := near.Write(piece[:n]); err != nil || wrong != nil {
				_ = near.Close()
				return
			}
		}
	}()
	piece := make([]byte, 32<<10)
	for {
		n, err := near.Read(piece)
		said := strings.TrimRight(strings.ToLower(string(piece[:n])), "\x00")
		if rest, commits := strings.CutSuffix(said, "commit"); commits && !strings.HasSuffix(rest, "auto") {
			switch l.broken.Load() {
			case cutBefore:
				_, _ = near.Close(), far.Close()
				return
			case cutBehind:
				silent.Store(true)
				_, _ = far.Write(piece[:n])
				time.Sleep(200 * time.Millisecond) // it does it
				_, _ = near.Close(), far.Close()
				return
			case silentBehind:
				silent.Store(true)
				l.noted()
			case lateBehind:
				late.Store(true)
				l.noted()
			}
		}
		if _, wrong := far.Write(piece[:n]); err != nil || wrong != nil {
			if err == io.EOF {
				_ = far.Close()
			}
			return
		}
	}
}

// through is a workshop's gate over a line.
func (w *workshop) through(t *testing.T) (*rig, *line) {
	t.Helper()
	settings := w.settings
	var l *line
	if w.engine == catalog.MariaDB {
		config, err := mysql.ParseDSN(settings.DSN)
		if err != nil {
			t.Fatal(err)
		}
		l = newLine(t, config.Addr)
		config.Addr = l.Addr().String()
		settings.DSN = config.FormatDSN()
	} else {
		at, err := url.Parse(settings.DSN)
		if err != nil {
			t.Fatal(err)
		}
		l = newLine(t, at.Host)
		at.Host = l.Addr().String()
		settings.DSN = at.String()
	}
	db, err := erp.Open(settings, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return rigOn(t, db, workshopProfile), l
}

// TestPromise9NobodyIsToldOtherwiseThanACommitEnded breaks the connection at the
// commit of a write. What is told must be so: "try again" only where nothing was
// written, and "look first" where nobody can know, also to a request whose time
// is over meanwhile.
func TestPromise9NobodyIsToldOtherwiseThanACommitEnded(t *testing.T) {
	for engine, w := range workshopsOn(t, workshopERP, workshopProfile, catalog.Postgres, catalog.MariaDB) {
		for how, c := range map[string]struct {
			code  refusal.Code
			wrote bool
		}{
			wholeLine:    {"", true},
			cutBefore:    {refusal.Uncertain, false},
			cutBehind:    {refusal.Uncertain, true},
			silentBehind: {refusal.Uncertain, true},
			lateBehind:   {"", true},
		} {
			t.Run(string(engine)+"/"+how, func(t *testing.T) {
				t.Parallel() // some wait for an answer that never comes
				gate, l := w.through(t)
				if _, err := gate.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: "SELECT ref FROM orders"}); err != nil {
					t.Fatal(err)
				}
				ref := "C-" + how
				ctx := whileCommitting{t.Context(), l.passed}
				l.broken.Store(how)
				_, err := gate.ask(ctx, filter.Request{Caller: as("ANNA"), Text: "INSERT INTO orders (ref, kind, qty) VALUES (?, 1, 1)", Params: []any{ref[:min(20, len(ref))]}})
				l.broken.Store(wholeLine)
				if got := codeOf(err); got != c.code {
					t.Errorf("it is told %q (%v), want %q", got, err, c.code)
				}
				var n int
				query := "SELECT COUNT(*) FROM orders WHERE ref = ?"
				if engine == catalog.Postgres {
					query = "SELECT COUNT(*) FROM orders WHERE ref = $1"
				}
				if err := w.raw.QueryRowContext(t.Context(), query, ref[:min(20, len(ref))]).Scan(&n); err != nil {
					t.Fatal(err)
				}
				if (n == 1) != c.wrote {
					t.Errorf("the ERP has %d such rows", n)
				}
			})
		}
	}
}
