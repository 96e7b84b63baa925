package demo

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/identity"
)

// nasty is SQL that would leave any quotes that are not its own language's.
var nasty = map[string]string{
	"an ordinary query":      "SELECT DO_Piece\nFROM F_DOCENTETE\nWHERE DO_Ref <> 'x'",
	"quotes of all kinds":    "SELECT 'it''s', \"a\", `b`, [c] -- ' \" ` ''' \"\"\" ``` '@ @'",
	"what shells expand":     "SELECT '$HOME', '$(id)', '${x}', '`id`', '%PATH%', '!x', '\\n', '\\' FROM a",
	"the ends of texts":      "SELECT 1\nSQL\nSQL;\n'@\n\"\"\"\n`\nEOF\n  SQL",
	"letters and line ends":  "SELECT 'é€😀‘’‚‛'\n\n\nFROM \u00a0a  ",
	"markup and JSON":        "SELECT '<script>&amp;</script>', '\"}', '\u2028'",
	"empty lines at the end": "SELECT 1\n\n",
}

func TestCurlAndNodeSendWhatIsShown(t *testing.T) {
	for _, tool := range []struct {
		name, program string
		args          []string
	}{{"curl", "sh", []string{"-s"}}, {"Node", "node", []string{"--input-type=module"}}} {
		t.Run(tool.name, func(t *testing.T) {
			for _, needed := range []string{tool.program, strings.ToLower(tool.name)} {
				if _, err := exec.LookPath(needed); err != nil {
					t.Skipf("%s is not installed here", needed)
				}
			}
			for name, sql := range nasty {
				var got *http.Request
				var body struct{ SQL string }
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					got = r
					content, _ := io.ReadAll(r.Body)
					if err := json.Unmarshal(content, &body); err != nil {
						t.Errorf("%s: %v in %s", name, err, content)
					}
					_, _ = io.WriteString(w, `{"columns":[{"name":"n"}],"rows":[[1]]}`)
				}))
				command := exec.CommandContext(t.Context(), tool.program, tool.args...)
				command.Stdin = strings.NewReader(callIn(t, tool.name, calls(server.URL+"/", "L'É TÉ:1", sql)))
				output, err := command.CombinedOutput()
				server.Close()
				if err != nil || got == nil {
					t.Fatalf("%s: %v\n%s", name, err, output)
				}
				if body.SQL != sql {
					t.Errorf("%s: sent %q, want %q", name, body.SQL, sql)
				}
				if got.Method != http.MethodPost || got.URL.Path != "/v1/dossiers/bijou/sql" || got.Header.Get("Content-Type") != "application/json" ||
					got.Header.Get("Authorization") != "Bearer "+identity.DemoBackendKey {
					t.Errorf("%s: %s %s %v", name, got.Method, got.URL, got.Header)
				}
				if code := strings.ReplaceAll(got.Header.Get(identity.HeaderCustomer), "'", "%27"); code != "L%27%C3%89%20T%C3%89%3A1" {
					t.Errorf("%s: the customer travels as %s", name, code)
				}
			}
		})
	}
}

func callIn(t *testing.T, name string, list []call) string {
	t.Helper()
	for _, c := range list {
		if c.Name == name {
			return c.Text
		}
	}
	t.Fatalf("there is no call in %s", name)
	return ""
}

func TestTheOtherCallsHoldTheSQLWhole(t *testing.T) {
	phpText := regexp.MustCompile(`(?s)^<\?php\n\$sql = <<<'(\w+)'\n(.*?)\n(\w+);\n\n`)
	csharpText := regexp.MustCompile(`(?s)var sql = ("{3,})\n(.*?)\n    ("{3,});\n`)
	for name, sql := range nasty {
		list := calls("http://127.0.0.1:8642", Bagues, sql)

		m := phpText.FindStringSubmatch(callIn(t, "PHP", list))
		if m == nil || m[1] != m[3] || m[2] != sql || regexp.MustCompile(`(?m)^\s*`+m[1]+`\b`).MatchString(sql) {
			t.Errorf("%s in PHP: %q", name, m)
		}

		m = csharpText.FindStringSubmatch(callIn(t, "C#", list))
		if m == nil || m[1] != m[3] || strings.Contains(sql, m[1]) {
			t.Errorf("%s in C#: %q", name, m)
			continue
		}
		var lines []string
		for line := range strings.SplitSeq(m[2], "\n") {
			if line != "" && !strings.HasPrefix(line, "    ") {
				t.Errorf("%s in C#: the line %q lacks its margin", name, line)
			}
			lines = append(lines, strings.TrimPrefix(line, "    "))
		}
		if got := strings.Join(lines, "\n"); got != sql {
			t.Errorf("%s in C#: %q, want %q", name, got, sql)
		}

		shell := callIn(t, "PowerShell", list)
		here, _, isHere := strings.Cut(strings.TrimPrefix(shell, "$sql = @'\n"), "\n'@")
		switch {
		case strings.HasPrefix(shell, "$sql = @'\n"):
			if !isHere || here != sql {
				t.Errorf("%s in PowerShell: %q, want %q", name, here, sql)
			}
		case !strings.HasPrefix(shell, "$sql = '"+strings.NewReplacer("'", "''", "‘", "‘‘", "’", "’’", "‚", "‚‚", "‛", "‛‛").Replace(sql)+"'\n"):
			t.Errorf("%s in PowerShell: %s", name, shell)
		}
	}
}
