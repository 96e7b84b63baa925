package portal

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/httpjson"
)

// headerAffected says how many rows a write has written, in every form of answer.
const headerAffected = "Vantelle-Affected"

// sqlBody is the body of a request in the portal's SQL.
type sqlBody struct {
	SQL    string `json:"sql"`
	Params any    `json:"params"` // a list by position, an object by name, or null
}

// sqlMedia are the forms of answer of /sql.
func sqlMedia() media { return media{mediaJSON, mediaNDJSON, mediaCSV} }

// sql answers a query in the portal's SQL, row by row as the ERP gives them.
func (p *portal) sql(v *visit) error {
	form, ok := sqlMedia().choose(v.r.Header.Values("Accept"))
	if !ok {
		return notAcceptable(sqlMedia())
	}
	body, err := decode[sqlBody](v, p.Limits.Body)
	if err != nil {
		return err
	}
	if strings.TrimSpace(body.SQL) == "" {
		return httpjson.Errorf(httpjson.BadRequest, `the body must be {"sql": "…", "params": […]}: sql is missing`)
	}
	v.sql = body.SQL
	request := filter.Request{Caller: v.who, RequestID: v.id(), Language: v.language(), Front: "sql", Text: body.SQL, Still: p.still(v)}
	if request.Params, request.Named, err = scalars(body.Params); err != nil {
		return err
	}
	answer, err := p.Gate.Do(v.r.Context(), request)
	if err != nil {
		return err
	}
	defer answer.Close()
	if answer.Wrote {
		v.w.Header().Set(headerAffected, strconv.FormatInt(answer.Affected, 10))
	}

	prefer := parsePrefer(v.r.Header)
	prefer.count = false // PostgREST's, and without meaning here
	if applied := prefer.applied(); applied != "" {
		v.w.Header().Set("Preference-Applied", applied)
	}
	s := &stream{w: v.w}
	err = s.copyRows(v.r.Context(), sqlEncoding(form, prefer, answer), answer)
	var cut *cutError
	if form == mediaNDJSON && errors.As(err, &cut) {
		return s.lastWord(v, cut.cause)
	}
	return err
}

// sqlEncoding gives the encoding for a form of sqlMedia.
func sqlEncoding(form string, prefer preferences, answer *filter.Answer) encoding {
	switch form {
	case mediaNDJSON:
		return &linesEncoding{numbersAsStrings: prefer.numbersAsStrings}
	case mediaCSV:
		return &csvEncoding{}
	}
	e := &tableEncoding{numbersAsStrings: prefer.numbersAsStrings}
	if answer.Wrote {
		e.affected = &answer.Affected
	}
	return e
}

// scalars takes the member params apart: a list is by position, an object by
// name.
func scalars(params any) (list []any, named map[string]any, err error) {
	switch params := params.(type) {
	case nil:
		return nil, nil, nil
	case []any:
		for i, value := range params {
			if err := checkScalar(value, fmt.Sprintf("parameter %d", i+1)); err != nil {
				return nil, nil, err
			}
		}
		return params, nil, nil
	case map[string]any:
		for name, value := range params {
			if err := checkScalar(value, fmt.Sprintf("parameter %q", shorten(name))); err != nil {
				return nil, nil, err
			}
		}
		return nil, params, nil
	}
	return nil, nil, refusal.New(refusal.ParamMismatch, "params must be a list, or an object for parameters by name")
}

// checkScalar refuses what is no single value that an ERP could take.
func checkScalar(value any, what string) error {
	switch value := value.(type) {
	case []any, map[string]any:
		return refusal.New(refusal.ParamMismatch, "%s is a list or an object: give a text, a number, true, false or null", what)
	case string:
		if !plainText(value) {
			return refusal.New(refusal.ParamMismatch, "%s holds the character NUL, which no ERP takes", what)
		}
	}
	return nil
}

// lastWord ends NDJSON that failed midway with the problem on a line of its
// own. Whole rows that were not sent yet go before it; half a row does not.
func (s *stream) lastWord(v *visit, err error) error {
	var gone *goneError
	if errors.As(err, &gone) {
		return &cutError{err}
	}
	s.buf = append(s.buf[:s.whole], `{"`+linesNotice+`":{"problem":`...)
	s.buf = append(s.buf, v.line(v.problem(err))...)
	s.buf = append(s.buf, "}}\n"...)
	if failed := s.flush(); failed != nil {
		return &cutError{failed}
	}
	return &toldError{err}
}
