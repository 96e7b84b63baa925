package portal

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/identity"
)

// wideGate answers everything with 20 MB, which no socket takes from us at once.
type wideGate struct{ view *view.View }

func (g wideGate) View(context.Context, identity.Caller) (*view.View, error) { return g.view, nil }

func (g wideGate) Do(_ context.Context, r filter.Request) (*filter.Answer, error) {
	answer := fakeAnswer{columns: []filter.Column{{Name: "DO_Piece", Type: sqltype.Type{Kind: sqltype.Text}}}}
	for range 20 {
		answer.rows = append(answer.rows, []any{strings.Repeat("x", 1<<20)})
	}
	return &filter.Answer{Columns: answer.columns, Rows: &fakeRows{gate: &fakeGate{}, answer: answer}, Truncated: func() bool { return false },
		Wrote: r.Write != nil}, nil
}

func (wideGate) Written() int { return 1000 }

// wideServer serves wideGate to one request of a dossier at a time.
func wideServer(t *testing.T, l Limits) string {
	t.Helper()
	s := httptest.NewServer(New(Config{Gate: wideGate{testView()}, Identify: anna{}, Logger: zerolog.Nop(), Limits: l, Load: Load{Dossier: 1}}))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

// begin sends a request over a connection of its own, whose answer nobody reads
// but the test.
func begin(t *testing.T, address, method, path, body string, length int) net.Conn {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.(*net.TCPConn).SetReadBuffer(4096)
	if _, err := fmt.Fprintf(conn, "%s /v1/dossiers/bijou/%s HTTP/1.1\r\nHost: x\r\nPrefer: return=representation\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		method, path, length, body); err != nil {
		t.Fatal(err)
	}
	return conn
}

// admitted tells whether somebody else is let in now. What he asks is refused
// once he has a place.
func admitted(t *testing.T, address string) bool {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/v1/dossiers/bijou/catalog?x=y", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode != http.StatusServiceUnavailable
}

// await waits for others to be let in, or not, and says how long that took; at
// most ten seconds.
func await(t *testing.T, address string, want bool) time.Duration {
	t.Helper()
	begun := time.Now()
	for admitted(t, address) != want {
		if time.Since(begun) > 10*time.Second {
			t.Fatalf("others let in: %v for 10 s", !want)
		}
		time.Sleep(10 * time.Millisecond)
	}
	return time.Since(begun)
}

// Without a time for each piece, a client that does not read its answer would
// keep its place of the dossier for as long as it keeps its connection: some idle
// sockets would lock everybody out.
func TestPromise10WhoDoesNotReadLosesHisPlace(t *testing.T) {
	for name, call := range map[string][3]string{
		"rows":            {"GET", "rows/F_DOCENTETE?select=DO_Piece", ""},
		"rows as written": {"PATCH", "rows/F_DOCENTETE?DO_Piece=eq.1", `{"DO_Ref":"x"}`},
		"sql":             {"POST", "sql", `{"sql":"SELECT 1"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := wideServer(t, Limits{Time: time.Minute, Patience: 500 * time.Millisecond})
			begin(t, address, call[0], call[1], call[2], len(call[2]))
			await(t, address, false)
			if took := await(t, address, true); took > 5*time.Second {
				t.Errorf("others waited for %s", took)
			}
		})
	}
}

// Without an end for all pieces together, who reads a byte now and then would
// keep his place for hours.
func TestPromise10WhoReadsSlowlyHasTheTimeOfHisRequest(t *testing.T) {
	address := wideServer(t, Limits{Time: time.Second, Patience: 30 * time.Second})
	conn := begin(t, address, "GET", "rows/F_DOCENTETE?select=DO_Piece", "", 0)
	await(t, address, false)
	stop := make(chan struct{})
	read := make(chan int64)
	go func() {
		var all int64
		defer func() { read <- all }()
		buffer := make([]byte, 64<<10)
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
			}
			n, err := conn.Read(buffer)
			all += int64(n)
			if err != nil {
				return
			}
		}
	}()
	if took := await(t, address, true); took > 5*time.Second {
		t.Errorf("others waited for %s", took)
	}
	close(stop)
	if all := <-read; all >= 20<<20 {
		t.Errorf("the answer came whole, %d bytes: it was not read slowly", all)
	}
}

// Were the place taken first, sockets that never send the rest of their body would
// lock everybody out, and cost nothing.
func TestPromise10WhoDoesNotSendHisBodyHasNoPlace(t *testing.T) {
	address := wideServer(t, Limits{Time: time.Second})
	for name, call := range map[string][2]string{
		"sql": {"POST", "sql"}, "rows": {"POST", "rows/F_DOCENTETE"}, "requests": {"POST", "requests"},
		// The server reads what is left of a body before it answers.
		"a body that nobody asked for": {"GET", "rows/F_DOCENTETE?select=DO_Piece"},
	} {
		conn := begin(t, address, call[0], call[1], `{"sql"`, 100)
		for range 20 {
			if !admitted(t, address) {
				t.Fatalf("%s: another request has no place", name)
			}
			time.Sleep(5 * time.Millisecond)
		}
		// It ends with the request's time.
		_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		answer, _ := io.ReadAll(conn)
		if !strings.HasPrefix(string(answer), "HTTP/1.1 400 ") || !strings.Contains(string(answer), "took too long to come") {
			t.Errorf("%s: got %.300q", name, answer)
		}
	}
}
