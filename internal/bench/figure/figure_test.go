package figure_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/vantelle/vantelle/internal/bench/figure"
)

func TestAFigureIsOneLine(t *testing.T) {
	for want, f := range map[string]figure.Figure{
		"figure compile.cold 27.4 us target 30":     {Name: "compile.cold", Value: 27.4, Unit: "us", Target: figure.Target(30)},
		"figure rest.ratio 0.913 ratio target 0.8":  {Name: "rest.ratio", Value: 0.91263, Unit: "ratio", Target: figure.Target(0.8)},
		"figure stream.rows 812345 rows/s target -": {Name: "stream.rows", Value: 812345.4, Unit: "rows/s"},
		"figure compile.allocs 3 allocs target 3":   {Name: "compile.allocs", Value: 3, Unit: "allocs", Target: figure.Target(3)},
		"figure rest.overhead -12.3 us target 150":  {Name: "rest.overhead", Value: -12.3456, Unit: "us", Target: figure.Target(150)},
		"figure attacks.wrong 0 cases target 0":     {Name: "attacks.wrong", Unit: "cases", Target: figure.Target(0)},
	} {
		if got := f.String(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	if got := (figure.Figure{Name: "big", Value: 1e15, Unit: "bytes"}).String(); got != "figure big 1000000000000000 bytes target -" {
		t.Errorf("got %s", got)
	}
	var b strings.Builder
	if err := figure.Print(&b, figure.Figure{Name: "a", Unit: "u"}, figure.Figure{Name: "b", Unit: "u"}); err != nil || strings.Count(b.String(), "\n") != 2 {
		t.Errorf("got %q, %v", b.String(), err)
	}
}

func TestMediansAndQuantiles(t *testing.T) {
	for _, c := range []struct {
		values []float64
		q      float64
		want   float64
	}{
		{nil, 0.5, 0}, {[]float64{7}, 0.5, 7}, {[]float64{3, 1, 2}, 0.5, 2}, {[]float64{4, 1, 3, 2}, 0.5, 2.5},
		{[]float64{5, 1, 3}, 0, 1}, {[]float64{5, 1, 3}, 1, 5}, {[]float64{1, 2, 3, 4, 5}, 0.75, 4},
	} {
		if got := figure.Quantile(c.values, c.q); got != c.want {
			t.Errorf("quantile %v of %v is %v, want %v", c.q, c.values, got, c.want)
		}
	}
	values := []float64{3, 1, 2}
	figure.Median(values)
	if values[0] != 3 {
		t.Error("the values were sorted in place")
	}
}

func TestContendersTakeTurns(t *testing.T) {
	var order []string
	counts := map[string]float64{}
	contender := func(name string, factor float64) figure.Contender {
		return figure.Contender{Name: name, Run: func(context.Context) (figure.Sample, error) {
			order = append(order, name)
			counts[name]++
			return figure.Sample{"took": counts[name] * factor}, nil
		}}
	}
	r, err := figure.Rounds(t.Context(), 3, contender("a", 2), contender("b", 1))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(order, ""); got != "abbaab" {
		t.Errorf("the order was %s", got)
	}
	// a took 2, 4, 6 and b 1, 2, 3.
	if r.Median("a", "took") != 4 || r.Max("b", "took") != 3 || r.Ratio("a", "b", "took") != 2 || r.Difference("a", "b", "took") != 2 {
		t.Errorf("got %v", r)
	}
	if r.Median("c", "took") != 0 || r.Max("c", "took") != 0 || r.Ratio("a", "c", "took") != 0 {
		t.Error("nobody has a figure")
	}
}

func TestRoundsEndWithTheFirstErrorOrTheContext(t *testing.T) {
	broken := errors.New("broken")
	fails := figure.Contender{Name: "a", Run: func(context.Context) (figure.Sample, error) { return nil, broken }}
	if r, err := figure.Rounds(t.Context(), 2, fails); !errors.Is(err, broken) || r != nil {
		t.Errorf("got %v, %v", r, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	stops := figure.Contender{Name: "a", Run: func(context.Context) (figure.Sample, error) { cancel(); return nil, nil }}
	if r, err := figure.Rounds(ctx, 5, stops); !errors.Is(err, context.Canceled) || r != nil {
		t.Errorf("got %v, %v", r, err)
	}
}

var sink []byte

func TestRepeatCountsAllocations(t *testing.T) {
	cost, err := figure.Repeat(t.Context(), 20*time.Millisecond, func() error {
		sink = make([]byte, 1000)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if cost.Nanos <= 0 || cost.Allocs < 1 || cost.Allocs > 1.5 || cost.Bytes < 1000 || cost.Bytes > 1600 {
		t.Errorf("got %+v", cost)
	}
	broken := errors.New("broken")
	if _, err := figure.Repeat(t.Context(), time.Second, func() error { return broken }); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}
