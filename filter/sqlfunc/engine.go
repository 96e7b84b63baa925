package sqlfunc

import (
	"strconv"
	"strings"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// Version is an engine's version; the zero Version is one that is not known,
// of which nothing is refused.
type Version struct{ Major, Minor int }

// Before tells whether v is known to be older than w.
func (v Version) Before(w Version) bool {
	return v != Version{} && (v.Major < w.Major || v.Major == w.Major && v.Minor < w.Minor)
}

// ParseVersion reads the first two numbers of a server's version text:
// "10.11.19-MariaDB", "15.0.2000.5 Standard Edition", "3.53.4".
func ParseVersion(text string) Version {
	start := strings.IndexAny(text, "0123456789")
	if start < 0 {
		return Version{}
	}
	major, rest, _ := strings.Cut(text[start:], ".")
	end := 0
	for end < len(rest) && '0' <= rest[end] && rest[end] <= '9' {
		end++
	}
	var v Version
	var err error
	if v.Major, err = strconv.Atoi(strings.TrimRight(major, " ")); err != nil {
		return Version{}
	}
	v.Minor, _ = strconv.Atoi(rest[:end])
	return v
}

// The versions of SQL Server by the year they are sold under.
var (
	sqlServer2017 = Version{14, 0}
	sqlServer2022 = Version{16, 0}
)

// Release names versions as people do.
func Release(e catalog.Engine, v Version) string {
	if e == catalog.SQLServer {
		switch v {
		case sqlServer2017:
			return "SQL Server 2017"
		case sqlServer2022:
			return "SQL Server 2022"
		}
	}
	return engineNames[e] + " " + strconv.Itoa(v.Major) + "." + strconv.Itoa(v.Minor)
}

var engineNames = map[catalog.Engine]string{
	catalog.SQLite: "SQLite", catalog.Postgres: "PostgreSQL", catalog.MariaDB: "MariaDB", catalog.SQLServer: "SQL Server",
}

// Offered tells why a function is not offered on an engine of a version, or "".
func (f *Func) Offered(e catalog.Engine, v Version) string {
	if f.Ambiguous != "" {
		return f.Name + " means different things on different engines: " + f.Ambiguous
	}
	if why, refused := f.Refused[e]; refused {
		if why == "" {
			return f.Name + " is not offered on " + engineNames[e]
		}
		return f.Name + " is not offered on " + engineNames[e] + ": " + why
	}
	if since, ok := f.Since[e]; ok && v.Before(since) {
		return f.Name + " is offered from " + Release(e, since) + " on"
	}
	return ""
}
