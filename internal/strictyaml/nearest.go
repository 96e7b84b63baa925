package strictyaml

import "strings"

// Nearest finds the candidate that word is probably a slip of, and gives an
// empty string where none is near enough to be a help.
func Nearest(word string, candidates []string) string {
	folded := strings.ToLower(word)
	best, bestDistance := "", min(max(len(word)/3, 1), 3)+1
	for _, c := range candidates {
		if d := distance(folded, strings.ToLower(c)); d < bestDistance && d < len(c) {
			best, bestDistance = c, d
		}
	}
	if best != "" || len(word) < 3 {
		return best
	}
	for _, c := range candidates {
		if strings.HasPrefix(strings.ToLower(c), folded) {
			return c
		}
	}
	return ""
}

// DidYouMean is the tail of a message about an unknown word: "; did you mean
// rows?", or nothing.
func DidYouMean(word string, candidates []string) string {
	if near := Nearest(word, candidates); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}

// distance is the number of insertions, deletions, replacements and swaps of
// neighbours between a and b. Long words are never slips of each other, and
// what people write may be long, so it stops at 64 bytes.
func distance(a, b string) int {
	const far = 64
	if len(a) > far || len(b) > far {
		return far
	}
	var beforeLast, last, row [far + 1]int
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], beforeLast[j-2]+1)
			}
		}
		beforeLast, last = last, row
	}
	return last[len(b)]
}
