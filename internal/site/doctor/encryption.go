package doctor

import (
	"context"
	"net"
)

// encryption is how a connection travels.
type encryption struct {
	TLS    bool
	Detail string // version and cipher
	Local  bool   // it does not leave the machine
	// Unchecked: any server with any certificate would have been accepted.
	Unchecked bool
}

type encrypted interface {
	encryption(ctx context.Context) (encryption, error)
}

// checkEncryption tells whether somebody on the network can read what is read.
func checkEncryption(ctx context.Context, s encrypted) []Finding {
	e, err := s.encryption(ctx)
	switch {
	case err != nil:
		return unknown("tls.unknown", "whether the connection is encrypted", err)
	case e.TLS && e.Unchecked && !e.Local:
		return []Finding{found(Warning, "tls.unchecked", "Let the server's certificate be checked: sslmode=verify-full on PostgreSQL, tls: true on MariaDB, trust_server_certificate: false on SQL Server; name who signed it where the system does not know.",
			"the connection is encrypted (%s), but any server would be believed", e.Detail)}
	case e.TLS:
		return []Finding{fine("tls.used", "the connection is encrypted (%s)", e.Detail)}
	case e.Local:
		return []Finding{fine("tls.local", "the connection is not encrypted and does not leave this machine")}
	}
	return []Finding{found(Warning, "tls.missing", "Switch TLS on at the server and ask for it: sslmode=verify-full on PostgreSQL, tls: true on MariaDB, encrypt: true on SQL Server.",
		"the connection crosses the network without encryption: whoever listens reads the customers' data")}
}

// loopback tells whether an address is this machine.
func loopback(host string) bool {
	if host == "localhost" || host == "" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
