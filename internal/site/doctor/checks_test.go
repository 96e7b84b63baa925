package doctor

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/vantelle/vantelle/internal/config"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/site/grants"
)

// codes are those of findings, in order, each with its severity.
func codes(findings []Finding) []string {
	var out []string
	for _, f := range findings {
		out = append(out, string(f.Severity)+" "+f.Code)
		if f.Severity.rank() > Note.rank() && f.Remedy == "" {
			out = append(out, "without a remedy")
		}
	}
	return out
}

func wantCodes(t *testing.T, got []Finding, want ...string) {
	t.Helper()
	if !slices.Equal(codes(got), want) {
		t.Errorf("found %q, want %q", codes(got), want)
	}
}

type fakeClock struct {
	at  time.Time
	err error
}

func (c fakeClock) clock(context.Context) (time.Time, error) { return c.at, c.err }

func TestClocksAreCompared(t *testing.T) {
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	for name, c := range map[string]struct {
		clock fakeClock
		want  []string
	}{
		"the same time":              {fakeClock{at: now}, []string{"ok clock.agrees"}},
		"as far apart as it may be":  {fakeClock{at: now.Add(-30 * time.Second)}, []string{"ok clock.agrees"}},
		"ahead":                      {fakeClock{at: now.Add(31 * time.Second)}, []string{"warning clock.skew"}},
		"behind":                     {fakeClock{at: now.Add(-time.Hour)}, []string{"warning clock.skew"}},
		"an engine without a clock":  {fakeClock{err: errNotTold}, nil},
		"a clock that fails to tell": {fakeClock{err: errors.New("boom")}, []string{"note clock.unknown"}},
	} {
		t.Run(name, func(t *testing.T) {
			wantCodes(t, checkClock(t.Context(), c.clock, func() time.Time { return now }), c.want...)
		})
	}
}

type fakeEncryption struct{ e encryption }

func (f fakeEncryption) encryption(context.Context) (encryption, error) { return f.e, nil }

func TestEncryptionIsJudgedByWhereTheConnectionGoes(t *testing.T) {
	for name, c := range map[string]struct {
		e    encryption
		want string
	}{
		"encrypted and checked":             {encryption{TLS: true}, "ok tls.used"},
		"encrypted, any server believed":    {encryption{TLS: true, Unchecked: true}, "warning tls.unchecked"},
		"unchecked on this machine":         {encryption{TLS: true, Unchecked: true, Local: true}, "ok tls.used"},
		"clear on this machine":             {encryption{Local: true, Unchecked: true}, "ok tls.local"},
		"clear on the network":              {encryption{}, "warning tls.missing"},
		"clear, and nothing checked either": {encryption{Unchecked: true}, "warning tls.missing"},
	} {
		t.Run(name, func(t *testing.T) { wantCodes(t, checkEncryption(t.Context(), fakeEncryption{c.e}), c.want) })
	}
}

type fakeRights struct{ r rights }

func (f fakeRights) rights(context.Context) (rights, error) { return f.r, nil }

func TestTooManyRightsAreFindings(t *testing.T) {
	for name, c := range map[string]struct {
		r    rights
		want []string
	}{
		"one that writes what customers do": {rights{Writable: []string{"jobs", "teams"}}, []string{"ok rights.as_needed"}},
		"one that cannot write that":        {rights{Writable: []string{"teams"}}, []string{"warning rights.write_missing"}},
		"one that writes more":              {rights{Writable: []string{"jobs", "ledger"}}, []string{"warning rights.write"}},
		"a login that reads":                {rights{Login: "v"}, []string{"warning rights.write_missing"}},
		"a superuser":                       {rights{Powers: []string{"superuser"}, Writable: []string{"a", "b"}}, []string{"warning rights.powers", "warning rights.write"}},
		"one that may change a table":       {rights{Writable: []string{"a", "jobs"}}, []string{"warning rights.write"}},
		"a file of our own":                 {rights{OwnFile: true}, []string{"note rights.file_writable"}},
	} {
		t.Run(name, func(t *testing.T) {
			needs := []grants.Need{{Table: &catalog.Table{Name: "jobs"}, Insert: true, Locked: true}, {Table: &catalog.Table{Name: "teams"}, Locked: true}, {Table: &catalog.Table{Name: "ledger"}}}
			wantCodes(t, checkRights(t.Context(), fakeRights{c.r}, needs), c.want...)
		})
	}
	wantCodes(t, checkRights(t.Context(), fakeRights{rights{Login: "v"}}, nil), "ok rights.read_only")
}

