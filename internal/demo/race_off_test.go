//go:build !race

package demo

// underRace tells whether the race detector watches: it makes SQLite some
// twenty times slower.
const underRace = false
