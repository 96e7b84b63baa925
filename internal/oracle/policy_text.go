package oracle

import (
	"math/rand/v2"
	"strings"
)

// conditionText writes a condition in the portal's SQL. What may be written in
// several ways is written in one of them by chance.
type conditionText struct {
	r     *rand.Rand
	b     strings.Builder
	depth int // of subqueries
}

func writeCondition(r *rand.Rand, t *term) string {
	w := &conditionText{r: r}
	w.term(t)
	return w.b.String()
}

func (w *conditionText) put(parts ...string) {
	for _, p := range parts {
		w.b.WriteString(p)
	}
}

func (w *conditionText) list(terms []*term) {
	for i, t := range terms {
		if i > 0 {
			w.put(", ")
		}
		w.term(t)
	}
}

// operand writes t in parentheses where it is not one word.
func (w *conditionText) operand(t *term) {
	switch t.op {
	case "column", "value", "param", "COALESCE", "NULLIF", "LENGTH", "SUBSTRING", "scalar":
		w.term(t)
	default:
		w.put("(")
		w.term(t)
		w.put(")")
	}
}

func notWord(not bool) string {
	if not {
		return " NOT"
	}
	return ""
}

func (w *conditionText) term(t *term) {
	switch t.op {
	case "column":
		w.column(t)
	case "value":
		w.put(t.value.literal())
	case "param":
		w.put(":", t.name)
	case "AND", "OR":
		for i, a := range t.args {
			if i > 0 {
				w.put(" ", t.op, " ")
			}
			w.operand(a)
		}
	case "NOT":
		w.put("NOT ")
		w.operand(t.args[0])
	case "IS NULL":
		w.operand(t.args[0])
		w.put(" IS", notWord(t.not), " NULL")
	case "EXISTS":
		w.put(strings.TrimPrefix(notWord(t.not)+" EXISTS (", " "))
		w.subquery(t.sub, "SELECT 1")
		w.put(")")
	case "IN":
		w.operand(t.args[0])
		w.put(notWord(t.not), " IN (")
		w.list(t.args[1:])
		w.put(")")
	case "IN QUERY":
		w.inQuery(t)
	case "BETWEEN":
		w.operand(t.args[0])
		w.put(notWord(t.not), " BETWEEN ")
		w.operand(t.args[1])
		w.put(" AND ")
		w.operand(t.args[2])
	case "LIKE":
		w.operand(t.args[0])
		w.put(notWord(t.not), " LIKE ")
		w.term(t.args[1])
		if t.name != "" {
			w.put(" ESCAPE ", quoteText(t.name))
		}
	case "ROW =":
		w.put("(")
		w.list(t.args[:len(t.args)/2])
		w.put(") = (")
		w.list(t.args[len(t.args)/2:])
		w.put(")")
	case "scalar":
		w.put("(")
		if t.sub.agg == "COUNT" {
			w.subquery(t.sub, "SELECT COUNT(*)")
		} else {
			w.subquery(t.sub, "SELECT "+t.sub.agg+"(", t.sub.items...)
		}
		w.put(")")
	case "CASE":
		w.put("CASE WHEN ")
		w.term(t.args[0])
		w.put(" THEN ")
		w.term(t.args[1])
		w.put(" ELSE ")
		w.term(t.args[2])
		w.put(" END")
	case "COALESCE", "NULLIF", "LENGTH", "SUBSTRING":
		w.put(t.op, "(")
		w.list(t.args)
		w.put(")")
	default:
		w.operand(t.args[0])
		w.put(" ", t.op, " ")
		w.operand(t.args[1])
	}
}

func (w *conditionText) column(t *term) {
	switch {
	case t.from.alias != "":
		w.put(portalName(w.r, t.from.alias), ".")
	case w.depth > 0 || chance(w.r, 30):
		w.put("self.")
	}
	w.put(portalName(w.r, t.col.name))
}

func (w *conditionText) inQuery(t *term) {
	if len(t.args) > 1 {
		w.put("(")
		w.list(t.args)
		w.put(")")
	} else {
		w.operand(t.args[0])
	}
	w.put(notWord(t.not), " IN (")
	w.subquery(t.sub, "SELECT ", t.sub.items...)
	w.put(")")
}

func (w *conditionText) subquery(q *subquery, head string, items ...*term) {
	w.depth++
	defer func() { w.depth-- }()
	w.put(head)
	w.list(items)
	if strings.HasSuffix(head, "(") {
		w.put(")")
	}
	w.put(" FROM ")
	for i, b := range q.from {
		switch {
		case i == 0:
		case q.on != nil && q.left:
			w.put(" LEFT JOIN ")
		case q.on != nil:
			w.put(" JOIN ")
		default:
			w.put(", ")
		}
		w.put(portalName(w.r, b.table.name), " ", portalName(w.r, b.alias))
		if i == 1 && q.on != nil {
			w.put(" ON ")
			w.term(q.on)
		}
	}
	if q.where != nil {
		w.put(" WHERE ")
		w.term(q.where)
	}
}
