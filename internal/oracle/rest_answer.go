package oracle

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// answer is what an asker is to get, every row of it before limit and offset.
func (q *restQuestion) answer(w *world, who int) [][]cell {
	var rows []row
	for _, x := range w.seen[who][q.table] {
		s := &situation{world: w, asks: w.customers[who], rows: map[*binding]row{q.self: x}}
		if q.where == nil || s.eval(q.where).yes() {
			rows = append(rows, x)
		}
	}
	if q.grouped() {
		return q.groups(w.dialect, rows)
	}
	// Behind what is asked for comes the key, else all that is selected.
	order := slices.Clone(q.order)
	behind := q.table.key
	if len(behind) == 0 {
		for _, p := range q.picked {
			behind = append(behind, p.col)
		}
	}
	for _, c := range behind {
		order = append(order, restOrder{col: c})
	}
	slices.SortStableFunc(rows, func(a, b row) int {
		for _, o := range order {
			x, y := a[o.col.index], b[o.col.index]
			c := 0
			switch {
			case x.null() && y.null():
				continue
			case x.null() || y.null():
				if x.null() == o.nullsLast {
					return 1
				}
				return -1
			default:
				c = x.compare(y)
			}
			if o.down {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
	var out [][]cell
	for _, x := range rows {
		var cells []cell
		for _, p := range q.picked {
			cells = append(cells, shown(w.dialect, x[p.col.index]))
		}
		out = append(out, cells)
	}
	return out
}

// groups puts rows together that are alike in the columns that are selected
// plainly. Without such columns there is one group, even of no rows.
func (q *restQuestion) groups(d dialect, rows []row) [][]cell {
	var keys []string
	of := map[string][]row{}
	plain := slices.ContainsFunc(q.picked, func(p restPick) bool { return p.agg == "" })
	if !plain {
		keys, of[""] = []string{""}, rows
	}
	for _, x := range rows {
		if !plain {
			break
		}
		var b strings.Builder
		for _, p := range q.picked {
			if p.agg == "" {
				v := x[p.col.index]
				if v.num != nil {
					fmt.Fprintf(&b, "%s,", v.num.RatString())
				} else {
					fmt.Fprintf(&b, "%d%q,", v.kind, v.text)
				}
			}
		}
		if of[b.String()] == nil {
			keys = append(keys, b.String())
		}
		of[b.String()] = append(of[b.String()], x)
	}
	var out [][]cell
	for _, key := range keys {
		group := of[key]
		var cells []cell
		for _, p := range q.picked {
			cells = append(cells, p.over(d, group))
		}
		out = append(out, cells)
	}
	return out
}

// over computes a column of the answer over a group.
func (p restPick) over(d dialect, group []row) cell {
	if p.agg == "" {
		return shown(d, group[0][p.col.index])
	}
	n, best, sum := int64(0), null, new(big.Rat)
	for _, x := range group {
		if p.col == nil {
			n++
			continue
		}
		v := x[p.col.index]
		if v.null() {
			continue
		}
		n++
		if best.null() || p.agg == "max" && v.compare(best) > 0 || p.agg == "min" && v.compare(best) < 0 {
			best = v
		}
		if v.num != nil {
			sum.Add(sum, v.num)
		}
	}
	switch {
	case p.agg == "count":
		return cell{num: new(big.Rat).SetInt64(n)}
	case best.null():
		return cell{null: true}
	case p.agg == "sum":
		return cell{num: sum, fuzzy: inexact(d, p.col.kind)}
	}
	return shown(d, best)
}

// inexact tells whether an engine computes with a kind in binary floats, as
// SQLite does with decimals.
func inexact(d dialect, k kind) bool {
	return k == kindFloat || k == kindDec && d.sqlite() && !d.sqlserver
}

// shown is a value as an answer has it.
func shown(d dialect, v value) cell {
	switch {
	case v.null():
		return cell{null: true}
	case v.num != nil:
		return cell{num: v.num, fuzzy: inexact(d, v.kind)}
	}
	return normal(v.text, map[kind]shapeOf{kindDate: asMoment, kindStamp: asMoment}[v.kind])
}
