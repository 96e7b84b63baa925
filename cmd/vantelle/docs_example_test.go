package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheExamplePortal runs every program of docs/portal-example.md against the
// demo, and compares what it prints with what the page shows behind it. Programs
// of a language that is not here are skipped, and said.
func TestTheExamplePortal(t *testing.T) {
	v := startDemoService(t, "")
	modules := os.Getenv("VANTELLE_TEST_POSTGREST_JS")
	blocks := readDocPage(t, "docs/portal-example.md").blocks
	ran := map[string]int{}
	for i, b := range blocks {
		if b.lang == "text" || b.lang == "http" || b.lang == "json" {
			continue
		}
		if i+1 == len(blocks) || !blocks[i+1].answers {
			t.Fatalf("%s: nothing is shown behind it", b)
		}
		t.Run(b.String(), func(t *testing.T) {
			var command []string
			file := filepath.Join(t.TempDir(), "program."+b.lang)
			switch b.lang {
			case "sh":
				v.runExample(t, b, blocks[i+1])
				ran["sh"]++
				return
			case "js":
				if modules == "" {
					t.Skip("VANTELLE_TEST_POSTGREST_JS is not set: the program is not run")
				}
				file = strings.TrimSuffix(file, "js") + "cjs"
				command = []string{"node", file}
			case "php":
				if _, err := exec.LookPath("php"); err != nil {
					t.Skip("PHP is not here: the program is not run")
				}
				command = []string{"php", file}
			default:
				t.Fatalf("nothing runs %s", b.lang)
			}
			program := strings.ReplaceAll(b.text, "http://127.0.0.1:8642", v.portal)
			if err := os.WriteFile(file, []byte(program), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
			cmd.Env = append(os.Environ(), "NODE_PATH="+modules)
			out, err := cmd.CombinedOutput()
			if err != nil || string(out) != blocks[i+1].text {
				t.Errorf("%v\nit prints\n%s\nthe page shows\n%s", err, out, blocks[i+1].text)
			}
			ran[b.lang]++
		})
	}
	if ran["sh"] < 1 || modules != "" && ran["js"] < 2 {
		t.Errorf("ran %v", ran)
	}
}