func TestGrantsOfMariaDBAreReadForWhatGoesBeyondReading(t *testing.T) {
	for grant, want := range map[string]string{
		"GRANT USAGE ON *.* TO `v`@`%` IDENTIFIED BY PASSWORD '*AB'":          "",
		"GRANT SELECT ON `erp`.`llx_societe` TO `v`@`%`":                      "",
		"GRANT SELECT (`rowid`, `nom`) ON `erp`.`llx_societe` TO `v`@`%`":     "",
		"GRANT SELECT, SHOW VIEW ON `erp`.* TO `v`@`%`":                       "",
		"GRANT SELECT, INSERT, UPDATE ON `erp`.* TO `v`@`%`":                  "INSERT, UPDATE on `erp`.*",
		"GRANT SELECT, UPDATE (`nom`) ON `erp`.`llx_societe` TO `v`@`%`":      "UPDATE on `erp`.`llx_societe`",
		"GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION": "ALL PRIVILEGES, GRANT OPTION on *.*",
		"GRANT `reader` TO `v`@`%`":                                           "",
	} {
		if got := beyondReading(grant); got != want {
			t.Errorf("%s\ngives %q, want %q", grant, got, want)
		}
	}
}

func TestGrantsOfMariaDBAreReadForTheTablesThatTheyLetWrite(t *testing.T) {
	for grant, want := range map[string]string{
		"GRANT SELECT ON `erp`.`llx_societe` TO `v`@`%`":                           "",
		"GRANT SELECT, UPDATE (`nom`) ON `erp`.`llx_societe` TO `v`@`%`":           "erp.llx_societe",
		"GRANT SELECT, INSERT, DELETE ON `erp`.`a``b` TO `v`@`%`":                  "erp.a`b",
		"GRANT SELECT, INSERT, ALTER ON `erp`.`llx_societe` TO `v`@`%`":            "",
		"GRANT SELECT, INSERT ON `erp`.* TO `v`@`%`":                               "",
		"GRANT INSERT ON `erp`.`llx_societe` TO `v`@`localhost` WITH GRANT OPTION": "",
	} {
		if got := writesOf(grant); got != want {
			t.Errorf("%s\nlets write %q, want %q", grant, got, want)
		}
	}
}

func TestVersionsAreKnown(t *testing.T) {
	for name, c := range map[string]struct {
		engine  catalog.Engine
		version string
		want    string
	}{
		"PostgreSQL of today":        {catalog.Postgres, "15.18 (Debian 15.18-0+deb12u1)", "ok version.known"},
		"an old PostgreSQL":          {catalog.Postgres, "9.6.24", "warning version.old"},
		"MariaDB of today":           {catalog.MariaDB, "10.11.6-MariaDB-1, utf8mb4 utf8mb4_general_ci", "ok version.known"},
		"an old MariaDB":             {catalog.MariaDB, "10.3.39-MariaDB, latin1 latin1_swedish_ci", "warning version.old"},
		"MySQL 8":                    {catalog.MariaDB, "8.0.36, utf8mb4 utf8mb4_0900_ai_ci", "ok version.known"},
		"MySQL 5":                    {catalog.MariaDB, "5.7.44, utf8 utf8_general_ci", "warning version.old"},
		"SQL Server":                 {catalog.SQLServer, "15.0.2000.5 Express, compatibility 150, French_CI_AS, snapshots", "ok version.known"},
		"a database kept old":        {catalog.SQLServer, "15.0.2000.5 Express, compatibility 100, French_CI_AS, snapshots", "warning version.compatibility"},
		"SQL Server 2008":            {catalog.SQLServer, "10.50.6000 Express, compatibility 100, French_CI_AS", "warning version.old"},
		"SQLite":                     {catalog.SQLite, "3.53.4", "ok version.known"},
		"a server that hides itself": {catalog.Postgres, "", "note version.unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			wantCodes(t, checkVersion(catalog.New(c.engine, c.version, nil)), c.want)
		})
	}
}

