package portal

import (
	"net/http"
	"testing"
)

func TestAccept(t *testing.T) {
	tests := map[string]struct {
		accept []string
		want   string // "" for none
	}{
		"no header":                             {nil, mediaJSON},
		"an empty header":                       {[]string{""}, mediaJSON},
		"anything":                              {[]string{"*/*"}, mediaJSON},
		"the type itself":                       {[]string{"text/csv"}, mediaCSV},
		"in capitals":                           {[]string{"Text/CSV"}, mediaCSV},
		"a group of types":                      {[]string{"text/*"}, mediaCSV},
		"the first of two alike":                {[]string{"text/csv, application/json"}, mediaCSV},
		"over two headers":                      {[]string{"text/html", "text/csv"}, mediaCSV},
		"the higher q":                          {[]string{"text/csv;q=0.5, application/json;q=0.8"}, mediaJSON},
		"q with blanks":                         {[]string{"text/csv ; q=0.9 , application/json ; q=0.1"}, mediaCSV},
		"a specific range beats the wide one":   {[]string{"*/*;q=1, application/json;q=0, text/csv;q=0.2"}, mediaNDJSON},
		"q=0 excludes":                          {[]string{"application/json;q=0"}, ""},
		"everything excluded":                   {[]string{"*/*;q=0"}, ""},
		"something else":                        {[]string{"text/html, application/xml;q=0.9"}, ""},
		"a browser's list":                      {[]string{"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}, mediaJSON},
		"with a charset":                        {[]string{"application/json; charset=UTF-8"}, mediaJSON},
		"with another charset":                  {[]string{"application/json; charset=latin1"}, ""},
		"a variant that is not offered":         {[]string{"application/json; nulls=stripped"}, ""},
		"a q that cannot be read":               {[]string{"application/json;q=abc"}, ""},
		"a q beyond one":                        {[]string{"application/json;q=5"}, ""},
		"no slash":                              {[]string{"json"}, ""},
		"the last of many":                      {[]string{"a/b,c/d;q=0.1,e/*,application/x-ndjson"}, mediaNDJSON},
		"a tie between group and type by place": {[]string{"text/*;q=0.5, application/json;q=0.5"}, mediaCSV},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, ok := sqlMedia().choose(tt.accept)
			if got != tt.want || ok != (tt.want != "") {
				t.Errorf("choose(%q) = %q, %v; want %q", tt.accept, got, ok, tt.want)
			}
		})
	}
}

func TestPrefer(t *testing.T) {
	tests := map[string]struct {
		prefer  []string
		want    preferences
		applied string
	}{
		"nothing":                         {nil, preferences{}, ""},
		"an exact count":                  {[]string{"count=exact"}, preferences{count: true}, "count=exact"},
		"a planned count is exact":        {[]string{"count=planned"}, preferences{count: true}, "count=exact"},
		"an estimated count is exact":     {[]string{"count=estimated"}, preferences{count: true}, "count=exact"},
		"no count":                        {[]string{"count=none"}, preferences{}, ""},
		"both in one header":              {[]string{`count=exact, numbers="string"`}, preferences{true, true}, "count=exact, numbers=string"},
		"both in two":                     {[]string{"numbers=string", "count=exact"}, preferences{true, true}, "count=exact, numbers=string"},
		"what is not known is ignored":    {[]string{"return=minimal, handling=strict;a=b, count=exact;x"}, preferences{count: true}, "count=exact"},
		"the first of two that disagree":  {[]string{"count=none, count=exact"}, preferences{}, ""},
		"in capitals and with blanks":     {[]string{" Count = Exact "}, preferences{count: true}, "count=exact"},
		"another value of numbers":        {[]string{"numbers=float"}, preferences{}, ""},
		"a preference without its value":  {[]string{"count"}, preferences{}, ""},
		"an empty header between commas ": {[]string{",,count=exact,,"}, preferences{count: true}, "count=exact"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := parsePrefer(http.Header{"Prefer": tt.prefer})
			if got != tt.want || got.applied() != tt.applied {
				t.Errorf("parsePrefer(%q) = %+v, applied %q", tt.prefer, got, got.applied())
			}
		})
	}
}

func TestRange(t *testing.T) {
	tests := map[string]struct {
		header        string
		limit, offset int64
		want          span
		refused       bool
	}{
		"none":                                {"", noLimit, 0, span{0, noLimit}, false},
		"a range":                             {"0-24", noLimit, 0, span{0, 25}, false},
		"a range with its unit":               {"items=10-19", noLimit, 0, span{10, 10}, false},
		"an open range":                       {"10-", noLimit, 0, span{10, noLimit}, false},
		"one row":                             {"5-5", noLimit, 0, span{5, 1}, false},
		"limit and offset":                    {"", 10, 20, span{20, 10}, false},
		"offset alone":                        {"", noLimit, 20, span{20, noLimit}, false},
		"a range within a limit":              {"0-24", 10, 0, span{0, 10}, false},
		"a limit within a range":              {"5-9", 100, 0, span{5, 5}, false},
		"overlapping":                         {"0-24", 20, 10, span{10, 15}, false},
		"an open range and a limit":           {"5-", 10, 0, span{5, 5}, false},
		"limit zero asks for nothing":         {"0-24", 0, 3, span{3, 0}, false},
		"bytes are another's":                 {"bytes=0-99", noLimit, 0, span{0, noLimit}, false},
		"several ranges are ignored":          {"0-1,3-4", noLimit, 0, span{0, noLimit}, false},
		"a suffix is ignored":                 {"-5", noLimit, 0, span{0, noLimit}, false},
		"words are ignored":                   {"first-last", noLimit, 0, span{0, noLimit}, false},
		"signs are ignored":                   {"+1-+2", noLimit, 0, span{0, noLimit}, false},
		"an end that far is none":             {"0-99999999999999999999", noLimit, 0, span{0, noLimit}, false},
		"it ends before it begins":            {"9-5", noLimit, 0, span{}, true},
		"a beginning that far":                {"99999999999999999999-", noLimit, 0, span{}, true},
		"no row in common with the offset":    {"0-9", noLimit, 10, span{}, true},
		"no row in common with the limit":     {"10-19", 10, 0, span{}, true},
		"the largest limit and offset add up": {"", maxPlace, maxPlace, span{maxPlace, maxPlace}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			q := &rowsQuery{limit: tt.limit, offset: tt.offset}
			h := http.Header{}
			if tt.header != "" {
				h.Set("Range", tt.header)
			}
			got, err := q.span(h)
			if (err != nil) != tt.refused || got != tt.want {
				t.Errorf("span of %q, limit %d, offset %d = %+v, %v; want %+v", tt.header, tt.limit, tt.offset, got, err, tt.want)
			}
		})
	}
	q := &rowsQuery{limit: noLimit}
	if got, _ := q.span(http.Header{"Range": {"0-9"}, "Range-Unit": {"bytes"}}); got.count != noLimit {
		t.Errorf("a range in bytes was taken for rows: %+v", got)
	}
}
