package erp

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// certificate makes a certificate that signs itself.
func certificate(t *testing.T, change func(*x509.Certificate)) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(0x0123456789abcd), Subject: pkix.Name{CommonName: "SRV"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	change(template)
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// tdsServer speaks as much of TDS as comes before a session is encrypted: it
// answers the prelogin with encryption and shakes hands inside TDS packets.
func tdsServer(t *testing.T, encryption byte, config *tls.Config) (port string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			tds := &tdsPackets{Conn: conn}
			if _, err := tds.Read(make([]byte, 4096)); err == nil {
				tds.left = nil
				// VERSION at 11 of 6 bytes, ENCRYPTION at 17 of 1
				_, _ = tds.Write([]byte{0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 16, 0, 0, 0, 0, 0, encryption})
				_ = tls.Server(tds, config).Handshake()
			}
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		<-done
	})
	_, port, _ = net.SplitHostPort(listener.Addr().String())
	return port
}

// tdsPackets is a connection whose bytes travel in TDS packets.
type tdsPackets struct {
	net.Conn
	left []byte
}

func (p *tdsPackets) Read(b []byte) (int, error) {
	if len(p.left) == 0 {
		header := make([]byte, 8)
		if _, err := io.ReadFull(p.Conn, header); err != nil {
			return 0, err
		}
		p.left = make([]byte, int(header[2])<<8+int(header[3])-8)
		if _, err := io.ReadFull(p.Conn, p.left); err != nil {
			return 0, err
		}
	}
	n := copy(b, p.left)
	p.left = p.left[n:]
	return n, nil
}

func (p *tdsPackets) Write(b []byte) (int, error) {
	size := len(b) + 8
	_, err := p.Conn.Write(append([]byte{4, 1, byte(size >> 8), byte(size), 0, 0, 1, 0}, b...))
	return len(b), err
}

func TestTLSTroublesNameTheSettingToChange(t *testing.T) {
	whole := certificate(t, func(*x509.Certificate) {})
	authority := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(authority, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: whole.Certificate[0]}), 0o600); err != nil {
		t.Fatal(err)
	}
	negative := certificate(t, func(*x509.Certificate) {})
	serial := []byte{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd}
	at := bytes.Index(negative.Certificate[0], serial)
	negative.Certificate[0][at] = 0x81
	const on, off = 1, 2
	for name, c := range map[string]struct {
		encryption byte
		config     *tls.Config
		change     func(*Server)
		hint       string
	}{
		"a certificate that nobody signed": {on, &tls.Config{Certificates: []tls.Certificate{whole}}, func(*Server) {}, "give ca_file its authority"},
		"a name that is not in it":         {on, &tls.Config{Certificates: []tls.Certificate{whole}}, func(s *Server) { s.HostNameInCertificate, s.CAFile = "sage.example", authority }, "host_name_in_certificate"},
		"one that has expired": {on, &tls.Config{Certificates: []tls.Certificate{certificate(t, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })}},
			func(*Server) {}, "has expired"},
		"a negative serial number":                    {on, &tls.Config{Certificates: []tls.Certificate{negative}}, func(*Server) {}, "negative serial number"},
		"a negative serial number of a trusted one":   {on, &tls.Config{Certificates: []tls.Certificate{negative}}, func(s *Server) { s.TrustServerCertificate = true }, "negative serial number"},
		"a negative serial number without encryption": {on, &tls.Config{Certificates: []tls.Certificate{negative}}, func(s *Server) { s.Encrypt = "false" }, "negative serial number"},
		"TLS 1.0":                              {on, &tls.Config{Certificates: []tls.Certificate{whole}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10}, func(*Server) {}, "tlsmin=1.0"},
		"no encryption on the server":          {off, &tls.Config{}, func(*Server) {}, "set encrypt: false"},
		"a server that does not know strict":   {on, &tls.Config{}, func(s *Server) { s.Encrypt = "strict" }, "encrypt"},
		"an authority that signed it":          {on, &tls.Config{Certificates: []tls.Certificate{whole}}, func(s *Server) { s.CAFile = authority }, ""},
		"any certificate, which was asked for": {on, &tls.Config{Certificates: []tls.Certificate{whole}}, func(s *Server) { s.TrustServerCertificate = true }, ""},
		"Kerberos without a ticket": {on, &tls.Config{Certificates: []tls.Certificate{whole}}, func(s *Server) {
			s.TrustServerCertificate, s.Auth, s.User, s.Password = true, "kerberos", "", ""
		}, "Kerberos gave no ticket"},
	} {
		t.Run(name, func(t *testing.T) {
			if runtime.GOOS == "windows" && strings.Contains(name, "Kerberos") {
				t.Skip("Windows has tickets of its own")
			}
			s := sageServer(func(s *Server) {
				s.Host, s.Port = "127.0.0.1", atoi(t, tdsServer(t, c.encryption, c.config))
				c.change(s)
			})
			config, err := sqlserverConfig(s)
			if err != nil {
				t.Fatal(err)
			}
			_, err = (&sqlserverConnector{config: config, timeout: time.Second, connect: 5 * time.Second}).Connect(context.Background())
			if err == nil {
				t.Fatal("a session without a server")
			}
			text := err.Error()
			switch {
			case c.hint == "" && (strings.Contains(text, "tls") || strings.Contains(text, "x509")):
				t.Errorf("TLS failed: %v", err)
			case c.hint != "" && (Classify(err) != Unavailable || !strings.Contains(Hint(err), c.hint)):
				t.Errorf("class %v, hint %q of %v", Classify(err), Hint(err), err)
			case strings.Contains(text, sesame):
				t.Errorf("the error holds the password: %v", err)
			}
		})
	}
}