func TestCollationsAreToldApart(t *testing.T) {
	for name, c := range map[string]struct {
		engine          catalog.Engine
		version, column string
		want            string
		loose           bool
	}{
		"SQLite's own":               {catalog.SQLite, "3.53.4", "", "BINARY", false},
		"SQLite without case":        {catalog.SQLite, "3.53.4", "NOCASE", "NOCASE", true},
		"PostgreSQL's own":           {catalog.Postgres, "15.18 (Debian 15.18-0+deb12u1)", "", "the database's own collation", false},
		"a column's on PostgreSQL":   {catalog.Postgres, "15", "und-ci", "und-ci", true},
		"MariaDB's database":         {catalog.MariaDB, "10.11.6-MariaDB, utf8mb4 utf8mb4_general_ci", "", "utf8mb4_general_ci", true},
		"a binary column on MariaDB": {catalog.MariaDB, "10.11.6-MariaDB, utf8mb4 utf8mb4_general_ci", "utf8mb4_bin", "utf8mb4_bin", false},
		"SQL Server's database":      {catalog.SQLServer, "15.0 Express, compatibility 150, French_CI_AS, snapshots", "", "French_CI_AS", true},
		"a binary column there":      {catalog.SQLServer, "15.0 Express, compatibility 150, French_CI_AS", "Latin1_General_BIN2", "Latin1_General_BIN2", false},
	} {
		t.Run(name, func(t *testing.T) {
			got := collationOf(catalog.New(c.engine, c.version, nil), &catalog.Column{Collation: c.column})
			if got != c.want || loose(c.engine, got) != c.loose {
				t.Errorf("collation %q, loose %v; want %q, %v", got, loose(c.engine, got), c.want, c.loose)
			}
		})
	}
}

func TestASettingOfADSNIsFound(t *testing.T) {
	for _, c := range []struct{ dsn, key, want string }{
		{"postgres://u:p@h/db?sslmode=verify-full&x=1", "sslmode", "verify-full"},
		{"host=h password='a b' sslmode=disable", "sslmode", "disable"},
		{"sqlserver://u:p@h?Encrypt=strict", "encrypt", "strict"},
		{"server=h;encrypt=false;password=x", "encrypt", "false"},
		{"postgres://u:p@h/db", "sslmode", ""},
	} {
		if got := dsnValue(c.dsn, c.key); got != c.want {
			t.Errorf("%s of %s is %q, want %q", c.key, c.dsn, got, c.want)
		}
	}
}

func TestAScheduleSaysWhenADossierIsStale(t *testing.T) {
	now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	for schedule, want := range map[string]time.Duration{
		"*/15 * * * *":   time.Hour,
		"0 * * * *":      3 * time.Hour,
		"0 8-18 * * 1-5": 3 * 62 * time.Hour, // from Friday 18:00 to Monday 08:00
		"":               0,
		"not a schedule": 0,
	} {
		if got := stale(schedule, "UTC", now); got != want {
			t.Errorf("%q is stale after %s, want %s", schedule, got, want)
		}
	}
}

func TestSecretsThatStandInTheConfigurationAreNamedNotShown(t *testing.T) {
	const secret = "vk_0123456789abcdefghij"
	c := config.Default()
	c.Keys = []config.Key{{Name: "portal", Key: config.NewSecret(secret), Developer: true}}
	c.Admin.Tokens = []config.Token{{Name: "root", Token: config.NewSecret("va_elsewhere0123456789")}}
	got := checkSecrets(c, []byte("keys: [{key: "+secret+"}]"))
	wantCodes(t, got, "note keys.in_configuration", "warning keys.developer")
	if want := "secrets stand in the configuration itself: keys portal"; got[0].What != want {
		t.Errorf("said %q, want %q", got[0].What, want)
	}
	c.Keys[0].Developer = false
	wantCodes(t, checkSecrets(c, nil), "ok keys.kept")
}
