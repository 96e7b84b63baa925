package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/demo"
	"github.com/vantelle/vantelle/internal/identity"
)

// pages are those whose examples run against the demo.
var pages = []string{"README.md", "docs/portal-api.md", "docs/admin-api.md", "docs/operations.md", "docs/configuration.md", "docs/synchronisation.md", "docs/profiles.md", "docs/architecture.md"}

// forPortals are the pages whose SQL is all the portal's. In docs/profiles.md
// there are conditions too, which TestThePagesProfile tries, and elsewhere what
// an operator types into his own database.
var forPortals = map[string]bool{"README.md": true, "docs/portal-api.md": true}

// startDemoService runs the demo's daemon in the test's process, on a folder of its own.
func startDemoService(t *testing.T, profiles string) *service {
	t.Helper()
	cfg := demoConfig(demoFolder(t), "127.0.0.1:0", "localhost:0")
	cfg.Profiles.Dir = profiles
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	v := (&site{t: t, dir: t.TempDir(), log: &syncBuffer{}}).startWith(cfg, func(o *options) { o.demo, o.page = true, demoPage })
	v.log.waitFor(t, "the ERP answers") // as it has long done when a reader pastes
	return v
}

// TestThePagesCurls runs every curl command of the pages, in their order, and
// compares with the answer that the page shows behind it. An answer to nothing,
// and in the pages for newcomers any other block, is a mistake: whatever a page
// shows either runs or is marked.
func TestThePagesCurls(t *testing.T) {
	v := startDemoService(t, "")
	for _, name := range pages {
		blocks := readDocPage(t, name).blocks
		answered := false // by the curl command before
		for i, b := range blocks {
			isAnswer := answered
			answered = false
			switch {
			case b.untested(t), isAnswer, b.lang == "", b.lang == "sql":
				// A picture's statement, and SQL, run in TestThePagesStatements.
			case b.lang == "sh" && strings.Contains(b.text, "curl"):
				answered = i+1 < len(blocks) && blocks[i+1].answers
				t.Run(b.String(), func(t *testing.T) {
					if !answered {
						t.Fatal("no answer follows: show it, or mark the block no-test with the reason")
					}
					v.runExample(t, b, blocks[i+1])
				})
			case b.lang == "sh":
				for line := range strings.Lines(b.text) { // these are parsed in TestThePagesCommands
					if !regexp.MustCompile(`^(vantelle|go run ./cmd/vantelle|make) [a-z]`).MatchString(line) {
						t.Errorf("%s: nothing checks %q", b, line)
					}
				}
			case forPortals[name]:
				t.Errorf("%s: nothing checks this block: mark it no-test with the reason", b)
			}
		}
	}
}

// runExample runs the curl command of a block and compares with the answer.
func (v *service) runExample(t *testing.T, example, shown block) {
	t.Helper()
	c, err := parseCurl(example.text)
	if err != nil {
		t.Fatal(err)
	}
	if c.url, err = v.asDocumented(c.url); err != nil {
		t.Fatal(err)
	}
	got := c.run(t)
	if d := shown.difference(got, c.head); d != "" {
		t.Errorf("%s: %s\nit answers %d\n%.1500s", shown, d, got.status, got.body)
	}
}

// asDocumented puts the test's addresses in the place of those in the pages.
func (v *service) asDocumented(url string) (string, error) {
	for documented, bound := range map[string]string{"http://127.0.0.1:8642/": v.portal, "http://127.0.0.1:8643/": v.admin} {
		if path, ok := strings.CutPrefix(url, documented); ok {
			return bound + "/" + path, nil
		}
	}
	return "", fmt.Errorf("%s is none of the demo's addresses", url)
}

// TestThePagesStatements runs the SQL that stands in the text of the pages;
// what is sent by curl runs there.
func TestThePagesStatements(t *testing.T) {
	v := startDemoService(t, "")
	ran := 0
	run := func(where, statement string) {
		t.Run(where, func(t *testing.T) {
			if rows := len(v.demoSQL(t, demo.Bagues, statement).column(t)); rows == 0 {
				t.Errorf("%s\ngives no rows", statement)
			}
		})
		ran++
	}
	for _, name := range pages {
		p := readDocPage(t, name)
		for _, m := range regexp.MustCompile("`(SELECT [^`…]+)`").FindAllStringSubmatch(p.text, -1) {
			run(name, m[1])
		}
		for _, b := range p.blocks {
			switch isSelect := strings.HasPrefix(b.text, "SELECT ") || strings.HasPrefix(b.text, "WITH "); {
			case b.lang == "sql" && !b.untested(t) && (isSelect || forPortals[name]):
				run(b.String(), b.text)
			case b.lang == "":
				for _, m := range regexp.MustCompile(`(?s)(SELECT [\w, ]+?)  .*?(FROM +\w+)`).FindAllStringSubmatch(b.text, -1) {
					run(b.String(), m[1]+" "+m[2]) // in a picture, line by line
				}
			}
		}
	}
	if ran == 0 {
		t.Error("no statement was found, not even in the README's picture")
	}
}

// demoSQL asks the portal's SQL as the demo's backend.
func (v *service) demoSQL(t *testing.T, customer, statement string) answer {
	t.Helper()
	body, err := json.Marshal(map[string]any{"sql": statement})
	if err != nil {
		t.Fatal(err)
	}
	c := curl{method: "POST", url: v.portal + "/v1/dossiers/" + demo.Dossier + "/sql", body: string(body),
		headers: []string{"Authorization", "Bearer " + identity.DemoBackendKey, "Vantelle-Customer", customer, "Content-Type", "application/json"}}
	return c.run(t)
}

