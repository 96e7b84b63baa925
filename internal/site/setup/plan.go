package setup

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/vantelle/vantelle/internal/config"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/identity"
)

// File is a file to write.
type File struct {
	Path   string
	Text   string
	Secret bool // its text is shown to nobody
}

// mode: a configuration holds no secret, but tells much of the house.
func (f File) mode() fs.FileMode {
	if f.Secret {
		return 0o600
	}
	return 0o640
}

// Plan is what would be written, and the secrets made for it.
type Plan struct {
	Files []File // the configuration is the last one
	// AdminToken and BackendKey are to be shown once.
	AdminToken, BackendKey string
}

// Config is the configuration's file.
func (p Plan) Config() File { return p.Files[len(p.Files)-1] }

// NewPlan makes the configuration for file and its secrets, which are drawn
// from rand (crypto/rand.Reader outside tests). It writes nothing.
func NewPlan(a Answers, file string, rand io.Reader) (Plan, error) {
	token, _, err := identity.NewKey(directory.KeyAdmin, rand)
	if err != nil {
		return Plan{}, err
	}
	key, _, err := identity.NewKey(directory.KeyBackend, rand)
	if err != nil {
		return Plan{}, err
	}
	p := Plan{AdminToken: token, BackendKey: key}
	folder := filepath.Dir(file)
	secret := func(name, text string) string {
		p.Files = append(p.Files, File{Path: filepath.Join(folder, name), Text: text + "\n", Secret: true})
		return name
	}
	d := dossierText{ERP: a.ERP, Engine: a.Engine, Schemas: a.Schemas, TablesPrefix: a.TablesPrefix, DefaultProfile: a.Profile}
	if config.Engine(a.Engine) == config.SQLite {
		if d.Path, err = fromFolder(folder, a.Path); err != nil {
			return Plan{}, err
		}
	} else if a.DSN != "" {
		d.DSNFile = secret(a.Dossier+".dsn", a.DSN)
	} else {
		d.server(a.Server)
		if a.Server.Password != "" {
			d.PasswordFile = secret(a.Dossier+".password", a.Server.Password)
		}
	}
	c := configText{Dossiers: map[string]dossierText{a.Dossier: d}}
	c.Directory.Path, c.Audit.Path, c.Log.File = a.Places.Directory, a.Places.Audit, a.Places.Log
	c.Admin.Tokens = []tokenText{{Name: "administrator", TokenFile: secret("admin.token", token)}}
	c.Keys = []keyText{{Name: "portal", KeyFile: secret("portal.key", key), Dossiers: []string{a.Dossier}}}
	var b bytes.Buffer
	b.WriteString("# The configuration of Vantelle. Every other key has its default:\n# config.example.yaml shows them all. Secrets are in the files named …_file.\n\n")
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(c); err != nil {
		return Plan{}, fmt.Errorf("spell the configuration: %w", err)
	}
	p.Files = append(p.Files, File{Path: file, Text: b.String()})
	return p, nil
}

// server sets the keys of a server.
func (d *dossierText) server(s Server) {
	d.Port, d.Database, d.User = s.Port, s.Database, s.User
	if config.Engine(d.Engine) == config.MariaDB {
		d.Host, d.Socket, d.TLS = s.Host, s.Socket, wordText(s.Encrypt)
		return
	}
	d.Server, d.Instance, d.Auth, d.Encrypt, d.Trust = s.Host, s.Instance, s.Auth, wordText(s.Encrypt), s.TrustServerCertificate
}

// wordText is written without quotes, true and false too: the configuration
// takes these words for what they are.
type wordText string

// MarshalYAML writes the word as it is.
func (w wordText) MarshalYAML() (any, error) {
	return &yaml.Node{Kind: yaml.ScalarNode, Value: string(w)}, nil
}

// fromFolder spells a path as the configuration reads it, which takes relative
// ones from its own folder: so for what lies there, and whole for all else.
func fromFolder(folder, path string) (string, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("path of the ERP's file: %w", err)
	}
	if folder, err = filepath.Abs(folder); err != nil {
		return "", fmt.Errorf("folder of the configuration: %w", err)
	}
	relative, err := filepath.Rel(folder, absolute)
	if err != nil || !filepath.IsLocal(relative) || strings.HasPrefix(relative, "file:") {
		return absolute, nil // another drive, or another place
	}
	return relative, nil
}

// What the file says, in the order in which people read it. The keys are those
// of package config; a test loads what comes out.
type (
	configText struct {
		Directory placeText `yaml:"directory,omitempty"`
		Audit     placeText `yaml:"audit,omitempty"`
		Log       struct {
			File string `yaml:"file"`
		} `yaml:"log,omitempty"`
		Admin struct {
			Tokens []tokenText `yaml:"tokens"`
		} `yaml:"admin"`
		Dossiers map[string]dossierText `yaml:"dossiers"`
		Keys     []keyText              `yaml:"keys"`
	}
	placeText struct {
		Path string `yaml:"path"`
	}
	tokenText struct {
		Name      string `yaml:"name"`
		TokenFile string `yaml:"token_file"`
	}
	dossierText struct {
		ERP            string   `yaml:"erp"`
		Engine         string   `yaml:"engine"`
		Path           string   `yaml:"path,omitempty"`
		DSNFile        string   `yaml:"dsn_file,omitempty"`
		Server         string   `yaml:"server,omitempty"`
		Instance       string   `yaml:"instance,omitempty"`
		Host           string   `yaml:"host,omitempty"`
		Socket         string   `yaml:"socket,omitempty"`
		Port           int      `yaml:"port,omitempty"`
		Database       string   `yaml:"database,omitempty"`
		Auth           string   `yaml:"auth,omitempty"`
		User           string   `yaml:"user,omitempty"`
		PasswordFile   string   `yaml:"password_file,omitempty"`
		Encrypt        wordText `yaml:"encrypt,omitempty"`
		TLS            wordText `yaml:"tls,omitempty"`
		Trust          bool     `yaml:"trust_server_certificate,omitempty"`
		Schemas        []string `yaml:"schemas,omitempty,flow"`
		TablesPrefix   string   `yaml:"tables_prefix,omitempty"`
		DefaultProfile string   `yaml:"default_profile,omitempty"`
	}
	keyText struct {
		Name     string   `yaml:"name"`
		KeyFile  string   `yaml:"key_file"`
		Dossiers []string `yaml:"dossiers,flow"`
	}
)
