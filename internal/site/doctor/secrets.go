package doctor

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/internal/config"
)

// checkSecrets looks at how keys and passwords are given, never at what they
// are worth: the configuration refuses weak ones itself.
func checkSecrets(c config.Config, text []byte) []Finding {
	var all []Finding
	if written := writtenSecrets(c, text); len(written) > 0 {
		all = append(all, found(Note, "keys.in_configuration", "Where backups or colleagues see the configuration, move them to files of their own (…_file) or to the environment (${NAME}).",
			"secrets stand in the configuration itself: %s", strings.Join(written, ", ")))
	}
	if len(c.Admin.Tokens) == 0 {
		all = append(all, found(Note, "keys.no_admin_token", "", "no administrator's token is given: nobody can administer over HTTP"))
	}
	if len(c.Keys) == 0 {
		all = append(all, found(Note, "keys.no_backend_key", "", "no portal backend has a key yet"))
	}
	for _, k := range c.Keys {
		if k.Developer {
			all = append(all, found(Warning, "keys.developer", "Take developer: true away where real customers are served.", "the key %q is a developer's: it may be told why a request is refused", k.Name))
		}
	}
	if len(all) == 0 {
		all = append(all, fine("keys.kept", "keys and passwords are kept outside the configuration"))
	}
	return all
}

// writtenSecrets names the keys of the configuration whose secret stands in its
// text.
func writtenSecrets(c config.Config, text []byte) []string {
	var names []string
	add := func(name string, s config.Secret) {
		if secret := s.Reveal(); secret != "" && bytes.Contains(text, []byte(secret)) {
			names = append(names, name)
		}
	}
	for _, t := range c.Admin.Tokens {
		add("admin.tokens "+t.Name, t.Token)
	}
	for _, k := range c.Keys {
		add("keys "+k.Name, k.Key)
	}
	addDSN := func(name string, dsn config.Secret) {
		if strings.Contains(dsn.Reveal(), "@") || strings.Contains(strings.ToLower(dsn.Reveal()), "password") {
			add(name, dsn)
		}
	}
	addDSN("directory.dsn", c.Directory.DSN)
	for _, id := range slices.Sorted(maps.Keys(c.Dossiers)) {
		d := c.Dossiers[id]
		addDSN("dossiers."+id+".dsn", d.DSN)
		add("dossiers."+id+".password", d.Password)
	}
	return names
}
