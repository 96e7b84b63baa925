package main

import (
	"database/sql"
	"net/http"
	"strings"
	"testing"
)

// TestCheckLooksAtTheProfilesInForce: check and doctor tell of the profiles that
// customers have, which are the directory's, beside a running service and without
// changing anything; and of a version in force that the program cannot read.
func TestCheckLooksAtTheProfilesInForce(t *testing.T) {
	onDirectories(t, func(t *testing.T, h *house) {
		h.puts("MINE", changed(t, "DO_Date: {}", "DO_Date: {}\n      DO_Nowhere: {}")).ok(http.StatusOK)
		for _, command := range []string{"check", "doctor"} {
			out, errs, _ := h.command(command, "--config", h.path("vantelle.yaml"))
			if !strings.Contains(out, "MINE") || strings.Contains(out, "cannot be read") {
				t.Errorf("%s says nothing of the profile:\n%s%s", command, out, errs)
			}
			if command == "check" && (!strings.Contains(out, "in force in the directory: B2B") || !strings.Contains(out, "MINE (version 2)") || !strings.Contains(out, "F_DOCENTETE.DO_Nowhere left out")) {
				t.Errorf("check does not try the version in force:\n%s", out)
			}
		}
		if strings.HasSuffix(t.Name(), "postgres") {
			return // the reading is the same
		}
		db, err := sql.Open("sqlite", h.path("vantelle.db"))
		if err != nil {
			t.Fatal(err)
		}
		var guard string // versions are never changed: the file must be damaged by force
		if err := db.QueryRowContext(t.Context(), "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'profile_versions' AND sql LIKE '%UPDATE%'").Scan(&guard); err != nil {
			t.Fatal(err)
		}
		if _, err := db.ExecContext(t.Context(), `DROP TRIGGER "`+guard+`"`); err != nil {
			t.Fatal(err)
		}
		if _, err := db.ExecContext(t.Context(), "UPDATE profile_versions SET text = text || 'of_a_newer_program: true' WHERE profile = 'MINE'"); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		for command, code := range map[string]int{"check": 1, "doctor": 2} {
			out, _, got := h.command(command, "--config", h.path("vantelle.yaml"))
			if got != code || !strings.Contains(out, "version 2 of MINE is in force and cannot be read by this program") {
				t.Errorf("%s ends with %d:\n%s", command, got, out)
			}
		}
	})
}