// TestThePagesProfile puts the example of docs/profiles.md in force, alone and
// with each condition that the page shows, and asks through it.
func TestThePagesProfile(t *testing.T) {
	const name, rows = "MY_B2B", "DO_Tiers = :customer AND DO_Domaine = 0"
	var profile string
	var conditions []string
	files := map[string]string{} // the profiles of the page by name, and variants of the first
	for _, b := range readDocPage(t, "docs/profiles.md").blocks {
		switch {
		case b.untested(t):
		case b.lang == "yaml" && profile == "":
			profile = b.text
		case b.lang == "yaml":
			first, _, _ := strings.Cut(strings.TrimPrefix(b.text, "profile: "), "\n")
			files[first] = b.text
		case b.lang == "sql" && !strings.HasPrefix(b.text, "SELECT "):
			conditions = append(conditions, strings.TrimSpace(b.text))
		case b.lang != "sql":
			t.Errorf("%s has no check", b)
		}
	}
	if strings.Count(profile, name) != 1 || strings.Count(profile, "rows: "+rows) != 1 || len(conditions) == 0 {
		t.Fatalf("the page no longer shows the profile %s with the rows %q, or a condition", name, rows)
	}
	dir := t.TempDir()
	files[name] = profile
	for i, c := range conditions {
		variant := fmt.Sprintf("%s_%d", name, i+1)
		files[variant] = strings.Replace(strings.Replace(profile, name, variant, 1), "rows: "+rows, "rows: "+strconv.Quote(rows+" AND "+c), 1)
	}
	for file, text := range files {
		if err := os.WriteFile(filepath.Join(dir, file+".yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	v := startDemoService(t, dir)
	for profile := range files {
		t.Run(profile, func(t *testing.T) {
			v.bindDemo(t, demo.Bagues, profile)
			for _, table := range []string{"F_DOCENTETE", "F_DOCLIGNE", "F_ARTICLE"} {
				if !strings.Contains(files[profile], "\n  "+table+":") {
					continue
				}
				if len(v.demoSQL(t, demo.Bagues, "SELECT * FROM "+table).column(t)) == 0 {
					t.Errorf("%s is empty", table)
				}
			}
			if !strings.Contains(files[profile], "\n  F_DOCENTETE:") {
				return // it shows no documents
			}
			for _, table := range []string{"F_DOCENTETE", "F_DOCLIGNE"} {
				types := fmt.Sprint(v.demoSQL(t, demo.Bagues, "SELECT DISTINCT DO_Type FROM "+table+" ORDER BY DO_Type").column(t))
				if types != "[7]" && types != "[6 7]" { // the page says: no quotes
					t.Errorf("%s shows the types %s", table, types)
				}
			}
			v.demoSQL(t, demo.Bagues, "SELECT DO_Coord01 FROM F_DOCENTETE").want(t, http.StatusBadRequest, "unknown_name")
			v.demoSQL(t, demo.Bagues, "SELECT CT_Num FROM F_COMPTET").want(t, http.StatusBadRequest, "unknown_name")
		})
	}
}

// bindDemo gives a customer's access a profile, as an administrator does.
func (v *service) bindDemo(t *testing.T, customer, profile string) {
	t.Helper()
	address := v.admin + "/admin/v1/dossiers/" + demo.Dossier + "/customers/" + customer
	key := []string{"Authorization", "Bearer " + identity.DemoAdminKey}
	tag := (curl{method: "GET", url: address, headers: key}).run(t).header.Get("ETag")
	c := curl{method: "PUT", url: address + "/access", body: `{"profile": "` + profile + `"}`,
		headers: append(key, "If-Match", tag, "Content-Type", "application/json")}
	c.run(t).want(t, http.StatusOK, "")
}

var command = regexp.MustCompile("(?m)(?:^|`)(?:vantelle|go run \\./cmd/vantelle) ([a-z][^`#\n]*)")

// TestThePagesCommands parses the command lines that the pages show.
func TestThePagesCommands(t *testing.T) {
	checked := 0
	for _, name := range pages {
		for _, m := range command.FindAllStringSubmatch(readDocPage(t, name).text, -1) {
			words, err := shellWords(strings.NewReplacer("[", "", "]", "").Replace(m[1])) // [--dry-run] is optional
			if err != nil {
				t.Errorf("%s: %s: %v", name, m[1], err)
				continue
			}
			var said bytes.Buffer
			if code := run(append(words, "--help"), &world{stdout: &said, stderr: &said}); code != exitOK {
				t.Errorf("%s shows: vantelle %s\n%s", name, m[1], said.String())
			}
			checked++
		}
	}
	if checked == 0 {
		t.Error("no command was found")
	}
}

// TestThePagesMakeTargets looks for what the pages have a reader make.
func TestThePagesMakeTargets(t *testing.T) {
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range pages {
		for _, m := range regexp.MustCompile("(?m)(?:^|`)make ([a-z]+)(?:`|  +#|$)").FindAllStringSubmatch(readDocPage(t, name).text, -1) {
			if !strings.Contains(string(makefile), "\n"+m[1]+":") {
				t.Errorf("%s says make %s, which the Makefile does not know", name, m[1])
			}
		}
	}
}
