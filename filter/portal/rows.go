package portal

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
)

// rowsMedia are the forms of answer of /rows.
func rowsMedia() media { return media{mediaJSON, mediaCSV, mediaObject, mediaObjectShort} }

// rows answers a request in PostgREST's conventions.
func (p *portal) rows(v *visit) error {
	form, ok := rowsMedia().choose(v.r.Header.Values("Accept"))
	if !ok {
		return notAcceptable(rowsMedia())
	}
	table := v.r.PathValue("table")
	if !plainText(table) {
		return refusal.New(refusal.Syntax, "the table's name must be UTF-8 without the character NUL")
	}
	if outbox, err := p.isRequests(v, table); err != nil || outbox {
		if err == nil {
			err = p.listRequests(v)
		}
		return err
	}
	q, err := parseRows(v.r.URL.RawQuery)
	if err != nil {
		return err
	}
	asked, err := q.span(v.r.Header)
	if err != nil {
		return err
	}
	world, err := p.Gate.View(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	r, err := newReading(q, table, world)
	if err != nil {
		return err
	}
	before, err := p.resumeAt(v, r, world)
	if err != nil {
		return err
	}
	first := asked.first
	if r.resumed {
		first = r.offset // 0 where the cursor holds more than a number
	}
	prefer := parsePrefer(v.r.Header)
	size := asked.size(p.Limits.Page, p.Limits.MaxPage)
	pg, err := p.readPage(v, r, rowsEncoding(form, prefer), first, size)
	if err != nil {
		return err
	}
	if pg.first, pg.asked = asked.first, asked.count; r.resumed {
		pg.first, pg.resumed = before, true
	}
	pg.capped = pg.more && (asked.count == noLimit || pg.rows < asked.count)
	if prefer.count {
		if err := p.count(v, pg, r); err != nil {
			return err
		}
	}
	if (form == mediaObject || form == mediaObjectShort) && pg.rows != 1 {
		return notOneRow(pg.rows)
	}
	if err := p.offerCursor(v, r, world, pg); err != nil {
		return err
	}
	return pg.send(v, prefer)
}

// span is which rows are asked for, by limit and offset and by the Range
// header; where both are given, both hold.
func (q *rowsQuery) span(h http.Header) (span, error) {
	s, ok := parseRange(h)
	if !ok {
		return span{}, outOfRange("The lower boundary must be lower than or equal to the upper boundary in the Range header.")
	}
	if s, ok = s.within(q.limit, q.offset); !ok {
		return span{}, outOfRange("The Range header has no row in common with limit and offset.")
	}
	return s, nil
}

// rowsEncoding gives the encoding for a form of rowsMedia.
func rowsEncoding(form string, prefer preferences) encoding {
	switch form {
	case mediaCSV:
		return &csvEncoding{}
	case mediaObject, mediaObjectShort:
		return &objectEncoding{arrayEncoding{numbersAsStrings: prefer.numbersAsStrings}}
	}
	return &arrayEncoding{numbersAsStrings: prefer.numbersAsStrings}
}

// page is a part of a table's rows, encoded. It is held whole, because its
// place among all rows stands in the header.
type page struct {
	kind    string // Content-Type
	body    []byte
	first   int64 // the place of its first row
	rows    int64
	more    bool // there are rows behind it
	capped  bool // a limit of ours ended it, not the request's
	counted bool // total is known
	total   int64

	asked   int64     // rows that the request wants; noLimit where it doesn't say
	resumed bool      // a cursor says where it begins
	last    []*string // its last row's values in the columns of the order; nil where they cannot be said exactly
	room    int       // bytes of a cursor for them
}

// usualPage is room for a page of some twenty rows.
const usualPage = 4 << 10

// ask runs a statement of a request for rows.
func (p *portal) ask(v *visit, query *sqlast.Query, s *statement) (*filter.Answer, error) {
	return p.Gate.Do(v.r.Context(), filter.Request{
		Caller: v.who, RequestID: v.id(), Language: v.language(), Front: "rows", Query: query, Params: s.params, Still: p.still(v),
	})
}

// readPage reads at most size rows. The query asks for one more, whose coming
// says that there is more behind the page.
func (p *portal) readPage(v *visit, r *reading, enc encoding, first, size int64) (*page, error) {
	if (len(r.embeds) > 0 || r.attached != nil) && r.shape.columns != nil {
		return p.readRelated(v, r, enc, first, size)
	}
	s := &statement{}
	places := p.placeItems(r)
	answer, err := p.ask(v, r.page(s, r.items, places, first, size+1), s)
	if err != nil {
		return nil, err
	}
	defer answer.Close()
	pg := &page{kind: enc.contentType(), body: make([]byte, 0, usualPage)}
	shown := len(answer.Columns) - len(places)
	last := make([]any, len(places))
	if pg.body, err = enc.begin(pg.body, answer.Columns[:shown]); err != nil {
		return nil, err
	}
	for {
		cells, err := answer.Rows.Next(v.r.Context())
		if errors.Is(err, io.EOF) {
			pg.more = answer.Truncated()
			break
		}
		if err != nil {
			return nil, err
		}
		if pg.rows == size {
			pg.more = true
			break
		}
		if len(cells) != len(answer.Columns) {
			return nil, fmt.Errorf("read rows: %d cells for %d columns", len(cells), len(answer.Columns))
		}
		if pg.body, err = enc.row(pg.body, cells[:shown]); err != nil {
			return nil, err
		}
		copy(last, cells[shown:])
		pg.rows++
		if len(pg.body) > p.Limits.PageBytes {
			return nil, tooManyBytes(p.Limits.PageBytes, pg.rows)
		}
	}
	if pg.body, err = enc.end(pg.body, false); err != nil { // Content-Range tells of a cut
		return nil, err
	}
	if err := answer.Close(); err != nil {
		return nil, err
	}
	pg.endsAt(r, answer.Columns[shown:], last)
	return pg, nil
}

// placeItems are the columns to be read beside a page's, for its cursor; none
// where there are no cursors.
func (p *portal) placeItems(r *reading) []sqlast.Item {
	if p.Cursors == nil {
		return nil
	}
	return r.placeItems()
}

func tooManyBytes(most int, rows int64) error {
	return refusal.New(refusal.LimitExceeded,
		"a page of rows may have %d bytes and %d rows filled it: ask for fewer rows or columns, or use /sql", most, rows)
}

// count finds out how many rows meet the conditions; a page that ends the
// table knows it already.
func (p *portal) count(v *visit, pg *page, r *reading) error {
	pg.counted = true
	if !pg.more && !pg.resumed && (pg.rows > 0 || pg.first == 0) {
		pg.total = pg.first + pg.rows
		return nil
	}
	s := &statement{}
	answer, err := p.ask(v, r.count(s), s)
	if err != nil {
		return err
	}
	defer answer.Close()
	cells, err := answer.Rows.Next(v.r.Context())
	if err != nil {
		return fmt.Errorf("count rows: %w", err)
	}
	if len(cells) != 1 {
		return fmt.Errorf("count rows: %d cells", len(cells))
	}
	n, ok := cells[0].(int64)
	if !ok {
		return fmt.Errorf("count rows: unexpected %T", cells[0])
	}
	pg.total = n
	if pg.resumed {
		pg.total = max(n, pg.first+pg.rows) // rows before it may have gone
	}
	return answer.Close()
}

// send answers with the page. Its status is PostgREST's: 206 where the total
// is known and the page is not all of it. Where a limit of ours ended the page
// it is 206 too, so that no client takes a default for everything.
func (pg *page) send(v *visit, prefer preferences) error {
	h := v.w.Header()
	h.Set("Range-Unit", "items")
	h.Set("Content-Range", pg.contentRange())
	if pg.counted && pg.first > pg.total {
		return outOfRange(fmt.Sprintf("An offset of %d was requested, but there are only %d rows.", pg.first, pg.total))
	}
	if applied := prefer.applied(); applied != "" {
		h.Set("Preference-Applied", applied)
	}
	status := http.StatusOK
	if pg.capped || pg.counted && pg.rows < pg.total {
		status = http.StatusPartialContent
	}
	h.Set("Content-Type", pg.kind)
	h.Set("Content-Length", strconv.Itoa(len(pg.body)))
	v.w.WriteHeader(status)
	if v.r.Method == http.MethodHead {
		return nil
	}
	return v.write(pg.body)
}

// contentRange is the page's place: "0-24/573", with * for what is not known
// or not there.
func (pg *page) contentRange() string {
	place, total := "*", "*"
	if pg.rows > 0 && !(pg.counted && pg.first > pg.total) {
		place = strconv.FormatInt(pg.first, 10) + "-" + strconv.FormatInt(pg.first+pg.rows-1, 10)
	}
	if pg.counted {
		total = strconv.FormatInt(pg.total, 10)
	}
	return place + "/" + total
}

// outOfRange is PostgREST's answer to a range that cannot be.
func outOfRange(details string) error {
	return &postgrestError{status: http.StatusRequestedRangeNotSatisfiable, code: codeRange,
		title: "Range not satisfiable", message: "Requested range not satisfiable", details: details}
}

// notOneRow is PostgREST's answer where a single object was asked for.
func notOneRow(rows int64) error {
	return &postgrestError{status: http.StatusNotAcceptable, code: codeSingular,
		title: "Not a single row", message: "Cannot coerce the result to a single JSON object",
		details: fmt.Sprintf("The result contains %d rows", rows)}
}
