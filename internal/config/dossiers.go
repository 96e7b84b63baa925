package config

import (
	"net"
	"net/url"
	"regexp"
	"strings"
	"time"
	_ "time/tzdata" // Windows has no database of time zones that Go reads

	"github.com/robfig/cron/v3"

	"github.com/vantelle/vantelle/internal/strictyaml"
)

var dossierID = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)

func (v *validation) dossier(id string, d Dossier) {
	path := strictyaml.Path("dossiers", id)
	if !dossierID.MatchString(id) {
		v.add(path, "the id of a dossier is made of up to 64 of a to z, 0 to 9, - and _, and begins with a letter or digit")
	}
	v.oneOf(path+".erp", d.ERP, "sage100", "odoo", "dolibarr", "custom")
	source{v, path, d}.check()
	if strings.TrimSpace(d.DefaultProfile) == "" {
		v.add(path+".default_profile", "give the name of a profile")
	}
	if _, err := time.LoadLocation(d.TimeZone); err != nil || d.TimeZone == "" || d.TimeZone == "Local" {
		v.add(path+".time_zone", "expected the name of a time zone, such as Europe/Paris")
	}
	v.schedule(path+".schedule", d.Schedule)
	v.operating(path, d)
	v.between(path+".pools.portal", d.Pools.Portal, 1, 1_000)
	v.between(path+".pools.sync", d.Pools.Sync, 1, 100)
	v.duration(path+".timeouts.connect", d.Timeouts.Connect, Duration(time.Second), Duration(5*time.Minute))
	v.duration(path+".timeouts.statement", d.Timeouts.Statement, Duration(time.Second), Duration(time.Hour))
	v.duration(path+".timeouts.sync", d.Timeouts.Sync, Duration(time.Second), Duration(day))
	v.syncOptions(path, d)
	v.fileRoots(path, d)
}

var rootName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

// fileRoots checks where files of a dossier are; whether they are there is
// doctor's to see.
func (v *validation) fileRoots(path string, d Dossier) {
	for i, r := range d.Files {
		at := strictyaml.Item(path+".files", i)
		if !rootName.MatchString(r.Root) {
			v.add(at+".root", "give the name by which profiles call the folder, made of a to z, 0 to 9 and _, such as documents")
		}
		if strings.TrimSpace(r.Path) == "" {
			v.add(at+".path", "give the path of the folder")
		}
		for j, from := range r.From {
			if len(strings.Trim(from, `\/`)) < 2 || !strings.ContainsAny(from, `\/:`) {
				v.add(strictyaml.Item(at+".from", j), `expected how paths in the ERP begin, such as \\SRV\GED or D:\Sage\Multimedia`)
			}
		}
	}
}

func (v *validation) schedule(path, text string) {
	if text == "" {
		return
	}
	if strings.Contains(text, "TZ=") {
		v.add(path, "give the time zone in time_zone, not in the schedule")
		return
	}
	if _, err := cron.ParseStandard(text); err != nil {
		v.add(path, `expected minute, hour, day of month, month and day of week, such as "*/15 * * * *" for every quarter of an hour, or nothing`)
	}
}

var quietHours = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$`)

// operating checks how the synchronisation of a dossier is run and guarded.
func (v *validation) operating(path string, d Dossier) {
	v.duration(path+".sync_jitter", d.SyncJitter, 0, Duration(day))
	for i, text := range d.QuietHours {
		from, to, _ := strings.Cut(text, "-")
		if !quietHours.MatchString(text) || from == to {
			v.add(strictyaml.Item(path+".quiet_hours", i), "expected two different times of the day, such as 22:30-01:00")
		}
	}
	v.duration(path+".full_sync_every", d.FullSyncEvery, 0, Duration(day))
	v.between(path+".guard.removed", d.Guard.Removed, 0, 100_000_000)
	v.between(path+".guard.share", d.Guard.Share, 0, 100)
	v.between(path+".guard.spared", d.Guard.Spared, 0, 1_000)
	v.oneOf(path+".dormant_customers", d.Dormant, "read", "suspend")
}

// webhookEvents are those that a webhook may name.
var webhookEvents = []string{"sync.quarantined", "sync.held", "sync.decision", "sync.failing", "sync.recovered"}

func (v *validation) webhooks(all []Webhook) {
	for i, w := range all {
		path := strictyaml.Item("webhooks", i)
		u, err := url.Parse(w.URL)
		switch {
		case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
			v.add(path+".url", "expected an address such as https://example.com/hook")
		case u.Scheme == "http" && !isLoopback(u.Hostname()):
			v.add(path+".url", "use https: without it anybody on the way can read the messages")
		}
		if len(w.Secret.Reveal()) < minKeyLength {
			v.add(path+".secret", "give secret or secret_file, at least %d random characters: it signs the messages, so that the receiver knows whom they are from", minKeyLength)
		}
		for j, e := range w.Events {
			v.oneOf(strictyaml.Item(path+".events", j), e, webhookEvents...)
		}
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
