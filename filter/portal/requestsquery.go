package portal

import (
	"slices"
	"strings"

	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/directory"
)

// readRequestQuery reads which requests are asked for: conditions with eq and in
// on id, kind and state, order, limit, offset and select.
func readRequestQuery(rawQuery string) (q directory.RequestQuery, columns []string, err error) {
	q, columns = directory.RequestQuery{Limit: int(noLimit), Newest: true}, requestColumns
	params, err := splitQuery(rawQuery)
	if err != nil {
		return q, nil, err
	}
	given := map[string]bool{}
	for _, p := range params {
		if given[p.key] {
			return q, nil, refusal.New(refusal.Syntax, "%s is given twice: give it once", shorten(p.key))
		}
		given[p.key] = true
		switch p.key {
		case "select":
			columns, err = selected(p.value)
		case "order":
			switch p.value {
			case "received_at", "received_at.asc", "id", "id.asc":
				q.Newest = false
			case "received_at.desc", "id.desc":
			default:
				err = refusal.New(refusal.Unsupported, "requests are sorted by received_at, asc or desc")
			}
		case "limit", "offset":
			var n int64
			if n, err = parsePlace(p); err == nil && n > 1<<30 {
				err = refusal.New(refusal.LimitExceeded, "%s is too large", p.key)
			}
			if p.key == "limit" {
				q.Limit = int(n)
			} else {
				q.Offset = int(n)
			}
		case "id":
			q.IDs, err = oneOf(p)
		case "kind":
			q.Kinds, err = oneOf(p)
		case "state":
			var states []string
			states, err = oneOf(p)
			for _, s := range states {
				q.States = append(q.States, directory.RequestState(s))
			}
		default:
			err = refusal.New(refusal.Unsupported, "requests are found by id, kind and state, with eq and in, and not by %s", shorten(p.key))
		}
		if err != nil {
			return q, nil, err
		}
	}
	return q, columns, nil
}

// oneOf reads eq.a and in.(a,b).
func oneOf(p queryParam) ([]string, error) {
	if value, ok := strings.CutPrefix(p.value, "eq."); ok && value != "" && plainText(value) {
		return []string{value}, nil
	}
	list, ok := strings.CutPrefix(p.value, "in.(")
	if list, closed := strings.CutSuffix(list, ")"); ok && closed && list != "" && plainText(list) {
		values := strings.Split(list, ",")
		for i := range values {
			values[i] = strings.Trim(values[i], `"`)
		}
		if len(values) <= 100 {
			return values, nil
		}
	}
	return nil, refusal.New(refusal.Unsupported, "%s: write eq.value or in.(value,value), with up to 100 values", p.key)
}

// selected reads which columns are asked for.
func selected(value string) ([]string, error) {
	if value == "" || value == "*" {
		return requestColumns, nil
	}
	var columns []string
	for name := range strings.SplitSeq(value, ",") {
		name = strings.Trim(strings.TrimSpace(name), `"`)
		if !slices.Contains(requestColumns, name) || slices.Contains(columns, name) {
			return nil, refusal.New(refusal.UnknownName, "requests have the columns %s, each once", strings.Join(requestColumns, ", "))
		}
		columns = append(columns, name)
	}
	return columns, nil
}
