package config

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the expected messages of testdata/bad anew")

const password = "s3same-and-never-shown"

func environment(name string) string {
	return map[string]string{
		"PASSWORD": password, "VK": "vk_" + password, "VA": "va_" + password, "HOST": "db.local:5432", "ODD": "p@:/?#% +é",
		"NESTED": "${PASSWORD}", "DSN": "postgres://u:p%20w@h/db",
	}[name]
}

func TestLoadTellsEveryMistakeOfABadFile(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no bad files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			c, err := Load(file, environment)
			var mistakes Mistakes
			if !errors.As(err, &mistakes) {
				t.Fatalf("the error is %T, not Mistakes: %v", err, err)
			}
			if len(c.Dossiers) > 0 || c.Portal.Listen != "" {
				t.Error("a configuration came with the mistakes")
			}
			got := strings.ReplaceAll(err.Error(), filepath.FromSlash("testdata/bad/secrets/absent.dsn"), "testdata/bad/secrets/absent.dsn") + "\n"
			if strings.Contains(got, password) {
				t.Errorf("a secret is in the message: %s", got)
			}
			golden := strings.TrimSuffix(file, ".yaml") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

const smallest = "dossiers: {main: {erp: odoo, engine: sqlite, path: erp.db}}\n"

// load writes a configuration and its neighbours into a folder and loads it.
func load(t *testing.T, yaml string, neighbours ...string) (Config, error) {
	t.Helper()
	folder := t.TempDir()
	files := append([]string{"vantelle.yaml", yaml}, neighbours...)
	for i := 0; i < len(files); i += 2 {
		if err := os.WriteFile(filepath.Join(folder, files[i]), []byte(files[i+1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return Load(filepath.Join(folder, "vantelle.yaml"), environment)
}

func TestPathsAreRelativeToTheFile(t *testing.T) {
	absolute := filepath.Join(t.TempDir(), "audit")
	c, err := load(t, smallest+"audit: {path: '"+absolute+"'}\nprofiles: {dir: profiles}\n")
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Dir(c.Directory.Path)
	if !filepath.IsAbs(folder) || c.Dossiers["main"].Path != filepath.Join(folder, "erp.db") || c.Profiles.Dir != filepath.Join(folder, "profiles") {
		t.Errorf("got %+v", c)
	}
	if c.Audit.Path != absolute || c.Portal.TLS.CertFile != "" {
		t.Errorf("a path was moved: %+v", c)
	}
	for _, kept := range []string{":memory:", "file:erp.db?mode=ro"} {
		c, err := load(t, strings.Replace(smallest, "erp.db", "'"+kept+"'", 1))
		if err != nil || c.Dossiers["main"].Path != kept {
			t.Errorf("%s became %s, %v", kept, c.Dossiers["main"].Path, err)
		}
	}
}

func TestSecretsComeFromWhereTheFileSays(t *testing.T) {
	cases := map[string]struct{ key, want string }{
		"the environment":                     {"key: ${VK}", "vk_" + password},
		"the environment, in part":            {"key: vk_${PASSWORD}x", "vk_" + password + "x"},
		"a variable's value is not looked at": {"key: vk_0123456789${NESTED}", "vk_0123456789${PASSWORD}"},
		"an escaped variable":                 {"key: vk_0123456789$${PASSWORD}", "vk_0123456789${PASSWORD}"},
		"a file, without its line end":        {"key_file: portal.key", "vk_" + password},
		"the configuration itself":            {"key: vk_01234567890123456789", "vk_01234567890123456789"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := load(t, smallest+"keys: [{name: a, dossiers: [main], "+quoteValue(c.key)+"}]\n", "portal.key", "\xef\xbb\xbfvk_"+password+"\r\n")
			if err != nil {
				t.Fatal(err)
			}
			if got.Keys[0].Key.Reveal() != c.want {
				t.Errorf("got %q", got.Keys[0].Key.Reveal())
			}
		})
	}
}

// quoteValue puts the value of "key: value" in quotes, as { needs it.
func quoteValue(pair string) string {
	key, value, _ := strings.Cut(pair, ": ")
	return key + ": '" + value + "'"
}

func TestVariablesInADSN(t *testing.T) {
	cases := map[string]struct{ dsn, want string }{
		"a password is escaped":         {"postgres://u:${ODD}@h/db", "postgres://u:p%40%3A%2F%3F%23%25%20%2B%C3%A9@h/db"},
		"a host is not":                 {"postgres://u:${PASSWORD}@${HOST}/db", "postgres://u:" + password + "@db.local:5432/db"},
		"nor is a whole address":        {"${DSN}", "postgres://u:p%20w@h/db"},
		"nor is an option":              {"postgres://h/db?password=${PASSWORD}&x=a@b", "postgres://h/db?password=" + password + "&x=a@b"},
		"a dollar sign is itself":       {"postgres://u:a$b$$c@h/db", "postgres://u:a$b$$c@h/db"},
		"two variables before the host": {"postgres://${PASSWORD}:${PASSWORD}@h/db", "postgres://" + password + ":" + password + "@h/db"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := load(t, "dossiers: {main: {erp: odoo, engine: postgres, dsn: '"+c.dsn+"'}}\n")
			if err != nil {
				t.Fatal(err)
			}
			if dsn := got.Dossiers["main"].DSN.Reveal(); dsn != c.want {
				t.Errorf("got %q", dsn)
			}
		})
	}
}

func TestRedactedShowsAllButTheSecrets(t *testing.T) {
	c, err := load(t, "dossiers: {main: {erp: odoo, engine: postgres, dsn: 'postgres://u:${PASSWORD}@h/db'}}\n"+
		"keys: [{name: a, dossiers: [main], key: '${VK}'}]\nadmin: {tokens: [{name: b, token: '${VA}'}]}\n")
	if err != nil {
		t.Fatal(err)
	}
	text, err := c.Redacted()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(text, password) || strings.Count(text, redacted) != 3 {
		t.Errorf("got %s", text)
	}
	for _, want := range []string{"listen: 127.0.0.1:8642", "body_limit: 1MiB", "keep: 400d", "time_zone: Europe/Paris"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is missing in %s", want, text)
		}
	}
}

func TestServersAreGivenByKeys(t *testing.T) {
	c, err := load(t, `dossiers:
  sage: {erp: sage100, engine: sqlserver, server: SRV\SAGE100, database: BIJOU, user: u, password_file: p, encrypt: true, ca_file: ca.pem}
  dolibarr: {erp: dolibarr, engine: mariadb, host: db.local, port: 3307, database: d, user: u, password: "${ODD}", tls: skip-verify}
`, "p", password+"\n")
	if err != nil {
		t.Fatal(err)
	}
	sage, dolibarr := c.Dossiers["sage"], c.Dossiers["dolibarr"]
	if sage.Server != `SRV\SAGE100` || sage.Password.Reveal() != password || sage.Encrypt != "true" || sage.Protocol != "auto" || sage.Auth != "sql" || !filepath.IsAbs(sage.CAFile) {
		t.Errorf("got %+v", sage)
	}
	if dolibarr.TLS != "skip-verify" || dolibarr.Port != 3307 || dolibarr.Password.Reveal() != environment("ODD") {
		t.Errorf("got %+v", dolibarr)
	}
	text, err := c.Redacted()
	if err != nil || strings.Contains(text, password) || strings.Contains(text, environment("ODD")) || strings.Count(text, "password: '"+redacted+"'") != 2 || !strings.Contains(text, "encrypt: true") {
		t.Errorf("got %v, %s", err, text)
	}
}

func TestAFileThatIsNotThere(t *testing.T) {
	_, err := Load(filepath.Join(t.TempDir(), "vantelle.yaml"), environment)
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/bad/*.yaml", "../../config.example.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := parse("vantelle.yaml", data, func(string) string { return password })
		if err != nil {
			if strings.Contains(err.Error(), password) {
				t.Errorf("a secret is in the message: %v", err)
			}
			return
		}
		if text, err := c.Redacted(); err != nil || strings.Contains(text, password) && !strings.Contains(string(data), password) {
			t.Errorf("got %v, %s", err, text)
		}
	})
}
