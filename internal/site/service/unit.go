package service

import (
	_ "embed" // the unit
	"fmt"
	"path"
	"slices"
	"strings"
	"text/template"
)

//go:embed vantelle.service
var unitTemplate string

// LinuxAccount is the system user that the service runs as unless told.
const LinuxAccount = "vantelle"

// Where the service keeps what it writes on Linux. systemd makes the folders.
const (
	LinuxState = "/var/lib/vantelle"
	LinuxLogs  = "/var/log/vantelle"
)

// unitFile is the unit's name.
const unitFile = Name + ".service"

// DefaultLinuxConfig is where the configuration is looked for on Linux.
const DefaultLinuxConfig = "/etc/vantelle/vantelle.yaml"

// Unit gives the text of the systemd unit.
func Unit(s Spec) (string, error) {
	if err := s.check(path.IsAbs); err != nil {
		return "", err
	}
	for _, p := range append([]string{s.Exe, s.Config}, s.Writable...) {
		if strings.Contains(p, "$") {
			return "", fmt.Errorf("a path with $ cannot stand in a unit: %s", p)
		}
		if hidden(p) {
			return "", fmt.Errorf("the service cannot see %s: it is kept out of people's homes and of /tmp; put it elsewhere, such as /usr/local/bin, /etc/vantelle or %s", p, LinuxState)
		}
	}
	if s.Account == "" {
		s.Account = LinuxAccount
	}
	if strings.ContainsAny(s.Account, " %\\/:") {
		return "", fmt.Errorf("%q cannot be a user", s.Account)
	}
	s.Writable = outside(s.Writable)
	for _, w := range s.Writable {
		if folder := path.Dir(s.Config); w == folder || strings.HasPrefix(w+"/", folder+"/") || w == "/" {
			return "", fmt.Errorf("the configuration has the service write to %s, and a service must not change its own configuration: "+
				"set directory.path to %[2]s/vantelle.db and audit.path to %[2]s/audit", w, LinuxState)
		}
	}
	t, err := template.New("unit").Funcs(template.FuncMap{"quote": quoteUnit}).Parse(unitTemplate)
	if err != nil {
		return "", fmt.Errorf("make the unit: %w", err)
	}
	var b strings.Builder
	if err := t.Execute(&b, s); err != nil {
		return "", fmt.Errorf("make the unit: %w", err)
	}
	return b.String(), nil
}

// outside gives the folders that do not lie in the service's own, sorted.
func outside(folders []string) []string {
	var out []string
	for _, f := range folders {
		f = path.Clean(f)
		if f != LinuxState && f != LinuxLogs && !strings.HasPrefix(f, LinuxState+"/") && !strings.HasPrefix(f, LinuxLogs+"/") {
			out = append(out, f)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// quoteUnit writes a path as one word of a unit: systemd.unit(5) has % begin
// specifiers. It has no way to write $ that is the same for all keys.
func quoteUnit(p string) string {
	p = strings.NewReplacer(`\`, `\\`, `%`, `%%`).Replace(p)
	if strings.ContainsAny(p, " ;'\\") {
		return `"` + p + `"`
	}
	return p
}
