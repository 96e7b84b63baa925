package portal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/internal/httpjson"
)

// writeRows answers POST, PATCH and DELETE in PostgREST's conventions: the
// conditions of the query string say which rows, the body what is put into them,
// Prefer: return what comes back. All of it is done or none.
func (p *portal) writeRows(kind sqlast.WriteKind) handler {
	return func(v *visit) error {
		form, ok := rowsMedia().choose(v.r.Header.Values("Accept"))
		if !ok {
			return notAcceptable(rowsMedia())
		}
		table := v.r.PathValue("table")
		if !plainText(table) {
			return refusal.New(refusal.Syntax, "the table's name must be UTF-8 without the character NUL")
		}
		switch outbox, err := p.isRequests(v, table); {
		case err != nil:
			return err
		case outbox && kind == sqlast.Insert:
			return p.sendRequest(v)
		case outbox:
			return p.keepRequests()
		}
		prefer := parseWritePrefer(v.r.Header)
		asked, err := parseWrite(v.r.URL.RawQuery, kind, prefer)
		if err != nil {
			return err
		}
		w := &sqlast.Write{At: sqlast.NoPos, Kind: kind, Where: asked.where,
			Table: &sqlast.TableName{At: sqlast.NoPos, Name: []sqlast.Ident{ident(table)}}}
		if prefer.representation {
			w.Returning = asked.items
		}
		req := filter.Request{Caller: v.who, RequestID: v.id(), Language: v.language(), Front: "rows", Write: w, Params: asked.params,
			Still: p.still(v), AtMost: prefer.atMost}
		if form == mediaObject || form == mediaObjectShort {
			req.Exactly = 1
		}
		if kind != sqlast.Delete {
			w.Given = true
			world, err := p.Gate.View(v.r.Context(), v.who)
			if err != nil {
				return err
			}
			if !offers(world, table, kind) { // the gate refuses it, whatever the body holds, and writes that down
				answer, err := p.Gate.Do(v.r.Context(), req)
				if err != nil {
					return countRefused(err)
				}
				_ = answer.Close() // it has just come to be offered
			}
			if w.Columns, req.Rows, err = readRows(v, asked.columns, kind, p.Gate.Written()); err != nil {
				return err
			}
		}
		enc := rowsEncoding(form, prefer.preferences)
		if nothing := kind == sqlast.Update && len(w.Columns) == 0 || kind == sqlast.Insert && len(req.Rows) == 0; nothing {
			return p.wroteNothing(v, table, kind, prefer, enc)
		}
		answer, err := p.Gate.Do(v.r.Context(), req)
		if err != nil {
			return countRefused(err)
		}
		defer answer.Close()
		return sendWritten(v, kind, prefer, enc, answer)
	}
}

// writePreferences are what a Prefer header may ask of a write.
type writePreferences struct {
	preferences
	representation bool   // return=representation; else nothing comes back
	returned       string // the value of return that was understood
	upsert         bool   // resolution=…, which is not offered
	defaults       bool   // missing=default
	atMost         *int64 // max-affected; nil is no bound
}

func parseWritePrefer(h http.Header) writePreferences {
	p := writePreferences{preferences: parsePrefer(h)}
	for element := range strings.SplitSeq(strings.Join(h.Values("Prefer"), ","), ",") {
		element, _, _ = strings.Cut(element, ";")
		key, value, _ := strings.Cut(element, "=")
		key, value = strings.ToLower(strings.TrimSpace(key)), strings.ToLower(strings.Trim(strings.TrimSpace(value), `"`))
		switch {
		case key == "return" && p.returned == "" && (value == "representation" || value == "minimal" || value == "headers-only"):
			p.returned, p.representation = value, value == "representation"
		case key == "resolution":
			p.upsert = true
		case key == "missing":
			p.defaults = value == "default"
		case key == "max-affected":
			if n, err := strconv.ParseInt(value, 10, 64); err == nil && n >= 0 {
				p.atMost = &n
			}
		}
	}
	return p
}

func (p writePreferences) applied() string {
	applied := p.preferences.applied()
	if p.returned != "" {
		applied = strings.TrimPrefix(applied+", return="+p.returned, ", ")
	}
	return applied
}

// writeQuery is the query string of a write.
type writeQuery struct {
	items   []sqlast.Item
	where   sqlast.Expr
	params  []any
	columns []string // of columns=; nil where it was not given
}

