package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"
)

// certify makes a certificate for localhost in the site and gives a client
// that trusts it.
func (s *site) certify() *http.Client {
	s.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
		IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		s.t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		s.t.Fatal(err)
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	s.write("cert.pem", string(certificate))
	s.write("key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})))
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(certificate)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	s.t.Cleanup(client.CloseIdleConnections)
	return client
}

func TestAListenerSpeaksTLS(t *testing.T) {
	s := newSite(t)
	client := s.certify()
	s.write("vantelle.yaml", strings.Replace(strings.ReplaceAll(settings, "PROFILES", `""`), `portal: {listen: "127.0.0.1:0",`,
		`portal: {listen: "127.0.0.1:0", tls: {cert_file: cert.pem, key_file: key.pem},`, 1))
	v := s.start()
	_, port, _ := strings.Cut(v.d.portalAddr.String(), ":")
	res, err := client.Get("https://localhost:" + port + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK || res.TLS == nil || res.TLS.Version < tls.VersionTLS12 {
		t.Errorf("answered %d over %+v", res.StatusCode, res.TLS)
	}
	plain := v.call("GET", "http://"+v.d.portalAddr.String()+"/healthz", "", nil)
	if plain.status != http.StatusBadRequest {
		t.Errorf("in clear it answered %d %s", plain.status, plain.body)
	}
	old := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}}}
	defer old.CloseIdleConnections()
	if res, err := old.Get("https://localhost:" + port + "/healthz"); err == nil {
		res.Body.Close()
		t.Error("it speaks TLS 1.1")
	}
}
