package main

import (
	"crypto/tls"
	"fmt"
	"log"
	"net/http"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/config"
)

// newServer makes a server that a slow or silent client cannot hold for ever.
// Writing has no limit here: answers stream, and their handlers set deadlines.
func newServer(h http.Handler, t config.TLS, logger zerolog.Logger) (*http.Server, error) {
	s := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          log.New(serverLog{logger}, "", 0),
	}
	if !t.Enabled() {
		return s, nil
	}
	certificate, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("load the certificate %s: %w", t.CertFile, err)
	}
	s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	return s, nil
}

// serverLog is the standard library's way of saying that a connection went wrong.
type serverLog struct{ log zerolog.Logger }

// Write logs one line. What clients do wrong is no error of ours.
func (s serverLog) Write(line []byte) (int, error) {
	s.log.Debug().Str("said", string(line)).Msg("http server")
	return len(line), nil
}
