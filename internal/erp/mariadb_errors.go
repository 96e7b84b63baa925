package erp

import (
	"errors"
	"strings"

	"github.com/go-sql-driver/mysql"
)

const hintPacket = "A request is larger than the server takes: raise max_allowed_packet there to 16M, or lower limits.text and limits.params."

func (mariadbEngine) diagnose(err error) (diagnosis, bool) {
	if errors.Is(err, errMariaDBSession) {
		return diagnosis{Permission, "A proxy between Vantelle and MariaDB drops the session's settings: connect to the server itself."}, true
	}
	var e *mysql.MySQLError
	if errors.As(err, &e) {
		if e.Number == 1105 && strings.Contains(e.Message, "max_allowed_packet") { // a value that came in pieces
			return diagnosis{TooLarge, hintPacket}, true
		}
		return diagnoseMariaDBNumber(e.Number), true
	}
	switch {
	case errors.Is(err, mysql.ErrNoTLS):
		return diagnosis{Unavailable, "The server does not offer TLS: give it a certificate, or set tls: false where the network between is trusted."}, true
	case errors.Is(err, mysql.ErrUnknownPlugin), errors.Is(err, mysql.ErrOldPassword), errors.Is(err, mysql.ErrOldProtocol), errors.Is(err, mysql.ErrCleartextPassword):
		return diagnosis{Permission, "The server wants a way to sign in that is not offered here: give the dossier's user a password with mysql_native_password, ed25519 or caching_sha2_password."}, true
	case errors.Is(err, mysql.ErrPktTooLarge):
		return diagnosis{TooLarge, hintPacket}, true
	case errors.Is(err, mysql.ErrInvalidConn):
		return diagnosis{Unavailable, hintUnreachable}, true
	}
	var connect *connectError
	if !errors.As(err, &connect) || connect.engine != "mariadb" {
		return diagnosis{}, false
	}
	if text := connect.Error(); strings.Contains(text, "tls: ") || strings.Contains(text, "x509: ") {
		return diagnosis{Unavailable, "TLS cannot be agreed on with the server: check tls and ca_file of the dossier, and that the server's certificate names its host."}, true
	}
	return diagnosis{}, false
}

// diagnoseMariaDBNumber reads an error number (mariadb.com/kb/en/mariadb-error-codes).
func diagnoseMariaDBNumber(number uint16) diagnosis {
	switch number {
	case 1690:
		return diagnosis{Overflow, ""}
	case 1045, 1698:
		return diagnosis{Permission, "The server refused the user or the password: check user and password of the dossier, and that the user may come from this machine."}
	case 1044, 1142, 1143, 1227, 1370:
		return diagnosis{Permission, "The login lacks a right: GRANT SELECT on the database to the dossier's user."}
	case 1129, 1130:
		return diagnosis{Permission, "The server does not let this machine in: make the user for this machine's address, or FLUSH HOSTS there after too many failures."}
	case 1251, 1275, 1862, 1820, 3118, 3159, 4151:
		return diagnosis{Permission, "The server does not let this login in as it stands: it may be locked, its password expired, or TLS wanted (tls: true)."}
	case 1049:
		return diagnosis{Unavailable, "The server has no database of that name: check database of the dossier."}
	case 1290, 1792, 1836:
		return diagnosis{Permission, ""}
	case 1054, 1146, 1305, 1356:
		return diagnosis{MissingObject, hintMissing}
	case 1205, 1213:
		return diagnosis{Transient, "Somebody holds a lock there; it is tried again."}
	case 1317, 1969, 3024:
		return diagnosis{Timeout, hintSlow}
	case 1040, 1203, 1226:
		return diagnosis{Unavailable, "The server has no connection left: lower pools of the dossier, or raise max_connections or the user's limit there."}
	case 1053, 1077, 1079, 1152, 1159, 1161, 1927, 4031:
		return diagnosis{Unavailable, "The server is stopping, or it closed the connection; it is tried again."}
	case 1153:
		return diagnosis{TooLarge, hintPacket}
	case 1021, 1037, 1041:
		return diagnosis{Exhausted, hintExhausted}
	}
	return diagnosis{}
}
