//go:build !windows

package erp

import _ "github.com/microsoft/go-mssqldb/integratedauth/krb5" // registers Kerberos, which Windows brings along
