package portal

import (
	"strconv"
	"strings"
)

// media are the types that a call can answer with, the one for clients that
// don't care first.
type media []string

// The media types of answers.
const (
	mediaJSON   = "application/json"
	mediaNDJSON = "application/x-ndjson"
	mediaCSV    = "text/csv"
	mediaObject = "application/vnd.pgrst.object+json"
	// mediaObjectShort is the other name that PostgREST gives mediaObject.
	mediaObjectShort = "application/vnd.pgrst.object"
)

// choose picks the type that a client wants most (RFC 9110 §12.5.1): by its
// q-value, then by the order in which it named the types. It says no where
// none is acceptable. Without an Accept header everything is.
func (m media) choose(accept []string) (string, bool) {
	header := strings.Join(accept, ",")
	if strings.TrimSpace(header) == "" {
		return m[0], true
	}
	ranges := parseAccept(header)
	best, bestQ, bestAt := "", 0, 0
	for _, offer := range m {
		q, at := quality(ranges, offer)
		if q > bestQ || (q == bestQ && q > 0 && at < bestAt) {
			best, bestQ, bestAt = offer, q, at
		}
	}
	return best, best != ""
}

// mediaRange is one element of an Accept header.
type mediaRange struct {
	name string // "text/csv", "text/*" or "*/*"
	q    int    // thousandths
}

// parseAccept takes an Accept header apart. An element that cannot be read, or
// that asks for a variant which is not offered, accepts nothing.
func parseAccept(header string) []mediaRange {
	var ranges []mediaRange
	for element := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(element, ";")
		r := mediaRange{name: strings.ToLower(strings.TrimSpace(name)), q: 1000}
		readable := strings.Contains(r.name, "/")
		for param := range strings.SplitSeq(params, ";") {
			key, value, _ := strings.Cut(strings.TrimSpace(param), "=")
			value = strings.Trim(value, `"`)
			switch strings.ToLower(key) {
			case "":
			case "q":
				r.q = parseQ(value)
			case "charset":
				readable = readable && strings.EqualFold(value, "utf-8")
			default:
				readable = false
			}
		}
		if readable {
			ranges = append(ranges, r)
		}
	}
	return ranges
}

// parseQ reads a q-value in thousandths; what is none accepts nothing.
func parseQ(s string) int {
	q, err := strconv.ParseFloat(s, 64)
	if err != nil || !(q >= 0 && q <= 1) || len(s) > 5 {
		return 0
	}
	return int(q*1000 + 0.5)
}

// quality gives the q-value of the most specific range that covers offer, and
// where that range stands.
func quality(ranges []mediaRange, offer string) (q, at int) {
	kind, _, _ := strings.Cut(offer, "/")
	most := 0
	for i, r := range ranges {
		specific := 0
		switch r.name {
		case offer:
			specific = 3
		case kind + "/*":
			specific = 2
		case "*/*":
			specific = 1
		}
		if specific > most {
			most, q, at = specific, r.q, i
		}
	}
	return q, at
}
