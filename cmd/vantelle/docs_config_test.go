package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/config"
)

// TestThePagesConfigurations loads the pieces of configuration that the pages
// show: the first file of docs/operations.md as it stands, each other piece
// with what it needs around it.
func TestThePagesConfigurations(t *testing.T) {
	operations, reference := yamlBlocks(t, "docs/operations.md"), yamlBlocks(t, "docs/configuration.md")
	if len(operations) < 2 || len(reference) == 0 {
		t.Fatalf("operations.md shows %d pieces of configuration, configuration.md %d", len(operations), len(reference))
	}
	whole := operations[0].text
	checkLoads(t, operations[0], whole)
	for _, b := range operations[1:] {
		checkLoads(t, b, whole+b.text)
	}
	for _, b := range append(reference, yamlBlocks(t, "docs/synchronisation.md")...) {
		text := b.text
		if strings.HasPrefix(text, "engine:") { // the keys of a dossier
			text = "dossiers:\n  main:\n    erp: sage100\n    " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n    ") + "\n"
		}
		checkLoads(t, b, text)
	}
}

func yamlBlocks(t *testing.T, page string) []block {
	t.Helper()
	var found []block
	for _, b := range readDocPage(t, page).blocks {
		if b.lang == "yaml" && !b.untested(t) {
			found = append(found, b)
		}
	}
	return found
}

// checkLoads loads a configuration in a folder that has the files of secrets it names.
func checkLoads(t *testing.T, b block, text string) {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{"vantelle.yaml": text, "sage.password": "a password", "dolibarr.password": "a password"}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, err := config.Load(filepath.Join(dir, "vantelle.yaml"), func(name string) string {
		return map[string]string{"VANTELLE_ADMIN_TOKEN": adminKey, "VANTELLE_PORTAL_KEY": portalKey, "VANTELLE_ERP_PASSWORD": "a:b@c/d", "VANTELLE_DIRECTORY_PASSWORD": "p"}[name]
	})
	if err != nil {
		t.Errorf("%s: %v", b, err)
	}
}
