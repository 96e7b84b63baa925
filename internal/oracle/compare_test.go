package oracle

import (
	"testing"
	"time"
)

func TestWhatCountsAsTheSameAnswer(t *testing.T) {
	one := func(cells ...any) *answer { return &answer{labels: make([]string, len(cells)), rows: [][]any{cells}} }
	rows := func(values ...any) *answer {
		a := &answer{labels: []string{"n"}}
		for _, v := range values {
			a.rows = append(a.rows, []any{v})
		}
		return a
	}
	for name, c := range map[string]struct {
		a, b    *answer
		shape   shapeOf
		ordered bool
		differ  bool
	}{
		"NULL is NULL":                            {one(nil), one(nil), asText, true, false},
		"NULL is not the empty text":              {one(nil), one(""), asText, true, true},
		"NULL is not zero":                        {one(nil), one(int64(0)), asNumber, true, true},
		"digits are a number in a number's place": {one("12.50"), one(12.5), asNumber, true, false},
		"and a text in a text's":                  {one("12.50"), one(12.5), asText, true, true},
		"floats may differ in their last digit":   {one(0.30000000000000004), one("0.3"), asNumber, true, false},
		"decimals may not":                        {one("0.30"), one("0.31"), asNumber, true, true},
		"but a decimal of SQLite is a float":      {one(int64(9007199254740993)), one("9007199254740992"), asReal, true, false},
		"large integers to the last digit":        {one(int64(9007199254740993)), one(int64(9007199254740992)), asNumber, true, true},
		"a moment is one however it is given":     {one(time.Date(2026, 1, 5, 10, 30, 0, 0, time.UTC)), one("2026-01-05 10:30:00"), asMoment, true, false},
		"a day is midnight":                       {one("2026-01-05"), one(time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)), asMoment, true, false},
		"true is one":                             {one(true), one(int64(1)), asTruth, true, false},
		"rows in any order where none was asked":  {rows(int64(1), int64(2)), rows(int64(2), int64(1)), asNumber, false, false},
		"rows in that order where one was":        {rows(int64(1), int64(2)), rows(int64(2), int64(1)), asNumber, true, true},
		"as many of each":                         {rows("a", "a", "b"), rows("a", "b", "b"), asText, false, true},
		"as many in all":                          {rows("a"), rows("a", "a"), asText, false, true},
		"case and blanks count":                   {one("A "), one("a"), asText, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			shapes := []shapeOf{c.shape}
			why := newGrid(c.a, shapes).differs(newGrid(c.b, shapes), c.ordered)
			if (why != "") != c.differ {
				t.Errorf("differ: %q", why)
			}
		})
	}
	if why := newGrid(&answer{labels: []string{"a", "b"}}, nil).differs(newGrid(&answer{labels: []string{"b", "a"}}, nil), false); why == "" {
		t.Error("labels do not count")
	}
}
