package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/sqltype"
)

// listed is an answer's rows, and what comes after them.
type listed struct {
	rows [][]any
	end  error
}

func (l *listed) Next(context.Context) ([]any, error) {
	if len(l.rows) == 0 {
		return nil, l.end
	}
	row := l.rows[0]
	l.rows = l.rows[1:]
	return row, nil
}

func (l *listed) Close() error { return nil }

func allKinds(end error) *filter.Answer {
	column := func(name string, t sqltype.Type) filter.Column { return filter.Column{Name: name, Type: t} }
	at := time.Date(2026, 3, 1, 8, 30, 0, 500e6, time.UTC)
	return &filter.Answer{
		Columns: []filter.Column{
			column("name", sqltype.Type{Kind: sqltype.Text}), column("n", sqltype.Type{Kind: sqltype.Int}),
			column("amount", sqltype.Type{Kind: sqltype.Decimal}), column("day", sqltype.Type{Kind: sqltype.Date}),
			column("at", sqltype.Type{Kind: sqltype.Timestamp}), column("utc", sqltype.Type{Kind: sqltype.Timestamp, Zoned: true}),
			column("hour", sqltype.Type{Kind: sqltype.Time}), column("raw", sqltype.Type{Kind: sqltype.Binary}),
			column("on", sqltype.Type{Kind: sqltype.Bool}), column("f", sqltype.Type{Kind: sqltype.Float}),
		},
		Rows: &listed{end: end, rows: [][]any{
			{"Bézier, \"A\"\n\x1b[31m", int64(7), "12345678901234567890.10", at, at, at, at, []byte{1, 2}, true, 1.5},
			{nil, nil, nil, nil, nil, nil, nil, nil, nil, nil},
		}},
		Truncated: func() bool { return false },
	}
}

func TestAnswersArePrinted(t *testing.T) {
	csv := func(out io.Writer, a *filter.Answer) (int, error) { return printCSV(t.Context(), out, a) }
	json := func(out io.Writer, a *filter.Answer) (int, error) { return printJSON(t.Context(), out, a) }
	for sentence, c := range map[string]struct {
		print func(io.Writer, *filter.Answer) (int, error)
		want  string
	}{
		"CSV quotes what needs it, and NULL is empty": {csv, "" +
			"name,n,amount,day,at,utc,hour,raw,on,f\n" +
			"\"Bézier, \"\"A\"\"\n\x1b[31m\",7,12345678901234567890.10,2026-03-01,2026-03-01T08:30:00.5,2026-03-01T08:30:00.5Z,08:30:00.5,AQI=,true,1.5\n" +
			",,,,,,,,,\n"},
		"JSON loses no digit": {json, "" +
			`{"name":"Bézier, \"A\"\n\u001b[31m","n":7,"amount":12345678901234567890.10,"day":"2026-03-01","at":"2026-03-01T08:30:00.5","utc":"2026-03-01T08:30:00.5Z","hour":"08:30:00.5","raw":"AQI=","on":true,"f":1.5}` + "\n" +
			`{"name":null,"n":null,"amount":null,"day":null,"at":null,"utc":null,"hour":null,"raw":null,"on":null,"f":null}` + "\n"},
	} {
		t.Run(sentence, func(t *testing.T) {
			var out bytes.Buffer
			n, err := c.print(&out, allKinds(io.EOF))
			if err != nil || n != 2 {
				t.Errorf("printed %d rows, %v", n, err)
			}
			if out.String() != c.want {
				t.Errorf("got\n%s\nwant\n%s", out.String(), c.want)
			}
		})
		t.Run(sentence+"; a failure is told", func(t *testing.T) {
			broken := errors.New("the ERP went away")
			if _, err := c.print(io.Discard, allKinds(broken)); !errors.Is(err, broken) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestTheTablesLayout also shows that no text of an ERP steers the terminal.
func TestTheTablesLayout(t *testing.T) {
	a := &filter.Answer{Columns: []filter.Column{{Name: "ville", Type: sqltype.Type{Kind: sqltype.Text}}, {Name: "n", Type: sqltype.Type{Kind: sqltype.Int}}},
		Rows: &listed{end: io.EOF, rows: [][]any{{"Béziers", int64(12)}, {"Io\x1b\n", nil}}}}
	var out bytes.Buffer
	if _, err := printTable(t.Context(), &out, style{}, a); err != nil {
		t.Fatal(err)
	}
	const want = "ville       n\n-------  ----\nBéziers    12\nIo ⏎     NULL\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

func TestThePlaceIsMarked(t *testing.T) {
	for sentence, c := range map[string]struct {
		text string
		pos  int
		want string
	}{
		"in the first line":              {"SELEC x", 0, "  SELEC x\n  ^\n"},
		"in a later line":                {"SELECT\n  a, b\nFROM t", 12, "    a, b\n       ^\n"},
		"after letters of several bytes": {"SELECT 'é', b", 13, "  SELECT 'é', b\n              ^\n"},
		"at the end":                     {"SELECT", 6, "  SELECT\n        ^\n"},
		"nowhere":                        {"SELECT", -1, ""},
		"outside":                        {"SELECT", 7, ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			var out bytes.Buffer
			markPlace(&out, c.text, c.pos)
			if out.String() != c.want {
				t.Errorf("got\n%q, want\n%q", out.String(), c.want)
			}
		})
	}
}
