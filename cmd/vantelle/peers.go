package main

import (
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/time/rate"
)

// peers is a listener without TLS: it talks to this machine and to the proxies
// that are trusted to speak TLS before it, and to nobody else. Others are cut
// off before they can send a key in clear.
type peers struct {
	net.Listener
	proxies []netip.Prefix
	log     zerolog.Logger
	seldom  rate.Sometimes
}

// onlyPeers restricts a listener to this machine and the proxies, each an
// address or a network.
func onlyPeers(l net.Listener, proxies []string, log zerolog.Logger) (*peers, error) {
	p := &peers{Listener: l, log: log, seldom: rate.Sometimes{First: 1, Interval: time.Minute}}
	for _, text := range proxies {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			address, err := netip.ParseAddr(text)
			if err != nil {
				return nil, fmt.Errorf("trusted_proxies: %q is neither an address nor a network", text)
			}
			network = netip.PrefixFrom(address, address.BitLen())
		}
		p.proxies = append(p.proxies, network)
	}
	return p, nil
}

// Accept gives the next connection of a peer that may speak.
func (p *peers) Accept() (net.Conn, error) {
	for {
		conn, err := p.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if p.may(conn) {
			return conn, nil
		}
		p.seldom.Do(func() {
			p.log.Warn().Stringer("peer", conn.RemoteAddr()).Stringer("listener", conn.LocalAddr()).
				Msg("a connection was closed: without TLS only this machine and trusted_proxies may speak here")
		})
		_ = conn.Close() // whoever it is gets no answer
	}
}

func (p *peers) may(conn net.Conn) bool {
	remote, ok := addressOf(conn.RemoteAddr())
	if !ok {
		return false
	}
	// This machine reaches its own address from that very address.
	if local, ok := addressOf(conn.LocalAddr()); remote.IsLoopback() || ok && remote == local {
		return true
	}
	for _, network := range p.proxies {
		if network.Contains(remote) {
			return true
		}
	}
	return false
}

func addressOf(a net.Addr) (netip.Addr, bool) {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.Addr{}, false
	}
	address, ok := netip.AddrFromSlice(tcp.IP)
	return address.Unmap(), ok
}
