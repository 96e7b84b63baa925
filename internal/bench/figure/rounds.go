package figure

import (
	"context"
	"fmt"
	"slices"
)

// Sample is what one contender measured in one round, by quantity.
type Sample map[string]float64

// Contender is one side of a comparison.
type Contender struct {
	Name string
	// Run measures once. It should take from a tenth of a second to a few.
	Run func(ctx context.Context) (Sample, error)
}

// Results are the samples of all rounds, by contender and in order.
type Results map[string][]Sample

// Rounds lets the contenders take turns, so many times. The order turns too, so
// that none always comes after another. Nothing of the first error's round is
// kept, and no results come with an error.
func Rounds(ctx context.Context, rounds int, contenders ...Contender) (Results, error) {
	results := Results{}
	for round := range rounds {
		for i := range contenders {
			c := contenders[(round+i)%len(contenders)]
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			sample, err := c.Run(ctx)
			if err != nil {
				return nil, fmt.Errorf("measure %s: %w", c.Name, err)
			}
			results[c.Name] = append(results[c.Name], sample)
		}
	}
	return results, nil
}

// of gives a quantity of a contender, round by round.
func (r Results) of(contender, quantity string) []float64 {
	values := make([]float64, 0, len(r[contender]))
	for _, sample := range r[contender] {
		values = append(values, sample[quantity])
	}
	return values
}

// Median of a quantity over the rounds.
func (r Results) Median(contender, quantity string) float64 {
	return Median(r.of(contender, quantity))
}

// Max is the largest value that a quantity had in any round.
func (r Results) Max(contender, quantity string) float64 {
	values := r.of(contender, quantity)
	if len(values) == 0 {
		return 0
	}
	return slices.Max(values)
}

// Ratio is the median over the rounds of a's quantity divided by b's in the
// same round.
func (r Results) Ratio(a, b, quantity string) float64 {
	return Median(paired(r.of(a, quantity), r.of(b, quantity), func(x, y float64) float64 { return x / y }))
}

// Difference is the median over the rounds of a's quantity less b's in the same round.
func (r Results) Difference(a, b, quantity string) float64 {
	return Median(paired(r.of(a, quantity), r.of(b, quantity), func(x, y float64) float64 { return x - y }))
}

func paired(a, b []float64, join func(x, y float64) float64) []float64 {
	n := min(len(a), len(b))
	joined := make([]float64, n)
	for i := range n {
		joined[i] = join(a[i], b[i])
	}
	return joined
}

// Median of values; 0 of none. It changes nothing.
func Median(values []float64) float64 { return Quantile(values, 0.5) }

// Quantile of values, from 0 to 1, between the two nearest; 0 of none. It
// changes nothing.
func Quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	place := q * float64(len(sorted)-1)
	low := int(place)
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (sorted[high]-sorted[low])*(place-float64(low))
}
