//go:build !race

package oracle

// underRace tells whether the race detector watches: it makes SQLite some
// twenty times slower.
const underRace = false
