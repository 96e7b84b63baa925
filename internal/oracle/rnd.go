package oracle

import "math/rand/v2"

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// chance is true percent times in a hundred.
func chance(r *rand.Rand, percent int) bool { return r.IntN(100) < percent }

// weighted gives an index, each as often as its weight says.
func weighted(r *rand.Rand, weights ...int) int {
	total := 0
	for _, w := range weights {
		total += w
	}
	n := r.IntN(total)
	for i, w := range weights {
		if n -= w; n < 0 {
			return i
		}
	}
	return len(weights) - 1
}
