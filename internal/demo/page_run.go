package demo

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/httpjson"
	"github.com/vantelle/vantelle/internal/identity"
)

const (
	maxBody   = 32 << 10         // bytes of a request to the page
	shownRows = 50               // rows that travel to the page
	maxRows   = 10_000           // rows that are counted
	maxCell   = 200              // characters of a cell
	runTime   = 15 * time.Second // for one request with all its numbers
)

// runRequest is what the page asks.
type runRequest struct {
	Customer string `json:"customer"` // a code that the page offers
	SQL      string `json:"sql"`
	// Explain adds what only the upper part of the page shows: the printed
	// statements, the tables' numbers, the call in several languages.
	Explain bool `json:"explain"`
}

// runAnswer is one side of the page.
type runAnswer struct {
	Customer string         `json:"customer"`
	Name     string         `json:"name"`
	Columns  []shownColumn  `json:"columns,omitempty"`
	Rows     [][]*string    `json:"rows,omitempty"` // at most shownRows; nil is NULL
	Count    int            `json:"count"`          // rows of the whole answer
	More     bool           `json:"more,omitempty"` // Count is where counting stopped
	Millis   float64        `json:"ms"`             // from the request to its last row
	Refusal  *shownRefusal  `json:"refusal,omitempty"`
	Profile  string         `json:"profile,omitempty"`
	Tables   []tableNumbers `json:"tables,omitempty"`
	Printed  []printed      `json:"printed,omitempty"`
	Calls    []call         `json:"calls,omitempty"`
}

type shownColumn struct {
	Name string `json:"name"`
	Kind string `json:"kind"` // "int", "number" or "text": how the page aligns it
}

// shownRefusal is what a portal would be told, and where.
type shownRefusal struct {
	Code   httpjson.Code `json:"code"`
	Status int           `json:"status"`
	Title  string        `json:"title"`
	Detail string        `json:"detail"`
	Line   int           `json:"line,omitempty"`   // from 1; 0 for no place
	Column int           `json:"column,omitempty"` // in characters, from 1
}

// tableNumbers say how much of a table a customer may see. A nil number is
// not known.
type tableNumbers struct {
	Name      string `json:"name"`
	Rows      *int64 `json:"rows"`      // in the ERP, without any filter
	Customers *int64 `json:"customers"` // whose rows those are
	Visible   *int64 `json:"visible"`   // through the gate
}

// run answers one request as one customer. What the gate refuses is an answer
// too; errors are for requests that the page would not send.
func (p *page) run(r *http.Request, in runRequest) (runAnswer, error) {
	if strings.TrimSpace(in.SQL) == "" {
		return runAnswer{}, httpjson.Errorf(httpjson.BadRequest, "sql is missing")
	}
	if !slices.ContainsFunc(p.offered, func(c customer) bool { return c.code == in.Customer }) {
		return runAnswer{}, httpjson.Errorf(httpjson.NoAccess, "%s", identity.ErrNoAccess)
	}
	ctx, cancel := context.WithTimeout(r.Context(), runTime)
	defer cancel()
	out := runAnswer{Customer: in.Customer}
	if in.Explain {
		out.Calls = calls(p.PortalURL, in.Customer, in.SQL)
	}
	who, err := p.Caller(ctx, in.Customer)
	if err != nil {
		if !errors.Is(err, identity.ErrNoAccess) {
			return runAnswer{}, err
		}
		out.Refusal = p.refusal(r, in.SQL, refusal.New(refusal.NoAccess, "%s", err))
		return out, nil
	}
	out.Name = who.Customer.Name
	req := filter.Request{Caller: who, RequestID: httpjson.RequestID(r.Context()), Front: "demo", Text: in.SQL, MaxRows: maxRows}
	started := p.Now()
	err = p.read(ctx, req, &out)
	out.Millis = float64(p.Now().Sub(started).Microseconds()) / 1000
	if err != nil {
		out.Columns, out.Rows, out.Count, out.More = nil, nil, 0, false
		out.Refusal = p.refusal(r, in.SQL, err)
		return out, nil
	}
	if in.Explain {
		p.explain(ctx, req, &out)
	}
	return out, nil
}

// read runs the request and keeps the first rows.
func (p *page) read(ctx context.Context, req filter.Request, out *runAnswer) error {
	answer, err := p.Gate.Do(ctx, req)
	if err != nil {
		return err
	}
	defer answer.Close()
	for _, c := range answer.Columns {
		out.Columns = append(out.Columns, shownColumn{Name: c.Name, Kind: columnKind(c.Type)})
	}
	for ; ; out.Count++ {
		row, err := answer.Rows.Next(ctx)
		if errors.Is(err, io.EOF) {
			out.More = answer.Truncated()
			return nil
		}
		if err != nil {
			return err
		}
		if out.Count >= shownRows {
			continue
		}
		cells := make([]*string, len(row))
		for i, v := range row {
			cells[i] = cell(v, answer.Columns[i].Type)
		}
		out.Rows = append(out.Rows, cells)
	}
}

