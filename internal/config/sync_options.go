package config

import (
	"regexp"
	"strings"

	"github.com/vantelle/vantelle/internal/strictyaml"
)

// SyncOptions narrow or widen what the synchronisation reads of an ERP.
type SyncOptions struct {
	Company          int               `yaml:"company"`           // odoo: the id of one of its companies; 0 for all
	Entities         []int             `yaml:"entities"`          // dolibarr: the numbers of its companies; empty for 1
	IncludeProspects bool              `yaml:"include_prospects"` // not custom
	Attributes       map[string]string `yaml:"attributes"`        // columns of the customer's table, by the attribute's name
}

// Custom are an operator's own SELECTs, for an ERP that Vantelle does not know.
type Custom struct {
	Customers   CustomQuery `yaml:"customers"`
	Contacts    CustomQuery `yaml:"contacts"`
	Fingerprint string      `yaml:"fingerprint"` // empty for none
}

// CustomQuery is a SELECT, and the column of its result for each field.
type CustomQuery struct {
	SQL    string            `yaml:"sql"`
	Fields map[string]string `yaml:"fields"`
}

var (
	tablesPrefix  = regexp.MustCompile(`^[A-Za-z0-9_$]{0,32}$`)
	attributeName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,47}$`)
)

// syncOptions checks what can be said without the ERP's kind of reader, which
// knows the fields, and without its database, which knows the columns.
func (v *validation) syncOptions(path string, d Dossier) {
	only := func(key, kind string, given bool) {
		if given && d.ERP != kind {
			v.add(path+"."+key, "this is for %s, not for %s", kind, d.ERP)
		}
	}
	o := d.SyncOptions
	only("tables_prefix", "dolibarr", d.TablesPrefix != "")
	if !tablesPrefix.MatchString(d.TablesPrefix) {
		v.add(path+".tables_prefix", "expected what the names of the tables begin with, such as llx_")
	}
	only("sync_options.company", "odoo", o.Company != 0)
	if o.Company < 0 {
		v.add(path+".sync_options.company", "expected the id of a company, or 0 for all")
	}
	only("sync_options.entities", "dolibarr", len(o.Entities) > 0)
	for i, e := range o.Entities {
		if e < 1 {
			v.add(strictyaml.Item(path+".sync_options.entities", i), "expected the number of an entity, from 1")
		}
	}
	if o.IncludeProspects && d.ERP == "custom" {
		v.add(path+".sync_options.include_prospects", "the SELECT of the customers says who is one")
	}
	for name, column := range o.Attributes {
		at := strictyaml.Sub(path+".sync_options.attributes", name)
		if !attributeName.MatchString(name) {
			v.add(at, "the name of an attribute is made of up to 48 of a to z, 0 to 9 and _, and begins with a letter")
		}
		if strings.TrimSpace(column) == "" {
			v.add(at, "name a column")
		}
	}
	v.custom(path, d)
}

func (v *validation) custom(path string, d Dossier) {
	for key, text := range map[string]string{"customers": d.Custom.Customers.SQL, "contacts": d.Custom.Contacts.SQL} {
		if empty := strings.TrimSpace(text) == ""; empty && d.ERP == "custom" {
			v.add(path+".custom."+key+".sql", "give the SELECT that reads the %s", key)
		} else if !empty && d.ERP != "custom" {
			v.add(path+".custom."+key+".sql", "this is for custom, not for %s", d.ERP)
		}
	}
	if d.Custom.Fingerprint != "" && d.ERP != "custom" {
		v.add(path+".custom.fingerprint", "this is for custom, not for %s", d.ERP)
	}
}
