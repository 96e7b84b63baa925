package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/vantelle/vantelle/internal/strictyaml"
)

// Mistakes is everything that is wrong with a configuration, as an error.
type Mistakes = strictyaml.Mistakes

// Load reads the file at path over the defaults, takes secrets from the
// environment with getenv (such as os.Getenv) and from the files that it
// names, and validates the whole. Relative paths in the file are relative to
// the folder of the file. The error is Mistakes unless the file itself cannot
// be read; the Config is then empty.
func Load(path string, getenv func(string) string) (Config, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Config{}, fmt.Errorf("read the configuration: %w", err)
	}
	return parse(path, data, getenv)
}

func parse(path string, data []byte, getenv func(string) string) (Config, error) {
	doc := strictyaml.Parse(filepath.Base(path), data, strictyaml.Options{PlainBackslashes: true})
	if err := doc.Err(); err != nil {
		return Config{}, err
	}
	c := Default()
	doc.Root().Decode(&c)
	refuseStrayVariables(&c, doc)
	rebase(&c, filepath.Dir(path))
	takeSecrets(&c, getenv, doc)
	var mistakes Mistakes
	if errors.As(c.Validate(), &mistakes) {
		for _, m := range mistakes {
			if !doc.FailedAt(m.Path) && !doc.FailedAt(m.Path+"_file") {
				doc.Add(m.Path, "%s", m.Msg)
			}
		}
	}
	if err := doc.Err(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// rebase makes the relative paths of a file relative to its folder: services
// are started with any working directory.
func rebase(c *Config, folder string) {
	join := func(p *string) {
		if *p == "" || *p == ":memory:" || strings.HasPrefix(*p, "file:") || filepath.IsAbs(*p) {
			return
		}
		*p = filepath.Join(folder, *p)
	}
	for _, p := range []*string{&c.Portal.TLS.CertFile, &c.Portal.TLS.KeyFile, &c.Admin.TLS.CertFile, &c.Admin.TLS.KeyFile,
		&c.Portal.CursorKeyFile, &c.Directory.Path, &c.Directory.DSNFile, &c.Audit.Path, &c.Profiles.Dir, &c.Files.Path, &c.Log.File} {
		join(p)
	}
	for i := range c.Admin.Tokens {
		join(&c.Admin.Tokens[i].TokenFile)
	}
	for i := range c.Keys {
		join(&c.Keys[i].KeyFile)
	}
	for i := range c.Integrators {
		join(&c.Integrators[i].KeyFile)
	}
	for i := range c.Webhooks {
		join(&c.Webhooks[i].SecretFile)
	}
	for id, d := range c.Dossiers {
		join(&d.Path)
		join(&d.DSNFile)
		join(&d.PasswordFile)
		join(&d.CAFile)
		join(&d.Outbox.Path)
		join(&d.Outbox.SecretFile)
		for i := range d.Files {
			join(&d.Files[i].Path)
		}
		c.Dossiers[id] = d
	}
}

// Redacted gives the whole configuration in YAML, with its defaults and
// without its secrets, for people to read.
func (c Config) Redacted() (string, error) {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(c); err != nil {
		return "", fmt.Errorf("print the configuration: %w", err)
	}
	return b.String(), nil
}

// readSecretFile gives a file's content without the line end that editors add.
func readSecretFile(path string) (string, error) {
	const limit = 64 << 10
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("there is no file %s", path)
	case err != nil:
		return "", err
	}
	defer func() { _ = f.Close() }() // only read
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	switch {
	case err != nil:
		return "", err
	case len(data) > limit:
		return "", errors.New("it is too long for a secret")
	}
	text := strings.TrimRight(string(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))), "\r\n")
	if strings.TrimSpace(text) == "" {
		return "", errors.New("it is empty")
	}
	return text, nil
}
