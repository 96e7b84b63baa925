package main

import (
	"database/sql"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/store"

	"github.com/rs/zerolog"
)

// TestAStoppedRunAndADecisionOnTheCommandLine: an administrator needs nothing
// but the command line on a bad day.
func TestAStoppedRunAndADecisionOnTheCommandLine(t *testing.T) {
	dir := t.TempDir()
	erp, err := sql.Open("sqlite", filepath.Join(dir, "erp.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer erp.Close()
	write := func(script string) {
		t.Helper()
		if _, err := erp.Exec(script); err != nil {
			t.Fatal(err)
		}
	}
	write(`CREATE TABLE P_DOSSIER (D_RaisonSoc text); INSERT INTO P_DOSSIER VALUES ('BIJOU');
		CREATE TABLE F_COMPTET (cbMarq int, CT_Num text, CT_Intitule text, CT_Type int, CT_Siret text);
		CREATE TABLE F_CONTACTT (CT_Num text, CT_No int, CT_Nom text);
		WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 19) INSERT INTO F_COMPTET SELECT i, 'C' || i, 'Customer ' || i, 0, i FROM n;`)
	config := filepath.Join(dir, "vantelle.yaml")
	text := "directory: {path: directory.db}\naudit: {path: audit}\ndossiers:\n  shop: {erp: sage100, engine: sqlite, path: erp.db, guard: {removed: 3, spared: 1}}\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	command := func(code int, args ...string) string {
		t.Helper()
		var out, errs strings.Builder
		w := &world{stdout: &out, stderr: &errs, getenv: func(string) string { return "" }}
		got := run(append(args[:1:1], append([]string{"--config", config}, args[1:]...)...), w)
		if got != code {
			t.Fatalf("%q: exit code %d\n%s%s", args, got, out.String(), errs.String())
		}
		return out.String() + errs.String()
	}
	says := func(text string, parts ...string) {
		t.Helper()
		for _, p := range parts {
			if !strings.Contains(text, p) {
				t.Errorf("no %q in\n%s", p, text)
			}
		}
	}
	command(0, "sync", "shop")
	directoryOf := func(do func(db *store.DB)) {
		t.Helper()
		db, err := store.Open(t.Context(), store.Config{Path: filepath.Join(dir, "directory.db"), Logger: zerolog.Nop()})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		do(db)
	}
	directoryOf(func(db *store.DB) {
		if _, err := db.PutAccess(t.Context(), directory.Access{Dossier: "shop", CustomerID: "C10", Profile: "B2B", State: directory.AccessGranted}); err != nil {
			t.Fatal(err)
		}
	})
	write(`DELETE FROM F_COMPTET WHERE CT_Num > 'C14'`)
	stopped := command(1, "sync", "shop")
	says(stopped, "5 of 10 customers", "remove   customer C15", "stopped, nothing changed", "vantelle sync shop --approve ")
	id := regexp.MustCompile(`--approve (\S+)`).FindStringSubmatch(stopped)[1]
	says(command(1, "sync", "shop", "--dry-run"), "remove   customer C15", "5 of 10 customers")
	says(command(0, "sync", "shop", "--reject", id, "--note", "no"), "rejected")
	says(command(1, "sync", "shop"), "which is rejected")
	says(command(1, "sync", "shop", "--approve", "nobody"), "has no run nobody")
	says(command(0, "sync", "shop", "--approve", id), "done: customers 5 read", "5 removed")
	says(command(1, "sync", "shop", "--approve", id), "does not wait")

	says(command(0, "decisions", "shop"), "nothing is asked")
	write(`UPDATE F_COMPTET SET CT_Num = 'RENAMED' WHERE CT_Num = 'C10'`)
	command(0, "sync", "shop")
	asked := command(0, "decisions", "shop")
	says(asked, "renamed  customer C10 and customer RENAMED", "(open)")
	says(command(1, "decisions", "shop", "--same", "nobody"), "has no decision nobody")
	says(command(0, "decisions", "shop", "--same", strings.Fields(asked)[0]), "same, by ")
	directoryOf(func(db *store.DB) {
		a, err := db.Access(t.Context(), "shop", "RENAMED")
		if err != nil || a.State != directory.AccessGranted || !strings.Contains(a.ChangedBy, "terminal") {
			t.Errorf("access %+v, %v", a, err)
		}
	})
	write(`UPDATE P_DOSSIER SET D_RaisonSoc = 'OTHER'`)
	says(command(1, "sync", "shop"), "not the database")
	says(command(0, "sync", "shop", "--accept-database"), "done")
}
