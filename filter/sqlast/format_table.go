package sqlast

func (p *printer) table(t Table) {
	switch t := t.(type) {
	case *TableName:
		p.dotted(t.Name)
		p.alias(t.Alias)
	case *Derived:
		if t.Lateral {
			p.put("LATERAL ")
		}
		p.derived(t)
	case *Join:
		p.join(t)
	}
}

func (p *printer) derived(t *Derived) {
	p.subquery(t.Query)
	p.alias(t.Alias)
	if len(t.Columns) > 0 {
		p.put(" ")
		p.columns(t.Columns)
	}
}

func (p *printer) join(j *Join) {
	p.table(j.Left)
	if d := applied(j); d != nil {
		if j.Kind == Left {
			p.put(" OUTER APPLY ")
		} else {
			p.put(" CROSS APPLY ")
		}
		p.derived(d)
		return
	}
	if j.Natural {
		p.put(" NATURAL")
	}
	p.put(joinName(j.Kind))
	if right, nested := j.Right.(*Join); nested {
		p.put("(")
		p.join(right)
		p.put(")")
	} else {
		p.table(j.Right)
	}
	p.optional(" ON ", j.On)
	if len(j.Using) > 0 {
		p.put(" USING ")
		p.columns(j.Using)
	}
}

// applied is the subquery of a CROSS or OUTER APPLY, nil for any other join:
// only an APPLY is an inner or left join without a condition.
func applied(j *Join) *Derived {
	if j.Natural || j.On != nil || len(j.Using) > 0 || j.Kind != Inner && j.Kind != Left {
		return nil
	}
	if d, ok := j.Right.(*Derived); ok && d.Lateral {
		return d
	}
	return nil
}

func joinName(k JoinKind) string {
	switch k {
	case Left:
		return " LEFT JOIN "
	case Right:
		return " RIGHT JOIN "
	case Full:
		return " FULL JOIN "
	case Cross:
		return " CROSS JOIN "
	}
	return " JOIN "
}
