package config

import (
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"time"

	"github.com/vantelle/vantelle/internal/strictyaml"
)

// outbox checks how requests are kept, who may take them and where they are
// brought.
func (v *validation) outbox(c Config) {
	v.between("outbox.open", c.Outbox.Open, 1, 100_000)
	v.duration("outbox.lease", c.Outbox.Lease, Duration(time.Second), Duration(day))
	v.duration("outbox.keep", c.Outbox.Keep, 0, Duration(36_500*day))
	ids := slices.Sorted(maps.Keys(c.Dossiers))
	names, keys := map[string]int{}, map[string]int{}
	for i, k := range c.Integrators {
		path := strictyaml.Item("integrators", i)
		v.named(path, k.Name, i, names)
		v.secretKey(path, "key", "vi_", k.Key, i, keys)
		v.opens(path, k.Dossiers, ids)
	}
	folders := map[string]string{}
	for _, id := range ids {
		d := c.Dossiers[id].Outbox
		path := strictyaml.Path("dossiers", id) + ".outbox"
		v.oneOf(path+".format", d.Format, "json", "csv")
		if d.Path != "" && d.URL != "" {
			v.add(path+".url", "requests are brought into a folder or to an address: remove path or url")
		}
		if other, twice := folders[filepath.Clean(d.Path)]; twice && d.Path != "" {
			v.add(path+".path", "this is the folder of %s too: give each dossier its own", other)
		}
		folders[filepath.Clean(d.Path)] = id
		if d.URL != "" {
			v.delivers(path, d)
		}
		for i, kind := range d.Kinds {
			if kind == "" {
				v.add(strictyaml.Item(path+".kinds", i), "give the name of a kind of request, such as order")
			}
		}
	}
}

func (v *validation) delivers(path string, d Delivery) {
	u, err := url.Parse(d.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		v.add(path+".url", "expected an address such as https://example.com/requests")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		v.add(path+".url", "use https: without it anybody on the way can read the requests")
	}
	if len(d.Secret.Reveal()) < minKeyLength {
		v.add(path+".secret", "give secret or secret_file, at least %d random characters: it signs the requests, so that the receiver knows whom they are from", minKeyLength)
	}
}
