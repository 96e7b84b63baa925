package erp

import (
	// Each registers a way to reach the server on this machine.
	_ "github.com/microsoft/go-mssqldb/namedpipe"
	_ "github.com/microsoft/go-mssqldb/sharedmemory"
)
