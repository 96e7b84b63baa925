package config

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/vantelle/vantelle/internal/strictyaml"
)

func (v *validation) portal(p Portal) {
	v.listener("portal", p.Listen, p.TLS, p.TrustedProxies)
	v.size("portal.body_limit", p.BodyLimit, 1*KiB, 256*MiB)
	v.duration("portal.request_timeout", p.RequestTimeout, Duration(time.Second), Duration(time.Hour))
}

func (v *validation) admin(a Admin) {
	v.listener("admin", a.Listen, a.TLS, a.TrustedProxies)
	names, tokens := map[string]int{}, map[string]int{}
	for i, t := range a.Tokens {
		path := strictyaml.Item("admin.tokens", i)
		v.named(path, t.Name, i, names)
		v.secretKey(path, "token", "va_", t.Token, i, tokens)
	}
}

// listener refuses addresses that cannot be, and addresses that the network
// reaches while nothing protects what is sent there.
func (v *validation) listener(path, listen string, tls TLS, proxies []string) {
	switch {
	case tls.CertFile != "" && tls.KeyFile == "":
		v.add(path+".tls", "cert_file is given without key_file: TLS needs both")
	case tls.CertFile == "" && tls.KeyFile != "":
		v.add(path+".tls", "key_file is given without cert_file: TLS needs both")
	}
	for i, proxy := range proxies {
		v.proxy(strictyaml.Item(path+".trusted_proxies", i), proxy)
	}
	host, port, err := net.SplitHostPort(listen)
	if n, portErr := strconv.Atoi(port); err != nil || portErr != nil || n < 0 || n > 65535 {
		v.add(path+".listen", "expected host:port, such as 127.0.0.1:8642 or [::1]:8642")
		return
	}
	if loopback(host) || tls.Enabled() || len(proxies) > 0 {
		return
	}
	v.add(path+".listen", "the network can reach this address, and keys and data would cross it in clear: "+
		"give %[1]s.tls its cert_file and key_file, or name the proxy that speaks TLS in %[1]s.trusted_proxies, or listen on 127.0.0.1", path)
}

// loopback tells whether only this machine reaches a host. A name may mean
// anything, except localhost.
func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

func (v *validation) proxy(path, text string) {
	if _, err := netip.ParseAddr(text); err == nil {
		return
	}
	network, err := netip.ParsePrefix(text)
	switch {
	case err != nil:
		v.add(path, "expected an address such as 10.0.0.5 or a network such as 10.0.0.0/24")
	case network.Bits() == 0:
		v.add(path, "this trusts everybody: name the proxy's address or its network")
	}
}