// explain adds the statements of all engines and the numbers of the tables.
func (p *page) explain(ctx context.Context, req filter.Request, out *runAnswer) {
	for _, e := range printedFor {
		x, err := p.Gate.Explain(ctx, req, e.Engine)
		if err != nil {
			var refused *refusal.Error
			message := "this engine cannot say it"
			if errors.As(err, &refused) {
				message = refused.Detail
			}
			out.Printed = append(out.Printed, printed{Engine: e.Engine, Refused: message})
			continue
		}
		out.Printed = append(out.Printed, printed{Engine: e.Engine, SQL: x.SQL, Pieces: layOut(x.SQL), Params: shownParams(e.mark, x.Params)})
		if out.Profile == "" {
			out.Profile = x.Profile
			for _, t := range x.Tables {
				out.Tables = append(out.Tables, p.numbers(ctx, req.Caller, t))
			}
		}
	}
}

// numbers holds what the ERP's table has against what the customer may see of
// it. The last comes through the gate like everything that he gets.
func (p *page) numbers(ctx context.Context, who identity.Caller, table string) tableNumbers {
	n := tableNumbers{Name: table}
	ask := func(count func(context.Context, string) (int64, error)) *int64 {
		if count == nil {
			return nil
		}
		v, err := count(ctx, table)
		if err != nil {
			p.Logger.Warn().Err(err).Str("table", table).Msg("the demonstration cannot count a table")
			return nil
		}
		return &v
	}
	n.Rows, n.Customers = ask(p.Unfiltered), ask(p.Owners)
	n.Visible = ask(func(ctx context.Context, table string) (int64, error) {
		var one runAnswer
		err := p.read(ctx, filter.Request{Caller: who, Front: "demo", Text: "SELECT COUNT(*) AS n FROM [" + strings.ReplaceAll(table, "]", "]]") + "]"}, &one)
		if err != nil {
			return 0, err
		}
		if len(one.Rows) != 1 || one.Rows[0][0] == nil {
			return 0, errors.New("a count has not one row")
		}
		return strconv.ParseInt(*one.Rows[0][0], 10, 64)
	})
	return n
}

// refusal is an error as the page shows it. What is no refusal is internal and
// goes to the log.
func (p *page) refusal(r *http.Request, text string, err error) *shownRefusal {
	var e *refusal.Error
	if !errors.As(err, &e) {
		e = refusal.Because(err, refusal.Internal, "something went wrong; the log knows more")
	}
	if e.Cause != nil {
		p.Logger.Warn().Err(e.Cause).Str("code", string(e.Code)).Msg("the demonstration's request failed")
	}
	code := httpjson.Code(e.Code)
	s := &shownRefusal{Code: code, Status: httpjson.Status(code), Title: httpjson.Title(r, code), Detail: e.Detail}
	if at := int(e.Pos); at >= 0 && at <= len(text) {
		before := strings.ToValidUTF8(text[:at], "\uFFFD")
		s.Line = strings.Count(before, "\n") + 1
		s.Column = utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
	}
	return s
}

// columnKind says how the page shows a column.
func columnKind(t sqltype.Type) string {
	switch t.Kind {
	case sqltype.Int:
		return "int"
	case sqltype.Decimal, sqltype.Float:
		return "number"
	}
	return "text"
}

// cell is a value as the page shows it; nil is NULL.
func cell(v any, t sqltype.Type) *string {
	var s string
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		s = v
	case int64:
		s = strconv.FormatInt(v, 10)
	case float64:
		s = strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		s = strconv.FormatBool(v)
	case time.Time:
		s = moment(v, t.Kind)
	case []byte:
		s = "0x" + hex.EncodeToString(v[:min(len(v), maxCell/2)])
	}
	if utf8.RuneCountInString(s) > maxCell {
		s = string([]rune(s)[:maxCell]) + "…"
	}
	return &s
}

// moment writes a time as its column means it; a Sage date is a timestamp at
// midnight.
func moment(v time.Time, kind sqltype.Kind) string {
	switch {
	case kind == sqltype.Time:
		return v.Format(time.TimeOnly)
	case kind == sqltype.Date, v.Equal(v.Truncate(24 * time.Hour)):
		return v.Format(time.DateOnly)
	}
	return v.Format(time.DateTime)
}

// engine is one for which the page shows the printed statement.
type engine struct {
	Engine catalog.Engine
	Name   string
	mark   string // before a parameter's number
	Ran    bool   // the demonstration's own
}

var printedFor = []engine{
	{catalog.SQLite, "SQLite", "?", true},
	{catalog.SQLServer, "T-SQL", "@p", false},
	{catalog.Postgres, "PostgreSQL", "$", false},
}
