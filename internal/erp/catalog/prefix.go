package catalog

import (
	"fmt"
	"slices"
	"strings"
)

// DolibarrPrefix tells what the names of a Dolibarr's tables begin with, which
// each site chooses, and whether one is found: TablesPrefix where it is given, else
// what stands before both societe and socpeople. It is an error that there are
// several: a guess could show a customer the rows of another company that go by
// his id.
func (c *Catalog) DolibarrPrefix() (prefix string, found bool, err error) {
	if c.TablesPrefix != "" {
		return c.TablesPrefix, true, nil
	}
	switch all := c.DolibarrPrefixes(); len(all) {
	case 0:
		return "", false, nil
	case 1:
		return all[0], true, nil
	default:
		return "", false, fmt.Errorf("the database holds several Dolibarrs, with tables that begin with %s: say in tables_prefix which one this dossier is", strings.Join(all, ", "))
	}
}

// DolibarrPrefixes gives what the names of tables begin with, in the catalog's own
// spelling, of each Dolibarr in the database.
func (c *Catalog) DolibarrPrefixes() []string {
	const one, other = "societe", "socpeople"
	var found []string
	for _, t := range c.Tables {
		end := len(t.Name) - len(one)
		if end < 0 || Fold(t.Name[end:]) != Fold(one) {
			continue
		}
		if prefix := t.Name[:end]; !slices.Contains(found, prefix) && c.Table(t.Schema, prefix+other) != nil {
			found = append(found, prefix)
		}
	}
	return found
}
