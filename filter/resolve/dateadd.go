package resolve

import (
	"time"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqlfunc"
	"github.com/vantelle/vantelle/filter/sqltype"
)

// dateAdd resolves DATEADD. How far it reaches is written in the request, so it
// is known here which dates would leave the calendar, where engines give
// errors or dates of their own: for those it is NULL.
func (r *resolver) dateAdd(x *sqlast.Call, f *sqlfunc.Func, s *scope) (querytree.Expr, error) {
	if err := r.checkCall(x, f, s); err != nil {
		return nil, err
	}
	word, err := unit(x.Args[0], f)
	if err != nil {
		return nil, err
	}
	n, err := countArgument(x.Args[1], f, 1)
	if err != nil {
		return nil, err
	}
	before := r.mark()
	at := x.Args[2].Pos()
	v, err := r.expr(x.Args[2], s)
	if err != nil {
		return nil, err
	}
	if v, err = r.argument(v, f, 2, at); err != nil {
		return nil, err
	}
	if err := r.again(r.since(before), 1, x.Pos()); err != nil { // it is printed twice
		return nil, err
	}
	clock := word == "HOUR" || word == "MINUTE" || word == "SECOND"
	if v.Type().Kind == sqltype.Date {
		if clock {
			if v, err = r.apply(sqlfunc.ToMoment, at, v); err != nil {
				return nil, err
			}
		} else {
			f = sqlfunc.AddToDate
		}
	}
	first, last := reach(word, small(n.Text))
	if !first.Before(last) {
		return nil, refusal.At(x.Args[1].Pos(), refusal.LimitExceeded, "no date is so far from another")
	}
	sum, err := r.finish(&querytree.Call{Func: f, Args: []querytree.Expr{n, v}, Unit: word}, x.Pos())
	if err != nil {
		return nil, err
	}
	if call, ok := v.(*querytree.Call); ok && (call.Func.Name == "CURRENT_DATE" || call.Func.Name == "CURRENT_TIMESTAMP") {
		return sum, nil // far from either end
	}
	bounds := &querytree.Between{X: v}
	t := v.Type()
	t.Coarse = false
	for _, b := range []struct {
		to *querytree.Expr
		at time.Time
	}{{&bounds.Low, first}, {&bounds.High, last}} {
		layout := "2006-01-02 15:04:05"
		if t.Kind == sqltype.Date {
			layout = "2006-01-02"
		} else if t.Zoned {
			layout = time.RFC3339
		}
		if *b.to, err = r.give(literal(b.at.Format(layout), sqltype.Type{Kind: sqltype.Text}), t, x.Pos()); err != nil {
			return nil, err
		}
	}
	return &querytree.Case{T: sum.Type(), Whens: []querytree.When{{Cond: bounds, Then: sum}}}, nil
}

// reach gives the first and last moment that stay in the years 1 to 9999 when n
// units are added.
func reach(unit string, n int) (first, last time.Time) {
	first, last = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	back := func(t time.Time) time.Time {
		switch unit {
		case "YEAR":
			return t.AddDate(-n, 0, 0)
		case "QUARTER":
			return lastOf(t, -3*n)
		case "MONTH":
			return lastOf(t, -n)
		case "WEEK":
			return t.AddDate(0, 0, -7*n)
		case "DAY":
			return t.AddDate(0, 0, -n)
		}
		seconds := map[string]int64{"HOUR": 3600, "MINUTE": 60, "SECOND": 1}[unit]
		return time.Unix(t.Unix()-seconds*int64(n), 0).UTC()
	}
	if n > 0 {
		last = back(last)
	} else if n < 0 {
		first = back(first)
	}
	return first, last
}

// lastOf moves a first or last moment by months, and keeps it the first or last.
func lastOf(t time.Time, months int) time.Time {
	if t.Day() == 1 {
		return t.AddDate(0, months, 0)
	}
	return time.Date(t.Year(), t.Month()+time.Month(months)+1, 0, t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}
