package oracle

import "strconv"

var units = []string{"year", "quarter", "month", "week", "day", "hour", "minute", "second"}

// far are steps that lead out of the years 1 to 9999 from some of the dates.
var far = map[string][]int{
	"year": {-9000, -2025, -2000, 7974, 7999, 9500}, "quarter": {-8100, -7996, 31895, 32000}, "month": {-24310, -23988, 95690, 95999},
	"week": {-105700, -104300, 416060, 417400}, "day": {-739900, -730119, 730120, 1000000}, "hour": {-1000000, 1000000}, "minute": {-1000000, 1000000}, "second": {-1000000, 1000000},
}

// unitWord writes a unit in one of the portal's ways.
func (g *asker) unitWord(unit string) string {
	if chance(g.r, 30) {
		return "'" + unit + "'"
	}
	return unit
}

// moved adds units of time to a date or a timestamp: a date stays one where
// only days and more are added.
func (g *asker) moved(b *block, k kind) *node {
	from, unit := k, pick(g.r, units)
	if k == kindDate {
		unit = pick(g.r, units[:5])
	} else if chance(g.r, 40) {
		from, unit = kindDate, pick(g.r, units[5:])
	}
	x, _ := g.reference(b, from)
	if x == nil {
		return nil
	}
	n := g.r.IntN(80) - 40
	if chance(g.r, 30) { // out of the calendar, from some dates
		n = pick(g.r, far[unit])
	}
	before, after := "judge_move(", ", '"+unit+"', "+strconv.Itoa(n)+")"
	if k == kindDate {
		before, after = g.d.by("DATE(", "CAST(", "CAST(")+before, after+g.d.by(")", " AS date)", " AS DATE)")
	}
	return piece(spelled("DATEADD("+unit+", "+strconv.Itoa(n)+", ", before), x, spelled(")", after))
}

// truncatedTo is the first moment of a unit.
func (g *asker) truncatedTo(b *block) *node {
	x, _ := g.reference(b, pick(g.r, []kind{kindDate, kindStamp}))
	if x == nil {
		return nil
	}
	unit := pick(g.r, units[:7])
	return piece(spelled(pick(g.r, []string{"DATE_TRUNC(", "DATETRUNC("})+g.unitWord(unit)+", ", "judge_trunc("), x, spelled(")", ", '"+unit+"')"))
}

// borders counts the units between two moments.
func (g *asker) borders(b *block) *node {
	x, _ := g.reference(b, pick(g.r, []kind{kindDate, kindStamp}))
	y, _ := g.reference(b, pick(g.r, []kind{kindDate, kindStamp}))
	if x == nil || y == nil {
		return nil
	}
	unit := pick(g.r, units)
	return piece(spelled(pick(g.r, []string{"DATEDIFF(", "DATE_DIFF("})+g.unitWord(unit)+", ", "judge_diff("), x, ", ", y, spelled(")", ", '"+unit+"')"))
}

// lastDay is the last day of a month.
func (g *asker) lastDay(b *block) *node {
	x, _ := g.reference(b, pick(g.r, []kind{kindDate, kindStamp}))
	if x == nil {
		return nil
	}
	return piece(spelled(pick(g.r, []string{"LAST_DAY(", "EOMONTH("}), "judge_last("), x, ")")
}
