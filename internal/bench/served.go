package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter/portal"
	"github.com/vantelle/vantelle/internal/audit"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/internal/telemetry"
)

// served is an HTTP server that this process runs for its own clients.
type served struct {
	path    string
	address string
	server  *http.Server
	opened  []*client
	closers []func() error
}

// serve serves; its clients ask for path.
func serve(h http.Handler, path string) (*served, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &served{path: path, address: l.Addr().String(), server: &http.Server{Handler: h}}
	go func() { _ = s.server.Serve(l) }() // until stop
	return s, nil
}

// clients opens connections for so many clients.
func (s *served) clients(n int) ([]*client, error) {
	var list []*client
	for i := range n { // each is another customer's: one may not have all connections
		header := http.Header{"Authorization": {"Bearer " + shopKey}, identity.HeaderCustomer: {customerID(firstClient + i)}, "Accept": {"application/json"}}
		c, err := dial(s.address, s.path, header)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	s.opened = append(s.opened, list...)
	return list, nil
}

// stop closes everything that was opened, the last first.
func (s *served) stop() {
	for _, c := range s.opened {
		_ = c.conn.Close() // it has been measured
	}
	_ = s.server.Close()
	for i := len(s.closers) - 1; i >= 0; i-- {
		_ = s.closers[i]()
	}
}

// startVantelle serves the portal with all that stands behind it in the
// service: the directory, the audit at synchronous=NORMAL, metrics, and an
// access log that is written and thrown away.
func startVantelle(ctx context.Context, dir string, at *place, pool int) (*served, error) {
	store, err := openDirectory(ctx, dir, shopKey, shopCustomers)
	if err != nil {
		return nil, err
	}
	files, err := audit.Open(audit.Config{Dir: filepath.Join(dir, "audit"), Synchronous: "NORMAL", Logger: zerolog.Nop()})
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	closers := []func() error{files.Close, store.Close}
	fail := func(err error) (*served, error) {
		for _, closer := range closers {
			err = errors.Join(err, closer())
		}
		return nil, err
	}
	db, err := openERP(catalog.Postgres, at.dsn, []string{at.schema}, pool)
	if err != nil {
		return fail(err)
	}
	closers = append(closers, db.Close)
	metrics, err := telemetry.New(prometheus.NewRegistry())
	if err != nil {
		return fail(err)
	}
	gate, err := openGate(db, files, metrics)
	if err != nil {
		return fail(err)
	}
	s, err := serve(portal.New(portal.Config{Gate: gate, Identify: &identity.Resolver{Store: store}, Metrics: metrics,
		Logger: zerolog.New(discard{}).Level(zerolog.InfoLevel), Limits: portal.Limits{Time: 10 * time.Minute}}), restPath)
	if err != nil {
		return fail(err)
	}
	s.closers = closers
	return s, nil
}

// discard is a log that goes nowhere; zerolog does nothing at all for io.Discard.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