// parseWrite reads the query string of a write: conditions and select, as of a
// read, and columns.
func parseWrite(rawQuery string, kind sqlast.WriteKind, prefer writePreferences) (*writeQuery, error) {
	params, err := splitQuery(rawQuery)
	if err != nil {
		return nil, err
	}
	out := &writeQuery{}
	var rest []string
	conditions := false
	for _, q := range params {
		switch q.key {
		case "columns":
			if out.columns != nil || kind == sqlast.Delete {
				return nil, refusal.New(refusal.Syntax, "columns is given once, and says which of a body's columns are written")
			}
			if out.columns, err = parseColumns(q.value); err != nil {
				return nil, err
			}
			continue
		case "on_conflict":
			prefer.upsert = true
			continue
		case "order", "limit", "offset", cursorParam:
			return nil, refusal.New(refusal.Unsupported, "%s is not offered where rows are written: say by conditions which rows are meant", q.key)
		case "select":
			if strings.Contains(q.value, "(") {
				return nil, refusal.New(refusal.Unsupported, "related tables cannot be embedded in a write's answer: read them afterwards")
			}
		default:
			conditions = true
		}
		rest = append(rest, url.QueryEscape(q.key)+"="+url.QueryEscape(q.value))
	}
	switch {
	case prefer.upsert:
		return nil, refusal.New(refusal.Unsupported, "upserts are not offered: a row that is there may be somebody else's. Ask whether it is there, then POST or PATCH")
	case kind == sqlast.Insert && conditions:
		return nil, refusal.New(refusal.Unsupported, "conditions mean nothing where rows are inserted")
	}
	q, err := parseRows(strings.Join(rest, "&"))
	if err != nil {
		return nil, err
	}
	if err := q.searchIsColumn(); err != nil { // what is written is a table, which nobody searches
		return nil, err
	}
	if kind != sqlast.Insert && q.where == nil { // whatever stood there was no condition
		return nil, refusal.New(refusal.FilterRequired, "say by conditions which rows are meant: without one, all of them would be written")
	}
	out.items, out.where, out.params = q.items, q.where, q.params
	return out, toldApart(q.items)
}

// toldApart refuses, before anything is written, columns that would come back
// under one name.
func toldApart(items []sqlast.Item) error {
	seen := map[string]bool{}
	for _, item := range items {
		name := "*"
		if x, ok := item.(*sqlast.ExprItem); ok {
			if name = x.Alias.Name; name == "" {
				if n, ok := x.X.(*sqlast.Name); ok {
					name = n.Parts[len(n.Parts)-1].Name
				}
			}
		}
		if seen[name] || seen["*"] || name == "*" && len(seen) > 0 {
			return refusal.New(refusal.Unsupported, "select: each column comes back once: name each one, or only *")
		}
		seen[name] = true
	}
	return nil
}

// parseColumns reads columns=a,"b c".
func parseColumns(value string) ([]string, error) {
	s := &scanner{param: "columns", text: value}
	names := []string{}
	for {
		name, err := s.name("a column's name")
		if err != nil {
			return nil, err
		}
		names = append(names, name)
		if len(names) > maxTerms {
			return nil, tooMany("columns")
		}
		if s.done() {
			return names, nil
		}
		if !s.accept(",") {
			return nil, s.unexpected("a comma")
		}
	}
}

// wroteNothing answers a write of no row or no column, if the table is there.
func (p *portal) wroteNothing(v *visit, table string, kind sqlast.WriteKind, prefer writePreferences, enc encoding) error {
	world, err := p.Gate.View(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	if world.Table("", table) == nil && world.Resource(table) == nil {
		return refusal.New(refusal.UnknownName, "there is no table %s", shorten(table))
	}
	return sendWritten(v, kind, prefer, enc, &filter.Answer{Rows: noRows{}, Wrote: true})
}

// sendWritten answers a write that is committed.
func sendWritten(v *visit, kind sqlast.WriteKind, prefer writePreferences, enc encoding, answer *filter.Answer) error {
	h := v.w.Header()
	if applied := prefer.applied(); applied != "" {
		h.Set("Preference-Applied", applied)
	}
	if prefer.count {
		h.Set("Content-Range", "*/"+strconv.FormatInt(answer.Affected, 10))
	}
	status := http.StatusOK
	if kind == sqlast.Insert {
		status = http.StatusCreated
	}
	if !prefer.representation {
		if status == http.StatusOK {
			status = http.StatusNoContent
		} else {
			h.Set("Content-Length", "0")
		}
		v.w.WriteHeader(status)
		return nil
	}
	body, err := encodeWritten(v, enc, answer)
	if err != nil {
		// The rows are written; only their encoding failed. He must know.
		return &httpjson.Problem{Code: httpjson.OutcomeUnknown, Cause: err,
			Detail: "the rows are written, but cannot be shown in this form: read them"}
	}
	h.Set("Content-Type", enc.contentType())
	h.Set("Content-Length", strconv.Itoa(len(body)))
	v.w.WriteHeader(status)
	return v.write(body)
}

func encodeWritten(v *visit, enc encoding, answer *filter.Answer) ([]byte, error) {
	body, err := enc.begin(nil, answer.Columns)
	if err != nil {
		return nil, err
	}
	for {
		cells, err := answer.Rows.Next(v.r.Context())
		if errors.Is(err, io.EOF) {
			return enc.end(body, false)
		}
		if err != nil {
			return nil, err
		}
		if body, err = enc.row(body, cells); err != nil {
			return nil, err
		}
	}
}

// countRefused gives a write of another number of rows than was asked for
// PostgREST's answer; nothing was written.
func countRefused(err error) error {
	var count *filter.WrongCount
	switch {
	case !errors.As(err, &count):
		return err
	case count.Exactly > 0:
		return notOneRow(count.Affected)
	}
	return &postgrestError{status: http.StatusBadRequest, code: codeMaxAffected, title: "Too many rows",
		message: "Query result exceeds max-affected preference constraint", details: fmt.Sprintf("The query affects %d rows", count.Affected)}
}

// codeMaxAffected is PostgREST's code for a write of more rows than it may.
const codeMaxAffected = "PGRST124"

// noRows is the answer of a write that had nothing to do.
type noRows struct{}

func (noRows) Next(context.Context) ([]any, error) { return nil, io.EOF }
func (noRows) Close() error                        { return nil }
