package erp

import (
	"errors"
	"fmt"
	"strings"
	"syscall"

	mssql "github.com/microsoft/go-mssqldb"
)

func (sqlserverEngine) diagnose(err error) (diagnosis, bool) {
	if errors.Is(err, errReadsOnly) {
		return diagnosis{Permission, ""}, true
	}
	var e mssql.Error
	if errors.As(err, &e) {
		return diagnoseSQLServerNumber(e), true
	}
	var stream mssql.StreamError
	var severed mssql.ServerError
	if errors.As(err, &stream) || errors.As(err, &severed) {
		return diagnosis{Unavailable, hintUnreachable}, true
	}
	var connect *connectError
	if !errors.As(err, &connect) || connect.engine != "sqlserver" {
		return diagnosis{}, false
	}
	if hint := connectHint(connect); hint != "" {
		return diagnosis{Unavailable, hint}, true
	}
	return diagnosis{}, false
}

// connectHint explains why no session was opened, before the server had a word.
func connectHint(err error) string {
	var b *browserError
	text := err.Error()
	has := func(signs ...string) bool {
		for _, s := range signs {
			if strings.Contains(text, s) {
				return true
			}
		}
		return false
	}
	switch {
	case errors.As(err, &b):
		return browserHint(b)
	case has("negative serial number"):
		return "The server's certificate has a negative serial number, as SQL Server 2017 and older make for themselves, and is not accepted: install a certificate in SQL Server Configuration Manager; until then encrypt: false sends only the password encrypted, and needs GODEBUG=x509negativeserial=1 in the service's environment."
	case has("unsupported protocol version", "protocol version not supported"):
		return "The server speaks TLS 1.0 or 1.1 only: install the TLS 1.2 update of its SQL Server and Windows; until then a dsn with tlsmin=1.0 connects."
	case has("x509: certificate signed by unknown authority", "x509: certificate relies on legacy Common Name", "certificate is not trusted", "x509: “"):
		return "The server's certificate is signed by nobody that this machine knows: give ca_file its authority, or install a certificate there; trust_server_certificate: true accepts any certificate, and so any server that pretends."
	case has("x509: certificate is valid for", "x509: cannot validate certificate for", "x509: certificate is not valid for any names"):
		return "The server's certificate names another host: give server that name, or give host_name_in_certificate the name that stands in the certificate."
	case has("x509: certificate has expired"):
		return "The server's certificate has expired, or this machine's clock is wrong: renew the certificate in SQL Server Configuration Manager."
	case has("server does not support encryption"):
		return "The server does not offer encryption: give it a certificate, or set encrypt: false where the network between is trusted."
	case has("first record does not look like a TLS handshake"):
		return "The server does not know encrypt: strict, which SQL Server offers from 2022 on: set encrypt: true."
	case has("x509: ", "tls: ", "TLS Handshake"):
		return "TLS cannot be agreed on with the server: check encrypt, ca_file and host_name_in_certificate of the dossier and the server's certificate."
	case has("krb5", "KRB", "[Root cause:"):
		return "Kerberos gave no ticket: check /etc/krb5.conf, the user with its @REALM and the ticket or keytab (KRB5CCNAME, KRB5_KTNAME), or use auth: sql."
	case errors.Is(err, syscall.ECONNREFUSED), has("connection refused", "actively refused"):
		return "Nothing listens on that port: start the service of the SQL Server instance, enable TCP/IP for it in SQL Server Configuration Manager, or correct port or instance of the dossier."
	case has("no such host", "server misbehaving"):
		return "The host name cannot be resolved: check server of the dossier, or give its address."
	case has(`open \\`, "pipe"):
		return "The server cannot be reached on this machine without the network: start the service of the SQL Server instance and check instance of the dossier, or set protocol: tcp."
	}
	return ""
}

func browserHint(e *browserError) string {
	switch {
	case e.silent:
		return fmt.Sprintf("Nobody says on which port the instance %s listens: start the service SQL Server Browser on %s and let UDP 1434 through the firewall, or give the dossier a port.", e.instance, e.host)
	case e.withoutTCP:
		return fmt.Sprintf("The instance %s has TCP/IP switched off: enable it in SQL Server Configuration Manager and restart its service; on the same machine protocol: lpc does without.", e.instance)
	case len(e.known) == 0:
		return fmt.Sprintf("%s tells of no instance: start the service of the SQL Server instance there, or give the dossier a port.", e.host)
	}
	return fmt.Sprintf("%s has no instance %s: correct instance of the dossier (there is %s), or start the service of that instance.", e.host, e.instance, strings.Join(e.known, ", "))
}

// diagnoseSQLServerNumber reads an error number (sys.messages).
func diagnoseSQLServerNumber(e mssql.Error) diagnosis {
	switch e.Number {
	case 18456, 18463, 18464, 18465, 18466, 18467, 18468, 18470, 18486, 18487, 18488:
		return diagnosis{Permission, "The server refused the login: check user and password of the dossier, that the login is enabled and not expired, and that the server allows SQL Server authentication (auth: sql) beside Windows' own."}
	case 18452, 17806, 17807, 18450, 18451:
		return diagnosis{Permission, "The server does not accept this Windows account: check auth of the dossier (sql for a login of SQL Server's own) and that the service runs under an account of a trusted domain."}
	case 4060, 4063, 4064, 911:
		return diagnosis{Unavailable, "The login cannot open the database: check database of the dossier, and that the login is a user of that database."}
	case 916, 229, 230, 262, 297, 300, 371, 15247:
		return diagnosis{Permission, "The login lacks a right: make it a user of the database and a member of db_datareader, or GRANT SELECT on the ERP's schema to it."}
	case 207, 208, 4104, 4413, 4502, 8197:
		return diagnosis{MissingObject, hintMissing}
	case 1222, 1204, 1205, 3960, 3961:
		return diagnosis{Transient, "Somebody holds a lock there; it is tried again."}
	case 3952, 3957:
		return diagnosis{Transient, "The database is changing whether it allows snapshots; it is tried again with a new connection."}
	case 8115, 530:
		return diagnosis{Overflow, ""}
	case 8649:
		return diagnosis{Timeout, "SQL Server estimates that the statement costs more than cost_limit of the dossier allows: narrow it, add an index, or raise cost_limit."}
	case -2, 3617, 8645, 8628, 8651:
		return diagnosis{Timeout, hintSlow}
	case 701, 802, 1105, 9002:
		return diagnosis{Exhausted, hintExhausted}
	case 10928, 10929, 17300, 17809, 17810:
		return diagnosis{Unavailable, "The server has no connection or worker left."}
	case 921, 922, 924, 927, 941, 942, 945, 952, 976, 978, 983:
		return diagnosis{Unavailable, "The database is being started, restored or taken offline there; it is tried again."}
	case 233, 596, 6005, 6104, 17142, 17147, 17148, 18401, 40197, 40501, 40613:
		return diagnosis{Unavailable, "The server is starting or stopping, or it closed the connection; it is tried again."}
	}
	if e.Class >= 20 {
		return diagnosis{Unavailable, hintUnreachable}
	}
	return diagnosis{}
}
