package doctor

import (
	"net/url"
	"strings"
)

// dsnValue finds one setting of a DSN, in a URL's query or among key=value
// pairs, without regard to the key's case; empty where it is not given. It is
// for settings that hold no secret.
func dsnValue(dsn, key string) string {
	if _, query, is := strings.Cut(dsn, "?"); is {
		values, err := url.ParseQuery(query)
		if err != nil {
			return ""
		}
		for k, v := range values {
			if strings.EqualFold(k, key) && len(v) > 0 {
				return v[0]
			}
		}
		return ""
	}
	for pair := range strings.FieldsFuncSeq(dsn, func(r rune) bool { return r == ' ' || r == ';' }) {
		if k, v, is := strings.Cut(pair, "="); is && strings.EqualFold(k, key) {
			return strings.Trim(v, "'{}")
		}
	}
	return ""
}

// hostOfURL is the host of a DSN; one that has none, or is no URL, gives "?",
// which is no machine's name.
func hostOfURL(dsn string) string {
	u, err := url.Parse(dsn)
	if err != nil || u.Hostname() == "" {
		return "?"
	}
	return u.Hostname()
}

// between is what stands in text after one mark and before the next; "?" where
// the first is not there.
func between(text, after, before string) string {
	_, rest, found := strings.Cut(text, after)
	if !found {
		return "?"
	}
	value, _, _ := strings.Cut(rest, before)
	return value
}
