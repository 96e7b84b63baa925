package portal

import (
	"net/http"
	"strconv"
	"strings"
)

// preferences are what a Prefer header (RFC 7240) may ask of these calls.
// Others are ignored, as the RFC wants it.
type preferences struct {
	count            bool // count=exact; planned and estimated are counted exactly
	numbersAsStrings bool // numbers=string
}

// parsePrefer reads the Prefer headers. The first of two that contradict holds.
func parsePrefer(h http.Header) preferences {
	var p preferences
	seen := map[string]bool{}
	for element := range strings.SplitSeq(strings.Join(h.Values("Prefer"), ","), ",") {
		element, _, _ = strings.Cut(element, ";")
		key, value, _ := strings.Cut(element, "=")
		key = strings.ToLower(strings.TrimSpace(key))
		value = strings.ToLower(strings.Trim(strings.TrimSpace(value), `"`))
		if seen[key] {
			continue
		}
		seen[key] = true
		switch key {
		case "count":
			p.count = value == "exact" || value == "planned" || value == "estimated"
		case "numbers":
			p.numbersAsStrings = value == "string"
		}
	}
	return p
}

// applied is the value of Preference-Applied; empty where nothing was.
func (p preferences) applied() string {
	var applied []string
	if p.count {
		applied = append(applied, "count=exact")
	}
	if p.numbersAsStrings {
		applied = append(applied, "numbers=string")
	}
	return strings.Join(applied, ", ")
}

// span is a stretch of rows; count is noLimit where it has no end.
type span struct{ first, count int64 }

// parseRange reads a Range header in rows: "0-24", "10-", with or without
// "items=" before it. As HTTP wants it, what is no such range is ignored. A
// range that ends before it begins is not satisfiable: ok is false.
func parseRange(h http.Header) (s span, ok bool) {
	s = span{0, noLimit}
	if unit := h.Get("Range-Unit"); unit != "" && !strings.EqualFold(unit, "items") {
		return s, true
	}
	value := strings.TrimPrefix(strings.TrimSpace(h.Get("Range")), "items=")
	from, to, dash := strings.Cut(value, "-")
	if !dash || from == "" || digits(from) != len(from) || digits(to) != len(to) {
		return s, true
	}
	first, err := strconv.ParseInt(from, 10, 64)
	if err != nil || first > maxPlace {
		return s, false
	}
	s.first = first
	if to == "" {
		return s, true
	}
	last, err := strconv.ParseInt(to, 10, 64)
	if err != nil || last > maxPlace {
		return s, true // an end that far is none
	}
	s.count = last - first + 1
	return s, s.count > 0
}

// within gives the rows of s that are also among those that limit and offset
// ask for. ok is false where there can be none, except for limit=0, which
// asks for just that.
func (s span) within(limit, offset int64) (_ span, ok bool) {
	if limit == 0 {
		return span{offset, 0}, true
	}
	first, end := max(s.first, offset), int64(noLimit)
	if s.count != noLimit {
		end = s.first + s.count
	}
	if limit != noLimit && (end == noLimit || offset+limit < end) {
		end = offset + limit
	}
	if end == noLimit {
		return span{first, noLimit}, true
	}
	return span{first, end - first}, first < end
}

// size is how many rows of s one page holds.
func (s span) size(page, maxPage int64) int64 {
	if s.count == noLimit {
		return page
	}
	return min(s.count, maxPage)
}
