package oracle

import (
	"fmt"
	"math"
	"math/big"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// cell is a value in the form in which both sides are compared: NULL, a
// number, or text. Moments are text of one layout, truths are numbers.
type cell struct {
	null  bool
	num   *big.Rat
	text  string
	fuzzy bool // a binary float, or a decimal that was divided
}

func (c cell) String() string {
	switch {
	case c.null:
		return "NULL"
	case c.num != nil && c.num.IsInt():
		return c.num.RatString()
	case c.num != nil:
		return strings.TrimRight(c.num.FloatString(12), "0")
	}
	return strconv.Quote(c.text)
}

// shapeOf is what a column of the gate's answer says it holds.
type shapeOf uint8

const (
	asText shapeOf = iota
	asNumber
	asReal // a decimal of SQLite, which computes with binary floats
	asMoment
	asTruth
)

const layout = "2006-01-02 15:04:05.999999"

func normal(x any, s shapeOf) cell {
	switch v := x.(type) {
	case nil:
		return cell{null: true}
	case bool:
		if v {
			return cell{num: big.NewRat(1, 1)}
		}
		return cell{num: new(big.Rat)}
	case int64:
		return cell{num: new(big.Rat).SetInt64(v)}
	case float64:
		r := new(big.Rat)
		if r.SetFloat64(v) == nil {
			return cell{text: fmt.Sprint(v)}
		}
		return cell{num: r, fuzzy: true}
	case time.Time:
		return cell{text: v.UTC().Format(layout)}
	case string:
		switch s {
		case asTruth:
			if v == "0" || v == "1" { // MariaDB has no truth of its own
				return cell{num: new(big.Rat).SetInt64(int64(v[0] - '0'))}
			}
		case asNumber, asReal:
			if r, ok := new(big.Rat).SetString(v); ok {
				_, frac, _ := strings.Cut(v, ".")
				return cell{num: r, fuzzy: s == asReal || len(strings.TrimRight(frac, "0")) > 12}
			}
		case asMoment:
			for _, l := range []string{"2006-01-02 15:04:05.999999999", "2006-01-02"} {
				if t, err := time.Parse(l, v); err == nil {
					return cell{text: t.Format(layout)}
				}
			}
		}
		return cell{text: v}
	}
	return cell{text: fmt.Sprintf("%T %v", x, x)}
}

func (c cell) equal(d cell) bool {
	switch {
	case c.null || d.null:
		return c.null == d.null
	case (c.num == nil) != (d.num == nil):
		return false
	case c.num == nil:
		return c.text == d.text
	case c.num.Cmp(d.num) == 0:
		return true
	case !c.fuzzy && !d.fuzzy:
		return false
	}
	x, _ := c.num.Float64()
	y, _ := d.num.Float64()
	return math.Abs(x-y) <= 1e-9*max(1e-3, math.Abs(x), math.Abs(y))
}

func compareCells(a, b cell) int {
	switch {
	case a.null || b.null:
		return len(strconv.FormatBool(a.null)) - len(strconv.FormatBool(b.null))
	case a.num != nil && b.num != nil:
		return a.num.Cmp(b.num)
	case a.num != nil:
		return -1
	case b.num != nil:
		return 1
	}
	return strings.Compare(a.text, b.text)
}

// grid is a whole answer in comparable form.
type grid struct {
	labels []string
	rows   [][]cell
}

func newGrid(a *answer, shapes []shapeOf) *grid {
	g := &grid{labels: a.labels}
	for _, r := range a.rows {
		cells := make([]cell, len(r))
		for i, x := range r {
			s := asText
			if i < len(shapes) {
				s = shapes[i]
			}
			cells[i] = normal(x, s)
		}
		g.rows = append(g.rows, cells)
	}
	return g
}

var numbered = regexp.MustCompile(`:\d+$`)

// mendLabels takes away the numbers by which SQLite tells apart columns of one
// name that come out of a join in parentheses.
func (a *answer) mendLabels() {
	for i, l := range a.labels {
		a.labels[i] = numbered.ReplaceAllString(l, "")
	}
}

// byLabel gives the places of labels in their own order.
func byLabel(labels []string) []int {
	order := make([]int, len(labels))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool { return strings.ToLower(labels[order[i]]) < strings.ToLower(labels[order[j]]) })
	return order
}

func permuted[T any](xs []T, order []int) []T {
	if len(xs) != len(order) {
		return xs
	}
	out := make([]T, len(xs))
	for i, j := range order {
		out[i] = xs[j]
	}
	return out
}

// sortColumns puts the columns in the order of their labels.
func (a *answer) sortColumns() {
	order := byLabel(a.labels)
	a.labels = permuted(a.labels, order)
	for i, r := range a.rows {
		a.rows[i] = permuted(r, order)
	}
}

// sortTwins puts the cells of columns that are called alike in an order of
// their own, where nothing else tells which is which.
func (g *grid) sortTwins() {
	for from := 0; from < len(g.labels); {
		to := from + 1
		for to < len(g.labels) && strings.EqualFold(g.labels[from], g.labels[to]) {
			to++
		}
		if to > from+1 {
			for _, r := range g.rows {
				slices.SortFunc(r[from:to], compareCells)
			}
		}
		from = to
	}
}

func (g *grid) foldLabels() {
	for i, l := range g.labels {
		g.labels[i] = strings.ToLower(l)
	}
}

func (g *grid) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%q\n", g.labels)
	for i, r := range g.rows {
		if i == 40 {
			fmt.Fprintf(&b, "… %d rows\n", len(g.rows))
			break
		}
		b.WriteString("  ")
		for j, c := range r {
			if j > 0 {
				b.WriteString(" | ")
			}
			b.WriteString(c.String())
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// differs says how two answers differ, "" where they do not.
func (g *grid) differs(h *grid, ordered bool) string {
	if len(g.labels) != len(h.labels) {
		return fmt.Sprintf("%d columns against %d", len(g.labels), len(h.labels))
	}
	if !slices.Equal(g.labels, h.labels) {
		return fmt.Sprintf("labels %q against %q", g.labels, h.labels)
	}
	return g.rowsDiffer(h, ordered)
}

func (g *grid) rowsDiffer(h *grid, ordered bool) string {
	if len(g.rows) != len(h.rows) {
		return fmt.Sprintf("%d rows against %d", len(g.rows), len(h.rows))
	}
	if sameRows(g.rows, h.rows) {
		return ""
	}
	a, b := sorted(g.rows), sorted(h.rows)
	if sameRows(a, b) || matched(a, b) {
		if ordered {
			return "the same rows in another order"
		}
		return ""
	}
	return "other rows"
}

func sameRow(a, b []cell) bool { return slices.EqualFunc(a, b, cell.equal) }

func sameRows(a, b [][]cell) bool { return slices.EqualFunc(a, b, sameRow) }

func sorted(rows [][]cell) [][]cell {
	out := slices.Clone(rows)
	slices.SortStableFunc(out, func(a, b []cell) int { return slices.CompareFunc(a, b, compareCells) })
	return out
}

// matched pairs rows off one by one, for sorting by floats that differ in
// their last digit may misalign them.
func matched(a, b [][]cell) bool {
	left := slices.Clone(b)
	for _, r := range a {
		i := slices.IndexFunc(left, func(s []cell) bool { return sameRow(r, s) })
		if i < 0 {
			return false
		}
		left = slices.Delete(left, i, i+1)
	}
	return true
}
