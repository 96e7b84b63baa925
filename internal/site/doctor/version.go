package doctor

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

var (
	versionForm       = regexp.MustCompile(`^(\d+)(?:\.(\d+))?`)
	compatibilityForm = regexp.MustCompile(`compatibility (\d+)`)
)

// minCompatibility is SQL Server 2016's: below it the server forgets functions
// that the printed statements use, whatever its own version.
const minCompatibility = 130

// oldest is the oldest version of an engine that still gets corrections from
// its maker, or that the statements need.
func oldest(engine catalog.Engine, text string) (major, minor int) {
	switch {
	case engine == catalog.Postgres:
		return 13, 0
	case engine == catalog.SQLServer:
		return 13, 0 // 2016
	case engine == catalog.MariaDB && strings.Contains(text, "MariaDB"):
		return 10, 6
	case engine == catalog.MariaDB: // MySQL
		return 8, 0
	}
	return 0, 0
}

// checkVersion tells whether the server is one that Vantelle knows.
func checkVersion(cat *catalog.Catalog) []Finding {
	m := versionForm.FindStringSubmatch(cat.Version)
	if m == nil {
		return []Finding{found(Note, "version.unknown", "", "the server gives its version as %q, which says nothing", cat.Version)}
	}
	major, _ := strconv.Atoi(m[1]) // digits; one that is too long is new enough
	minor, _ := strconv.Atoi(m[2])
	wantMajor, wantMinor := oldest(cat.Engine, cat.Version)
	if major < wantMajor || major == wantMajor && minor < wantMinor {
		return []Finding{found(Warning, "version.old", "Plan to update the server: from "+strconv.Itoa(wantMajor)+"."+strconv.Itoa(wantMinor)+" on it is known to work.",
			"%s %s is older than what Vantelle is made for", cat.Engine, cat.Version)}
	}
	if c := compatibilityForm.FindStringSubmatch(cat.Version); cat.Engine == catalog.SQLServer && c != nil {
		if level, _ := strconv.Atoi(c[1]); level < minCompatibility {
			return []Finding{found(Warning, "version.compatibility", "Ask who looks after the ERP whether the database's compatibility level may be raised to "+strconv.Itoa(minCompatibility)+" or more.",
				"the database runs at compatibility level %d, as on an older server", level)}
		}
	}
	return []Finding{fine("version.known", "%s %s", cat.Engine, cat.Version)}
}
