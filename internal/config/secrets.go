package config

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	protected "github.com/vantelle/vantelle/internal/site/secret"
	"github.com/vantelle/vantelle/internal/strictyaml"
)

// variable is ${NAME}, or $${NAME}, which stands for ${NAME} itself.
var variable = regexp.MustCompile(`\$?\$\{[^}]*\}?`)

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// takeSecrets replaces variables in the secrets, and reads the secrets that are
// kept in files of their own and those that the machine keeps.
func takeSecrets(c *Config, getenv func(string) string, doc *strictyaml.Document) {
	take := func(path, key string, secret *Secret, file string) {
		fromFile := strictyaml.Sub(path, key+"_file")
		switch {
		case !secret.IsZero() && file != "":
			doc.Add(fromFile, "%s is given too: give one of them", key)
		case file != "":
			text, err := readSecretFile(file)
			if err != nil {
				doc.Add(fromFile, "the secret cannot be read: %v", err)
				return
			}
			*secret = NewSecret(text)
		case strings.HasPrefix(secret.Reveal(), protected.Prefix):
			text, err := protected.Open(getenv).Get(strings.TrimPrefix(secret.Reveal(), protected.Prefix))
			if err != nil {
				if errors.Is(err, protected.ErrNotFound) {
					err = fmt.Errorf(`%w: keep it with "vantelle secret set NAME"`, err)
				}
				doc.Add(strictyaml.Sub(path, key), "%v", err)
				return
			}
			*secret = NewSecret(text)
		default:
			*secret = NewSecret(expand(secret.Reveal(), getenv, func(msg string) {
				doc.Add(strictyaml.Sub(path, key), "%s", msg)
			}))
		}
	}
	for i := range c.Admin.Tokens {
		t := &c.Admin.Tokens[i]
		take(strictyaml.Item("admin.tokens", i), "token", &t.Token, t.TokenFile)
	}
	for i := range c.Keys {
		k := &c.Keys[i]
		take(strictyaml.Item("keys", i), "key", &k.Key, k.KeyFile)
	}
	for i := range c.Integrators {
		k := &c.Integrators[i]
		take(strictyaml.Item("integrators", i), "key", &k.Key, k.KeyFile)
	}
	for i := range c.Webhooks {
		w := &c.Webhooks[i]
		take(strictyaml.Item("webhooks", i), "secret", &w.Secret, w.SecretFile)
	}
	take("directory", "dsn", &c.Directory.DSN, c.Directory.DSNFile)
	for id, d := range c.Dossiers {
		take(strictyaml.Path("dossiers", id), "dsn", &d.DSN, d.DSNFile)
		take(strictyaml.Path("dossiers", id), "password", &d.Password, d.PasswordFile)
		take(strictyaml.Path("dossiers", id)+".outbox", "secret", &d.Outbox.Secret, d.Outbox.SecretFile)
		c.Dossiers[id] = d
	}
}

// expand replaces every ${NAME} in a secret's text. What a variable holds is
// never looked at again. In the user and password of a URL it is escaped, so
// that a password may hold any character.
func expand(text string, getenv func(string) string, complain func(string)) string {
	var b strings.Builder
	end := 0
	for _, at := range variable.FindAllStringIndex(text, -1) {
		b.WriteString(text[end:at[0]])
		end = at[1]
		written := text[at[0]:at[1]]
		if strings.HasPrefix(written, "$$") {
			b.WriteString(written[1:])
			continue
		}
		name, closed := strings.CutSuffix(written[2:], "}")
		if !closed || !variableName.MatchString(name) {
			complain("a variable is written ${NAME}, with letters, digits and underscores; write $${ for ${ itself")
			continue
		}
		value := getenv(name)
		if value == "" {
			complain("the environment variable " + name + " is not set, or empty")
			continue
		}
		if inUserInfo(text, at[0]) {
			value = strings.ReplaceAll(url.QueryEscape(value), "+", "%20")
		}
		b.WriteString(value)
	}
	b.WriteString(text[end:])
	return b.String()
}

// inUserInfo tells whether a place in a URL lies before the @ of its host.
func inUserInfo(text string, at int) bool {
	begin := strings.Index(text, "://")
	if begin < 0 || at < begin {
		return false
	}
	authority := text[begin+3:]
	if slash := strings.IndexAny(authority, "/?#"); slash >= 0 {
		authority = authority[:slash]
	}
	sign := strings.LastIndexByte(authority, '@')
	return sign >= 0 && at < begin+3+sign
}
