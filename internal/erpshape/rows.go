package erpshape

// Rows adds rows to a database that is being loaded.
type Rows struct {
	l       *loader
	columns map[string]map[string]string // those that the database has, by table; nil: all
	add     func(table string, r row)    // nil: the loader's
}

// Add writes one row of a table; of columns that the database does not have
// nothing is written. The first error stops the load.
func (r *Rows) Add(table string, values map[string]any) {
	own := row{}
	for name, v := range values {
		if _, there := r.columns[table][name]; r.columns == nil || there {
			own[name] = v
		}
	}
	if r.add != nil {
		r.add(table, own)
		return
	}
	r.l.add(table, own)
}
