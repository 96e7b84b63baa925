package filter_test

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter/portal"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// TestPostgrestJS reads and writes through the unmodified npm package
// @supabase/postgrest-js, from Node.
func TestPostgrestJS(t *testing.T) {
	modules := os.Getenv("VANTELLE_TEST_POSTGREST_JS")
	if modules == "" {
		t.Skip("VANTELLE_TEST_POSTGREST_JS is not set: nothing is read through postgrest-js")
	}
	checked := regexp.MustCompile(`(?m)^(\d+) checks hold$`)
	for engine, r := range depots(t) {
		if engine == catalog.SQLServer {
			continue
		}
		server := httptest.NewServer(portal.New(portal.Config{Gate: r.gate, Identify: openDoor{}, Logger: zerolog.Nop(), Cursors: testCursors}))
		defer server.Close()
		cmd := exec.CommandContext(t.Context(), "node", "testdata/postgrest/client.cjs", server.URL+"/v1/dossiers/d/rows")
		cmd.Env = append(os.Environ(), "NODE_PATH="+modules)
		out, err := cmd.CombinedOutput()
		found := checked.FindSubmatch(out)
		if err != nil || found == nil {
			t.Errorf("%s: %v\n%s", engine, err, out)
			continue
		}
		if n, _ := strconv.Atoi(string(found[1])); n < 53 {
			t.Errorf("%s: only %d checks", engine, n)
		}
	}
}
