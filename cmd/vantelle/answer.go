package main

import (
	"context"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/sqltype"
)

// printTable prints an answer as an aligned table, numbers to the right. It
// holds the whole answer, which the gate's row cap bounds. It gives the number of rows.
func printTable(ctx context.Context, out io.Writer, s style, a *filter.Answer) (int, error) {
	widths := make([]int, len(a.Columns))
	for i, c := range a.Columns {
		widths[i] = utf8.RuneCountInString(printable(c.Name))
	}
	var lines [][]string
	err := eachRow(ctx, a, func(row []any) error {
		line := make([]string, len(row))
		for i, cell := range row {
			line[i] = printable(cellText(a.Columns[i].Type, cell))
			if cell == nil {
				line[i] = "NULL"
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(line[i]))
		}
		lines = append(lines, line)
		return nil
	})
	if err != nil {
		return 0, err
	}
	var b strings.Builder
	head, rule := make([]string, len(widths)), make([]string, len(widths))
	for i, c := range a.Columns {
		head[i] = pad(printable(c.Name), widths[i], c.Type.Numeric())
		rule[i] = strings.Repeat("-", widths[i])
	}
	fmt.Fprintf(&b, "%s\n%s\n", s.bold(strings.TrimRight(strings.Join(head, "  "), " ")), s.faint(strings.Join(rule, "  ")))
	for _, line := range lines {
		for i := range line {
			line[i] = pad(line[i], widths[i], a.Columns[i].Type.Numeric())
		}
		b.WriteString(strings.TrimRight(strings.Join(line, "  "), " ") + "\n")
	}
	_, err = io.WriteString(out, b.String())
	return len(lines), err
}

// printCSV streams an answer as RFC 4180 CSV; NULL is an empty field.
func printCSV(ctx context.Context, out io.Writer, a *filter.Answer) (int, error) {
	w := csv.NewWriter(out)
	line := make([]string, len(a.Columns))
	for i, c := range a.Columns {
		line[i] = c.Name
	}
	if err := w.Write(line); err != nil {
		return 0, err
	}
	n := 0
	err := eachRow(ctx, a, func(row []any) error {
		for i, cell := range row {
			line[i] = cellText(a.Columns[i].Type, cell)
		}
		n++
		return w.Write(line)
	})
	w.Flush()
	return n, errors.Join(err, w.Error())
}

// printJSON streams an answer as one JSON object per line. Decimals keep every
// digit, as JSON numbers.
func printJSON(ctx context.Context, out io.Writer, a *filter.Answer) (int, error) {
	names := make([][]byte, len(a.Columns))
	for i, c := range a.Columns {
		name, err := json.Marshal(c.Name)
		if err != nil {
			return 0, err
		}
		names[i] = name
	}
	n := 0
	var line []byte
	err := eachRow(ctx, a, func(row []any) error {
		line = append(line[:0], '{')
		for i, cell := range row {
			if i > 0 {
				line = append(line, ',')
			}
			value, err := cellJSON(a.Columns[i].Type, cell)
			if err != nil {
				return fmt.Errorf("print column %s: %w", a.Columns[i].Name, err)
			}
			line = append(append(append(line, names[i]...), ':'), value...)
		}
		n++
		_, err := out.Write(append(line, '}', '\n'))
		return err
	})
	return n, err
}

func eachRow(ctx context.Context, a *filter.Answer, do func([]any) error) error {
	for {
		row, err := a.Rows.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := do(row); err != nil {
			return err
		}
	}
}

// cellText gives a cell as a person reads it; nil is empty.
func cellText(t sqltype.Type, cell any) string {
	switch v := cell.(type) {
	case nil:
		return ""
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case []byte:
		return base64.StdEncoding.EncodeToString(v)
	case time.Time:
		return timeText(t, v)
	default:
		return fmt.Sprint(v)
	}
}

func timeText(t sqltype.Type, v time.Time) string {
	switch {
	case t.Kind == sqltype.Date:
		return v.Format(time.DateOnly)
	case t.Kind == sqltype.Time:
		return v.Format("15:04:05.999999999")
	case t.Zoned:
		return v.UTC().Format(time.RFC3339Nano)
	default:
		return v.Format("2006-01-02T15:04:05.999999999")
	}
}

func cellJSON(t sqltype.Type, cell any) ([]byte, error) {
	switch v := cell.(type) {
	case string:
		if t.Kind == sqltype.Decimal && json.Valid([]byte(v)) {
			return []byte(v), nil
		}
	case time.Time:
		cell = timeText(t, v)
	}
	return json.Marshal(cell)
}

// printable keeps an ERP's text from steering the terminal: what is not
// printable becomes a space, a line break the sign for it.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return '⏎'
		case !unicode.IsPrint(r):
			return ' '
		}
		return r
	}, s)
}

func pad(s string, width int, right bool) string {
	gap := strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
	if right {
		return gap + s
	}
	return s + gap
}
