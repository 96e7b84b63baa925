package config

import (
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
	v.between(path+".pools.portal", d.Pools.Portal, 1, 1_000)
	v.between(path+".pools.sync", d.Pools.Sync, 1, 100)
	v.duration(path+".timeouts.connect", d.Timeouts.Connect, Duration(time.Second), Duration(5*time.Minute))
	v.duration(path+".timeouts.statement", d.Timeouts.Statement, Duration(time.Second), Duration(time.Hour))
	v.duration(path+".timeouts.sync", d.Timeouts.Sync, Duration(time.Second), Duration(day))
	v.syncOptions(path, d)
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
