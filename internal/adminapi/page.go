package adminapi

import (
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// The sizes of a page, in records.
const (
	defaultPage = 100
	maxPage     = 500
)

// query reads a request's query parameters and keeps the first mistake. A
// parameter nobody asked for is a mistake too: a misspelled filter must not
// silently show everything.
type query struct {
	values url.Values
	err    error
}

// readQuery reads the parameters of r, of which only those named may be given, once each.
func readQuery(r *http.Request, names ...string) *query {
	q := &query{}
	q.values, q.err = url.ParseQuery(r.URL.RawQuery)
	if q.err != nil {
		q.err = badRequest("the query string cannot be read: percent-encode it")
		return q
	}
	known := map[string]bool{}
	for _, n := range names {
		known[n] = true
	}
	for name, given := range q.values {
		if !known[name] {
			q.fail("there is no parameter %q here", name)
		} else if len(given) > 1 {
			q.fail("the parameter %q is given more than once", name)
		}
	}
	return q
}

func (q *query) fail(format string, args ...any) {
	if q.err == nil {
		q.err = badRequest(format, args...)
	}
}

func (q *query) text(name string) string { return q.values.Get(name) }

func (q *query) flag(name string) bool {
	switch q.values.Get(name) {
	case "", "false":
		return false
	case "true":
		return true
	}
	q.fail("%s must be true or false", name)
	return false
}

// limit gives the page size, the default where none is given.
func (q *query) limit() int {
	v := q.values.Get("limit")
	if v == "" {
		return defaultPage
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > maxPage {
		q.fail("limit must be a number from 1 to %d", maxPage)
		return defaultPage
	}
	return n
}

// seq gives a position in a run's changes, 0 where none is given.
func (q *query) seq(name string) int {
	v := q.values.Get(name)
	if v == "" {
		return 0
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		q.fail("%s must be the number that an earlier page gave as next", name)
	}
	return n
}

// instant reads a date (midnight UTC) or an RFC 3339 time; zero where none is given.
func (q *query) instant(name string) time.Time {
	v := q.values.Get(name)
	if v == "" {
		return time.Time{}
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, v); err == nil {
			return t.UTC()
		}
	}
	q.fail("%s must be a date as 2006-01-31, or a time as 2006-01-31T08:00:00Z", name)
	return time.Time{}
}

// cut takes a list that was asked for with one record too many and gives the
// page, and whether more follow.
func cut[T any](list []T, limit int) ([]T, bool) {
	if len(list) > limit {
		return list[:limit], true
	}
	if list == nil {
		list = []T{} // an empty list is [] in JSON, not null
	}
	return list, false
}
