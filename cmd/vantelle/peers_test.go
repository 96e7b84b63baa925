package main

import (
	"errors"
	"net"
	"testing"

	"github.com/rs/zerolog"
)

// scripted is a listener whose connections come from the addresses given.
type scripted struct {
	net.Listener
	from []string
	to   string
}

// said is a connection between two addresses.
type said struct {
	net.Conn
	remote, local net.Addr
	closed        *int
}

func (s said) RemoteAddr() net.Addr { return s.remote }
func (s said) LocalAddr() net.Addr  { return s.local }
func (s said) Close() error         { *s.closed++; return nil }

var errNoMore = errors.New("no more connections")

func (s *scripted) accept(closed *int) (net.Conn, error) {
	if len(s.from) == 0 {
		return nil, errNoMore
	}
	remote := &net.TCPAddr{IP: net.ParseIP(s.from[0]), Port: 4242}
	s.from = s.from[1:]
	return said{remote: remote, local: &net.TCPAddr{IP: net.ParseIP(s.to), Port: 8642}, closed: closed}, nil
}

type counting struct {
	*scripted
	closed int
}

func (c *counting) Accept() (net.Conn, error) { return c.accept(&c.closed) }

func TestPeersWithoutTLS(t *testing.T) {
	for sentence, c := range map[string]struct {
		from    string
		proxies []string
		let     bool
	}{
		"this machine":                         {"127.0.0.1", nil, true},
		"this machine over IPv6":               {"::1", nil, true},
		"this machine by its own address":      {"10.0.0.2", nil, true},
		"anybody":                              {"10.0.0.9", nil, false},
		"a trusted proxy":                      {"10.0.0.5", []string{"192.0.2.1", "10.0.0.5"}, true},
		"its neighbour":                        {"10.0.0.6", []string{"10.0.0.5"}, false},
		"a trusted network":                    {"10.0.0.200", []string{"10.0.0.0/24"}, true},
		"outside the network":                  {"10.0.1.1", []string{"10.0.0.0/24"}, false},
		"a proxy whose address came as mapped": {"::ffff:10.0.0.5", []string{"10.0.0.5"}, true},
		"a proxy over IPv6":                    {"2001:db8::7", []string{"2001:db8::/64"}, true},
	} {
		t.Run(sentence, func(t *testing.T) {
			inner := &counting{scripted: &scripted{from: []string{c.from}, to: "10.0.0.2"}}
			l, err := onlyPeers(inner, c.proxies, zerolog.Nop())
			if err != nil {
				t.Fatal(err)
			}
			conn, err := l.Accept()
			if c.let != (conn != nil) || !c.let && (!errors.Is(err, errNoMore) || inner.closed != 1) {
				t.Errorf("accepted %v (%v), closed %d", conn, err, inner.closed)
			}
		})
	}
	if _, err := onlyPeers(nil, []string{"proxy.example"}, zerolog.Nop()); err == nil {
		t.Error("a name was taken for an address")
	}
}
